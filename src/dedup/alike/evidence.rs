//! What two items have in common, weighed: rare words, names and figures much, the field's daily words little.

use std::collections::{BTreeMap, BTreeSet};

use super::lexicon::Mark;
use super::profile::Profile;
use super::script;
use super::words::{COMPOUND, Sign, Sort, Word};

/// Letters from which on words of two languages are compared by their spelling.
const COGNATE: usize = 6;
/// How alike the spelling must be then.
const ALIKE: f64 = 0.75;
/// What is shared between a title and a summary, and between two summaries, says less than what titles share.
const CROSSED: f64 = 0.8;
const ASIDE: f64 = 0.5;
/// The same for words that are neither names nor figures.
const ASIDE_PLAIN: f64 = 0.45;
/// What the plain words of two summaries say at most: some sites have one text below all their titles.
const TEXT: f64 = 1.2;
/// What is left of the weight of a word that names the source.
const OWN: f64 = 0.3;
/// What it is worth that one names the other's source.
const SPOKEN_OF: f64 = 0.4;
/// What a place is worth that languages write each its own way: much happens there.
const PLACE: f64 = 1.1;
/// What a word in capitals is worth among others.
const SHOUTED: f64 = 1.7;
/// What a word is worth that stands in every second title, or begins a thousand names.
const COMMON: f64 = 0.25;
/// The weight from which on a name or a figure tells something by itself.
const TELLING: f64 = 0.5;
/// What is left of it for the further words of one name.
const FOLLOWING: f64 = 0.5;

/// A word that both items have.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// Its places among the words of either item, those of the titles first.
    pub(super) at: (usize, usize),
    /// How much it says.
    pub(super) weight: f64,
    /// As one of them writes it: the same one in whichever order they are compared.
    pub(super) written: String,
}

/// All that two items have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// What is shared, the weightiest first.
    pub(super) shared: Vec<Shared>,
    /// The sum of the weights.
    pub(super) weight: f64,
    /// How many names and telling figures are shared.
    pub(super) names: usize,
    /// What is left of that without the heaviest name or figure.
    pub(super) rest: f64,
    /// What part of the lesser title the other title has, by weight.
    pub(super) titles: f64,
}

impl Evidence {
    /// Finds it. The cost is that of comparing each word with each, and both are bounded.
    pub(super) fn new(a: &Profile, b: &Profile) -> Self {
        let one_language = a.language == b.language;
        let (left, right): (Vec<&Word>, Vec<&Word>) = (a.words().collect(), b.words().collect());
        let mut candidates: Vec<(f64, f64, usize, usize)> = Vec::new();
        let all = |words: &[&Word], from: &Profile, to: &Profile| -> Vec<f64> {
            words.iter().map(|word| weigh(word, from, to)).collect()
        };
        let (mine, others) = (all(&left, a, b), all(&right, b, a));
        // Most pairs of words are told apart by their signs, which lie side by side here.
        let signs: Vec<Sign> = right.iter().map(|word| word.sign).collect();
        for (i, x) in left.iter().enumerate() {
            for ((j, y), sign) in right.iter().enumerate().zip(&signs) {
                if !x.sign.may_be(*sign, one_language) {
                    continue;
                }
                let Some(affinity) = match_of(x, y, one_language) else {
                    continue;
                };
                let place = match (i < a.title.len(), j < b.title.len()) {
                    (true, true) => 1.0,
                    (false, false) if hard(x) && hard(y) => ASIDE,
                    (false, false) => ASIDE_PLAIN,
                    _ => CROSSED,
                };
                // Of the two, the new item is the one whose words have been looked up.
                let (mine, other) = (mine[i] * y.rarity, others[j] * x.rarity);
                // A name is not the word that it is made of.
                let weight = match (x.sort, y.sort) {
                    (Sort::Name, Sort::Plain) | (Sort::Plain, Sort::Name) => mine.min(other),
                    _ => f64::midpoint(mine, other),
                };
                candidates.push((affinity * weight * place, affinity, i, j));
            }
        }
        // The best pairs first; the order of equals must not depend on which item is which.
        candidates.sort_by(|x, y| {
            y.0.total_cmp(&x.0)
                .then(y.1.total_cmp(&x.1))
                .then((x.2 + x.3).cmp(&(y.2 + y.3)))
                .then(x.2.abs_diff(x.3).cmp(&y.2.abs_diff(y.3)))
        });
        let (mut taken_a, mut taken_b) = (vec![false; left.len()], vec![false; right.len()]);
        let mut evidence = Self::default();
        for (weight, _, i, j) in candidates {
            if taken_a[i] || taken_b[j] {
                continue;
            }
            (taken_a[i], taken_b[j]) = (true, true);
            evidence.shared.push(Shared {
                at: (i, j),
                weight,
                written: (&left[i].written).min(&right[j].written).clone(),
            });
        }
        let heaviest = evidence.count_names_once(&left, &right);
        let below = |shared: &&Shared| {
            let (i, j) = shared.at;
            i >= a.title.len() && j >= b.title.len() && !hard(left[i]) && !hard(right[j])
        };
        let weight = |shared: &Shared| shared.weight;
        let all: f64 = evidence.shared.iter().map(weight).sum();
        let plain: f64 = evidence.shared.iter().filter(below).map(weight).sum();
        evidence.weight = all - (plain - TEXT).max(0.0);
        evidence.rest = evidence.weight - heaviest;
        let speaks_of = |from: &Profile, to: &Profile| {
            let mut words = from.words();
            from.source != to.source
                && words.any(|word| {
                    word.is_distinct()
                        && to.own.contains(&word.stem)
                        && !from.own.contains(&word.stem)
                })
        };
        if one_language && (speaks_of(a, b) || speaks_of(b, a)) {
            evidence.weight += SPOKEN_OF;
        }
        let whole = |weights: &[f64], profile: &Profile| -> f64 {
            weights.iter().take(profile.title.len()).sum()
        };
        let both: f64 = evidence
            .shared
            .iter()
            .filter(|shared| shared.at.0 < a.title.len() && shared.at.1 < b.title.len())
            .map(|shared| shared.weight)
            .sum();
        let less = whole(&mine, a).min(whole(&others, b));
        evidence.titles = if less > 0.0 { both / less } else { 0.0 };
        evidence
    }

