//! Times of day beside a date: `18:00`, `18.30`, `14h40`, `6:05 pm`, `alle ore 18`, `晚8:00`, and the zone after them.
//!
//! A number is a time only where its shape or a word beside it says so.

use chrono::NaiveTime;

use super::Refusal;
use super::names::View;
use super::token::{Kind, Text};
use super::zone::{self, Zone};
use crate::model::Precision;

/// Words before a time, after which even a lone hour is one.
const BEFORE_HOUR: &[&str] = &[
    "ore",
    "orele",
    "alle",
    "kl",
    "klo",
    "klockan",
    "klokken",
    "kello",
    "kell",
    "plkst",
    "um",
    "las",
    "heure",
    "hora",
    "horas",
    "godz",
    "h",
    "ωρα",
    "στισ",
    "luc",
    "pukul",
    "jam",
    "ساعت",
    "الساعة",
    "בשעה",
    "เวลา",
];
/// Words before a time, after which `18.30` is one, and a lone hour before one of [`HOURS`].
const BEFORE_TIME: &[&str] = &[
    "h", "at", "t", "a", "as", "om", "в", "у", "о", "o", "ob", "u", "v", "la", "alla", "saat",
    "ora", "orario", "les", "στο", "στα",
];
/// Words after an hour, with the minutes behind them or none.
const HOUR: &[&str] = &["h", "時", "时", "点", "點", "시", "gio", "นาฬิกา"];
/// What makes a length of time of the hour before it (3時間).
const HOURS_LONG: &[&str] = &["間", "间", "간"];
/// Words after the minutes.
const MINUTE: &[&str] = &[
    "min",
    "m",
    "分",
    "분",
    "phut",
    "นาที",
    "минут",
    "минуты",
    "хвилин",
];
/// Words after the seconds.
const SECOND: &[&str] = &["s", "秒", "초", "giay", "วินาที", "секунд"];
/// Words after a time that say that it is one.
const AFTER_TIME: &[&str] = &[
    "uhr",
    "hrs",
    "hs",
    "h",
    "ч",
    "часов",
    "น",
    "बजे",
    "orakor",
    "orai",
];
/// Words after an hour that count hours as well, so that it is a time only after [`BEFORE_TIME`].
const HOURS: &[&str] = &[
    "uur",
    "heures",
    "horas",
    "hodin",
    "hodine",
    "часа",
    "час",
    "годині",
    "годин",
    "година",
    "гадзін",
    "sati",
    "satova",
    "uri",
    "ur",
    "timer",
    "timmar",
];
/// Words for 12:00.
const NOON: &[&str] = &[
    "noon",
    "midday",
    "mezzogiorno",
    "midi",
    "mittag",
    "mediodia",
    "полдень",
];
/// How far from the date a time can stand, in tokens.
const REACH: usize = 10;

/// A time of day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The time; 24:00 is 0:00 of the next day.
    pub(super) time: NaiveTime,
    /// Whether it was 24:00.
    pub(super) next_day: bool,
    /// Whether seconds were told.
    pub(super) precision: Precision,
    /// The zone beside it.
    pub(super) zone: Option<Zone>,
    /// The index after its last token.
    pub(super) after: usize,
}

impl Clock {
    /// The time that these numbers tell; `afternoon` on a clock of twelve hours.
    pub(super) fn new(
        hour: u32,
        minute: u32,
        second: Option<u32>,
        afternoon: Option<bool>,
    ) -> Result<Self, Refusal> {
        let hour = match (afternoon, hour) {
            (Some(true), 1..=11) => hour + 12,
            (Some(false), 12) => 0,
            _ => hour,
        };
        let precision = if second.is_some() {
            Precision::Second
        } else {
            Precision::Minute
        };
        // A leap second is the last one of its minute: RFC 3339 §5.6 allows it, the clocks here have no place for it.
        let second = if second == Some(60) {
            59
        } else {
            second.unwrap_or(0)
        };
        let next_day = (hour, minute, second) == (24, 0, 0);
        let time = NaiveTime::from_hms_opt(if next_day { 0 } else { hour }, minute, second);
        let time = time.ok_or_else(|| {
            Refusal::Impossible(format!("no clock shows {hour:02}:{minute:02}:{second:02}"))
        })?;
        Ok(Self {
            time,
            next_day,
            precision,
            zone: None,
            after: 0,
        })
    }
}

