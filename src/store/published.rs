//! Whether all feeds are published as they are: nothing that they show has changed since.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::model::{FeedId, Key};

impl Store {
    /// The number that grows with every change of anything that a feed shows.
    pub async fn changes(&self) -> Result<i64, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT changed FROM published")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// How many entries each feed shows, if everything was published as it is now, and looked like that.
    pub async fn is_published(
        &self,
        look: Key,
    ) -> Result<Option<BTreeMap<FeedId, usize>>, StoreError> {
        self.read(move |connection| is_published(connection, look))
            .await
    }

    /// Notes that everything was published as it was at that number of changes.
    pub async fn note_published(
        &self,
        changes: i64,
        look: Key,
        entries: &BTreeMap<FeedId, usize>,
    ) -> Result<(), StoreError> {
        let entries: BTreeMap<&str, usize> = entries
            .iter()
            .map(|(feed, count)| (feed.0.as_str(), *count))
            .collect();
        let entries = serde_json::to_string(&entries).ok();
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE published SET written = ?1, look = ?2, entries = ?3")?
                .execute(params![changes, look, entries])?;
            Ok(())
        })
        .await
    }
}

fn is_published(
    connection: &Connection,
    look: Key,
) -> Result<Option<BTreeMap<FeedId, usize>>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT changed = written AND look = ?1 AND NOT EXISTS (SELECT 1 FROM archive WHERE changed <> written), entries
         FROM published",
    )?;
    let (same, entries): (Option<bool>, Option<String>) =
        query.query_row([look], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if same != Some(true) {
        return Ok(None);
    }
    let entries = entries.and_then(|text| serde_json::from_str(&text).ok());
    Ok(entries.map(|entries: BTreeMap<String, usize>| {
        let named = entries
            .into_iter()
            .map(|(feed, count)| (FeedId(feed), count));
        named.collect()
    }))
}
