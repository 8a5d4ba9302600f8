//! Which item of a fetch is which that is known: the strongest evidence first, over all items, so that none takes by
//! its title what another has by its name.

use std::collections::{HashMap, HashSet};

use super::keys::Keys;
use super::policy::part;
use super::said::{content, is_telling};
use super::{Fetch, Known, Memory, Owner, Placed, Trace, Verdict, alike, is_other_day};
use crate::config::units::fold;
use crate::model::{Item, Key};

/// So many items that come back under other names at once are a site that moved.
const MOVE: usize = 3;
/// So many known items at least tell a change of the site from one of the news.
const TEMPLATE: usize = 5;

/// What becomes of each item, apart from whether it is news.
pub(super) fn all(
    mut items: Vec<Item>,
    mut keys: Vec<Keys>,
    memory: &Memory,
    fetch: Fetch,
) -> Vec<Placed> {
    withdraw_names(&mut items, &mut keys, memory);
    let mut round = Round::new(&items, &keys, memory, fetch);
    round.by_name(|keys| keys.guid);
    round.by_name(|keys| keys.anchored);
    round.by_name(|keys| keys.url);
    round.by_text(true);
    round.by_title_and_day();
    round.by_text(false);
    let verdicts = round.rest();
    let mut placed: Vec<Placed> = items
        .into_iter()
        .zip(keys)
        .zip(verdicts)
        .map(|((item, keys), verdict)| {
            let known = verdict.row().and_then(|row| memory.items.get(&row));
            let edited = known
                .and_then(|known| known.keys.meaning)
                .is_some_and(|known| Some(known) != keys.meaning);
            Placed {
                item,
                keys,
                verdict,
                edited,
            }
        })
        .collect();
    overlook_template(&mut placed, memory);
    for placed in &mut placed {
        let Some(known) = placed.verdict.row().and_then(|row| memory.items.get(&row)) else {
            continue;
        };
        let names: HashSet<Key> = known.keys.named().collect();
        // What is listed without a title says nothing new of what is known.
        if placed.item.title.is_empty() {
            continue;
        }
        let moved = placed.keys.addresses().any(|key| !names.contains(&key))
            || is_published_elsewhere(known, &placed.keys, memory);
        placed.verdict = if moved {
            Verdict::Moved(known.item)
        } else if placed.edited {
            Verdict::Edited(known.item)
        } else if !placed.keys.all().eq(known.keys.all()) || content(&placed.item) != known.content
        {
            Verdict::Varied(known.item)
        } else {
            Verdict::Same(known.item)
        };
    }
    placed
}

/// Whether an item has a link that nobody else is published at, and is published at another one itself, as where it moved
/// while it was held.
fn is_published_elsewhere(known: &Known, keys: &Keys, memory: &Memory) -> bool {
    let owner = keys.address.and_then(|address| memory.owners.get(&address));
    let own = owner
        .is_none_or(|owner| matches!(owner, Owner::Story(story) if known.story == Some(*story)));
    known.story.is_some()
        && own
        && keys.url.or(keys.anchored).is_some()
        && keys.address != known.keys.address
}

