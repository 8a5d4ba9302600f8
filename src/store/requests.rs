//! What another command asks of a running daemon: rows that it takes within a second.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::rows::maybe_time;
use super::{Store, StoreError};
use crate::model::{Key, SourceId};

/// A wish of another command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// The source; nothing: all of them.
    pub source: Option<SourceId>,
    /// What is wanted.
    pub wish: Wish,
}

/// What is wanted of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To poll it now.
    Poll,
    /// To read what it answered again, and to record what was missed.
    Replay {
        /// The answers since then; nothing: all that were kept.
        since: Option<DateTime<Utc>>,
        /// The digest of the rules that are to be in use.
        rules: Key,
    },
}

impl Store {
    /// Leaves a request to poll; gives its number.
    pub async fn ask(
        &self,
        source: Option<&SourceId>,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        self.ask_for(source, Wish::Poll, now).await
    }

    /// Leaves a request; gives its number.
    pub async fn ask_for(
        &self,
        source: Option<&SourceId>,
        wish: Wish,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let source = source.map(|id| id.0.clone());
        let (replay, rules) = match wish {
            Wish::Poll => (None, None),
            Wish::Replay { since, rules } => (
                Some(since.map_or(0, |since| since.timestamp())),
                Some(rules),
            ),
        };
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request (source, asked, replay, rules) VALUES (?1, ?2, ?3, ?4)",
                params![source, now.timestamp(), replay, rules],
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    /// Gives back what a daemon took and did not live to do.
    pub async fn renew_requests(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute("UPDATE request SET taken = NULL WHERE done IS NULL", [])?;
            Ok(())
        })
        .await
    }

    /// Takes the requests that nobody has taken.
    pub async fn take_requests(&self, now: DateTime<Utc>) -> Result<Vec<Request>, StoreError> {
        let waiting = self
            .read(|connection| {
                let mut query = connection.prepare_cached(
                    "SELECT number, source, replay, rules FROM request WHERE taken IS NULL ORDER BY number",
                )?;
                let rows = query.query_map([], |row| {
                    let since = maybe_time(row, "replay")?;
                    Ok(Request {
                        number: row.get(0)?,
                        source: row.get::<_, Option<String>>(1)?.map(SourceId),
                        wish: match row.get("rules")? {
                            Some(rules) => Wish::Replay { since, rules },
                            None => Wish::Poll,
                        },
                    })
                })?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })
            .await?;
        if !waiting.is_empty() {
            self.write(move |connection| {
                connection.execute(
                    "UPDATE request SET taken = ?1 WHERE taken IS NULL",
                    [now.timestamp()],
                )?;
                connection.execute(
                    "DELETE FROM request WHERE done IS NOT NULL AND done < ?1 - 86400",
                    [now.timestamp()],
                )?;
                Ok(())
            })
            .await?;
        }
        Ok(waiting)
    }

    /// Says that a request was fulfilled.
    pub async fn finish_request(&self, number: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE request SET done = ?2 WHERE number = ?1",
                params![number, now.timestamp()],
            )?;
            Ok(())
        })
        .await
    }

    /// Says why nothing comes of a request, for whoever left it.
    pub async fn refuse_request(&self, number: i64, why: String) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE request SET refused = ?2 WHERE number = ?1",
                params![number, why],
            )?;
            Ok(())
        })
        .await
    }

    /// Why nothing came of a request, if so.
    pub async fn request_refusal(&self, number: i64) -> Result<Option<String>, StoreError> {
        self.read(move |connection| {
            Ok(connection.query_row(
                "SELECT refused FROM request WHERE number = ?1",
                [number],
                |row| row.get(0),
            )?)
        })
        .await
    }

    /// Whether a request was fulfilled.
    pub async fn request_is_done(&self, number: i64) -> Result<bool, StoreError> {
        self.read(move |connection| {
            Ok(connection.query_row(
                "SELECT done IS NOT NULL FROM request WHERE number = ?1",
                [number],
                |row| row.get(0),
            )?)
        })
        .await
    }
}
