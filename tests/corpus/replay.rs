//! Plays a source's news back as a daemon would come by it: what it knows at a moment is what it has polled by then.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rassegna::config::Plan;
use rassegna::model::SourceId;
use rassegna::schedule::{Known, Sighting, due};

/// What polling came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replay {
    /// Requests, in the mean over all starts.
    pub(crate) requests: f64,
    /// How long each piece of news waited, in minutes, in order; over all starts.
    pub(crate) delays: Vec<f64>,
    /// When it was polled, over all starts.
    pub(crate) polls: Vec<DateTime<Utc>>,
}

impl Replay {
    pub(crate) fn mean(&self) -> f64 {
        self.delays.iter().sum::<f64>() / self.delays.len() as f64
    }
}

/// Polls a source from `start` until it has all `news`, which is in order. What was there at the first poll is
/// backlog. `dated`: the source tells the hours of its news. So many `starts` are tried, spread over half an hour,
/// because where one poll falls decides on all that follow.
pub(crate) fn replay(
    plan: &Plan,
    news: &[DateTime<Utc>],
    start: DateTime<Utc>,
    dated: bool,
    starts: i32,
) -> Replay {
    let mut all = Replay::default();
    for nth in 0..starts {
        let mut asked = start + TimeDelta::minutes(30) * nth / starts;
        let mut known = Known::default();
        let mut left = news;
        loop {
            let (had, rest) = left.split_at(left.partition_point(|at| *at <= asked));
            left = rest;
            all.requests += 1.0 / f64::from(starts);
            all.polls.push(asked);
            let waited = had.iter().filter(|at| **at > start);
            all.delays
                .extend(waited.map(|at| (asked - at).as_seconds_f64() / 60.0));
            known.news.extend(had.iter().map(|at| Sighting {
                published: dated.then_some(*at),
                seen: asked,
                backlog: known.first.is_none(),
            }));
            known.first.get_or_insert(asked);
            if left.is_empty() {
                break;
            }
            asked = due(plan, &SourceId("replayed".into()), asked, asked, &known);
        }
    }
    all.delays.sort_by(f64::total_cmp);
    all
}

/// A plan of so many minutes.
pub(crate) fn every(minutes: u64) -> Plan {
    Plan::Every(Duration::from_secs(minutes * 60))
}

/// A plan between bounds in minutes.
pub(crate) fn adaptive(min: u64, max: u64, zone: chrono_tz::Tz) -> Plan {
    Plan::Adaptive(rassegna::config::Bounds {
        min: Duration::from_secs(min * 60),
        max: Duration::from_secs(max * 60),
        zone,
    })
}
