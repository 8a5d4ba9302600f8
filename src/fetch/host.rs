//! Politeness: how many requests run at once, in all and to one host, and how soon one follows another.
//!
//! It sends nothing and remembers nothing beyond the process; waits that must survive are the store's.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::{FetchError, Load};

/// A request that is not answered after so long gives its place in the whole to the next one.
const STALLED: Duration = Duration::from_secs(2);

/// Requests that have stalled may be so many times as many as others.
const PATIENCE: usize = 8;

/// Answers may be in hand so many times as many as requests run.
const IN_HAND: usize = 2;

/// The turns of all hosts.
pub(super) struct Hosts {
    /// Requests in flight in all, but for those that have stalled.
    everywhere: Arc<Semaphore>,
    /// Those among them to hosts that have not shown that they answer: half of all, so that a crowd of hosts that don't
    /// never keeps those waiting that do.
    unproven: Arc<Semaphore>,
    /// Those that have stalled.
    stalled: Arc<Semaphore>,
    per_host: usize,
    gap: Duration,
    known: Mutex<Known>,
    /// The pauses that hosts asked for since they were last looked at.
    pauses: Mutex<Vec<Pause>>,
    /// The answers in hand.
    room: Arc<Semaphore>,
}

/// A host's wish to be left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Its origin, as in `https://agency.example`.
    pub host: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// The hosts in use or not long out of it, by `name:port`.
struct Known {
    hosts: HashMap<String, Arc<Host>>,
    /// At so many hosts the idle ones are dropped.
    full: usize,
}

/// The least size of the map at which it is worth looking for idle hosts.
const FULL: usize = 256;

struct Host {
    /// Requests in flight to it.
    slots: Arc<Semaphore>,
    /// Whoever has it is next to start. Both serve in the order of asking.
    door: tokio::sync::Mutex<()>,
    times: Mutex<Times>,
    /// Whether its last request was over before it stalled.
    proven: AtomicBool,
}

#[derive(Clone, Copy)]
struct Times {
    /// No request starts before.
    next: Instant,
    /// No request is let in before: the host has asked for a pause.
    held: Instant,
    /// What its robots.txt wants to lie between two starts.
    gap: Duration,
}

/// The right to run one request; it ends when this is dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    _slot: OwnedSemaphorePermit,
    everywhere: OwnedSemaphorePermit,
    unproven: Option<OwnedSemaphorePermit>,
    stalled: Arc<Semaphore>,
}

impl Turn {
    /// Runs the request, and holds up as little as possible if it stalls. `proves`: whether it shows, if it does not, that
    /// the host answers.
    /// What is to be done with the answer before the next request starts is done by `then`.
    pub(super) async fn run<T>(
        mut self,
        request: impl Future<Output = T>,
        proves: bool,
        then: impl AsyncFnOnce(&T),
    ) -> T {
        let mut request = pin!(request);
        let soon = timeout(STALLED, &mut request).await;
        if proves || soon.is_err() {
            self.host.proven.store(soon.is_ok(), Ordering::Relaxed);
        }
        let done = match soon {
            Ok(done) => done,
            Err(_) => {
                if let Ok(place) = Arc::clone(&self.stalled).try_acquire_owned() {
                    self.everywhere = place;
                    self.unproven = None;
                }
                request.await
            }
        };
        then(&done).await;
        done
    }
}

impl Hosts {
    /// Turns for at most `concurrency` requests in all and `per_host` to one host, whose starts are `gap` apart.
    pub(super) fn new(concurrency: usize, per_host: usize, gap: Duration) -> Self {
        let places =
            |count: usize| Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        Self {
            everywhere: places(concurrency),
            unproven: places(concurrency / 2),
            stalled: places(concurrency.saturating_mul(PATIENCE)),
            pauses: Mutex::default(),
            room: places(concurrency.saturating_mul(IN_HAND)),
            per_host: per_host.clamp(1, Semaphore::MAX_PERMITS),
            gap,
            known: Mutex::new(Known {
                hosts: HashMap::new(),
                full: FULL,
            }),
        }
    }

    /// The load of one poll.
    pub(super) fn load(&self) -> Load {
        Load::new(&self.room)
    }

