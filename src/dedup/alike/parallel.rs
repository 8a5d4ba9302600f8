//! Titles that run in parallel, but for something that stands in one position and is not the same.

use std::ops::Range;

use super::evidence::{affinity, weigh};
use super::lexicon::{Mark, is_region};
use super::profile::Profile;
use super::script;
use super::veto::{FIGURE, against};
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
/// The same, without the full names that differ.
const NAMED_PARALLEL: f64 = 0.6;
/// How surely a word is at most a part of another.
const PART: f64 = 0.7;

/// What stands in one position of both titles and is not the same, in words for people; nothing where nothing does, or where
/// they don't run in parallel.
pub(super) fn find(a: &Profile, b: &Profile) -> Option<String> {
    let pairs = aligned(&a.title, &b.title);
    if let Some((x, y)) = people(a, b, &pairs) {
        return Some(against(x, y));
    }
    let parallel = Parallel::with(a, b, pairs)?;
    let (x, y) = parallel.regions().or_else(|| {
        let mut gaps = parallel.gaps().into_iter();
        gaps.find_map(|gap| {
            parallel
                .sorts(&gap)
                .or_else(|| parallel.purposes(&gap))
                .or_else(|| parallel.names(&gap))
                .or_else(|| parallel.nouns(&gap))
        })
    })?;
    Some(against(x, y))
}

/// A word of each title, each in the place of the other.
type Rivals<'a> = (&'a Word, &'a Word);

/// Two titles that have enough words in one order.
pub(super) struct Parallel<'a> {
    a: &'a Profile,
    b: &'a Profile,
    /// Where those words stand.
    pairs: Vec<(usize, usize)>,
    /// What part of both titles they are, by weight.
    even: f64,
    /// Both items have a telling number, wherever it stands.
    figured: bool,
    /// More than one name is among those words.
    named_twice: bool,
}

/// What stands between two words that both titles have.
struct Gap<'a> {
    a: Side<'a>,
    b: Side<'a>,
    /// It is the end of both titles.
    last: bool,
}

/// One title's part of a gap.
struct Side<'a> {
    title: &'a [Word],
    place: Range<usize>,
    words: &'a [Word],
    /// Those of its words, grammar left out, that the other item does not have.
    alone: Vec<&'a Word>,
}

impl<'a> Parallel<'a> {
    /// Nothing where too little of the titles is the same.
    pub(super) fn of(a: &'a Profile, b: &'a Profile) -> Option<Self> {
        Self::with(a, b, aligned(&a.title, &b.title))
    }

    /// The same, where the words are known that stand in one order.
    fn with(a: &'a Profile, b: &'a Profile, pairs: Vec<(usize, usize)>) -> Option<Self> {
        let weight = |profile: &Profile, other: &Profile| -> f64 {
            let words = profile.title.iter();
            words.map(|word| 0.1 + weigh(word, profile, other)).sum()
        };
        let words = pairs
            .iter()
            .filter_map(|(i, j)| Some((a.title.get(*i)?, b.title.get(*j)?)));
        let common: f64 = words
            .clone()
            .map(|(x, y)| 0.1 + f64::midpoint(weigh(x, a, b), weigh(y, b, a)))
            .sum();
        let (whole_a, whole_b) = (weight(a, b), weight(b, a));
        if common / whole_a.min(whole_b).max(0.1) < PARALLEL {
            return None;
        }
        let distinct = |word: &Word| word.is_distinct() && !word.is_common();
        let names = words.filter(|(x, y)| distinct(x) && distinct(y));
        let named_twice = names.count() > 1;
        // One figure in both says more than another plain word.
        let figured = a.words().any(|x| {
            let figure = x.number().filter(|number| number.weight() > FIGURE);
            figure.is_some_and(|x| b.words().any(|y| y.number().is_some_and(|y| x.agrees(y))))
        });
        Some(Self {
            a,
            b,
            even: 2.0 * common / (whole_a + whole_b).max(0.1),
            pairs,
            figured,
            named_twice,
        })
    }

    /// Whether so much of the titles is the same that one word decides.
    pub(super) fn is_even(&self) -> bool {
        self.even >= PLAIN_PARALLEL
    }

