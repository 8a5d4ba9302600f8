//! Forgetting what is old, but never that it was there: identities, addresses, the ledger, which articles were read, and
//! what archive pages show stay.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::feeds::window;
use super::find::numbers;
use super::{Shown, Store, StoreError, archive};
use crate::config::Bodies;
use crate::model::FeedId;

/// So many stories or items go in one transaction: polls that wait for the writer don't wait for all of it.
const CHUNK: usize = 500;
/// Of so many pages of the database one may be free: what is new is written there. What is free beyond is given back.
const FREE: i64 = 8;
/// So many pages are given back in one transaction.
const PAGES: i64 = 1_000;

impl Store {
    /// Deletes the items that were last seen before `horizon`, but for those of stories that a feed still shows or that a
    /// source still tells; gives how many.
    pub async fn prune(
        &self,
        horizon: DateTime<Utc>,
        feeds: Vec<FeedId>,
        shown: Shown,
    ) -> Result<usize, StoreError> {
        self.write(move |connection| {
            super::asked::prune(connection, horizon)?;
            super::alike::prune(connection)
        })
        .await?;
        let (stories, items) = self
            .read(move |connection| {
                Ok((old(connection, horizon)?, unpublished(connection, horizon)?))
            })
            .await?;
        let mut gone = 0;
        for chunk in stories.chunks(CHUNK) {
            let (chunk, feeds) = (chunk.to_vec(), feeds.clone());
            gone += self
                .write(move |connection| drop_stories(connection, &chunk, horizon, &feeds, shown))
                .await?;
        }
        for chunk in items.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            gone += self
                .write(move |connection| drop_items(connection, &chunk, horizon))
                .await?;
        }
        while self.write(give_back).await? {}
        Ok(gone)
    }

    /// Drops what is too old or too much of what sources answered.
    pub async fn prune_bodies(&self, limits: Bodies, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| super::bodies::prune(connection, limits, now))
            .await
    }
}

/// The stories of which a telling is old.
fn old(connection: &Connection, horizon: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
    numbers(
        connection,
        "SELECT DISTINCT story FROM source CROSS JOIN item ON item.source = source.number AND item.last_seen < ?1
         WHERE +story IS NOT NULL ORDER BY story",
        [horizon.timestamp()],
    )
}

/// The old items that were never published.
fn unpublished(connection: &Connection, horizon: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
    numbers(
        connection,
        "SELECT item.number FROM source CROSS JOIN item ON item.source = source.number AND item.last_seen < ?1
         WHERE +story IS NULL ORDER BY item.number",
        [horizon.timestamp()],
    )
}

/// Deletes these stories with all their tellings, as far as no feed shows them and no source still tells them.
fn drop_stories(
    connection: &Connection,
    stories: &[i64],
    horizon: DateTime<Utc>,
    feeds: &[FeedId],
    shown: Shown,
) -> Result<usize, StoreError> {
    let mut kept = HashSet::new();
    for feed in feeds {
        kept.extend(window(connection, feed, shown)?);
    }
    let mut told = connection
        .prepare_cached("SELECT coalesce(max(last_seen) >= ?2, 1) FROM item WHERE story = ?1")?;
    let mut gone = 0;
    for story in stories.iter().filter(|story| !kept.contains(story)) {
        if told.query_row([*story, horizon.timestamp()], |row| row.get(0))? {
            continue;
        }
        archive::keep(connection, *story)?;
        gone += connection
            .prepare_cached("DELETE FROM item WHERE story = ?1")?
            .execute([story])?;
        connection
            .prepare_cached("DELETE FROM story WHERE number = ?1")?
            .execute([story])?;
    }
    Ok(gone)
}

/// Deletes these items, as far as they are still what they were.
fn drop_items(
    connection: &Connection,
    items: &[i64],
    horizon: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM item WHERE number = ?1 AND last_seen < ?2 AND story IS NULL
                AND NOT EXISTS (SELECT 1 FROM held WHERE held.item = item.number)",
    )?;
    let mut gone = 0;
    for item in items {
        gone += delete.execute([*item, horizon.timestamp()])?;
    }
    Ok(gone)
}

/// Gives pages that hold nothing back to the file system, as long as they are many; says whether it did.
fn give_back(connection: &Connection) -> Result<bool, StoreError> {
    const INCREMENTAL: i64 = 2;
    let pragma = |name: &str| -> rusqlite::Result<i64> {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
    };
    // A database of before can't, and writes what is new there.
    if pragma("auto_vacuum")? != INCREMENTAL
        || pragma("freelist_count")? * FREE <= pragma("page_count")?
    {
        return Ok(false);
    }
    connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Access;
    use super::*;

    async fn pages(store: &Store) -> (i64, i64) {
        let counts = |connection: &Connection| {
            let pragma = |name| connection.query_row(name, [], |row| row.get(0));
            Ok((
                pragma("PRAGMA page_count")?,
                pragma("PRAGMA freelist_count")?,
            ))
        };
        store.read(counts).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_pruned_makes_room_and_much_room_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("rassegna.db"), Access::Write).unwrap();
        // 2,000 stories, each last seen a second after the one before; the first of them is told again later.
        let fill = "INSERT INTO source (number, id, title, url, tags, priority, rules) VALUES (1, 'a', 'A', 'https://a.example/', '[]', 0, x'');
            WITH RECURSIVE told (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM told WHERE at < 2000)
            INSERT INTO story SELECT at, CAST(at AS BLOB), 'it', at, 'UTC', 'day', at, at, at, at FROM told;
            INSERT INTO item (source, story, content, title, summary, html, authors, categories, enclosures, language, published, precision,
                              place, date_text, first_seen, last_seen)
            SELECT 1, number, x'', 'Notizia', '', hex(randomblob(1000)), '[]', '[]', '[]', 'it', number, 'day', 'feed', '', number, number
            FROM story UNION ALL SELECT 1, 1, x'', 'Notizia', '', '', '[]', '[]', '[]', 'it', 1, 'day', 'feed', '', 9999, 9999;";
        store
            .write(|connection| Ok(connection.execute_batch(fill)?))
            .await
            .unwrap();
        let (before, _) = pages(&store).await;
        let horizon = DateTime::from_timestamp(1_801, 0).unwrap();
        let shown = Shown {
            entries: 50,
            days: 1,
        };
        let gone = store.prune(horizon, Vec::new(), shown).await.unwrap();
        assert_eq!(gone, 1_799);
        let (after, free) = pages(&store).await;
        assert!(after < before / 3, "{after} of {before} pages are left");
        assert!(free * FREE <= after, "{free} of {after} pages are free");
        let left =
            |connection: &Connection| {
                Ok(connection
                    .query_row("SELECT count(*) FROM item", [], |row| row.get::<_, i64>(0))?)
            };
        assert_eq!(store.read(left).await.unwrap(), 202);
    }
}