    /// Waits for the turn of a request. May be dropped at any time; then the next in line moves up.
    ///
    /// # Errors
    /// [`FetchError::Held`] as soon as the host is known to want a pause: nobody waits here for an hour.
    pub(super) async fn turn(&self, url: &Url) -> Result<Turn, FetchError> {
        let host = self.host(url);
        host.admits()?;
        let slot = acquire(&host.slots).await;
        let door = host.door.lock().await;
        let next = host.admits()?.next;
        // A sleep takes a millisecond, even until now.
        if next > Instant::now() {
            sleep_until(next).await;
        }
        // The slot in the whole is taken last: a request that only waits for its host keeps none from others.
        let unproven = if host.proven.load(Ordering::Relaxed) {
            None
        } else {
            Some(acquire(&self.unproven).await)
        };
        let everywhere = acquire(&self.everywhere).await;
        host.admits()?;
        let mut times = lock(&host.times);
        times.next = Instant::now() + self.gap.max(times.gap);
        drop(times);
        drop(door);
        Ok(Turn {
            host,
            _slot: slot,
            everywhere,
            unproven,
            stalled: Arc::clone(&self.stalled),
        })
    }

    /// Keeps a distance between requests to a host that its robots.txt asks for, if it is the greater one. It counts
    /// from the last request on.
    pub(super) fn slow_down(&self, url: &Url, delay: Option<Duration>) {
        let host = self.host(url);
        let mut times = lock(&host.times);
        let (before, after) = (
            times.gap.max(self.gap),
            delay.unwrap_or_default().max(self.gap),
        );
        times.gap = delay.unwrap_or_default();
        times.next += after.saturating_sub(before);
    }

    /// Holds a host that has just asked for a pause, and remembers that it did.
    pub(super) fn pause(&self, url: &Url, pause: Duration) {
        self.hold(url, Instant::now() + pause);
        let until = TimeDelta::from_std(pause)
            .ok()
            .and_then(|pause| Utc::now().checked_add_signed(pause));
        lock(&self.pauses).extend(until.map(|until| Pause {
            host: url.origin().ascii_serialization(),
            until,
        }));
    }

    /// The pauses that were asked for since the last time that this was asked.
    pub(super) fn pauses(&self) -> Vec<Pause> {
        std::mem::take(&mut lock(&self.pauses))
    }

    /// Lets no request to a host start before a moment; a longer pause that it already keeps stays.
    pub(super) fn hold(&self, url: &Url, until: Instant) {
        let host = self.host(url);
        let mut times = lock(&host.times);
        times.held = times.held.max(until);
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let name = format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or_default()
        );
        let mut known = lock(&self.known);
        if known.hosts.len() >= known.full {
            let now = Instant::now();
            known
                .hosts
                .retain(|_, host| Arc::strong_count(host) > 1 || !lock(&host.times).passed(now));
            known.full = (2 * known.hosts.len()).max(FULL);
        }
        let new = || Arc::new(Host::new(self.per_host));
        Arc::clone(known.hosts.entry(name).or_insert_with(new))
    }
}

impl Host {
    fn new(slots: usize) -> Self {
        let now = Instant::now();
        Self {
            slots: Arc::new(Semaphore::new(slots)),
            door: tokio::sync::Mutex::new(()),
            times: Mutex::new(Times {
                next: now,
                held: now,
                gap: Duration::ZERO,
            }),
            proven: AtomicBool::new(false),
        }
    }

    /// Its times, unless it is held.
    fn admits(&self) -> Result<Times, FetchError> {
        let times = *lock(&self.times);
        let left = times.held.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Ok(times)
        } else {
            Err(FetchError::Held { left })
        }
    }
}

impl Times {
    fn passed(self, now: Instant) -> bool {
        self.next <= now && self.held <= now
    }
}

#[expect(clippy::expect_used, reason = "these semaphores are never closed")]
async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(semaphore)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed")
}

