//! Which number of a date is the day, where the language of a page leaves that open: told by the page as a whole.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use crate::config::Source;
use crate::date::{self, Context, Refusal};
use crate::extract::charset;
use crate::extract::text::plain;
use crate::language::Language;
use crate::model::Page;
use crate::normalize::date_context;
use crate::pipeline::Reading;

/// A date in numbers, and a time beside it.
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = r"\b(\d{1,2})([./-])(\d{1,2})([./-])(\d{4}|\d{2})\b(,? \d{1,2}:\d{2}\b)?";
    Regex::new(date).ok()
});

/// How dates in numbers are taken to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assumed {
    /// The pattern for `dates.format`.
    pub(super) format: String,
    /// What it rests on, for people.
    pub(super) note: String,
}

/// A date of a page, with its numbers as they stand.
struct Numbers<'t> {
    text: &'t str,
    first: u32,
    second: u32,
    year: i32,
    format: [String; 2],
}

/// How the dates in numbers of a page are written; nothing where its languages know that, or nothing tells it.
pub(super) fn assumed(page: &Page, reading: &Reading, source: &Source) -> Option<Assumed> {
    let mut languages = source.languages.clone();
    languages.extend(
        reading
            .extracted
            .language
            .as_deref()
            .and_then(Language::parse),
    );
    let context = Context {
        languages: &languages,
        ..date_context(source, page.fetched_at)
    };
    let content_type = page.content_type.as_deref();
    let markup = charset::decode(&page.body, content_type, charset::Markup::Html).text;
    told(&plain(&markup), &context)
}

/// How the dates in numbers of a text are written that lists the newest first.
fn told(text: &str, context: &Context<'_>) -> Option<Assumed> {
    if !matches!(
        date::read("05/06/2025", context),
        Err(Refusal::Ambiguous(_))
    ) {
        return None;
    }
    let all: Vec<Numbers<'_>> = NUMBERS
        .as_ref()?
        .captures_iter(text)
        .filter_map(|found| {
            let part = |at| found.get(at).map(|part| part.as_str());
            let mark = part(2).filter(|mark| part(4) == Some(mark))?;
            let year = part(5)?;
            let time = part(6).unwrap_or_default();
            let clock = match time.find(' ') {
                Some(at) => format!("{} %H:%M", &time[..at]),
                None => String::new(),
            };
            let letter = if year.len() == 4 { 'Y' } else { 'y' };
            let format = |first, second| format!("%{first}{mark}%{second}{mark}%{letter}{clock}");
            let (begin, end) = (found.get(1)?.start(), found.get(5)?.end());
            // Longer rows of numbers are versions, addresses and the like.
            let longer = |rest: &str| {
                let mut rest = rest.chars();
                rest.next().is_some_and(|c| matches!(c, '.' | '/' | '-'))
                    && rest.next().is_some_and(|c| c.is_ascii_digit())
            };
            let before: String = text[..begin].chars().rev().take(2).collect();
            if longer(&before) || longer(&text[end..]) {
                return None;
            }
            Some(Numbers {
                text: text.get(begin..end)?,
                first: part(1)?.parse().ok()?,
                second: part(3)?.parse().ok()?,
                year: year.parse::<i32>().ok()? + if year.len() == 2 { 2000 } else { 0 },
                format: [format('d', 'm'), format('m', 'd')],
            })
        })
        .collect();
    let open = all
        .iter()
        .find(|date| date.first <= 12 && date.second <= 12)?;
    let day_first = all.iter().find(|date| date.first > 12);
    let month_first = all.iter().find(|date| date.second > 12);
    let (at, why) = match (day_first, month_first) {
        (Some(told), None) => (0, format!("as in \"{}\"", told.text)),
        (None, Some(told)) => (1, format!("as in \"{}\"", told.text)),
        (None, None) => (
            fallen(&all, context)?,
            "for then the newest stand first".to_owned(),
        ),
        (Some(_), Some(_)) => return None,
    };
    let which = ["day", "month"][at];
    Some(Assumed {
        format: open.format[at].clone(),
        note: format!(
            "Dates such as \"{}\" leave open which number is the day; it is assumed that the {which} comes first, {why}.",
            open.text
        ),
    })
}

/// The one order in which the dates are none later than those before them, and none is still to come.
fn fallen(all: &[Numbers<'_>], context: &Context<'_>) -> Option<usize> {
    let falls = |month_first: bool| {
        let day = |date: &Numbers<'_>| {
            let (day, month) = match month_first {
                true => (date.second, date.first),
                false => (date.first, date.second),
            };
            NaiveDate::from_ymd_opt(date.year, month, day)
        };
        let days: Option<Vec<NaiveDate>> = all.iter().map(day).collect();
        days.is_some_and(|days| {
            days.is_sorted_by(|a, b| a >= b)
                && days.iter().all(|day| *day <= context.now.date_naive())
        })
    };
    match (all.len() > 2, falls(false), falls(true)) {
        (true, true, false) => Some(0),
        (true, false, true) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{TimeZone, Utc};
    use chrono_tz::Tz;

    use super::*;

    fn read(language: &str, text: &str) -> Option<(String, String)> {
        let languages = [Language::parse(language).unwrap()];
        let context = Context {
            languages: &languages,
            timezone: Tz::Europe__Rome,
            now: Utc.with_ymd_and_hms(2025, 11, 20, 8, 0, 0).unwrap(),
            format: None,
        };
        let Assumed { format, note } = told(text, &context)?;
        Some((format, note.split("assumed that ").nth(1)?.to_owned()))
    }

    #[test]
    fn one_date_tells_the_order_of_the_others() {
        for (text, format, why) in [
            (
                "News 05/11/2025 A title 25/10/2025 Another",
                "%d/%m/%Y",
                "the day comes first, as in \"25/10/2025\".",
            ),
            (
                "(11-05-25) A title, 10-25-25, another",
                "%m-%d-%y",
                "the month comes first, as in \"10-25-25\".",
            ),
            (
                "5.11.2025, 18:30 A title. 25.10.2025, 9:00",
                "%d.%m.%Y, %H:%M",
                "the day comes first, as in \"25.10.2025\".",
            ),
        ] {
            assert_eq!(
                read("en", text),
                Some((format.into(), why.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn else_the_newest_stand_first() {
        let newest = "comes first, for then the newest stand first.";
        assert_eq!(
            read("en", "10/11/2025 02/11/2025 08/10/2025"),
            Some(("%d/%m/%Y".into(), format!("the day {newest}")))
        );
        assert_eq!(
            read("en", "11/10/2025 11/02/2025 10/08/2025"),
            Some(("%m/%d/%Y".into(), format!("the month {newest}")))
        );
    }

    #[test]
    fn what_tells_nothing_is_left_open() {
        for text in [
            "",
            "05/11/2025 25/10/2025 10/25/2025",
            "05/05/2025 04/04/2025 03/03/2025",
            "10/11/2025 02/11/2025",
            "25/10/2025 24/10/2025",
            "version 1.2.2025.3 and 1/2/2025/4",
            "01/12/2025 02/12/2025 03/12/2026",
        ] {
            assert_eq!(read("en", text), None, "{text}");
        }
        assert_eq!(
            read("it", "05/11/2025 25/10/2025"),
            None,
            "Italian has an order"
        );
    }
}
