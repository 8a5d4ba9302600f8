//! Places for connections.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether a client has been too slow, as a share of the time that it may take, and at least.
const LOOKS: (u32, Duration) = (8, Duration::from_secs(1));
/// In place of the time since when a client is waited for: its answer is being made.
const NOT_WAITING: u64 = u64::MAX;

/// The open connections. Where there are too many, the one that was used least recently loses its place, so that
/// those who hold connections and do nothing keep nobody out. Who is waited for too long loses its place as well.
#[derive(Debug, Clone)]
pub(super) struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    /// How long a client may be waited for.
    patience: Duration,
    begun: Instant,
    /// The time of the last look, in milliseconds since the beginning: nobody asks the clock for each request.
    now: AtomicU64,
    /// The number of the next use of any place.
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Held>>>,
}

#[derive(Debug)]
struct Held {
    /// The number of its last use.
    used: AtomicU64,
    /// Since when its client is waited for: for a whole request, or to take more of an answer.
    waited: AtomicU64,
    lost: CancellationToken,
}

/// One connection's place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    number: u64,
    held: Arc<Held>,
    /// Whether another one was lost for it.
    pub(super) made_room: bool,
}

impl Places {
    pub(super) fn new(most: usize, patience: Duration) -> Self {
        Self(Arc::new(Inner {
            most,
            patience,
            begun: Instant::now(),
            now: AtomicU64::new(0),
            next: AtomicU64::new(0),
            open: Mutex::default(),
        }))
    }

    pub(super) fn take(&self) -> Place {
        let made_room = self.open().len() >= self.0.most && self.make_room();
        let number = self.next();
        let held = Arc::new(Held {
            used: AtomicU64::new(number),
            waited: AtomicU64::new(self.look()),
            lost: CancellationToken::new(),
        });
        self.open().insert(number, Arc::clone(&held));
        Place {
            places: self.clone(),
            number,
            held,
            made_room,
        }
    }

    /// Takes its place from the connection that was used least recently, if there is any.
    pub(super) fn make_room(&self) -> bool {
        let mut open = self.open();
        let oldest = open
            .iter()
            .min_by_key(|(_, held)| held.used.load(Ordering::Relaxed))
            .map(|(number, _)| *number);
        let oldest = oldest.and_then(|number| open.remove(&number));
        if let Some(held) = &oldest {
            held.lost.cancel();
        }
        oldest.is_some()
    }

    /// Whether any place is taken.
    pub(super) fn in_use(&self) -> bool {
        !self.open().is_empty()
    }

    /// After so long it is time to look for slow clients again.
    pub(super) fn pause(&self) -> Duration {
        let (share, most) = LOOKS;
        (self.0.patience / share).min(most)
    }

    /// Takes their places from the connections whose clients have been waited for too long: never too early, and two
    /// pauses late at most.
    pub(super) fn let_slow_go(&self) {
        let now = self.look();
        let most = milliseconds(self.0.patience + self.pause());
        for held in self.open().values() {
            if now.saturating_sub(held.waited.load(Ordering::Relaxed)) > most {
                held.lost.cancel();
            }
        }
    }

    /// The time by the clock.
    fn look(&self) -> u64 {
        let now = milliseconds(self.0.begun.elapsed());
        self.0.now.store(now, Ordering::Relaxed);
        now
    }

    fn next(&self) -> u64 {
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Held>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Place {
    /// Comes when the place is lost.
    pub(super) fn lost(&self) -> CancellationToken {
        self.held.lost.clone()
    }

    /// Says that the connection is in use now.
    pub(super) fn used(&self) {
        self.held.used.store(self.places.next(), Ordering::Relaxed);
    }

    /// Says that a whole request has come: nobody waits for the client while its answer is being made.
    pub(super) fn asked(&self) {
        self.held.waited.store(NOT_WAITING, Ordering::Relaxed);
    }

    /// Says that the client is waited for from now on: its answer is ready, or it has taken some of it.
    pub(super) fn answered(&self) {
        let now = self.places.0.now.load(Ordering::Relaxed);
        self.held.waited.store(now, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn the_place_that_was_used_least_recently_is_lost() {
        let places = Places::new(2, PATIENCE);
        let first = places.take();
        let second = places.take();
        first.used();
        let third = places.take();
        assert!(third.made_room && second.lost().is_cancelled());
        assert!(!first.lost().is_cancelled() && !third.lost().is_cancelled());
        drop((second, third));
        let fourth = places.take();
        assert!(!fourth.made_room && !first.lost().is_cancelled());
    }

    /// Lets time pass as the server does, looking every now and then.
    async fn pass(places: &Places, time: Duration) {
        let mut left = time;
        while !left.is_zero() {
            let pause = places.pause().min(left);
            advance(pause).await;
            places.let_slow_go();
            left -= pause;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_nothing_or_takes_nothing_is_let_go_but_not_too_early() {
        let places = Places::new(9, PATIENCE);
        let silent = places.take();
        let stalled = places.take();
        let dribbling = places.take();
        for _ in 0..PATIENCE.as_secs() {
            pass(&places, Duration::from_secs(1)).await;
            // What is no whole request is no reason to wait for longer.
            dribbling.used();
        }
        stalled.asked();
        stalled.answered();
        assert!(!silent.lost().is_cancelled() && !dribbling.lost().is_cancelled());
        pass(&places, Duration::from_secs(2)).await;
        assert!(silent.lost().is_cancelled() && dribbling.lost().is_cancelled());
        pass(&places, PATIENCE - Duration::from_secs(2)).await;
        assert!(!stalled.lost().is_cancelled());
        pass(&places, Duration::from_secs(2)).await;
        assert!(stalled.lost().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_little_by_little_or_is_being_answered_is_waited_for() {
        let places = Places::new(9, PATIENCE);
        let taking = places.take();
        let asking = places.take();
        asking.asked();
        for _ in 0..10 {
            pass(&places, PATIENCE - Duration::from_secs(1)).await;
            taking.answered();
        }
        assert!(!taking.lost().is_cancelled() && !asking.lost().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_the_first_for_long_has_all_its_time() {
        let places = Places::new(9, PATIENCE);
        advance(PATIENCE * 100).await;
        let place = places.take();
        pass(&places, PATIENCE).await;
        assert!(!place.lost().is_cancelled());
    }
}
