//! When a source with a rhythm is asked: often when it tends to have news and seldom when not, so that its news waits
//! no longer in the mean than if it were asked in the middle of the bounds all the time, for fewer requests.
//!
//! For a given mean delay the fewest requests are those whose interval is as one over the square root of the rate of
//! news. How long the intervals are then, follows from the delay. A source without a rhythm is asked evenly.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::rhythm::{self, WINDOW, Week};
use crate::config::Bounds;

/// An item as it was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// When it was published, if more than the day is known.
    pub published: Option<DateTime<Utc>>,
    /// When it was first seen.
    pub seen: DateTime<Utc>,
    /// It was there when the source was first polled, so when it was first seen says nothing.
    pub backlog: bool,
}

impl Bounds {
    /// The interval of a source whose rhythm is not known: the geometric mean of the two.
    #[must_use]
    pub fn middle(self) -> Duration {
        let square = self.min.as_secs_f64() * self.max.as_secs_f64();
        Duration::from_secs_f64(square.sqrt()).clamp(self.min, self.max)
    }

    /// How long after `asked` a source is due again that was first read at `first` and has had these items since
    /// [`super::news_since`]. One that has had nothing at all since then is asked as seldom as may be.
    #[must_use]
    pub fn wait(
        self,
        news: &[Sighting],
        first: Option<DateTime<Utc>>,
        asked: DateTime<Utc>,
    ) -> Duration {
        let times = self.times(news);
        let now = self.wall(asked);
        let first = first.map(|first| self.wall(first));
        let since = first.into_iter().chain(times.first().copied()).min();
        let since = since.unwrap_or(now).max(now - WINDOW);
        if times.is_empty() && since == now - WINDOW {
            return self.max;
        }
        let intervals = self.intervals(&rhythm::week(&times, since, now));
        let wait = Duration::from_secs_f64(passed(&intervals, now, self.max.as_secs_f64()));
        wait.clamp(self.min, self.max)
    }

    /// When there was news, on the source's wall clock to the minute, in order, each time once: what comes together is
    /// had by one request.
    fn times(self, news: &[Sighting]) -> Vec<i64> {
        let late = TimeDelta::from_std(self.max).unwrap_or(TimeDelta::MAX);
        let times = news.iter().filter_map(|sighting| {
            let published = sighting.published.filter(|at| self.has_hour(*at));
            let seen = (!sighting.backlog).then_some(sighting.seen);
            // What was listed long after its date was to be had only then.
            published
                .filter(|at| sighting.backlog || sighting.seen - at <= late)
                .or(seen)
        });
        let mut times: Vec<i64> = times.map(|at| self.wall(at).div_euclid(60) * 60).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Many feeds write midnight where they know only the day.
    fn has_hour(self, at: DateTime<Utc>) -> bool {
        let here = at.with_timezone(&self.zone).time();
        at.time() != NaiveTime::MIN && here != NaiveTime::MIN
    }

    /// The wall clock as seconds since 1970. At the two changes of a year it is an hour wrong for a while, which costs
    /// less than it would to be exact.
    fn wall(self, at: DateTime<Utc>) -> i64 {
        let local = at.with_timezone(&self.zone).naive_local();
        local.and_utc().timestamp()
    }

    /// The interval at each hour of the week, in seconds: as long as the mean delay allows.
    fn intervals(self, week: &Week) -> Week {
        let (min, max) = (self.min.as_secs_f64(), self.max.as_secs_f64());
        let middle = self.middle().as_secs_f64();
        let scaled = |scale: f64| week.map(|share| (scale / share.sqrt()).clamp(min, max));
        // The interval that news meets in the mean; it waits half of that.
        let met = |scale: f64| {
            let each = week.iter().zip(scaled(scale));
            each.map(|(share, interval)| share * interval).sum::<f64>() / week.len() as f64
        };
        let (mut low, mut high) = (min / 100.0, max * 100.0);
        for _ in 0..50 {
            let scale = (low * high).sqrt();
            if met(scale) <= middle {
                low = scale;
            } else {
                high = scale;
            }
        }
        scaled(low)
    }
}

/// From when the news of a source counts.
#[must_use]
pub(super) fn news_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::seconds(WINDOW)
}

