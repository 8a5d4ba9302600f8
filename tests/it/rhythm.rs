//! Asking by a source's rhythm, replayed over months of invented news.

use chrono::{DateTime, Datelike, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{Asia, Europe, Tz};

use super::replay::{Replay, adaptive, every, replay};

/// Numbers from 0 to below 1 that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        // Knuth's MMIX generator; the upper bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }
}

/// Seven weeks of news from a Monday on: in each hour for which `often` gives how many to expect.
fn news(zone: Tz, often: impl Fn(DateTime<Tz>) -> f64) -> Vec<DateTime<Utc>> {
    let start = zone.with_ymd_and_hms(2026, 1, 5, 0, 0, 0).unwrap();
    let mut dice = Dice(7);
    let hours = (0..7 * 7 * 24).map(|hour| start.to_utc() + TimeDelta::hours(hour));
    let mut news: Vec<DateTime<Utc>> = Vec::new();
    for hour in hours {
        // In twelve parts, each of which has one or none.
        for part in 0..12 {
            if dice.roll() < often(hour.with_timezone(&zone)) / 12.0 {
                let seconds = (dice.roll() * 300.0) as i64;
                news.push(hour + TimeDelta::seconds(part * 300 + seconds));
            }
        }
    }
    news
}

/// About 16 in a week, on weekdays from 9 to 17.
fn office(hour: DateTime<Tz>) -> f64 {
    let open = (9..17).contains(&hour.hour()) && hour.weekday().num_days_from_monday() < 5;
    if open { 0.4 } else { 0.0 }
}

/// Half an hour against bounds around it, after four weeks of which the source lists everything.
fn compare(news: &[DateTime<Utc>], zone: Tz, dated: bool) -> (Replay, Replay) {
    let start = news[0] + TimeDelta::weeks(4);
    let fixed = replay(&every(30), news, start, dated, 2);
    let adaptive = replay(&adaptive(5, 180, zone), news, start, dated, 2);
    (fixed, adaptive)
}

#[test]
fn a_source_with_office_hours_is_asked_half_as_often_and_its_news_waits_no_longer() {
    for zone in [Europe::Rome, Asia::Tokyo] {
        let (fixed, adaptive) = compare(&news(zone, office), zone, true);
        let (asked, before) = (adaptive.requests, fixed.requests);
        assert!(asked < 0.5 * before, "{asked} of {before}");
        let (mean, before) = (adaptive.mean(), fixed.mean());
        assert!(mean <= 1.05 * before, "{mean} and {before}");

        let local: Vec<_> = adaptive
            .polls
            .iter()
            .map(|at| at.with_timezone(&zone))
            .collect();
        let hourly = |from: u32, to: u32| {
            let asked = local.iter().filter(|at| {
                (from..to).contains(&at.hour()) && at.weekday().num_days_from_monday() < 5
            });
            asked.count() as f64 / f64::from(to - from)
        };
        let (day, night) = (hourly(10, 17), hourly(0, 7));
        assert!(
            night < 0.4 * day,
            "{night} in an hour of the night, {day} of the day"
        );
    }
}

#[test]
fn a_source_that_tells_no_hours_is_learnt_from_when_its_news_is_first_seen() {
    let zone = Europe::Rome;
    let (fixed, adaptive) = compare(&news(zone, office), zone, false);
    let (asked, before) = (adaptive.requests, fixed.requests);
    assert!(asked < 0.75 * before, "{asked} of {before}");
    let (mean, before) = (adaptive.mean(), fixed.mean());
    assert!(mean <= 1.25 * before, "{mean} and {before}");
}

#[test]
fn a_source_without_a_rhythm_is_asked_evenly() {
    let (fixed, adaptive) = compare(&news(Tz::UTC, |_| 0.2), Tz::UTC, true);
    let share = adaptive.requests / fixed.requests;
    assert!((0.9..1.1).contains(&share), "{share}");
    let longer = adaptive.mean() / fixed.mean();
    assert!((0.9..1.1).contains(&longer), "{longer}");
}

#[test]
fn the_bounds_are_kept() {
    for often in [0.1, 0.5, 12.0] {
        let news = news(Tz::UTC, |hour| {
            often * f64::from(u8::from(hour.hour() == 17))
        });
        let start = news[0] + TimeDelta::weeks(2);
        let replay = replay(&adaptive(10, 90, Tz::UTC), &news, start, true, 2);
        let mut between = replay.polls.windows(2).map(|pair| pair[1] - pair[0]);
        // Where one start ends and the next begins, time goes back.
        let kept = between.all(|time| {
            time < TimeDelta::zero()
                || time >= TimeDelta::minutes(10) && time <= TimeDelta::minutes(90)
        });
        assert!(kept);
    }
}
