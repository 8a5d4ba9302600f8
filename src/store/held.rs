//! New items that were too many at once: in the store, so that they are known by all that identifies them, but told by
//! no story until they are released.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::course::Course;
use super::items::Recorded;
use super::rows::maybe_time;
use super::writing::next_revision;
use super::{Store, StoreError};
use crate::dedup::{self, Fetch, Placed};
use crate::model::{Key, SourceId};

/// So many later answers that list an item confirm it, and those that came with it.
const CONFIRMED: i64 = 2;
/// What is confirmed is published up to so many times what would have passed at once, the newest first.
const RELEASED: usize = 3;
/// What no answer listed again for so long was none of the source's news.
const FORSAKEN: TimeDelta = TimeDelta::days(7);
/// The time in which a source's history is looked at.
const HISTORY: TimeDelta = TimeDelta::days(28);
/// The most items of it.
const MOST: i64 = 5_000;

impl Store {
    /// Publishes all that is held of a source; gives how many items that are.
    pub async fn release(
        &self,
        source: &SourceId,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let source = source.clone();
        self.write(move |connection| {
            let Some(course) = Course::of(connection, &source)? else {
                return Ok(0);
            };
            let mut query = connection.prepare_cached("SELECT item FROM held WHERE source = ?1")?;
            let rows: Vec<i64> = query
                .query_map([course.number], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for row in &rows {
                release(connection, *row, now)?;
            }
            connection.execute("DELETE FROM held WHERE source = ?1", [course.number])?;
            if !rows.is_empty() {
                connection.execute(
                    "UPDATE source SET last_new = ?2 WHERE number = ?1",
                    params![course.number, now.timestamp()],
                )?;
            }
            Ok(rows.len())
        })
        .await
    }
}

/// Holds an item that was written down without a story.
pub(super) fn hold(
    connection: &Connection,
    source: i64,
    row: i64,
    entry: Uuid,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO held (item, source, entry, zone, since, reason) VALUES (?1, ?2, ?3, ?4, ?5, '')",
        )?
        .execute(params![row, source, entry.as_bytes(), zone.name(), now.timestamp()])?;
    Ok(())
}

/// How many items the source had in its busiest time as long as that since the last answer.
pub(super) fn busiest(
    connection: &Connection,
    course: &Course,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT iif(place = 'first-seen', first_seen, published) AS at FROM item
         WHERE source = ?1 AND last_seen >= ?2 AND number NOT IN (SELECT item FROM held)
               AND NOT (place = 'first-seen' AND first_seen <= ?3)
         ORDER BY number DESC LIMIT ?4",
    )?;
    let first = course.first_success.unwrap_or(now);
    let since = now - HISTORY;
    let rows = query.query_map(
        params![course.number, since.timestamp(), first.timestamp(), MOST],
        |row| maybe_time(row, "at"),
    )?;
    let times: Vec<Option<DateTime<Utc>>> = rows.collect::<rusqlite::Result<_>>()?;
    let mut times: Vec<DateTime<Utc>> = times
        .into_iter()
        .flatten()
        .filter(|at| *at >= since)
        .collect();
    times.sort_unstable();
    let span = course.since().map_or(TimeDelta::zero(), |last| now - last);
    Ok(dedup::busiest(&times, span))
}

/// Notes which of the held items a document lists, and says why those are held that came with it.
pub(super) fn listed(
    connection: &Connection,
    course: &Course,
    placed: &[Placed],
    fetch: Fetch,
) -> Result<(), StoreError> {
    let now = fetch.now.timestamp();
    let new: i64 = connection
        .prepare_cached("SELECT count(*) FROM held WHERE source = ?1 AND reason = ''")?
        .query_row([course.number], |row| row.get(0))?;
    if new > 0 {
        let reason = format!("{new} new items came at once, more than it ever had");
        connection
            .prepare_cached("UPDATE held SET reason = ?2 WHERE source = ?1 AND reason = ''")?
            .execute(params![course.number, reason])?;
    }
    if !fetch.partial {
        connection
            .prepare_cached(
                "UPDATE held SET listed = 0 WHERE source = ?1 AND since < ?2 AND listed",
            )?
            .execute(params![course.number, now])?;
    }
    let mut see = connection.prepare_cached(
        "UPDATE held SET listed = 1, seen = seen + 1 WHERE item = ?1 AND since < ?2",
    )?;
    for row in placed.iter().filter_map(|placed| placed.verdict.row()) {
        see.execute(params![row, now])?;
    }
    Ok(())
}

