//! What is remembered: one SQLite file, written by one thread. Each method is one transaction and one word of the
//! pipeline; SQL stays below here.

mod alike;
mod archive;
mod articles;
mod asked;
mod bodies;
mod compared;
mod course;
mod feeds;
mod find;
mod health;
mod held;
mod hub;
mod incidents;
mod judging;
mod open;
mod outlook;
mod placing;
#[cfg(test)]
mod plans;
mod polls;
mod postings;
mod prune;
mod published;
mod reader;
mod record;
mod register;
mod removed;
mod repairs;
mod replay;
mod requests;
mod rows;
mod sources;
mod translations;
mod unchanged;
mod unindexed;
mod verify;
mod why;
mod withdraw;
mod writer;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use thiserror::Error;

pub use archive::{Archived, Stale};
pub use articles::Wanted;
pub use asked::{Again, Asked, Trouble};
pub use bodies::{Kept, Packed};
pub use feeds::{Reviewed, Shown};
pub use hub::Owed;
pub use incidents::{Incident, What};
pub use open::{Access, Lock};
pub use outlook::{Outlook, Shift};
pub use polls::{Fetched, Outcome, Poll, Recorded, Told};
pub use register::Registration;
pub use repairs::Repair;
pub use replay::{Edit, Missed, Replay, Replayed, Reread};
pub use requests::{Request, Wish};
pub use sources::{SourceState, Summary};
pub use verify::{Fault, Proof, Seen};
pub use why::{Life, Revision, Sought, Standing, Telling};
pub use withdraw::{Aim, Aimed, Withdrawn};
pub use writer::Coming;

/// Why the store can't be used. Each ends the command with exit code 3.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has it.
    #[error(
        "{path} is in use by another rassegna ({holder}); stop that one first, or let this one use another `store.path`"
    )]
    Locked {
        /// The database.
        path: PathBuf,
        /// Who has it.
        holder: String,
    },
    /// Another program holds a lock on the file itself.
    #[error("{0} is locked by another program, which did not let go within 5 s; try again later")]
    Busy(PathBuf),
    /// The file is another program's.
    #[error(
        "{0} is no database of rassegna; it was not touched. Point `store.path` to another file"
    )]
    Foreign(PathBuf),
    /// The file was made by a later version.
    #[error(
        "{path} was written by a newer rassegna (schema {found}, this one knows {known}); it was not touched. Install the newer version"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that we know.
        known: i64,
    },
    /// The file was made by an earlier version, and the command only looks.
    #[error(
        "{0} was written by an older rassegna and was not brought up to date yet; `rassegna run` or `rassegna once` does that"
    )]
    Older(PathBuf),
    /// The database is not the one that was here.
    #[error(
        "{path} was emptied or replaced: {why}. Publishing from it would repeat old news as new. Restore the database from a backup; or, to begin anew on purpose, delete {identity}"
    )]
    Replaced {
        /// The database.
        path: PathBuf,
        /// What does not fit.
        why: String,
        /// The identity file.
        identity: PathBuf,
    },
    /// There is none yet, and the command only looks.
    #[error("there is no database at {0} yet; `rassegna run` or `rassegna once` makes it")]
    Missing(PathBuf),
    /// It is damaged.
    #[error(
        "{path} is damaged ({why}); what is published stays as it is. Restore the database from a backup{copies}, or try `sqlite3 {path} .recover`"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        why: String,
        /// The copies beside it that an earlier version left, if there are any.
        copies: String,
    },
    /// The user who asks may not.
    #[error(
        "{path} cannot be {deed} by this user: {why}. Run this as the user who owns it, as in `sudo -u rassegna rassegna status`"
    )]
    Forbidden {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        deed: &'static str,
        /// What the system says.
        why: String,
    },
    /// A file stands where its folder should be.
    #[error("{0} is no folder, so no database can be in it; `--data` names a folder")]
    NoFolder(PathBuf),
    /// It can't be written.
    #[error("{path} cannot be written: {why}")]
    Unwritable {
        /// The database.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Another failure of SQLite.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file beside the database failed.
    #[error("{path}: {why}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::Error,
    },
    /// The writer is gone: the program is stopping.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// Whether it is the machine's state rather than the database's, such as a full disk: it may pass while the
    /// program runs, and nothing was recorded.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unwritable { .. } | Self::Busy(_))
    }

    /// Says what an error of SQLite means for a person.
    fn explain(self, path: &std::path::Path, access: Access) -> Self {
        let Self::Sqlite(error) = &self else {
            return self;
        };
        let copies = open::copies(path);
        let path = path.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, why, copies },
            Some(ErrorCode::NotADatabase) => Self::Foreign(path),
            Some(ErrorCode::ReadOnly) if access == Access::Read => Self::Forbidden {
                path,
                deed: "read",
                why: "even a look needs the right to write beside it".to_owned(),
            },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) if access == Access::Read => {
                Self::Forbidden {
                    path,
                    deed: "read",
                    why,
                }
            }
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::DiskFull,
            ) => Self::Unwritable { path, why },
            // On some file systems a disk that is full shows only so.
            Some(ErrorCode::SystemIoFailure) => Self::Unwritable {
                path,
                why: format!("{why}; the disk may be full"),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            _ => self,
        }
    }
}

/// The store. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    path: Arc<PathBuf>,
    writer: Option<writer::Writer>,
    reader: reader::Reader,
    /// Which file was opened, whatever is at its path now.
    file: Option<open::FileId>,
    /// Held for as long as anybody has the store.
    _lock: Arc<Option<Lock>>,
}

impl Store {
    /// Runs `work` on the writer thread, in a savepoint of its own; returns when it is committed and synced.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::Closed)?;
        writer
            .run(work)
            .await
            .map_err(|error| error.explain(&self.path, Access::Write))
    }

    /// The same for what deletes for good: when it returns, the log holds no more than the database.
    async fn erase<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let erase = self.writer.as_ref().map(writer::Writer::erase);
        self.write(move |connection| {
            let result = work(connection)?;
            if let Some(erase) = erase {
                erase.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            Ok(result)
        })
        .await
    }

    /// Says that a poll will be recorded, until what this gives is dropped: what is recorded meanwhile waits a moment for
    /// it, so that both share one sync of the disk. Nothing where nothing can be written.
    #[must_use]
    pub fn expect(&self) -> Option<Coming> {
        self.writer.as_ref().map(writer::Writer::expect)
    }

    /// Runs `work` on the thread with the read-only connection.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let access = match self.writer {
            Some(_) => Access::Write,
            None => Access::Read,
        };
        self.reader
            .run(work)
            .await
            .map_err(|error| error.explain(&self.path, access))
    }

    /// Fails where the file at the path is not the one that was opened: what is written would go nowhere, and its
    /// write-ahead log would stand beside a database that it does not belong to.
    ///
    /// # Errors
    ///
    /// [`StoreError::Replaced`]
    pub fn check_place(&self) -> Result<(), StoreError> {
        open::check_place(&self.path, self.file)
    }

    /// Finishes what is being written, copies the log into the database and lets go of both.
    pub async fn close(self) {
        if let Some(writer) = &self.writer {
            writer.stop();
        }
    }

    /// The database's file.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}