/// The time of day that follows a date.
pub(super) fn after(text: &Text, view: View, from: usize) -> Result<Option<Clock>, Refusal> {
    let (mut close, mut words, mut before, mut at) = (true, 0, None, from);
    while at < text.len().min(from + REACH) {
        match text.kind(at) {
            Some(Kind::Number { .. }) => {
                let clock = read(text, view, at, close)?;
                return Ok(clock.map(|clock| Clock {
                    zone: clock.zone.or(before),
                    ..clock
                }));
            }
            Some(Kind::Word) => {
                let word = text.word(at).unwrap_or_default();
                if NOON.contains(&word) {
                    return Clock::new(12, 0, None, None).map(|noon| {
                        Some(Clock {
                            after: at + 1,
                            ..noon
                        })
                    });
                }
                // Chinese has the zone before the time.
                if let Some((zone, after)) = zone::name_at(text, view, at)
                    && text.number(after).is_some()
                {
                    (before, at) = (Some(zone), after);
                    continue;
                }
                // Of a script without blanks a run is one word.
                words += usize::from(!text.glued(at) || text.word(at - 1).is_none());
                // The dot of "18.30" makes a time only right behind the date, not after a word such as "Euro".
                close = close && word.chars().count() <= 2;
            }
            Some(Kind::Mark(
                ',' | '-' | '|' | '.' | '(' | ')' | '·' | '•' | '@' | '/' | ':' | ';' | '\'',
            )) => {}
            _ => break,
        }
        if words > 4 {
            break;
        }
        at += 1;
    }
    Ok(None)
}

/// The time of day that precedes a date (`18:00, 9 May 2025`). What is no time there is none of our business.
pub(super) fn before(text: &Text, view: View, until: usize) -> Option<Clock> {
    (until.saturating_sub(REACH + 4)..until)
        .rev()
        .filter(|at| !within_time(text, *at))
        .find_map(|at| {
            let clock = read(text, view, at, false).ok()??;
            let between = clock.after..until;
            let near = clock.after <= until
                && between.len() <= 5
                && between.clone().all(|index| text.number(index).is_none());
            near.then_some(clock)
        })
}

fn within_time(text: &Text, at: usize) -> bool {
    at > 0 && text.glued(at) && text.is_mark(at - 1, ":.+-")
}

/// The time of day that begins with a number; `close` if the date stands right before it.
fn read(text: &Text, view: View, at: usize, close: bool) -> Result<Option<Clock>, Refusal> {
    let Some((hour, 1..=2)) = text.number(at) else {
        return Ok(None);
    };
    let digits = digits(text, view, at, close);
    let Digits {
        minute,
        second,
        after,
    } = digits.unwrap_or(Digits {
        minute: 0,
        second: None,
        after: at + 1,
    });
    let half_before = at
        .checked_sub(1)
        .and_then(|last| text.name_until(last, |word| view.name(word)?.afternoon()));
    let half_after = half(text, view, after);
    let lone = hinted(text, at, BEFORE_HOUR)
        && (text.word(after).is_none() || is_word(text, after, HOURS))
        || hour < 24 && hinted(text, at, BEFORE_TIME) && is_word(text, after, HOURS);
    if digits.is_none() && half_after.is_none() && !lone && !is_word(text, after, AFTER_TIME) {
        return Ok(None);
    }
    let mut end = half_after.map_or(after, |(_, end)| end);
    if is_word(text, end, AFTER_TIME) || is_word(text, end, HOURS) {
        end += 1 + usize::from(text.is_mark(end + 1, ".") && text.glued(end + 1));
    }
    let half = half_after.or(half_before).map(|(half, _)| half);
    let strict = second.is_some() || at > 0 && is_word(text, at - 1, &["t"]);
    let (zone, after) = zone::after(text, view, end, strict)?;
    Clock::new(hour, minute, second, half).map(|clock| {
        Some(Clock {
            zone,
            after,
            ..clock
        })
    })
}

