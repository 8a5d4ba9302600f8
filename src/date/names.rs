//! What the names of months, weekdays, halves of the day and zones stand for, seen from a language or from many.
//!
//! The names come from `lexicon.rs`. Nothing here looks at a text.

use super::forms::Meaning;
use super::lexicon::{self, Lexicon};

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
    /// The one thing that a form stands for.
    pub(super) fn of(meaning: Meaning) -> Self {
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

    /// What either of two says.
    pub(super) fn join(self, other: Self) -> Self {
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

    /// The months of it; nothing if it has none.
    pub(super) fn months_alone(self) -> Option<Self> {
        let months = self.months;
        (months != 0).then(|| Self {
            months,
            ..Self::default()
        })
    }

    /// What it says where the language is open: no zone, and the half of the day only if told to.
    pub(super) fn among_many(self, with_half: bool) -> Self {
        Self {
            halves: if with_half { self.halves } else { 0 },
            zone: None,
            ..self
        }
    }

    /// How many months and weekdays it can stand for.
    pub(super) fn days_and_months(self) -> u32 {
        self.months.count_ones() + self.weekdays.count_ones()
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
pub enum Order {
    /// 9/5/2025 is in May.
    Dmy,
    /// 9/5/2025 is in September.
    Mdy,
    /// 2025/9/5; says nothing of dates whose year is last.
    Ymd,
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
        Some(Self::with_english(lexicon::of(tag)?))
    }

    /// The main languages at once: a word may then stand for several months.
    pub(super) fn main() -> Self {
        Self::with_english(lexicon::main())
    }

    /// All languages at once.
    pub(super) fn all() -> Self {
        Self::with_english(lexicon::all())
    }

    fn with_english(first: &'static Lexicon) -> Self {
        Self {
            first,
            second: lexicon::english(),
        }
    }

    /// What a folded word stands for.
    pub(super) fn name(self, word: &str) -> Option<Name> {
        let name = match (self.first.name(word), self.second.exactly(word)) {
            (Some(first), Some(second)) => first.or(second),
            (first, second) => first.or(second)?,
        };
        Some(name)
    }
}

/// The order of numeric dates in a language.
pub(super) fn order(tag: &str) -> Option<Order> {
    lexicon::of(tag)?.order
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::date::token::fold;

    fn months(tag: &str, word: &str) -> Vec<u32> {
        View::of(tag)
            .unwrap()
            .name(&fold(word))
            .map(|name| name.months().collect())
            .unwrap_or_default()
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
}