/// A guid that was given to other news since says nothing about them, and their entry can't have an id of it; nor can
/// they have the link of an item that is listed elsewhere now.
fn withdraw_names(items: &mut [Item], keys: &mut [Keys], memory: &Memory) {
    let mut by_title: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut by_guid: HashMap<Key, usize> = HashMap::new();
    for (at, keys) in keys.iter().enumerate() {
        if let Some(title) = keys.title_day.or(keys.said) {
            by_title.entry(title).or_default().push(at);
        }
        if let Some(guid) = keys.guid {
            by_guid.insert(guid, at);
        }
    }
    let known = |key: Option<Key>| match memory.traces.get(&key?)? {
        Trace::Item(row) => memory.items.get(row),
        Trace::Forgotten => None,
    };
    // Where the title of a known item stands now, if that is not here.
    let elsewhere =
        |known: &Known, at: usize, own: &dyn Fn(&Keys) -> Option<Key>, keys: &[Keys]| {
            let places = known.keys.title_day.or(known.keys.said);
            let places = places.and_then(|title| by_title.get(&title));
            places.is_some_and(|places| {
                !places.contains(&at)
                    && places.iter().any(|place| {
                        let there = keys.get(*place).and_then(own);
                        there.is_some() && there != keys.get(at).and_then(own)
                    })
            })
        };
    let reused: Vec<(bool, bool)> = items
        .iter()
        .zip(keys.iter())
        .enumerate()
        .map(|(at, (item, own))| {
            let guid = known(own.guid).is_some_and(|known| {
                let other_link = own.address.is_some()
                    && known.keys.address.is_some()
                    && own.address != known.keys.address;
                !alike(&known.title, &item.title)
                    && (other_link || elsewhere(known, at, &|keys| keys.guid, keys))
            });
            let link = known(own.url).is_some_and(|known| {
                let named = known.keys.guid.filter(|guid| own.guid != Some(*guid));
                let named = named.and_then(|guid| by_guid.get(&guid));
                let named_elsewhere = named.is_some_and(|place| {
                    keys.get(*place).is_some_and(|there| there.url != own.url)
                });
                named_elsewhere
                    || (fold(&known.title) != fold(&item.title)
                        && !alike(&known.title, &item.title)
                        && elsewhere(known, at, &|keys| keys.url, keys))
            });
            (guid, link)
        })
        .collect();
    for ((item, keys), (guid, link)) in items.iter_mut().zip(keys).zip(reused) {
        if guid {
            keys.guid = None;
        }
        if link {
            part(item, keys);
        }
    }
}

struct Round<'a> {
    items: &'a [Item],
    keys: &'a [Keys],
    memory: &'a Memory,
    fetch: Fetch,
    /// The names that are listed now.
    listed: HashSet<Key>,
    /// The titles of those that have no name.
    nameless: HashSet<Key>,
    /// Which item each known one is.
    taken: HashMap<i64, usize>,
    found: Vec<Option<Verdict>>,
}

impl<'a> Round<'a> {
    fn new(items: &'a [Item], keys: &'a [Keys], memory: &'a Memory, fetch: Fetch) -> Self {
        let nameless = keys.iter().filter(|keys| keys.addresses().next().is_none());
        Self {
            items,
            keys,
            memory,
            fetch,
            listed: keys.iter().flat_map(Keys::addresses).collect(),
            nameless: nameless.filter_map(|keys| keys.title_day).collect(),
            taken: HashMap::new(),
            found: vec![None; items.len()],
        }
    }

    /// The items that are not placed yet.
    fn open(&self) -> Vec<(usize, &'a Item, &'a Keys)> {
        let all = self.items.iter().zip(self.keys).enumerate();
        all.filter(|(at, _)| self.found.get(*at).is_some_and(Option::is_none))
            .map(|(at, (item, keys))| (at, item, keys))
            .collect()
    }

    fn trace(&self, key: Option<Key>) -> Option<Trace> {
        self.memory.traces.get(&key?).copied()
    }

    fn by_name(&mut self, name: impl Fn(&Keys) -> Option<Key>) {
        for (at, _, keys) in self.open() {
            if let Some(trace) = self.trace(name(keys)) {
                self.settle(at, trace);
            }
        }
    }

    fn by_title_and_day(&mut self) {
        for (at, _, keys) in self.open() {
            let Some(trace) = self.trace(keys.title_day) else {
                continue;
            };
            if keys.addresses().next().is_none() || self.is_gone(trace) {
                self.settle_unnamed(at, trace);
            }
        }
    }

    /// By title and text, unless both are dated and the days differ: of those with a `long` text, or of those with a
    /// short one, which may be that of other news as well, so that there must be several at once.
    fn by_text(&mut self, long: bool) {
        let open = self.open();
        let mut found = Vec::new();
        for (at, item, keys) in &open {
            let Some(trace) = self.trace(keys.said) else {
                continue;
            };
            let possible = match trace {
                Trace::Item(row) => {
                    let known = self.memory.items.get(&row);
                    known.is_some_and(|known| !is_other_day(known, item))
                }
                Trace::Forgotten => long,
            };
            if possible && is_telling(item) == long && self.is_gone(trace) {
                found.push((*at, trace));
            }
        }
        if long || (found.len() >= MOVE && 2 * found.len() >= open.len()) {
            for (at, trace) in found {
                self.settle_unnamed(at, trace);
            }
        }
    }

