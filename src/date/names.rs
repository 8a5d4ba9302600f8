//! The names of months, weekdays and halves of the day in every language that glibc's locales cover, and the order in
//! which each language writes a date in numbers. The names are compiled from the locales, once per language, on demand.
//!
//! Which locales, and what they lack, stands in `forms.rs`. Nothing here looks at a text.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{LazyLock, OnceLock};

use pure_rust_locales::{Locale, locale_match};

use super::forms::{INFLECTED, LOCALES, MAIN, Meaning, ORDERS, PREFIXES, SUFFIXES, SUPPLEMENT};
use super::token::fold;

/// All that a word can stand for, as sets of bits: Italian `mar` is a month and a weekday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Name {
    months: u16,
    /// Months of the Solar Hijri calendar.
    solar: u16,
    weekdays: u8,
    halves: u8,
    /// The zone that the word is in this language, in minutes from UTC.
    zone: Option<i16>,
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
            Meaning::Solar(month) => Self {
                solar: 1 << month,
                ..Self::default()
            },
            Meaning::Zone(minutes) => Self {
                zone: Some(minutes),
                ..Self::default()
            },
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            months: self.months | other.months,
            solar: self.solar | other.solar,
            weekdays: self.weekdays | other.weekdays,
            halves: self.halves | other.halves,
            zone: self.zone.or(other.zone),
        }
    }

    /// What this one says, and the other where this one is silent.
    fn or(self, other: Self) -> Self {
        let bits = |ours: u16, others: u16| if ours == 0 { others } else { ours };
        let few = |ours: u8, others: u8| if ours == 0 { others } else { ours };
        Self {
            months: bits(self.months, other.months),
            solar: bits(self.solar, other.solar),
            weekdays: few(self.weekdays, other.weekdays),
            halves: few(self.halves, other.halves),
            zone: self.zone.or(other.zone),
        }
    }

    /// The months (from 1) that the word can stand for.
    pub(super) fn months(self) -> impl Iterator<Item = u32> {
        (1..=12).filter(move |month| self.months & (1 << month) != 0)
    }

    /// The months (from 1) of the Solar Hijri calendar that the word can stand for.
    pub(super) fn solar_months(self) -> impl Iterator<Item = u32> {
        (1..=12).filter(move |month| self.solar & (1 << month) != 0)
    }

    /// Whether the word is the name of a month.
    pub(super) fn is_month(self) -> bool {
        self.months | self.solar != 0
    }

    /// The zone that the word names in this language, in minutes from UTC.
    pub(super) fn zone(self) -> Option<i32> {
        self.zone.map(i32::from)
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
    /// The names of months that take endings.
    stems: HashMap<Box<str>, Name>,
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

    /// The main languages at once: a word may then stand for several months.
    pub(super) fn main() -> Self {
        static MAIN_ONES: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(MAIN.split(' ')));
        Self {
            first: &MAIN_ONES,
            second: english(),
        }
    }

    /// All languages at once.
    pub(super) fn all() -> Self {
        static ALL: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(ROWS.keys().copied()));
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
            order: ORDERS
                .iter()
                .find_map(|(told, order)| (*told == tag).then_some(*order))
                .or_else(|| read_order(locale_match!(*locales.first()? => LC_TIME::D_FMT))),
            ..Lexicon::default()
        };
        lexicon.add_locales(tag);
        lexicon.add_abbreviations(locales);
        lexicon.add_stems(tag);
        lexicon
    }))
}

fn english() -> &'static Lexicon {
    static NONE: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
    lexicon("en").unwrap_or(&NONE)
}

impl Lexicon {
    /// The names of several languages together.
    fn of<'a>(tags: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for tag in tags {
            let mut one = Self::default();
            one.add_locales(tag);
            one.add_stems(tag);
            all.join(one);
        }
        // Among many languages the short halves are words: Swedish `em` is Portuguese "in", Hungarian `de` is "of".
        for (form, name) in &mut all.names {
            if form.is_ascii() && form.len() < 6 && !form.contains('.') {
                name.halves = 0;
            }
        }
        all
    }

    fn name(&self, word: &str) -> Option<Name> {
        self.names.get(word).copied().or_else(|| self.stem(word))
    }

    /// The month whose name an inflected word begins with.
    fn stem(&self, word: &str) -> Option<Name> {
        // A span of several words has its name in one of them.
        if self.stems.is_empty() || word.contains([' ', '.', '-']) {
            return None;
        }
        let ends = word.char_indices().rev().map(|(end, _)| end).take(3);
        ends.filter_map(|end| word.get(..end))
            .filter(|stem| stem.chars().count() >= 3)
            .find_map(|stem| self.stems.get(stem).copied())
    }

    /// Lets the months' names of a language take endings, if it is one that inflects them.
    fn add_stems(&mut self, tag: &str) {
        if INFLECTED.split(' ').any(|inflected| inflected == tag) {
            let months = self.names.iter().filter(|(_, name)| name.months != 0);
            let stems: Vec<_> = months
                .map(|(form, name)| {
                    let months = name.months;
                    (
                        form.clone(),
                        Name {
                            months,
                            ..Name::default()
                        },
                    )
                })
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
    fn the_names_of_the_persian_calendar_are_apart() {
        let name = View::of("fa").unwrap().name(&fold("شهریور")).unwrap();
        assert_eq!(name.solar_months().collect::<Vec<_>>(), [6]);
        assert_eq!(name.months().next(), None);
        assert_eq!(months("fa", "اکتبر"), [10]);
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
