//! What is wanted of each fault beyond the outcome that the origin lists.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::origin::{Fault, Origin};

/// The longest from the request to the record.
pub(crate) const TIME: Duration = Duration::from_secs(35);
/// The most memory above that of the idle daemon, in bytes.
pub(crate) const MEMORY: u64 = 64 << 20;

/// What should come of the poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing stored, nothing lost, and a reason.
    Error,
    /// The same, or the complete items kept and the answer known to be cut short.
    ErrorOrPartial,
    /// The same, or its items stored without what they refer to.
    ErrorOrStored,
    /// Its items stored; and at a second poll nothing new.
    Stored,
    /// Its items stored; and at a second poll nothing has changed.
    Unchanged,
    /// Its items stored; and after some days its new address adopted.
    Moved,
}

impl Wanted {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::ErrorOrPartial => "error|partial",
            Self::ErrorOrStored => "error|ok",
            Self::Stored => "ok",
            Self::Unchanged => "unchanged",
            Self::Moved => "moved",
        }
    }

    /// Whether the source should have answered well before.
    pub(crate) fn fails(self) -> bool {
        matches!(
            self,
            Self::Error | Self::ErrorOrPartial | Self::ErrorOrStored
        )
    }
}

/// One fault as a source, and what is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) wanted: Wanted,
    pub(crate) url: String,
    /// The name that the origin knows it by, and its step before the fault, if it answers well then.
    pub(crate) fault: String,
    pub(crate) before: Option<i32>,
    pub(crate) step: i32,
    /// Within so many polls the fault must be noticed.
    pub(crate) polls: usize,
    /// What more stands in the table of the source, and under `[fetch]`.
    pub(crate) keys: &'static str,
    pub(crate) fetch: &'static str,
    /// How many items are stored of a good answer.
    pub(crate) items: RangeInclusive<usize>,
    /// A title that one of them has.
    pub(crate) title: Option<&'static str>,
    pub(crate) time: Duration,
    pub(crate) memory: u64,
}

/// The rules by which the scraped pages are read.
const RULES: &str = "listing.item = \"article.story\"\nlisting.title = \"h2 a\"\nlisting.link = \"h2 a\"\n\
                     listing.date = \"time@datetime\"\nlisting.summary = \"p\"\n";

/// What comes of faults that need a later step: fault, step, within so many polls.
const LATER: [(&str, i32, usize); 4] = [
    ("page-layout-zero", 1, 3),
    ("page-layout-garbage", 1, 1),
    ("page-captcha", 1, 1),
    ("empty-channel", 1, 3),
];

/// Pages that are errors also where nothing is known of the source yet, and no rules are: fault, step.
const UNKNOWN: [(&str, i32); 2] = [("page-captcha", 1), ("page-js-only", 0)];

/// Faults that are not in the list, as the origin's ports have them.
const PORTS: [(&str, &str, u16, Wanted); 8] = [
    ("tls-expired", "https", 1, Wanted::Error),
    ("tls-good", "https", 2, Wanted::Stored),
    ("tls-not-yet", "https", 3, Wanted::Error),
    ("tls-self-signed", "https", 4, Wanted::Error),
    ("tls-wrong-host", "https", 5, Wanted::Error),
    ("connect-hang", "http", 90, Wanted::Error),
    ("tls-stall", "https", 91, Wanted::Error),
    ("refused", "http", 92, Wanted::Error),
];

/// Those that take as long as they are let; they run beside each other, for they do nothing meanwhile.
const SLOW: [&str; 6] = [
    "no-answer",
    "slow-headers",
    "slow-body",
    "stall-body",
    "connect-hang",
    "tls-stall",
];

/// Those whose work a debug build is too slow for, or the origin.
const HEAVY: [&str; 4] = ["br-bomb", "interim-flood", "attr-10mb", "items-100k"];

impl Case {
    pub(crate) fn is_slow(&self) -> bool {
        SLOW.contains(&self.name.as_str())
    }

    /// Its name as it can stand in an address.
    pub(crate) fn label(&self) -> String {
        self.name.replace(' ', "-")
    }

    /// Whether the origin gives it what stands under the name of another case.
    pub(crate) fn leans_on_another(&self) -> bool {
        self.name.contains('@') || self.name == "redir-301-html"
    }

    /// Whether it is left out where there is little time.
    pub(crate) fn is_left_out(&self) -> bool {
        self.is_slow() || HEAVY.contains(&self.name.as_str())
    }

