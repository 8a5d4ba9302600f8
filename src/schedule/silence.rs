//! When a source has been without news for far longer than it ever is. Learnt by days: which weekdays have news, and
//! from the year before, which weeks are quiet.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};

/// Older news teaches nothing.
pub const HISTORY: Days = Days::new(420);

/// From fewer days with news, and from fewer days altogether, nothing is learnt.
const FEWEST: usize = 8;
const SHORTEST: i64 = 28;
/// How strongly a weekday is drawn to the average day, as so many days.
const PRIOR: f64 = 3.0;
/// No day is so sure to have news that one without it would prove anything.
const SUREST: f64 = 0.95;
/// How improbable a silence must be, as the negative logarithm: one that a source of this rhythm has once in some
/// twenty thousand times. A daily source has been silent for four working days then.
const FAR: f64 = 10.0;
/// And so much longer than the longest that there was, measured in the same way.
const LONGER: f64 = 1.5;
/// And at least so many days.
const LEAST: u64 = 3;
/// Beyond this nothing is foretold.
const HORIZON: u64 = 1000;
/// A year in whole weeks, and how many weeks around the same day are looked at: as many days before it as after it.
const YEAR: u64 = 364;
const AROUND: u64 = 3;
/// How much of its news a source has in August and around New Year, where no year before tells.
const HOLIDAYS: f64 = 0.3;

/// Until when the silence of a source is nothing special.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quiet {
    /// The first day on which it is.
    pub until: NaiveDate,
    /// On how many days of a week it has news.
    pub days: f64,
}

/// What is expected of a source that had news on these days, the last time on `today`; nothing where too little is
/// known. Days after `today` and before [`HISTORY`] must not be among them.
#[must_use]
pub fn quiet(days: &BTreeSet<NaiveDate>, today: NaiveDate) -> Option<Quiet> {
    let first = *days.first()?;
    let span = (today - first).num_days();
    if days.len() < FEWEST || span < SHORTEST {
        return None;
    }
    let rhythm = Rhythm::of(days, first, today);
    let threshold = FAR.max(LONGER * rhythm.longest(today));
    let mut silence = 0.0;
    for (passed, day) in (1..=HORIZON).zip(today.iter_days().skip(1)) {
        silence += rhythm.surprise(day);
        if silence >= threshold && passed >= LEAST {
            let per_day = days.len() as f64 / (span + 1) as f64;
            return Some(Quiet {
                until: day.succ_opt()?,
                days: 7.0 * per_day,
            });
        }
    }
    None
}

struct Rhythm<'a> {
    days: &'a BTreeSet<NaiveDate>,
    first: NaiveDate,
    /// How probable news is on each day of the week.
    week: [f64; 7],
}

impl<'a> Rhythm<'a> {
    fn of(days: &'a BTreeSet<NaiveDate>, first: NaiveDate, today: NaiveDate) -> Self {
        let (mut all, mut with) = ([0.0; 7], [0.0; 7]);
        for day in first.iter_days().take_while(|day| *day <= today) {
            let weekday = weekday(day);
            all[weekday] += 1.0;
            with[weekday] += f64::from(u8::from(days.contains(&day)));
        }
        let average = with.iter().sum::<f64>() / all.iter().sum::<f64>();
        let week = std::array::from_fn(|weekday| {
            (with[weekday] + PRIOR * average) / (all[weekday] + PRIOR)
        });
        Self { days, first, week }
    }

    /// How surprising it is that a day has no news: the negative logarithm of its probability.
    fn surprise(&self, day: NaiveDate) -> f64 {
        let news = (self.week[weekday(day)] * self.season(day)).min(SUREST);
        -(1.0 - news).ln()
    }

    /// How much of its usual news the source has at this time of the year.
    fn season(&self, day: NaiveDate) -> f64 {
        let around = day
            .checked_sub_days(Days::new(YEAR + 7 * AROUND / 2))
            .filter(|from| *from >= self.first);
        let Some(from) = around else {
            return if is_holiday(day) { HOLIDAYS } else { 1.0 };
        };
        let length = 7 * AROUND;
        let had = self.days.range(from..from + Days::new(length)).count() as f64;
        let expected = AROUND as f64 * self.week.iter().sum::<f64>();
        ((1.0 + had) / (1.0 + expected)).min(1.0)
    }

