//! When a source has news: by hour and by weekday, learnt from what it had before.
//!
//! Both profiles are counts over the time observed, drawn towards an even profile: by how much, is settled by how
//! well each day's news is foretold by the other days (each week's by the other weeks). So a newsroom that publishes at
//! 17:00 sharp is known after days, and what has no rhythm is given none.

/// A day, in seconds.
const DAY: i64 = 24 * 3600;

/// Older news teaches nothing.
pub(super) const WINDOW: i64 = 8 * 7 * DAY;

/// News of so long ago counts half.
const HALF_LIFE: f64 = 14.0 * 86_400.0;

/// How strongly a profile may be drawn to the even one, as so many items that came evenly; the strongest first, which
/// holds where nothing speaks for another.
const PRIORS: [f64; 6] = [30.0, 10.0, 3.0, 1.0, 0.3, 0.1];

/// What an hour's neighbours teach of it, the nearest first.
const NEIGHBOURS: [f64; 2] = [0.5, 0.25];

/// The hours of a week, from Monday 00:00, each with its share of the news: 1 is the average.
pub(super) type Week = [f64; 168];

/// News and time observed.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    news: f64,
    time: f64,
}

/// The week of a source that had news at `times`, observed from `since` to `now`, all in seconds of its wall clock
/// since 1970.
pub(super) fn week(times: &[i64], since: i64, now: i64) -> Week {
    let since = since.max(now - WINDOW);
    let days = grid::<24>(times, since, now, DAY);
    // The first of January 1970 was a Thursday.
    let monday = 3 * DAY;
    let moved: Vec<i64> = times.iter().map(|time| time + monday).collect();
    let weeks = grid::<7>(&moved, since + monday, now + monday, 7 * DAY);
    let hours = profile(&days, &NEIGHBOURS);
    let weekdays = profile(&weeks, &[]);
    let mut week = [1.0; 168];
    for (hour, share) in week.iter_mut().enumerate() {
        *share = hours[hour % 24] * weekdays[hour / 24];
    }
    let mean = week.iter().sum::<f64>() / 168.0;
    week.map(|share| share / mean)
}

/// News and time in each part of each period from `since` to `now`; what is long ago counts less.
fn grid<const N: usize>(times: &[i64], since: i64, now: i64, period: i64) -> Vec<[Seen; N]> {
    let part = period / i64::try_from(N).unwrap_or(1);
    let weight = |start: i64| 0.5_f64.powf((now - start) as f64 / HALF_LIFE);
    let first = since.div_euclid(period);
    let mut grid: Vec<[Seen; N]> = (first..=now.div_euclid(period))
        .map(|nth| {
            std::array::from_fn(|bin| {
                let start = nth * period + bin as i64 * part;
                let time = (now.min(start + part) - since.max(start)).max(0);
                Seen {
                    news: 0.0,
                    time: weight(start) * time as f64 / part as f64,
                }
            })
        })
        .collect();
    for &time in times.iter().filter(|time| (since..=now).contains(*time)) {
        let group = usize::try_from(time.div_euclid(period) - first);
        let bin = usize::try_from(time.rem_euclid(period) / part);
        if let (Ok(group), Ok(bin)) = (group, bin)
            && let Some(seen) = grid.get_mut(group).and_then(|bins| bins.get_mut(bin))
        {
            seen.news += weight(time - time.rem_euclid(part));
        }
    }
    grid
}

/// The share of each part of a period, drawn to the even one as strongly as best foretells each period from the others.
fn profile<const N: usize>(periods: &[[Seen; N]], neighbours: &[f64]) -> [f64; N] {
    let total = periods.iter().fold([Seen::default(); N], plus);
    let foretold = |prior: f64| -> f64 {
        let telling = |period: &&[Seen; N]| period.iter().any(|seen| seen.news > 0.0);
        let each = periods.iter().filter(telling).map(|period| {
            let shares = shares(&without(&total, period), prior, neighbours);
            let parts = || period.iter().zip(shares);
            let sum: f64 = parts().map(|(seen, share)| seen.time * share).sum();
            parts()
                .filter(|(seen, _)| seen.news > 0.0 && seen.time > 0.0)
                .map(|(seen, share)| seen.news * (seen.time * share / sum).ln())
                .sum::<f64>()
        });
        each.sum()
    };
    let mut best = (f64::NEG_INFINITY, PRIORS[0]);
    for prior in PRIORS {
        let score = foretold(prior);
        if score > best.0 + 1e-9 {
            best = (score, prior);
        }
    }
    shares(&total, best.1, neighbours)
}

