//! Forgetting what is old, but never that it was there: identities, addresses, the ledger and which articles were read
//! stay.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::feeds::window;
use super::{Shown, Store, StoreError};
use crate::model::FeedId;

impl Store {
    /// Deletes the items that were last seen before `horizon`, but for those that a feed still shows; gives how many.
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
            let gone = connection.execute(
                "DELETE FROM item WHERE last_seen < ?1 AND (story IS NULL OR story NOT IN (SELECT story FROM shown))",
                params![horizon.timestamp()],
            )?;
            if gone > 0 {
                connection.execute("DELETE FROM story WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.story = story.number)", [])?;
            }
            Ok(gone)
        })
        .await
    }
}
