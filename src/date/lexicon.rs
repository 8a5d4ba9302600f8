//! The names of months, weekdays and halves of the day in every language that glibc's locales cover, and the order in
//! which each language writes a date in numbers. They are compiled from the locales, once per language, on demand.
//!
//! Which locales, and what they lack, stands in `forms.rs`.

use std::collections::hash_map::Entry;
use std::sync::{LazyLock, OnceLock};

use pure_rust_locales::{Locale, locale_match};
use rustc_hash::FxHashMap;

use super::forms::{INFLECTED, LOCALES, MAIN, Meaning, ORDERS, PREFIXES, SUFFIXES, SUPPLEMENT};
use super::names::{Name, Order};
use super::token::fold;

/// The shortest name that takes endings, in letters: "mar" and an ending are too many words.
const SHORTEST_STEM: usize = 4;

/// The same where a text may be in any language ("martini", "jurisdiction").
const SHORTEST_STEM_OF_ANY: usize = 5;

/// The names of one language, folded.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    names: FxHashMap<Box<str>, Name>,
    /// The names of months that take endings.
    stems: FxHashMap<Box<str>, Name>,
    /// The length of the longest name, in bytes: most spans of words are longer, and need not be looked up.
    longest: usize,
    /// The order of dates in numbers.
    pub(super) order: Option<Order>,
}

/// Per language tag: its locales, and its lexicon once it was asked for.
type Rows = FxHashMap<&'static str, (Vec<Locale>, OnceLock<Lexicon>)>;

static ROWS: LazyLock<Rows> = LazyLock::new(|| {
    let mut rows = Rows::default();
    for name in LOCALES.split_whitespace() {
        let Ok(locale) = Locale::try_from(name) else {
            continue;
        };
        let tag = match name {
            "zh_TW" | "zh_HK" => "zh-hant",
            _ => name.split('_').next().unwrap_or(name),
        };
        rows.entry(tag).or_default().0.push(locale);
    }
    rows
});

/// The names of one language; nothing if no locale has it.
pub(super) fn of(tag: &str) -> Option<&'static Lexicon> {
    // Norwegian as pages declare it is either of two written languages, nearly always Bokmål.
    let (locales, cell) = ROWS.get(if tag == "no" { "nb" } else { tag })?;
    Some(cell.get_or_init(|| {
        let mut lexicon = Lexicon {
            order: ORDERS
                .iter()
                .find_map(|(told, order)| (*told == tag).then_some(*order))
                .or_else(|| read_order(locale_match!(*locales.first()? => LC_TIME::D_FMT))),
            ..Lexicon::default()
        };
        lexicon.add_locales(tag);
        lexicon.add_abbreviations(locales);
        lexicon.add_stems(tag);
        lexicon.measure();
        lexicon
    }))
}

/// The names of English.
pub(super) fn english() -> &'static Lexicon {
    static NONE: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
    of("en").unwrap_or(&NONE)
}

/// The names of the main languages together, with their endings.
pub(super) fn main() -> &'static Lexicon {
    static MAIN_ONES: LazyLock<Lexicon> =
        LazyLock::new(|| Lexicon::together(MAIN.split(' '), true));
    &MAIN_ONES
}

/// The names of all languages together, without endings: this many languages have too many words.
pub(super) fn all() -> &'static Lexicon {
    static ALL: LazyLock<Lexicon> =
        LazyLock::new(|| Lexicon::together(ROWS.keys().copied(), false));
    &ALL
}