    /// Regions that the titles name anywhere: what happens in one place may happen in another.
    fn regions(&self) -> Option<Rivals<'a>> {
        let own = |from: &'a Profile, to: &Profile| {
            let mut words = from.title.iter();
            words.find(|word| {
                word.meanings.iter().copied().any(is_region)
                    && !to
                        .words()
                        .any(|other| affinity(word, other, true).is_some())
            })
        };
        let comparable = self.even >= PLACED_PARALLEL;
        comparable.then(|| own(self.a, self.b).zip(own(self.b, self.a)))?
    }

    /// What stands before, between and behind the words that both have.
    fn gaps(&self) -> Vec<Gap<'a>> {
        let spans = spans(self.a, self.b, &self.pairs);
        spans.map(|(x, y)| Gap::of(self.a, self.b, x, y)).collect()
    }

    /// Two words of a sort that is one of a kind: names, or numbers.
    fn sorts(&self, gap: &Gap<'a>) -> Option<Rivals<'a>> {
        let sorts: [fn(&Word) -> bool; 2] = [Word::is_distinct, |word| word.number().is_some()];
        let first = |side: &Side<'a>, sort: fn(&Word) -> bool| {
            side.alone.iter().copied().find(|word| sort(word))
        };
        let mut rivals = sorts
            .into_iter()
            .filter_map(|sort| first(&gap.a, sort).zip(first(&gap.b, sort)));
        gap.is_small().then(|| rivals.next())?
    }

    /// What each of them is for or about.
    fn purposes(&self, gap: &Gap<'a>) -> Option<Rivals<'a>> {
        let comparable = self.even >= PARALLEL;
        let of = |side: &Side<'a>, profile: &Profile| side.purpose(&profile.language);
        comparable.then(|| of(&gap.a, self.a).zip(of(&gap.b, self.b)))?
    }

    /// Names of things, or any words where the titles end with nothing in common.
    fn names(&self, gap: &Gap<'a>) -> Option<Rivals<'a>> {
        let alone = gap.a.alone.len() + gap.b.alone.len();
        let named = self.even >= PLAIN_PARALLEL && gap.is_small();
        let ended = !self.figured && self.even >= ENDED_PARALLEL && gap.last && alone > 2;
        let first = |side: &Side<'a>| {
            let mut words = side.alone.iter().copied();
            words.find(|word| ended || word.is_name())
        };
        (named || ended).then(|| first(&gap.a).zip(first(&gap.b)))?
    }

    /// The first plain words that are things, as their place in the sentence tells.
    fn nouns(&self, gap: &Gap<'a>) -> Option<Rivals<'a>> {
        let comparable = !self.figured
            && !self.named_twice
            && self.even >= PLAIN_PARALLEL
            && gap.a.alone.len() <= SLOT
            && gap.b.alone.len() <= SLOT;
        let unspaced = self.even >= UNSPACED_PARALLEL;
        let noun = |side: &Side<'a>| side.noun(unspaced);
        comparable.then(|| noun(&gap.a).zip(noun(&gap.b)))?
    }
}

/// The places before, between and behind the words that stand at these.
fn spans(
    a: &Profile,
    b: &Profile,
    pairs: &[(usize, usize)],
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let mut from = (0, 0);
    let ends = pairs
        .iter()
        .copied()
        .chain([(a.title.len(), b.title.len())]);
    ends.map(move |(i, j)| {
        let (start_a, start_b) = std::mem::replace(&mut from, (i + 1, j + 1));
        (start_a..i, start_b..j)
    })
}

/// Names of several words, each in the place of the other: the rest of the titles is parallel without them, however short
/// it is.
fn people<'a>(a: &'a Profile, b: &'a Profile, pairs: &[(usize, usize)]) -> Option<Rivals<'a>> {
    let weight = |words: &[&Word], from: &Profile, to: &Profile| -> f64 {
        words.iter().map(|word| 0.1 + weigh(word, from, to)).sum()
    };
    let part = |name: &[&Word], at: &dyn Fn(&(usize, usize)) -> usize, from: &Profile, to| {
        let both: Vec<&Word> = (pairs.iter())
            .filter_map(|pair| from.title.get(at(pair)))
            .collect();
        let all: Vec<&Word> = from.title.iter().collect();
        weight(&both, from, to) / (weight(&all, from, to) - weight(name, from, to)).max(0.1)
    };
    let spans = spans(a, b, pairs).filter(|(x, y)| may_name(a, x) && may_name(b, y));
    let mut gaps = spans.map(|(x, y)| Gap::of(a, b, x, y));
    gaps.find_map(|gap| {
        let (x, y) = (gap.a.full_name(a)?, gap.b.full_name(b)?);
        let even = part(&x, &|pair| pair.0, a, b).min(part(&y, &|pair| pair.1, b, a));
        let rivals = x.first().copied().zip(y.first().copied());
        (even >= NAMED_PARALLEL).then_some(rivals)?
    })
}

/// Whether two words with capitals stand one behind the other there.
fn may_name(profile: &Profile, span: &Range<usize>) -> bool {
    let words = profile.title.get(span.clone()).unwrap_or_default();
    let capital = |word: &Word| word.written.starts_with(char::is_uppercase);
    words.windows(2).any(|pair| pair.iter().all(capital))
}

impl<'a> Gap<'a> {
    fn of(a: &'a Profile, b: &'a Profile, x: Range<usize>, y: Range<usize>) -> Self {
        Self {
            last: x.end >= a.title.len() && y.end >= b.title.len(),
            a: Side::of(a, x, b),
            b: Side::of(b, y, a),
        }
    }

    fn is_small(&self) -> bool {
        self.a.words.len() <= SLOT && self.b.words.len() <= SLOT
    }
}

impl<'a> Side<'a> {
    fn of(profile: &'a Profile, place: Range<usize>, other: &Profile) -> Self {
        let words = profile.title.get(place.clone()).unwrap_or_default();
        let is_part = |word: &Word| {
            other
                .words()
                .any(|other| affinity(word, other, true).is_some_and(|sure| sure > PART))
        };
        let telling = words.iter().filter(|word| word.sort != Sort::Stop);
        Self {
            title: &profile.title,
            alone: telling.filter(|word| !is_part(word)).collect(),
            place,
            words,
        }
    }

    /// Words with capitals one behind the other that only this title has, in a language and a title where other words
    /// have none.
    fn full_name(&self, profile: &Profile) -> Option<Vec<&'a Word>> {
        let small =
            |word: &Word| word.sort != Sort::Stop && word.written.starts_with(char::is_lowercase);
        let capitals_tell = match profile.language.as_str() {
            "de" => false,
            "en" => self.title.iter().any(small),
            _ => true,
        };
        let names = |word: &&Word| {
            let capital = word.written.starts_with(char::is_uppercase);
            capital && !word.is_common() && word.number().is_none() && self.alone.contains(word)
        };
        let mut runs = self.words.split(|word| !names(&word));
        let name = runs.find(|run| run.len() > 1 && capitals_tell)?;
        Some(name.iter().collect())
    }

    /// The first of the words that only this title has, where it stands as a thing does.
    fn noun(&self, unspaced: bool) -> Option<&'a Word> {
        let mut lone = self
            .words
            .iter()
            .enumerate()
            .filter(|(_, word)| self.alone.contains(word));
        let (at, word) = lone.find(|(_, word)| !word.is_common())?;
        // An adjective may stand between it and its article.
        let before = self.title.get(..self.place.start + at).unwrap_or_default();
        let before = before.iter().rev().find(|word| !word.is_common());
        let led = before.is_some_and(|before| before.sort == Sort::Stop);
        let is_noun = led && word.folded.len() > 3
            || word.is_marked(Mark::Topic)
            || unspaced && is_unspaced(word);
        is_noun.then_some(word)
    }

    /// What something is for or about: the word behind such a preposition, if only this title has it.
    fn purpose(&self, language: &str) -> Option<&'a Word> {
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
        let (before, inside) = (self.title.get(..self.place.start)?, self.words);
        let stops = before
            .iter()
            .rev()
            .take_while(|word| word.sort == Sort::Stop);
        let from = before.len() - stops.count();
        let mut words = self
            .title
            .get(from..)?
            .iter()
            .take(before.len() - from + inside.len());
        words.find(|word| prepositions.contains(&word.folded.as_str()))?;
        let object = words.find(|word| word.sort != Sort::Stop)?;
        self.alone.iter().copied().find(|word| *word == object)
    }
}

/// Whether the word is of a script without blanks, and says more than grammar does.
fn is_unspaced(word: &Word) -> bool {
    let mut letters = word.written.chars();
    letters.all(|c| script::is_unspaced(c) && !('\u{3041}'..='\u{309F}').contains(&c))
}

/// The longest row of words that both titles have in one order.
pub(super) fn aligned(a: &[Word], b: &[Word]) -> Vec<(usize, usize)> {
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
