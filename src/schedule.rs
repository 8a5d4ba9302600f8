//! When a source is due: its plan, a real time zone, and a small delay of its own. Reads no clock.
//!
//! Each source is late by a fixed amount that comes from its id, so that thousands don't start together: at most
//! a tenth of its interval, and at most a minute.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Offset, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::config::Plan;
use crate::config::crontab::Crontab;
use crate::model::{Key, SourceId};

/// The most that a source is late on purpose.
const LATEST: Duration = Duration::from_secs(60);

/// The longest that a failing source is left alone, unless its own interval is longer.
const LONGEST_BACKOFF: Duration = Duration::from_secs(24 * 3600);

/// When a source is to be polled next; never before `now`, and `now` means that it is due.
///
/// A source that was never polled is due. However many slots were missed since the last poll, it is due once. A
/// last poll in the future shows that the clock was set back: due as well.
#[must_use]
pub fn next_run(
    plan: &Plan,
    id: &SourceId,
    last: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let Some(last) = last.filter(|last| *last <= now) else {
        return now;
    };
    let due = match plan {
        Plan::Every(every) => later(last, *every + delay(id, *every)),
        Plan::Cron(crontab, zone) => match next_slot(crontab, *zone, last) {
            Some(slot) => later(slot, delay(id, interval(plan, slot))),
            None => DateTime::<Utc>::MAX_UTC,
        },
    };
    due.max(now)
}

/// When a source is due again after a poll that began at `asked` and ended at `now`: by its plan, or after
/// failures by its back-off.
#[must_use]
pub fn due(
    plan: &Plan,
    id: &SourceId,
    asked: DateTime<Utc>,
    now: DateTime<Utc>,
    failures: u32,
) -> DateTime<Utc> {
    match failures {
        0 => next_run(plan, id, Some(asked), now),
        _ => later(now, backoff(failures, id, interval(plan, now))),
    }
}

/// The time between the next two runs.
#[must_use]
pub fn interval(plan: &Plan, now: DateTime<Utc>) -> Duration {
    match plan {
        Plan::Every(every) => *every,
        Plan::Cron(crontab, zone) => {
            let first = next_slot(crontab, *zone, now - TimeDelta::seconds(1));
            let second = first.and_then(|first| next_slot(crontab, *zone, first));
            let between = first
                .zip(second)
                .and_then(|(first, second)| (second - first).to_std().ok());
            between.unwrap_or(LONGEST_BACKOFF)
        }
    }
}

/// How long a source is left alone after so many failures in a row: its interval, doubled with each after the
/// first up to a day, less up to a fifth that its id and the count decide. Never less than its interval.
#[must_use]
pub fn backoff(failures: u32, id: &SourceId, interval: Duration) -> Duration {
    let doubled = 2_u32
        .checked_pow(failures.saturating_sub(1))
        .and_then(|factor| interval.checked_mul(factor));
    let grown = doubled.map_or(LONGEST_BACKOFF, |doubled| doubled.min(LONGEST_BACKOFF));
    let jitter = grown.mul_f64(fraction(&[&id.0, "backoff", &failures.to_string()]) / 5.0);
    (grown - jitter).max(interval)
}

/// How much a source is late on purpose.
fn delay(id: &SourceId, interval: Duration) -> Duration {
    (interval / 10)
        .min(LATEST)
        .mul_f64(fraction(&[&id.0, "delay"]))
}

