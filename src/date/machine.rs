//! Dates as feeds and attributes write them: RFC 822 and its heirs, RFC 3339, ISO 8601, W3C-DTF, `asctime`, Unix time.
//!
//! Only a text that is such a form from end to end is read here; everything else is left to the reader of people's text.

use chrono::{DateTime, Datelike, NaiveDate, Weekday};

use super::clock::{Clock, after_fraction};
use super::names::{Name, View};
use super::token::{Kind, Text};
use super::zone::{Offset, Zone, offset};
use super::{Context, Reading, Refusal};
use crate::model::Precision;

/// A reading, a reason against one, or nothing where the text is no such form.
type Form = Option<Result<Reading, Refusal>>;

/// Reads a machine's date.
pub(super) fn read(text: &Text, context: &Context) -> Form {
    let languages = context.languages.iter().map(|language| language.tag());
    unix(text, context).or_else(|| iso(text)).or_else(|| {
        let mut views = std::iter::once("en").chain(languages).filter_map(View::of);
        views.find_map(|view| mail(text, view))
    })
}

/// Seconds or milliseconds since 1970, told apart by their length.
fn unix(text: &Text, context: &Context) -> Form {
    let (_, digits) = text.number(0)?;
    let fraction = text.len() == 3 && text.is_mark(1, ".") && text.number(2).is_some();
    if text.len() != 1 && !fraction {
        return None;
    }
    let value: i64 = text.slice(0, 0).parse().ok()?;
    let instant = match digits {
        9..=10 => DateTime::from_timestamp(value, 0),
        12..=13 => DateTime::from_timestamp_millis(value),
        _ => return None,
    }?;
    // With the offset of the source, so that a reader who ignores zones sees the source's clock.
    let instant = instant.with_timezone(&context.timezone).fixed_offset();
    let moment = super::Moment::Instant(instant);
    Some(Ok(Reading::exact(moment, Precision::Second)))
}

/// ISO 8601 and its profiles (RFC 3339, W3C-DTF).
fn iso(text: &Text) -> Form {
    let (day, at, warning) = iso_day(text)?;
    let day = match day {
        Ok(day) => day,
        Err(refusal) => return Some(Err(refusal)),
    };
    if at == text.len() {
        return Some(Ok(Reading::day(day).warn(warning)));
    }
    let at = if text.word(at) == Some("t") {
        at + 1
    } else {
        at
    };
    let (time, at) = iso_time(text, at)?;
    let (zone, at, impossible) = zone(text, at)?;
    (at == text.len())
        .then(|| Ok(Reading::new(day, Some(Clock { zone, ..time? })).warn(impossible.or(warning))))
}

