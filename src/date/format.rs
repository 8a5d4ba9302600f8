//! Dates by a `strftime` pattern that a user wrote for one source, where the general readers refuse or err.
//!
//! The whole text must follow the pattern; case, accents and the width of blanks do not matter.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate};

use super::clock::Clock;
use super::names::{Name, View};
use super::token::fold;
use super::zone::Zone;
use super::{Context, Moment, Reading, Refusal};
use crate::model::Precision;

/// The directives that stand for one value each.
const FIELDS: &str = "YymBbhdejAaHkIlMSfpzZs";
/// The longest name of a month or weekday, in characters.
const LONGEST_NAME: usize = 32;

/// One part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A value, by its letter.
    Field(char),
    /// A character that must stand there.
    Literal(char),
    /// Blanks, or none.
    Blank,
}

/// Reads a text that follows the pattern.
pub(super) fn read(text: &str, format: &str, context: &Context) -> Result<Reading, Refusal> {
    let pieces = parse(format).map_err(Refusal::Format)?;
    let folded = fold(text);
    let languages = context
        .languages
        .iter()
        .map(|language| language.tag())
        .chain(["en"]);
    let views = languages.filter_map(View::of).collect();
    let mut reader = Reader {
        rest: &folded,
        views,
        values: Values::default(),
    };
    for (at, piece) in pieces.iter().enumerate() {
        reader.take(*piece, pieces.get(at + 1))?;
    }
    match reader.rest.trim_start() {
        "" => reader.values.reading(context),
        rest => Err(Refusal::Format(format!("\"{rest}\" is left over"))),
    }
}

/// Whether a pattern is one that dates can be read by.
pub(super) fn check(format: &str) -> Result<(), String> {
    let pieces = parse(format)?;
    let any = |letters: &str| {
        pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Field(field) if letters.contains(*field)))
    };
    if any("s") {
        return Ok(());
    }
    if !any("Yy") {
        return Err("it has no year (%Y or %y)".into());
    }
    if !any("j") && !any("mBbh") {
        return Err("it has no month (%m, %B or %b)".into());
    }
    if !any("j") && !any("de") {
        return Err("it has no day (%d)".into());
    }
    if any("Il") && !any("p") {
        return Err("the hour %I needs %p beside it".into());
    }
    if any("MS") && !any("HkIl") {
        return Err("it has minutes without an hour (%H or %I)".into());
    }
    Ok(())
}

fn parse(format: &str) -> Result<Vec<Piece>, String> {
    let expanded: Cow<str> = [
        ("%F", "%Y-%m-%d"),
        ("%T", "%H:%M:%S"),
        ("%R", "%H:%M"),
        ("%D", "%m/%d/%y"),
    ]
    .iter()
    .fold(Cow::Borrowed(format), |format, (short, long)| {
        if format.contains(short) {
            format.replace(short, long).into()
        } else {
            format
        }
    });
    let mut pieces = Vec::new();
    let mut letters = expanded.chars();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            pieces.push(Piece::Blank);
        } else if letter != '%' {
            pieces.extend(
                fold(letter.encode_utf8(&mut [0; 4]))
                    .chars()
                    .map(Piece::Literal),
            );
        } else {
            // Padding means nothing to a reader.
            match letters.find(|letter| !matches!(letter, '-' | '_' | '0')) {
                Some('%') => pieces.push(Piece::Literal('%')),
                Some('n' | 't') => pieces.push(Piece::Blank),
                Some(field) if FIELDS.contains(field) => pieces.push(Piece::Field(field)),
                Some(other) => return Err(format!("%{other} is unknown")),
                None => return Err("it ends with a lone %".into()),
            }
        }
    }
    Ok(pieces)
}

/// The values as they come.
#[derive(Debug, Default)]
struct Values {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    weekday: Option<(Name, String)>,
    hour: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    afternoon: Option<bool>,
    zone: Option<Zone>,
    unix: Option<i64>,
    warning: Option<String>,
}

struct Reader<'a> {
    rest: &'a str,
    views: Vec<View>,
    values: Values,
}

