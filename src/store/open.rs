//! Opening the store: who may, whether it is ours, whether it is the one that was here, and how it grows.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::reader::Reader;
use super::writer::{BUSY, Writer};
use super::{Store, StoreError};

/// "rass" in ASCII, so that `file` and other programs can tell whose database it is.
const APPLICATION: i64 = 0x7261_7373;
/// Each is applied once, in its order; `user_version` counts them.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_init.sql"),
    include_str!("0002_fetching.sql"),
    include_str!("0003_following.sql"),
    include_str!("0004_identity.sql"),
    include_str!("0005_alike.sql"),
    include_str!("0006_bodies.sql"),
    include_str!("0007_withdrawn.sql"),
    include_str!("0008_health.sql"),
    include_str!("0009_publishing.sql"),
    include_str!("0010_reach.sql"),
    include_str!("0011_growth.sql"),
    include_str!("0012_published.sql"),
    include_str!("0013_narrow.sql"),
    include_str!("0014_rarity.sql"),
];

/// So many prepared statements are kept: all that a poll may use, and some.
const STATEMENTS: usize = 256;

/// All of the schema, for tests that need no file.
#[cfg(test)]
pub(super) fn schema() -> String {
    MIGRATIONS.concat()
}

/// What the store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To poll and publish: takes the lock, creates and migrates.
    Write,
    /// To leave a request beside a running daemon: writes without the lock, creates nothing.
    Ask,
    /// To look only.
    Read,
}

/// The lock on a database: held as long as it lives, and let go by the system if the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a database.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] names who has it.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, "lock");
        let io = |why: std::io::Error| match why.kind() {
            ErrorKind::PermissionDenied => StoreError::Forbidden {
                path: path.clone(),
                deed: "written",
                why: why.to_string(),
            },
            _ => StoreError::Io {
                path: path.clone(),
                why,
            },
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.trim().is_empty() {
                    "unknown".to_owned()
                } else {
                    format!("process {}", holder.trim())
                };
                return Err(StoreError::Locked {
                    path: database.to_owned(),
                    holder,
                });
            }
            Err(TryLockError::Error(why)) => return Err(io(why)),
        }
        let pid = std::process::id();
        // Only for the message above; the lock itself is the system's.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{pid}"));
        Ok(Self { _file: file })
    }

    /// Whether somebody has the lock of a database; takes and makes nothing.
    #[must_use]
    pub fn is_taken(database: &Path) -> bool {
        let file = File::open(beside(database, "lock"));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Store {
    /// Opens the database at `path`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it can't be used; nothing was changed then.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        Self::open_inner(path, access).map_err(|error| error.explain(path, access))
    }

    fn open_inner(path: &Path, access: Access) -> Result<Self, StoreError> {
        let exists = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
        let folder = path.parent().filter(|folder| folder.exists());
        if let Some(file) = folder.filter(|folder| !folder.is_dir()) {
            return Err(StoreError::NoFolder(file.to_owned()));
        }
        if access != Access::Write && !exists {
            check_identity(path, exists)?;
            return Err(StoreError::Missing(path.to_owned()));
        }
        if access == Access::Write
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder).map_err(|why| StoreError::Unwritable {
                path: path.to_owned(),
                why: why.to_string(),
            })?;
        }
        let lock = if access == Access::Write {
            Some(Lock::take(path)?)
        } else {
            None
        };
        let writer = match access {
            Access::Read => None,
            Access::Ask => Some(connect(path, false)?),
            Access::Write => {
                check_identity(path, exists)?;
                let connection = connect(path, true)?;
                migrate(&connection, path)?;
                confirm_identity(&connection, path)?;
                Some(connection)
            }
        };
        let reader = connect_reader(path)?;
        check_schema(&reader, path)?;
        // Whoever has the lock brings it up to date; the others can't.
        if access != Access::Write && version(&reader)? < known() {
            return Err(StoreError::Older(path.to_owned()));
        }
        let io = |why| StoreError::Io {
            path: path.to_owned(),
            why,
        };
        Ok(Self {
            path: Arc::new(path.to_owned()),
            writer: writer.map(Writer::start).transpose().map_err(io)?,
            reader: Reader::start(reader).map_err(io)?,
            file: file_id(path),
            _lock: Arc::new(lock),
        })
    }
}

fn connect(path: &Path, create: bool) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (tables > 0 || application != 0) {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    if tables == 0 {
        // It says how the pages of a new database are laid out, so that what is pruned can be given back. Before all else.
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
    // What is deleted or rewritten is overwritten with zeros, so that a withdrawn text is nowhere in the file, nor any
    // earlier version of it.
    connection.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    keep_plans(&connection)?;
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A write-ahead log needs a writable connection even for reading; where there is no right to that, look only.
    let connection = Connection::open_with_flags(path, flags).or_else(|_| {
        Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
    })?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    keep_plans(&connection)?;
    Ok(connection)
}

/// Statements are prepared once, and keep their plans whatever is bound to them.
fn keep_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// The schema that a database has.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// The schema that we know.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// An empty database with the schema that we know, in memory.
pub(super) fn fresh() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    for step in MIGRATIONS {
        connection.execute_batch(step)?;
    }
    Ok(connection)
}

