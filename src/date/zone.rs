//! Time zones as dates print them: offsets, and the names that mean one thing only, or one in their language.
//!
//! A name that people of different places use differently (IST, BST) is not read: the source's own zone is then used.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset as _, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::Refusal;
use super::names::{self, View};
use super::token::{Kind, Text};

/// A zone that stands beside a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// A distance from UTC.
    Offset(FixedOffset),
    /// A place, where the name leaves open whether it is summer time (`ET`).
    Place(Tz),
}

/// Folded name and offset in minutes. RFC 822 gives the American ones and UT, GMT and Z.
const NAMES: &[(&str, i32)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("sast", 120),
    ("jst", 540),
    ("kst", 540),
    ("hkt", 480),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("brt", -180),
    ("adt", -180),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("мск", 180),
    ("по москве", 180),
    ("по московскому времени", 180),
    ("московского времени", 180),
    ("trt", 180),
    ("irst", 210),
    ("gst", 240),
    ("pkt", 300),
    ("npt", 345),
    ("ict", 420),
    ("wib", 420),
    ("wita", 480),
    ("sgt", 480),
    ("myt", 480),
    ("pht", 480),
    ("awst", 480),
    ("acst", 570),
    ("acdt", 630),
    ("日本時間", 540),
    ("한국시간", 540),
    ("한국 시간", 540),
    ("北京时间", 480),
    ("北京時間", 480),
    ("香港时间", 480),
    ("香港時間", 480),
    ("台北時間", 480),
    ("臺北時間", 480),
    ("协调世界时", 0),
    ("協調世界時", 0),
    ("協定世界時", 0),
    ("협정 세계시", 0),
    ("世界標準時", 0),
];

/// Names that are words of some language as well.
const WORDS: &[&str] = &[
    "est", "west", "ut", "z", "ist", "at", "et", "ct", "mt", "pt",
];

/// Names that are clear in a feed alone: on a page CST may be China's time.
const MACHINE_NAMES: &[(&str, i32)] = &[("cst", -360), ("ast", -240), ("bst", 60)];

/// Names of American zones that follow summer time.
const PLACES: &[(&str, Tz)] = &[
    ("at", Tz::America__Halifax),
    ("et", Tz::America__New_York),
    ("ct", Tz::America__Chicago),
    ("mt", Tz::America__Denver),
    ("pt", Tz::America__Los_Angeles),
];

/// Phrases for the time of a place.
const PHRASES: &[(&str, Tz)] = &[
    ("ora italiana", Tz::Europe__Rome),
    ("heure de paris", Tz::Europe__Paris),
    ("hora peninsular", Tz::Europe__Madrid),
    ("hora de brasilia", Tz::America__Sao_Paulo),
    ("hora de argentina", Tz::America__Argentina__Buenos_Aires),
    ("hora argentina", Tz::America__Argentina__Buenos_Aires),
    ("eastern time", Tz::America__New_York),
    ("central time", Tz::America__Chicago),
    ("pacific time", Tz::America__Los_Angeles),
];

impl Zone {
    /// The zone of a folded name in a text for people.
    pub(super) fn named(name: &str) -> Option<Self> {
        let minutes = NAMES.iter().find(|(known, _)| *known == name);
        let place = || PHRASES.iter().find(|(known, _)| *known == name);
        minutes
            .and_then(|(_, minutes)| Self::minutes(*minutes))
            .or_else(|| place().map(|(_, place)| Self::Place(*place)))
    }

    /// Whether a name of a zone is a word of some language as well.
    pub(super) fn is_word(name: &str) -> bool {
        WORDS.contains(&name)
    }

    /// The zone of a folded name in a feed.
    pub(super) fn named_in_feed(name: &str) -> Option<Self> {
        let minutes = || {
            MACHINE_NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .and_then(|(_, minutes)| Self::minutes(*minutes))
        };
        Self::named(name)
            .or_else(minutes)
            .or_else(|| Self::place(name))
    }

    /// The zone of an American name that leaves summer time open.
    pub(super) fn place(name: &str) -> Option<Self> {
        PLACES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, place)| Self::Place(*place))
    }

    /// The offset of so many minutes; nothing beyond the 14 hours that any place has.
    pub(super) fn minutes(minutes: i32) -> Option<Self> {
        (minutes.abs() <= 14 * 60)
            .then(|| FixedOffset::east_opt(minutes * 60))
            .flatten()
            .map(Self::Offset)
    }

    /// The moment when this zone's clocks show a time.
    pub(super) fn instant(self, local: NaiveDateTime) -> DateTime<FixedOffset> {
        match self {
            Self::Offset(offset) => local
                .and_local_timezone(offset)
                .earliest()
                .unwrap_or_else(|| offset.from_utc_datetime(&local)),
            Self::Place(place) => at(place, local).fixed_offset(),
        }
    }
}

/// The moment when a zone's clocks show a time. One that they show twice is the first of them; one that they skip is
/// read as if they had not yet been put forward.
pub(super) fn at(zone: Tz, local: NaiveDateTime) -> DateTime<Tz> {
    zone.from_local_datetime(&local)
        .earliest()
        .unwrap_or_else(|| {
            let before = local
                .checked_sub_signed(TimeDelta::days(1))
                .unwrap_or(local);
            let offset = zone.offset_from_utc_datetime(&before).fix();
            zone.from_utc_datetime(&local.checked_sub_offset(offset).unwrap_or(local))
        })
}

