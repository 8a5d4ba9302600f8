//! What identifies an item: keys from its guid, its link, its title and day, and which of them can be trusted in
//! this fetch.

use std::collections::HashMap;

use url::Url;

use super::said::Texts;
use crate::config::units::fold;
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
    /// Of its title and text: known by them where it moves.
    pub said: Option<Key>,
    /// Of its published address: the one that no two entries may have.
    pub address: Option<Key>,
    /// Of what it means: what changes it is an edit. It is known by none; nothing where that was not written down.
    pub meaning: Option<Key>,
}

impl Keys {
    /// Everything by which the item is recognised in its source.
    pub fn all(&self) -> impl Iterator<Item = Key> + '_ {
        self.named()
            .chain([self.title_day, self.said].into_iter().flatten())
    }

    /// What names it: its guid, its link, its link with its title.
    pub fn named(&self) -> impl Iterator<Item = Key> + '_ {
        [self.guid, self.url, self.anchored].into_iter().flatten()
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

/// The keys of the items of one fetch, for a source whose guids and links are worth what they say.
#[must_use]
pub fn keys(items: &[Item]) -> Vec<Keys> {
    // Without links, a guid is shared where the titles differ.
    let mut links_of_guid: HashMap<&str, String> = HashMap::new();
    let mut shared = std::collections::HashSet::new();
    for item in items {
        let Some(guid) = item.guid.as_deref() else {
            continue;
        };
        let link = item
            .url
            .as_ref()
            .map_or_else(|| fold(&item.title), identity);
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
    let texts = Texts::of(item);
    let guid = item
        .guid
        .as_deref()
        .filter(|_| !guid_is_shared)
        .map(|guid| Key::of(&["guid", guid]));
    let address = item.url.as_ref().map(identity);
    // Without its text fragment; nothing where it has none, as most.
    let unanchored = (item.url.as_ref())
        .filter(|url| url.fragment().is_some())
        .map(|url| identity(&unanchored(url)));
    let own = unanchored.is_none() || unanchored == address;
    let nameless = guid.is_none() && address.is_none();
    Keys {
        guid,
        url: (address.as_deref()).filter(|_| own).map(of_link),
        anchored: (unanchored.as_deref().or(address.as_deref()))
            .map(|address| Key::of(&["link and title", address, texts.title()])),
        title_day: of_title_and_day(texts.title(), item, nameless),
        said: Some(texts.said()),
        address: address.as_deref().map(of_page),
        meaning: Some(texts.meaning()),
    }
}

/// What stands for the page at an address.
#[must_use]
pub fn page(url: &Url) -> Key {
    of_page(&identity(url))
}

fn of_page(address: &str) -> Key {
    Key::of(&["address", address])
}

/// What identifies an item by its link alone, in its source.
#[must_use]
pub fn link(url: &Url) -> Key {
    of_link(&identity(url))
}

fn of_link(address: &str) -> Key {
    Key::of(&["link", address])
}

/// The key of an item's title and day; of the title alone if it has no day and is `nameless` besides.
pub(super) fn title_and_day(item: &Item, nameless: bool) -> Option<Key> {
    of_title_and_day(&fold(&item.title), item, nameless)
}

fn of_title_and_day(title: &str, item: &Item, nameless: bool) -> Option<Key> {
    match day(item) {
        _ if title.is_empty() => None,
        Some(day) => Some(Key::of(&["title and day", title, &day])),
        None => nameless.then(|| Key::of(&["title", title])),
    }
}

/// The key of an item's link and day, for a source that gives one link to other news each time.
pub(super) fn link_and_day(item: &Item) -> Option<Key> {
    let link = item.url.as_ref().map(|url| identity(&unanchored(url)))?;
    Some(Key::of(&["link and day", &link, &day(item)?]))
}

fn day(item: &Item) -> Option<String> {
    let dated = item.published.as_ref()?;
    Some(dated.at.date_naive().to_string())
}
