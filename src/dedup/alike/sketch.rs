//! The keys under which an item is found by an index, when another telling of its story comes.

use std::collections::BTreeSet;

use super::evidence::weigh;
use super::lexicon::{Mark, Meaning};
use super::profile::Profile;
use super::words::{Sort, Word};
use crate::model::Key;

/// The most words that become keys by themselves.
const SINGLE: usize = 20;
/// The most words whose pairs become keys.
const PAIRED: usize = 9;
/// A word that says so much is a key by itself: less in a title, more in a summary.
const ALONE: [f64; 2] = [0.55, 0.8];

/// The keys of an item. Two items that [`compare`](super::compare) takes for one story nearly always share one; the
/// number of keys is bounded.
#[must_use]
pub fn sketch(profile: &Profile) -> Vec<Key> {
    let mut keys = places(profile);
    keys.extend(topics(profile));
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

/// The keys of an item by what it says. Tellings that are one story by what they say have at least two of them in common:
/// with two words they share the key of both words together as well.
#[must_use]
pub fn topics(profile: &Profile) -> Vec<Key> {
    let mut keys = BTreeSet::new();
    let mut terms: Vec<Term> = Vec::new();
    let parts = [
        (1.0, ALONE[0], &profile.title),
        (0.7, ALONE[1], &profile.summary),
    ];
    for (place, alone, words) in parts {
        for word in words {
            let said = weigh(word, profile, profile);
            let (weight, name) = (said * place, name(word));
            if weight < 0.4 || terms.iter().any(|term| term.name == name) {
                continue;
            }
            terms.push(Term {
                weight,
                name,
                stem: &word.stem,
                alone: said >= alone,
            });
        }
    }
    terms.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.name.cmp(&b.name))
    });
    for term in terms.iter().filter(|term| term.alone).take(SINGLE) {
        // By its spelling as well: a city and its people may be two names, or none.
        keys.insert(Key::of(&["word", &term.name]));
        keys.insert(Key::of(&["word", term.stem]));
    }
    terms.truncate(PAIRED);
    for (at, first) in terms.iter().enumerate() {
        for second in terms.iter().skip(at + 1) {
            let (first, second) = (&first.name, &second.name);
            keys.insert(Key::of(&["pair", first.min(second), first.max(second)]));
        }
    }
    keys.into_iter().collect()
}

/// A word that may become a key.
struct Term<'a> {
    weight: f64,
    name: String,
    stem: &'a str,
    /// It says enough to be a key by itself.
    alone: bool,
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
