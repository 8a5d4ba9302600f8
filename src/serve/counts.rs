//! What the daemon has done since it was started, in numbers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::StatusCode;

use crate::model::FeedId;
use crate::store::Recorded;

/// The counts. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    work: Arc<Mutex<Work>>,
    /// What is served to everybody.
    pub public: Traffic,
    /// What is served to the operator.
    pub admin: Traffic,
}

/// Polls and publishes.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// Polls by outcome.
    pub(super) polls: BTreeMap<&'static str, u64>,
    pub(super) poll_times: Histogram,
    /// Items of polls by what became of them.
    pub(super) items: BTreeMap<&'static str, u64>,
    /// Publishes by outcome.
    pub(super) publishes: BTreeMap<&'static str, u64>,
    pub(super) publish_times: Histogram,
    pub(super) files_written: u64,
    pub(super) published: Option<DateTime<Utc>>,
    /// How many entries each feed showed at the last publish.
    pub(super) entries: BTreeMap<FeedId, usize>,
}

impl Default for Work {
    fn default() -> Self {
        let none = |names: &[&'static str]| names.iter().map(|name| (*name, 0)).collect();
        Self {
            polls: none(&[
                "degraded",
                "failed",
                "held",
                "read",
                "stale",
                "unchanged",
                "unrecorded",
            ]),
            poll_times: Histogram::new(&[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0]),
            items: none(&["edited", "joined", "new", "seen"]),
            publishes: none(&["failed", "ok"]),
            publish_times: Histogram::new(&[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]),
            files_written: 0,
            published: None,
            entries: BTreeMap::new(),
        }
    }
}

impl Counts {
    /// Counts a poll: what was recorded of it, or nothing where that failed, and how long it took.
    pub fn polled(&self, recorded: Option<&Recorded>, took: Duration) {
        let mut work = self.work();
        let outcome = match recorded {
            None => "unrecorded",
            Some(recorded) if recorded.failed => "failed",
            Some(recorded) if recorded.degraded => "degraded",
            Some(recorded) if recorded.held => "held",
            Some(recorded) if recorded.stale => "stale",
            Some(recorded) if recorded.unchanged => "unchanged",
            Some(_) => "read",
        };
        add(&mut work.polls, outcome, 1);
        work.poll_times.observe(took);
        if let Some(recorded) = recorded {
            for (name, count) in [
                ("edited", recorded.edited),
                ("joined", recorded.joined),
                ("new", recorded.new),
                ("seen", recorded.seen),
            ] {
                add(&mut work.items, name, count as u64);
            }
        }
    }

    /// Counts a publish: the files that were written and the entries of the feeds, or nothing where it failed, and how
    /// long it took.
    pub fn published(
        &self,
        done: Option<(usize, &BTreeMap<FeedId, usize>)>,
        took: Duration,
        now: DateTime<Utc>,
    ) {
        let mut work = self.work();
        work.publish_times.observe(took);
        let Some((written, entries)) = done else {
            add(&mut work.publishes, "failed", 1);
            return;
        };
        add(&mut work.publishes, "ok", 1);
        work.files_written += written as u64;
        work.published = Some(now);
        work.entries.clone_from(entries);
    }

    /// All of it as it is now.
    pub(super) fn now(&self) -> Work {
        self.work().clone()
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(counts: &mut BTreeMap<&'static str, u64>, name: &'static str, count: u64) {
    *counts.entry(name).or_default() += count;
}

/// Durations, counted by upper bounds in seconds.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    pub(super) bounds: &'static [f64],
    /// How many are within each bound and above the one before; the last are above all.
    pub(super) counts: Vec<u64>,
    pub(super) sum: Duration,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: Duration::ZERO,
        }
    }

    fn observe(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let place = self.bounds.partition_point(|bound| *bound < seconds);
        self.counts[place] += 1;
        self.sum += took;
    }
}

/// The statuses of answers; others are counted together.
pub(super) const STATUSES: [u16; 8] = [200, 304, 308, 400, 404, 405, 412, 503];

/// What is served at one address. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Traffic(Arc<Atomic>);

#[derive(Debug, Default)]
struct Atomic {
    /// In the order of [`STATUSES`], and the others.
    answers: [AtomicU64; STATUSES.len() + 1],
    bytes: AtomicU64,
    connections: AtomicU64,
    ended: AtomicU64,
    displaced: AtomicU64,
}

/// [`Traffic`] at a moment.
#[derive(Debug)]
pub(super) struct Served {
    /// Answers by status; nothing stands for the others.
    pub(super) answers: Vec<(Option<u16>, u64)>,
    /// Bytes of their bodies.
    pub(super) bytes: u64,
    /// Connections that were taken.
    pub(super) connections: u64,
    /// Connections that are open.
    pub(super) open: u64,
    /// Connections that lost their place to others.
    pub(super) displaced: u64,
}

impl Traffic {
    pub(super) fn answered(&self, status: StatusCode, bytes: u64) {
        let known = STATUSES.iter().position(|other| status == *other);
        let place = known.unwrap_or(STATUSES.len());
        self.0.answers[place].fetch_add(1, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a connection, which is open until what this gives is dropped.
    pub(super) fn connected(&self, displaced: bool) -> Open {
        self.0.connections.fetch_add(1, Ordering::Relaxed);
        self.0
            .displaced
            .fetch_add(u64::from(displaced), Ordering::Relaxed);
        Open(self.clone())
    }

    pub(super) fn now(&self) -> Served {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let statuses = STATUSES.iter().copied().map(Some).chain([None]);
        // What ended is read first, so that no more than was taken has ended.
        let ended = read(&self.0.ended);
        let connections = read(&self.0.connections);
        Served {
            answers: statuses.zip(self.0.answers.iter().map(read)).collect(),
            bytes: read(&self.0.bytes),
            connections,
            open: connections.saturating_sub(ended),
            displaced: read(&self.0.displaced),
        }
    }
}

/// An open connection, for as long as it is kept.
#[derive(Debug)]
pub(super) struct Open(Traffic);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
