//! Finding days in a text: numbers and names of months that stand together as dates do.
//!
//! It finds all of them and judges none: weekdays, ranges and which date counts are for the reader.

use chrono::NaiveDate;

use super::Refusal;
use super::calendar::{FIRST, Year, Years, solar};
use super::names::{Order, View};
use super::token::{Kind, Text};

/// Words inside a date that say nothing ("10 de marzo de 2016", "2019. gada 7. jūl.", "2019(e)ko abuztuaren 20").
/// Italian `di` is not among them: "numero 18 di maggio 2023" is an issue, no day.
const GLUE: &[&str] = &[
    "de", "del", "d", "do", "of", "the", "den", "der", "el", "dia", "giorno", "year", "e", "ko",
    "eko", "a", "an", "m", "gada", "ngay", "nam", "g", "r", "god", "г", "р", "года", "року", "წ",
    "พ", "ค", "ศ",
];

/// Words before a number that is none of a date: issues and versions.
const COUNTED: &[&str] = &[
    "n", "nr", "no", "num", "numero", "nummer", "number", "issue", "vol", "volume", "ausgabe",
    "heft", "p", "pp", "pag", "page", "pagina", "seite", "v", "ver", "version", "versione",
    "release",
];

/// The signs after year, month and day in Chinese, Japanese and Korean.
const SIGNS: [&[&str]; 3] = [&["年", "년"], &["月", "월"], &["日", "号", "號", "일"]];

/// The digits in Chinese characters, by their value.
const HAN_DIGITS: [&str; 10] = [
    "〇 零", "一", "二", "三", "四", "五", "六", "七", "八", "九",
];

/// A day in the text.
#[derive(Debug)]
pub(super) struct Found {
    /// Its readings: one, or all that are possible.
    pub(super) days: Vec<NaiveDate>,
    /// The order of the language that chose it among two.
    pub(super) order: Option<Order>,
    /// The index of its first token.
    pub(super) first: usize,
    /// The index after its last token.
    pub(super) after: usize,
}

/// What the search brought.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The days, in the order of the text.
    pub(super) found: Vec<Found>,
    /// What looked like a date and was none.
    pub(super) trouble: Option<Refusal>,
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finder<'a> {
    /// Where.
    pub(super) text: &'a Text,
    /// The names to know.
    pub(super) view: View,
    /// The order of numbers, where the language tells it.
    pub(super) order: Option<Order>,
    /// The least bytes that a month's name must have: as many letters in Latin script, half as many or fewer in others.
    pub(super) least: usize,
    /// How years may be counted.
    pub(super) years: Years,
}