/// A number from 0 to below 1 that the words decide.
fn fraction(words: &[&str]) -> f64 {
    let Key([a, b, c, d, ..]) = Key::of(words);
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

fn later(time: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The first instant after a given one at which a crontab runs in a zone.
///
/// What names an hour runs once on each day that it matches: just after a gap that swallowed it, in the first
/// pass of an overlap. What runs in every hour goes on through both passes, as in Vixie cron.
fn next_slot(crontab: &Crontab, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let after = after.trunc_subsecs(0);
    if crontab.every_hour() {
        next_by_elapsed(crontab, zone, after)
    } else {
        next_by_wall(crontab, zone, after)
    }
}

fn next_by_wall(crontab: &Crontab, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut wall = after.with_timezone(&zone).naive_local();
    loop {
        wall = crontab.next_after(wall)?;
        let local = zone.from_local_datetime(&wall);
        let instant = match local.earliest() {
            Some(instant) => instant.to_utc(),
            None => end_of_gap(zone, wall),
        };
        // In the second pass of an overlap its times are over; several times in one gap are one run.
        if instant > after {
            return Some(instant);
        }
    }
}

/// The first instant whose local time is not before a local time that does not exist.
fn end_of_gap(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    // No zone is further than a day from UTC.
    let (before, after) = (
        wall.and_utc() - TimeDelta::days(2),
        wall.and_utc() + TimeDelta::days(2),
    );
    first_second(before, after, |instant| {
        instant.with_timezone(&zone).naive_local() >= wall
    })
}

/// Walks one stretch of constant offset after the other; inside of one, the wall clock is as good as UTC.
fn next_by_elapsed(crontab: &Crontab, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = |instant: DateTime<Utc>| zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
    let mut from = after;
    let mut stretch = offset(from);
    let mut wall = from.with_timezone(&stretch).naive_local();
    loop {
        wall = crontab.next_after(wall)?;
        let instant = stretch.from_local_datetime(&wall).single()?.to_utc();
        if offset(instant) == stretch {
            return Some(instant);
        }
        from = first_second(from, instant, |instant| offset(instant) != stretch);
        stretch = offset(from);
        // The change itself may be a slot of the next stretch.
        wall = (from - TimeDelta::seconds(1))
            .with_timezone(&stretch)
            .naive_local();
    }
}

/// The first second in a range at which something holds that holds from there on; the end where it never does.
fn first_second(
    mut before: DateTime<Utc>,
    mut after: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    while (after - before).num_seconds() > 1 {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if holds(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn rome(expression: &str) -> Plan {
        Plan::Cron(Crontab::parse(expression).unwrap(), chrono_tz::Europe::Rome)
    }

    fn id(text: &str) -> SourceId {
        SourceId(text.to_owned())
    }

    /// The slots in Rome after an instant, in local time.
    fn slots(expression: &str, after: &str, count: usize) -> Vec<String> {
        slots_in(chrono_tz::Europe::Rome, expression, after, count)
    }

    fn slots_in(zone: Tz, expression: &str, after: &str, count: usize) -> Vec<String> {
        let crontab = Crontab::parse(expression).unwrap();
        let first = next_slot(&crontab, zone, at(after));
        let all = std::iter::successors(first, |slot| next_slot(&crontab, zone, *slot));
        all.take(count)
            .map(|slot| slot.with_timezone(&zone).format("%d %H:%M%:z").to_string())
            .collect()
    }

    #[test]
    fn a_run_in_the_spring_gap_comes_once_just_after() {
        let days = ["28 02:30+01:00", "29 03:00+02:00", "30 02:30+02:00"];
        assert_eq!(slots("30 2 * * *", "2026-03-27T12:00:00Z", 3), days);
        let days = ["29 03:00+02:00", "30 02:00+02:00", "30 02:15+02:00"];
        assert_eq!(
            slots("*/15 2 * * *", "2026-03-28T12:00:00Z", 3),
            days,
            "four times in one gap are one run"
        );
        assert_eq!(
            slots("0 2,3 * * *", "2026-03-28T12:00:00Z", 2),
            ["29 03:00+02:00", "30 02:00+02:00"]
        );
    }

    #[test]
    fn a_run_in_the_autumn_overlap_comes_once() {
        let days = ["25 02:30+02:00", "26 02:30+01:00"];
        assert_eq!(slots("30 2 * * *", "2026-10-24T12:00:00Z", 2), days);
        assert_eq!(
            slots("30 2 * * *", "2026-10-25T01:10:00Z", 1),
            ["26 02:30+01:00"],
            "asked in the second pass"
        );
        let quarters = [
            "25 02:00+02:00",
            "25 02:15+02:00",
            "25 02:30+02:00",
            "25 02:45+02:00",
            "26 02:00+01:00",
        ];
        assert_eq!(slots("*/15 2 * * *", "2026-10-24T12:00:00Z", 5), quarters);
    }

    #[test]
    fn what_runs_in_every_hour_goes_through_the_overlap_in_order() {
        let passes = [
            "25 02:30+02:00",
            "25 02:45+02:00",
            "25 02:00+01:00",
            "25 02:15+01:00",
            "25 02:30+01:00",
            "25 02:45+01:00",
            "25 03:00+01:00",
        ];
        assert_eq!(slots("*/15 * * * *", "2026-10-25T00:15:00Z", 7), passes);
        assert_eq!(
            slots("50 * * * *", "2026-10-25T00:50:00Z", 2),
            ["25 02:50+01:00", "25 03:50+01:00"]
        );
    }

    #[test]
    fn what_runs_in_every_hour_goes_over_the_gap() {
        let quarters = ["29 01:45+01:00", "29 03:00+02:00", "29 03:15+02:00"];
        assert_eq!(slots("*/15 * * * *", "2026-03-29T00:30:00Z", 3), quarters);
        assert_eq!(
            slots("50 * * * *", "2026-03-29T00:10:00Z", 2),
            ["29 01:50+01:00", "29 03:50+02:00"]
        );
    }

    #[test]
    fn changes_of_other_sizes_are_handled_too() {
        let howe = chrono_tz::Australia::Lord_Howe;
        let spring = ["04 01:40+10:30", "04 02:40+11:00", "04 03:40+11:00"];
        assert_eq!(
            slots_in(howe, "40 * * * *", "2026-10-03T15:00:00Z", 3),
            spring
        );
        assert_eq!(
            slots_in(howe, "15 2 * * *", "2026-10-03T12:00:00Z", 2),
            ["04 02:30+11:00", "05 02:15+11:00"]
        );
        // Samoa left out the whole 30th of December 2011.
        let apia = chrono_tz::Pacific::Apia;
        let days = ["29 09:00-10:00", "31 00:00+14:00", "31 09:00+14:00"];
        assert_eq!(slots_in(apia, "0 9 * * *", "2011-12-29T12:00:00Z", 3), days);
    }

    #[test]
    fn weekdays_and_unions_hold_in_a_zone() {
        assert_eq!(
            slots("0 9 * * 1-5", "2026-11-22T00:00:00Z", 1),
            ["23 09:00+01:00"]
        );
        assert_eq!(
            slots("0 9 * * 7", "2026-11-22T00:00:00Z", 1),
            ["22 09:00+01:00"]
        );
        assert_eq!(
            slots("0 0 L * *", "2026-11-22T00:00:00Z", 1),
            ["30 00:00+01:00"]
        );
        assert_eq!(
            slots("0 9 1 * 1", "2026-11-24T00:00:00Z", 2),
            ["30 09:00+01:00", "01 09:00+01:00"]
        );
    }

    #[test]
    fn a_source_that_was_never_polled_is_due() {
        let now = at("2026-11-22T08:00:00Z");
        assert_eq!(next_run(&rome("0 7 * * *"), &id("asi"), None, now), now);
        assert_eq!(
            next_run(&Plan::Every(Duration::from_secs(60)), &id("asi"), None, now),
            now
        );
    }

    #[test]
    fn many_missed_slots_are_one_run() {
        let plan = rome("*/30 * * * *");
        let now = at("2026-11-22T08:10:00Z");
        assert_eq!(
            next_run(&plan, &id("asi"), Some(at("2026-11-20T08:00:00Z")), now),
            now
        );
        let next = next_run(&plan, &id("asi"), Some(now), now);
        assert!(
            next >= at("2026-11-22T08:30:00Z") && next < at("2026-11-22T08:31:00Z"),
            "{next}"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let now = at("2026-11-22T08:00:00Z");
        let plan = Plan::Every(Duration::from_secs(1800));
        assert_eq!(
            next_run(&plan, &id("asi"), Some(at("2038-01-01T00:00:00Z")), now),
            now
        );
    }

    #[test]
    fn each_source_is_late_by_its_own_fixed_amount() {
        let last = at("2026-11-22T08:00:00Z");
        let late = |plan: &Plan, slot: &str, name: &str| {
            next_run(plan, &id(name), Some(last), last) - at(slot)
        };
        for (plan, slot, most) in [
            (rome("*/30 * * * *"), "2026-11-22T08:30:00Z", 60_000),
            (rome("*/5 * * * *"), "2026-11-22T08:05:00Z", 30_000),
            (
                Plan::Every(Duration::from_secs(1800)),
                "2026-11-22T08:30:00Z",
                60_000,
            ),
            (
                Plan::Every(Duration::from_secs(1)),
                "2026-11-22T08:00:01Z",
                100,
            ),
        ] {
            let all: Vec<i64> = (0..100)
                .map(|n| late(&plan, slot, &format!("source-{n}")).num_milliseconds())
                .collect();
            assert!(all.iter().all(|late| (0..most).contains(late)), "{all:?}");
            assert!(
                all.iter().max() > Some(&(most * 8 / 10))
                    && all.iter().min() < Some(&(most * 2 / 10)),
                "{all:?}"
            );
        }
        let plan = rome("*/30 * * * *");
        let tomorrow = at("2026-11-23T08:00:00Z");
        let again =
            next_run(&plan, &id("asi"), Some(tomorrow), tomorrow) - at("2026-11-23T08:30:00Z");
        assert_eq!(late(&plan, "2026-11-22T08:30:00Z", "asi"), again);
    }

    #[test]
    fn runs_come_once_a_slot_for_a_whole_year() {
        let plan = rome("20 2 * * *");
        let mut run = at("2026-01-01T00:00:00Z");
        let mut days = Vec::new();
        for _ in 0..365 {
            let next = next_run(&plan, &id("asi"), Some(run), run);
            assert!(next > run);
            days.push(next.with_timezone(&chrono_tz::Europe::Rome).date_naive());
            run = next;
        }
        assert!(
            days.windows(2)
                .all(|pair| pair[1] - pair[0] == TimeDelta::days(1))
        );
    }

    #[test]
    fn the_interval_is_the_time_between_two_runs() {
        let now = at("2026-11-22T08:10:00Z");
        assert_eq!(
            interval(&Plan::Every(Duration::from_secs(90)), now),
            Duration::from_secs(90)
        );
        assert_eq!(
            interval(&rome("*/30 * * * *"), now),
            Duration::from_secs(1800)
        );
        assert_eq!(
            interval(&rome("0 9 * * 1-5"), at("2026-11-20T08:30:00Z")),
            Duration::from_secs(24 * 3600)
        );
        assert_eq!(
            interval(&rome("0 9 * * 1-5"), at("2026-11-20T07:30:00Z")),
            Duration::from_secs(72 * 3600)
        );
    }

    #[test]
    fn backing_off_doubles_up_to_a_day_and_never_gives_up() {
        let half_hour = Duration::from_secs(1800);
        let after = |failures| backoff(failures, &id("asi"), half_hour);
        assert_eq!(after(0), half_hour);
        assert_eq!(after(1), half_hour);
        for failures in 1..10 {
            let grown = (half_hour * 2_u32.pow(failures - 1)).min(LONGEST_BACKOFF);
            assert!(
                after(failures) <= grown && after(failures) >= grown.mul_f64(0.8),
                "{failures}"
            );
        }
        for failures in [40, u32::MAX] {
            assert!(
                after(failures) <= LONGEST_BACKOFF
                    && after(failures) >= LONGEST_BACKOFF.mul_f64(0.8)
            );
        }
        assert_eq!(after(5), after(5), "no dice");
        assert_ne!(after(5), backoff(5, &id("comune"), half_hour));
    }

    #[test]
    fn backing_off_is_never_shorter_than_the_interval() {
        let month = Duration::from_secs(30 * 24 * 3600);
        assert_eq!(backoff(7, &id("asi"), month), month);
        assert_eq!(backoff(7, &id("asi"), Duration::MAX), Duration::MAX);
    }

    proptest::proptest! {
        #[test]
        fn slots_strictly_advance(start in 0i64..4_000_000_000, minute in 0u32..60, hour in 0u32..24, zone in 0usize..600) {
            let zone = chrono_tz::TZ_VARIANTS[zone % chrono_tz::TZ_VARIANTS.len()];
            let start = DateTime::from_timestamp(start, 0).unwrap();
            for expression in [format!("{minute} {hour} * * *"), format!("{minute} * * * *")] {
                let crontab = Crontab::parse(&expression).unwrap();
                let mut slot = start;
                for _ in 0..5 {
                    let next = next_slot(&crontab, zone, slot).unwrap();
                    proptest::prop_assert!(next > slot, "{} in {}: {} then {}", expression, zone, slot, next);
                    slot = next;
                }
            }
        }
    }
}
