//! The times of a crontab expression in a real time zone.

use chrono::{DateTime, NaiveDateTime, Offset, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::config::crontab::Crontab;

/// The first instant after a given one at which a crontab runs in a zone.
///
/// What names an hour runs once on each day that it matches: just after a gap that swallowed it, in the first
/// pass of an overlap. What runs in every hour goes on through both passes, as in Vixie cron.
pub(super) fn next_slot(
    crontab: &Crontab,
    zone: Tz,
    after: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
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
