//! What a source and its server ask for themselves: a floor under the plan, never a reason to ask more often.

use chrono::{DateTime, TimeDelta, Utc};

use super::{delay, later};
use crate::model::{Pace, SourceId};

/// No word of a source keeps it silent for longer, but for the days that it names.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// All hours of a day, and all days of a week: a source that names them all has named none.
const ALL_HOURS: u32 = (1 << 24) - 1;
const ALL_DAYS: u8 = (1 << 7) - 1;

const HOUR: i64 = 3600;

/// What was said with the last answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Floor {
    /// What the feed wants.
    pub pace: Pace,
    /// Until when the answer is good, as HTTP has it.
    pub fresh_until: Option<DateTime<Utc>>,
}

impl Floor {
    /// When a source that was last asked at `asked` and is due at `due` may be asked: not before `due`, and for each
    /// wish at most a day after `asked`. After hours and days at which it is not to be asked, it is late by its own
    /// delay.
    pub(super) fn lift(
        self,
        id: &SourceId,
        asked: DateTime<Utc>,
        due: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let after = |wish: TimeDelta| asked.checked_add_signed(wish.min(LONGEST)).unwrap_or(due);
        let paced = after(TimeDelta::seconds(self.pace.least.into()));
        let fresh = self.fresh_until.map_or(due, |until| after(until - asked));
        let due = due.max(paced).max(fresh);
        match self.open(due) {
            Some(open) => later(open, delay(id, std::time::Duration::from_secs(3600))),
            None => due,
        }
    }

    /// The beginning of the next hour at which it may be asked; nothing where `at` lies in such an hour, or where no
    /// hour is such a one.
    fn open(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hours = self.pace.hours & ALL_HOURS;
        let days = self.pace.days & ALL_DAYS;
        let hours = if hours == ALL_HOURS { 0 } else { hours };
        let days = if days == ALL_DAYS { 0 } else { days };
        let closed = |hour: i64| {
            // The first of January 1970 was a Thursday.
            let day = (hour.div_euclid(24) + 3).rem_euclid(7);
            hours >> hour.rem_euclid(24) & 1 == 1 || days >> day & 1 == 1
        };
        let now = at.timestamp().div_euclid(HOUR);
        let open = (now..now + 8 * 24).find(|hour| !closed(*hour))?;
        (open > now).then(|| DateTime::from_timestamp(open * HOUR, 0))?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A Wednesday.
    const ASKED: &str = "2026-11-25T10:20:00Z";

    /// When it may be asked, due half an hour after it was asked; without the delay of its own.
    fn lifted(pace: Pace, fresh_until: Option<&str>) -> String {
        let floor = Floor {
            pace,
            fresh_until: fresh_until.map(at),
        };
        let due = at(ASKED) + TimeDelta::minutes(30);
        let lifted = floor.lift(&SourceId("asi".into()), at(ASKED), due);
        assert!(lifted >= due);
        lifted.format("%a %d %H:%M").to_string()
    }

    fn least(seconds: u32) -> Pace {
        Pace {
            least: seconds,
            ..Pace::default()
        }
    }

    fn skipping(hours: u32, days: u8) -> Pace {
        Pace {
            hours,
            days,
            ..Pace::default()
        }
    }

    #[test]
    fn a_source_that_says_nothing_is_asked_by_plan() {
        assert_eq!(lifted(Pace::default(), None), "Wed 25 10:50");
    }

    #[test]
    fn a_wish_for_less_than_the_plan_gives_changes_nothing() {
        assert_eq!(
            lifted(least(60), Some("2026-11-25T10:25:00Z")),
            "Wed 25 10:50"
        );
        let past = Some("2020-01-01T00:00:00Z");
        assert_eq!(lifted(Pace::default(), past), "Wed 25 10:50");
    }

    #[test]
    fn the_longest_wish_counts_up_to_a_day() {
        assert_eq!(lifted(least(3600), None), "Wed 25 11:20");
        let fresh = Some("2026-11-25T12:00:00Z");
        assert_eq!(lifted(least(3600), fresh), "Wed 25 12:00");
        assert_eq!(lifted(least(3 * 3600), fresh), "Wed 25 13:20");
        assert_eq!(lifted(least(u32::MAX), None), "Thu 26 10:20");
        let years = Some("2036-11-25T12:00:00Z");
        assert_eq!(lifted(Pace::default(), years), "Thu 26 10:20");
    }

    #[test]
    fn hours_and_days_to_skip_are_skipped() {
        let ten_to_noon = 1 << 10 | 1 << 11;
        assert_eq!(lifted(skipping(ten_to_noon, 0), None), "Wed 25 12:00");
        assert_eq!(lifted(skipping(1 << 9 | 1 << 11, 0), None), "Wed 25 10:50");
        let but_nine = ALL_HOURS & !(1 << 9);
        assert_eq!(lifted(skipping(but_nine, 0), None), "Thu 26 09:00");
        let (wednesday, thursday) = (1 << 2, 1 << 3);
        assert_eq!(lifted(skipping(0, wednesday), None), "Thu 26 00:00");
        let days = skipping(1, wednesday | thursday);
        assert_eq!(lifted(days, None), "Fri 27 01:00");
        let but_monday = skipping(but_nine, ALL_DAYS & !1);
        assert_eq!(lifted(but_monday, None), "Mon 30 09:00");
    }

    #[test]
    fn a_source_that_skips_all_hours_or_all_days_skips_none() {
        assert_eq!(lifted(skipping(u32::MAX, 0), None), "Wed 25 10:50");
        assert_eq!(lifted(skipping(0, u8::MAX), None), "Wed 25 10:50");
        assert_eq!(lifted(skipping(1 << 10, u8::MAX), None), "Wed 25 11:00");
    }

    #[test]
    fn sources_that_open_together_are_not_asked_together() {
        let floor = Floor {
            pace: skipping(1 << 10, 0),
            fresh_until: None,
        };
        let opens: std::collections::BTreeSet<_> = (0..100)
            .map(|n| floor.lift(&SourceId(format!("source-{n}")), at(ASKED), at(ASKED)))
            .collect();
        assert!(opens.len() > 90, "{}", opens.len());
        let eleven = at("2026-11-25T11:00:00Z");
        let minute = eleven..eleven + TimeDelta::minutes(1);
        assert!(opens.iter().all(|open| minute.contains(open)), "{opens:?}");
    }

    #[test]
    fn a_run_that_never_comes_stays_so() {
        let floor = Floor {
            pace: skipping(1 << 23, 1),
            fresh_until: Some(DateTime::<Utc>::MAX_UTC),
        };
        let never = DateTime::<Utc>::MAX_UTC;
        assert!(floor.lift(&SourceId("asi".into()), at(ASKED), never) >= never);
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_source_says_it_is_asked_within_nine_days(least: u32, hours: u32, days: u8, fresh in 0i64..4_000_000_000) {
            let floor = Floor {
                pace: Pace { least, hours, days },
                fresh_until: DateTime::from_timestamp(fresh, 0),
            };
            let due = at(ASKED) + TimeDelta::minutes(30);
            let lifted = floor.lift(&SourceId("asi".into()), at(ASKED), due);
            proptest::prop_assert!(lifted >= due && lifted <= due + TimeDelta::days(9));
        }
    }
}
