//! Which number of a date is the day, where the language of a page leaves that open: told by the page as a whole.

use std::fmt;
use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::{Captures, Regex};

use super::text::plain;
use crate::date::{self, Context, Order, Refusal};
use crate::language::Language;

/// A date in numbers, and a time beside it.
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = r"\b(\d{1,2})([./-])(\d{1,2})([./-])(\d{4}|\d{2})\b(,? \d{1,2}:\d{2}\b)?";
    Regex::new(date).ok()
});

/// How dates in numbers are taken to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumed {
    /// The order of their numbers.
    pub order: Order,
    /// The same as a pattern, for `dates.format`.
    pub format: String,
    /// One of them.
    date: String,
    /// One of the same form that has only one reading; nothing where the order of the page tells it.
    as_in: Option<String>,
}

impl fmt::Display for Assumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = match self.order {
            Order::Mdy => "month",
            _ => "day",
        };
        write!(
            f,
            "Dates such as \"{}\" leave open which number is the day; it is assumed that the {first} comes first, ",
            self.date
        )?;
        match &self.as_in {
            Some(date) => write!(f, "as in \"{date}\"."),
            None => f.write_str("for then the newest stand first."),
        }
    }
}

/// A date of a page, with its numbers as they stand.
struct Numbers<'t> {
    text: &'t str,
    mark: &'t str,
    first: u32,
    second: u32,
    year: &'t str,
    clock: &'t str,
}

impl<'t> Numbers<'t> {
    fn of(text: &'t str, found: &Captures<'t>) -> Option<Self> {
        let part = |at| found.get(at).map(|part| part.as_str());
        let (begin, end) = (found.get(1)?.start(), found.get(5)?.end());
        // Longer rows of numbers are versions, addresses and the like.
        let longer = |mark: Option<char>, next: Option<char>| {
            mark.is_some_and(|c| matches!(c, '.' | '/' | '-'))
                && next.is_some_and(|c| c.is_ascii_digit())
        };
        let (mut before, mut after) = (text[..begin].chars().rev(), text[end..].chars());
        if longer(before.next(), before.next()) || longer(after.next(), after.next()) {
            return None;
        }
        Some(Self {
            text: text.get(begin..end)?,
            mark: part(2).filter(|mark| part(4) == Some(mark))?,
            first: part(1)?.parse().ok()?,
            second: part(3)?.parse().ok()?,
            year: part(5)?,
            clock: part(6).unwrap_or_default(),
        })
    }

    /// What dates have in common that are written alike.
    fn form(&self) -> (&str, usize) {
        (self.mark, self.year.len())
    }

    fn day(&self, order: Order) -> Option<NaiveDate> {
        let (day, month) = match order {
            Order::Mdy => (self.second, self.first),
            _ => (self.first, self.second),
        };
        let century = if self.year.len() == 2 { 2000 } else { 0 };
        NaiveDate::from_ymd_opt(self.year.parse::<i32>().ok()? + century, month, day)
    }

    fn format(&self, order: Order) -> String {
        let mark = self.mark;
        let year = if self.year.len() == 2 { "%y" } else { "%Y" };
        let clock = match self.clock.find(' ') {
            Some(at) => format!("{} %H:%M", &self.clock[..at]),
            None => String::new(),
        };
        match order {
            Order::Mdy => format!("%m{mark}%d{mark}{year}{clock}"),
            _ => format!("%d{mark}%m{mark}{year}{clock}"),
        }
    }
}

/// How the dates in numbers of a page are written that lists the newest first; nothing where its languages know that,
/// or nothing tells it.
pub(super) fn assumed(
    markup: &str,
    language: Option<&str>,
    dates: &Context<'_>,
) -> Option<Assumed> {
    let mut languages = dates.languages.to_vec();
    languages.extend(language.and_then(Language::parse));
    let context = Context {
        languages: &languages,
        ..*dates
    };
    let known = date::read("05/06/2025", &context);
    if !matches!(known, Err(Refusal::Ambiguous(_))) {
        return None;
    }
    // Elements part what they hold, also where no blank stands between them.
    let text = plain(&markup.replace('<', " <"));
    let found = NUMBERS.as_ref()?.captures_iter(&text);
    let all: Vec<Numbers<'_>> = found
        .filter_map(|found| Numbers::of(&text, &found))
        .collect();
    let open = all
        .iter()
        .find(|date| date.first <= 12 && date.second <= 12)?;
    let alike = || all.iter().filter(|date| date.form() == open.form());
    let day_first = alike().find(|date| date.first > 12);
    let month_first = alike().find(|date| date.second > 12);
    let (order, as_in) = match (day_first, month_first) {
        (Some(told), None) => (Order::Dmy, Some(told)),
        (None, Some(told)) => (Order::Mdy, Some(told)),
        (None, None) => (
            fallen(&alike().collect::<Vec<_>>(), dates.now.date_naive())?,
            None,
        ),
        (Some(_), Some(_)) => return None,
    };
    Some(Assumed {
        order,
        format: open.format(order),
        date: open.text.to_owned(),
        as_in: as_in.map(|told| told.text.to_owned()),
    })
}

/// The one order in which the dates are none later than those before them, and none is still to come.
fn fallen(all: &[&Numbers<'_>], today: NaiveDate) -> Option<Order> {
    let falls = |order| {
        let days: Option<Vec<NaiveDate>> = all.iter().map(|date| date.day(order)).collect();
        days.is_some_and(|days| {
            days.is_sorted_by(|a, b| a >= b) && days.iter().all(|day| *day <= today)
        })
    };
    match (all.len() > 2, falls(Order::Dmy), falls(Order::Mdy)) {
        (true, true, false) => Some(Order::Dmy),
        (true, false, true) => Some(Order::Mdy),
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
            order: None,
        };
        let told = assumed(text, None, &context)?;
        let note = told.to_string();
        Some((told.format, note.split("assumed that ").nth(1)?.to_owned()))
    }

    #[test]
    fn one_date_tells_the_order_of_the_others() {
        for (text, format, why) in [
            (
                "<b>05/11/2025</b><i>20 views</i> <b>25/10/2025</b><i>10 views</i>",
                "%d/%m/%Y",
                "the day comes first, as in \"25/10/2025\".",
            ),
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
            "05/11/2025 25.10.2025",
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
