//! The date of a unit: where it stands, and which of several is that of publication.

use super::Stand;
use super::consensus::Candidate;
use super::groups::Unit;
use super::reader::Reader;
use crate::date;
use crate::extract::text::squash;
use crate::model::{DateText, Place};

/// A text of more bytes is no date.
const LONGEST: usize = 90;
/// An element of more bytes is no row of boxes with the parts of a date.
const BOXED: usize = 24;
/// Words in the names of `data-` attributes that hold a moment for machines.
const MOMENTS: &[&str] = &[
    "date",
    "data",
    "fecha",
    "datum",
    "datetime",
    "time",
    "timestamp",
    "stamp",
    "ts",
    "epoch",
    "unix",
    "unixtime",
    "utc",
    "published",
    "publish",
    "pubdate",
    "posted",
    "created",
];
/// No moment in seconds is taken that is before 1995, in seconds since 1970.
const EARLIEST: i64 = 788_918_400;
/// Words in the class of a date.
const DATED: &[&str] = &[
    "date",
    "data",
    "datum",
    "fecha",
    "time",
    "day",
    "posted",
    "published",
    "pubdate",
    "dateline",
    "timestamp",
    "created",
    "when",
    "giorno",
];
/// Words in the class of the date of publication, of a later change, and of something else that has a date.
const PUBLISHED: &[&str] = &["published", "pubdate", "posted", "publish", "created"];
const UPDATED: &[&str] = &["updated", "modified", "update"];
const OTHER: &[&str] = &[
    "event", "evento", "deadline", "scadenza", "expires", "expiry", "start", "end", "due", "birth",
];
/// Marks that part a date from a title in one text.
const MARKS: &[&str] = &[
    " | ", " – ", " — ", " - ", ": ", " · ", " • ", " » ", " / ", "– ", "— ",
];

/// A place in a unit that reads as a date.
#[derive(Debug, Clone)]
pub(super) struct Dated<'a> {
    pub(super) stand: Stand<'a>,
    pub(super) cell: usize,
    pub(super) text: DateText,
}

impl<'a> Reader<'_, 'a, '_> {
    /// What in a unit may be its date; nothing that has its title or stands in its prose.
    pub(super) fn dated(&self, unit: &Unit, title: Option<usize>) -> Vec<(Candidate, Dated<'a>)> {
        let cells = &self.plot.cells;
        let mut found = Vec::new();
        for at in unit.cells(self.plot) {
            let cell = &cells[at];
            if let Some((name, text, points)) = self.stamp(at) {
                found.push(self.candidate(unit, at, title, Some(name), text, points));
            }
            let has_title = title.is_some_and(|title| self.plot.holds(at, title));
            if cell.to - cell.from > LONGEST || cell.to == cell.from || has_title {
                continue;
            }
            let named = cell.name() == "time" || cell.has_word(DATED);
            let text = self.plot.text(at);
            let text = if self.reads(&text, named) {
                Some(text)
            } else {
                self.boxed(at)
            };
            if let Some(text) = text {
                let mut points = if cell.name() == "time" {
                    2.0
                } else if named {
                    1.8
                } else {
                    1.2
                };
                points -= 0.01 * f64::from(u32::try_from(text.chars().count()).unwrap_or(99));
                found.push(self.candidate(unit, at, title, None, text, points));
            }
        }
        for words in self.plot.words(unit.from, unit.to) {
            let cell = &cells[words.cell];
            // A text that has its element to itself was read with that.
            let alone = words.from <= cell.from + 1 && words.to + 1 >= cell.to;
            let has_title = title == Some(words.cell);
            let long = words.to - words.from > LONGEST;
            if has_title || (alone && !long) {
                continue;
            }
            let text = self.plot.slice(words.from, words.to);
            let read = if long {
                self.opening(&text).map(|date| (date, 0.8, 4))
            } else {
                self.reads(&text, false).then_some((text, 1.0, 1))
            };
            if let Some((text, points, sign)) = read {
                let (mut candidate, dated) =
                    self.candidate(unit, words.cell, title, None, text, points);
                candidate.key ^= sign;
                candidate.bare = true;
                found.push((candidate, dated));
            }
        }
        found
    }

