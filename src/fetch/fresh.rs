//! Until when an answer is good, as its headers say (RFC 9111). Pure: what time it is, is an argument.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName};

use super::retry::http_date;

/// The longest time that a number of seconds stands for (RFC 9111 §1.2.2).
const MOST: i64 = 1 << 31;

/// Until when an answer that came at `now` is good: `max-age`, else `Expires` (RFC 9111 §4.2.1), less its age
/// (§4.2.3). `s-maxage` is for shared caches. Nothing where it does not say, must not be kept, or is not good any more;
/// what is malformed is not good (§4.2.1, §5.3).
pub(super) fn until(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let said = directives(headers);
    let of = |name: &str| {
        said.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_deref())
    };
    // `no-cache` with a value means single fields of the header only (§5.2.2.4).
    if of("no-store").is_some() || of("no-cache") == Some(None) {
        return None;
    }
    let date = text(headers, &DATE).and_then(http_date);
    let lifetime = match of("max-age") {
        Some(seconds) => TimeDelta::seconds(number(seconds?)?),
        None => http_date(text(headers, &EXPIRES)?)?.signed_duration_since(date.unwrap_or(now)),
    };
    let aged = text(headers, &AGE).and_then(number).unwrap_or(0);
    let sent = date.map_or(TimeDelta::zero(), |date| now - date);
    let left = lifetime - sent.max(TimeDelta::seconds(aged));
    (left > TimeDelta::zero()).then(|| now.checked_add_signed(left))?
}

/// The directives of `Cache-Control` with their values, quotes taken off.
fn directives(headers: &HeaderMap) -> Vec<(String, Option<String>)> {
    let lines = headers.get_all(CACHE_CONTROL).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    lines
        .flat_map(parts)
        .map(|part| match part.split_once('=') {
            Some((name, value)) => (
                name.trim().to_owned(),
                Some(value.trim().trim_matches('"').to_owned()),
            ),
            None => (part.trim().to_owned(), None),
        })
        .collect()
}

/// A list cut at its commas, but for those within quotes (RFC 9110 §5.6.1, §5.6.4).
fn parts(line: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(|letter| {
        let cut = letter == ',' && !quoted;
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && quoted && !escaped;
        cut
    })
    .collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Seconds as HTTP writes them: digits and nothing else.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().map_or(MOST, |seconds: i64| seconds.min(MOST)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NOW: &str = "1994-11-06T08:00:00Z";

    /// How many seconds an answer with these headers is good for at 08:00:00.
    fn seconds(headers: &[(&'static str, &str)]) -> Option<i64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| _ = map.append(name, value));
        let now = NOW.parse().unwrap();
        until(&map, now).map(|until| (until - now).num_seconds())
    }

    fn cached(control: &str) -> Option<i64> {
        seconds(&[("cache-control", control)])
    }

    #[test]
    fn a_maximal_age_counts_from_now() {
        for control in [
            "max-age=300",
            "public, MAX-AGE=300, must-revalidate",
            "max-age=\"300\"",
            "private=\"a, max-age=5\", max-age=300",
            "s-maxage=86400, max-age=300",
            "no-cache=\"set-cookie\", max-age=300",
            "max-age=300, max-age=9",
        ] {
            assert_eq!(cached(control), Some(300), "{control}");
        }
        assert_eq!(cached("max-age=99999999999999999999"), Some(1 << 31));
        let lines = [("cache-control", "public"), ("cache-control", "max-age=7")];
        assert_eq!(seconds(&lines), Some(7));
    }

    #[test]
    fn what_is_not_to_be_kept_or_is_junk_is_good_for_nothing() {
        for control in [
            "",
            "public",
            "s-maxage=300",
            "max-age=0",
            "max-age",
            "max-age=",
            "max-age=-1",
            "max-age=1.5",
            "max-age=soon",
            "no-store, max-age=300",
            "max-age=300, no-cache",
        ] {
            assert_eq!(cached(control), None, "{control}");
        }
        assert_eq!(seconds(&[]), None);
    }

    #[test]
    fn an_expiry_counts_from_the_date_of_the_answer_and_gives_way_to_a_maximal_age() {
        let at = "Sun, 06 Nov 1994 08:10:00 GMT";
        assert_eq!(seconds(&[("expires", at)]), Some(600));
        let skewed = [
            ("expires", "Sun, 06 Nov 1994 09:10:00 GMT"),
            ("date", "Sun, 06 Nov 1994 09:00:00 GMT"),
        ];
        assert_eq!(seconds(&skewed), Some(600), "their clock is ahead");
        for junk in ["0", "-1", "", "now", "Sun, 06 Nov 1994 07:10:00 GMT"] {
            assert_eq!(seconds(&[("expires", junk)]), None, "{junk}");
        }
        let both = |control| seconds(&[("expires", at), ("cache-control", control)]);
        assert_eq!(both("max-age=60"), Some(60));
        assert_eq!(both("max-age=junk"), None);
        assert_eq!(both("private"), Some(600));
    }

    #[test]
    fn the_age_of_an_answer_is_taken_off() {
        let aged = |age| seconds(&[("cache-control", "max-age=300"), ("age", age)]);
        assert_eq!(aged("100"), Some(200));
        assert_eq!(aged("300"), None);
        assert_eq!(aged("99999999999999999999"), None);
        assert_eq!(aged("old"), Some(300));
        let sent = seconds(&[
            ("cache-control", "max-age=300"),
            ("date", "Sun, 06 Nov 1994 07:59:00 GMT"),
        ]);
        assert_eq!(sent, Some(240));
    }
}
