//! New, seen before, edited, moved, or another telling of a known story: decided once for each item, purely, from
//! what is known of its source.

pub mod alike;
mod change;
mod flood;
pub mod health;
mod keys;
mod place;
mod policy;
mod said;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

pub use change::{Change, FEW, Listed, change, settle};
pub use flood::{busiest, limit, withhold};
pub use keys::{Keys, keys, link, page};
pub use policy::{Name, Policy};
pub use said::{alike, content};

use crate::model::{Dated, Item, Key, Place, Precision, SourceId};

/// The most items that a source's first success publishes; the rest are marked as seen.
pub const FIRST: usize = 10;

/// News may be so much older than the last look at their source when they first appear.
const LATE: TimeDelta = TimeDelta::days(3);

/// Two times so far apart are of two days, wherever their zones are.
const OTHER_DAY: TimeDelta = TimeDelta::hours(20);

/// Dates before this year are the zero of some clock, not dates of publication.
const EARLIEST: i32 = 1990;

/// The namespace of entry ids: a UUID of our own, never to change.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_9a52_7c1e_4c55_9d2e_8a41_7b1f_6e03);

/// An item that is known from an earlier fetch of the same source.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its row in the store.
    pub item: i64,
    /// The keys that it had when it was last seen.
    pub keys: Keys,
    /// Its title, for the case that a source gives an old guid to a new story.
    pub title: String,
    /// Its date of publication, unless that is the time of its first sighting.
    pub dated: Option<DateTime<Utc>>,
    /// All that it said: [`content`].
    pub content: Key,
    /// The story that it tells; nothing where it was only seen.
    pub story: Option<i64>,
}

/// What a key leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trace {
    /// An item that is in the store.
    Item(i64),
    /// An item that was in it once: it must not be published again.
    Forgotten,
}

/// A story that an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A story that is in the store.
    Story(i64),
    /// A story that was in it once.
    Forgotten,
}

/// Everything that the store knows of the items of one fetch.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// By identity key, within the source.
    pub traces: HashMap<Key, Trace>,
    /// The items that the traces lead to.
    pub items: HashMap<i64, Known>,
    /// By address, over all sources.
    pub owners: HashMap<Key, Owner>,
}

/// The circumstances of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct Fetch {
    /// The last time that the source gave all that it lists; nothing if this is its first.
    pub since: Option<DateTime<Utc>>,
    /// The document was cut short, so nothing counts as gone.
    pub partial: bool,
    /// When it was fetched: the first-seen time of what is new.
    pub now: DateTime<Utc>,
}

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It opens a story.
    New,
    /// It was there before we came: remembered, not published.
    Seen,
    /// It tells a story that another source has told.
    Joins(i64),
    /// New, and one of too many at once: remembered, and published when it is released.
    Withheld,
    /// Known, and it says what it said.
    Same(i64),
    /// Known, and other in what nobody reads: markup, a counter, its date.
    Varied(i64),
    /// Known, and it says something else now.
    Edited(i64),
    /// Known, under another address or guid; what it says may have changed as well.
    Moved(i64),
    /// Known once, and dropped from the store since: stays out.
    Forgotten,
    /// The same item a second time in one fetch.
    Repeated,
    /// It can't be told yet whether it is new: a later, whole fetch will show, or its article.
    Held,
}

impl Verdict {
    /// The known item that it is.
    #[must_use]
    pub fn row(self) -> Option<i64> {
        match self {
            Self::Same(row) | Self::Varied(row) | Self::Edited(row) | Self::Moved(row) => Some(row),
            _ => None,
        }
    }
}

/// An item with its verdict.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The item.
    pub item: Item,
    /// Its keys.
    pub keys: Keys,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Whether it is known, and what it says has changed in a way that matters.
    pub edited: bool,
}

/// Places the items of one fetch, in their order.
#[must_use]
pub fn place(items: Vec<Item>, keys: Vec<Keys>, memory: &Memory, fetch: Fetch) -> Vec<Placed> {
    let mut placed = place::all(items, keys, memory, fetch);
    match fetch.since {
        None => greet(&mut placed),
        Some(since) => shelve(&mut placed, since),
    }
    placed
}

/// Whether an item that is known and one that is listed are both dated, on different days.
fn is_other_day(known: &Known, item: &Item) -> bool {
    let dated = item.published.as_ref().map(|dated| dated.at.to_utc());
    known
        .dated
        .zip(dated)
        .is_some_and(|(one, other)| (one - other).abs() >= OTHER_DAY)
}

/// A source's first success: its newest items are published, the rest are only remembered. What is known already
/// counts among them, so that a list whose first reading takes several tries is no more than one.
fn greet(placed: &mut [Placed]) {
    let listed = |verdict| {
        matches!(
            verdict,
            Verdict::New
                | Verdict::Same(_)
                | Verdict::Varied(_)
                | Verdict::Edited(_)
                | Verdict::Moved(_)
        )
    };
    let mut newest: Vec<usize> = (0..placed.len())
        .filter(|at| listed(placed[*at].verdict))
        .collect();
    newest.sort_by_key(|at| {
        let item = &placed[*at].item;
        (
            std::cmp::Reverse(item.published.as_ref().map(|dated| dated.at.to_utc())),
            item.position,
        )
    });
    for at in newest.into_iter().skip(FIRST) {
        if placed[at].verdict == Verdict::New {
            placed[at].verdict = Verdict::Seen;
        }
    }
}

/// Many new items at once, as when a source lists its archive: those that are older than what was read last time are
/// only remembered. A few may be late, and are published.
fn shelve(placed: &mut [Placed], since: DateTime<Utc>) {
    let new = |placed: &&mut Placed| matches!(placed.verdict, Verdict::New);
    if placed.iter_mut().filter(new).count() <= FIRST {
        return;
    }
    for placed in placed.iter_mut().filter(new) {
        let published = placed.item.published.as_ref();
        if published.is_some_and(|dated| dated.at.to_utc() < since - LATE) {
            placed.verdict = Verdict::Seen;
        }
    }
}

/// The publication time that an item keeps for ever: as dated, never after its first sighting, which is `now` unless it
/// was sighted before. Days without a
/// time and items without a date go back one second for each place in the list, so that its order stays.
#[must_use]
pub fn fixed(item: &Item, timezone: Tz, now: DateTime<Utc>) -> Dated {
    let first_seen = item.sighted.unwrap_or(now);
    let steps = TimeDelta::seconds(i64::try_from(item.position.min(40_000)).unwrap_or_default());
    let seen = (first_seen - steps).with_timezone(&timezone);
    let believed = item
        .published
        .as_ref()
        .filter(|dated| dated.at.year() >= EARLIEST);
    match believed {
        None => Dated {
            at: seen,
            precision: Precision::Second,
            place: Place::FirstSeen,
            text: String::new(),
        },
        Some(dated) => {
            let at = if dated.precision == Precision::Day {
                dated.at - steps
            } else {
                dated.at
            };
            Dated {
                at: at.min(seen.with_timezone(&dated.at.timezone())),
                ..dated.clone()
            }
        }
    }
}

/// The permanent id of the entry that an item opens (RFC 9562 UUIDv5), from its source and its first identity key.
#[must_use]
pub fn entry_id(source: &SourceId, keys: &Keys) -> Uuid {
    let mut name = Vec::with_capacity(source.0.len() + 17);
    name.extend_from_slice(source.0.as_bytes());
    name.push(0);
    name.extend_from_slice(&keys.first().0);
    Uuid::new_v5(&NAMESPACE, &name)
}