    /// The date whose parts stand in boxes of their own, and the element has nothing else: `18` over `2026-03`, `03-18`
    /// beside `2026`, `Mar` `18` `2026` without a blank between.
    fn boxed(&self, at: usize) -> Option<String> {
        let cell = &self.plot.cells[at];
        if cell.end == at + 1 || cell.to - cell.from > BOXED {
            return None;
        }
        let words = self.plot.words(cell.from, cell.to).iter();
        let parts: Vec<String> = words
            .map(|words| self.plot.slice(words.from, words.to))
            .filter(|part| part.chars().any(char::is_alphanumeric))
            .collect();
        let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
        if !(2..=3).contains(&parts.len()) {
            return None;
        }
        let all = parts.concat();
        let text = if all.chars().any(char::is_alphabetic) {
            parts.join(" ")
        } else {
            numbered(&parts)?
        };
        self.reads(&text, true).then_some(text)
    }

    /// The date in numbers with which a longer text opens.
    fn opening(&self, text: &str) -> Option<String> {
        let first = text.split(' ').next()?;
        let first = first.trim_matches(['(', ')', '[', ']', ':', ',', '-', '–', '—']);
        let digits = first.chars().filter(char::is_ascii_digit).count();
        let marks = first
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '/'));
        let date = marks && (6..=8).contains(&digits) && first.len() > digits;
        (date && self.day(first, false).is_some()).then(|| first.to_owned())
    }

    /// A moment that an attribute tells.
    fn stamp(&self, at: usize) -> Option<(&'a str, String, f64)> {
        let cell = &self.plot.cells[at];
        let element = cell.element;
        let property = |name: &str| {
            element.attr(name).is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                value.contains("date") || value.contains("created") || value.contains("issued")
            })
        };
        let written = element.value().attrs();
        let named = written.map(|(name, _)| name).filter(|name| is_moment(name));
        let named = named.min_by_key(|name| has_word(name, UPDATED));
        let usual = |name: &'static str| element.attr(name).map(|_| name);
        let name = usual("datetime")
            .or_else(|| usual("content"))
            .or(named)
            .or_else(|| usual("title"))?;
        let points = match name {
            "datetime"
                if matches!(
                    cell.name(),
                    "time" | "relative-time" | "time-ago" | "local-time"
                ) =>
            {
                2.6
            }
            "content" if property("itemprop") || property("property") => 2.8,
            "title" if cell.name() == "abbr" || property("itemprop") => 2.2,
            name if name.starts_with("data-") => 2.2,
            _ => return None,
        };
        let text = squash(element.attr(name)?);
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let reads = digits >= 6
            && text.len() <= LONGEST
            && (digits != text.len() || self.is_near(&text))
            && self.day(&text, true).is_some();
        reads.then_some((name, text, points))
    }

    /// Whether a number of seconds or milliseconds is a moment in which news may have been published; shorter
    /// numbers are no such.
    fn is_near(&self, number: &str) -> bool {
        let seconds = match number.len() {
            9..=10 => number.parse::<i64>().ok(),
            12..=13 => number
                .parse::<i64>()
                .ok()
                .map(|milliseconds| milliseconds / 1_000),
            _ => return true,
        };
        let latest = self.now() + 366 * 86_400;
        seconds.is_some_and(|seconds| (EARLIEST..latest).contains(&seconds))
    }

    /// Whether a text tells a date and little else; a `named` one may have more words around it.
    fn reads(&self, text: &str, named: bool) -> bool {
        let count = text.split(' ').count();
        let most = if named || date::is_announced(text) {
            16
        } else {
            9
        };
        let numbered = text.chars().any(char::is_numeric);
        (numbered || named) && count <= most && self.day(text, false).is_some()
    }

    fn candidate(
        &self,
        unit: &Unit,
        at: usize,
        title: Option<usize>,
        attribute: Option<&'a str>,
        text: String,
        mut points: f64,
    ) -> (Candidate, Dated<'a>) {
        let cells = &self.plot.cells;
        let element = cells[at].element;
        let property = element
            .attr("itemprop")
            .or_else(|| element.attr("property"));
        let property = property.unwrap_or_default().to_ascii_lowercase();
        let around = || {
            let up = std::iter::once(at).chain(self.plot.around(at));
            up.take_while(|cell| !unit.run.contains(cell)).take(3)
        };
        let has = |words: &[&str]| around().any(|cell| cells[cell].has_word(words));
        if property.contains("published")
            || cells[at].has_word(PUBLISHED)
            || element.attr("pubdate").is_some()
        {
            points += 0.5;
        } else if property.contains("modified") || cells[at].has_word(UPDATED) {
            points *= 0.4;
        }
        if has(OTHER) || property.contains("startdate") || property.contains("enddate") {
            points *= 0.3;
        }
        if title.is_some_and(|title| self.plot.holds(title, at)) {
            points *= if cells[at].name() == "time" { 0.9 } else { 0.4 };
        }
        let machine = attribute.is_some();
        if self
            .day(&text, machine)
            .is_some_and(|day| self.is_ahead(day))
        {
            points *= 0.1;
        }
        let key = self.key(unit, at) ^ if machine { 2 } else { 0 };
        let place = Place::Item;
        let dated = Dated {
            stand: Stand { element, attribute },
            cell: at,
            text: DateText {
                text: text.clone(),
                place,
                machine,
            },
        };
        (
            Candidate {
                key,
                cell: at,
                points,
                text,
                bare: false,
            },
            dated,
        )
    }
}

