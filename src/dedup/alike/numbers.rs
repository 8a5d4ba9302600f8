//! Numbers, years and days, written in digits or in words: `3,2 milioni` is `3.2 million`, `tre` is `3`.

use std::fmt;
use std::sync::Arc;

use super::form::{Form, fold};
use super::numerals::{self, Role, Words};
use crate::date;

/// The most words that a number is made of: `more than 3.2 billion`, `treinta y uno mil`.
pub(super) const LONGEST: usize = 6;
/// Counts are kept in thousandths; what is more than this is no number of news.
const MOST: f64 = 1e15;
/// How far two counts may be apart, in parts of the greater, where one is told as "about".
const ABOUT: f64 = 0.1;

/// A number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// How many, or how much, in thousandths.
    Count {
        /// A thousand times the number.
        thousandths: u64,
        /// It is told as "about", "over", "nearly".
        about: bool,
    },
    /// Which one of a row.
    Ordinal(u16),
    /// A year.
    Year(u16),
    /// A month, from 1.
    Month(u8),
    /// A day of a year that is not told.
    Day {
        /// From 1.
        month: u8,
        /// From 1.
        day: u8,
    },
}

impl Number {
    /// Whether the two can be one number of one story.
    pub(super) fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (
                Self::Count {
                    thousandths: a,
                    about: roughly_a,
                },
                Self::Count {
                    thousandths: b,
                    about: roughly_b,
                },
            ) => {
                #[allow(clippy::cast_precision_loss, reason = "MOST is far below 2^53")]
                let near = || (a.abs_diff(b) as f64) <= ABOUT * (a.max(b) as f64);
                a == b || (roughly_a || roughly_b) && near()
            }
            (Self::Ordinal(a), Self::Count { thousandths, .. })
            | (Self::Count { thousandths, .. }, Self::Ordinal(a)) => {
                u64::from(a) * 1000 == thousandths
            }
            (Self::Day { month, .. }, Self::Month(whole))
            | (Self::Month(whole), Self::Day { month, .. }) => month == whole,
            (a, b) => a == b,
        }
    }

    /// How much it tells of a story that two texts have it: a figure of many digits much, a 2 little.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Count { thousandths, .. } => {
                let mut digits = thousandths;
                let mut zeros: u32 = 0;
                while digits > 0 && digits % 10 == 0 {
                    digits /= 10;
                    zeros += 1;
                }
                match (digits, zeros) {
                    (100.., _) | (10.., 0..=2) => 2.4,
                    (10.., 7..) => 1.8,
                    (10.., _) => 1.2,
                    (2.., 7..) => 1.4,
                    (2.., 0..=2) => 1.2,
                    (2.., 4..=6) => 0.9,
                    (2.., _) => 0.5,
                    (1, 4..) => 0.6,
                    _ => 0.2,
                }
            }
            Self::Ordinal(2..) => 0.6,
            Self::Ordinal(_) => 0.1,
            Self::Year(_) => 0.5,
            Self::Month(_) => 0.5,
            Self::Day { .. } => 1.3,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { thousandths, .. } => {
                write!(f, "{}", thousandths / 1000)?;
                match thousandths % 1000 {
                    0 => Ok(()),
                    rest => write!(f, ".{}", format!("{rest:03}").trim_end_matches('0')),
                }
            }
            Self::Ordinal(number) => write!(f, "{number}"),
            Self::Year(year) => write!(f, "{year}"),
            Self::Month(month) => write!(f, "month {month}"),
            Self::Day { month, day } => write!(f, "{day}/{month}"),
        }
    }
}

/// Some runs of a text, in a row.
type Phrase<'a> = &'a [Arc<Form>];

fn written(runs: Phrase<'_>, run: usize) -> Option<&str> {
    runs.get(run).map(|form| form.written.as_str())
}

fn folded(runs: Phrase<'_>, run: usize) -> Option<&str> {
    runs.get(run).map(|form| form.folded.as_str())
}

