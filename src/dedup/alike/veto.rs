//! What speaks against two items being one story, however alike they are: another number, day, place or name in the
//! same position; another stage of the affair; another statement by the same person.

use std::ops::Range;

use super::evidence::{affinity, weigh};
use super::lettered;
use super::lexicon::{Mark, is_region};
use super::named::{designated, designations, homes, place};
use super::numbers::Number;
use super::profile::Profile;
use super::script;
use super::stage;
use super::words::{Sort, Word};

/// The most words that may stand where the other title has others, for them to be in one position.
const SLOT: usize = 3;
/// What part of the titles must stand in one order in both, for a position to be comparable.
const PARALLEL: f64 = 0.34;
/// The same, for the places that titles name anywhere to be comparable.
const PLACED_PARALLEL: f64 = 0.45;
/// The same, for any words to be comparable and not only names.
const PLAIN_PARALLEL: f64 = 0.55;
/// The same, for titles that begin alike and end with nothing in common.
const ENDED_PARALLEL: f64 = 0.45;
/// The same, for texts without blanks between the words.
const UNSPACED_PARALLEL: f64 = 0.7;

/// How surely a word is at most a part of another.
const PART: f64 = 0.7;
/// The weight from which on a figure that both have outweighs plain words that differ.
const FIGURE: f64 = 1.1;
/// Counts from here on (in thousandths) are sums of money or of people: a title has one of a sort.
const AMOUNT: u64 = 100_000_000;
/// A reason, in words for people; nothing if there is none.
pub(super) fn find(a: &Profile, b: &Profile) -> Option<String> {
    let one_language = a.language == b.language;
    value(a, b)
        .or_else(|| counted(a, b, one_language))
        .or_else(|| lettered::find(a, b, one_language))
        .or_else(|| one_language.then(|| position(a, b)).flatten())
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

/// Titles that run in parallel, but for something that stands in one position and is not the same.
fn position(a: &Profile, b: &Profile) -> Option<String> {
    let pairs = aligned(&a.title, &b.title);
    let weight = |profile: &Profile, other: &Profile| -> f64 {
        profile
            .title
            .iter()
            .map(|word| 0.1 + weigh(word, profile, other))
            .sum()
    };
    let common: f64 = pairs
        .iter()
        .filter_map(|(i, j)| Some((a.title.get(*i)?, b.title.get(*j)?)))
        .map(|(x, y)| 0.1 + f64::midpoint(weigh(x, a, b), weigh(y, b, a)))
        .sum();
    let (whole_a, whole_b) = (weight(a, b), weight(b, a));
    let parallel = common / whole_a.min(whole_b).max(0.1);
    let even = 2.0 * common / (whole_a + whole_b).max(0.1);
    if parallel < PARALLEL {
        return None;
    }
    // One figure in both says more than another plain word.
    let distinct = |x: &Word| x.is_distinct() && !x.is_common();
    let names = pairs.iter().filter(|(i, j)| {
        a.title.get(*i).is_some_and(distinct) && b.title.get(*j).is_some_and(distinct)
    });
    let named_twice = names.count() > 1;
    let figured = a.words().any(|x| {
        let figure = x.number().filter(|number| number.weight() > FIGURE);
        figure.is_some_and(|x| b.words().any(|y| y.number().is_some_and(|y| x.agrees(y))))
    });
    // What happens in one place may happen in another.
    if even >= PLACED_PARALLEL {
        let place = |from: &Profile, to: &Profile| {
            let mut words = from.title.iter();
            words
                .find(|word| {
                    word.meanings.iter().copied().any(is_region)
                        && !to
                            .words()
                            .any(|other| affinity(word, other, true).is_some())
                })
                .cloned()
        };
        if let (Some(x), Some(y)) = (place(a, b), place(b, a)) {
            return Some(against(&x, &y));
        }
    }
    let mut from = (0, 0);
    let ends = pairs
        .iter()
        .copied()
        .chain([(a.title.len(), b.title.len())]);
    for (i, j) in ends {
        let (gap_a, gap_b) = (a.title.get(from.0..i)?, b.title.get(from.1..j)?);
        let start = from;
        from = (i + 1, j + 1);
        let alone = |gap: &[Word], other: &Profile| -> Vec<Word> {
            gap.iter()
                .filter(|word| word.sort != Sort::Stop)
                .filter(|word| {
                    !other
                        .words()
                        .any(|other| affinity(word, other, true).is_some_and(|sure| sure > PART))
                })
                .cloned()
                .collect()
        };
        let (x, y) = (alone(gap_a, b), alone(gap_b, a));
        if gap_a.len() <= SLOT && gap_b.len() <= SLOT {
            let sorts: [fn(&Word) -> bool; 2] = [Word::is_distinct, |word| word.number().is_some()];
            for sort in sorts {
                if let (Some(x), Some(y)) = (
                    x.iter().find(|word| sort(word)),
                    y.iter().find(|word| sort(word)),
                ) {
                    return Some(against(x, y));
                }
            }
        }
        if even >= PARALLEL
            && let (Some(x), Some(y)) = (
                purpose(&a.title, start.0..i, &x, &a.language),
                purpose(&b.title, start.1..j, &y, &b.language),
            )
        {
            return Some(against(x, y));
        }
        let small = gap_a.len() <= SLOT && gap_b.len() <= SLOT;
        let last = from.0 > a.title.len() && from.1 > b.title.len();
        let named = even >= PLAIN_PARALLEL && small;
        let ended = !figured && even >= ENDED_PARALLEL && last && x.len() + y.len() > 2;
        if named || ended {
            let object = |lone: &[Word]| {
                let mut words = lone.iter();
                words.find(|word| ended || word.is_name()).cloned()
            };
            if let (Some(x), Some(y)) = (object(&x), object(&y)) {
                return Some(against(&x, &y));
            }
        }
        if !figured && !named_twice && even >= PLAIN_PARALLEL && x.len() <= SLOT && y.len() <= SLOT
        {
            let object = |lone: &[Word], gap: &[Word], title: &[Word], from: usize| {
                let mut lone = gap
                    .iter()
                    .enumerate()
                    .filter(|(_, word)| lone.contains(word));
                let noun = |at: usize, word: &Word| {
                    // An adjective may stand between.
                    let mut before = title.get(..from + at).unwrap_or_default().iter().rev();
                    before
                        .find(|word| !word.is_common())
                        .is_some_and(|before| before.sort == Sort::Stop)
                        && word.folded.len() > 3
                        && !word.is_common()
                        || word.is_marked(Mark::Topic)
                        || even >= UNSPACED_PARALLEL && is_unspaced(word)
                };
                let first = lone.find(|(_, word)| !word.is_common());
                first
                    .filter(|(at, word)| noun(*at, word))
                    .map(|(_, word)| word.clone())
            };
            if let (Some(x), Some(y)) = (
                object(&x, gap_a, &a.title, start.0),
                object(&y, gap_b, &b.title, start.1),
            ) {
                return Some(against(&x, &y));
            }
        }
    }
    None
}

/// What something is for or about: the first of these words that follows such a preposition, in this part of a title.
fn purpose<'a>(
    title: &[Word],
    part: Range<usize>,
    lone: &'a [Word],
    language: &str,
) -> Option<&'a Word> {
    let prepositions: &[&str] = match language {
        "it" => &[
            "per", "su", "sul", "sull", "sulla", "sulle", "sui", "sugli", "contro",
        ],
        "en" => &["for", "on", "about", "against"],
        "fr" => &["pour", "sur", "contre"],
        "de" => &["fur", "uber", "gegen"],
        "es" | "pt" | "gl" => &["para", "sobre", "contra"],
        "ca" => &["per", "sobre", "contra"],
        "nl" => &["voor", "over", "tegen"],
        _ => &[],
    };
    let (before, inside) = (title.get(..part.start)?, title.get(part)?);
    let stops = before
        .iter()
        .rev()
        .take_while(|word| word.sort == Sort::Stop);
    let from = before.len() - stops.count();
    let mut words = title
        .get(from..)?
        .iter()
        .take(before.len() - from + inside.len());
    words.find(|word| prepositions.contains(&word.folded.as_str()))?;
    let object = words.find(|word| word.sort != Sort::Stop)?;
    lone.iter().find(|word| *word == object)
}

/// Whether the word is of a script without blanks, and says more than grammar does.
fn is_unspaced(word: &Word) -> bool {
    let mut letters = word.written.chars();
    letters.all(|c| script::is_unspaced(c) && !('\u{3041}'..='\u{309F}').contains(&c))
}

/// The longest row of words that both titles have in one order.
fn aligned(a: &[Word], b: &[Word]) -> Vec<(usize, usize)> {
    let same = |x: &Word, y: &Word| {
        x.folded == y.folded || affinity(x, y, true).is_some_and(|sure| sure >= 0.85)
    };
    let mut lengths = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            lengths[i][j] = if same(x, y) {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if same(x, y) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
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