/// A date of parts that are numbers alone; nothing where the year does not tell which is which.
fn numbered(parts: &[&str]) -> Option<String> {
    let is_year = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts {
        // The year last: the order of the others is that of the language.
        [.., last] if is_year(last) => {
            let mark = parts
                .iter()
                .find_map(|part| part.chars().find(|c| !c.is_ascii_digit()));
            Some(parts.join(&mark.unwrap_or('.').to_string()))
        }
        [day, rest] | [rest, day] if day.len() <= 2 => {
            let (first, second) = rest.split_once(['-', '.', '/'])?;
            if is_year(first) {
                Some(format!("{first}-{second}-{day}"))
            } else {
                is_year(second).then(|| format!("{day}.{first}.{second}"))
            }
        }
        [first, ..] if is_year(first) => Some(parts.join("-")),
        _ => None,
    }
}

/// Whether an attribute's name tells of a moment: `data-ts`, `data-publish-date`.
fn is_moment(name: &str) -> bool {
    name.strip_prefix("data-")
        .is_some_and(|name| has_word(name, MOMENTS) && !has_word(name, OTHER))
}

fn has_word(name: &str, words: &[&str]) -> bool {
    name.split(['-', '_']).any(|word| words.contains(&word))
}

/// Parts a date from the title that it stands before or after in one text.
pub(super) fn split(text: &str, is_date: impl Fn(&str) -> bool) -> Option<(String, String)> {
    let parts = |date: &str, rest: &str| {
        let date = date.trim().trim_matches(['[', ']', '(', ')', ',', ':']);
        let rest = rest
            .trim()
            .trim_start_matches([':', '-', '–', '—', '|', ','])
            .trim();
        (date.chars().any(char::is_numeric)
            && rest.chars().filter(|c| c.is_alphabetic()).count() >= 3
            && is_date(date))
        .then(|| (date.to_owned(), rest.to_owned()))
    };
    for mark in MARKS {
        if let Some((before, after)) = text.split_once(mark)
            && let Some(found) = parts(before, after)
        {
            return Some(found);
        }
        if let Some((before, after)) = text.rsplit_once(mark)
            && let Some(found) = parts(after, before)
        {
            return Some(found);
        }
    }
    if let Some((before, after)) = text.split_once([']', ')'])
        && before.starts_with(['[', '('])
        && let Some(found) = parts(before, after)
    {
        return Some(found);
    }
    if text.ends_with(')')
        && let Some((before, after)) = text.rsplit_once('(')
        && let Some(found) = parts(after, before)
    {
        return Some(found);
    }
    // Numbers alone, as in `2024-09-03 Title`.
    let (before, after) = text.split_once(' ')?;
    let numbers = before
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '/' | ':'));
    if numbers { parts(before, after) } else { None }
}
