//! How often a feed wants to be asked: `ttl`, `skipHours` and `skipDays` of RSS 0.91 to 2.0, and the Syndication
//! module of RSS 1.0. What can't be read says nothing.

use super::element::Element;
use crate::model::Pace;

/// The days as RSS names them, in the order of [`Pace::days`].
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The wishes of a channel; of several that differ, the longest time counts.
pub(super) fn pace(header: &Element) -> Pace {
    Pace {
        least: ttl(header).max(update(header)).unwrap_or_default(),
        hours: listed(header, "skiphours", "hour", hour),
        days: u8::try_from(listed(header, "skipdays", "day", day)).unwrap_or_default(),
    }
}

/// `ttl`: minutes.
fn ttl(header: &Element) -> Option<u32> {
    number(&header.text_of("ttl")?).map(|minutes| minutes.saturating_mul(60))
}

/// `sy:updatePeriod`, daily where it is missing, divided by `sy:updateFrequency`, 1 where it is missing.
fn update(header: &Element) -> Option<u32> {
    let period = header.text_of("sy:updatePeriod");
    let frequency = header.text_of("sy:updateFrequency");
    let seconds = match period.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("hourly") => 3600,
        Some("daily") => 24 * 3600,
        Some("weekly") => 7 * 24 * 3600,
        Some("monthly") => 30 * 24 * 3600,
        Some("yearly") => 365 * 24 * 3600,
        Some(_) => return None,
        None => {
            let frequency = number(frequency.as_deref()?)?;
            return Some(24 * 3600 / frequency);
        }
    };
    let frequency = frequency.as_deref().and_then(number).unwrap_or(1);
    Some(seconds / frequency)
}

/// A number above zero; more than a number holds is the greatest.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().unwrap_or(u32::MAX));
    number.filter(|number| *number > 0)
}

/// The bits of everything that a list of words names.
fn listed(header: &Element, list: &str, word: &str, bit: fn(&str) -> Option<u32>) -> u32 {
    header
        .named(list)
        .flat_map(|list| list.named(word))
        .filter_map(|word| bit(&word.text()?))
        .fold(0, |bits, bit| bits | 1 << bit)
}

/// RSS 2.0 counts hours from 0 to 23, RSS 0.91 from 1 to 24.
fn hour(text: &str) -> Option<u32> {
    let hour: u32 = text.parse().ok()?;
    (hour <= 24).then_some(hour % 24)
}

fn day(text: &str) -> Option<u32> {
    let place = DAYS.iter().position(|day| text.eq_ignore_ascii_case(day));
    place.and_then(|place| u32::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::extract::feed;

    fn of(feed: &str) -> Pace {
        let url = "https://a.example/feed".parse().unwrap();
        feed::read(feed.as_bytes(), Some("application/xml"), &url)
            .unwrap()
            .pace
    }

    fn rss(channel: &str) -> Pace {
        of(&format!(
            "<rss version=\"2.0\" xmlns:s=\"http://purl.org/rss/1.0/modules/syndication/\"><channel>\
             <title>A</title>{channel}<item><title>Uno</title><ttl>1</ttl></item></channel></rss>"
        ))
    }

    #[test]
    fn a_feed_that_says_nothing_has_no_pace() {
        assert_eq!(rss(""), Pace::default());
    }

    #[test]
    fn a_ttl_is_in_minutes_and_junk_is_none() {
        assert_eq!(rss("<ttl> 90 </ttl>").least, 5400);
        assert_eq!(rss("<ttl>99999999999</ttl>").least, u32::MAX);
        for junk in ["0", "-5", "1.5", "an hour", "", "+5"] {
            assert_eq!(rss(&format!("<ttl>{junk}</ttl>")).least, 0, "{junk}");
        }
    }

    #[test]
    fn the_syndication_module_divides_its_period_by_its_frequency() {
        let update = |period: &str, frequency: &str| {
            rss(&format!(
                "<s:updatePeriod>{period}</s:updatePeriod><s:updateFrequency>{frequency}</s:updateFrequency>"
            ))
            .least
        };
        assert_eq!(update(" hourly ", "2"), 1800);
        assert_eq!(update("daily", "1"), 86_400);
        assert_eq!(update("Weekly", "7"), 86_400);
        assert_eq!(update("monthly", "30"), 86_400);
        assert_eq!(update("yearly", "365"), 86_400);
        assert_eq!(update("hourly", "often"), 3600, "a bad frequency is none");
        assert_eq!(update("hourly", "0"), 3600);
        assert_eq!(update("sometimes", "4"), 0, "a bad period is none");
        let only = rss("<s:updateFrequency>4</s:updateFrequency>").least;
        assert_eq!(only, 6 * 3600, "the period is a day where it is missing");
        let both = rss("<ttl>15</ttl><s:updatePeriod>hourly</s:updatePeriod>").least;
        assert_eq!(both, 3600, "the longer counts");
        let atom = of(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">\
             <title>A</title><sy:updatePeriod>hourly</sy:updatePeriod><entry><title>Uno</title></entry></feed>",
        );
        assert_eq!(atom.least, 3600);
    }

    #[test]
    fn hours_and_days_to_skip_are_read_in_the_forms_of_rss_0_91_and_2_0() {
        let hours = |hours: &[&str]| {
            let hours: String = hours.iter().map(|h| format!("<hour>{h}</hour>")).collect();
            rss(&format!("<skipHours>{hours}</skipHours>")).hours
        };
        assert_eq!(hours(&["0", " 1 ", "23"]), 1 | 1 << 1 | 1 << 23);
        assert_eq!(hours(&["24", "02"]), 1 | 1 << 2, "24 is midnight");
        assert_eq!(hours(&["25", "-1", "noon", "3"]), 1 << 3);
        let days =
            rss("<skipDays><day>Saturday</day><day> sunday </day><day>Caturday</day></skipDays>");
        assert_eq!(days.days, 0b110_0000);
        assert_eq!(rss("<hour>3</hour><day>Monday</day>"), Pace::default());
    }
}
