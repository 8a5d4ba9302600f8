//! The names of months, weekdays and halves of the day in every language that glibc's locales cover, and the order in
//! which each language writes a date in numbers. The names are compiled from the locales, once per language, on demand.
//!
//! Which locales, and what they lack, stands in `forms.rs`. Nothing here looks at a text.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{LazyLock, OnceLock};

use pure_rust_locales::{Locale, locale_match};

use super::forms::{INFLECTED, LOCALES, Meaning, PREFIXES, SUPPLEMENT};
use super::token::fold;

/// All that a word can stand for, as sets of bits: Italian `mar` is a month and a weekday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Name {
    months: u16,
    weekdays: u8,
    halves: u8,
}

impl Name {
    fn of(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Month(month) => Self {
                months: 1 << month,
                ..Self::default()
            },
            Meaning::Weekday(day) => Self {
                weekdays: 1 << day,
                ..Self::default()
            },
            Meaning::Half(half) => Self {
                halves: 1 << half,
                ..Self::default()
            },
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            months: self.months | other.months,
            weekdays: self.weekdays | other.weekdays,
            halves: self.halves | other.halves,
        }
    }

    /// What this one says, and the other where this one is silent.
    fn or(self, other: Self) -> Self {
        Self {
            months: if self.months == 0 {
                other.months
            } else {
                self.months
            },
            weekdays: if self.weekdays == 0 {
                other.weekdays
            } else {
                self.weekdays
            },
            halves: if self.halves == 0 {
                other.halves
            } else {
                self.halves
            },
        }
    }

    /// The months (from 1) that the word can stand for.
    pub(super) fn months(self) -> impl Iterator<Item = u32> {
        (1..=12).filter(move |month| self.months & (1 << month) != 0)
    }

    /// Whether the word is a weekday's name.
    pub(super) fn is_weekday(self) -> bool {
        self.weekdays != 0
    }

    /// Whether the word can stand for this weekday, Sunday being 0.
    pub(super) fn has_weekday(self, from_sunday: u32) -> bool {
        self.weekdays & (1 << from_sunday) != 0
    }

    /// Whether the word means after noon (`true`) or before (`false`), where it means one of them.
    pub(super) fn afternoon(self) -> Option<bool> {
        match self.halves {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }
}

/// The order in which a language writes day, month and year in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// 9/5/2025 is in May.
    Dmy,
    /// 9/5/2025 is in September.
    Mdy,
    /// 2025/9/5; says nothing of dates whose year is last.
    Ymd,
}

/// The names of one language, folded.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    names: HashMap<Box<str>, Name>,
    inflected: bool,
    order: Option<Order>,
}

/// The lexicons that a text is read with: what the first does not know, the second may.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    first: &'static Lexicon,
    second: &'static Lexicon,
}

impl View {
    /// A language, with English behind it; nothing if no locale has the language.
    pub(super) fn of(tag: &str) -> Option<Self> {
        Some(Self {
            first: lexicon(tag)?,
            second: english(),
        })
    }

    /// All languages at once: a word may then stand for several months.
    pub(super) fn all() -> Self {
        static ALL: LazyLock<Lexicon> = LazyLock::new(|| {
            let mut all = Lexicon::default();
            for tag in ROWS.keys() {
                all.add_locales(tag);
            }
            all
        });
        Self {
            first: &ALL,
            second: english(),
        }
    }

    /// What a folded word stands for.
    pub(super) fn name(self, word: &str) -> Option<Name> {
        let name = match (self.first.name(word), self.second.names.get(word)) {
            (Some(first), Some(second)) => first.or(*second),
            (first, second) => first.or(second.copied())?,
        };
        Some(name)
    }
}

/// The order of numeric dates in a language, from its locale's `d_fmt`.
pub(super) fn order(tag: &str) -> Option<Order> {
    lexicon(tag)?.order
}

/// Per language tag: its locales, and its lexicon once it was asked for.
type Rows = HashMap<&'static str, (Vec<Locale>, OnceLock<Lexicon>)>;

static ROWS: LazyLock<Rows> = LazyLock::new(|| {
    let mut rows = Rows::new();
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

fn lexicon(tag: &str) -> Option<&'static Lexicon> {
    // Norwegian as pages declare it is either of two written languages, nearly always Bokmål.
    let (locales, cell) = ROWS.get(if tag == "no" { "nb" } else { tag })?;
    Some(cell.get_or_init(|| {
        let mut lexicon = Lexicon {
            inflected: INFLECTED.split(' ').any(|inflected| inflected == tag),
            order: locales
                .first()
                .and_then(|locale| read_order(locale_match!(*locale => LC_TIME::D_FMT))),
            ..Lexicon::default()
        };
        lexicon.add_locales(tag);
        lexicon.add_prefixes(locales);
        lexicon
    }))
}

fn english() -> &'static Lexicon {
    static NONE: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
    lexicon("en").unwrap_or(&NONE)
}