/// The day that an ISO date begins with, the index after it, and a warning where it tells less than a day.
fn iso_day(text: &Text) -> Option<(Result<NaiveDate, Refusal>, usize, Option<String>)> {
    let (value, digits) = text.number(0)?;
    let year = i32::try_from(value).ok()?;
    let dash =
        |index: usize| text.is_mark(index, "-") && text.glued(index) && text.glued(index + 1);
    let number = |index: usize| text.number(index).filter(|_| text.glued(index));
    let coarse = |unit: &str| {
        Some(format!(
            "only the {unit} is told: its first day stands for it"
        ))
    };
    match digits {
        8 => Some((
            civil(year / 10_000, value / 100 % 100, value % 100),
            1,
            None,
        )),
        7 => Some((ordinal(year / 1000, value % 1000), 1, None)),
        4 if text.len() == 1 && year >= 1900 => Some((civil(year, 1, 1), 1, coarse("year"))),
        // 2025W372, 2025-W37-2, 2025-W37.
        4 if text.word(1) == Some("w") || dash(1) && text.word(2) == Some("w") => {
            let at = if dash(1) { 3 } else { 2 };
            match (number(at)?, number(at + 2).filter(|_| dash(at + 1))) {
                ((number, 3), _) => Some((week(year, number / 10, number % 10), at + 1, None)),
                ((number, 2), Some((day, 1))) => Some((week(year, number, day), at + 3, None)),
                ((number, 2), None) => Some((week(year, number, 1), at + 1, coarse("week"))),
                _ => None,
            }
        }
        // Months of three digits (012) are seen in feeds; three digits with nothing behind are the day of the year.
        2 | 4 if dash(1) => {
            let year = if digits == 2 {
                short_year(value, 2)?
            } else {
                year
            };
            match (number(2)?, number(4).filter(|_| dash(3))) {
                ((month, 1..=3), Some((day, 1..=3))) => Some((civil(year, month, day), 5, None)),
                ((number, 3), None) if digits == 4 => Some((ordinal(year, number), 3, None)),
                ((month, 2), None) if digits == 4 && text.len() == 3 => {
                    Some((civil(year, month, 1), 3, coarse("month")))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `10:00:00.5`, `10:00`, `1000`, `100000`, `10`; the zone is left out.
fn iso_time(text: &Text, at: usize) -> Option<(Result<Clock, Refusal>, usize)> {
    if text.is_mark(at + 1, ":") {
        return clock(text, None, at);
    }
    let (value, digits) = text.number(at)?;
    let (hour, minute, second) = match digits {
        6 => (value / 10_000, value / 100 % 100, Some(value % 100)),
        4 => (value / 100, value % 100, None),
        1..=2 => (value, 0, None),
        _ => return None,
    };
    let after = after_fraction(text, at + 1);
    Some((Clock::new(hour, minute, second, None), after))
}

/// RFC 822, RFC 850, `asctime` and `date`: a weekday perhaps, day, month and year in one of two orders, the time.
fn mail(text: &Text, view: View) -> Form {
    let (printed, at) = mail_weekday(text, view);
    let (month, day, at) = mail_day(text, view, at)?;
    // The year comes next, or after the time as asctime has it.
    let year = text.number(at).filter(|_| !text.is_mark(at + 1, ":"));
    let at = if year.is_some() {
        skip(text, at + 1, ",-")
    } else {
        at
    };
    let (time, at) = if at == text.len() {
        (None, at)
    } else {
        clock(text, Some(view), at).map(|(time, at)| (Some(time), at))?
    };
    let asctime = year.is_none() && text.number(at).is_some();
    let (zone, at, impossible) = if asctime {
        (None, at, None)
    } else {
        zone(text, at)?
    };
    let (year, at) = match year {
        Some(year) => (year, at),
        None => (text.number(at)?, at + 1),
    };
    // A remark in brackets names the zone once more.
    if at != text.len() && !(text.is_mark(at, "(") && text.is_mark(text.len() - 1, ")")) {
        return None;
    }
    let year = short_year(year.0, year.1)?;
    let reading = || {
        let day = civil(year, month, day)?;
        let time = time.transpose()?.map(|clock| Clock { zone, ..clock });
        let wrong = printed.filter(|name| !name.has_weekday(day.weekday().num_days_from_sunday()));
        let wrong = wrong.map(|_| format!("the weekday is wrong: {day} is a {}", day.format("%A")));
        Ok(Reading::new(day, time).warn(wrong.or(impossible)))
    };
    Some(reading())
}

/// The weekday that a mail date begins with, and the index after it. One that no table knows still has its comma.
fn mail_weekday(text: &Text, view: View) -> (Option<Name>, usize) {
    let (name, at) =
        match text.name_from(0, |word| view.name(word).filter(|name| name.is_weekday())) {
            // "Mar" is a weekday in many languages, and a month before a number that is its day.
            Some((name, at))
                if text.is_mark(at, ",.")
                    || name.months().next().is_none()
                    || text.number(at).is_none() =>
            {
                (Some(name), at)
            }
            _ if text.word(0).is_some() && text.is_mark(1, ",") => (None, 1),
            _ => (None, 0),
        };
    (name, skip(text, at, ",."))
}

/// Month and day of a mail date, in either order, and the index after them.
fn mail_day(text: &Text, view: View, at: usize) -> Option<(u32, u32, usize)> {
    let month = |at| {
        text.name_from(at, |word| {
            let mut months = view.name(word)?.months();
            months.next().filter(|_| months.next().is_none())
        })
    };
    let day = |at| {
        text.number(at)
            .filter(|(_, digits)| *digits <= 2)
            .map(|(value, _)| value)
    };
    if let Some((month, after)) = month(at) {
        let at = skip(text, after, ".,");
        return Some((month, day(at)?, skip(text, at + 1, ",")));
    }
    let (month, after) = month(skip(text, at + 1, "-/."))?;
    Some((month, day(at)?, skip(text, skip(text, after, "-/.,"), "'")))
}

/// The index after one of these marks, if one is there.
fn skip(text: &Text, at: usize, marks: &str) -> usize {
    at + usize::from(text.is_mark(at, marks))
}

/// `10:00`, `10:00:00`, `10:00:00.123`, and with a view for the names of it the half of the day.
fn clock(text: &Text, view: Option<View>, at: usize) -> Option<(Result<Clock, Refusal>, usize)> {
    let part = |index: usize| {
        text.number(index)
            .filter(|(_, digits)| *digits <= 2)
            .map(|(value, _)| value)
    };
    let (hour, minute) = (
        part(at)?,
        part(at + 2).filter(|_| text.is_mark(at + 1, ":"))?,
    );
    let second = part(at + 4).filter(|_| text.is_mark(at + 3, ":"));
    let after = after_fraction(text, if second.is_some() { at + 5 } else { at + 3 });
    let half = view.and_then(|view| text.name_from(after, |word| view.name(word)?.afternoon()));
    let end = half.map_or(after, |(_, end)| skip(text, end, "."));
    Some((
        Clock::new(hour, minute, second, half.map(|(half, _)| half)),
        end,
    ))
}

/// The zone from here, the index after it, and a warning where it is none that is known; nothing for what cannot be one.
fn zone(text: &Text, at: usize) -> Option<(Option<Zone>, usize, Option<String>)> {
    let unknown = |after: usize| {
        Some(format!(
            "the zone {} is unknown: the source's own stands for it",
            text.slice(at, after - 1)
        ))
    };
    let numeric = |at: usize| match offset(text, at) {
        Some(Offset::Real(zone, after)) => Some((Some(zone), after, None)),
        Some(Offset::Impossible(after)) => Some((None, after, unknown(after))),
        Some(Offset::Broken) | None => None,
    };
    match text.kind(at) {
        None | Some(Kind::Mark('(')) => Some((None, at, None)),
        Some(Kind::Word) => {
            let known = text.word(at).and_then(Zone::named_in_feed);
            // GMT+0200, as JavaScript prints it.
            let more = text.glued(at + 1).then(|| numeric(at + 1)).flatten();
            more.or_else(|| {
                Some((
                    known,
                    at + 1,
                    if known.is_none() {
                        unknown(at + 1)
                    } else {
                        None
                    },
                ))
            })
        }
        _ => numeric(at),
    }
}

/// The year of two, three or four digits (RFC 2822 §4.3).
fn short_year(value: u32, digits: usize) -> Option<i32> {
    let value = i32::try_from(value).ok()?;
    match digits {
        2 if value < 50 => Some(2000 + value),
        2..=3 => Some(1900 + value),
        4 => Some(value),
        _ => None,
    }
}

fn civil(year: i32, month: u32, day: u32) -> Result<NaiveDate, Refusal> {
    real(NaiveDate::from_ymd_opt(year, month, day), || {
        format!("no calendar has day {day} of month {month} {year}")
    })
}

fn ordinal(year: i32, day: u32) -> Result<NaiveDate, Refusal> {
    real(NaiveDate::from_yo_opt(year, day), || {
        format!("{year} has no day {day}")
    })
}

fn week(year: i32, week: u32, day: u32) -> Result<NaiveDate, Refusal> {
    let weekday = u8::try_from(day)
        .ok()
        .and_then(|day| Weekday::try_from(day.checked_sub(1)?).ok());
    let day_of = weekday.and_then(|weekday| NaiveDate::from_isoywd_opt(year, week, weekday));
    real(day_of, || format!("{year} has no day {day} of week {week}"))
}

/// A day that exists. Whether there can have been news on it is not for the reading to say.
fn real(day: Option<NaiveDate>, impossible: impl Fn() -> String) -> Result<NaiveDate, Refusal> {
    day.filter(|day| (1..2200).contains(&day.year()))
        .ok_or_else(|| Refusal::Impossible(impossible()))
}
