//! A text as words, told apart by how much they can say.

use std::ops::Deref;
use std::sync::Arc;

use super::form::{self, Form};
use super::lexicon::{self, Mark, Meaning};
use super::numbers::{self, Number};
use super::runs::{Run, cut};

/// No more words of a text are looked at than these.
pub(super) const TITLE: usize = 48;
/// The same for a summary.
pub(super) const SUMMARY: usize = 96;
/// What the names of many places begin with.
const HEADS: [&str; 48] = [
    "san", "santa", "santo", "sant", "santi", "saint", "sainte", "sankt", "sao", "st", "monte",
    "mont", "mount", "monti", "lago", "lac", "lake", "see", "val", "valle", "vallee", "valley",
    "capo", "cape", "cap", "cabo", "mar", "mare", "mer", "sea", "porto", "port", "puerto",
    "castel", "castello", "ponte", "serra", "sierra", "isola", "island", "rio", "fort", "bad",
    "villa", "new", "grand", "los", "las",
];
/// A word of more letters than these may be the last part of a compound.
pub(super) const COMPOUND: usize = 6;
/// The most words that say who told a story.
const CREDIT: usize = 4;

/// What sort of word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Carries no news: an article, a preposition.
    Stop,
    /// Any other word.
    Plain,
    /// It may be a name: nothing but its capital at the beginning of a sentence, or in a text full of capitals, says so.
    Perhaps,
    /// A name: it has a capital where other words have none.
    Name,
    /// A designation: letters and digits, capitals within, or all capitals.
    Code,
    /// A number, a year, a day.
    Number(Number),
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// What it is by itself.
    form: Arc<Form>,
    /// Its sort.
    pub(super) sort: Sort,
    /// What it can mean.
    pub(super) meanings: Vec<Meaning>,
    /// What is left of what it says, of how many stories tell of it; 1 where nothing is known of that.
    pub(super) rarity: f64,
    /// It stands within quotation marks.
    pub(super) quoted: bool,
    /// A comma or a colon ends it: at the beginning of a title, what the story is about.
    pub(super) set_off: bool,
    /// What tells it apart from most words.
    pub(super) sign: Sign,
}

impl Deref for Word {
    type Target = Form;

    fn deref(&self) -> &Form {
        &self.form
    }
}

/// What tells most pairs of words apart at a glance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sign {
    /// How it begins.
    initial: Option<u8>,
    /// How it ends, where it may be the last part of a compound or have one.
    end: Option<[u8; 2]>,
    /// A bit for each of its meanings; some share one.
    meanings: u64,
    number: bool,
    stop: bool,
}

impl Sign {
    /// Whether two words may be one. Words that begin otherwise are not, but by their meanings or as parts of compounds.
    pub(super) fn may_be(self, other: Self, one_language: bool) -> bool {
        let one = self.initial == other.initial
            || self.meanings & other.meanings != 0
            || one_language && self.end.is_some() && self.end == other.end;
        let numbers = self.number && other.number;
        numbers || one && !(self.number || other.number || self.stop || other.stop)
    }
}

impl Word {
    fn signed(&self) -> Sign {
        Sign {
            initial: self.folded.bytes().next(),
            end: (self.letters > COMPOUND)
                .then(|| self.folded.as_bytes().last_chunk().copied())
                .flatten(),
            meanings: self
                .meanings
                .iter()
                .fold(0, |bits, meaning| bits | 1 << (meaning.id % 64)),
            number: matches!(self.sort, Sort::Number(_)),
            stop: self.sort == Sort::Stop,
        }
    }

    /// Whether the word has this mark.
    pub(super) fn is_marked(&self, mark: Mark) -> bool {
        self.meanings.iter().any(|meaning| meaning.mark == mark)
    }

    /// Whether the word is so common in news that it tells little.
    pub(super) fn is_common(&self) -> bool {
        self.rarity < 0.5 || self.is_marked(Mark::Common) || self.is_marked(Mark::CommonName)
    }

    /// Whether names of places begin with the word.
    pub(super) fn is_head(&self) -> bool {
        self.written.starts_with(char::is_uppercase) && HEADS.contains(&self.folded.as_str())
    }

    /// Whether the word is a name or stands where a name may stand.
    pub(super) fn is_name(&self) -> bool {
        match self.sort {
            Sort::Name | Sort::Code => true,
            Sort::Perhaps => self.meanings.is_empty() || self.names_something(),
            Sort::Plain => self.names_something(),
            Sort::Stop | Sort::Number(_) => false,
        }
    }

    /// Whether the word is surely a name.
    pub(super) fn is_distinct(&self) -> bool {
        matches!(self.sort, Sort::Name | Sort::Code) || self.names_something()
    }

    /// Whether it is a name in whatever way it is written.
    pub(super) fn names_something(&self) -> bool {
        self.is_marked(Mark::Name) || self.is_marked(Mark::FamousName)
    }

    /// Whether it is nothing but capitals, where other words are not.
    pub(super) fn is_shouted(&self) -> bool {
        self.sort == Sort::Code && self.shape.upper && !self.shape.digit
    }

