//! The keys under which an item is found by an index, when another telling of its story comes.

use std::collections::BTreeSet;

use super::evidence::weigh;
use super::lexicon::{Mark, Meaning};
use super::profile::Profile;
use super::words::{Sort, Word};
use crate::model::Key;

/// The most words that an item is looked for by.
const TERMS: usize = 32;
/// What a word must say for that.
const LEAST: f64 = 0.4;
/// The most words whose pairs become keys.
const PAIRED: usize = 9;
/// A word that says so much is a key by itself: less in a title, more in a summary.
const ALONE: [f64; 2] = [0.55, 0.8];

/// The keys of an item. Two items that [`compare`](super::compare) takes for one story nearly always share one; the
/// number of keys is bounded.
#[must_use]
pub fn sketch(profile: &Profile) -> Vec<Key> {
    let (mut keys, terms) = (places(profile), terms(profile));
    for term in terms.iter().filter(|term| term.alone) {
        keys.extend([term.key].into_iter().chain(term.spelling));
    }
    keys.extend(pairs(&terms));
    keys
}

/// The keys of an item by where it stands and what it shows: one of them may tell its other tellings by itself.
#[must_use]
pub fn places(profile: &Profile) -> Vec<Key> {
    let mut keys = BTreeSet::new();
    if let Some(address) = &profile.address {
        keys.insert(Key::of(&["page", &address.identity]));
        if address.is_named() {
            keys.insert(Key::of(&["name", &address.slug]));
        }
        for id in &address.ids {
            keys.insert(Key::of(&["article", &address.site, id]));
        }
    }
    for version in profile.alternates.values().filter(|version| !version.front) {
        keys.insert(Key::of(&["page", &version.identity]));
    }
    if let Some(image) = &profile.image {
        keys.insert(Key::of(&["image", image]));
    }
    keys.into_iter().collect()
}

/// A word by which an item may be found.
#[derive(Debug, Clone)]
pub struct Term {
    /// Its key, by its meaning where it has one.
    pub key: Key,
    /// The key of its spelling, where that is another one: a city and its people may be two names, or none.
    pub spelling: Option<Key>,
    /// Whether it says enough to be a key by itself.
    pub alone: bool,
    /// What is left of what it says, of how many stories tell of it: 1 until somebody looks.
    pub rarity: f64,
    /// Where it stands, the words of the title counted first.
    pub(super) at: Vec<usize>,
    weight: f64,
    name: String,
}

impl Term {
    /// How much it says, as rare as it is; a rare word of a title says 1.
    #[must_use]
    pub fn said(&self) -> f64 {
        self.weight * self.rarity
    }
}

/// The words of an item that tell what it is about, the weightiest first.
#[must_use]
pub fn terms(profile: &Profile) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let title = profile.title.len();
    for (at, word) in profile.words().enumerate() {
        let (place, alone) = if at < title {
            (1.0, ALONE[0])
        } else {
            (0.7, ALONE[1])
        };
        let said = weigh(word, profile, profile);
        if said * place < LEAST {
            continue;
        }
        let name = name(word);
        if let Some(known) = terms.iter_mut().find(|term| term.name == name) {
            known.at.push(at);
            continue;
        }
        terms.push(Term {
            key: Key::of(&["word", &name]),
            spelling: (word.stem != name).then(|| Key::of(&["word", &word.stem])),
            alone: said >= alone,
            rarity: 1.0,
            at: vec![at],
            weight: said * place,
            name,
        });
    }
    terms.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.name.cmp(&b.name))
    });
    terms.truncate(TERMS);
    terms
}

/// The keys of two words of an item each. Tellings that are one story by what they say have at least two words in
/// common, and so the key of both together.
#[must_use]
pub fn pairs(terms: &[Term]) -> Vec<Key> {
    let telling = |term: &&Term| term.said() >= LEAST;
    let telling: Vec<&Term> = terms.iter().filter(telling).take(PAIRED).collect();
    let mut keys = BTreeSet::new();
    for (at, first) in telling.iter().enumerate() {
        for second in telling.iter().skip(at + 1) {
            let (first, second) = (&first.name, &second.name);
            keys.insert(Key::of(&["pair", first.min(second), first.max(second)]));
        }
    }
    keys.into_iter().collect()
}

/// What a word is to an index: its meaning where it has one, for that is the same in every language.
fn name(word: &Word) -> String {
    let meaning = |names: bool| -> Option<&Meaning> {
        word.meanings.iter().find(|meaning| match meaning.mark {
            Mark::Name | Mark::CommonName | Mark::FamousName => names,
            Mark::Topic | Mark::Value(_) => !names,
            Mark::Common | Mark::Stage(_) => false,
        })
    };
    match (meaning(true), meaning(false)) {
        (Some(name), _) => format!("@{}", name.id),
        (None, Some(topic)) => format!("={}", topic.id),
        (None, None) if word.sort == Sort::Code => word.folded.replace(' ', ""),
        (None, None) => word.stem.clone(),
    }
}
