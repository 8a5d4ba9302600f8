//! The keys under which an item is found by an index, when another telling of its story comes.

use std::collections::BTreeSet;

use super::evidence::weigh;
use super::lexicon::{Mark, Meaning};
use super::profile::Profile;
use super::words::{Sort, Word};
use crate::model::Key;

/// The most words whose pairs become keys.
const PAIRED: usize = 9;
/// A word that says so much is a key by itself: less in a title, more in a summary.
const ALONE: [f64; 2] = [0.55, 0.8];

/// The keys of an item. Two items that [`compare`](super::compare) takes for one story nearly always share one; the
/// number of keys is bounded.
#[must_use]
pub fn sketch(profile: &Profile) -> Vec<Key> {
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
    let mut terms: Vec<(f64, String)> = Vec::new();
    let parts = [
        (1.0, ALONE[0], &profile.title),
        (0.7, ALONE[1], &profile.summary),
    ];
    for (place, alone, words) in parts {
        for word in words {
            let weight = weigh(word, profile, profile);
            let term = term(word);
            if weight * place < 0.4 || terms.iter().any(|(_, known)| *known == term) {
                continue;
            }
            if weight >= alone {
                // By its spelling as well: a city and its people may be two names, or none.
                keys.insert(Key::of(&["word", &term]));
                keys.insert(Key::of(&["word", &word.stem]));
            }
            terms.push((weight * place, term));
        }
    }
    terms.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    terms.truncate(PAIRED);
    for (at, (_, first)) in terms.iter().enumerate() {
        for (_, second) in terms.iter().skip(at + 1) {
            let (first, second) = if first < second {
                (first, second)
            } else {
                (second, first)
            };
            keys.insert(Key::of(&["pair", first, second]));
        }
    }
    keys.into_iter().collect()
}

/// What a word is to an index: its meaning where it has one, for that is the same in every language.
fn term(word: &Word) -> String {
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
