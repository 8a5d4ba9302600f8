//! Finding days in a text: numbers and names of months that stand together as dates do.
//!
//! It finds all of them and judges none: weekdays, ranges and which date counts are for the reader.

use chrono::NaiveDate;

use super::Refusal;
use super::names::{Order, View};
use super::token::{Kind, Text};

/// Words inside a date that say nothing ("10 de marzo de 2016", "2019. gada 7. jūl.", "2019(e)ko abuztuaren 20").
/// Italian `di` is not among them: "numero 18 di maggio 2023" is an issue, no day.
const GLUE: &[&str] = &[
    "de", "del", "d", "do", "of", "the", "den", "der", "el", "dia", "giorno", "year", "e", "ko",
    "eko", "a", "an", "m", "gada", "ngay", "nam", "g", "г", "р", "წ", "พ", "ศ",
];

/// Words before a number that is none of a date: issues and versions.
const COUNTED: &[&str] = &[
    "n", "nr", "no", "num", "numero", "nummer", "number", "issue", "vol", "volume", "ausgabe",
    "heft", "v", "ver", "version", "versione", "release",
];

/// The signs after year, month and day in Chinese, Japanese and Korean.
const SIGNS: [&[&str]; 3] = [&["年", "년"], &["月", "월"], &["日", "号", "號", "일"]];

/// Years counted from elsewhere: the word before them, and what to add.
const ERAS: &[(&str, i32)] = &[
    ("令和", 2018),
    ("平成", 1988),
    ("民國", 1911),
    ("民国", 1911),
];

/// Thailand counts from here.
const BUDDHIST: i32 = 543;

/// A day in the text.
#[derive(Debug)]
pub(super) struct Found {
    /// Its readings: one, or all that are possible.
    pub(super) days: Vec<NaiveDate>,
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
    /// Whether years may be Thailand's.
    pub(super) buddhist: bool,
}

impl Finder<'_> {
    /// Every day in the text.
    pub(super) fn search(self) -> Search {
        let mut search = Search::default();
        let mut at = 0;
        while at < self.text.len() {
            let shape = self
                .numeric(at)
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

    /// `09/09/2025`, `2025-09-09`, `9. 9. 2025`.
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
        let days = match (a_digits, b_digits, c_digits) {
            (4, 1..=2, 1..=2) => vec![(self.full_year(a)?, b, c)],
            (1..=2, 1..=2, 4) => self.orders(self.full_year(c)?, a, b, mark),
            (1..=2, 1..=2, 2) if mark != '-' && !self.counted(at) => match self.order {
                Some(Order::Dmy | Order::Mdy) => self.orders(short_year(c), a, b, mark),
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
        Some(found(&days, at, at + 5))
    }

    /// The year, month and day that two numbers can be: one if the language or their size tells.
    fn orders(self, year: i32, a: u32, b: u32, mark: char) -> Vec<(i32, u32, u32)> {
        let day_first = (year, b, a);
        let month_first = (year, a, b);
        // No language puts the month first and dots between.
        let order = if mark == '.' {
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

    /// `2018年3月13日`, `令和7年9月9日`, `2019년 4월 25일`.
    fn signed(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        for (sign, index) in SIGNS.iter().zip([at + 1, at + 3, at + 5]) {
            if !text.word(index).is_some_and(|word| sign.contains(&word)) {
                return None;
            }
        }
        let ((year, digits), (month, _), (day, _)) =
            (text.number(at)?, text.number(at + 2)?, text.number(at + 4)?);
        let era = at.checked_sub(2).and_then(|first| {
            ERAS.iter()
                .find(|(era, _)| *era == text.slice(first, at - 1))
        });
        let (year, first) = match era {
            Some((_, add)) if digits < 4 => (i32::try_from(year).ok()? + add, at - 2),
            _ => (self.full_year(year)?, at),
        };
        Some(found(&[(year, month, day)], first, at + 6))
    }

    /// `9 settembre 2025`, `September 9th, 2025`, `2019. június 26.`, `2019. gada 7. jūl.`
    fn named(self, at: usize) -> Option<Result<Found, Refusal>> {
        let text = self.text;
        let known = |word: &str| {
            self.view
                .name(word)
                .filter(|name| name.months().next().is_some())
        };
        let (name, after) =
            text.name_from(at, |word| known(word).filter(|_| word.len() >= self.least))?;
        let day_before = self
            .number_before(at, ".-/'°")
            .filter(|index| self.is_day(*index));
        let day_after = self
            .number_after(after, ".-/")
            .filter(|index| self.is_day(*index));
        let year = |index: Option<usize>| index.and_then(|index| Some((self.year(index)?, index)));
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
        let days: Vec<_> = name.months().map(|month| (year, month, day)).collect();
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

    fn year(self, at: usize) -> Option<i32> {
        let (value, digits) = self.text.number(at)?;
        match digits {
            4 => self.full_year(value),
            2 if at > 0
                && self.text.is_mark(at - 1, "'-/.")
                && self.text.glued(at)
                && !self.text.is_mark(at + 1, ":") =>
            {
                let dashed = self.text.glued(at - 1) || self.text.is_mark(at - 1, "'");
                dashed.then(|| short_year(value))
            }
            _ => None,
        }
    }

    fn full_year(self, value: u32) -> Option<i32> {
        let value = i32::try_from(value).ok()?;
        match value {
            1900..=2199 => Some(value),
            2443..=2642 if self.buddhist => Some(value - BUDDHIST),
            _ => None,
        }
    }
}

/// Whether a word inside a date says nothing: glue, or the ending of an ordinal ("20th", "1er", "2(a)").
pub(super) fn is_glue(text: &Text, at: usize) -> bool {
    let ordinal = at > 0 && text.glued(at) && text.number(at - 1).is_some();
    text.word(at).is_some_and(|word| {
        GLUE.contains(&word) || (ordinal && word != "t" && word.chars().count() <= 3)
    })
}

/// The year of two digits (RFC 2822 §4.3 draws the line at 50; pages from before 1970 there are none).
fn short_year(value: u32) -> i32 {
    let value = i32::try_from(value % 100).unwrap_or_default();
    if value < 70 {
        2000 + value
    } else {
        1900 + value
    }
}

fn found(days: &[(i32, u32, u32)], first: usize, after: usize) -> Result<Found, Refusal> {
    let mut real: Vec<NaiveDate> = days
        .iter()
        .filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day))
        .collect();
    real.dedup();
    match (real.is_empty(), days.first()) {
        (true, Some((year, month, day))) => Err(Refusal::Impossible(format!(
            "no calendar has day {day} of month {month} {year}"
        ))),
        _ => Ok(Found {
            days: real,
            first,
            after,
        }),
    }
}
