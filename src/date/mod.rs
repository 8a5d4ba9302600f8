//! Dates as people and machines write them, read into moments with the precision that they were told with.
//!
//! What is ambiguous, impossible or contradicts itself is refused, never guessed: a wrong date is worse than none.
//! The words live in tables, so a language is added as a row: names of months and weekdays in `names.rs` (a locale),
//! phrases such as "2 hours ago" in `relative.txt` (a line).

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use thiserror::Error;

use crate::language::Language;
use crate::model::Precision;

mod ages;
mod calendar;
mod clock;
mod day;
mod format;
mod forms;
mod human;
mod lexicon;
mod machine;
mod names;
mod phrases;
mod relative;
mod token;
mod zone;

pub use calendar::solar_date;
pub use names::Order;

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// What is known of a text before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The languages it may be in, the most trusted first; English is always tried last. With none, every known
    /// language is tried, and what they do not agree on is refused.
    pub languages: &'a [Language],
    /// The zone of its source: for ages ("2 hours ago") and for where English writes the day before the month.
    pub timezone: Tz,
    /// The time that "today" and ages count from.
    pub now: DateTime<Utc>,
    /// A `strftime` pattern that is tried before anything else.
    pub format: Option<&'a str>,
    /// The order of dates in numbers, where the languages leave it open.
    pub order: Option<Order>,
}

/// What a date text tells: a day, a time by the source's clock, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day without a time.
    Day(NaiveDate),
    /// A day and a time of which no zone is printed.
    Local(NaiveDateTime),
    /// A time with a zone.
    Instant(DateTime<FixedOffset>),
}

/// A date that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The date.
    pub moment: Moment,
    /// How exactly it was told.
    pub precision: Precision,
    /// The order that decided which number is the day, where the numbers alone left it open.
    pub order: Option<Order>,
    /// What was wrong with the text and could be got over, in words for people.
    pub warning: Option<String>,
}

/// Why a text gives no date, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nothing in it looks like a date.
    #[error("there is no date in it")]
    NoDate,
    /// It names a day and a month without a year.
    #[error("the date has no year")]
    NoYear,
    /// It can be read in more than one way.
    #[error("the date is ambiguous: {0}")]
    Ambiguous(String),
    /// The printed weekday is not the date's.
    #[error("it says `{printed}`, but {date} is a {}", .date.format("%A"))]
    WrongWeekday {
        /// The date without its weekday.
        date: NaiveDate,
        /// The weekday as printed, lower case and without accents.
        printed: String,
    },
    /// No calendar or clock has it.
    #[error("the date is impossible: {0}")]
    Impossible(String),
    /// It is not as the configured format says.
    #[error("it does not follow the format: {0}")]
    Format(String),
}

/// Reads a date from text for people, with words around it perhaps (`Publicado el 10 de marzo de 2016 por …`).
///
/// The printed weekday is a checksum. Numbers alone are read in the order of the first language that has one; English
/// has the month first in America and where the zone tells nothing (UTC), the day first in the other lands that speak
/// it, and none elsewhere. Two digits are a year only where the language writes it last.
///
/// # Errors
/// A [`Refusal`] where there is no date, or none that is certain.
pub fn read(text: &str, context: &Context) -> Result<Reading, Refusal> {
    by_format(text, context).unwrap_or_else(|| human::read(&token::Text::new(text), context))
}

/// What the configured pattern makes of a text, if that follows it.
fn by_format(text: &str, context: &Context) -> Option<Result<Reading, Refusal>> {
    read_format(text, context.format?, context).ok().map(Ok)
}

/// Reads a date from a feed or an attribute: RFC 822 and RFC 3339 with their abuses, ISO 8601, W3C-DTF, `asctime`,
/// Unix time in seconds or milliseconds; what is none of these, as text for people.
///
/// A wrong weekday or an impossible zone is a warning here.
///
/// # Errors
/// A [`Refusal`], as for [`read`].
pub fn read_machine(text: &str, context: &Context) -> Result<Reading, Refusal> {
    if let Some(reading) = by_format(text, context) {
        return reading;
    }
    let text = token::Text::new(text);
    machine::read(&text, context).unwrap_or_else(|| human::read(&text, context))
}

