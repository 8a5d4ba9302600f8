#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::crontab::Crontab;
use crate::model::Pace;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn rome(expression: &str) -> Plan {
    Plan::Cron(Crontab::parse(expression).unwrap(), chrono_tz::Europe::Rome)
}

fn id(text: &str) -> SourceId {
    SourceId(text.to_owned())
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
            all.iter().max() > Some(&(most * 8 / 10)) && all.iter().min() < Some(&(most * 2 / 10)),
            "{all:?}"
        );
    }
    let plan = rome("*/30 * * * *");
    let tomorrow = at("2026-11-23T08:00:00Z");
    let again = next_run(&plan, &id("asi"), Some(tomorrow), tomorrow) - at("2026-11-23T08:30:00Z");
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
            after(failures) <= LONGEST_BACKOFF && after(failures) >= LONGEST_BACKOFF.mul_f64(0.8)
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

#[test]
fn what_a_source_asks_for_holds_a_poll_back_and_never_hurries_it() {
    let plan = Plan::Every(Duration::from_secs(1800));
    let asked = at("2026-11-25T10:20:00Z");
    let known = |failures, least| Known {
        failures,
        floor: Floor {
            pace: Pace {
                least,
                ..Pace::default()
            },
            fresh_until: None,
        },
        ..Known::default()
    };
    let due = |known: &Known| due(&plan, &id("asi"), asked, asked, known) - asked;
    let plain = due(&known(0, 0));
    assert!(plain >= TimeDelta::minutes(30) && plain <= TimeDelta::minutes(31));
    assert_eq!(due(&known(0, 60)), plain);
    assert_eq!(due(&known(0, 7200)), TimeDelta::hours(2));
    assert_eq!(due(&known(1, 7200)), TimeDelta::hours(2), "failures too");
    assert!(due(&known(6, 7200)) > TimeDelta::hours(10));
}

#[test]
fn a_restart_forgets_nothing_that_a_source_asked_for() {
    let plan = Plan::Every(Duration::from_secs(1800));
    let asked = at("2026-11-25T10:20:00Z");
    let remembered = Remembered {
        failures: 0,
        floor: Floor {
            pace: Pace::default(),
            fresh_until: Some(at("2026-11-25T13:00:00Z")),
        },
        asked: Some(asked),
        due: Some(at("2026-11-25T13:00:00Z")),
    };
    let resumed = |remembered: &Remembered, now| resume(&plan, &id("asi"), remembered, at(now));
    assert_eq!(
        resumed(&remembered, "2026-11-25T10:30:00Z"),
        at("2026-11-25T13:00:00Z")
    );
    let late = "2026-11-25T14:00:00Z";
    assert_eq!(resumed(&remembered, late), at(late), "due at once");
    let before = "2026-11-25T09:00:00Z";
    assert_eq!(
        resumed(&remembered, before),
        at(before),
        "the clock was set back"
    );
    let failing = Remembered {
        failures: 3,
        due: Some(at("2026-11-25T16:00:00Z")),
        ..remembered
    };
    assert_eq!(
        resumed(&failing, "2026-11-25T10:30:00Z"),
        at("2026-11-25T16:00:00Z")
    );
    assert_eq!(
        resumed(&Remembered::default(), before),
        at(before),
        "never asked"
    );
}

fn bounds() -> Plan {
    Plan::Adaptive(Bounds {
        min: Duration::from_secs(600),
        max: Duration::from_secs(5400),
        zone: chrono_tz::Europe::Rome,
    })
}

#[test]
fn a_source_with_a_rhythm_is_early_and_not_late_so_that_the_bounds_hold() {
    let asked = at("2026-11-25T10:20:00Z");
    let mut all = Vec::new();
    for n in 0..50 {
        let source = id(&format!("source-{n}"));
        let due = due(&bounds(), &source, asked, asked, &Known::default()) - asked;
        assert!(due > TimeDelta::minutes(29) && due <= TimeDelta::minutes(30));
        all.push(due);
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 40, "{}", all.len());
    let slow = asked + TimeDelta::hours(2);
    let late = due(&bounds(), &id("asi"), asked, slow, &Known::default());
    assert_eq!(late, slow, "never in the past");
    let failed = Known {
        failures: 1,
        ..Known::default()
    };
    let again = due(&bounds(), &id("asi"), asked, asked, &failed) - asked;
    assert!(again >= TimeDelta::minutes(29), "{again}");
}

#[test]
fn after_a_restart_a_rhythm_goes_on_within_the_bounds_as_they_are_now() {
    let asked = at("2026-11-25T10:20:00Z");
    let resumed = |due: Option<&str>, now: &str| {
        let remembered = Remembered {
            asked: Some(asked),
            due: due.map(at),
            ..Remembered::default()
        };
        resume(&bounds(), &id("asi"), &remembered, at(now))
    };
    let now = "2026-11-25T10:21:00Z";
    let planned = "2026-11-25T11:03:00Z";
    assert_eq!(resumed(Some(planned), now), at(planned));
    let weekly = "2026-12-02T10:20:00Z";
    assert_eq!(resumed(Some(weekly), now), asked + TimeDelta::minutes(90));
    assert_eq!(resumed(Some(now), now), asked + TimeDelta::minutes(10));
    let late = "2026-11-25T12:00:00Z";
    assert_eq!(resumed(Some(planned), late), at(late));
    let rules_changed = resumed(None, now) - asked;
    assert!(rules_changed >= TimeDelta::minutes(30) && rules_changed < TimeDelta::minutes(32));
}
