//! Titles of the same words that say the opposite: one says that it is not so, or the two have changed their parts.

use super::parallel::{Parallel, aligned};
use super::profile::Profile;
use super::veto::against;
use super::words::{Sort, Word};

/// Why one title denies the other.
pub(super) fn find(a: &Profile, b: &Profile) -> Option<String> {
    negated(a, b).or_else(|| exchanged(a, b))
}

/// Only one says `not`, beside a word that both have.
fn negated(a: &Profile, b: &Profile) -> Option<String> {
    let (x, y) = (negation(a), negation(b));
    let (denying, at, other) = match (x, y) {
        (Some(at), None) => (a, at, b),
        (None, Some(at)) => (b, at, a),
        _ => return None,
    };
    let near = |at: Option<usize>| {
        let pairs = aligned(&denying.title, &other.title);
        at.is_some_and(|at| pairs.iter().any(|(i, _)| *i == at))
    };
    let telling = |at: &usize| {
        let word = denying.title.get(*at);
        word.is_some_and(|word| word.sort != Sort::Stop)
    };
    let next = (at + 1..denying.title.len()).find(telling);
    let before = (0..at).rev().find(telling);
    let comparable = Parallel::of(a, b).is_some_and(|parallel| parallel.is_even());
    let word = denying.title.get(at)?;
    (comparable && (near(next) || near(before)))
        .then(|| format!("only one says `{}`", word.written))
}

/// Where a title says `not`; `not only` says no such thing.
fn negation(profile: &Profile) -> Option<usize> {
    let (words, but): (&[&str], &[&str]) = match profile.language.as_str() {
        "it" => (&["non"], &["solo", "soltanto"]),
        "en" => (&["not", "never"], &["only", "just"]),
        "fr" => (&["ne", "pas"], &["seulement"]),
        "de" => (&["nicht", "kein", "keine", "keinen"], &["nur"]),
        "es" | "gl" => (&["no"], &["solo", "so"]),
        "ca" => (&["no"], &["nomes"]),
        "pt" => (&["nao"], &["so", "apenas"]),
        "nl" => (&["niet", "geen"], &["alleen"]),
        _ => return None,
    };
    let said = |at: usize, words: &[&str]| {
        let word = profile.title.get(at);
        word.is_some_and(|word| words.contains(&word.folded.as_str()))
    };
    (0..profile.title.len()).find(|at| said(*at, words) && !said(at + 1, but))
}

/// Two that are named in both have changed their places around the same words: who beat whom.
fn exchanged(a: &Profile, b: &Profile) -> Option<String> {
    fn names(profile: &Profile) -> Vec<(usize, &str)> {
        let is_name = |word: &Word| word.written.starts_with(char::is_uppercase) && word.is_name();
        let words = profile.title.iter().enumerate();
        words
            .filter(|(_, word)| is_name(word))
            .map(|(at, word)| (at, word.folded.as_str()))
            .collect()
    }
    fn between(profile: &Profile, from: usize, to: usize) -> Vec<&str> {
        let words = profile.title.get(from + 1..to).unwrap_or_default();
        let telling = words.iter().filter(|word| word.sort != Sort::Stop);
        telling.map(|word| word.folded.as_str()).collect()
    }
    let (mine, others) = (names(a), names(b));
    for (at, (i, x)) in mine.iter().enumerate() {
        for (j, y) in mine.iter().skip(at + 1).filter(|(_, y)| y != x) {
            let place = |name: &str| others.iter().find(|(_, other)| *other == name);
            let (Some((k, _)), Some((l, _))) = (place(y), place(x)) else {
                continue;
            };
            if k >= l {
                continue;
            }
            let deed = between(a, *i, *j);
            if !deed.is_empty() && deed == between(b, *k, *l) {
                return Some(against(a.title.get(*i)?, a.title.get(*j)?));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Kinship;
    use super::super::tests::check;

    #[test]
    fn the_opposite_is_another_story() {
        check(
            &[
                (
                    "a it 0 | Il Consiglio regionale approva la legge sui parchi | ",
                    "b it 1 | Il Consiglio regionale non approva la legge sui parchi | ",
                ),
                (
                    "a it 0 | Il Consiglio regionale approva la legge sui parchi | ",
                    "b it 1 | Il Consiglio regionale respinge la legge sui parchi | ",
                ),
                (
                    "a de 0 | Das Parlament billigt das Gesetz | ",
                    "b de 1 | Das Parlament billigt das Gesetz nicht | ",
                ),
                (
                    "a en 0 | Minister signs the forest treaty | ",
                    "b en 1 | Minister does not sign the forest treaty | ",
                ),
            ],
            Kinship::Different,
        );
    }

    #[test]
    fn who_beat_whom_is_the_news() {
        check(
            &[(
                "a it 0 | Serie A, il Genoa batte la Sampdoria 2-1 | ",
                "b it 1 | Serie A, la Sampdoria batte il Genoa 2-1 | ",
            )],
            Kinship::Different,
        );
    }

    #[test]
    fn full_names_in_one_place_are_two_people_whatever_figures_both_have() {
        let aged = "Aveva 81 anni. I funerali in cattedrale.";
        for (one, other) in [
            (
                "Morto l'ex sindaco Mario Rossi",
                "Morto l'ex sindaco Luigi Bianchi",
            ),
            ("Addio a Mario Rossi", "Addio a Luigi Bianchi"),
            ("Vittorio Neri sindaco di Asti", "Carlo Blu sindaco di Asti"),
        ] {
            let items = (
                format!("a it 0 | {one} | {aged}"),
                format!("b it 1 | {other} | {aged}"),
            );
            check(&[(&items.0, &items.1)], Kinship::Different);
        }
        check(
            &[(
                "a it 0 | Morto Mario Rossi, ex sindaco di Asti | ",
                "b it 1 | Asti, morto l'ex sindaco Mario Rossi | ",
            )],
            Kinship::Same,
        );
    }
}
