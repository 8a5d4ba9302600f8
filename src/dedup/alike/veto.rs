//! What speaks against two items being one story, however alike they are: another number, day, place or name in the
//! same position; another stage of the affair; another statement by the same person.

use super::evidence::affinity;
use super::lettered;
use super::lexicon::Mark;
use super::named::{designated, designations, homes, place};
use super::numbers::Number;
use super::opposed;
use super::parallel;
use super::profile::Profile;
use super::stage;
use super::words::{Sort, Word};

/// The weight from which on a figure that both have outweighs plain words that differ.
pub(super) const FIGURE: f64 = 1.1;
/// Counts from here on (in thousandths) are sums of money or of people: a title has one of a sort.
const AMOUNT: u64 = 100_000_000;

/// A reason, in words for people; nothing if there is none.
pub(super) fn find(a: &Profile, b: &Profile) -> Option<String> {
    let one_language = a.language == b.language;
    value(a, b)
        .or_else(|| counted(a, b, one_language))
        .or_else(|| lettered::find(a, b, one_language))
        .or_else(|| one_language.then(|| parallel::find(a, b)).flatten())
        .or_else(|| one_language.then(|| opposed::find(a, b)).flatten())
        .or_else(|| place(a, b, one_language))
        .or_else(|| homes(a, b))
        .or_else(|| designations(a, b, one_language))
        .or_else(|| stage::find(a, b))
        .or_else(|| statement(a, b, one_language))
}

/// The colour of a warning, the day of the week, the side of the compass.
fn value(a: &Profile, b: &Profile) -> Option<String> {
    for x in &a.title {
        for meaning in &x.meanings {
            let Mark::Value(_) = meaning.mark else {
                continue;
            };
            let rivals: Vec<&Word> = b
                .title
                .iter()
                .filter(|y| y.is_marked(meaning.mark))
                .collect();
            let agreed = b.words().any(|word| word.meanings.contains(meaning));
            let back = |rival: &&&Word| {
                !a.title.iter().any(|x| {
                    x.meanings
                        .iter()
                        .any(|meaning| rival.meanings.contains(meaning))
                })
            };
            if !agreed && let Some(rival) = rivals.iter().find(back) {
                return Some(against(x, rival));
            }
        }
    }
    None
}

/// A number that counts or numbers the same thing, and is another one.
fn counted(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    let numbers = |profile: &Profile| -> Vec<(usize, Number)> {
        let words = profile.title.iter().enumerate();
        words
            .filter_map(|(at, word)| Some((at, word.number()?)))
            .collect()
    };
    for (i, x) in numbers(a) {
        if told((&a.title, i), x, b, one_language) {
            continue;
        }
        for (j, y) in numbers(b) {
            let known = told((&b.title, j), y, a, one_language);
            let comparable = matches!(
                (x, y),
                (
                    Number::Count { .. } | Number::Ordinal(_),
                    Number::Count { .. } | Number::Ordinal(_)
                ) | (Number::Year(_), Number::Year(_))
                    | (Number::Day { .. }, Number::Day { .. })
                    | (Number::Month(_), Number::Month(_))
            );
            if known || !comparable {
                continue;
            }
            let amounts = matches!((x, y), (Number::Count { thousandths: x, .. }, Number::Count { thousandths: y, .. })
                if x.min(y) >= AMOUNT || x % 1000 > 0 && y % 1000 > 0);
            let labelled = labelled((&a.title, i), (&b.title, j), one_language);
            let days = matches!(x, Number::Day { .. } | Number::Month(_));
            if labelled || amounts || days && one_language {
                let (x, y) = (a.title.get(i)?, b.title.get(j)?);
                return Some(against(x, y));
            }
        }
    }
    designated(a, b)
}

/// Whether the other item has this number of a title as well: in its title, or in its summary, where a small one may be
/// for another reason, unless it numbers the same.
fn told(at: (&[Word], usize), number: Number, other: &Profile, one_language: bool) -> bool {
    let agrees = |word: &Word| word.number().is_some_and(|found| number.agrees(found));
    let summary = &other.summary;
    other.title.iter().any(agrees)
        || summary.iter().enumerate().any(|(there, word)| {
            agrees(word)
                && (number.weight() > FIGURE || labelled(at, (summary, there), one_language))
        })
}

/// Whether two numbers stand beside one word.
fn labelled(one: (&[Word], usize), other: (&[Word], usize), one_language: bool) -> bool {
    [-1, 1].into_iter().any(|side| {
        let labels = (label(one.0, one.1, side), label(other.0, other.1, side));
        matches!(labels, (Some(x), Some(y)) if affinity(&x, &y, one_language).is_some_and(|sure| sure > 0.8))
    })
}

/// The word beside a number that says what it numbers: `mission` of `mission 6`, `towns` of `23 towns`.
fn label(title: &[Word], at: usize, side: isize) -> Option<Word> {
    let mut at = at;
    for _ in 0..3 {
        at = at.checked_add_signed(side)?;
        let word = title.get(at)?;
        match word.sort {
            Sort::Stop => {}
            Sort::Number(_) => return None,
            _ => return Some(word.clone()),
        }
    }
    None
}

/// Both titles quote, and not the same words.
fn statement(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    let quoted = |profile: &Profile| -> Vec<Word> {
        let words = profile.title.iter();
        words
            .filter(|word| word.quoted && word.sort != Sort::Stop)
            .cloned()
            .collect()
    };
    let (x, y) = (quoted(a), quoted(b));
    let told = |quote: &[Word], other: &Profile| {
        let told = quote.iter().filter(|word| {
            let mut words = other.words();
            words.any(|other| affinity(word, other, one_language).is_some())
        });
        told.count() * 3 > quote.len()
    };
    let differ = x.len() > 1 && y.len() > 1 && !told(&x, b) && !told(&y, a);
    differ.then(|| "they quote different statements".to_owned())
}

pub(super) fn against(x: &Word, y: &Word) -> String {
    // The order of the two must not depend on which item is which.
    let (first, second) = if x.written <= y.written {
        (x, y)
    } else {
        (y, x)
    };
    format!(
        "one says `{}` where the other says `{}`",
        first.written, second.written
    )
}