/// Whether a text begins by announcing its date ("Published on …", "Pubblicato il …").
#[must_use]
pub fn is_announced(text: &str) -> bool {
    let first = text
        .split(|c: char| !c.is_alphabetic())
        .find(|word| !word.is_empty());
    first.is_some_and(|word| human::announces(&token::fold(word)))
}

/// Words of a running text without case, accents and marks, rid of what tells in numbers how long ago something was.
#[must_use]
pub fn without_ages<'a>(words: Vec<&'a str>, language: &str) -> Vec<&'a str> {
    ages::without(words, language)
}

/// Reads a date by a `strftime` pattern; names of months and weekdays are those of the context's languages.
///
/// # Errors
/// A [`Refusal`] where the text does not follow the pattern, and as for [`read`].
pub fn read_format(text: &str, format: &str, context: &Context) -> Result<Reading, Refusal> {
    format::read(text, format, context)
}

/// Whether a pattern can be read by [`read_format`], for when the configuration is loaded.
///
/// # Errors
/// What is wrong with it, in words for people.
pub fn check_format(format: &str) -> Result<(), String> {
    format::check(format)
}

/// The month (from 1) that a word names in a language, or in English; nothing where it may be a weekday as well.
#[must_use]
pub fn month(word: &str, language: &str) -> Option<u32> {
    let name = names::View::of(language)?.name(&token::fold(word))?;
    let mut months = name.months();
    let month = months.next()?;
    (months.next().is_none() && !name.is_weekday()).then_some(month)
}

/// The weekday that a word names in a language, or in English; nothing where it may be a month as well.
#[must_use]
pub fn weekday(word: &str, language: &str) -> Option<Weekday> {
    let name = names::View::of(language)?.name(&token::fold(word))?;
    let mut days = WEEK
        .into_iter()
        .filter(|day| name.has_weekday(day.num_days_from_sunday()));
    let day = days.next()?;
    (days.next().is_none() && name.months().next().is_none()).then_some(day)
}

impl Reading {
    /// The moment in a source's zone: a day is its noon, a time without a zone is the zone's own.
    ///
    /// A time that the zone's clocks show twice is the first of them, one that they skip is moved on by the gap.
    /// With `ignore_zone` a printed zone is taken for a mistake and the time beside it for the source's own.
    #[must_use]
    pub fn resolve(&self, timezone: Tz, ignore_zone: bool) -> DateTime<Tz> {
        match self.moment {
            Moment::Day(day) => zone::at(timezone, day.and_time(NOON)),
            Moment::Local(time) => zone::at(timezone, time),
            Moment::Instant(instant) if ignore_zone => zone::at(timezone, instant.naive_local()),
            Moment::Instant(instant) => instant.with_timezone(&timezone),
        }
    }

    fn new(day: NaiveDate, clock: Option<clock::Clock>) -> Self {
        let Some(clock) = clock else {
            return Self::day(day);
        };
        let day = if clock.next_day {
            day.succ_opt().unwrap_or(day)
        } else {
            day
        };
        let local = day.and_time(clock.time);
        let moment = clock.zone.map_or(Moment::Local(local), |zone| {
            Moment::Instant(zone.instant(local))
        });
        Self::exact(moment, clock.precision)
    }

    /// A day without a time.
    #[must_use]
    pub fn day(day: NaiveDate) -> Self {
        Self::exact(Moment::Day(day), Precision::Day)
    }

    fn exact(moment: Moment, precision: Precision) -> Self {
        Self {
            moment,
            precision,
            order: None,
            warning: None,
        }
    }

    fn warn(mut self, warning: Option<String>) -> Self {
        self.warning = warning.or(self.warning);
        self
    }
}

const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

#[cfg(test)]
mod tests;
