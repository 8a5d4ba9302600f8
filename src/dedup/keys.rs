//! What identifies an item: keys from its guid, its link, its title and day, and which of them can be trusted in
//! this fetch.

use std::collections::HashMap;

use url::Url;

use crate::config::units::fold;
use crate::extract::text::plain;
use crate::model::{Item, Key};
use crate::normalize::url::{identity, unanchored};

/// The identity keys of an item. Each is over what the source says, never over where it stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Of its guid, unless several items of one fetch have it.
    pub guid: Option<Key>,
    /// Of its link, unless it shares the link with another story.
    pub url: Option<Key>,
    /// Of its link and title together.
    pub anchored: Option<Key>,
    /// Of its title and day; without a day only where there is no link and no guid.
    pub title_day: Option<Key>,
    /// Of its published address: the one that no two entries may have.
    pub address: Option<Key>,
}

impl Keys {
    /// Everything by which the item is recognised in its source.
    pub fn all(&self) -> impl Iterator<Item = Key> + '_ {
        [self.guid, self.url, self.anchored, self.title_day]
            .into_iter()
            .flatten()
    }

    /// What says where the item is: its guid and its link. The weaker keys are left out.
    pub fn addresses(&self) -> impl Iterator<Item = Key> + '_ {
        let link = self.url.or(self.anchored);
        [self.guid, link].into_iter().flatten()
    }

    /// The strongest: what the entry's id is made of.
    #[must_use]
    pub fn first(&self) -> Key {
        self.all().next().unwrap_or(Key([0; 16]))
    }
}

/// The keys of the items of one fetch.
#[must_use]
pub fn keys(items: &[Item]) -> Vec<Keys> {
    let mut links_of_guid: HashMap<&str, Option<String>> = HashMap::new();
    let mut shared = std::collections::HashSet::new();
    for item in items {
        let Some(guid) = item.guid.as_deref() else {
            continue;
        };
        let link = item.url.as_ref().map(identity);
        match links_of_guid.get(guid) {
            Some(other) if *other != link => {
                shared.insert(guid);
            }
            Some(_) => {}
            None => {
                links_of_guid.insert(guid, link);
            }
        }
    }
    items
        .iter()
        .map(|item| {
            one(
                item,
                item.guid
                    .as_deref()
                    .is_some_and(|guid| shared.contains(guid)),
            )
        })
        .collect()
}

fn one(item: &Item, guid_is_shared: bool) -> Keys {
    let title = fold(&item.title);
    let guid = item
        .guid
        .as_deref()
        .filter(|_| !guid_is_shared)
        .map(|guid| Key::of(&["guid", guid]));
    let address = item.url.as_ref().map(identity);
    let plain_address = item.url.as_ref().map(|url| identity(&unanchored(url)));
    let own = address == plain_address;
    let day = item
        .published
        .as_ref()
        .map(|dated| dated.at.date_naive().to_string());
    let nameless = guid.is_none() && address.is_none();
    Keys {
        guid,
        url: address
            .as_deref()
            .filter(|_| own)
            .map(|address| Key::of(&["link", address])),
        anchored: plain_address
            .as_deref()
            .map(|address| Key::of(&["link and title", address, &title])),
        title_day: match day {
            _ if title.is_empty() => None,
            Some(day) => Some(Key::of(&["title and day", &title, &day])),
            None => nameless.then(|| Key::of(&["title", &title])),
        },
        address: address.map(|address| Key::of(&["address", &address])),
    }
}

/// What stands for the page at an address.
#[must_use]
pub fn page(url: &Url) -> Key {
    Key::of(&["address", &identity(url)])
}

/// What an item says, as one key: an edit is what changes it. White space, markup and pictures don't count.
#[must_use]
pub fn content(item: &Item) -> Key {
    let mut parts = vec![item.title.clone(), item.summary.clone(), plain(&item.html)];
    parts.extend(
        item.enclosures
            .iter()
            .map(|enclosure| enclosure.url.clone()),
    );
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Key::of(&parts)
}

/// Whether two titles are versions of one: at least half of the words of the shorter are in the other, and not that
/// each has a number of its own, as the pieces of a series have.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    let words = |text: &str| {
        text.split(' ')
            .map(str::to_owned)
            .collect::<std::collections::HashSet<_>>()
    };
    let (one, other) = (words(&one), words(&other));
    let number = |word: &&String| word.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = one.difference(&other).any(|word| number(&word))
        && other.difference(&one).any(|word| number(&word));
    !numbered && 2 * one.intersection(&other).count() >= one.len().min(other.len())
}