    fn listed(fault: &Fault, origin: &Origin) -> Self {
        let name = fault.name.as_str();
        let wanted = match (name, fault.outcome.as_str()) {
            ("length-too-short" | "truncated-wellframed" | "unclosed-cdata", _) => {
                Wanted::ErrorOrPartial
            }
            // Listed as errors; as well that what is hostile in them is neither read nor resolved.
            (
                "xxe-file" | "xxe-http" | "billion-laughs" | "quadratic-blowup"
                | "redir-endless-body",
                _,
            ) => Wanted::ErrorOrStored,
            (_, "error") => Wanted::Error,
            (_, "ok") => Wanted::Stored,
            (_, "notmod") => Wanted::Unchanged,
            (_, "move") => Wanted::Moved,
            (_, other) => panic!("{name} has an outcome that is not known here: {other}"),
        };
        // A bad answer at the first step is what this one is about; its good ones are in the stateful table.
        let wanted = if name == "etag-on-bad-body" {
            Wanted::ErrorOrPartial
        } else {
            wanted
        };
        let items = match name {
            "latin-says-utf8" | "ct-charset-wins" | "xinclude" | "deep-html" | "title-1mb"
            | "guid-reused" => 1..=1,
            "date-1970" => 2..=2,
            // The second has neither a title nor a text.
            "json-feed-bad-id" => 1..=2,
            "charset-unknown" => 3..=3,
            "guid-dup" => 2..=3,
            "one-bad-item" => 4..=4,
            "guid-none-link-none" | "date-future" => 5..=5,
            "date-junk" => 9..=9,
            "http-to-https" | "domain-move" | "tracking-params" | "session-id" | "slug-rewrite"
            | "trailing-slash" => 20..=20,
            "page-layout-zero" | "page-layout-garbage" | "page-captcha" => 12..=12,
            "items-100k" => 1..=10_000,
            _ => 10..=10,
        };
        let title = match name {
            "latin-says-utf8" => Some("café ’q’"),
            "ct-charset-wins" => Some("новости"),
            "utf16le" | "utf16be-nobom" | "bom-utf8" | "bom-twice" | "leading-space"
            | "charset-unknown" => Some("Item 2"),
            "bare-ampersand" => Some("Q & A"),
            _ => None,
        };
        let keys = if fault.group == "page" { RULES } else { "" };
        let fetch = match name {
            "items-100k" => "max_body = \"64 MiB\"",
            _ => "",
        };
        let (time, memory) = match name {
            "items-100k" => (Duration::from_secs(5), 256 << 20),
            _ => (TIME, MEMORY),
        };
        Self {
            name: name.to_owned(),
            group: fault.group.clone(),
            wanted,
            url: origin.url(&format!("/f/{name}")),
            fault: name.to_owned(),
            before: wanted.fails().then_some(-1),
            step: 0,
            // Flattened, it is a feed without items.
            polls: if name == "deep-nesting" { 3 } else { 1 },
            keys,
            fetch,
            items,
            title,
            time,
            memory,
        }
    }
}

/// Every fault as a case. The TLS ones only where there are certificates.
pub(crate) fn cases(list: &[Fault], origin: &Origin, certificates: bool) -> Vec<Case> {
    let listed = |name: &str| {
        let fault = list.iter().find(|fault| fault.name == name);
        Case::listed(fault.unwrap(), origin)
    };
    let mut cases: Vec<Case> = list
        .iter()
        .map(|fault| Case::listed(fault, origin))
        .collect();
    for (name, step, polls) in LATER {
        cases.push(Case {
            name: format!("{name}@{step}"),
            wanted: Wanted::Error,
            before: Some(0),
            step,
            polls,
            ..listed(name)
        });
    }
    for (name, step) in UNKNOWN {
        cases.push(Case {
            name: format!("{name}@{step} unknown"),
            wanted: Wanted::Error,
            before: None,
            step,
            keys: "",
            ..listed(name)
        });
    }
    for (name, scheme, port, wanted) in PORTS {
        let tls = name.starts_with("tls-") && name != "tls-stall";
        if tls && !certificates {
            continue;
        }
        let port = origin.port + port;
        cases.push(Case {
            name: name.to_owned(),
            group: if scheme == "https" {
                "tls"
            } else {
                "transport"
            }
            .to_owned(),
            wanted,
            url: format!("{scheme}://127.0.0.1:{port}/f/control"),
            before: None,
            ..listed("control")
        });
    }
    cases
}
