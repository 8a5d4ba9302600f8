//! What another command asks of a running daemon: rows that it takes within a second.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::{Aim, Store, StoreError, Withdrawn};
use crate::model::SourceId;

/// A wish to poll now, to let out what is held, or to withdraw something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// The source; nothing: all of them.
    pub source: Option<SourceId>,
    /// Not to poll it, but to let out what is held of it.
    pub release: bool,
    /// What is to be withdrawn; nothing where it is a wish to poll.
    pub withdraw: Option<Aim>,
}

impl Store {
    /// Leaves a request; gives its number.
    pub async fn ask(
        &self,
        source: Option<&SourceId>,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let source = source.map(|id| id.0.clone());
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request (source, asked) VALUES (?1, ?2)",
                params![source, now.timestamp()],
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    /// Leaves a request to let out what is held of a source; gives its number.
    pub async fn ask_to_release(
        &self,
        source: &SourceId,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let source = source.0.clone();
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request (source, release, asked) VALUES (?1, 1, ?2)",
                params![source, now.timestamp()],
            )?;
            Ok(connection.last_insert_rowid())
        })
        .await
    }

    /// Leaves a request to withdraw; gives its number.
    pub async fn ask_to_withdraw(&self, aim: &Aim, now: DateTime<Utc>) -> Result<i64, StoreError> {
        let aim = serde_json::to_string(aim).ok();
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request (withdraw, asked) VALUES (?1, ?2)",
                params![aim, now.timestamp()],
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
                    "SELECT number, source, release, withdraw FROM request WHERE taken IS NULL ORDER BY number",
                )?;
                let rows = query.query_map([], |row| {
                    let aim: Option<String> = row.get(3)?;
                    Ok(Request {
                        number: row.get(0)?,
                        source: row.get::<_, Option<String>>(1)?.map(SourceId),
                        release: row.get(2)?,
                        withdraw: aim.and_then(|aim| serde_json::from_str(&aim).ok()),
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
