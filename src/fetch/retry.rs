//! Reads `Retry-After` (RFC 9110 §10.2.3). Pure: what time it is, is an argument.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// No pause that a server asks for is kept shorter: a clock may be wrong, and nobody needs us sooner.
const SHORTEST: Duration = Duration::from_secs(60);

/// No pause that a server asks for is kept longer: it may be a mistake, and a source must not fall silent.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause that a `Retry-After` value asks for, within a minute and a day; nothing if it is junk.
#[must_use]
pub(super) fn pause(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let asked = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are still a wish to wait.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        (http_date(value)? - now).to_std().unwrap_or_default()
    };
    Some(asked.clamp(SHORTEST, LONGEST))
}

/// A date in any of the three forms of RFC 9110 §5.6.7.
pub(super) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ]
    .into_iter()
    .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn seconds(value: &str) -> Option<u64> {
        let now = "1994-11-06T08:00:00Z".parse().unwrap();
        pause(value, now).map(|pause| pause.as_secs())
    }

    #[test]
    fn seconds_and_the_three_forms_of_a_date_are_read() {
        for value in [
            "1777",
            " 1777 ",
            "Sun, 06 Nov 1994 08:29:37 GMT",
            "Sunday, 06-Nov-94 08:29:37 GMT",
            "Sun Nov  6 08:29:37 1994",
        ] {
            assert_eq!(seconds(value), Some(1777), "{value}");
        }
    }

    #[test]
    fn a_pause_is_a_minute_at_least_and_a_day_at_most() {
        for (value, expected) in [
            ("0", 60),
            ("59", 60),
            ("Sun, 06 Nov 1994 07:00:00 GMT", 60),
            ("86401", 86_400),
            ("99999999999999999999999999", 86_400),
            ("Mon, 06 Nov 2094 08:29:37 GMT", 86_400),
        ] {
            // 6 November 2094 is a Saturday: a date whose weekday is wrong is junk.
            let expected = (!value.starts_with("Mon")).then_some(expected);
            assert_eq!(seconds(value), expected, "{value}");
        }
        assert_eq!(seconds("Sat, 06 Nov 2094 08:29:37 GMT"), Some(86_400));
    }

    #[test]
    fn junk_asks_for_nothing() {
        for value in [
            "",
            " ",
            "-5",
            "+5",
            "1.5",
            "soon",
            "120 s",
            "٣",
            "Sun, 06 Nov 1994",
            "1994-11-06T09:00:00Z",
        ] {
            assert_eq!(seconds(value), None, "{value}");
        }
    }
}
