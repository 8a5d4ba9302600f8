//! Which of the dates that a page gives is the date of publication, and what it rests on.

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use crate::config::Source;
use crate::date::{self, Order, Reading};
use crate::extract::Assumed;
use crate::language::Language;
use crate::model::{DateText, Dated, Place};

/// The base of addresses of which only the path counts.
const NOWHERE: &str = "http://nowhere.invalid/";

/// Reads the dates of one source.
pub(super) struct Reader<'a> {
    source: &'a Source,
    order: Option<Order>,
    now: DateTime<Utc>,
}

impl<'a> Reader<'a> {
    /// For a page, which may tell the order of its dates as a whole.
    pub(super) fn new(source: &'a Source, told: Option<&Assumed>, now: DateTime<Utc>) -> Self {
        let order = told.map(|told| told.order);
        Self { source, order, now }
    }

    /// The first candidate that reads, else a day in the item's address. Why the others don't is a warning.
    pub(super) fn read(
        &self,
        candidates: &[DateText],
        link: Option<&Url>,
        page: Option<&Language>,
        position: usize,
        warnings: &mut Vec<String>,
    ) -> Option<Dated> {
        let mut refusals = Vec::new();
        for candidate in candidates {
            match self.reading(candidate, page) {
                Ok(reading) => {
                    warnings.extend(reading.warning.as_ref().map(|why| {
                        format!("item {}: date `{}`: {why}", position + 1, candidate.text)
                    }));
                    return Some(self.dated(&reading, candidate.place, &candidate.text));
                }
                Err(why) => refusals.push(format!(
                    "item {}: date `{}`: {why}",
                    position + 1,
                    candidate.text
                )),
            }
        }
        if let Some(day) = link
            .and_then(day_in_address)
            .filter(|day| *day <= self.now.date_naive())
        {
            let reading = Reading::day(day);
            return Some(self.dated(&reading, Place::Address, link.map_or("", Url::path)));
        }
        warnings.extend(refusals);
        None
    }

    fn reading(&self, candidate: &DateText, page: Option<&Language>) -> Result<Reading, String> {
        let mut languages = self.source.languages.clone();
        languages.extend(page.filter(|page| !languages.contains(page)).cloned());
        let context = date::Context {
            languages: &languages,
            order: self.order,
            ..super::date_context(self.source, self.now)
        };
        let read = match candidate.place {
            Place::Address => {
                let day = Url::parse(NOWHERE)
                    .and_then(|base| base.join(&candidate.text))
                    .ok()
                    .as_ref()
                    .and_then(day_in_address);
                return day
                    .map(Reading::day)
                    .ok_or_else(|| "there is no day in the address".to_owned());
            }
            _ if candidate.machine => date::read_machine(&candidate.text, &context),
            _ => date::read(&candidate.text, &context),
        };
        read.map_err(|why| why.to_string())
    }

    fn dated(&self, reading: &Reading, place: Place, text: &str) -> Dated {
        let timezone = self.source.dates.timezone.unwrap_or(self.source.timezone);
        Dated {
            at: reading.resolve(timezone, self.source.dates.ignore_zone),
            precision: reading.precision,
            place,
            text: super::shorten(text, 200),
        }
    }
}

/// The day in a path such as `/2024/09/03/title` or `/2024-09-03-title`; a month alone is no day.
pub(super) fn day_in_address(url: &Url) -> Option<NaiveDate> {
    let numbers: Vec<&str> = url.path().split(|c: char| !c.is_ascii_digit()).collect();
    let parts: Vec<&str> = numbers
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let triple = parts.windows(3).find_map(|window| {
        let [year, month, day] = window else {
            return None;
        };
        let shaped = year.len() == 4
            && month.len() <= 2
            && day.len() <= 2
            && matches!(&year[..2], "19" | "20");
        // They must stand together: `/2024/comunicati-3/27-titolo` tells no day.
        let together = ["/", "-", "_", "."]
            .iter()
            .any(|mark| url.path().contains(&[*year, *month, *day].join(mark)));
        (shaped && together).then(|| {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        })?
    });
    let whole = || {
        parts
            .iter()
            .filter(|part| part.len() == 8 && matches!(&part[..2], "19" | "20"))
            .find_map(|part| {
                NaiveDate::from_ymd_opt(
                    part[..4].parse().ok()?,
                    part[4..6].parse().ok()?,
                    part[6..].parse().ok()?,
                )
            })
    };
    triple.or_else(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(address: &str) -> Option<String> {
        day_in_address(&Url::parse(address).ok()?).map(|day| day.to_string())
    }

    #[test]
    fn a_day_in_the_path_is_found() {
        assert_eq!(
            day("https://a.example/2024/09/03/titolo").as_deref(),
            Some("2024-09-03")
        );
        assert_eq!(
            day("https://a.example/news/2024-9-3-titolo").as_deref(),
            Some("2024-09-03")
        );
        assert_eq!(
            day("https://a.example/doc/20240903.html").as_deref(),
            Some("2024-09-03")
        );
    }

    #[test]
    fn what_is_no_day_is_not_taken_for_one() {
        for address in [
            "https://a.example/2024/09/titolo",
            "https://a.example/2024/comunicati-3/27-titolo",
            "https://a.example/2024/13/45/x",
            "https://a.example/id/99999999",
            "https://a.example/2025/02/31/x",
        ] {
            assert_eq!(day(address), None, "{address}");
        }
    }
}
