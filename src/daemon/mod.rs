//! The long run: polls what is due, publishes what changed, serves it, and obeys signals and requests.

mod clock;
mod engine;
mod hub;
mod listen;
mod notify;
mod reload;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

pub use engine::{Engine, StartFailure, data_folder, fetcher};

use clock::Clock;

use crate::config::{Config, Listen};
use crate::model::SourceId;
use crate::pipeline::{PublishFailure, Published, Word};
use crate::schedule;
use crate::serve::{Health, Part};
use crate::store::{Recorded, Request, StoreError};

/// So many polls are under way at once, most of them waiting for the turn of their host: each takes some kilobytes.
pub const POLLS: usize = 1_024;
/// While polls go on, changes are collected for so long before they are published together.
const SETTLE: Duration = Duration::from_secs(2);
/// Publishing that failed is tried again after so long.
const RETRY: Duration = Duration::from_secs(30);
/// A source whose poll panicked is polled again after so long.
const AFTER_PANIC: TimeDelta = TimeDelta::hours(1);
/// How often old items are looked for.
const PRUNE: Duration = Duration::from_secs(6 * 60 * 60);
/// How long open connections may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Why the daemon could not start or go on.
#[derive(Debug, Error)]
pub enum Failure {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartFailure),
    /// The store failed while running.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {why}; change `serve.{key}`, or set it to \"off\"")]
    Listen {
        /// The address.
        address: Listen,
        /// The key below `serve`.
        key: &'static str,
        /// What the system says.
        why: std::io::Error,
    },
}

/// What the system tells a daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// To stop.
    Stop,
    /// To read the configuration again.
    Reload,
}

/// Where signals come from; an argument, so that others than the system can send them.
pub trait Signals: Send {
    /// The next signal. May be dropped while it waits, and loses nothing by that.
    fn next(&mut self) -> impl Future<Output = Signal> + Send;
}

/// Runs until told to stop.
///
/// # Errors
///
/// [`Failure`] where it can't start, or where the store fails for good.
pub async fn run(config: Config, data: &Path, mut signals: impl Signals) -> Result<(), Failure> {
    let engine = Engine::start(config, data)?;
    let mut daemon = Daemon::new(engine).await?;
    let stopped = CancellationToken::new();
    let servers = listen::listen(&daemon.engine, &daemon.health, &daemon.shown, &stopped).await?;
    daemon.publish_now().await;
    notify::ready();
    tracing::info!(
        sources = daemon.engine.config.sources.len(),
        feeds = daemon.engine.config.feeds.len(),
        "running"
    );
    if daemon.engine.config.sources.is_empty() {
        tracing::warn!(
            "no source is enabled: add a [source.ID] table, or take `enabled = false` out of one"
        );
    }
    let result = daemon.go_on(&mut signals).await;
    notify::stopping();
    tracing::info!("stopping");
    // What is being fetched is abandoned; what is being written is finished by the store.
    daemon.polls.abort_all();
    stopped.cancel();
    let _ = tokio::time::timeout(GRACE, async {
        for server in servers {
            let _ = server.await;
        }
        while daemon.publishing.join_next().await.is_some() {}
    })
    .await;
    daemon.engine.store.close().await;
    result
}

struct Daemon {
    engine: Engine,
    health: Health,
    /// The configuration in use, for the status page.
    shown: watch::Sender<Shared>,
    due: BTreeMap<SourceId, DateTime<Utc>>,
    clock: Clock,
    /// The sources that are being polled, and the task of each.
    polling: BTreeMap<SourceId, tokio::task::Id>,
    polls: JoinSet<(SourceId, Result<Recorded, StoreError>)>,
    publishing: JoinSet<Result<Published, PublishFailure>>,
    telling: JoinSet<Result<Word, StoreError>>,
    /// When the hub is to be told of something.
    tell_at: Option<DateTime<Utc>>,
    /// Since when something waits to be published.
    changed: Option<Instant>,
    /// Requests under way, and the sources that each still waits for.
    requests: Vec<(Request, BTreeSet<SourceId>)>,
    /// The replays that wait until their source is not being polled.
    replays: Vec<Request>,
    failing: BTreeSet<SourceId>,
    pruned: Instant,
}

