//! Ages and near days, counted from the time of reading: "2 hours ago", "vor 2 Tagen", "ieri alle 18".
//!
//! The phrases are data: `relative.txt` has a line for each language. A bare number of minutes or seconds is refused,
//! being how long something takes to read as often as its age; so is a day's name in the middle of a sentence.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::names::View;
use super::token::{Kind, Text, fold};
use super::{Context, Moment, Reading, Refusal};
use super::{clock, human};
use crate::model::Precision;

/// Phrases are short: a text of more tokens than this is a sentence.
const LONGEST: usize = 32;
/// The largest number that is an age without a word that says so; "1991 год" is a year.
const BARE: u32 = 99;
/// Words between the age and the author.
const BY: &[&str] = &[
    "by", "di", "da", "por", "par", "von", "door", "от", "av", "in", "su",
];

/// What a phrase stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phrase {
    /// It says that something has passed.
    Past,
    /// It says nothing.
    Filler,
    /// A number in letters.
    Count(u32),
    /// A unit of time.
    Unit(Unit),
    /// A day so many days back.
    DaysBack(u64),
    /// This moment.
    Now,
}

/// A unit that ages are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// The units, in the order of their columns.
const UNITS: [Unit; 7] = [
    Unit::Second,
    Unit::Minute,
    Unit::Hour,
    Unit::Day,
    Unit::Week,
    Unit::Month,
    Unit::Year,
];

/// The phrases of a language. One can have two meanings: Italian `ora` is "hour" and "now".
type Phrases = HashMap<Box<str>, Vec<Phrase>>;

/// Reads an age or a near day in the context's languages, in English, and where no language is told in all others.
pub(super) fn read(text: &Text, context: &Context) -> Option<Result<Reading, Refusal>> {
    if text.len() == 0 || text.len() > LONGEST {
        return None;
    }
    let told = context
        .languages
        .iter()
        .map(|language| language.tag())
        .chain(["en"]);
    let others = ROWS
        .iter()
        .map(|row| row.tag)
        .filter(|_| context.languages.is_empty());
    told.chain(others).find_map(|tag| {
        let tag = match tag {
            "no" | "nn" => "nb",
            "bs" => "hr",
            "zh-hant" => "zh",
            tag => tag,
        };
        let row = ROWS.iter().find(|row| row.tag == tag)?;
        let view = View::of(tag)?;
        Reader {
            text,
            view,
            phrases: row.phrases(),
            context,
        }
        .read()
    })
}

/// A line of the table; its phrases are folded once.
struct Row {
    tag: &'static str,
    columns: &'static str,
    phrases: OnceLock<Phrases>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = include_str!("relative.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| line.split_once('|'));
    rows.map(|(tag, columns)| Row {
        tag: tag.trim(),
        columns,
        phrases: OnceLock::new(),
    })
    .collect()
});

impl Row {
    fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| {
            let mut phrases = Phrases::new();
            for (column, words) in self.columns.split('|').enumerate() {
                for word in words.split_whitespace() {
                    let (word, count) = word.split_once('=').unwrap_or((word, "1"));
                    let phrase = match column {
                        0 | 1 => Phrase::Past,
                        2 => Phrase::Filler,
                        3 => Phrase::Count(count.parse().unwrap_or(1)),
                        4..=10 => Phrase::Unit(UNITS.get(column - 4).copied().unwrap_or(Unit::Day)),
                        11 => Phrase::Now,
                        12 => Phrase::DaysBack(0),
                        13 => Phrase::DaysBack(1),
                        _ => Phrase::DaysBack(2),
                    };
                    phrases
                        .entry(fold(&word.replace('_', " ")).into())
                        .or_default()
                        .push(phrase);
                }
            }
            phrases
        })
    }
}

struct Reader<'a> {
    text: &'a Text,
    view: View,
    phrases: &'a Phrases,
    context: &'a Context<'a>,
}

