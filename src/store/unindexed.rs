//! Items that were stored before there was an index of alike items: entered by and by, the newest first, so that a
//! large database opens at once.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use super::alike::{Index, KEPT};

/// The most items that are looked at with one poll.
const STEP: usize = 50;

/// Enters a few more of the items that may be missing in the index, until all of its weeks are through. Which are left is
/// remembered by number: all from there on are in it.
pub(super) fn enter_some(connection: &Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let indexed: Option<i64> = connection
        .prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'indexed from'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let from = match indexed {
        Some(0) => return Ok(()),
        Some(from) => from,
        None => {
            connection.query_row("SELECT coalesce(max(number), 0) + 1 FROM item", [], |row| {
                row.get(0)
            })?
        }
    };
    let oldest = (now - TimeDelta::weeks(KEPT)).timestamp();
    let mut query = connection.prepare_cached(
        "SELECT number, iif(published >= ?2, story, NULL), joined IS NULL, first_seen < ?2 FROM item
         WHERE number < ?1 ORDER BY number DESC LIMIT ?3",
    )?;
    let most = i64::try_from(STEP).unwrap_or(i64::MAX);
    let rows: Vec<(i64, Option<i64>, bool, bool)> = query
        .query_map(params![from, oldest, most], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut index = Index::new(connection, now)?;
    for (row, story, opened, _) in &rows {
        if let Some(story) = story {
            let sketched = index.read_stored(*row)?;
            index.enter(*story, &sketched, *opened)?;
        }
    }
    // Items are numbered as they came, and none is dated later than it came.
    let through = rows.len() < STEP || rows.iter().all(|(.., is_old)| *is_old);
    let left = rows.last().filter(|_| !through).map_or(0, |(row, ..)| *row);
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES ('indexed from', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
        )?
        .execute([left.to_string()])?;
    Ok(())
}
