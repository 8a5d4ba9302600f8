//! Names that speak against one story: other designations, other places.

use super::evidence::affinity;
use super::lexicon::Mark;
use super::numbers::Number;
use super::profile::Profile;
use super::veto::against;
use super::words::{Sort, Word};

/// Capitals of which an acronym has no more.
const ACRONYM: usize = 3;

/// `H3F3` is not `H3F4`: designations that differ in their digits alone.
pub(super) fn designated(a: &Profile, b: &Profile) -> Option<String> {
    let letters =
        |word: &Word| -> String { word.folded.chars().filter(|c| c.is_alphabetic()).collect() };
    let digits =
        |word: &&Word| word.sort == Sort::Code && word.folded.chars().any(char::is_numeric);
    for x in a.title.iter().filter(digits) {
        if b.words().any(|y| affinity(x, y, true).is_some()) {
            continue;
        }
        for y in b.title.iter().filter(digits) {
            if letters(x) == letters(y) && !a.words().any(|x| affinity(x, y, true).is_some()) {
                return Some(against(x, y));
            }
        }
    }
    None
}

/// Both titles say where, and not the same.
pub(super) fn place(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    let places = |profile: &Profile, other: &Profile| -> (usize, Vec<Word>) {
        let after = profile.title.iter().zip(profile.title.iter().skip(1));
        let all: Vec<&Word> = after
            .filter(|(before, word)| {
                locates(&before.folded, &profile.language)
                    && word.is_distinct()
                    && !word.is_common()
            })
            .map(|(_, word)| word)
            .collect();
        let elsewhere = all.iter().filter(|word| {
            let mut words = other.words();
            !words.any(|other| affinity(word, other, one_language).is_some())
        });
        (all.len(), elsewhere.map(|word| (*word).clone()).collect())
    };
    let ((count_a, x), (count_b, y)) = (places(a, b), places(b, a));
    let apart = x.len() == count_a && y.len() == count_b;
    let (x, y) = (x.first()?, y.first()?);
    apart.then(|| against(x, y))
}

/// Each of two places tells of itself what may happen in both: nothing that they share is called by a name.
pub(super) fn homes(a: &Profile, b: &Profile) -> Option<String> {
    let apart = !a.home.is_empty() && !b.home.is_empty() && a.home.is_disjoint(&b.home);
    let named = || {
        a.words().any(|word| {
            let mut others = b.words();
            word.is_name()
                && !word.is_common()
                && others.any(|other| {
                    (word.is_distinct() || other.is_distinct())
                        && affinity(word, other, true).is_some()
                })
        })
    };
    (apart && !named())
        .then(|| "each is of another place, and names nothing of the other".to_owned())
}

/// Both titles have a designation, such as of a craft, that the other item does not have, and none that it has.
pub(super) fn designations(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    let lone = |from: &Profile, to: &Profile| -> Option<Word> {
        let mut named = designated_in(from)
            .into_iter()
            .filter(|word| !word.is_marked(Mark::FamousName) && !from.own.contains(&word.stem));
        let known = |word: &Word| {
            to.words()
                .any(|other| affinity(word, other, one_language).is_some())
        };
        let first = named.next()?;
        (!known(&first) && named.all(|word| !known(&word))).then_some(first)
    };
    let (x, y) = (lone(a, b)?, lone(b, a)?);
    Some(against(&x, &y))
}

/// The words of a title that designate one thing: codes with digits or with letters of both cases, and names with a
/// number behind them.
fn designated_in(profile: &Profile) -> Vec<Word> {
    let title = &profile.title;
    let numbered = |at: usize| {
        title
            .get(at + 1)
            .and_then(Word::number)
            .is_some_and(|number| {
                matches!(number, Number::Count { thousandths, .. } if thousandths < 100_000)
                    || matches!(number, Number::Ordinal(_))
            })
    };
    let mixed = |word: &Word| {
        let digit = word.written.chars().any(char::is_numeric);
        let small = word.written.chars().any(char::is_lowercase);
        // Short ones are acronyms of bodies and of words.
        let long = word.written.chars().count() > ACRONYM;
        word.sort == Sort::Code && (digit || small || long)
    };
    title
        .iter()
        .enumerate()
        .filter(|(at, word)| {
            mixed(word)
                || matches!(word.sort, Sort::Name | Sort::Code | Sort::Perhaps) && numbered(*at)
        })
        .map(|(_, word)| word.clone())
        .collect()
}

/// Whether a folded preposition says where.
fn locates(word: &str, language: &str) -> bool {
    let prepositions: &[&str] = match language {
        "it" => &[
            "a", "ad", "in", "nel", "nell", "nella", "sul", "sull", "sulla",
        ],
        "en" => &["in", "at", "near"],
        "fr" => &["a", "en", "au"],
        "de" => &["in", "im", "bei"],
        "es" | "gl" => &["en"],
        "pt" => &["em", "no", "na"],
        "ca" => &["a", "al"],
        "nl" => &["in", "bij"],
        _ => &[],
    };
    prepositions.contains(&word)
}