/// After how many seconds one interval has passed, each hour counting by its own; at most `max`.
fn passed(intervals: &Week, from: i64, max: f64) -> f64 {
    let (mut left, mut waited) = (1.0, 0.0);
    let mut hour = from.div_euclid(3600);
    let mut length = ((hour + 1) * 3600 - from) as f64;
    while waited < max {
        // The first of January 1970 was a Thursday.
        let interval = usize::try_from((hour + 3 * 24).rem_euclid(168))
            .ok()
            .and_then(|hour| intervals.get(hour))
            .map_or(max, |interval| *interval);
        if length / interval >= left {
            return waited + left * interval;
        }
        left -= length / interval;
        waited += length;
        hour += 1;
        length = 3600.0;
    }
    max
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const BOUNDS: Bounds = Bounds {
        min: Duration::from_secs(600),
        max: Duration::from_secs(5400),
        zone: chrono_tz::Europe::Rome,
    };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn sighting(published: Option<&str>, seen: &str, backlog: bool) -> Sighting {
        Sighting {
            published: published.map(at),
            seen: at(seen),
            backlog,
        }
    }

    /// When there was news, as it is learnt from.
    fn times(news: &[Sighting]) -> Vec<String> {
        let times = BOUNDS.times(news).into_iter();
        times
            .map(|time| DateTime::from_timestamp(time, 0).unwrap())
            .map(|time| time.format("%d %H:%M").to_string())
            .collect()
    }

    #[test]
    fn a_source_whose_rhythm_is_not_known_is_asked_in_the_middle_of_the_bounds() {
        assert_eq!(BOUNDS.middle(), Duration::from_secs(1800));
        let now = at("2026-11-25T10:20:00Z");
        let wait = |first| BOUNDS.wait(&[], first, now).as_secs_f64().round();
        assert_eq!(wait(None), 1800.0);
        assert_eq!(wait(Some(now - TimeDelta::days(50))), 1800.0);
    }

    #[test]
    fn a_source_that_had_nothing_for_eight_weeks_is_asked_as_seldom_as_may_be() {
        let now = at("2026-11-25T10:20:00Z");
        let first = Some(now - TimeDelta::days(57));
        assert_eq!(BOUNDS.wait(&[], first, now), BOUNDS.max);
        let old = sighting(None, "2026-11-01T09:00:00Z", false);
        assert_ne!(BOUNDS.wait(&[old], first, now), BOUNDS.max);
    }

    #[test]
    fn news_counts_when_it_was_published_on_the_wall_clock_of_the_source() {
        let news = [
            sighting(Some("2026-11-25T08:59:31Z"), "2026-11-25T09:20:00Z", false),
            sighting(Some("2026-11-20T16:00:00Z"), "2026-11-24T09:00:00Z", true),
            sighting(Some("2026-11-25T08:59:59Z"), "2026-11-25T09:20:00Z", false),
        ];
        assert_eq!(times(&news), ["20 17:00", "25 09:59"]);
    }

    #[test]
    fn what_tells_no_hour_counts_when_it_was_first_seen_but_for_what_was_there_before() {
        let (first, later) = ("2026-11-24T09:00:00Z", "2026-11-25T11:30:00Z");
        let news = [
            sighting(None, first, true),
            sighting(Some("2026-11-23T00:00:00Z"), first, true),
            sighting(Some("2026-11-22T23:00:00Z"), first, true),
            sighting(None, later, false),
            sighting(Some("2026-11-25T00:00:00Z"), later, false),
            sighting(Some("2026-11-24T23:00:00Z"), later, false),
        ];
        assert_eq!(times(&news), ["25 12:30"]);
    }

    #[test]
    fn what_was_listed_long_after_its_date_counts_when_it_was_first_seen() {
        let late = sighting(Some("2026-11-25T06:10:00Z"), "2026-11-25T11:30:00Z", false);
        assert_eq!(times(&[late]), ["25 12:30"]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_known_the_wait_is_within_the_bounds(
            news in proptest::collection::vec((proptest::option::of(0i64..4_000_000_000), 1_700_000_000i64..1_720_000_000, proptest::bool::ANY), 0..40),
            now in 1_700_000_000i64..1_720_000_000,
            first in proptest::option::of(0i64..4_000_000_000),
            min in 60u64..100_000,
            more in 1u64..1_000_000,
        ) {
            let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
            let news: Vec<Sighting> = news
                .into_iter()
                .map(|(published, seen, backlog)| Sighting { published: published.map(instant), seen: instant(seen), backlog })
                .collect();
            let bounds = Bounds { min: Duration::from_secs(min), max: Duration::from_secs(min + more), ..BOUNDS };
            let wait = bounds.wait(&news, first.map(instant), instant(now));
            proptest::prop_assert!(wait >= bounds.min && wait <= bounds.max, "{:?}", wait);
        }
    }
}