/// What the locks guard is whole at every moment, so that a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use tokio::time::timeout;

    const GAP: Duration = Duration::from_millis(60);
    const SOON: Duration = Duration::from_millis(20);

    fn url(host: &str) -> Url {
        Url::parse(&format!("http://{host}/")).unwrap()
    }

    async fn waits(hosts: &Hosts, host: &str) -> bool {
        timeout(SOON, hosts.turn(&url(host))).await.is_err()
    }

    #[tokio::test]
    async fn two_starts_at_one_host_are_a_gap_apart_however_short_the_requests_are() {
        let hosts = Hosts::new(9, 9, GAP);
        let start = Instant::now();
        for _ in 0..3 {
            drop(hosts.turn(&url("a.test")).await.unwrap());
        }
        assert!(start.elapsed() >= 2 * GAP, "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn the_gap_of_one_host_delays_no_other() {
        let hosts = Hosts::new(9, 9, Duration::from_secs(600));
        let _turn = hosts.turn(&url("a.test")).await.unwrap();
        assert!(waits(&hosts, "a.test").await);
        assert!(!waits(&hosts, "b.test").await);
        assert!(!waits(&hosts, "a.test:8080").await);
    }

    #[tokio::test]
    async fn a_host_has_no_more_requests_in_flight_than_its_share() {
        let hosts = Hosts::new(9, 2, Duration::ZERO);
        let first = hosts.turn(&url("a.test")).await.unwrap();
        let _second = hosts.turn(&url("a.test")).await.unwrap();
        assert!(waits(&hosts, "a.test").await);
        drop(first);
        assert!(!waits(&hosts, "a.test").await);
    }

    #[tokio::test]
    async fn all_hosts_together_have_no_more_requests_in_flight_than_configured() {
        let hosts = Hosts::new(1, 2, Duration::ZERO);
        let first = hosts.turn(&url("a.test")).await.unwrap();
        assert!(waits(&hosts, "b.test").await);
        drop(first);
        assert!(!waits(&hosts, "b.test").await);
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_that_have_not_answered_leave_half_of_the_places_to_those_that_have() {
        let hosts = Hosts::new(4, 1, Duration::ZERO);
        let proven = hosts.turn(&url("quick.test")).await.unwrap();
        proven.run(async {}, true, async |()| ()).await;
        let robots = hosts.turn(&url("c.test")).await.unwrap();
        robots.run(async {}, false, async |()| ()).await;
        let first = hosts.turn(&url("a.test")).await.unwrap();
        let _second = hosts.turn(&url("b.test")).await.unwrap();
        assert!(waits(&hosts, "c.test").await);
        assert!(!waits(&hosts, "quick.test").await);
        // One that stalls makes room for the next that is not proven, and is not proven by that.
        let stalls = tokio::spawn(first.run(std::future::pending::<()>(), true, async |()| ()));
        tokio::time::sleep(STALLED + SOON).await;
        assert!(!waits(&hosts, "c.test").await);
        stalls.abort();
        assert!(stalls.await.is_err());
        let _third = hosts.turn(&url("c.test")).await.unwrap();
        assert!(waits(&hosts, "a.test").await);
    }

    #[tokio::test]
    async fn who_waits_for_a_gap_takes_no_place_from_other_hosts() {
        let hosts = Arc::new(Hosts::new(1, 2, Duration::from_secs(600)));
        drop(hosts.turn(&url("a.test")).await.unwrap());
        let waiting = tokio::spawn({
            let hosts = Arc::clone(&hosts);
            async move { hosts.turn(&url("a.test")).await.map(drop) }
        });
        assert!(!waits(&hosts, "b.test").await);
        assert!(!waiting.is_finished());
        waiting.abort();
    }

    #[tokio::test]
    async fn a_waiting_request_that_is_given_up_lets_the_next_one_through() {
        let hosts = Hosts::new(1, 1, Duration::ZERO);
        let first = hosts.turn(&url("a.test")).await.unwrap();
        assert!(waits(&hosts, "a.test").await);
        assert!(waits(&hosts, "a.test").await);
        drop(first);
        assert!(!waits(&hosts, "a.test").await);
    }

    #[tokio::test]
    async fn a_held_host_refuses_at_once_and_those_in_its_queue_too() {
        let hosts = Arc::new(Hosts::new(9, 1, Duration::ZERO));
        let first = hosts.turn(&url("a.test")).await.unwrap();
        let queued = tokio::spawn({
            let hosts = Arc::clone(&hosts);
            async move { hosts.turn(&url("a.test")).await.map(drop) }
        });
        tokio::task::yield_now().await;
        hosts.hold(&url("a.test"), Instant::now() + Duration::from_secs(600));
        // A shorter pause does not cut the longer one.
        hosts.hold(&url("a.test"), Instant::now());
        drop(first);
        assert!(matches!(
            queued.await.unwrap(),
            Err(FetchError::Held { .. })
        ));
        assert!(
            matches!(hosts.turn(&url("a.test")).await, Err(FetchError::Held { left }) if left > Duration::from_secs(590))
        );
        assert!(hosts.turn(&url("b.test")).await.is_ok());
    }

    #[tokio::test]
    async fn idle_hosts_are_forgotten_and_those_with_a_future_are_not() {
        let hosts = Hosts::new(9, 1, Duration::ZERO);
        hosts.hold(&url("held.test"), Instant::now() + Duration::from_secs(600));
        let _running = hosts.turn(&url("running.test")).await.unwrap();
        for number in 0..4 * FULL {
            drop(hosts.turn(&url(&format!("h{number}.test"))).await.unwrap());
        }
        let known = lock(&hosts.known);
        assert!(known.hosts.len() <= FULL, "{}", known.hosts.len());
        assert!(known.hosts.contains_key("held.test:80"));
    }
}