/// Whether a number can begin with a run: what this says no to need not be read.
pub(super) fn may_begin(written: &str, folded: &str, language: &str) -> bool {
    let named = || {
        let words = numerals::words(language);
        words.is_some_and(|words| words.role(folded).is_some() || words.begins_phrase(folded))
    };
    let first = written.chars().next();
    first.is_some_and(char::is_numeric)
        || first.is_some_and(char::is_alphabetic)
            && (named() || roman(written).is_some() || month(written, language).is_some())
}

/// Reads the number that begins with the first run: it, and how many runs it takes.
pub(super) fn read(runs: Phrase<'_>, language: &str) -> Option<(Number, usize)> {
    let words = numerals::words(language);
    if let Some((skip, about)) = words.and_then(|words| about(runs, words)) {
        let (number, taken) = exact(runs.get(skip..)?, language, words)?;
        let number = match number {
            Number::Count { thousandths, .. } => Number::Count { thousandths, about },
            other => other,
        };
        return Some((number, skip + taken));
    }
    exact(runs, language, words)
}

fn about(runs: Phrase<'_>, words: &Words) -> Option<(usize, bool)> {
    let first = folded(runs, 0)?;
    let is_about = |phrase: &str| matches!(words.role(phrase), Some(Role::About));
    let second = folded(runs, 1).filter(|_| words.begins_phrase(first));
    if second.is_some_and(|second| is_about(&format!("{first}_{second}"))) {
        return Some((2, true));
    }
    is_about(first).then_some((1, true))
}

fn exact(runs: Phrase<'_>, language: &str, words: Option<&Words>) -> Option<(Number, usize)> {
    let first = written(runs, 0)?;
    if let Some(day) = month_first(runs, language) {
        return Some(day);
    }
    if let Some(number) = roman(first) {
        return Some((Number::Ordinal(number), 1));
    }
    let role = |folded: &str| words.and_then(|words| words.role(folded));
    let (mut value, mut taken, digits) = if first.starts_with(|c: char| c.is_ascii_digit()) {
        let end = first
            .find(|c: char| !c.is_ascii_digit() && !is_separator(c))
            .unwrap_or(first.len());
        let (number, ending) = first.split_at_checked(end)?;
        if let Some(day) = written_day(number) {
            return Some((day, 1));
        }
        let value = digits(number, language)?;
        let plain = number.bytes().all(|b| b.is_ascii_digit());
        if !ending.is_empty() {
            return match role(&fold(ending)) {
                Some(Role::Times(times)) => Some((count(value * times)?, 1)),
                _ if plain && is_ordinal(ending) => {
                    Some((Number::Ordinal(number.parse().ok()?), 1))
                }
                _ => None,
            };
        }
        if plain {
            if let Some(day) = month_after(runs, number, language) {
                return Some(day);
            }
            if number.len() == 4 && (1900.0..=2100.0).contains(&value) {
                return Some((Number::Year(number.parse().ok()?), 1));
            }
        }
        (value, 1, true)
    } else {
        match role(folded(runs, 0)?)? {
            Role::Ordinal(number) => return Some((Number::Ordinal(number), 1)),
            Role::Value(value) => (value, 1, false),
            Role::Times(times) if folded(runs, 0)?.len() > 2 => (times, 1, false),
            _ => return None,
        }
    };
    // "Treinta y uno", "thirty-one".
    if !digits && (20.0..100.0).contains(&value) && value % 10.0 == 0.0 {
        let linked = matches!(written(runs, taken), Some("y" | "e" | "et" | "and"));
        let unit = taken + usize::from(linked);
        // One is an article elsewhere, so the table leaves it out.
        let ones = folded(runs, unit).and_then(|run| match run {
            "one" | "un" | "uno" | "una" | "une" | "um" | "uma" => Some(1.0),
            run => match role(run)? {
                Role::Value(ones) if ones < 20.0 => Some(ones),
                _ => None,
            },
        });
        if let Some(ones) = ones {
            (value, taken) = (value + ones, unit + 1);
        }
    }
    while let Some(Role::Times(times)) = folded(runs, taken).and_then(role) {
        (value, taken) = (value * times, taken + 1);
    }
    // "Milioni di", "millions de" are one with the number.
    Some((count(value)?, taken))
}

