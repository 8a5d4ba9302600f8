//! Places for connections.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

/// The open connections. Where there are too many, the one that was used least recently loses its place, so that
/// those who hold connections and do nothing keep nobody out.
#[derive(Debug, Clone)]
pub(super) struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    begun: Instant,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Held>>>,
}

#[derive(Debug)]
struct Held {
    /// In milliseconds since the beginning.
    used: AtomicU64,
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
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            most,
            begun: Instant::now(),
            next: AtomicU64::new(0),
            open: Mutex::default(),
        }))
    }

    pub(super) fn take(&self) -> Place {
        let made_room = self.open().len() >= self.0.most && self.make_room();
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let held = Arc::new(Held {
            used: AtomicU64::new(self.now()),
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
            .min_by_key(|(number, held)| (held.used.load(Ordering::Relaxed), **number))
            .map(|(number, _)| *number);
        let oldest = oldest.and_then(|number| open.remove(&number));
        if let Some(held) = &oldest {
            held.lost.cancel();
        }
        oldest.is_some()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Held>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Comes when the place is lost.
    pub(super) fn lost(&self) -> CancellationToken {
        self.held.lost.clone()
    }

    /// Says that the connection is in use now.
    pub(super) fn used(&self) {
        self.held.used.store(self.places.now(), Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_place_that_was_used_least_recently_is_lost() {
        let places = Places::new(2);
        let first = places.take();
        let second = places.take();
        std::thread::sleep(Duration::from_millis(3));
        first.used();
        let third = places.take();
        assert!(third.made_room && second.lost().is_cancelled());
        assert!(!first.lost().is_cancelled() && !third.lost().is_cancelled());
        drop((second, third));
        let fourth = places.take();
        assert!(!fourth.made_room && !first.lost().is_cancelled());
    }
}
