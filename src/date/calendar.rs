//! Years as the calendars of the world count them, and the days that they mean.
//!
//! Thailand's Buddhist years, Japan's eras and Taiwan's republic have the months of the common calendar; Iran's Solar
//! Hijri has its own. A year is read as another calendar's only where the language uses that calendar, or where the
//! text names it.

use chrono::{Datelike, Days, NaiveDate};

/// Thailand counts from here.
const BUDDHIST: i32 = 543;

/// Taiwan counts from here.
const REPUBLIC: i32 = 1911;

/// Eras by name, and what to add to their years.
const ERAS: &[(&str, i32)] = &[
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("民國", REPUBLIC),
    ("民国", REPUBLIC),
];

/// Eras by the letter that stands for them in Japanese (`R6.3.1`).
const ERA_LETTERS: &[(&str, i32)] = &[("r", 2018), ("h", 1988), ("s", 1925)];

/// The first year of an era, which is not called 1.
pub(super) const FIRST: &str = "元";

/// How a language counts years, besides the common way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Years {
    /// The common calendar alone.
    Common,
    /// Thailand's: 2568 is 2025, and so is 68.
    Thai,
    /// Iran's: 1404 begins in March 2025.
    Persian,
    /// Taiwan's: 114 is 2025.
    Taiwanese,
    /// Japan's: `R7` is 2025.
    Japanese,
    /// The common calendar, of which two digits stand before month and day.
    Korean,
}

/// A year and its calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Year {
    /// Of the common calendar.
    Common(i32),
    /// Of the Solar Hijri calendar.
    Solar(i32),
}

impl Years {
    /// How this language counts.
    pub(super) fn of(tag: &str) -> Self {
        match tag {
            "th" => Self::Thai,
            "fa" => Self::Persian,
            "zh-hant" => Self::Taiwanese,
            "ja" => Self::Japanese,
            "ko" => Self::Korean,
            _ => Self::Common,
        }
    }

    /// The year of a number of four digits.
    pub(super) fn full(self, value: u32) -> Option<Year> {
        let value = i32::try_from(value).ok()?;
        match value {
            1900..=2199 => Some(Year::Common(value)),
            2443..=2642 if self == Self::Thai => Some(Year::Common(value - BUDDHIST)),
            _ if self == Self::Persian => solar(value),
            _ => None,
        }
    }

    /// The year of a number of two digits that stands last. Up to 39 Thai ones are of the common calendar, beyond
    /// of the Buddhist one.
    pub(super) fn short(self, value: u32) -> Option<Year> {
        let value = i32::try_from(value % 100).ok()?;
        match self {
            Self::Thai if value >= 40 => Some(Year::Common(2500 - BUDDHIST + value)),
            Self::Persian => None,
            // RFC 2822 §4.3 draws the line at 50; pages from before 1970 there are none.
            _ if value < 70 => Some(Year::Common(2000 + value)),
            _ => Some(Year::Common(1900 + value)),
        }
    }

    /// The year of a number that stands first and has fewer than four digits.
    pub(super) fn short_first(self, value: u32, digits: usize) -> Option<Year> {
        match (self, digits) {
            (Self::Korean, 2) => self.short(value),
            (Self::Taiwanese, 2..=3) if (70..200).contains(&value) => {
                Some(Year::Common(i32::try_from(value).ok()? + REPUBLIC))
            }
            _ => None,
        }
    }

    /// The year of an era whose name or letter this is.
    pub(super) fn of_era(self, name: &str, value: u32) -> Option<Year> {
        let letters = ERA_LETTERS.iter().filter(|_| self == Self::Japanese);
        let (_, before) = ERAS.iter().chain(letters).find(|(era, _)| *era == name)?;
        let value = i32::try_from(value)
            .ok()
            .filter(|value| (1..=199).contains(value))?;
        Some(Year::Common(before + value))
    }
}

/// The year of a number beside a month of the Solar Hijri calendar.
pub(super) fn solar(value: i32) -> Option<Year> {
    (1250..1500).contains(&value).then_some(Year::Solar(value))
}

impl Year {
    /// The number of the year in its calendar.
    pub(super) fn number(self) -> i32 {
        match self {
            Self::Common(year) | Self::Solar(year) => year,
        }
    }

    /// The day of this year that a month and a day of its calendar are.
    pub(super) fn day(self, month: u32, day: u32) -> Option<NaiveDate> {
        match self {
            Self::Common(year) => NaiveDate::from_ymd_opt(year, month, day),
            Self::Solar(year) => solar_day(year, month, day),
        }
    }
}