impl Lexicon {
    fn name(&self, word: &str) -> Option<Name> {
        self.names.get(word).copied().or_else(|| {
            if self.inflected {
                self.stem(word)
            } else {
                None
            }
        })
    }

    /// The month whose name an inflected word begins with.
    fn stem(&self, word: &str) -> Option<Name> {
        // A span of several words has its name in one of them.
        if word.contains([' ', '.', '-']) {
            return None;
        }
        let ends = word.char_indices().rev().map(|(end, _)| end).take(3);
        ends.filter_map(|end| word.get(..end))
            .filter(|stem| stem.chars().count() >= 3)
            .find_map(|stem| {
                let name = self.names.get(stem).filter(|name| name.months != 0)?;
                Some(Name {
                    months: name.months,
                    ..Name::default()
                })
            })
    }

    fn add(&mut self, form: &str, meaning: Meaning) {
        let folded = fold(form);
        let form = folded.trim_end_matches(['.', ' ']);
        let long =
            form.chars().count() >= 2 || matches!(meaning, Meaning::Half(_)) && !form.is_ascii();
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
        for (_, form, meaning) in SUPPLEMENT.iter().filter(|(language, ..)| *language == tag) {
            self.add(form, *meaning);
        }
        for (_, prefix) in PREFIXES.iter().filter(|(language, _)| *language == tag) {
            let months: Vec<_> = self
                .names
                .iter()
                .filter(|(_, name)| name.months != 0)
                .map(|(form, name)| (form.clone(), *name))
                .collect();
            self.names.extend(
                months
                    .into_iter()
                    .map(|(form, name)| (format!("{prefix}{form}").into(), name)),
            );
        }
    }

    /// The abbreviations by rule: what begins the names of one month alone, or one weekday, from three letters on.
    fn add_prefixes(&mut self, locales: &[Locale]) {
        let mut found: HashMap<String, Name> = HashMap::new();
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
            if name.months.count_ones() + name.weekdays.count_ones() == 1
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

    fn months(tag: &str, word: &str) -> Vec<u32> {
        View::of(tag)
            .unwrap()
            .name(&fold(word))
            .map(|name| name.months().collect())
            .unwrap_or_default()
    }

    #[test]
    fn every_locale_named_exists_and_has_twelve_months() {
        for name in LOCALES.split_whitespace() {
            let locale = Locale::try_from(name).unwrap_or_else(|_| panic!("{name}"));
            assert_eq!(locale_match!(locale => LC_TIME::MON).len(), 12, "{name}");
        }
    }

    #[test]
    fn names_come_with_and_without_accents_and_short() {
        assert_eq!(months("it", "SETTEMBRE"), [9]);
        assert_eq!(months("it", "sett"), [9]);
        assert_eq!(months("fr", "Août"), [8]);
        assert_eq!(months("fr", "aout"), [8]);
        assert_eq!(months("fr", "jui"), [0; 0], "June or July");
        assert_eq!(months("en", "Sept"), [9]);
        assert_eq!(
            months("it", "September"),
            [9],
            "English stands behind every language"
        );
    }

    #[test]
    fn endings_are_understood_where_names_take_them() {
        assert_eq!(months("sk", "októbra"), [10]);
        assert_eq!(months("fi", "marraskuuta"), [11]);
        assert_eq!(months("eu", "abuztuaren"), [8]);
        assert_eq!(months("pl", "września"), [9]);
        assert_eq!(months("en", "marching"), [0; 0]);
    }

    #[test]
    fn a_word_may_be_month_and_weekday() {
        let mar = View::of("it").unwrap().name("mar").unwrap();
        assert_eq!(mar.months().collect::<Vec<_>>(), [3]);
        assert!(mar.has_weekday(2) && !mar.has_weekday(1));
    }

    #[test]
    fn no_language_has_one_word_for_two_months() {
        for tag in ROWS.keys() {
            for (word, name) in &lexicon(tag).unwrap().names {
                assert!(name.months.count_ones() < 2, "{tag}: {word}");
            }
        }
    }

    #[test]
    fn orders_come_from_the_locales() {
        assert_eq!(order("en"), Some(Order::Mdy));
        assert_eq!(order("it"), Some(Order::Dmy));
        assert_eq!(order("no"), Some(Order::Dmy));
        assert_eq!(order("ja"), Some(Order::Ymd));
        assert_eq!(order("xx"), None);
    }
}