impl Daemon {
    async fn new(engine: Engine) -> Result<Self, Failure> {
        let mut daemon = Self {
            shown: watch::Sender::new(Arc::clone(&engine.config)),
            engine,
            health: Health::default(),
            due: BTreeMap::new(),
            clock: Clock::new(Utc::now()),
            polling: BTreeMap::new(),
            polls: JoinSet::new(),
            publishing: JoinSet::new(),
            telling: JoinSet::new(),
            tell_at: None,
            changed: None,
            requests: Vec::new(),
            replays: Vec::new(),
            failing: BTreeSet::new(),
            pruned: Instant::now(),
        };
        daemon.schedule().await?;
        daemon.engine.store.renew_requests().await?;
        Ok(daemon)
    }

    /// Makes the sources known to the store and plans the first run of each that is not held.
    async fn schedule(&mut self) -> Result<(), StoreError> {
        let sources = &self.engine.config.sources;
        let registered = self.engine.prepare().await?;
        let now = Utc::now();
        self.due = sources
            .iter()
            .zip(registered)
            .filter(|(_, registered)| registered.held.is_none())
            .map(|(source, registered)| {
                let due = schedule::resume(&source.plan, &source.id, &registered.remembered, now);
                (source.id.clone(), due)
            })
            .collect();
        self.failing.retain(|id| self.due.contains_key(id));
        Ok(())
    }

