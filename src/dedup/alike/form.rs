//! A word as it is by itself, in its language: folded, in Latin letters, without its ending. Texts use the same words all
//! the time, so what a thread has worked out of them it keeps for a while.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::lexicon::{self, Meaning};
use super::numbers;
use super::script;

/// So many words a thread keeps.
const KEPT: usize = 4_096;
/// A longer word is worth no room.
const LONG: usize = 32;
/// Letters that a stem keeps.
const STEM: usize = 5;

/// What does not depend on where a word stands.
#[derive(Debug, PartialEq)]
pub(super) struct Form {
    /// As it was written, for people.
    pub(super) written: String,
    /// Folded, in Latin letters where its script has letters for them.
    pub(super) folded: String,
    /// The letters of that.
    pub(super) letters: usize,
    /// What is left of it without its ending.
    pub(super) stem: String,
    /// It carries no news in its language, or is a single letter.
    pub(super) stop: bool,
    /// How it is written.
    pub(super) shape: Shape,
    /// Whether a number in words or digits may begin with it.
    pub(super) begins_number: bool,
    /// Whether a phrase that means something may begin with it.
    pub(super) begins_phrase: bool,
    /// The names that it can be, in whatever language.
    pub(super) names: Vec<Meaning>,
    /// The concepts that it can stand for.
    pub(super) concepts: Vec<Meaning>,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is looked at by itself")]
pub(super) struct Shape {
    /// Some sign of it is a digit.
    pub(super) digit: bool,
    /// Some sign of it is a letter.
    pub(super) letter: bool,
    /// It begins with a capital.
    pub(super) capital: bool,
    /// It has a capital behind its first sign.
    pub(super) inner: bool,
    /// It has letters, and none of them is small.
    pub(super) upper: bool,
}

impl Shape {
    fn of(written: &str) -> Self {
        Self {
            digit: written.chars().any(char::is_numeric),
            letter: written.chars().any(char::is_alphabetic),
            capital: written.starts_with(char::is_uppercase),
            inner: written.chars().skip(1).any(char::is_uppercase),
            upper: is_upper(written),
        }
    }
}

/// Lower case, without accents, ligatures and marks, in Latin letters; blanks between the words.
pub(super) fn fold(text: &str) -> String {
    script::latin(crate::config::units::fold(text))
}

/// Folded words that carry no news, by language.
static STOPS: LazyLock<FxHashMap<&str, FxHashSet<String>>> = LazyLock::new(|| {
    let rows = include_str!("stopwords.txt").lines();
    rows.filter_map(|row| row.split_once(" | "))
        .map(|(language, words)| (language, words.split(' ').map(fold).collect()))
        .collect()
});

/// Whether a folded word carries no news in a language; single letters carry none in any.
fn is_stop(folded: &str, language: &str) -> bool {
    let stops = STOPS.get(language).or_else(|| match language {
        "gl" => STOPS.get("pt"),
        "no" => STOPS.get("nb"),
        _ => None,
    });
    stops.is_some_and(|stops| stops.contains(folded))
        || (folded.len() == 1 && folded.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// What is left of a folded word without its ending: its beginning, where that is long, and no vowel or `s` behind it.
///
/// Beginnings serve most languages about as well as a stemmer of their own, and they join what no stemmer joins: a
/// town and its people, a verb and its noun.
pub(super) fn stem(folded: &str) -> String {
    let letters = folded.chars().count();
    let mut stem = folded;
    if folded.is_ascii() && letters <= STEM + 1 {
        let least = if letters > STEM { STEM - 1 } else { 3 };
        while stem.len() > least && stem.ends_with(['a', 'e', 'i', 'o', 'u', 's', 'y']) {
            stem = stem.get(..stem.len() - 1).unwrap_or_default();
        }
    }
    stem.chars().take(STEM).collect()
}

/// Whether it has letters, and none of them is small.
pub(super) fn is_upper(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_lowercase())
}

impl Form {
    fn of(written: &str, language: &str) -> Self {
        let folded = fold(written);
        Self {
            letters: folded.chars().count(),
            stem: stem(&folded),
            stop: is_stop(&folded, language),
            shape: Shape::of(written),
            begins_number: numbers::may_begin(written, &folded, language),
            begins_phrase: lexicon::begins_phrase(&folded, language),
            names: lexicon::names(&folded),
            concepts: lexicon::concepts(&folded, language),
            written: written.to_owned(),
            folded,
        }
    }

    /// A number, of however many words it was made: it is known by its value.
    pub(super) fn number(written: String, value: String) -> Self {
        Self {
            letters: value.len(),
            stem: value.clone(),
            stop: false,
            shape: Shape::default(),
            begins_number: false,
            begins_phrase: false,
            names: Vec::new(),
            concepts: Vec::new(),
            written,
            folded: value,
        }
    }
}

/// The words that a thread keeps, by language.
#[derive(Default)]
struct Kept {
    languages: FxHashMap<String, FxHashMap<String, Arc<Form>>>,
    words: usize,
}

thread_local! {
    static KEPT_WORDS: RefCell<Kept> = RefCell::default();
}

/// The forms of words, in a language.
pub(super) fn forms<'a>(words: impl Iterator<Item = &'a str>, language: &str) -> Vec<Arc<Form>> {
    KEPT_WORDS.with_borrow_mut(|kept| {
        if kept.words > KEPT {
            *kept = Kept::default();
        }
        if !kept.languages.contains_key(language) {
            let none = FxHashMap::default();
            kept.languages.insert(language.to_owned(), none);
        }
        let Some(known) = kept.languages.get_mut(language) else {
            return Vec::new();
        };
        let form = |word: &str| {
            if let Some(form) = known.get(word) {
                return Arc::clone(form);
            }
            let form = Arc::new(Form::of(word, language));
            if word.len() <= LONG {
                known.insert(word.to_owned(), Arc::clone(&form));
                kept.words += 1;
            }
            form
        };
        words.map(form).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_when_it_is_met_again_and_another_one_in_another_language() {
        let once = |word, language| forms([word].into_iter(), language);
        for (word, language) in [("Alluvioni", "it"), ("in", "de"), ("MS-25", "en")] {
            let first = once(word, language);
            assert_eq!(first, once(word, language));
            assert_eq!(*first[0], Form::of(word, language));
        }
        assert!(once("die", "de")[0].stop && !once("die", "en")[0].stop);
    }

    #[test]
    fn no_more_words_are_kept_than_are_worth_it() {
        for text in 0..3 {
            let words: Vec<String> = (0..KEPT).map(|word| format!("w{text}x{word}")).collect();
            forms(words.iter().map(String::as_str), "en");
        }
        forms(["x".repeat(LONG + 1).as_str()].into_iter(), "en");
        KEPT_WORDS.with_borrow(|kept| assert!(kept.words <= 2 * KEPT, "{}", kept.words));
    }
}
