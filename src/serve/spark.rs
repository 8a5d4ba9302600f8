//! A sparkline: how many items a source has had a day, drawn small, and told in words.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;

/// The days that it shows.
pub(super) const DAYS: u32 = 30;
/// The height of the drawing, and the width of a day in it.
const HEIGHT: u32 = 24;
const DAY: u32 = 4;

/// A drawn row of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spark {
    /// A bar a day, as a path of SVG in a box of [`Spark::width`] and [`Spark::height`].
    pub(super) path: String,
    /// What stands beside it.
    pub(super) words: String,
    /// What stands for it.
    pub(super) alternative: String,
}

impl Spark {
    pub(super) const fn width(&self) -> u32 {
        DAYS * DAY
    }

    pub(super) const fn height(&self) -> u32 {
        HEIGHT
    }
}

/// From when on items are shown.
pub(super) fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(i64::from(DAYS))
}

/// The items of the last days, by the day of a zone on which they were published.
pub(super) fn of(published: &[DateTime<Utc>], now: DateTime<Utc>, timezone: Tz) -> Spark {
    let today = now.with_timezone(&timezone).date_naive();
    let mut counts = [0_u32; DAYS as usize];
    for at in published {
        let ago = (today - at.with_timezone(&timezone).date_naive()).num_days();
        let place = usize::try_from(i64::from(DAYS) - 1 - ago).ok();
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    let all: u32 = counts.iter().sum();
    let most = counts.iter().copied().max().unwrap_or_default();
    let day = |place: usize| today - Days::new(u64::from(DAYS) - 1 - place as u64);
    let of_most = counts.iter().rposition(|count| *count == most).map(day);
    let last = counts.iter().rposition(|count| *count > 0).map(day);
    let alternative = match (of_most, last) {
        (Some(of_most), Some(last)) => format!(
            "Items a day in {DAYS} days: {all} in all, at most {most} ({of_most}), the last on {last}"
        ),
        _ => format!("Items a day: none dated in the last {DAYS} days"),
    };
    Spark {
        path: path(&counts, most),
        words: match all {
            0 => format!("none dated in the last {DAYS} days"),
            1 => format!("1 item dated in the last {DAYS} days"),
            _ => format!("{all} items dated in the last {DAYS} days"),
        },
        alternative,
    }
}

/// The bars. A day without items has a line of its own at the bottom, so that the days can be counted.
fn path(counts: &[u32], most: u32) -> String {
    let bars = counts.iter().zip(0_u32..).map(|(&count, place)| {
        let share = (HEIGHT - 1) * count;
        let height = 1 + share.checked_div(most).unwrap_or_default();
        let (left, width) = (place * DAY, DAY - 1);
        format!("M{left} {HEIGHT}v-{height}h{width}v{height}z")
    });
    bars.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_days_of_the_zone_are_counted_and_told() {
        let now = at("2026-03-30T10:00:00Z");
        let published = [
            // In Rome a day later than in UTC.
            at("2026-03-28T23:30:00Z"),
            at("2026-03-29T08:00:00Z"),
            at("2026-03-20T08:00:00Z"),
            // Before what is shown, and after it.
            at("2026-02-01T08:00:00Z"),
            at("2026-04-02T08:00:00Z"),
        ];
        let spark = of(&published, now, Tz::Europe__Rome);
        assert_eq!(
            spark.alternative,
            "Items a day in 30 days: 3 in all, at most 2 (2026-03-29), the last on 2026-03-29"
        );
        assert_eq!(spark.words, "3 items dated in the last 30 days");
        assert!(spark.path.contains("M112 24v-24h3v24z"), "{}", spark.path);
        assert!(spark.path.contains("M76 24v-12h3v12z"), "{}", spark.path);
        assert!(spark.path.ends_with("M116 24v-1h3v1z"), "{}", spark.path);
    }

    #[test]
    fn a_source_without_items_has_an_empty_line() {
        let spark = of(&[], at("2026-03-30T10:00:00Z"), Tz::UTC);
        assert_eq!(
            spark.alternative,
            "Items a day: none dated in the last 30 days"
        );
        assert_eq!(spark.words, "none dated in the last 30 days");
        assert_eq!(spark.path.matches('M').count(), DAYS as usize);
    }
}