    async fn go_on(&mut self, signals: &mut impl Signals) -> Result<(), Failure> {
        let mut tick = interval(Duration::from_millis(500));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.mind_clock(Utc::now());
            let next = self
                .due
                .iter()
                .filter(|(id, _)| !self.polling.contains_key(*id))
                .map(|(_, due)| *due)
                .min();
            let busy = !self.polling.is_empty() || self.changed.is_some();
            self.engine
                .shelf
                .set_due(if busy { Some(Utc::now()) } else { next });
            let next = next.filter(|_| self.polling.len() < POLLS);
            let wait = next.map_or(Duration::from_secs(3600), |due| {
                (due - Utc::now()).to_std().unwrap_or_default()
            });
            tokio::select! {
                signal = signals.next() => match signal {
                    Signal::Stop => return Ok(()),
                    Signal::Reload => self.reload().await?,
                },
                () = sleep(wait) => self.start_due(),
                Some(done) = self.polls.join_next() => match done {
                    Ok((id, Ok(recorded))) => self.polled(&id, recorded),
                    Ok((id, Err(error))) if error.may_pass() => self.unrecorded(&id, &error),
                    Ok((_, Err(error))) => return Err(error.into()),
                    Err(error) => self.ended_early(&error),
                },
                Some(done) = self.publishing.join_next() => self.published(done.unwrap_or(Err(PublishFailure::Render))),
                Some(done) = self.telling.join_next() => self.told(done.unwrap_or(Ok(Word::default()))),
                _ = tick.tick() => {
                    notify::alive();
                    self.tell_if_due();
                    self.engine.store.check_place()?;
                    match self.take_requests().await {
                        Err(error) if error.may_pass() => self.not_recording(&error),
                        other => other?,
                    }
                    self.prune().await;
                }
            }
            self.publish_if_settled();
        }
    }

    /// What was due in ten minutes still is after the clock was set back, not a day later.
    fn mind_clock(&mut self, now: DateTime<Utc>) {
        let Some(back) = self.clock.set_back(now) else {
            return;
        };
        for due in self.due.values_mut() {
            *due = due.checked_sub_signed(back).unwrap_or(now);
        }
        if back >= TimeDelta::seconds(1) {
            let by = back.num_seconds();
            tracing::warn!(
                "the clock was set back by {by} s; sources stay due in as long as before"
            );
        }
    }

    fn start_due(&mut self) {
        let now = Utc::now();
        let mut due: Vec<(DateTime<Utc>, &SourceId)> = self
            .due
            .iter()
            .filter(|(id, due)| **due <= now && !self.polling.contains_key(*id))
            .map(|(id, due)| (*due, id))
            .collect();
        // Where there is no room for all, those that have waited the longest go first.
        due.sort_unstable();
        let room = POLLS.saturating_sub(self.polling.len());
        let due: BTreeSet<SourceId> = due
            .into_iter()
            .take(room)
            .map(|(_, id)| id.clone())
            .collect();
        self.start(&due);
    }

    fn start(&mut self, wanted: &BTreeSet<SourceId>) {
        for source in &self.engine.config.sources {
            if wanted.contains(&source.id) && !self.polling.contains_key(&source.id) {
                let task = self.polls.spawn(self.engine.poll(source, None));
                self.polling.insert(source.id.clone(), task.id());
            }
        }
    }

    fn polled(&mut self, id: &SourceId, recorded: Recorded) {
        self.health.set(Part::Recording, None);
        self.polling.remove(id);
        if let Some(due) = self.due.get_mut(id) {
            *due = recorded.next_run;
        }
        if recorded.failed || recorded.degraded {
            self.failing.insert(id.clone());
        } else if !recorded.held && !recorded.replayed && self.failing.remove(id) {
            tracing::info!(source.id = %id, "{id} is well again");
        }
        if recorded.matters() && self.changed.is_none() {
            self.changed = Some(Instant::now());
        }
        for (_, waiting) in &mut self.requests {
            waiting.remove(id);
        }
    }

    /// A poll that could not be recorded: readers are served on, and the source is polled again by its plan. Its
    /// answer was not recorded in part, so that the next one brings all of it.
    fn unrecorded(&mut self, id: &SourceId, error: &StoreError) {
        tracing::error!(source.id = %id, "{id}: what was read could not be recorded: {error}; it will be read again");
        self.not_recording(error);
        self.polling.remove(id);
        let now = Utc::now();
        let sources = &self.engine.config.sources;
        if let (Some(source), Some(due)) = (
            sources.iter().find(|source| source.id == *id),
            self.due.get_mut(id),
        ) {
            *due = schedule::next_run(&source.plan, id, Some(now), now);
        }
        for (_, waiting) in &mut self.requests {
            waiting.remove(id);
        }
    }

    /// Health says so until something is recorded again.
    fn not_recording(&self, error: &StoreError) {
        let trouble = format!("what is read can't be recorded: {error}");
        self.health.set(Part::Recording, Some(trouble));
    }

    /// A poll that panicked: its source is polled again, though not at once.
    fn ended_early(&mut self, error: &JoinError) {
        let ended: Vec<SourceId> = self
            .polling
            .extract_if(.., |_, task| *task == error.id())
            .map(|(id, _)| id)
            .collect();
        for id in ended {
            tracing::error!(source.id = %id, "{id}: the poll ended early: {error}");
            self.due
                .entry(id.clone())
                .and_modify(|due| *due = Utc::now() + AFTER_PANIC);
            for (_, waiting) in &mut self.requests {
                waiting.remove(&id);
            }
        }
    }

    /// Publishes once no poll is under way, or after a while if there always is one.
    fn publish_if_settled(&mut self) {
        let now = Instant::now();
        let settled = self.changed.is_some_and(|since| {
            since <= now && (self.polling.is_empty() || now - since >= SETTLE)
        });
        if settled && self.publishing.is_empty() {
            self.changed = None;
            self.publishing.spawn(self.engine.publish());
        }
    }

    fn published(&mut self, result: Result<Published, PublishFailure>) {
        match result {
            Ok(published) => {
                self.health.set(Part::Publishing, None);
                self.tell_at = Some(Utc::now());
                if !published.written.is_empty() {
                    tracing::info!(
                        files = published.written.len(),
                        "published: {}",
                        some(&published.written)
                    );
                }
            }
            Err(error) => {
                tracing::error!(
                    "publishing failed: {error}; it is tried again in {} s",
                    RETRY.as_secs()
                );
                self.health.set(
                    Part::Publishing,
                    Some(format!("publishing failed: {error}")),
                );
                self.changed = Some(Instant::now() + RETRY);
            }
        }
        let sources = self.due.len();
        notify::status(&format!(
            "{sources} sources, {} failing",
            self.failing.len()
        ));
    }

    async fn publish_now(&mut self) {
        let result = self.engine.publish().await;
        self.published(result);
    }

    async fn prune(&mut self) {
        if self.pruned.elapsed() < PRUNE {
            return;
        }
        self.pruned = Instant::now();
        match self.engine.prune(Utc::now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(
                items = gone,
                "dropped {gone} old items; their identities are kept"
            ),
            Err(error) => tracing::error!("dropping old items failed: {error}"),
        }
    }
}

/// The names of files as a line of the log has room for them.
fn some(files: &[String]) -> String {
    const LISTED: usize = 10;
    let first = files.iter().take(LISTED).map(String::as_str);
    let first = first.collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The horizon of what is kept.
fn horizon(config: &Config, now: DateTime<Utc>) -> DateTime<Utc> {
    TimeDelta::from_std(config.store.keep)
        .ok()
        .and_then(|keep| now.checked_sub_signed(keep))
        .unwrap_or(DateTime::UNIX_EPOCH)
}

/// A configuration that several tasks read.
type Shared = Arc<Config>;
