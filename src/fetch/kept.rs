//! Which servers' connections are kept for a while after an answer, to be used again.
//!
//! Only a few are kept at once, so that a thousand servers that are each asked for one document leave no thousand open
//! connections behind.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::{Origin, Url};

/// So long a connection is kept: a little less than servers do that keep theirs short.
pub(super) const KEPT: Duration = Duration::from_secs(4);
/// To so many servers.
const SERVERS: usize = 128;

/// The servers that have answered lately.
#[derive(Default)]
pub(super) struct Kept {
    until: Mutex<HashMap<Origin, Instant>>,
}

impl Kept {
    /// Whether a connection to a server may be there still.
    pub(super) fn has(&self, url: &Url) -> bool {
        let now = Instant::now();
        let kept = lock(&self.until);
        kept.get(&url.origin()).is_some_and(|until| *until > now)
    }

    /// Whether a connection to a server may be kept.
    pub(super) fn admits(&self, url: &Url) -> bool {
        let mut kept = lock(&self.until);
        if kept.len() >= SERVERS && !kept.contains_key(&url.origin()) {
            let now = Instant::now();
            kept.retain(|_, until| *until > now);
        }
        kept.len() < SERVERS || kept.contains_key(&url.origin())
    }

    /// Notes that a server has answered over a connection that may be kept.
    pub(super) fn note(&self, url: &Url) {
        lock(&self.until).insert(url.origin(), Instant::now() + KEPT);
    }
}

/// What the lock guards is whole at every moment, so that a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
