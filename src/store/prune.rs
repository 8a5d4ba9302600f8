//! Forgetting what is old, but never that it was there: identities, addresses, the ledger, which articles were read, and
//! what archive pages show stay.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::feeds::window;
use super::{Shown, Store, StoreError, archive};
use crate::config::Bodies;
use crate::model::FeedId;

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
            connection.execute_batch("CREATE TEMP TABLE IF NOT EXISTS shown (story INTEGER PRIMARY KEY); DELETE FROM shown")?;
            for feed in &feeds {
                for story in window(connection, feed, shown)? {
                    connection.prepare_cached("INSERT OR IGNORE INTO shown (story) VALUES (?1)")?.execute([story])?;
                }
            }
            super::asked::prune(connection, horizon)?;
            super::alike::prune(connection)?;
            let mut old = connection.prepare_cached(
                "SELECT story FROM item WHERE story IS NOT NULL AND story NOT IN (SELECT story FROM shown)
                 GROUP BY story HAVING max(last_seen) < ?1",
            )?;
            let old: Vec<i64> = old
                .query_map([horizon.timestamp()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut gone = connection.execute(
                "DELETE FROM item WHERE last_seen < ?1 AND story IS NULL AND number NOT IN (SELECT item FROM held)",
                params![horizon.timestamp()],
            )?;
            for story in old {
                archive::keep(connection, story)?;
                gone += connection.prepare_cached("DELETE FROM item WHERE story = ?1")?.execute([story])?;
                connection.prepare_cached("DELETE FROM story WHERE number = ?1")?.execute([story])?;
            }
            Ok(gone)
        })
        .await
    }

    /// Drops what is too old or too much of what sources answered.
    pub async fn prune_bodies(&self, limits: Bodies, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| super::bodies::prune(connection, limits, now))
            .await
    }
}