impl Reader<'_> {
    fn read(&self) -> Option<Result<Reading, Refusal>> {
        let start = self.announcement();
        self.near_day(start).or_else(|| self.age(start))
    }

    /// The longest phrase from here that `pick` takes, and the index after it.
    fn phrase<T>(&self, at: usize, pick: impl Fn(Phrase) -> Option<T>) -> Option<(T, usize)> {
        self.text.name_from(at, |words| {
            self.phrases
                .get(words)?
                .iter()
                .find_map(|phrase| pick(*phrase))
        })
    }

    /// The index after "Published:" and the like.
    fn announcement(&self) -> usize {
        let words = (0..self.text.len())
            .take(4)
            .take_while(|at| self.text.word(*at).is_some());
        let last = words
            .filter(|at| self.text.word(*at).is_some_and(human::announces))
            .last();
        last.map_or(0, |last| {
            last + 1 + usize::from(self.text.is_mark(last + 1, ":"))
        })
    }

    fn today(&self) -> DateTime<Tz> {
        self.context.now.with_timezone(&self.context.timezone)
    }

    /// "yesterday", "oggi alle 18:00", "gestern, 18:00 Uhr".
    fn near_day(&self, start: usize) -> Option<Result<Reading, Refusal>> {
        let near = |phrase| match phrase {
            Phrase::DaysBack(days) => Some(Some(days)),
            Phrase::Now => Some(None),
            _ => None,
        };
        let (back, after) = self.phrase(start, near)?;
        let Some(back) = back else {
            return (after == self.text.len())
                .then(|| Ok(self.instant(self.today(), Precision::Minute)));
        };
        let day = self
            .today()
            .date_naive()
            .checked_sub_days(Days::new(back))?;
        match clock::after(self.text, self.view, after) {
            Ok(Some(clock)) if self.ends(clock.after) => Some(Ok(Reading::new(day, Some(clock)))),
            // "Вчера в", with the time in another element.
            Ok(None) if self.ends(after) || after + 1 == self.text.len() => {
                Some(Ok(Reading::day(day)))
            }
            Ok(_) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// "2 hours ago", "il y a 1 an et 2 mois", "3 Tage".
    fn age(&self, start: usize) -> Option<Result<Reading, Refusal>> {
        let mut parts: Vec<(u32, Unit)> = Vec::new();
        let (mut past, mut bare, mut at) = (false, true, start);
        while at < self.text.len() {
            let unit = |at| {
                self.phrase(at, |phrase| {
                    if let Phrase::Unit(unit) = phrase {
                        Some(unit)
                    } else {
                        None
                    }
                })
            };
            let part = match self.text.kind(at)? {
                Kind::Number { value, .. } => {
                    unit(at + 1).map(|(unit, after)| (value, unit, after))
                }
                Kind::Word => match self.phrase(at, |phrase| {
                    if let Phrase::Count(count) = phrase {
                        Some(count)
                    } else {
                        None
                    }
                }) {
                    Some((count, after)) if let Some((unit, after)) = unit(after) => {
                        Some((count, unit, after))
                    }
                    // "час назад": one, where a word of the past is near.
                    _ => unit(at).filter(|_| parts.is_empty()).map(|(unit, after)| {
                        bare = false;
                        (1, unit, after)
                    }),
                },
                Kind::Mark(_) => None,
            };
            if let Some((_, after)) =
                self.phrase(at, |phrase| (phrase == Phrase::Past).then_some(()))
            {
                (past, at) = (true, after);
            } else if let Some((count, unit, after)) = part {
                bare &= count <= BARE;
                parts.push((count, unit));
                at = after;
            } else if let Some((_, after)) =
                self.phrase(at, |phrase| (phrase == Phrase::Filler).then_some(()))
            {
                at = after;
            } else if self.text.is_mark(at, ",.") && !parts.is_empty() {
                at += 1;
            } else {
                break;
            }
        }
        let smallest = parts.iter().map(|(_, unit)| *unit).min()?;
        let whole = at == self.text.len() && start == 0;
        let certain = past || bare && whole && (smallest >= Unit::Hour || parts.len() > 1);
        (certain && self.ends(at)).then(|| self.back(&parts, smallest))
    }

    /// Whether the phrase may end here: nothing follows, or what does is clearly something else.
    fn ends(&self, at: usize) -> bool {
        at >= self.text.len()
            || self.text.is_mark(at, "|·•-–(/")
            || self.text.word(at).is_some_and(|word| BY.contains(&word))
    }

    fn back(&self, parts: &[(u32, Unit)], smallest: Unit) -> Result<Reading, Refusal> {
        let too_old = || Refusal::Impossible("nothing is that old".into());
        let months = |(count, unit): &(u32, Unit)| match unit {
            Unit::Month => *count,
            Unit::Year => count.saturating_mul(12),
            _ => 0,
        };
        let seconds = |(count, unit): &(u32, Unit)| {
            let length = match unit {
                Unit::Second => 1,
                Unit::Minute => 60,
                Unit::Hour => 3600,
                Unit::Day => 86_400,
                Unit::Week => 7 * 86_400,
                Unit::Month | Unit::Year => 0,
            };
            i64::from(*count) * length
        };
        let total = parts.iter().map(months).fold(0, u32::saturating_add);
        // Days are counted on the calendar, so that a change of the clocks moves none of them.
        let local = self
            .today()
            .naive_local()
            .checked_sub_months(Months::new(total))
            .ok_or_else(too_old)?;
        let passed = TimeDelta::try_seconds(parts.iter().map(seconds).sum()).ok_or_else(too_old)?;
        let local = local.checked_sub_signed(passed).ok_or_else(too_old)?;
        if local.date() < NaiveDate::from_yo_opt(1, 1).unwrap_or_default() {
            return Err(too_old());
        }
        if smallest >= Unit::Day {
            let rounded = smallest >= Unit::Month;
            let warning = rounded.then(|| "the age is rounded, so the day is not exact".to_owned());
            return Ok(Reading::day(local.date()).warn(warning));
        }
        let precision = if smallest == Unit::Second {
            Precision::Second
        } else {
            Precision::Minute
        };
        match total {
            0 => Ok(self.instant(
                self.today()
                    .checked_sub_signed(passed)
                    .ok_or_else(too_old)?,
                precision,
            )),
            _ => Ok(Reading {
                moment: Moment::Local(local),
                precision,
                warning: None,
            }),
        }
    }

    /// A moment with the offset of the source, so that a reader who ignores zones sees the source's clock.
    fn instant(&self, at: DateTime<Tz>, precision: Precision) -> Reading {
        Reading {
            moment: Moment::Instant(at.fixed_offset()),
            precision,
            warning: None,
        }
    }
}