impl Finder<'_> {
    /// Every day in the text.
    pub(super) fn search(self) -> Search {
        let mut search = Search::default();
        let mut at = 0;
        while at < self.text.len() {
            if let Some(after) = self.time_after(search.found.last(), at) {
                at = after;
                continue;
            }
            let shape = self
                .numeric(at)
                .or_else(|| self.fraction(at))
                .or_else(|| self.signed(at))
                .or_else(|| self.named(at));
            at = match shape {
                Some(Ok(found)) => {
                    let after = found.after;
                    search.found.push(found);
                    after
                }
                Some(Err(trouble)) => {
                    search.trouble.get_or_insert(trouble);
                    at + 1
                }
                None => at + 1,
            };
        }
        search
    }

    /// The index after a time with dots (`18.05.09`) that follows a day: it is no other day.
    fn time_after(self, last: Option<&Found>, at: usize) -> Option<usize> {
        let text = self.text;
        let between = last?.after..at;
        let near = between.len() <= 2 && between.clone().all(|at| text.number(at).is_none());
        let part = |index: usize, most: u32| {
            text.number(index)
                .is_some_and(|(value, digits)| digits == 2 && value < most)
        };
        let dot = |index: usize| text.is_mark(index, ".") && text.glued(index);
        let time = part(at, 25) && part(at + 2, 60) && part(at + 4, 60);
        (near && time && dot(at + 1) && dot(at + 3)).then_some(at + 5)
    }

    /// `09/09/2025`, `2025-09-09`, `9. 9. 2025`, and where years are counted so `R7.9.9`, `114/9/9`, `25. 9. 9.`
    fn numeric(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        let ((a, a_digits), (b, b_digits), (c, c_digits)) =
            (text.number(at)?, text.number(at + 2)?, text.number(at + 4)?);
        let Some(Kind::Mark(mark @ ('/' | '.' | '-'))) = text.kind(at + 1) else {
            return None;
        };
        let tight = (at + 1..=at + 4).all(|index| text.glued(index));
        let longer = |mark: usize, number: usize| {
            text.is_mark(mark, "/.-:")
                && text.number(number).is_some()
                && text.glued(mark.max(number))
                && text.glued(mark.min(number) + 1)
        };
        let before = at >= 2 && text.glued(at) && longer(at - 1, at - 2);
        if text.kind(at + 3) != Some(Kind::Mark(mark))
            || (mark == '-' && !tight)
            || before
            || (text.glued(at + 5) && longer(at + 5, at + 6))
        {
            return None;
        }
        let era = self
            .era(at, a)
            .filter(|(_, first)| *first < at && text.glued(at));
        let short_first = (b_digits <= 2 && c_digits <= 2)
            .then(|| self.years.short_first(a, a_digits))
            .flatten();
        if let Some((year, first)) = era
            && a_digits.max(b_digits).max(c_digits) <= 2
        {
            return Some(found(&[(year, b, c)], first, at + 5));
        }
        let days = match (a_digits, b_digits, c_digits) {
            (4, 1..=2, 1..=2) if mark != '.' || !self.counted(at) => {
                vec![(self.years.full(a)?, b, c)]
            }
            (1..=2, 1..=2, 4) if mark != '.' || !self.counted(at) => {
                self.orders(self.years.full(c)?, a, b, mark)
            }
            _ if let Some(year) = short_first
                && !self.counted(at) =>
            {
                vec![(year, b, c)]
            }
            (1..=2, 1..=2, 2) if mark != '-' && !self.counted(at) => match self.order {
                Some(Order::Dmy | Order::Mdy) => self.orders(self.years.short(c)?, a, b, mark),
                _ if mark == '/' => {
                    let text = text.slice(at, at + 4);
                    return Some(Err(Refusal::Ambiguous(format!(
                        "which part of {text} is what"
                    ))));
                }
                _ => return None,
            },
            _ => return None,
        };
        let open = mark != '.' && a != b && a.max(b) <= 12 && a_digits < 4;
        let order = self.order.filter(|_| open && days.len() == 1);
        Some(found(&days, at, at + 5).map(|found| Found { order, ..found }))
    }

    /// `9/9 2025`, as Scandinavia writes it.
    fn fraction(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        let ((a, 1..=2), (b, 1..=2), (year, 4)) =
            (text.number(at)?, text.number(at + 2)?, text.number(at + 3)?)
        else {
            return None;
        };
        let tight = text.glued(at + 1) && text.glued(at + 2) && !text.glued(at);
        if !text.is_mark(at + 1, "/") || !tight || self.order != Some(Order::Dmy) {
            return None;
        }
        Some(found(&[(self.years.full(year)?, b, a)], at, at + 4))
    }

    /// The year of the era that is named before a number, and the index of the name's first token.
    fn era(self, at: usize, value: u32) -> Option<(Year, usize)> {
        let name = |first: usize| {
            let year = self.years.of_era(self.text.slice(first, at - 1), value)?;
            Some((year, first))
        };
        let (two, one) = (at.checked_sub(2), at.checked_sub(1));
        two.and_then(name).or_else(|| one.and_then(name))
    }

    /// The year, month and day that two numbers can be: one if the language or their size tells.
    fn orders(self, year: Year, a: u32, b: u32, mark: char) -> Vec<(Year, u32, u32)> {
        let day_first = (year, b, a);
        let month_first = (year, a, b);
        // No language puts the month first and dots between, nor in the Solar Hijri calendar.
        let order = if mark == '.' || matches!(year, Year::Solar(_)) {
            Some(Order::Dmy)
        } else {
            self.order
        };
        match order {
            _ if a > 12 => vec![day_first],
            _ if b > 12 => vec![month_first],
            Some(Order::Dmy) => vec![day_first],
            Some(Order::Mdy) => vec![month_first],
            Some(Order::Ymd) | None => vec![day_first, month_first],
        }
    }

    /// `2018年3月13日`, `令和7年9月9日`, `2019년 4월 25일`, `二〇二五年九月九日`.
    fn signed(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        let (mut parts, mut digits) = ([0; 3], [0; 3]);
        let mut after = at;
        for ((part, digits), sign) in parts.iter_mut().zip(&mut digits).zip(SIGNS) {
            let number = match text.word(after) {
                Some(FIRST) if after == at => (1, 1, at + 1),
                Some(_) => han_number(text, after)?,
                None => {
                    let (value, digits) = text.number(after)?;
                    (value, digits, after + 1)
                }
            };
            (*part, *digits, after) = number;
            if !text.word(after).is_some_and(|word| sign.contains(&word)) {
                return None;
            }
            after += 1;
        }
        let [year, month, day] = parts;
        let named = self.era(at, year).filter(|_| digits[0] < 4);
        let (year, first) = match named {
            Some(named) => named,
            None if digits[0] < 4 => (self.years.short_first(year, digits[0])?, at),
            None => (self.years.full(year)?, at),
        };
        Some(found(&[(year, month, day)], first, after))
    }

    /// `9 settembre 2025`, `September 9th, 2025`, `2019. június 26.`, `2019. gada 7. jūl.`
    fn named(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        let known = |word: &str| self.view.name(word).filter(|name| name.is_month());
        let (name, after) =
            text.name_from(at, |word| known(word).filter(|_| word.len() >= self.least))?;
        let day_before = self
            .number_before(at, ".-/'°")
            .filter(|index| self.is_day(*index));
        let day_after = self
            .number_after(after, ".-/")
            .filter(|index| self.is_day(*index));
        let is_solar = name.months().next().is_none();
        let year = |index: Option<usize>| {
            index.and_then(|index| Some((self.year(index, is_solar)?, index)))
        };
        let year_after = |index| year(self.number_after(index, ".,-/'()"));
        let year_before = |index| year(self.number_before(index, ".-/()"));
        let shape = match (day_before, day_after) {
            (Some(day), _) if let Some((year, last)) = year_after(after) => {
                Some((year, day, day, last + 1))
            }
            (_, Some(day)) if let Some((year, last)) = year_after(day + 1) => {
                Some((year, day, at, last + 1))
            }
            (_, Some(day)) if let Some((year, first)) = year_before(at) => {
                Some((year, day, first, day + 1))
            }
            (Some(day), _) if let Some((year, first)) = year_before(day) => {
                Some((year, day, first, after))
            }
            (None, None) => return None,
            _ => None,
        };
        let Some((year, day, first, after)) = shape else {
            return Some(Err(Refusal::NoYear));
        };
        let (day, _) = text.number(day)?;
        let days: Vec<_> = if is_solar {
            name.solar_months()
                .map(|month| (year, month, day))
                .collect()
        } else {
            name.months().map(|month| (year, month, day)).collect()
        };
        Some(found(&days, first, after))
    }

    /// The number before a token, with nothing but these marks and glue between.
    fn number_before(self, at: usize, marks: &str) -> Option<usize> {
        let mut passed = (0..at)
            .rev()
            .take(5)
            .skip_while(|index| self.passable(*index, marks));
        passed
            .next()
            .filter(|index| self.text.number(*index).is_some())
    }

    /// The number from a token on, likewise.
    fn number_after(self, at: usize, marks: &str) -> Option<usize> {
        let mut passed = (at..self.text.len())
            .take(5)
            .skip_while(|index| self.passable(*index, marks));
        passed
            .next()
            .filter(|index| self.text.number(*index).is_some())
    }

    fn passable(self, at: usize, marks: &str) -> bool {
        let text = self.text;
        match text.kind(at) {
            // A dash with room around it parts what it stands between.
            Some(Kind::Mark('-')) => marks.contains('-') && text.glued(at) && text.glued(at + 1),
            Some(Kind::Mark(mark)) => marks.contains(mark),
            Some(Kind::Word) => self.is_glue(at),
            _ => false,
        }
    }

    fn is_glue(self, at: usize) -> bool {
        is_glue(self.text, at)
    }

    /// Whether a number can be a day: short, no part of a time or of a decimal, not counting issues.
    fn is_day(self, at: usize) -> bool {
        let text = self.text;
        let within = |mark: usize, number: usize, marks: &str| {
            text.is_mark(mark, marks) && text.glued(mark) && text.number(number).is_some()
        };
        let ends = at >= 2 && text.glued(at) && within(at - 1, at - 2, ":.,");
        let begins = within(at + 1, at + 2, ":") && text.glued(at + 2);
        text.number(at).is_some_and(|(_, digits)| digits <= 2)
            && !ends
            && !begins
            && !self.counted(at)
    }

    fn counted(self, at: usize) -> bool {
        let word = (0..at).rev().find(|index| !self.text.is_mark(*index, ".°"));
        word.and_then(|index| self.text.word(index))
            .is_some_and(|word| COUNTED.contains(&word))
    }

    /// Whether a number ends a text, or what of it a comma ends, behind a day and a month's name: `18 Mar 26`, but not
    /// `Mar 18 26`.
    fn closes(self, at: usize) -> bool {
        let text = self.text;
        let ended = at + 1 == text.len() || text.is_mark(at + 1, ",") && text.glued(at + 1);
        let month = at
            .checked_sub(1)
            .filter(|month| text.word(*month).is_some());
        let day = month.and_then(|month| self.number_before(month, ".-/'°"));
        ended && day.is_some_and(|day| self.is_day(day))
    }

    /// The year that a number beside a month's name is.
    fn year(self, at: usize, is_solar: bool) -> Option<Year> {
        let text = self.text;
        let (value, digits) = text.number(at)?;
        if is_solar {
            return solar(i32::try_from(value).ok()?);
        }
        let is_common = |year: &Year| matches!(year, Year::Common(_));
        match digits {
            4 => self.years.full(value).filter(is_common),
            // Past every day and hour, so it can be nothing else.
            2 if self.years == Years::Thai && value >= 40 => self.years.short(value),
            2 if value > HOURS && self.closes(at) => self.years.short(value),
            2 if at > 0
                && text.is_mark(at - 1, "'-/.")
                && text.glued(at)
                && !text.is_mark(at + 1, ":") =>
            {
                let dashed = text.glued(at - 1) || text.is_mark(at - 1, "'");
                self.years.short(value).filter(|_| dashed)
            }
            _ => None,
        }
    }
}

