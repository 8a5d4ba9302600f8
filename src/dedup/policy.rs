//! What the guids and links of a source are worth, by what they have done: from the guid to the link, to link and day,
//! to title and day.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::keys::{Keys, keys, link_and_day, page, title_and_day};
use super::{Memory, Placed, alike, content, is_other_day};
use crate::model::{Item, Key};
use crate::normalize::url::{anchored, unanchored};

/// So many fetches in a row that speak against a name settle it for good: one is a move, two may be.
const SETTLED: u8 = 3;

/// So many fetches in a row in which links stay what they are make them worth something again: longer than a session
/// lasts between two of them.
const STEADY: u8 = 10;

/// The fetches in a row that speak against each name. What is settled stays so, but for links that come to stay: news is
/// published where it was first while they are worth nothing, and known by less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Most guids were others than before, or those of other news.
    guids: u8,
    /// Most links were others than before, or those of other news in the list.
    links: u8,
    /// Most links led to other news of another day.
    reused: u8,
    /// The links were worth nothing, and most were those of the fetch before.
    steady: u8,
}

/// The strongest name that a source's items are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Their guid.
    Guid,
    /// Their link.
    Link,
    /// Their link and day.
    LinkAndDay,
    /// Their title and day.
    TitleAndDay,
}

impl Policy {
    /// The strongest name that is left.
    #[must_use]
    pub fn name(self) -> Name {
        if self.guids < SETTLED {
            Name::Guid
        } else if self.links >= SETTLED {
            Name::TitleAndDay
        } else if self.reused >= SETTLED {
            Name::LinkAndDay
        } else {
            Name::Link
        }
    }

    /// Whether links say where an item is now, so that a new one is published.
    #[must_use]
    pub fn follows_links(self) -> bool {
        self.links < SETTLED
    }

    /// Whether the items have the same keys under both.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        let settled = |policy: Self| {
            [policy.guids, policy.links, policy.reused].map(|against| against >= SETTLED)
        };
        settled(self) == settled(other)
    }

    /// The keys of the items of one fetch. Where one link is given to other news each time, an item's address is the
    /// link with its title as text fragment.
    #[must_use]
    pub fn keys(self, items: &mut [Item]) -> Vec<Keys> {
        if self.follows_links() && self.reused >= SETTLED {
            for item in items.iter_mut() {
                if let Some(url) = item.url.as_mut().filter(|url| url.fragment().is_none()) {
                    *url = anchored(url, &item.title);
                }
            }
        }
        let mut all = keys(items);
        for (item, keys) in items.iter().zip(&mut all) {
            self.reduce(keys);
            if self.reused >= SETTLED && self.follows_links() {
                keys.url = link_and_day(item);
            }
            if keys.addresses().next().is_none() {
                keys.title_day = title_and_day(item, true);
            }
        }
        all
    }

    /// Takes the names out that are worth nothing.
    pub fn reduce(self, keys: &mut Keys) {
        if self.guids >= SETTLED {
            keys.guid = None;
        }
        if self.links >= SETTLED {
            (keys.url, keys.anchored) = (None, None);
        }
    }

    /// What the names have done in a fetch.
    #[must_use]
    pub fn after(self, placed: &[Placed], memory: &Memory) -> Self {
        let guids: HashSet<Key> = placed
            .iter()
            .filter_map(|placed| placed.keys.guid)
            .collect();
        let addresses: HashSet<Key> = placed
            .iter()
            .filter_map(|placed| placed.keys.url.or(placed.keys.anchored))
            .collect();
        let [mut guid, mut links, mut reuse, mut steady] = [Evidence::default(); 4];
        for placed in placed {
            let (item, keys) = (&placed.item, &placed.keys);
            let known = placed.verdict.row().and_then(|row| memory.items.get(&row));
            if item.guid.is_some() {
                match (keys.guid, known.and_then(|known| known.keys.guid)) {
                    // Several items have it, or it was that of another one.
                    (None, _) => guid.against += 1,
                    (Some(now), Some(before)) if now == before => guid.speaks_for += 1,
                    (Some(_), Some(before)) if !guids.contains(&before) => guid.against += 1,
                    _ => {}
                }
            }
            let Some(known) = known else { continue };
            // What it said has its link in it.
            if !self.follows_links() && item.url.is_some() && content(item) == known.content {
                steady.speaks_for += 1;
            } else {
                steady.against += 1;
            }
            // Where it is known to be, not where it was published.
            let link = |keys: &Keys| keys.url.or(keys.anchored);
            match (link(keys), link(&known.keys)) {
                (Some(now), Some(before)) if now == before => {
                    links.speaks_for += 1;
                    if is_other_day(known, item) && !alike(&known.title, &item.title) {
                        reuse.against += 1;
                    } else {
                        reuse.speaks_for += 1;
                    }
                }
                (Some(_), Some(before)) if !addresses.contains(&before) => links.against += 1,
                _ => {}
            }
        }
        let after = Self {
            guids: guid.add_to(self.guids),
            links: links.add_to(self.links),
            reused: reuse.add_to(self.reused),
            steady: steady.repeats(self.steady),
        };
        if after.steady < STEADY {
            return after;
        }
        Self {
            links: 0,
            steady: 0,
            ..after
        }
    }
}

/// How many items of a fetch speak for a name, and how many against it.
#[derive(Clone, Copy, Default)]
struct Evidence {
    speaks_for: usize,
    against: usize,
}

impl Evidence {
    fn add_to(&self, before: u8) -> u8 {
        if before >= SETTLED || self.speaks_for + self.against == 0 {
            before
        } else if self.against > self.speaks_for {
            before + 1
        } else {
            0
        }
    }

    /// How many fetches in a row have spoken for it, with this one.
    fn repeats(&self, before: u8) -> u8 {
        match self.speaks_for + self.against {
            0 => before,
            _ if self.speaks_for > self.against => before.saturating_add(1),
            _ => 0,
        }
    }
}

/// Gives an item an address of its own, apart from the news that had its link before.
pub(super) fn part(item: &mut Item, keys: &mut Keys) {
    if let Some(url) = &mut item.url {
        *url = anchored(&unanchored(url), &item.title);
        keys.url = None;
        keys.address = Some(page(url));
        let parted = super::keys::keys(std::slice::from_ref(item));
        keys.anchored = parted.first().and_then(|parted| parted.anchored);
    }
}
