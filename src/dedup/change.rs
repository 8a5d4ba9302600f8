//! What becomes of known items when a document that listed them is read again by other rules.

use std::collections::{HashMap, HashSet};

use super::{Placed, Verdict};
use crate::config::units::fold;
use crate::model::Key;

/// So many known items may lose their identity by a change of rules without anybody being asked.
pub const FEW: usize = 3;

/// An item that a document listed when it was read before, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its row in the store.
    pub item: i64,
    /// Its title.
    pub title: String,
    /// Its address, as it was published.
    pub url: Option<String>,
    /// The key of its address.
    pub address: Option<Key>,
    /// The story that it tells; nothing where it was only seen.
    pub story: Option<i64>,
}

/// What other rules make of a document. Items are told by their places in what was placed and in what was listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What is found and was not known: placed.
    pub new: Vec<usize>,
    /// How many items are known under the other rules as well.
    pub stay: usize,
    /// What was listed and would be published again, as new: listed and placed.
    pub again: Vec<(usize, usize)>,
    /// What was listed and is not found any more: listed.
    pub gone: Vec<usize>,
}

impl Change {
    /// How many of the listed items would lose their identity: published again as new, or lost.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.again.len() + self.gone.len()
    }
}

/// Compares what other rules make of a document with what it listed before. A listed item that is not recognised
/// would be published again if something new has its title or its address.
#[must_use]
pub fn change(placed: &[Placed], listed: &[Listed]) -> Change {
    let mut change = Change::default();
    let (mut rows, mut stories) = (HashSet::new(), HashSet::new());
    for placed in placed {
        rows.extend(placed.verdict.row());
        if let Verdict::Joins(story) = placed.verdict {
            stories.insert(story);
        }
    }
    change.stay = rows.len();
    let (mut by_title, mut by_address) = (HashMap::new(), HashMap::new());
    let mut missing = Vec::new();
    for (at, known) in listed.iter().enumerate() {
        let told = known.story.is_some_and(|story| stories.contains(&story));
        if told || rows.contains(&known.item) {
            continue;
        }
        missing.push(at);
        by_title.insert(fold(&known.title), at);
        by_address.extend(known.address.map(|address| (address, at)));
    }
    let mut twins = HashSet::new();
    for (at, placed) in placed.iter().enumerate() {
        if !matches!(placed.verdict, Verdict::New | Verdict::Joins(_)) {
            continue;
        }
        let title = by_title.get(&fold(&placed.item.title));
        let address = placed.keys.address.and_then(|key| by_address.get(&key));
        match title.or(address).filter(|twin| twins.insert(**twin)) {
            Some(twin) => change.again.push((*twin, at)),
            None => change.new.push(at),
        }
    }
    missing.retain(|at| !twins.contains(at));
    change.gone = missing;
    change
}

/// Settles what an old document may change: what would be published again is not, and what `later` documents list
/// again is said by the last of them.
pub fn settle(placed: &mut [Placed], listed: &[Listed], later: impl Fn(Key) -> bool) {
    for (_, again) in change(placed, listed).again {
        placed[again].verdict = Verdict::Repeated;
    }
    for placed in placed {
        if let Verdict::Varied(row) | Verdict::Edited(row) | Verdict::Moved(row) = placed.verdict
            && placed.keys.all().any(&later)
        {
            placed.verdict = Verdict::Same(row);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use url::Url;

    use super::*;
    use crate::dedup::{Fetch, Known, Memory, Trace, keys, place};
    use crate::language::Language;
    use crate::model::{Item, SourceId};

    fn item(title: &str, link: &str) -> Item {
        Item {
            source: SourceId("agenzia".into()),
            position: 0,
            guid: None,
            url: Some(Url::parse(link).unwrap()),
            title: title.to_owned(),
            published: None,
            updated: None,
            summary: String::new(),
            html: String::new(),
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
            language: Language::parse("it").unwrap(),
            rights: None,
            alternates: Vec::new(),
            sighted: None,
        }
    }

    /// Places items where others are known, in rows from 0.
    fn placed(items: &[Item], known: &[Item]) -> (Vec<Placed>, Vec<Listed>) {
        let mut memory = Memory::default();
        let mut listed = Vec::new();
        for (row, (item, keys)) in (0..).zip(known.iter().zip(keys(known))) {
            for key in keys.all() {
                memory.traces.insert(key, Trace::Item(row));
            }
            listed.push(Listed {
                item: row,
                title: item.title.clone(),
                url: item.url.as_ref().map(Url::to_string),
                address: keys.address,
                story: Some(row),
            });
            let known = Known {
                item: row,
                keys,
                title: item.title.clone(),
                dated: None,
                content: crate::dedup::content(item),
                story: Some(row),
            };
            memory.items.insert(row, known);
        }
        let now = chrono::DateTime::UNIX_EPOCH;
        let fetch = Fetch {
            since: Some(now),
            partial: false,
            now,
        };
        let found = place(items.to_vec(), keys(items), &memory, fetch);
        (found, listed)
    }

    fn old() -> Vec<Item> {
        ["Uno", "Due", "Tre"]
            .map(|title| item(title, &format!("https://a.example/{title}")))
            .to_vec()
    }

    #[test]
    fn what_is_recognised_stays_and_the_rest_is_new_or_gone() {
        let mut now = old();
        now.remove(0);
        now.push(item("Quattro", "https://a.example/Quattro"));
        let (placed, listed) = placed(&now, &old());
        let change = change(&placed, &listed);
        assert_eq!(change.stay, 2);
        assert_eq!(change.new, [2]);
        assert_eq!(change.gone, [0]);
        assert_eq!(change.again, []);
        assert_eq!(change.lost(), 1);
    }

    #[test]
    fn what_comes_under_another_link_with_its_title_would_be_published_again() {
        let now: Vec<Item> = old()
            .iter()
            .map(|old| Item {
                // What says the same is recognised, wherever it stands.
                summary: "Altro".into(),
                ..item(&old.title, &format!("https://a.example/x?of={}", old.title))
            })
            .collect();
        let (mut placed, listed) = placed(&now, &old());
        let change = change(&placed, &listed);
        assert_eq!(change.again, [(0, 0), (1, 1), (2, 2)]);
        assert_eq!((change.stay, change.lost()), (0, 3));
        assert!(change.new.is_empty() && change.gone.is_empty());
        settle(&mut placed, &listed, |_| false);
        assert!(
            placed
                .iter()
                .all(|placed| placed.verdict == Verdict::Repeated)
        );
    }

    #[test]
    fn an_old_document_changes_nothing_that_a_later_one_tells() {
        let mut now = old();
        now[0].title = "Uno, corretto".into();
        now[1].title = "Due, corretto".into();
        let (mut placed, listed) = placed(&now, &old());
        let later: HashSet<Key> = placed[0].keys.all().collect();
        settle(&mut placed, &listed, |key| later.contains(&key));
        let verdicts: Vec<Verdict> = placed.iter().map(|placed| placed.verdict).collect();
        assert_eq!(
            verdicts,
            [Verdict::Same(0), Verdict::Edited(1), Verdict::Same(2)]
        );
    }
}