fn check_schema(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let found = version(connection)?;
    if found > known() {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: known(),
        });
    }
    Ok(())
}

/// Brings the schema up to date, each step in a transaction and after a copy of the whole.
fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(connection)?;
    if found > known() {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: known(),
        });
    }
    for (version, step) in (1_i64..)
        .zip(MIGRATIONS)
        .skip(usize::try_from(found).unwrap_or_default())
    {
        // Of a new database there is nothing to copy.
        if found > 0 {
            let copy = beside(path, &format!("before-{version}"));
            // A copy that was cut short by a crash is made again.
            let _ = std::fs::remove_file(&copy);
            connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let applied = connection.execute_batch(step).and_then(|()| {
            connection.execute_batch(&format!(
                "PRAGMA user_version = {version}; PRAGMA application_id = {APPLICATION}; COMMIT"
            ))
        });
        if let Err(error) = applied {
            let _ = connection.execute_batch("ROLLBACK");
            return Err(error.into());
        }
    }
    // Whether it can be written at all shows here rather than at the first poll. What another process was asking for
    // when it ended is free again.
    connection.execute_batch(
        "BEGIN IMMEDIATE; UPDATE article SET asked = NULL WHERE asked IS NOT NULL; COMMIT",
    )?;
    Ok(())
}

/// Device and inode.
pub(super) type FileId = (u64, u64);

fn file_id(path: &Path) -> Option<FileId> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

pub(super) fn check_place(path: &Path, opened: Option<FileId>) -> Result<(), StoreError> {
    let found = file_id(path);
    if found == opened {
        return Ok(());
    }
    let why = match found {
        Some(_) => "another file was put in its place while it was in use",
        None => "the file was taken away while it was in use",
    };
    Err(StoreError::Replaced {
        path: path.to_owned(),
        why: why.to_owned(),
        identity: identity_file(path),
    })
}

/// Names the copies that were made before the schema grew, as a part of a sentence.
pub(super) fn copies(path: &Path) -> String {
    let copy = |version| beside(path, &format!("before-{version}"));
    let there = (1..=MIGRATIONS.len())
        .map(copy)
        .filter(|copy| copy.exists());
    let names: Vec<String> = there.map(|copy| copy.display().to_string()).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" (of before an update: {})", names.join(", ")),
    }
}

/// The file that says which database belongs here.
fn identity_file(path: &Path) -> PathBuf {
    beside(path, "id")
}

fn read_identity(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(identity_file(path)).ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

/// A database that is missing or empty although one was here is not taken for a new one.
fn check_identity(path: &Path, exists: bool) -> Result<(), StoreError> {
    if !exists && read_identity(path).is_some() {
        let why = "the file is missing or empty, but its identity file is there".to_owned();
        return Err(StoreError::Replaced {
            path: path.to_owned(),
            why,
            identity: identity_file(path),
        });
    }
    Ok(())
}

/// Compares the database's own identity with the file beside it; writes what is missing of the two.
fn confirm_identity(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let expected = read_identity(path);
    let found: Option<String> = connection
        .query_row(
            "SELECT value FROM meta WHERE name = 'instance'",
            [],
            |row| row.get(0),
        )
        .map(Some)
        .or_else(|error| {
            if error == rusqlite::Error::QueryReturnedNoRows {
                Ok(None)
            } else {
                Err(error)
            }
        })?;
    let replaced = |why: &str| StoreError::Replaced {
        path: path.to_owned(),
        why: why.to_owned(),
        identity: identity_file(path),
    };
    let id = match (expected, found) {
        (Some(expected), Some(found)) if expected == found => return Ok(()),
        (Some(_), Some(_)) => {
            return Err(replaced(
                "it is another database than the one that was here",
            ));
        }
        (Some(_), None) => return Err(replaced("it is new, but its identity file is there")),
        (None, Some(found)) => found,
        (None, None) => {
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default();
            let seed = format!(
                "{} {} {}",
                path.display(),
                std::process::id(),
                now.as_nanos()
            );
            let id = Uuid::new_v5(&crate::dedup::NAMESPACE, seed.as_bytes()).to_string();
            connection.execute(
                "INSERT INTO meta (name, value) VALUES ('instance', ?1)",
                [&id],
            )?;
            id
        }
    };
    let file = identity_file(path);
    let write = || -> std::io::Result<()> {
        let mut out = File::create(&file)?;
        writeln!(out, "{id}")?;
        out.sync_all()?;
        if let Some(folder) = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(|why| StoreError::Io {
        path: file.clone(),
        why,
    })
}

/// `rassegna.db` → `rassegna.db.lock`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
