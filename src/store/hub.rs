//! What a hub is to be told of (WebSub): the newest text of each published feed, until it knows of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::model::Key;

/// A topic that the hub is to be told of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The address of the feed.
    pub topic: String,
    /// A digest of the text that it is told of.
    pub text: Key,
    /// How often in a row that was in vain.
    pub tries: u32,
}

impl Store {
    /// Notes which texts are published now, each topic with a digest of what it gives. The hub is owed word of those that
    /// it was not told of; what another hub was told does not count. Without a hub, nothing is owed.
    pub async fn owe(
        &self,
        hub: Option<&str>,
        topics: Vec<(String, Key)>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let hub = hub.map(str::to_owned);
        let topics: BTreeMap<String, Key> = if hub.is_some() {
            topics.into_iter().collect()
        } else {
            BTreeMap::new()
        };
        let (wanted, asked) = (topics.clone(), hub.clone());
        let known = self.read(move |connection| {
            let known = known(connection, asked.as_deref())?;
            Ok(known == Some(wanted))
        });
        if known.await? {
            return Ok(());
        }
        self.write(move |connection| {
            let mut all = connection.prepare_cached("SELECT topic, hub FROM hub_topic")?;
            let all: Vec<(String, String)> = all
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for (topic, of) in all {
                if !topics.contains_key(&topic) || Some(of) != hub {
                    connection
                        .prepare_cached("DELETE FROM hub_topic WHERE topic = ?1")?
                        .execute([topic])?;
                }
            }
            // A hub that does not answer is not asked sooner because there is more to tell.
            let mut owe = connection.prepare_cached(
                "INSERT INTO hub_topic (topic, hub, owed, due) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (topic) DO UPDATE SET owed = iif(told IS ?3, NULL, ?3), due = iif(tries = 0, ?4, due)",
            )?;
            for (topic, text) in &topics {
                owe.execute(params![topic, hub, text, now.timestamp()])?;
            }
            Ok(())
        })
        .await
    }

    /// What the hub is to be told of by now.
    pub async fn owed(&self, now: DateTime<Utc>) -> Result<Vec<Owed>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT topic, owed, tries FROM hub_topic WHERE owed IS NOT NULL AND due <= ?1 ORDER BY due, topic",
            )?;
            let rows = query.query_map([now.timestamp()], |row| {
                Ok(Owed {
                    topic: row.get(0)?,
                    text: row.get(1)?,
                    tries: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// When the hub is to be told of something next.
    pub async fn owed_next(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached("SELECT min(due) FROM hub_topic WHERE owed IS NOT NULL")?;
            let due: Option<i64> = query.query_row([], |row| row.get(0)).optional()?.flatten();
            Ok(due.and_then(|due| DateTime::from_timestamp(due, 0)))
        })
        .await
    }

    /// The hub was told of a text. Whatever was published meanwhile is still owed.
    pub async fn told(&self, owed: Owed) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE hub_topic SET told = ?2, owed = iif(owed = ?2, NULL, owed), tries = 0 WHERE topic = ?1",
                )?
                .execute(params![owed.topic, owed.text])?;
            Ok(())
        })
        .await
    }

    /// The hub could not be told of a text; it is tried again at a time.
    pub async fn not_told(&self, owed: Owed, again: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "UPDATE hub_topic SET tries = tries + 1, due = ?2 WHERE topic = ?1",
                )?
                .execute(params![owed.topic, again.timestamp()])?;
            Ok(())
        })
        .await
    }
}

/// The texts that a hub knows of or is owed word of, by topic; nothing where another hub has a part in it.
fn known(
    connection: &Connection,
    hub: Option<&str>,
) -> Result<Option<BTreeMap<String, Key>>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT topic, hub, coalesce(owed, told) FROM hub_topic")?;
    let mut rows = query.query([])?;
    let mut known = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if Some(row.get::<_, String>(1)?.as_str()) != hub {
            return Ok(None);
        }
        known.insert(row.get(0)?, row.get(2)?);
    }
    Ok(Some(known))
}
