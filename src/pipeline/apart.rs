//! Work that takes a core, off the async threads: as much at once as there are cores, each for a bounded time, and
//! without harm to anything else whatever becomes of it.
//!
//! Its threads are its own. Those that the runtime has for what blocks take turns and become more than there are cores;
//! each of them would keep the memory of the largest page that it read, and the words that it worked out.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

/// Reading a page takes milliseconds. What takes so long will never end well.
const BUDGET: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce() + Send>;

/// The cores, to be shared.
#[derive(Debug, Clone)]
pub struct Apart {
    places: Arc<Semaphore>,
    budget: Duration,
    jobs: Sender<Job>,
    waiting: Arc<Mutex<Receiver<Job>>>,
}

/// Why work came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Spoiled {
    #[error("reading it failed in a way that should not be possible; please report this page")]
    Panicked,
    #[error("reading it was given up after {} s; please report this page", .0.as_secs())]
    Endless(Duration),
}

impl Default for Apart {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self::new(cores, BUDGET)
    }
}

impl Apart {
    fn new(cores: usize, budget: Duration) -> Self {
        let (jobs, waiting) = channel();
        let apart = Self {
            places: Arc::new(Semaphore::new(cores)),
            budget,
            jobs,
            waiting: Arc::new(Mutex::new(waiting)),
        };
        (0..cores).for_each(|_| apart.employ());
        apart
    }

    /// One thread more, which ends with the last who may have work for it.
    fn employ(&self) {
        let waiting = Arc::clone(&self.waiting);
        let named = thread::Builder::new().name("reading".to_owned());
        let hired = named.spawn(move || {
            loop {
                let next = waiting
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .recv();
                match next {
                    Ok(job) => job(),
                    Err(_) => break,
                }
            }
        });
        if let Err(error) = hired {
            tracing::error!("a thread to read pages on cannot be started: {error}");
        }
    }

    /// Does some work. What goes over its time can't be stopped, but nothing waits for it any longer, and its place
    /// is free again.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Spoiled> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        let (answer, done) = oneshot::channel();
        let job = move || {
            // Dropped without an answer, it says that there will be none.
            if let Ok(result) = catch_unwind(AssertUnwindSafe(work)) {
                let _ = answer.send(result);
            }
        };
        // It fails only if nobody can receive it, and this has a hold of the receiver.
        let _ = self.jobs.send(Box::new(job));
        match timeout(self.budget, done).await {
            Ok(done) => done.map_err(|_| Spoiled::Panicked),
            Err(_) => {
                // Its thread may never be back.
                self.employ();
                Err(Spoiled::Endless(self.budget))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_of_its_own_work_only() {
        let apart = Apart::new(1, BUDGET);
        assert_eq!(
            apart.run(|| panic!("on purpose")).await.map(|()| 0),
            Err(Spoiled::Panicked)
        );
        assert_eq!(apart.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn what_goes_over_its_time_is_given_up_and_keeps_no_place() {
        let apart = Apart::new(1, Duration::from_millis(200));
        let (end, ended) = mpsc::channel::<()>();
        let endless = apart.run(move || ended.recv().is_ok()).await;
        assert_eq!(endless, Err(Spoiled::Endless(apart.budget)));
        assert_eq!(apart.run(|| 1).await, Ok(1));
        drop(end);
    }

    #[tokio::test]
    async fn no_more_runs_at_once_than_there_are_places() {
        let apart = Apart::new(2, BUDGET);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..8).map(|_| {
            let (apart, running, most) = (apart.clone(), Arc::clone(&running), Arc::clone(&most));
            tokio::spawn(async move {
                let work = move || {
                    most.fetch_max(1 + running.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                    running.fetch_sub(1, Ordering::SeqCst);
                };
                apart.run(work).await
            })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }
}