/// A day of the Solar Hijri calendar: six months of 31 days, five of 30, and one of 29 or 30.
///
/// The leap years are those of the cycle of 33 years, which agrees with the equinox from 1178 to 1633.
fn solar_day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    let leap = |year: i32| (25 * year + 11).rem_euclid(33) < 8;
    let length = match month {
        1..=6 => 31,
        7..=11 => 30,
        12 if leap(year) => 30,
        12 => 29,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // 1 Farvardin 1300 was 21 March 1921.
    let leap_days = (1300..year).filter(|year| leap(*year)).count();
    let leap_days_before = (year..1300).filter(|year| leap(*year)).count();
    let days = i64::from(year - 1300) * 365 + i64::try_from(leap_days).ok()?
        - i64::try_from(leap_days_before).ok()?
        + i64::from((month - 1) * 30 + (month - 1).min(6) + day - 1);
    let epoch = NaiveDate::from_ymd_opt(1921, 3, 21)?;
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        epoch.checked_sub_days(distance)
    } else {
        epoch.checked_add_days(distance)
    }
}

/// Year, month and day of a day in the Solar Hijri calendar, of the years that people remember and plan.
#[must_use]
pub fn solar_date(day: NaiveDate) -> Option<(i32, u32, u32)> {
    // Its year begins in March.
    let year = day.year() - 621;
    let begins = |year| solar(year).and_then(|year| year.day(1, 1));
    let (year, first) = [year, year - 1]
        .into_iter()
        .filter_map(|year| Some((year, begins(year)?)))
        .find(|(_, first)| *first <= day)?;
    let passed = u32::try_from((day - first).num_days()).ok()?;
    let (month, day) = match passed.checked_sub(6 * 31) {
        None => (passed / 31, passed % 31),
        Some(passed) => (6 + passed / 30, passed % 30),
    };
    Some((year, month + 1, day + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn solar_days_are_those_of_the_almanac() {
        // The first day of the year by the almanac of Tehran's geophysical institute.
        let new_years = [
            (1250, "1871-03-21"),
            (1300, "1921-03-21"),
            (1354, "1975-03-21"),
            (1357, "1978-03-21"),
            (1375, "1996-03-20"),
            (1376, "1997-03-21"),
            (1388, "2009-03-21"),
            (1395, "2016-03-20"),
            (1399, "2020-03-20"),
            (1400, "2021-03-21"),
            (1403, "2024-03-20"),
            (1404, "2025-03-21"),
            (1405, "2026-03-21"),
            (1408, "2029-03-20"),
            (1409, "2030-03-21"),
        ];
        for (year, day) in new_years {
            assert_eq!(
                Year::Solar(year).day(1, 1).unwrap().to_string(),
                day,
                "{year}"
            );
        }
        let days = [
            ((1357, 11, 22), "1979-02-11"),
            ((1399, 12, 30), "2021-03-20"),
            ((1403, 12, 30), "2025-03-20"),
            ((1404, 6, 18), "2025-09-09"),
            ((1404, 6, 31), "2025-09-22"),
            ((1404, 7, 1), "2025-09-23"),
            ((1404, 12, 29), "2026-03-20"),
        ];
        for ((year, month, day), want) in days {
            assert_eq!(
                Year::Solar(year).day(month, day).unwrap().to_string(),
                want,
                "{year}-{month}-{day}"
            );
        }
    }

    #[test]
    fn solar_days_that_do_not_exist_are_none() {
        for (year, month, day) in [
            (1404, 12, 30),
            (1404, 7, 31),
            (1404, 13, 1),
            (1404, 0, 1),
            (1404, 1, 0),
        ] {
            assert_eq!(
                Year::Solar(year).day(month, day),
                None,
                "{year}-{month}-{day}"
            );
        }
    }

    #[test]
    fn every_day_is_read_as_the_solar_day_that_it_is_written_as() {
        let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
        for day in first.iter_days().take(60 * 366) {
            let (year, month, number) = solar_date(day).unwrap();
            assert_eq!(Year::Solar(year).day(month, number), Some(day));
        }
        assert_eq!(
            solar_date(NaiveDate::from_ymd_opt(1500, 1, 1).unwrap()),
            None
        );
    }

    #[test]
    fn every_solar_day_follows_the_one_before() {
        let mut last: Option<NaiveDate> = None;
        for year in 1250..1500 {
            for month in 1..=12 {
                for day in (1..=31).filter_map(|day| Year::Solar(year).day(month, day)) {
                    assert!(
                        last.is_none_or(|last| last.succ_opt() == Some(day)),
                        "{day}"
                    );
                    last = Some(day);
                }
            }
        }
    }

    #[test]
    fn years_of_other_calendars_need_their_language() {
        assert_eq!(Years::Thai.full(2568), Some(Year::Common(2025)));
        assert_eq!(Years::Common.full(2568), None);
        assert_eq!(Years::Persian.full(1404), Some(Year::Solar(1404)));
        assert_eq!(Years::Common.full(1404), None);
        assert_eq!(Years::Thai.short(68), Some(Year::Common(2025)));
        assert_eq!(Years::Thai.short(25), Some(Year::Common(2025)));
        assert_eq!(
            Years::Taiwanese.short_first(114, 3),
            Some(Year::Common(2025))
        );
        assert_eq!(Years::Common.short_first(114, 3), None);
        assert_eq!(Years::Japanese.of_era("r", 7), Some(Year::Common(2025)));
        assert_eq!(Years::Common.of_era("r", 7), None);
        assert_eq!(Years::Common.of_era("令和", 7), Some(Year::Common(2025)));
    }
}
