//! The clock of the wall, which people and time servers set; when a source is due is told by it.

use chrono::{DateTime, TimeDelta, Utc};

/// Notices that the clock was set back.
#[derive(Debug)]
pub(super) struct Clock {
    last: DateTime<Utc>,
}

impl Clock {
    /// Starts at a time.
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { last: now }
    }

    /// By how much it was set back since it was last looked at, if it was. Forward needs no notice: what is overdue
    /// is due.
    pub(super) fn set_back(&mut self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let back = self.last - now;
        self.last = now;
        (back > TimeDelta::zero()).then_some(back)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_was_set_back_is_noticed_and_only_once() {
        let noon: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        let day = TimeDelta::days(1);
        let mut clock = Clock::new(noon);
        assert_eq!(clock.set_back(noon), None);
        assert_eq!(clock.set_back(noon + day), None);
        assert_eq!(clock.set_back(noon), Some(day));
        assert_eq!(clock.set_back(noon), None);
    }
}