/// The last hour before noon: a number after a day and a month may be one, even without a sign of that.
const HOURS: u32 = 12;

/// The number that Chinese characters write from here, digit by digit (二〇二五) or with tens (二十五), how many there
/// are, and the index after them.
fn han_number(text: &Text, at: usize) -> Option<(u32, usize, usize)> {
    let digit = |index: usize| {
        let place = HAN_DIGITS.iter().position(|digits| {
            text.word(index)
                .is_some_and(|word| digits.split(' ').any(|digit| digit == word))
        });
        place.and_then(|place| u32::try_from(place).ok())
    };
    let ten = |index: usize| text.word(index) == Some("十");
    let after = (at..text.len().min(at + 4))
        .take_while(|index| digit(*index).is_some() || ten(*index))
        .count()
        + at;
    let value = match (at..after).find(|index| ten(*index)) {
        Some(ten) if ten <= at + 1 && after <= ten + 2 => {
            let ones = if after == ten + 1 { 0 } else { digit(ten + 1)? };
            let tens = if ten == at { 1 } else { digit(at)? };
            tens * 10 + ones
        }
        Some(_) => return None,
        None => (at..after).try_fold(0, |value, index| Some(value * 10 + digit(index)?))?,
    };
    (after > at).then_some((value, after - at, after))
}

/// Whether a word inside a date says nothing: glue, or the ending of an ordinal ("20th", "1er", "2(a)").
pub(super) fn is_glue(text: &Text, at: usize) -> bool {
    let ordinal = at > 0 && text.glued(at) && text.number(at - 1).is_some();
    text.word(at).is_some_and(|word| {
        GLUE.contains(&word) || (ordinal && word != "t" && word.chars().count() <= 3)
    })
}

fn found(days: &[(Year, u32, u32)], first: usize, after: usize) -> Result<Found, Refusal> {
    let mut real: Vec<NaiveDate> = days
        .iter()
        .filter_map(|(year, month, day)| year.day(*month, *day))
        .collect();
    real.dedup();
    match (real.is_empty(), days.first()) {
        (true, Some((year, month, day))) => Err(Refusal::Impossible(format!(
            "no calendar has day {day} of month {month} {}",
            year.number()
        ))),
        _ => Ok(Found {
            days: real,
            order: None,
            first,
            after,
        }),
    }
}
