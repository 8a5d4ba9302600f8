//! What several answers in a row mean that one alone does not: that a source is gone, that it has moved. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

/// So often is 410 seen, or the same permanent redirect, before it is believed.
const SIGHTINGS: u32 = 3;
/// And for so long at least must 410 have been said.
const GONE_FOR: TimeDelta = TimeDelta::hours(24);
/// And the redirect.
const MOVED_FOR: TimeDelta = TimeDelta::hours(48);

/// A source that is gone is still asked so often, for its server may think better of it.
pub const PAUSE: TimeDelta = TimeDelta::days(7);

/// The answers 410 in a row (RFC 9110 §15.5.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// The first of them.
    pub since: DateTime<Utc>,
    /// How many there were.
    pub seen: u32,
}

impl Gone {
    /// With one more.
    #[must_use]
    pub fn again(before: Option<Self>, now: DateTime<Utc>) -> Self {
        before.map_or(
            Self {
                since: now,
                seen: 1,
            },
            |before| Self {
                seen: before.seen.saturating_add(1),
                ..before
            },
        )
    }

    /// Whether it is believed: three of them, over a day at least.
    #[must_use]
    pub fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.seen >= SIGHTINGS && now - self.since >= GONE_FOR
    }
}

/// The permanent redirects in a row to one address, each to a page that could be read and had known news on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// Where they lead.
    pub to: Url,
    /// The first of them.
    pub since: DateTime<Utc>,
    /// How many there were.
    pub seen: u32,
}

impl Moving {
    /// After an answer that came by permanent redirects from `to`, or directly.
    #[must_use]
    pub fn after(before: Option<Self>, to: Option<Url>, now: DateTime<Utc>) -> Option<Self> {
        let to = to?;
        Some(match before.filter(|before| before.to == to) {
            Some(before) => Self {
                seen: before.seen.saturating_add(1),
                ..before
            },
            None => Self {
                to,
                since: now,
                seen: 1,
            },
        })
    }

    /// Whether it is believed: three of them, over two days at least.
    #[must_use]
    pub fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.seen >= SIGHTINGS && now - self.since >= MOVED_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn url(name: &str) -> Option<Url> {
        Url::parse(&format!("https://{name}.test/")).ok()
    }

    #[test]
    fn gone_is_believed_after_three_times_over_a_day() {
        let seen = |hours: &[i64]| {
            let all = hours
                .iter()
                .fold(None, |gone, &at| Some(Gone::again(gone, hour(at))));
            all.is_some_and(|gone| gone.is_settled(hour(hours[hours.len() - 1])))
        };
        assert!(seen(&[0, 1, 24]));
        assert!(!seen(&[0, 24]), "twice");
        assert!(!seen(&[0, 1, 2, 3, 23]), "within a day");
    }

    #[test]
    fn a_move_is_believed_after_three_times_over_two_days_to_one_address() {
        let seen = |sightings: &[(i64, Option<Url>)]| {
            let all = sightings.iter().fold(None, |moving, (at, to)| {
                Moving::after(moving, to.clone(), hour(*at))
            });
            all.is_some_and(|moving| moving.is_settled(hour(sightings[sightings.len() - 1].0)))
        };
        assert!(seen(&[(0, url("new")), (1, url("new")), (48, url("new"))]));
        assert!(!seen(&[(0, url("new")), (48, url("new"))]), "twice");
        assert!(
            !seen(&[(0, url("new")), (1, url("new")), (47, url("new"))]),
            "within two days"
        );
        assert!(!seen(&[
            (0, url("new")),
            (1, None),
            (2, url("new")),
            (48, url("new")),
            (49, url("new"))
        ]));
        assert!(!seen(&[
            (0, url("new")),
            (1, url("new")),
            (48, url("other")),
            (49, url("new"))
        ]));
    }
}
