//! When a source is due: its plan, a real time zone, and a small delay of its own. Reads no clock.
//!
//! Each source is late by a fixed amount that comes from its id, so that thousands don't start together: at most
//! a tenth of its interval, and at most a minute.

mod adaptive;
mod floor;
mod rhythm;
pub mod silence;
mod slots;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use adaptive::Sighting;
pub use floor::Floor;

use crate::config::{Bounds, Plan};
use crate::model::{Key, SourceId};
use slots::next_slot;

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
        Plan::Every(_) | Plan::Adaptive(_) => {
            let every = interval(plan, now);
            later(last, every + delay(id, every))
        }
        Plan::Cron(crontab, zone) => match next_slot(crontab, *zone, last) {
            Some(slot) => later(slot, delay(id, interval(plan, slot))),
            None => DateTime::<Utc>::MAX_UTC,
        },
    };
    due.max(now)
}

/// What is known of a source when a poll of it has ended.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Failures in a row.
    pub failures: u32,
    /// What it asks for itself.
    pub floor: Floor,
    /// When it was first read.
    pub first: Option<DateTime<Utc>>,
    /// Its items since [`news_since`].
    pub news: Vec<Sighting>,
}

/// From when on the items of a source must be known to say when it is due; nothing where its plan doesn't need them.
#[must_use]
pub fn news_since(plan: &Plan, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    matches!(plan, Plan::Adaptive(_)).then(|| adaptive::news_since(now))
}

/// When a source is due again after a poll that began at `asked` and ended at `now`: by its plan, or after
/// failures by its back-off; never sooner than it asks for itself.
#[must_use]
pub fn due(
    plan: &Plan,
    id: &SourceId,
    asked: DateTime<Utc>,
    now: DateTime<Utc>,
    known: &Known,
) -> DateTime<Utc> {
    let due = match (known.failures, bounds(plan)) {
        (0, Some(bounds)) => {
            let wait = bounds.wait(&known.news, known.first, asked);
            // Not late but early, so that the greatest interval holds.
            later(asked, wait.saturating_sub(delay(id, wait)).max(bounds.min)).max(now)
        }
        (0, None) => next_run(plan, id, Some(asked), now),
        (failures, _) => later(now, backoff(failures, id, interval(plan, now))),
    };
    known.floor.lift(id, asked, due)
}

/// What is remembered of a source over a restart.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remembered {
    /// Failures in a row.
    pub failures: u32,
    /// What it asked for itself.
    pub floor: Floor,
    /// When it was last asked.
    pub asked: Option<DateTime<Utc>>,
    /// When it was to be asked next.
    pub due: Option<DateTime<Utc>>,
}

/// When a source is due that was planned before, maybe by another plan: failing sources keep to their back-off, those
/// with a rhythm to what was planned, within the bounds as they are now, and the others to the plan as it is now;
/// never sooner than it asks for itself.
#[must_use]
pub fn resume(
    plan: &Plan,
    id: &SourceId,
    remembered: &Remembered,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let asked = remembered.asked.filter(|asked| *asked <= now);
    let planned = match (remembered.failures, remembered.due, asked, bounds(plan)) {
        (1.., Some(due), ..) => return due,
        (0, Some(due), Some(asked), Some(bounds)) => due
            .clamp(later(asked, bounds.min), later(asked, bounds.max))
            .max(now),
        _ => next_run(plan, id, asked, now),
    };
    asked.map_or(planned, |asked| remembered.floor.lift(id, asked, planned))
}

/// The time between the next two runs; of a source with a rhythm, as if that were not known.
#[must_use]
pub fn interval(plan: &Plan, now: DateTime<Utc>) -> Duration {
    match plan {
        Plan::Adaptive(bounds) => bounds.middle(),
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

/// The bounds of a plan that follows the rhythm of its source.
fn bounds(plan: &Plan) -> Option<Bounds> {
    match plan {
        Plan::Adaptive(bounds) => Some(*bounds),
        Plan::Every(_) | Plan::Cron(..) => None,
    }
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

#[cfg(test)]
mod tests;