    /// A name of several words is one name: what follows the first says less. Gives what the heaviest name says.
    fn count_names_once(&mut self, left: &[&Word], right: &[&Word]) -> f64 {
        let places: BTreeSet<(usize, usize)> = self
            .shared
            .iter()
            .filter(|shared| hard(left[shared.at.0]) || hard(right[shared.at.1]))
            .map(|shared| shared.at)
            .collect();
        let before = |(i, j): (usize, usize)| {
            (1..=2).find_map(|back| {
                let at = (i.checked_sub(back)?, j.checked_sub(back)?);
                let linked =
                    back == 1 || left[i - 1].sort == Sort::Stop && right[j - 1].sort == Sort::Stop;
                (linked && places.contains(&at)).then_some(at)
            })
        };
        let first = |at: (usize, usize)| std::iter::successors(Some(at), |at| before(*at)).last();
        let mut heaviest: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for shared in self
            .shared
            .iter()
            .filter(|shared| places.contains(&shared.at))
        {
            let name = heaviest
                .entry(first(shared.at).unwrap_or(shared.at))
                .or_default();
            *name = name.max(shared.weight);
        }
        self.names = heaviest
            .values()
            .filter(|weight| **weight >= TELLING)
            .count();
        let mut whole = heaviest.clone();
        for shared in &mut self.shared {
            let name = first(shared.at).unwrap_or(shared.at);
            let Some(most) = heaviest
                .get_mut(&name)
                .filter(|_| places.contains(&shared.at))
            else {
                continue;
            };
            if shared.weight < *most {
                shared.weight *= FOLLOWING;
                *whole.entry(name).or_default() += shared.weight;
            } else {
                // A second one of the same weight follows as well.
                *most = f64::INFINITY;
            }
        }
        whole.into_values().fold(0.0, f64::max)
    }
}

/// Whether a word is a name, a designation or a figure.
fn hard(word: &Word) -> bool {
    word.is_name() || word.number().is_some()
}

/// How much it says that a word of `profile` stands in the other item as well.
pub(super) fn weigh(word: &Word, profile: &Profile, other: &Profile) -> f64 {
    let letters = word.letters;
    let weight = match word.sort {
        Sort::Stop => 0.0,
        Sort::Number(super::numbers::Number::Year(year)) => {
            let this = |profile: &Profile| {
                profile
                    .published
                    .is_some_and(|at| chrono::Datelike::year(&at) == i32::from(year))
            };
            if this(profile) || this(other) {
                0.1
            } else {
                0.8
            }
        }
        Sort::Number(number) => number.weight(),
        _ if word.is_common() || word.is_head() => COMMON,
        _ if word.is_marked(Mark::FamousName) && profile.language != other.language => 0.8,
        _ if word.is_marked(Mark::Name) => PLACE,
        _ if word.is_marked(Mark::FamousName) => 1.3,
        // An acronym, or a word like `LIVE` before a title.
        Sort::Code if word.meanings.is_empty() && word.is_shouted() => SHOUTED,
        Sort::Code if letters > 2 && word.meanings.is_empty() => 2.2,
        Sort::Code | Sort::Name if word.meanings.is_empty() => 1.7,
        Sort::Perhaps if word.meanings.is_empty() => 1.3,
        _ if word.is_marked(Mark::Topic) => 0.85,
        _ if word
            .meanings
            .iter()
            .any(|meaning| matches!(meaning.mark, Mark::Value(_))) =>
        {
            0.7
        }
        _ if !word.meanings.is_empty() => 0.4,
        // Two letters of such a script are about half a word.
        _ if word.written.chars().all(script::is_unspaced) => 0.45,
        _ => match letters {
            0..=2 => 0.2,
            3 => 0.3,
            4 => 0.6,
            _ => 1.0,
        },
    };
    let weight = weight * word.rarity;
    if profile.own.contains(&word.stem) || other.own.contains(&word.stem) {
        weight * OWN
    } else {
        weight
    }
}