/// `II` to `XXXIX`; single letters are too many other things.
fn roman(run: &str) -> Option<u16> {
    let digit = |c| match c {
        'I' => Some(1),
        'V' => Some(5),
        'X' => Some(10),
        _ => None,
    };
    let digits: Vec<u16> = run.chars().map(digit).collect::<Option<_>>()?;
    if !(2..=7).contains(&digits.len()) {
        return None;
    }
    let pairs = digits.iter().zip(digits.iter().skip(1).chain([&0]));
    let value = pairs.fold(0_i32, |sum, (digit, next)| {
        let digit_value = i32::from(*digit);
        if digit < next {
            sum - digit_value
        } else {
            sum + digit_value
        }
    });
    u16::try_from(value).ok()
}

fn count(value: f64) -> Option<Number> {
    if !(0.0..MOST).contains(&value) {
        return None;
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked just before"
    )]
    let thousandths = (value * 1000.0).round() as u64;
    Some(Number::Count {
        thousandths,
        about: false,
    })
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ':' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '’' | '\''
    )
}

/// The value of digits with separators. A group of three digits behind a point or a comma is a thousand's, unless the
/// language has that mark for decimals.
fn digits(number: &str, language: &str) -> Option<f64> {
    let decimal = match language {
        "en" | "ja" | "zh" | "zh-hant" | "ko" | "th" | "he" | "hi" => '.',
        _ => ',',
    };
    let marks: Vec<char> = number.chars().filter(|c| is_separator(*c)).collect();
    let last = number.rsplit(is_separator).next()?;
    let fraction = match marks.as_slice() {
        [] => false,
        [mark] => matches!(mark, '.' | ',' | ':') && (*mark == decimal || last.len() != 3),
        [.., before, mark] => matches!(mark, '.' | ',') && before != mark,
    };
    let mut text: String = number.chars().filter(char::is_ascii_digit).collect();
    if fraction {
        text.insert(text.len().checked_sub(last.len())?, '.');
    }
    (text.len() <= 18).then(|| text.parse().ok()).flatten()
}

fn is_ordinal(ending: &str) -> bool {
    matches!(
        fold(ending).as_str(),
        "st" | "nd" | "rd" | "th" | "o" | "a" | "er" | "e" | "eme" | "re" | "de" | "ste"
    )
}

/// Whether a run that is a number so far goes on with what follows: a separator and more digits.
pub(super) fn continues(number: &str, rest: &str) -> bool {
    if !number.starts_with(|c: char| c.is_ascii_digit())
        || !number
            .chars()
            .all(|c| c.is_ascii_digit() || is_separator(c))
    {
        return false;
    }
    let mut letters = rest.chars();
    let Some(mark) = letters.next().filter(|c| is_separator(*c)) else {
        return false;
    };
    let digits = letters.take_while(char::is_ascii_digit).count();
    let group = number.rsplit(is_separator).next().unwrap_or_default().len();
    match mark {
        '.' | ',' | ':' => digits > 0,
        _ => digits == 3 && group <= 3,
    }
}

/// `7.10.2025`
fn written_day(number: &str) -> Option<Number> {
    let mut parts = number.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || day.len() > 2 || month.len() > 2 {
        return None;
    }
    day_of(day, month.parse().ok()?)
}

fn day_of(day: &str, month: u32) -> Option<Number> {
    let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = u8::try_from(month).ok().filter(|m| (1..=12).contains(m))?;
    Some(Number::Day { month, day })
}

/// `7 ottobre`, `7 de octubre`, `7. Oktober`.
fn month_after(runs: Phrase<'_>, day: &str, language: &str) -> Option<(Number, usize)> {
    if day.len() > 2 {
        return None;
    }
    let linked = matches!(written(runs, 1), Some("de" | "di" | "of" | "d"));
    let at = 1 + usize::from(linked);
    let month = date::month(written(runs, at)?, language)?;
    Some((day_of(day, month)?, at + 1))
}