/// An offset from UTC as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offset {
    /// One that a place has, and the index after it.
    Real(Zone, usize),
    /// One that no place has, and the index after it.
    Impossible(usize),
    /// A sign with something else glued to it.
    Broken,
}

/// The zone whose name stands here, and the index after it.
pub(super) fn name_at(text: &Text, view: View, at: usize) -> Option<(Zone, usize)> {
    text.name_from(at, |name| {
        let here = view.name(name).and_then(names::Name::zone);
        here.and_then(Zone::minutes).or_else(|| Zone::named(name))
    })
}

/// The zone after a time, in a text for people. `strict`: the time has the shape of ISO 8601, so that a minus sign
/// begins a zone and not the end of a range.
pub(super) fn after(
    text: &Text,
    view: View,
    at: usize,
    strict: bool,
) -> Result<(Option<Zone>, usize), Refusal> {
    let inside = at + usize::from(text.is_mark(at, "("));
    let word = text.word(inside).unwrap_or_default();
    // At the end of the text the shorter names are clear too: "6:05 pm ET".
    let last = inside + 1 == text.len();
    let place = || {
        Zone::place(word)
            .filter(|_| last)
            .map(|zone| (zone, inside + 1))
    };
    if let Some((zone, named)) = name_at(text, view, inside).or_else(place) {
        // "est" and "west" are words too, so nothing may follow that makes a sentence of them.
        let clear = text.word(named).is_none() || !Zone::is_word(word);
        return match offset(text, named) {
            Some(Offset::Real(zone, after)) if text.glued(named) => Ok((Some(zone), after)),
            Some(Offset::Real(offset, after)) if Some(zone) == Zone::minutes(0) => {
                Ok((Some(offset), after))
            }
            _ if clear => Ok((Some(zone), named)),
            _ => Ok((None, at)),
        };
    }
    let minus = text.is_mark(at, "-");
    match offset(text, at) {
        Some(Offset::Real(zone, after)) if strict || !minus => Ok((Some(zone), after)),
        Some(Offset::Impossible(after)) if strict => Err(Refusal::Impossible(format!(
            "no place has the zone {}",
            text.slice(at, after - 1)
        ))),
        Some(Offset::Broken) if strict || !minus => Err(Refusal::Impossible(format!(
            "{} is no zone",
            text.slice(at, text.len().saturating_sub(1))
        ))),
        _ => Ok((None, at)),
    }
}

/// The offset that a sign begins: `+02:00`, `-0500`, `+1`.
pub(super) fn offset(text: &Text, at: usize) -> Option<Offset> {
    let sign = match text.kind(at)? {
        Kind::Mark('+') => 1,
        Kind::Mark('-') => -1,
        _ => return None,
    };
    if !text.glued(at + 1) {
        return None;
    }
    let (minutes, after) = match (text.number(at + 1), text.is_mark(at + 2, ":")) {
        (Some((value, 3..=4)), false) => (value / 100 * 60 + value % 100, at + 2),
        (Some((hours, 1..=2)), true) => match text.number(at + 3) {
            Some((minutes, 2)) => (hours * 60 + minutes, at + 4),
            // Cut short (`+05:3`): zones are whole quarters of hours from UTC.
            Some((tens @ (0 | 3), 1)) => (hours * 60 + tens * 10, at + 4),
            _ => return Some(Offset::Broken),
        },
        (Some((hours, 1..=2)), false) => (hours * 60, at + 2),
        _ => return Some(Offset::Broken),
    };
    let zone = i32::try_from(minutes)
        .ok()
        .and_then(|minutes| Zone::minutes(sign * minutes));
    Some(zone.map_or(Offset::Impossible(after), |zone| Offset::Real(zone, after)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::NaiveDate;

    use super::*;

    fn local(month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2025, month, day)
            .unwrap()
            .and_hms_opt(hour, minute, 0)
            .unwrap()
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first() {
        let at = at(Tz::Europe__Rome, local(10, 26, 2, 30));
        assert_eq!(at.to_rfc3339(), "2025-10-26T02:30:00+02:00");
    }

    #[test]
    fn an_hour_that_is_skipped_is_moved_on() {
        let at = at(Tz::Europe__Rome, local(3, 30, 2, 30));
        assert_eq!(at.to_rfc3339(), "2025-03-30T03:30:00+02:00");
    }

    #[test]
    fn names_with_two_meanings_are_not_read() {
        assert_eq!(Zone::named("ist"), None);
        assert_eq!(Zone::named("cst"), None);
        assert_eq!(Zone::named("cest"), Zone::minutes(120));
        assert_eq!(Zone::minutes(15 * 60), None);
    }

    #[test]
    fn a_place_knows_its_summer_time() {
        let eastern = Zone::named_in_feed("et").unwrap();
        assert_eq!(
            eastern.instant(local(1, 5, 12, 0)).to_rfc3339(),
            "2025-01-05T12:00:00-05:00"
        );
        assert_eq!(
            eastern.instant(local(7, 5, 12, 0)).to_rfc3339(),
            "2025-07-05T12:00:00-04:00"
        );
    }
}