    /// Whether what a trace leads to has lost a name that it had.
    fn is_gone(&self, trace: Trace) -> bool {
        let Trace::Item(row) = trace else { return true };
        let Some(known) = self.memory.items.get(&row) else {
            return false;
        };
        let mut names = known.keys.addresses().peekable();
        if names.peek().is_none() {
            let title = known.keys.title_day;
            return title.is_none_or(|title| !self.nameless.contains(&title));
        }
        names.any(|name| !self.listed.contains(&name))
    }

    fn settle_unnamed(&mut self, at: usize, trace: Trace) {
        let partial = self.fetch.partial;
        match trace {
            Trace::Item(row) if partial && !self.taken.contains_key(&row) => {
                self.set(at, Verdict::Held);
            }
            trace => self.settle(at, trace),
        }
    }

    /// Two items can't both be the one that is known: a copy is dropped, another one goes on to weaker evidence.
    fn settle(&mut self, at: usize, trace: Trace) {
        let Trace::Item(row) = trace else {
            return self.set(at, Verdict::Forgotten);
        };
        let Some(by) = self.taken.get(&row).copied() else {
            self.taken.insert(row, at);
            return self.set(at, Verdict::Same(row));
        };
        let Some(own) = self.keys.get(at) else { return };
        let same = |other: &Keys| other.addresses().eq(own.addresses());
        let known = self.memory.items.get(&row);
        if self.keys.get(by).is_some_and(same) || known.is_some_and(|known| same(&known.keys)) {
            self.set(at, Verdict::Repeated);
        }
    }

    fn set(&mut self, at: usize, verdict: Verdict) {
        if let Some(found) = self.found.get_mut(at) {
            *found = Some(verdict);
        }
    }

    /// What is not known: told by others, repeated within the fetch, or new.
    fn rest(mut self) -> Vec<Verdict> {
        // Whatever their guids, and whatever links are worth, two items of one fetch at one address are one.
        let mut new: HashSet<Key> = HashSet::new();
        for (found, keys) in self.found.iter().zip(self.keys) {
            if found.is_some() {
                new.extend(keys.address);
            }
        }
        for (at, _, keys) in self.open() {
            let nameless = keys.addresses().next().is_none();
            // One name leads to it and another one to what is taken: to open a story for it would repeat one.
            let leads = keys
                .addresses()
                .any(|key| self.memory.traces.contains_key(&key))
                || (nameless && self.trace(keys.title_day).is_some());
            let again = keys
                .named()
                .chain(keys.address)
                .any(|key| new.contains(&key))
                || (nameless && keys.title_day.is_some_and(|title| new.contains(&title)));
            let owner = keys
                .address
                .and_then(|address| self.memory.owners.get(&address));
            let verdict = match owner {
                _ if leads || again => Verdict::Repeated,
                Some(Owner::Story(story)) => Verdict::Joins(*story),
                Some(Owner::Forgotten) => Verdict::Forgotten,
                None => Verdict::New,
            };
            if matches!(verdict, Verdict::New | Verdict::Joins(_)) {
                new.extend(keys.named().chain(keys.address).chain(keys.title_day));
            }
            self.set(at, verdict);
        }
        self.found
            .into_iter()
            .map(|found| found.unwrap_or(Verdict::Repeated))
            .collect()
    }
}

/// What most of the known items have at once, under the titles that they had, is a change of the site.
fn overlook_template(placed: &mut [Placed], memory: &Memory) {
    let known = placed
        .iter()
        .filter(|placed| placed.verdict.row().is_some());
    let known = known.count();
    let of_text = |placed: &&mut Placed| {
        let known = placed.verdict.row().and_then(|row| memory.items.get(&row));
        placed.edited && known.is_some_and(|known| fold(&known.title) == fold(&placed.item.title))
    };
    let changed = placed.iter_mut().filter(of_text).count();
    if known >= TEMPLATE && 2 * changed > known {
        for placed in placed.iter_mut().filter(of_text) {
            placed.edited = false;
        }
    }
}