/// Whether two words can be one, and how surely (up to 1).
pub(super) fn affinity(a: &Word, b: &Word, one_language: bool) -> Option<f64> {
    (a.sign.may_be(b.sign, one_language))
        .then(|| match_of(a, b, one_language))
        .flatten()
}

/// The same for two words whose signs say that they may be one.
fn match_of(a: &Word, b: &Word, one_language: bool) -> Option<f64> {
    if let (Sort::Number(a), Sort::Number(b)) = (a.sort, b.sort) {
        return a.agrees(b).then_some(1.0);
    }
    if a.folded == b.folded && (one_language || a.letters > 3 || a.is_name()) {
        return Some(1.0);
    }
    let meaning = a
        .meanings
        .iter()
        .filter(|meaning| b.meanings.contains(meaning))
        .map(|meaning| match meaning.mark {
            Mark::Name | Mark::CommonName | Mark::FamousName | Mark::Value(_) => 1.0,
            Mark::Topic | Mark::Common => 0.85,
            Mark::Stage(_) => 0.5,
        })
        .max_by(f64::total_cmp);
    meaning
        .into_iter()
        .chain(spelling(a, b, one_language))
        .max_by(f64::total_cmp)
}

/// Whether one name can be the other's ending away: Guaíba's is, Marmolada is not Marmore's.
fn of_one_name(short: &Word, long: &Word) -> bool {
    let same = short.folded.chars().zip(long.folded.chars());
    let same = same.take_while(|(x, y)| x == y).count();
    short.letters >= COGNATE && short.letters - same <= 1
}

fn spelling(a: &Word, b: &Word, one_language: bool) -> Option<f64> {
    let (short, long) = if (a.folded.len(), &a.folded) < (b.folded.len(), &b.folded) {
        (a, b)
    } else {
        (b, a)
    };
    if a.sort == Sort::Code && b.sort == Sort::Code {
        let plain = |word: &Word| word.folded.replace(' ', "");
        return (plain(a) == plain(b)).then_some(1.0);
    }
    // A designation of digits is no beginning of a word.
    let plain = |word: &Word| !word.folded.chars().any(char::is_numeric);
    alike(short, long, one_language).filter(|_| plain(a) && plain(b))
}

/// The same for words that have no digits.
fn alike(short: &Word, long: &Word, one_language: bool) -> Option<f64> {
    let letters = short.letters;
    let names = short.is_name() && long.is_name();
    let coded = short.sort == Sort::Code || long.sort == Sort::Code;
    if (names || coded && one_language) && short.stem == long.stem && !of_one_name(short, long) {
        return None;
    }
    if short.stem == long.stem && letters > 2 {
        if one_language {
            return Some(0.95);
        }
        let names = short.is_name() && long.is_name();
        if letters > 4 || names && letters > 3 {
            return Some(0.85);
        }
    }
    if one_language {
        // A verb and its noun may leave stems of which one has a letter more.
        let longer = long.stem.strip_prefix(short.stem.as_str());
        if short.stem.len() > 3 && longer.is_some_and(|rest| rest.len() == 1) && letters > 4 {
            return Some(0.7);
        }
        let ending = long.folded.strip_prefix(short.stem.as_str());
        let inflected = ending.is_some_and(|ending| {
            matches!(
                ending,
                "ing" | "ed" | "er" | "ers" | "en" | "ern" | "es" | "ings"
            )
        });
        if short.stem.len() > 3 && inflected {
            return Some(0.9);
        }
        // A compound holds its last part: microlaunchers, launchers.
        return (letters > COMPOUND && long.folded.ends_with(&short.folded)).then_some(0.7);
    }
    let near = letters >= COGNATE
        && long.folded.len() < 24
        && long.folded.len() - short.folded.len() < 5
        && short.folded.chars().next() == long.folded.chars().next();
    (near && strsim::normalized_levenshtein(&short.folded, &long.folded) >= ALIKE).then_some(0.75)
}