    /// The number, if it is one.
    pub(super) fn number(&self) -> Option<Number> {
        match self.sort {
            Sort::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Reads the words of a text in a language (the tag; nothing is lost if it is not known), at most so many.
pub(super) fn read(text: &str, language: &str, most: usize) -> Vec<Word> {
    let runs = cut(text, most);
    let forms = form::forms(runs.iter().map(|run| run.text), language);
    let (mut capital, mut upper, mut all) = (0, 0, 0);
    for form in forms.iter().filter(|form| form.shape.letter) {
        if form.stop || form.letters < 3 {
            continue;
        }
        all += 1;
        capital += usize::from(form.shape.capital);
        upper += usize::from(form.shape.upper);
    }
    // Where most words have a capital, as in English headlines and German, a capital says nothing.
    let loud = upper * 10 > all * 7 && all > 1;
    let headline = capital * 10 > all * 6 && all > 2 || language == "de";
    let (label, credit) = (label(&runs, &forms), credit(&runs, &forms));
    let mut words: Vec<Word> = Vec::with_capacity(runs.len());
    let mut next = 0;
    while let (Some(run), Some(form)) = (runs.get(next), forms.get(next)) {
        let most = (next + numbers::LONGEST).min(runs.len());
        let phrase = forms.get(next..most).filter(|_| form.begins_number);
        let number = phrase.and_then(|phrase| numbers::read(phrase, language));
        let word = |form, sort| Word {
            form,
            sort,
            meanings: Vec::new(),
            rarity: 1.0,
            quoted: run.quoted,
            set_off: run.set_off && !matches!(sort, Sort::Number(_)),
            sign: Sign::default(),
        };
        if let Some((number, taken)) = number {
            let last = (next + taken).clamp(next + 1, runs.len());
            let parts = forms.get(next..last).unwrap_or_default();
            let written: Vec<&str> = parts.iter().map(|form| form.written.as_str()).collect();
            let form = Form::number(written.join(" "), number.to_string());
            words.push(word(Arc::new(form), Sort::Number(number)));
            next = last;
            continue;
        }
        let aside = next < label || next >= credit;
        let sort = sort(*run, form, loud || aside, headline);
        words.push(word(Arc::clone(form), sort));
        next += 1;
    }
    mean(&mut words, language, loud);
    for word in &mut words {
        word.sign = word.signed();
    }
    words
}

/// So many words in capitals, two at least, stand before a colon at the beginning: `BREAKING NEWS:` says of what sort an item is.
/// One alone, as in `ILVA:` and `LIVE:`, is no more than a name anyway.
fn label(runs: &[Run<'_>], forms: &[Arc<Form>]) -> usize {
    let shouted = |form: &&Arc<Form>| form.shape.upper && !form.shape.digit;
    let length = forms.iter().take_while(shouted).count();
    let before = runs.get(..length).unwrap_or_default();
    let end = before.iter().position(|run| run.set_off);
    end.filter(|end| *end > 0).map_or(0, |end| end + 1)
}

/// From which word on a title says who told it, as in `… – Associated Press`: a few words with capitals behind a dash or a bar.
fn credit(runs: &[Run<'_>], forms: &[Arc<Form>]) -> usize {
    let begin = runs.iter().rposition(|run| run.parted);
    let capital = |form: &Arc<Form>| form.shape.capital && !form.shape.digit;
    let few = |begin: &usize| {
        let words = forms.get(*begin..).unwrap_or_default();
        (2..=CREDIT).contains(&words.len()) && words.iter().all(capital)
    };
    begin.filter(few).unwrap_or(runs.len())
}

fn sort(run: Run<'_>, form: &Form, loud: bool, headline: bool) -> Sort {
    let shape = form.shape;
    if shape.digit && shape.letter {
        Sort::Code
    } else if form.stop && !(shape.inner && !loud && form.folded.len() > 2) {
        Sort::Stop
    } else if shape.inner && !loud {
        Sort::Code
    } else if shape.capital && (run.first || headline || loud) {
        Sort::Perhaps
    } else if shape.capital {
        Sort::Name
    } else {
        Sort::Plain
    }
}

/// Gives the words their meanings; those of a phrase go to all its words.
fn mean(words: &mut [Word], language: &str, loud: bool) {
    for length in (2..=lexicon::PHRASE).rev() {
        for from in 0..(words.len() + 1).saturating_sub(length) {
            let Some(window) = words.get(from..from + length) else {
                continue;
            };
            // Most words begin no phrase.
            let open = |word: &Word| word.number().is_none() && word.meanings.is_empty();
            if !window.first().is_some_and(|word| word.begins_phrase) || !window.iter().all(open) {
                continue;
            }
            let parts: Vec<&str> = window.iter().map(|word| word.folded.as_str()).collect();
            let phrase = parts.join("_");
            let mut found = lexicon::names(&phrase);
            if is_short(&phrase) && !window.iter().all(|word| stands_out(word, loud)) {
                found.clear();
            }
            found.extend(lexicon::concepts(&phrase, language));
            if found.is_empty() {
                continue;
            }
            for word in words.iter_mut().skip(from).take(length) {
                word.meanings.clone_from(&found);
            }
        }
    }
    for word in words {
        if !word.meanings.is_empty() || matches!(word.sort, Sort::Number(_) | Sort::Stop) {
            continue;
        }
        let named = !is_short(&word.folded) || stands_out(word, loud);
        let names: &[Meaning] = if named { &word.names } else { &[] };
        let mut found = [names, &word.concepts].concat();
        // English words stand in the titles of all languages, with a capital.
        if found.is_empty() && language != "en" && word.sort == Sort::Name {
            found = lexicon::borrowed(&word.folded);
        }
        word.meanings = found;
    }
}

/// Whether a name is so short that it is an acronym, or a word of another language.
fn is_short(phrase: &str) -> bool {
    phrase.len() <= 12 && phrase.chars().count() <= 3
}

fn stands_out(word: &Word, loud: bool) -> bool {
    matches!(word.sort, Sort::Code | Sort::Name) || loud
}