impl Reader<'_> {
    fn take(&mut self, piece: Piece, next: Option<&Piece>) -> Result<(), Refusal> {
        match piece {
            Piece::Blank => self.rest = self.rest.trim_start(),
            Piece::Literal(letter) => {
                // An accent of its own folds to nothing or to a blank.
                let rest = self.rest.trim_start().strip_prefix(letter);
                self.rest = rest.ok_or_else(|| self.expected(&letter.to_string()))?;
            }
            Piece::Field(field) => self.field(field, next)?,
        }
        Ok(())
    }

    fn field(&mut self, field: char, next: Option<&Piece>) -> Result<(), Refusal> {
        self.rest = self.rest.trim_start();
        match field {
            'Y' => self.values.year = Some(self.number(4, 4, "a year of four digits")? as i32),
            'y' => {
                let year = self.number(2, 2, "a year of two digits")? as i32;
                self.values.year = Some(if year < 70 { 2000 + year } else { 1900 + year });
            }
            'm' => self.values.month = Some(self.number(1, 2, "a month")?),
            'd' | 'e' => self.values.day = Some(self.number(1, 2, "a day")?),
            'j' => self.values.day_of_year = Some(self.number(1, 3, "a day of the year")?),
            'H' | 'k' | 'I' | 'l' => self.values.hour = Some(self.number(1, 2, "an hour")?),
            'M' => self.values.minute = Some(self.number(1, 2, "minutes")?),
            'S' => self.values.second = Some(self.number(1, 2, "seconds")?),
            'f' => drop(self.number(1, 9, "a fraction of a second")?),
            's' => {
                let digits = self.digits(13).to_owned();
                let unix = digits.parse().map_err(|_| self.expected("Unix time"))?;
                self.values.unix = Some(unix);
            }
            'B' | 'b' | 'h' => {
                let month = |name: Name| name.months().next();
                self.values.month = Some(
                    self.name(month, next)
                        .ok_or_else(|| self.expected("the name of a month"))?
                        .0,
                );
            }
            'A' | 'a' => {
                let weekday = |name: Name| name.is_weekday().then_some(name);
                self.values.weekday = Some(
                    self.name(weekday, next)
                        .ok_or_else(|| self.expected("the name of a weekday"))?,
                );
            }
            'p' => {
                self.values.afternoon = Some(
                    self.name(Name::afternoon, next)
                        .ok_or_else(|| self.expected("am or pm"))?
                        .0,
                )
            }
            'z' => {
                self.values.zone = Some(
                    self.offset()
                        .ok_or_else(|| self.expected("an offset such as +0200"))?,
                )
            }
            _ => {
                let end = self
                    .rest
                    .find(|c: char| !c.is_alphabetic())
                    .unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                if name.is_empty() {
                    return Err(self.expected("the name of a zone"));
                }
                self.values.zone = Zone::named_in_feed(name);
                if self.values.zone.is_none() {
                    self.values.warning = Some(format!(
                        "the zone {name} is unknown: the source's own stands for it"
                    ));
                }
                self.rest = rest;
            }
        }
        Ok(())
    }

    fn digits(&mut self, most: usize) -> &str {
        let end = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    fn number(&mut self, least: usize, most: usize, what: &str) -> Result<u32, Refusal> {
        let digits = self.digits(most);
        let number = digits.parse().ok().filter(|_| digits.len() >= least);
        number.ok_or_else(|| self.expected(what))
    }

    /// The longest name from here that a language knows and `pick` takes, and its letters.
    fn name<T>(
        &mut self,
        pick: impl Fn(Name) -> Option<T>,
        next: Option<&Piece>,
    ) -> Option<(T, String)> {
        let rest = self.rest;
        let ends: Vec<usize> = rest
            .char_indices()
            .take(LONGEST_NAME)
            .map(|(start, c)| start + c.len_utf8())
            .collect();
        let (found, end) = ends.into_iter().rev().find_map(|end| {
            let word = rest.get(..end).filter(|word| {
                !word.ends_with([' ', '.']) && !word.ends_with(|c: char| c.is_ascii_digit())
            })?;
            Some((
                self.views.iter().find_map(|view| pick(view.name(word)?))?,
                end,
            ))
        })?;
        let (word, rest) = rest.split_at(end);
        // The dot of an abbreviation, unless the pattern has it.
        self.rest = if next == Some(&Piece::Literal('.')) {
            rest
        } else {
            rest.strip_prefix('.').unwrap_or(rest)
        };
        Some((found, word.to_owned()))
    }

    fn offset(&mut self) -> Option<Zone> {
        if let Some(rest) = self.rest.strip_prefix('z') {
            self.rest = rest;
            return Zone::minutes(0);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.rest = self.rest.strip_prefix(['+', '-'])?;
        let hours: i32 = self.number(2, 2, "").ok()?.try_into().ok()?;
        self.rest = self.rest.strip_prefix(':').unwrap_or(self.rest);
        let minutes: i32 = self.number(2, 2, "").unwrap_or(0).try_into().ok()?;
        Zone::minutes(sign * (hours * 60 + minutes))
    }

    fn expected(&self, what: &str) -> Refusal {
        let place = if self.rest.is_empty() {
            "at its end"
        } else {
            self.rest
        };
        Refusal::Format(format!("{what} was expected: {place}"))
    }
}

impl Values {
    fn reading(self, context: &Context) -> Result<Reading, Refusal> {
        let impossible = |what: &str| Refusal::Impossible(what.to_owned());
        if let Some(unix) = self.unix {
            let instant = DateTime::from_timestamp(unix, 0)
                .ok_or_else(|| impossible("no calendar goes that far"))?;
            let instant = instant.with_timezone(&context.timezone).fixed_offset();
            return Ok(Reading::exact(Moment::Instant(instant), Precision::Second));
        }
        let year = self.year.ok_or(Refusal::NoYear)?;
        let day = match (self.day_of_year, self.month, self.day) {
            (Some(day), ..) => NaiveDate::from_yo_opt(year, day),
            (_, Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day),
            _ => return Err(Refusal::NoDate),
        };
        let day = day.ok_or_else(|| impossible("no calendar has that day"))?;
        if let Some((name, printed)) = self.weekday
            && !name.has_weekday(day.weekday().num_days_from_sunday())
        {
            return Err(Refusal::WrongWeekday { date: day, printed });
        }
        let Some(hour) = self.hour else {
            return Ok(Reading::day(day).warn(self.warning));
        };
        let clock = Clock::new(hour, self.minute.unwrap_or(0), self.second, self.afternoon)?;
        let clock = Clock {
            zone: self.zone,
            ..clock
        };
        Ok(Reading::new(day, Some(clock)).warn(self.warning))
    }
}
