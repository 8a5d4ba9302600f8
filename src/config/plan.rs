//! `schedule`: when a source is polled, as configured.

use std::time::Duration;

use chrono_tz::Tz;

use super::crontab::Crontab;

/// When a source is polled.
#[derive(Debug, Clone)]
pub enum Plan {
    /// So long after the last poll.
    Every(Duration),
    /// At the times of a crontab expression, read in a time zone.
    Cron(Crontab, Tz),
    /// Within bounds, when it tends to have news.
    Adaptive(Bounds),
}

/// `schedule.adaptive`: the bounds within which a source's own rhythm decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least interval.
    pub min: Duration,
    /// The greatest.
    pub max: Duration,
    /// The zone of its hours and weekdays.
    pub zone: Tz,
}