/// The month that a word names, if it is no shorter name than those of months are.
fn month(word: &str, language: &str) -> Option<u32> {
    let long = word.starts_with(char::is_alphabetic) && word.chars().count() > 2;
    date::month(word, language).filter(|_| long)
}

/// `October 7`, or a month alone.
fn month_first(runs: Phrase<'_>, language: &str) -> Option<(Number, usize)> {
    let first = written(runs, 0)?;
    let month = month(first, language)?;
    let day = written(runs, 1).filter(|day| {
        language == "en" && day.len() <= 2 && day.bytes().all(|b| b.is_ascii_digit())
    });
    if let Some(day) = day {
        return Some((day_of(day, month)?, 2));
    }
    // May and March are words as well, Mars is a planet, and short names of months are many things.
    let plain = first.chars().count() > 3
        && (language != "en" || first.starts_with(char::is_uppercase))
        && !matches!(first, "March" | "Mars" | "mars");
    let month = u8::try_from(month).ok()?;
    plain.then_some((Number::Month(month), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, language: &str) -> String {
        let words = super::super::words::read(text, language, 20);
        let numbers = words.iter().filter_map(|word| word.number());
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        numbers.join(" ")
    }

    #[test]
    fn figures_mean_the_same_in_every_language() {
        assert_eq!(one("3,2 milioni", "it"), "3200000");
        assert_eq!(one("3.2 million", "en"), "3200000");
        assert_eq!(one("3,2 Mio. Euro", "de"), "3200000");
        assert_eq!(one("6.840 km", "it"), "6840");
        assert_eq!(one("6,840 km", "en"), "6840");
        assert_eq!(one("6 840 km", "fr"), "6840");
        assert_eq!(one("40mila foto", "it"), "40000");
        assert_eq!(one("20.88 C", "en"), "20.88");
        assert_eq!(one("alle 21:15", "it"), "21.15");
    }

    #[test]
    fn numbers_in_words_are_numbers() {
        assert_eq!(one("trentuno parabole, sessantatré masse", "it"), "31 63");
        assert_eq!(
            one("ventotto, duecento, tre milioni", "it"),
            "28 200 3000000"
        );
        assert_eq!(one("thirty-one flights", "en"), "31");
        assert_eq!(one("treinta y dos mil", "es"), "32000");
        assert_eq!(one("vierundsechzig Meter", "de"), "64");
        assert_eq!(one("la quinta edizione", "it"), "5");
    }

    #[test]
    fn roman_numbers_number() {
        assert_eq!(one("Eaglet II, XIV edizione, ISS", "it"), "2 14");
    }

    #[test]
    fn days_are_days() {
        assert_eq!(one("il 6 aprile", "it"), "6/4");
        assert_eq!(one("6 de abril", "es"), "6/4");
        assert_eq!(one("on April 6 and 7 May", "en"), "6/4 7/5");
        assert_eq!(one("am 6. April 2025", "de"), "6/4 2025");
        assert_eq!(one("it may march", "en"), "");
        assert_eq!(one("7.10.2025", "de"), "7/10");
    }

    #[test]
    fn about_is_near_enough() {
        let roughly = Number::Count {
            thousandths: 200_000,
            about: true,
        };
        let exactly = |thousandths| Number::Count {
            thousandths,
            about: false,
        };
        assert!(roughly.agrees(exactly(220_000)));
        assert!(!roughly.agrees(exactly(300_000)));
        assert!(!exactly(200_000).agrees(exactly(220_000)));
        assert!(Number::Ordinal(7).agrees(exactly(7_000)));
    }

    #[test]
    fn absurd_numbers_are_none() {
        assert_eq!(one("99999999999999999999 volte", "it"), "");
        assert_eq!(one("123.123.123.123.123.123 volte", "it"), "");
    }
}