/// An answer that is the same as the last one lists what that listed.
pub(super) fn listed_again(connection: &Connection, source: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE held SET seen = seen + 1 WHERE source = ?1 AND listed")?
        .execute([source])?;
    Ok(())
}

/// Lets go what later answers have confirmed: the newest are published, the others are only remembered, as at a
/// source's first success. Forgets altogether what never came back.
pub(super) fn confirm(
    connection: &Connection,
    course: &Course,
    now: DateTime<Utc>,
    recorded: &mut Recorded,
) -> Result<(), StoreError> {
    let mut confirmed = connection.prepare_cached(
        "SELECT DISTINCT since FROM held WHERE source = ?1 AND seen >= ?2 ORDER BY since",
    )?;
    let confirmed: Vec<i64> = confirmed
        .query_map(params![course.number, CONFIRMED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for since in confirmed {
        let mut query = connection.prepare_cached(
            "SELECT item FROM held JOIN item ON item.number = held.item WHERE held.source = ?1 AND since = ?2
             ORDER BY published DESC, item.number",
        )?;
        let rows: Vec<i64> = query
            .query_map(params![course.number, since], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let most = RELEASED * dedup::limit(busiest(connection, course, now)?);
        for row in rows.iter().take(most) {
            match release(connection, *row, now)? {
                Released::Opened => recorded.new += 1,
                Released::Joined => recorded.joined += 1,
                Released::Not => recorded.seen += 1,
            }
        }
        recorded.seen += rows.len().saturating_sub(most);
        connection
            .prepare_cached("DELETE FROM held WHERE source = ?1 AND since = ?2")?
            .execute(params![course.number, since])?;
    }
    let forsaken = params![course.number, (now - FORSAKEN).timestamp()];
    let which = "SELECT item FROM held WHERE source = ?1 AND NOT listed AND since < ?2";
    // Their keys are no tombstones: whatever comes under them will be judged anew.
    connection
        .prepare_cached(&format!("DELETE FROM identity WHERE item IN ({which})"))?
        .execute(forsaken)?;
    connection
        .prepare_cached(&format!("DELETE FROM item WHERE number IN ({which})"))?
        .execute(forsaken)?;
    Ok(())
}

/// What became of an item that was held.
enum Released {
    Opened,
    Joined,
    Not,
}

/// Gives a held item the story that it would have had.
fn release(connection: &Connection, row: i64, now: DateTime<Utc>) -> Result<Released, StoreError> {
    let address: Option<Key> = connection
        .prepare_cached("SELECT address FROM item WHERE number = ?1")?
        .query_row([row], |row| row.get(0))?;
    let owner: Option<Option<i64>> = connection
        .prepare_cached("SELECT story FROM address WHERE key = ?1")?
        .query_row([address], |row| row.get(0))
        .optional()?;
    let revision = next_revision(connection)?;
    let (story, released) = match owner {
        Some(None) => return Ok(Released::Not),
        Some(Some(story)) => {
            connection
                .prepare_cached("UPDATE story SET revision = ?2, revised = ?3 WHERE number = ?1")?
                .execute(params![story, revision, now.timestamp()])?;
            (story, Released::Joined)
        }
        None => {
            let opened = connection
                .prepare_cached(
                    "INSERT INTO story (entry, language, published, zone, precision, opened, updated, revision, revised)
                     SELECT entry, language, published, zone, precision, ?2,
                            max(published, iif(updated <= ?2, updated, published)), ?3, ?2
                     FROM held JOIN item ON item.number = held.item WHERE item = ?1
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![row, now.timestamp(), revision])?;
            if opened == 0 {
                return Ok(Released::Not);
            }
            let story = connection.last_insert_rowid();
            if let Some(address) = address {
                connection
                    .prepare_cached(
                        "INSERT INTO address (key, story) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![address, story])?;
            }
            (story, Released::Opened)
        }
    };
    connection
        .prepare_cached("UPDATE item SET story = ?2 WHERE number = ?1")?
        .execute(params![row, story])?;
    Ok(released)
}
