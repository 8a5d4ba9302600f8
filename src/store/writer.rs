//! The one thread that writes. What waits goes into one commit, each job in a savepoint of its own, so that a
//! failing one takes nothing else with it; nobody hears of success before the commit is synced.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;

/// So long another program that has the database is waited for.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// The most jobs that share a commit.
const BATCH: usize = 256;
/// So long further jobs are waited for that are known to come.
const TOGETHER: Duration = Duration::from_millis(5);
/// After so long nothing more goes into a commit.
const LONG: Duration = Duration::from_millis(200);

/// Does its work inside a savepoint and keeps the answer back until it is told how the commit went.
type Job = Box<dyn FnOnce(&Connection) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Option<Failure>) + Send>;
/// Why a transaction could not be begun or committed.
type Failure = (rusqlite::ffi::Error, String);

/// A handle to the thread.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: Arc<Mutex<Option<Sender<Job>>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// What was written holds no more what it held before: so shall the log.
    erase: Arc<AtomicBool>,
    /// How many jobs are known to come.
    coming: Arc<AtomicUsize>,
}

/// A job that is known to come. A commit takes milliseconds of the disk, so those that come together shall share it.
#[derive(Debug)]
pub struct Coming(Arc<AtomicUsize>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        let (erase, coming) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (asked, awaited) = (Arc::clone(&erase), Arc::clone(&coming));
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || work(connection, &queue, &asked, &awaited))?;
        Ok(Self {
            jobs: Arc::new(Mutex::new(Some(jobs))),
            thread: Arc::new(Mutex::new(Some(thread))),
            erase,
            coming,
        })
    }

    /// Says that a job will come, until what this gives is dropped.
    pub(super) fn expect(&self) -> Coming {
        self.coming.fetch_add(1, Ordering::Relaxed);
        Coming(Arc::clone(&self.coming))
    }

    /// What a job sets that deletes for good: after its commit the log is emptied too.
    pub(super) fn erase(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.erase)
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, work);
            Box::new(move |failure| {
                let result = match (result, failure) {
                    (result, None) => result,
                    // What went wrong inside of a job says more than how the whole ended.
                    (Err(error), Some(_)) if !matches!(error, StoreError::Closed) => Err(error),
                    (_, Some((code, why))) => Err(StoreError::Sqlite(
                        rusqlite::Error::SqliteFailure(code, Some(why)),
                    )),
                };
                let _ = reply.send(result);
            })
        });
        let sent = {
            let jobs = self
                .jobs
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
        };
        if !sent {
            return Err(StoreError::Closed);
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the thread finish what it has, and waits for it.
    pub(super) fn stop(&self) {
        self.jobs
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // Nothing is done outside of a transaction, where each statement would stand by itself.
    if connection.is_autocommit() {
        return Err(StoreError::Closed);
    }
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    // A panic in one job must not end the thread that all others need.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(connection)))
        .unwrap_or(Err(StoreError::Closed));
    match result {
        Ok(value) => {
            connection.prepare_cached("RELEASE job")?.execute([])?;
            Ok(value)
        }
        Err(error) => {
            // After some failures SQLite has rolled everything back by itself, the savepoint too.
            let _ = connection.execute_batch("ROLLBACK TO job; RELEASE job");
            Err(error)
        }
    }
}

/// Empties the write-ahead log, where old pages may stand; says whether nobody was reading from it.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::from_millis(500))?;
    let busy: rusqlite::Result<bool> =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(BUSY)?;
    Ok(!busy?)
}

/// What goes into the same commit: what waits already, and for a moment what is known to come.
fn next(queue: &Receiver<Job>, since: Instant, coming: &AtomicUsize) -> Option<Job> {
    let left = TOGETHER.saturating_sub(since.elapsed());
    if coming.load(Ordering::Relaxed) == 0 || left.is_zero() {
        return queue.try_recv().ok();
    }
    queue.recv_timeout(left).ok()
}

fn work(connection: Connection, queue: &Receiver<Job>, erase: &AtomicBool, coming: &AtomicUsize) {
    while let Ok(first) = queue.recv() {
        let since = Instant::now();
        let begun = connection.execute_batch("BEGIN IMMEDIATE");
        let mut answers = vec![first(&connection)];
        while answers.len() < BATCH
            && since.elapsed() < LONG
            && let Some(next) = next(queue, since, coming)
        {
            answers.push(next(&connection));
        }
        let ended = begun.and_then(|()| connection.execute_batch("COMMIT"));
        let failure = ended.err().map(|error| {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            let code = error.sqlite_error().copied();
            let code = code.unwrap_or(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR));
            (code, error.to_string())
        });
        // Where somebody reads from it, the next commit tries again.
        if erase.load(Ordering::Relaxed) && empty_log(&connection).unwrap_or(false) {
            erase.store(false, Ordering::Relaxed);
        }
        for answer in answers {
            answer(failure.clone());
        }
    }
    // What the next start would have to recover is in the database then.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}