impl Lexicon {
    /// The names of several languages together.
    fn together<'a>(tags: impl Iterator<Item = &'a str>, endings: bool) -> Self {
        let mut all = Self::default();
        for tag in tags {
            let mut one = Self::default();
            one.add_locales(tag);
            if endings {
                one.add_stems(tag);
            }
            all.join(one);
        }
        all.measure();
        all.stems
            .retain(|form, _| form.chars().count() >= SHORTEST_STEM_OF_ANY);
        // Among many languages the short halves are words (Swedish `em` is Portuguese "in", Hungarian `de` is "of"), and
        // a zone that only the language makes clear is not clear.
        for (form, name) in &mut all.names {
            let is_word = form.is_ascii() && form.len() < 6 && !form.contains('.');
            *name = name.among_many(!is_word);
        }
        all
    }

    /// Notes the length of the longest name.
    fn measure(&mut self) {
        self.longest = self.names.keys().map(|name| name.len()).max().unwrap_or(0);
    }

    /// What a word stands for as it is written.
    pub(super) fn exactly(&self, word: &str) -> Option<Name> {
        let name = || self.names.get(word).copied();
        (word.len() <= self.longest).then(name).flatten()
    }

    /// What a word stands for, endings allowed where the language has them.
    pub(super) fn name(&self, word: &str) -> Option<Name> {
        self.exactly(word).or_else(|| self.stem(word))
    }

    /// The month whose name an inflected word begins with.
    fn stem(&self, word: &str) -> Option<Name> {
        // A span of several words has its name in one of them.
        if self.stems.is_empty() || word.contains([' ', '.', '-']) {
            return None;
        }
        let ends = word.char_indices().rev().map(|(end, _)| end).take(3);
        ends.filter_map(|end| word.get(..end))
            .filter(|stem| stem.chars().count() >= SHORTEST_STEM)
            .find_map(|stem| self.stems.get(stem).copied())
    }

    /// Lets the months' names of a language take endings, if it is one that inflects them.
    fn add_stems(&mut self, tag: &str) {
        if INFLECTED.split(' ').any(|inflected| inflected == tag) {
            let months = self.names.iter();
            let stems: Vec<_> = months
                .filter_map(|(form, name)| Some((form.clone(), name.months_alone()?)))
                .collect();
            self.stems.extend(stems);
        }
    }

    fn join(&mut self, other: Self) {
        for (ours, others) in [
            (&mut self.names, other.names),
            (&mut self.stems, other.stems),
        ] {
            for (form, name) in others {
                let known = ours.entry(form).or_default();
                *known = known.join(name);
            }
        }
    }

    fn add(&mut self, form: &str, meaning: Meaning) {
        let folded = fold(form);
        let form = folded.trim_end_matches(['.', ' ']);
        let single = matches!(meaning, Meaning::Half(_)) && !form.is_ascii();
        let long = form.chars().count() >= 2 || single;
        if long && !form.starts_with(|c: char| c.is_ascii_digit()) {
            let name = self.names.entry(form.into()).or_default();
            *name = name.join(Name::of(meaning));
        }
    }

    /// The forms that the locales and the supplement give.
    fn add_locales(&mut self, tag: &str) {
        let locales = ROWS
            .get(tag)
            .map(|(locales, _)| locales.as_slice())
            .unwrap_or_default();
        for locale in locales {
            for months in month_lists(*locale)
                .into_iter()
                .flatten()
                .chain(short_month_lists(*locale).into_iter().flatten())
            {
                months
                    .iter()
                    .zip(1..)
                    .for_each(|(form, month)| self.add(form, Meaning::Month(month)));
            }
            for days in [
                locale_match!(*locale => LC_TIME::DAY),
                locale_match!(*locale => LC_TIME::ABDAY),
            ] {
                days.iter()
                    .zip(0..)
                    .for_each(|(form, day)| self.add(form, Meaning::Weekday(day)));
            }
            let halves = locale_match!(*locale => LC_TIME::AM_PM);
            halves
                .iter()
                .zip(0..)
                .for_each(|(form, half)| self.add(form, Meaning::Half(half)));
        }
        // Both written forms of Chinese share the supplement.
        let own = |language: &str| language == tag || tag == "zh-hant" && language == "zh";
        for (_, forms, meaning) in SUPPLEMENT.iter().filter(|(language, ..)| own(language)) {
            for form in forms.split(',') {
                self.add(form, *meaning);
            }
        }
        let glued = |affixes: &'static [(&str, &str)]| {
            let of_tag = affixes.iter().filter(|(language, _)| *language == tag);
            of_tag.map(|(_, affix)| *affix).collect::<Vec<_>>()
        };
        let (prefixes, suffixes) = (glued(PREFIXES), glued(SUFFIXES));
        let mut more: Vec<(Box<str>, Name)> = Vec::new();
        for (form, name) in &self.names {
            if name.is_month() {
                more.extend(
                    prefixes
                        .iter()
                        .map(|prefix| (format!("{prefix}{form}").into(), *name)),
                );
            }
            if name.is_weekday() {
                more.extend(
                    suffixes
                        .iter()
                        .map(|suffix| (format!("{form}{suffix}").into(), *name)),
                );
            }
        }
        self.names.extend(more);
    }

    /// The abbreviations by rule: what begins the names of one month alone, or one weekday, from three letters on.
    fn add_abbreviations(&mut self, locales: &[Locale]) {
        let mut found: FxHashMap<String, Name> = FxHashMap::default();
        let mut collect = |form: &str, meaning| {
            let form = fold(form);
            for (end, _) in form
                .char_indices()
                .skip(3)
                .take_while(|_| !form.contains(' '))
            {
                if let Some(prefix) = form.get(..end) {
                    let name = found.entry(prefix.to_owned()).or_default();
                    *name = name.join(Name::of(meaning));
                }
            }
        };
        for locale in locales {
            for months in month_lists(*locale).into_iter().flatten() {
                months
                    .iter()
                    .zip(1..)
                    .for_each(|(form, month)| collect(form, Meaning::Month(month)));
            }
            let days = locale_match!(*locale => LC_TIME::DAY);
            days.iter()
                .zip(0..)
                .for_each(|(form, day)| collect(form, Meaning::Weekday(day)));
        }
        for (prefix, name) in found {
            // One that two months share, or a month and a weekday, is no abbreviation of either.
            if name.days_and_months() == 1
                && let Entry::Vacant(entry) = self.names.entry(prefix.into())
            {
                entry.insert(name);
            }
        }
    }
}

