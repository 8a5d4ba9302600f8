//! The one thread that only reads: one after the other, on a connection of its own, beside whatever is being written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A handle to the thread, which ends with the last of them.
#[derive(Clone)]
pub(super) struct Reader {
    jobs: Arc<Mutex<Sender<Job>>>,
}

impl Reader {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        std::thread::Builder::new()
            .name("store reader".into())
            .spawn(move || work(&connection, &queue))?;
        Ok(Self {
            jobs: Arc::new(Mutex::new(jobs)),
        })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let _ = reply.send(work(connection));
        });
        let sent = {
            let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.send(job).is_ok()
        };
        if !sent {
            return Err(StoreError::Closed);
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

fn work(connection: &Connection, queue: &Receiver<Job>) {
    while let Ok(job) = queue.recv() {
        // A panic while reading leaves nothing half-done behind.
        let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
    }
}
