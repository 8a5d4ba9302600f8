//! What is known of a source's items, and which items of a page are those.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::config::units::fold;
use crate::model::{Item, Place};

/// A title of fewer letters and digits is not looked for inside a longer one.
const LONG: usize = 12;

/// An item that the source listed when its rules still worked, as it was read then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its title as plain text.
    pub title: String,
    /// Its address.
    pub url: Option<Url>,
    /// The day that the list itself gave it, in the source's zone; nothing where it gave none.
    pub day: Option<NaiveDate>,
    /// Whether the list had a teaser of it.
    pub told: bool,
}

impl Known {
    /// What is known of an item. A day that its list did not show (it came from its article, or is that of its first
    /// sighting) is none.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        Self {
            title: item.title.clone(),
            url: item.url.clone(),
            day: day(item),
            told: !item.summary.is_empty(),
        }
    }

    /// Those of an earlier list that are none of these, whatever has become of their titles and links.
    #[must_use]
    pub fn gone(before: Vec<Self>, now: &[Self]) -> Vec<Self> {
        let path = |one: &Self| one.url.as_ref().and_then(path_key);
        let titles: Vec<String> = now.iter().map(|one| title_key(&one.title)).collect();
        let mut paths: HashMap<String, usize> = HashMap::new();
        for path in now.iter().filter_map(path) {
            *paths.entry(path).or_default() += 1;
        }
        // A page that several have is the address of none.
        let leads = |one: &Self| path(one).is_some_and(|path| paths.get(&path) == Some(&1));
        let said = |one: &Self| {
            let title = title_key(&one.title);
            titles.iter().any(|other| is_decorated(&title, other))
        };
        let gone = before.into_iter().filter(|one| !leads(one) && !said(one));
        gone.collect()
    }
}

/// Whether one of two titles is the other, decoration aside.
fn is_decorated(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    short == long || (2 * short.len() >= long.len() && long.contains(short))
}

/// The day that a list shows for an item.
pub(super) fn day(item: &Item) -> Option<NaiveDate> {
    let dated = item.published.as_ref()?;
    matches!(dated.place, Place::Item | Place::Heading | Place::Address)
        .then(|| dated.at.date_naive())
}

/// A title by its letters and digits alone.
pub(super) fn title_key(title: &str) -> String {
    let key: String = fold(title).split(' ').collect();
    if key.is_empty() {
        title.trim().to_owned()
    } else {
        key
    }
}

/// What of an address stays when a site moves to another host: path and query, nothing where that is the front page.
pub(super) fn path_key(url: &Url) -> Option<String> {
    let path = percent_decode_str(url.path()).decode_utf8_lossy();
    let path = path.trim_end_matches('/');
    let mut query: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("utm_"))
        .collect();
    query.sort_unstable();
    let fragment = url.fragment().filter(|_| path.is_empty());
    let key = format!(
        "{path}?{}#{}",
        query.join("&"),
        fragment.unwrap_or_default()
    );
    (key.len() > 2).then_some(key)
}

/// A known item found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    /// Its place among the known.
    pub(super) known: usize,
    /// Its place among the items.
    pub(super) item: usize,
}

/// The known items, by what they are found by.
pub(super) struct Roll<'a> {
    pub(super) known: &'a [Known],
    titles: Vec<String>,
    paths: Vec<Option<String>>,
    by_title: HashMap<String, Vec<usize>>,
    /// Only paths that no two known items share.
    by_path: HashMap<String, usize>,
}

impl<'a> Roll<'a> {
    pub(super) fn of(known: &'a [Known]) -> Self {
        let titles: Vec<String> = known.iter().map(|one| title_key(&one.title)).collect();
        let paths: Vec<Option<String>> = known
            .iter()
            .map(|one| one.url.as_ref().and_then(path_key))
            .collect();
        let mut by_title: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, title) in titles.iter().enumerate() {
            by_title.entry(title.clone()).or_default().push(at);
        }
        let mut by_path = HashMap::new();
        let mut shared = HashSet::new();
        for (at, path) in paths.iter().enumerate() {
            if let Some(path) = path
                && by_path.insert(path.clone(), at).is_some()
            {
                shared.insert(path.clone());
            }
        }
        by_path.retain(|path, _| !shared.contains(path));
        Self {
            known,
            titles,
            paths,
            by_title,
            by_path,
        }
    }

    /// Whether a text is a known title.
    pub(super) fn has_title(&self, text: &str) -> bool {
        self.by_title.contains_key(&title_key(text))
    }

    /// The known item that has an address.
    pub(super) fn at(&self, url: &Url) -> Option<usize> {
        self.by_path.get(&path_key(url)?).copied()
    }

    /// The known items with a title.
    pub(super) fn titled(&self, text: &str) -> &[usize] {
        self.by_title
            .get(&title_key(text))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Whether an item has the title of a known one, decoration aside.
    pub(super) fn same_title(&self, known: usize, item: &Item) -> bool {
        is_decorated(&self.titles[known], &title_key(&item.title))
    }

    /// Whether an item leads where a known one led, whatever the host.
    pub(super) fn same_path(&self, known: usize, item: &Item) -> bool {
        self.paths[known] == item.url.as_ref().and_then(path_key)
    }

    /// Finds the known items among others: by address, by title, by day where titles repeat, by a title within a
    /// longer one. Each is found once.
    pub(super) fn pairs(&self, items: &[Item]) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut taken = vec![false; self.known.len()];
        let mut found = vec![false; items.len()];
        let mut pair = |known: usize, item: usize, taken: &mut Vec<bool>, found: &mut Vec<bool>| {
            if !taken[known] && !found[item] {
                (taken[known], found[item]) = (true, true);
                pairs.push(Pair { known, item });
            }
        };
        let keys: Vec<String> = items.iter().map(|item| title_key(&item.title)).collect();
        // Of several items with one address, the one with the known title.
        for titled in [true, false] {
            for (at, item) in items.iter().enumerate() {
                if let Some(known) = item.url.as_ref().and_then(|url| self.at(url))
                    && (!titled || self.titles[known] == keys[at])
                {
                    pair(known, at, &mut taken, &mut found);
                }
            }
        }
        for dated in [true, false] {
            for (at, item) in items.iter().enumerate() {
                for &known in self.by_title.get(&keys[at]).into_iter().flatten() {
                    let day = self.known[known].day;
                    if !dated || day == self::day(item) {
                        pair(known, at, &mut taken, &mut found);
                    }
                }
            }
        }
        for known in 0..self.known.len() {
            let title = &self.titles[known];
            if taken[known] || title.len() < LONG {
                continue;
            }
            let longer = |at: &usize| {
                !found[*at] && keys[*at].len() <= 2 * title.len() && keys[*at].contains(title)
            };
            if let Some(at) = (0..items.len()).find(longer) {
                pair(known, at, &mut taken, &mut found);
            }
        }
        pairs
    }
}