/// The full names of the months: as they stand in a date, and by themselves.
fn month_lists(locale: Locale) -> [Option<&'static [&'static str]>; 2] {
    [
        Some(locale_match!(locale => LC_TIME::MON)),
        locale_match!(locale => LC_TIME::ALT_MON),
    ]
}

/// The abbreviated names of the months, likewise.
fn short_month_lists(locale: Locale) -> [Option<&'static [&'static str]>; 2] {
    [
        Some(locale_match!(locale => LC_TIME::ABMON)),
        locale_match!(locale => LC_TIME::AB_ALT_MON),
    ]
}

/// The order of day, month and year in a `strftime` pattern.
fn read_order(pattern: &str) -> Option<Order> {
    let place = |letters: &[char]| {
        pattern.split('%').position(|part| {
            part.trim_start_matches(['-', 'O', 'E'])
                .starts_with(letters)
        })
    };
    let (day, month, year) = (
        place(&['d', 'e'])?,
        place(&['m', 'b', 'B'])?,
        place(&['y', 'Y'])?,
    );
    Some(match (day < month, year < month) {
        (_, true) => Order::Ymd,
        (true, false) => Order::Dmy,
        (false, false) => Order::Mdy,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn order_of(tag: &str) -> Option<Order> {
        of(tag)?.order
    }

    #[test]
    fn every_locale_named_exists_and_has_twelve_months() {
        for name in LOCALES.split_whitespace() {
            let locale = Locale::try_from(name).unwrap_or_else(|_| panic!("{name}"));
            assert_eq!(locale_match!(locale => LC_TIME::MON).len(), 12, "{name}");
        }
    }

    #[test]
    fn no_language_has_one_word_for_two_months() {
        for tag in ROWS.keys() {
            for (word, name) in &of(tag).unwrap().names {
                assert!(name.months().count() < 2, "{tag}: {word}");
            }
        }
    }

    #[test]
    fn orders_come_from_the_locales() {
        assert_eq!(order_of("en"), Some(Order::Mdy));
        assert_eq!(order_of("it"), Some(Order::Dmy));
        assert_eq!(order_of("no"), Some(Order::Dmy));
        assert_eq!(order_of("ja"), Some(Order::Ymd));
        assert_eq!(order_of("xx"), None);
    }
}
