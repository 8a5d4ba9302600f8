//! What is special about the set-up and about how a source is asked, in words for the operator.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::config::{Config, Proxy};
use crate::dedup::{Name, Policy};
use crate::fetch::history::Gone;
use crate::store::{SourceState, Summary};

/// Something that is not as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub text: String,
    /// Whether it is dangerous.
    pub danger: bool,
}

impl Note {
    fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            danger: false,
        }
    }
}

/// What is known besides the store's own answer.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The configuration in use.
    pub config: &'a Config,
    /// The origins that asked for a pause, and until when.
    pub waiting: &'a [(String, DateTime<Utc>)],
}

impl Around<'_> {
    /// What holds for the whole daemon.
    #[must_use]
    pub fn whole(&self) -> Vec<Note> {
        let fetch = &self.config.fetch;
        let mut notes = Vec::new();
        if !fetch.allow.is_empty() {
            let networks: Vec<String> = fetch.allow.iter().map(ToString::to_string).collect();
            notes.push(Note::plain(format!(
                "Sources may reach these networks although they are not public: {}.",
                networks.join(", ")
            )));
        }
        if let Some(proxy) = &fetch.proxy {
            notes.push(Note::plain(format!(
                "Sources are asked through the proxy {}.",
                host(proxy)
            )));
        }
        if !fetch.robots {
            notes.push(Note::plain("The robots.txt of sources is not obeyed."));
        }
        notes
    }

    /// What holds for one source. One that is not polled any more has nothing special.
    #[must_use]
    pub fn source(&self, summary: &Summary) -> Vec<Note> {
        let state = &summary.state;
        let Some(source) = self
            .config
            .sources
            .iter()
            .find(|source| source.id == summary.id)
        else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        if source.tls_insecure {
            notes.push(Note {
                text: "certificates are not verified: anyone on the way can read and change what it says".into(),
                danger: true,
            });
        }
        if !source.robots {
            notes.push(Note::plain("its robots.txt is not obeyed"));
        }
        match (&source.proxy, &self.config.fetch.proxy) {
            (None, Some(_)) => notes.push(Note::plain("asked without the proxy")),
            (Some(own), common) if common.as_ref() != Some(own) => {
                notes.push(Note::plain(format!(
                    "asked through the proxy {}",
                    host(own)
                )));
            }
            _ => {}
        }
        if state.partial {
            notes.push(Note::plain(
                "partial: its last answer was cut off, so there may be more than was read",
            ));
        }
        if let Some(address) = &state.address {
            notes.push(Note::plain(format!(
                "moved to {}, adopted",
                hidden(address.as_str())
            )));
        }
        notes.extend(self.moving(state).map(Note::plain));
        match state.waiting {
            0 => {}
            1 => notes.push(Note::plain("one new item waits for its article")),
            several => notes.push(Note::plain(format!(
                "{several} new items wait for their articles"
            ))),
        }
        if state.withheld > 0 {
            let reason = state.withheld_for.as_deref().unwrap_or_default();
            notes.push(Note::plain(format!(
                "{} held: {reason}; published when later answers confirm them, or by `rassegna release {}`",
                match state.withheld {
                    1 => "one new item is".to_owned(),
                    several => format!("{several} new items are"),
                },
                summary.id
            )));
        }
        if let Some(why) = known_by(state.policy) {
            notes.push(Note::plain(why));
        }
        let asked = state
            .feed_url
            .as_ref()
            .or(state.address.as_ref())
            .unwrap_or(&source.url)
            .origin()
            .ascii_serialization();
        if let Some((_, until)) = self.waiting.iter().find(|(host, _)| *host == asked) {
            let until = self.time(*until);
            notes.push(Note::plain(format!(
                "its host asked for a pause until {until}"
            )));
        }
        notes
    }

    /// That a source is left alone, since its server says that it is gone for good.
    #[must_use]
    pub fn paused(&self, state: &SourceState) -> Option<String> {
        let since = self.time(settled(state)?.since);
        let again = match state.next_run {
            Some(next) => format!("; asked again {}", self.time(next)),
            None => String::new(),
        };
        Some(format!("its server says 410 Gone since {since}{again}"))
    }

    fn moving(&self, state: &SourceState) -> Option<String> {
        let moving = state.moving.as_ref()?;
        let (to, since) = (hidden(moving.to.as_str()), self.time(moving.since));
        let seen = match moving.seen {
            0 | 1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        Some(format!("moves to {to} since {since}, seen {seen}"))
    }

    pub(super) fn time(&self, at: DateTime<Utc>) -> String {
        named_minute(at, self.config.site.timezone)
    }
}

/// Since when its server says that a source is gone, where that is believed.
pub(super) fn settled(state: &SourceState) -> Option<Gone> {
    let (gone, asked) = (state.gone?, state.last_attempt?);
    gone.is_settled(asked).then_some(gone)
}

/// A time to the minute, in the site's zone.
pub(super) fn minute(at: DateTime<Utc>, timezone: Tz) -> String {
    at.with_timezone(&timezone)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// The same with the zone, where it stands alone.
#[must_use]
pub fn named_minute(at: DateTime<Utc>, timezone: Tz) -> String {
    at.with_timezone(&timezone)
        .format("%Y-%m-%d %H:%M %Z")
        .to_string()
}

/// The host of a proxy with its port, and nothing of what proves to it who asks.
fn host(proxy: &Proxy) -> String {
    let host = proxy.url.host_str().unwrap_or_default();
    match proxy.url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// An address without its query and credentials, which may be secrets.
#[must_use]
pub(super) fn hidden(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return String::new();
    };
    let secret = url.query().is_some();
    url.set_query(None);
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    if secret {
        format!("{url}?…")
    } else {
        url.into()
    }
}

/// What a source's items are known by, where that is not what names them best.
fn known_by(policy: Policy) -> Option<&'static str> {
    match policy.name() {
        Name::Guid if policy.follows_links() => None,
        Name::Guid => {
            Some("its links change by themselves: its entries keep those that they came with")
        }
        Name::Link => Some("its guids are worth nothing: its items are known by their links"),
        Name::LinkAndDay => Some(
            "it gives its links to other news again: its items are known by their links and days",
        ),
        Name::TitleAndDay => {
            Some("its links change by themselves: its items are known by their titles and days")
        }
    }
}