/// What follows the hour of a time.
#[derive(Debug, Clone, Copy)]
struct Digits {
    minute: u32,
    second: Option<u32>,
    after: usize,
}

/// The minutes and seconds behind an hour, in a shape that only times have.
fn digits(text: &Text, view: View, hour: usize, close: bool) -> Option<Digits> {
    let two = |index: usize| {
        text.number(index)
            .filter(|(_, digits)| *digits == 2)
            .map(|(value, _)| value)
    };
    let next = hour + 1;
    if text.is_mark(next, ":") {
        let minute = two(next + 1)?;
        let second = two(next + 3).filter(|_| text.is_mark(next + 2, ":"));
        let after = if second.is_some() {
            after_fraction(text, next + 4)
        } else {
            next + 2
        };
        return Some(Digits {
            minute,
            second,
            after,
        });
    }
    if is_word(text, next, HOUR) && !is_word(text, next + 1, HOURS_LONG) {
        // Before a word for it a part may have one digit (6時5分9秒).
        let part = |index: usize, words| {
            let said = is_word(text, index + 1, words);
            let (value, _) = text
                .number(index)
                .filter(|(_, digits)| *digits == 2 || *digits == 1 && said)?;
            Some((value, index + 1 + usize::from(said)))
        };
        let minute = part(next + 1, MINUTE).filter(|_| !text.is_mark(next + 2, ":"));
        let (minute, after) = minute.unwrap_or((0, next + 1));
        let second = part(after, SECOND).filter(|(_, end)| *end == after + 2 && after > next + 1);
        return Some(Digits {
            minute,
            second: second.map(|(second, _)| second),
            after: second.map_or(after, |(_, after)| after),
        });
    }
    let told = hinted(text, hour, BEFORE_HOUR);
    let point = text.is_mark(next, ".") || told && text.is_mark(next, ",");
    if !point || !text.glued(next) || !text.glued(next + 1) {
        return None;
    }
    let (minute, mut after) = (two(next + 1)?, next + 2);
    let dot = text.is_mark(after, ".") && text.glued(after) && text.glued(after + 1);
    let second = two(after + 1).filter(|second| dot && close && *second < 60);
    if second.is_some() {
        after += 2;
    }
    let longer = text.is_mark(after, ".,") && text.number(after + 1).is_some();
    let counts = text.word(after).is_some() || text.is_mark(after, "%€$£");
    let marked = told
        || hinted(text, hour, BEFORE_TIME)
        || is_word(text, after, AFTER_TIME)
        || half(text, view, after).is_some();
    ((close && !counts || marked || second.is_some()) && !longer).then_some(Digits {
        minute,
        second,
        after,
    })
}

/// The index after a fraction of a second.
pub(super) fn after_fraction(text: &Text, at: usize) -> usize {
    let fraction = text.is_mark(at, ".,")
        && text.glued(at)
        && text.glued(at + 1)
        && text.number(at + 1).is_some();
    if fraction { at + 2 } else { at }
}

/// Whether a word stands before times, so that one is to follow.
pub(super) fn announces(word: &str) -> bool {
    BEFORE_HOUR.contains(&word) || BEFORE_TIME.contains(&word)
}

fn is_word(text: &Text, at: usize, words: &[&str]) -> bool {
    text.word(at).is_some_and(|word| words.contains(&word))
}

/// Whether one of the words stands right before, with a mark between at most.
fn hinted(text: &Text, at: usize, words: &[&str]) -> bool {
    (at.saturating_sub(2)..at).any(|index| is_word(text, index, words))
}

/// Whether the words from here say before noon or after, and the index after them with their last dot.
fn half(text: &Text, view: View, at: usize) -> Option<(bool, usize)> {
    let (half, after) = text.name_from(at, |word| view.name(word)?.afternoon())?;
    Some((
        half,
        after + usize::from(text.is_mark(after, ".") && text.glued(after)),
    ))
}
