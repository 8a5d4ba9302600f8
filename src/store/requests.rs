//! What another command asks of a running daemon: rows that it takes within a second.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::rows::maybe_time;
use super::{Aim, Store, StoreError, Withdrawn};
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

/// What is wanted of a source, or of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// To let out what is held of it.
    Release,
    /// To withdraw something.
    Withdraw(Aim),
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
        let release = wish == Wish::Release;
        let (replay, rules, withdraw) = match wish {
            Wish::Poll | Wish::Release => (None, None, None),
            Wish::Replay { since, rules } => {
                let since = since.map_or(0, |since| since.timestamp());
                (Some(since), Some(rules), None)
            }
            Wish::Withdraw(aim) => (None, None, serde_json::to_string(&aim).ok()),
        };
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request (source, asked, replay, rules, release, withdraw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![source, now.timestamp(), replay, rules, release, withdraw],
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    /// Does what a request to withdraw asks, and says there what came of it.
    pub async fn withdraw_as_asked(
        &self,
        number: i64,
        aim: Aim,
        now: DateTime<Utc>,
    ) -> Result<Withdrawn, StoreError> {
        let withdrawn = self.withdraw(aim, now).await?;
        let answer = serde_json::to_string(&withdrawn).ok();
        // The request itself names what is to be named no more.
        self.erase(move |connection| {
            connection.execute(
                "UPDATE request SET withdraw = NULL, answer = ?2 WHERE number = ?1",
                params![number, answer],
            )?;
            Ok(())
        })
        .await?;
        Ok(withdrawn)
    }

    /// What came of a request to withdraw.
    pub async fn withdrawn_as_asked(&self, number: i64) -> Result<Withdrawn, StoreError> {
        self.read(move |connection| {
            let answer: Option<String> = connection.query_row(
                "SELECT answer FROM request WHERE number = ?1",
                [number],
                |row| row.get(0),
            )?;
            let answer = answer.and_then(|answer| serde_json::from_str(&answer).ok());
            Ok(answer.unwrap_or_default())
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
                    "SELECT number, source, replay, rules, release, withdraw FROM request WHERE taken IS NULL ORDER BY number",
                )?;
                let rows = query.query_map([], |row| {
                    let since = maybe_time(row, "replay")?;
                    let aim: Option<String> = row.get("withdraw")?;
                    let aim = aim.and_then(|aim| serde_json::from_str(&aim).ok());
                    Ok(Request {
                        number: row.get(0)?,
                        source: row.get::<_, Option<String>>(1)?.map(SourceId),
                        wish: match (row.get("rules")?, aim) {
                            (Some(rules), _) => Wish::Replay { since, rules },
                            (None, Some(aim)) => Wish::Withdraw(aim),
                            (None, None) if row.get("release")? => Wish::Release,
                            (None, None) => Wish::Poll,
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
