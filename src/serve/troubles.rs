//! The feed of troubles: what happened to the sources, as a feed for the operator's own reader. It is served on the
//! operator's address only, and none of it is news.

use atom_syndication::{Entry, Feed, FixedDateTime, Link, Person, Text, WriteConfig};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::notes::{hidden, minute};
use crate::config::Site;
use crate::dedup::NAMESPACE;
use crate::render::text::line;
use crate::store::{Incident, What};

/// The most bytes of a title or a text.
const LONGEST: usize = 4_000;
/// What stands for the last change of a feed without entries: noon of the first of January 2000.
const NEVER: i64 = 946_728_000;

/// The feed as an Atom document (RFC 4287). `root` is where the operator reached us, `http://127.0.0.1:8081` for
/// example; `site_id` is what makes the ids those of this installation.
#[must_use]
pub(super) fn feed(incidents: &[Incident], site: &Site, site_id: &str, root: &str) -> String {
    let teller = Teller {
        site,
        site_id,
        root,
    };
    let mut entries: Vec<Entry> = incidents
        .iter()
        .flat_map(|incident| [teller.ended(incident), Some(teller.began(incident))])
        .flatten()
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.updated));
    let newest = entries.first().map(|entry| entry.updated);
    let feed = Feed {
        title: plain(&format!("{}: sources in trouble", site.title)),
        subtitle: Some(plain(
            "When a source breaks, recovers, moves or falls silent. For whoever runs this; none of it is news.",
        )),
        id: teller.id(&[]),
        updated: newest
            .unwrap_or_else(|| utc(DateTime::from_timestamp(NEVER, 0).unwrap_or_default())),
        authors: vec![Person {
            name: "rassegna".into(),
            ..Person::default()
        }],
        links: vec![
            link(format!("{root}/health/atom.xml"), "self"),
            link(format!("{root}/status"), "alternate"),
        ],
        lang: Some("en".into()),
        entries,
        ..Feed::default()
    };
    write(&feed)
}

struct Teller<'a> {
    site: &'a Site,
    site_id: &'a str,
    root: &'a str,
}

impl Teller<'_> {
    fn id(&self, parts: &[&str]) -> String {
        let name = [&["health", self.site_id], parts].concat().join("\0");
        Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn().to_string()
    }

    fn entry(&self, incident: &Incident, part: &str, at: DateTime<Utc>) -> Entry {
        let began = incident.began.timestamp().to_string();
        let id = self.id(&[&incident.source.0, incident.what.as_str(), &began, part]);
        Entry {
            id,
            published: Some(utc(at)),
            updated: utc(at),
            links: vec![link(
                format!("{}/status#{}", self.root, incident.source),
                "alternate",
            )],
            ..Entry::default()
        }
    }

    fn began(&self, incident: &Incident) -> Entry {
        let Incident { title, what, .. } = incident;
        let happened = match what {
            What::Failing => "fails",
            What::Degraded => "is degraded",
            What::Gone => "is gone",
            What::Silent => "is silent",
            What::Moved => "has moved",
            What::Mended => "is read by mended rules",
        };
        Entry {
            title: plain(&format!("{title} {happened}")),
            updated: utc(incident.again),
            summary: Some(plain(&self.told(incident))),
            ..self.entry(incident, "began", incident.began)
        }
    }

    /// What happened, what was done about it, and what can be done.
    fn told(&self, incident: &Incident) -> String {
        let (source, reason) = (&incident.source, &incident.reason);
        let began = self.time(incident.began);
        let text = match incident.what {
            What::Failing => format!(
                "Since {began} the source {source} gives nothing: {reason}. Its last good entries stay published, and it \
                 is asked again, less and less often. `rassegna status {source}` tells more, and shows rules that mend it \
                 where some were found; if its page opens in a browser, look at `rassegna inspect {source}`; else wait, or \
                 disable it."
            ),
            What::Degraded => format!(
                "At {began} the source {source} answered, but not with its news as far as can be told: {reason}. Nothing \
                 was taken from that; its last good entries stay published, and it is asked again as usual. Look at its \
                 page and at `rassegna status {source}`, which shows rules that mend it where some were found."
            ),
            What::Gone => format!(
                "At {began} the source {source} was paused: {reason}. What it gave stays published, and it is asked once a \
                 week. Give its new address, or disable it."
            ),
            What::Silent => format!(
                "The source {source} answers, but {reason}, which is far longer than it ever was without news. Nothing \
                 else is wrong. Look whether its news stands elsewhere now."
            ),
            What::Moved => format!(
                "The source {source} has moved for good, and is asked at {} from now on. Change its `url`.",
                hidden(reason)
            ),
            What::Mended => format!(
                "The rules of the source {source} no longer fitted its page ({reason}). It is read by mended ones from now \
                 on; `rassegna status {source}` shows what to change in the configuration."
            ),
        };
        match incident.times {
            0 | 1 => text,
            times => format!(
                "{text} It has come and gone {times} times since {began}, last at {}.",
                self.time(incident.again)
            ),
        }
    }

    fn ended(&self, incident: &Incident) -> Option<Entry> {
        let (at, how) = incident.ended.as_ref()?;
        let text = format!(
            "At {}, after {}, the source {} is well: {how}. There is nothing to do.",
            self.time(*at),
            lasted(incident.began, *at),
            incident.source
        );
        let happened = match incident.what {
            What::Silent => "has news again",
            _ => "is well again",
        };
        Some(Entry {
            title: plain(&format!("{} {happened}", incident.title)),
            summary: Some(plain(&text)),
            ..self.entry(incident, "ended", *at)
        })
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        minute(at, self.site.timezone)
    }
}

/// How long a trouble lasted, in the unit that tells most.
fn lasted(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let minutes = (to - from).num_minutes().max(1);
    let (count, unit) = match minutes {
        ..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Text that XML can hold.
fn plain(text: &str) -> Text {
    Text::plain(line(text, LONGEST))
}

fn link(href: String, rel: &str) -> Link {
    Link {
        href,
        rel: rel.into(),
        ..Link::default()
    }
}

fn utc(at: DateTime<Utc>) -> FixedDateTime {
    at.fixed_offset()
}

fn write(feed: &Feed) -> String {
    let config = WriteConfig {
        write_document_declaration: true,
        indent_size: Some(2),
    };
    #[expect(clippy::expect_used, reason = "a write to memory cannot fail")]
    let bytes = feed
        .write_with_config(Vec::new(), config)
        .expect("memory takes every byte");
    String::from_utf8_lossy(&bytes).into_owned()
}