/// The share of each part, where 1 is the average: counted, and drawn to what its neighbours teach, and that to 1.
fn shares<const N: usize>(total: &[Seen; N], prior: f64, neighbours: &[f64]) -> [f64; N] {
    let all = total.iter().fold(Seen::default(), |all, seen| Seen {
        news: all.news + seen.news,
        time: all.time + seen.time,
    });
    if all.news < 1e-9 || all.time < 1e-9 {
        return [1.0; N];
    }
    let rate = all.news / all.time;
    std::array::from_fn(|bin| {
        let mut near = Seen::default();
        for (distance, weight) in (1..).zip(neighbours) {
            for seen in [total[(bin + distance) % N], total[(bin + N - distance) % N]] {
                near.news += weight * seen.news;
                near.time += weight * seen.time;
            }
        }
        let towards = (near.news + prior) / (near.time * rate + prior);
        (total[bin].news + prior * towards) / (total[bin].time * rate + prior)
    })
}

fn plus<const N: usize>(sum: [Seen; N], period: &[Seen; N]) -> [Seen; N] {
    std::array::from_fn(|bin| Seen {
        news: sum[bin].news + period[bin].news,
        time: sum[bin].time + period[bin].time,
    })
}

fn without<const N: usize>(total: &[Seen; N], period: &[Seen; N]) -> [Seen; N] {
    std::array::from_fn(|bin| Seen {
        news: (total[bin].news - period[bin].news).max(0.0),
        time: (total[bin].time - period[bin].time).max(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    /// Monday, the 5th of January 2026.
    const MONDAY: i64 = 20_458 * DAY;

    /// News on the given weekdays at the given times of day, in hours, for so many weeks.
    fn every_week(days: &[i64], hours: &[f64], weeks: i64) -> Vec<i64> {
        let all = (0..weeks).flat_map(|week| days.iter().map(move |day| week * 7 + day));
        all.flat_map(|day| {
            hours
                .iter()
                .map(move |hour| MONDAY + day * DAY + (hour * HOUR as f64) as i64)
        })
        .collect()
    }

    fn learnt(times: &[i64], weeks: i64) -> Week {
        week(times, MONDAY, MONDAY + weeks * 7 * DAY)
    }

    #[test]
    fn shares_are_of_the_average_whatever_was_seen() {
        let some = every_week(&[0, 2, 3], &[7.5, 9.1], 3);
        for times in [&[][..], &some[..1], &some] {
            let mean = learnt(times, 3).iter().sum::<f64>() / 168.0;
            assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        }
        assert_eq!(learnt(&[], 3), [1.0; 168]);
    }

    #[test]
    fn a_bulletin_at_a_fixed_hour_is_known_after_two_weeks() {
        let week = learnt(&every_week(&[0, 1, 2, 3, 4], &[17.2], 2), 2);
        assert!(week[17] > 10.0, "{}", week[17]);
        assert!(week[3] < 0.3, "{}", week[3]);
        assert!(week[16] > week[3], "the hour beside it is likelier");
        assert!(week[5 * 24 + 17] < week[17], "not on Saturdays");
    }

    #[test]
    fn one_busy_day_is_no_rhythm() {
        let times: Vec<i64> = (0..30).map(|n| MONDAY + 10 * HOUR + n * 300).collect();
        let week = week(&times, MONDAY + 8 * HOUR, MONDAY + 14 * HOUR);
        let (least, most) = (
            week.iter().copied().fold(f64::INFINITY, f64::min),
            week.iter().copied().fold(0.0, f64::max),
        );
        assert!(most < 4.0 * least, "{least} to {most}");
    }

    #[test]
    fn what_was_not_observed_is_not_taken_for_silent() {
        // From Monday to Wednesday, news all day long.
        let hours: Vec<f64> = (0..24).map(|hour| f64::from(hour) + 0.5).collect();
        let times = every_week(&[0, 1, 2], &hours, 1);
        let week = week(&times, MONDAY, MONDAY + 3 * DAY);
        assert!(week[5 * 24 + 12] > 0.8, "{}", week[5 * 24 + 12]);
    }

    #[test]
    fn a_new_rhythm_takes_the_place_of_an_old_one() {
        let mut times = every_week(&[0, 1, 2, 3, 4], &[9.5], 5);
        let moved = every_week(&[0, 1, 2, 3, 4], &[18.5], 8);
        times.extend(moved.into_iter().skip(25));
        let week = learnt(&times, 8);
        assert!(week[18] > 1.5 * week[9], "{} and {}", week[18], week[9]);
    }
}
