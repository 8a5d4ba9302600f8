//! How many answers are in hand at once: fetched and not recorded yet.
//!
//! Hosts may answer faster than what they say can be recorded. Each poll takes up its load with its first answer, while it
//! still has its turn, so that no further request starts where too much is in hand; and puts it down once it is recorded,
//! or where it goes on to wait for another host. Memory is bounded by this, however many sources are due at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The load of one poll; dropping it puts it down.
#[derive(Debug)]
pub struct Load {
    room: Arc<Semaphore>,
    taken: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Load {
    pub(super) fn new(room: &Arc<Semaphore>) -> Self {
        Self {
            room: Arc::clone(room),
            taken: Mutex::default(),
        }
    }

    /// Takes it up, once there is room for it. Nothing happens where it is taken up already.
    pub(super) async fn take(&self) {
        if self.is_taken() {
            return;
        }
        // The semaphore is never closed.
        let place = Arc::clone(&self.room).acquire_owned().await.ok();
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// Makes room for others while this poll waits for another answer.
    pub fn put_down(&self) {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    fn is_taken(&self) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn what_is_in_hand_is_bounded_and_is_put_down() {
        let room = Arc::new(Semaphore::new(1));
        let (one, other) = (Load::new(&room), Load::new(&room));
        one.take().await;
        one.take().await;
        let soon = Duration::from_millis(20);
        assert!(timeout(soon, other.take()).await.is_err());
        one.put_down();
        assert!(timeout(soon, other.take()).await.is_ok());
        drop(other);
        assert!(timeout(soon, one.take()).await.is_ok());
    }
}