    /// The longest silence that there was, as improbable as it is.
    fn longest(&self, today: NaiveDate) -> f64 {
        let (mut longest, mut silence) = (0.0_f64, 0.0);
        for day in self.first.iter_days().take_while(|day| *day <= today) {
            silence = if self.days.contains(&day) || day == today {
                0.0
            } else {
                silence + self.surprise(day)
            };
            longest = longest.max(silence);
        }
        longest
    }
}

fn weekday(day: NaiveDate) -> usize {
    usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default()
}

/// When newsrooms of many countries are empty: August, and from Christmas Eve to Epiphany.
fn is_holiday(day: NaiveDate) -> bool {
    matches!((day.month(), day.day()), (8, _) | (12, 24..) | (1, ..=6))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The days from one to another that are as wanted.
    fn days(from: &str, to: &str, wanted: impl Fn(NaiveDate) -> bool) -> BTreeSet<NaiveDate> {
        let all = day(from).iter_days();
        all.take_while(|at| *at <= day(to))
            .filter(|at| wanted(*at))
            .collect()
    }

    fn working(at: NaiveDate) -> bool {
        weekday(at) < 5
    }

    /// How many days after the last news a source is silent.
    fn after(days: &BTreeSet<NaiveDate>) -> i64 {
        let last = *days.last().unwrap();
        (quiet(days, last).unwrap().until - last).num_days()
    }

    #[test]
    fn a_daily_source_is_silent_after_a_week_without_news_and_not_after_a_weekend() {
        // The last is a Friday.
        let days = days("2026-03-02", "2026-06-12", working);
        let silent = after(&days);
        assert!((6..=8).contains(&silent), "{silent}");
    }

    #[test]
    fn a_weekly_source_is_silent_after_months() {
        let days = days("2026-01-01", "2026-06-24", |at| weekday(at) == 2);
        let silent = after(&days);
        assert!((21..=60).contains(&silent), "{silent}");
        assert_eq!(quiet(&days, day("2026-06-24")).unwrap().days.round(), 1.0);
    }

    #[test]
    fn a_source_that_pauses_for_weeks_now_and_then_may_do_so_again() {
        let steady = days("2026-01-05", "2026-06-26", working);
        let pause = day("2026-03-02")..day("2026-03-23");
        let paused: BTreeSet<NaiveDate> = steady
            .iter()
            .copied()
            .filter(|at| !pause.contains(at))
            .collect();
        assert!(after(&paused) > 21, "{}", after(&paused));
        assert!(after(&steady) < 9);
    }

    #[test]
    fn august_and_christmas_are_quiet_before_anything_is_learnt() {
        let july = after(&days("2026-03-02", "2026-07-03", working));
        let august = after(&days("2026-03-02", "2026-07-31", working));
        let christmas = after(&days("2026-08-03", "2026-12-23", working));
        assert!(august > 21 && august > 3 * july, "{august}, {july}");
        assert!(christmas > 12, "{christmas}");
    }

    #[test]
    fn the_quiet_weeks_of_a_source_are_learnt_from_the_year_before() {
        // No news in June, and much in August, as in another half of the world.
        let newsless = |at: NaiveDate| at.month() == 6;
        let days = days("2025-04-01", "2026-05-29", |at| {
            working(at) && !newsless(at)
        });
        assert!(after(&days) > 25, "{}", after(&days));
        let august = Rhythm::of(&days, day("2025-04-01"), day("2026-05-29"));
        assert!(august.season(day("2026-08-12")) > 0.9);
    }

    #[test]
    fn of_a_new_source_and_of_a_rare_one_nothing_is_expected() {
        let new = days("2026-06-01", "2026-06-12", working);
        assert_eq!(quiet(&new, day("2026-06-12")), None);
        let rare = days("2026-01-01", "2026-06-12", |at| at.day() == 1);
        assert_eq!(quiet(&rare, day("2026-06-12")), None);
        assert_eq!(quiet(&BTreeSet::new(), day("2026-06-12")), None);
    }
}
