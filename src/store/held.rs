//! New items that were too many at once: in the store, so that they are known by all that identifies them, but told by
//! no story until they are released.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::alike::Index;
use super::course::Course;
use super::polls::Recorded;
use super::rows::maybe_time;
use super::writing::{ONE_ADDRESS, next_revision};
use super::{Store, StoreError, translations};
use crate::dedup::{self, Fetch, Placed};
use crate::model::{Key, SourceId};

/// So many later answers that list an item confirm it, and those that came with it.
const CONFIRMED: i64 = 2;
/// What is confirmed is published up to so many times what would have passed at once, the newest first.
const RELEASED: usize = 3;
/// What was not listed for so long, nor any that came with it, was none of the source's news.
const FORSAKEN: TimeDelta = TimeDelta::days(7);
/// The time in which a source's history is looked at.
const HISTORY: TimeDelta = TimeDelta::days(28);
/// The most items of it.
const MOST: i64 = 5_000;

impl Store {
    /// Publishes all that is held of a source, but for what was withdrawn meanwhile; gives how many items that are.
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
            let mut query = connection
                .prepare_cached("SELECT item FROM held WHERE source = ?1 ORDER BY item")?;
            let rows: Vec<i64> = query
                .query_map([course.number], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut index = Index::new(connection, now)?;
            let mut published = 0;
            for row in rows {
                match release(connection, &mut index, row, now)? {
                    Released::Opened | Released::Joined => published += 1,
                    Released::Not => {}
                }
            }
            connection.execute("DELETE FROM held WHERE source = ?1", [course.number])?;
            if published > 0 {
                connection.execute(
                    "UPDATE source SET last_new = ?2 WHERE number = ?1",
                    params![course.number, now.timestamp()],
                )?;
            }
            Ok(published)
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
            "INSERT INTO held (item, source, entry, zone, since, last, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?5, '')",
        )?
        .execute(params![row, source, entry.as_bytes(), zone.name(), now.timestamp()])?;
    Ok(())
}

/// When the source has had news in the weeks before it last gave all, in order.
pub(super) fn history(
    connection: &Connection,
    course: &Course,
    now: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT iif(place = 'first-seen', first_seen, published) AS at FROM item
         WHERE source = ?1 AND last_seen >= ?2 AND number NOT IN (SELECT item FROM held)
               AND NOT (place = 'first-seen' AND first_seen <= ?3)
         ORDER BY number DESC LIMIT ?4",
    )?;
    let first = course.first_success.unwrap_or(now);
    let since = course.since().unwrap_or(now) - HISTORY;
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
    Ok(times)
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
        let reason = format!("{new} came at once, more than it ever had");
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
        "UPDATE held SET listed = 1, seen = seen + 1, last = ?2 WHERE item = ?1 AND since < ?2",
    )?;
    for row in placed.iter().filter_map(|placed| placed.verdict.row()) {
        see.execute(params![row, now])?;
    }
    Ok(())
}

/// An answer that is the same as the last one lists what that listed.
pub(super) fn listed_again(
    connection: &Connection,
    source: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE held SET seen = seen + 1, last = ?2 WHERE source = ?1 AND listed")?
        .execute(params![source, now.timestamp()])?;
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
    let mut index = Index::new(connection, now)?;
    for since in confirmed {
        let mut query = connection.prepare_cached(
            "SELECT item FROM held JOIN item ON item.number = held.item WHERE held.source = ?1 AND since = ?2
             ORDER BY published DESC, item.number",
        )?;
        let rows: Vec<i64> = query
            .query_map(params![course.number, since], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let history = history(connection, course, now)?;
        let span = course.since().map_or(TimeDelta::zero(), |last| now - last);
        let most = RELEASED * dedup::limit(dedup::busiest(&history, span));
        for row in rows.iter().take(most) {
            match release(connection, &mut index, *row, now)? {
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
    let which = "SELECT item FROM held WHERE source = ?1
                        AND since IN (SELECT since FROM held WHERE source = ?1 GROUP BY since HAVING max(last) < ?2)";
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

/// Gives a held item the story that it would have, were it new: it joins the one that another source tells, or opens
/// one, and is found from now on.
fn release(
    connection: &Connection,
    index: &mut Index<'_>,
    row: i64,
    now: DateTime<Utc>,
) -> Result<Released, StoreError> {
    let (address, language, source): (Option<Key>, String, String) = connection
        .prepare_cached(
            "SELECT item.address, language, source.id FROM item JOIN source ON source.number = item.source
             WHERE item.number = ?1",
        )?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let owner: Option<Option<i64>> = connection
        .prepare_cached("SELECT story FROM address WHERE key = ?1")?
        .query_row([address], |row| row.get(0))
        .optional()?;
    let sketched = index.read_stored(row)?;
    let (same, translated) = match owner {
        Some(None) => return Ok(Released::Not),
        Some(Some(story)) => (Some((story, ONE_ADDRESS.to_owned())), BTreeMap::new()),
        None => {
            let kin = index.kin(&sketched, &SourceId(source), &language)?;
            (kin.same.map(|bond| (bond.story, bond.why)), kin.translated)
        }
    };
    let (story, joined) = match same {
        Some((story, why)) => {
            touch(connection, story, now)?;
            (story, Some(why))
        }
        None => match open(connection, row, now)? {
            Some(story) => (story, None),
            None => return Ok(Released::Not),
        },
    };
    if let Some(address) = address {
        connection
            .prepare_cached(
                "INSERT INTO address (key, story) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![address, story])?;
    }
    connection
        .prepare_cached("UPDATE item SET story = ?2, joined = ?3 WHERE number = ?1")?
        .execute(params![row, story, joined])?;
    index.enter(story, &sketched, joined.is_none())?;
    for (other, bond) in translated {
        for story in translations::tie(connection, (story, &language), (&other, &bond))? {
            touch(connection, story, now)?;
        }
    }
    Ok(if joined.is_some() {
        Released::Joined
    } else {
        Released::Opened
    })
}

/// Opens the story of a held item; nothing where an entry of its id was published once.
fn open(connection: &Connection, row: i64, now: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
    let opened = connection
        .prepare_cached(
            "INSERT INTO story (entry, language, published, zone, precision, opened, updated, revision, revised)
             SELECT entry, language, published, zone, precision, ?2,
                    max(published, iif(updated <= ?2, updated, published)), ?3, ?2
             FROM held JOIN item ON item.number = held.item WHERE item = ?1
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![row, now.timestamp(), next_revision(connection)?])?;
    Ok((opened > 0).then(|| connection.last_insert_rowid()))
}

/// Marks a story as changed, for the feeds that have it.
fn touch(connection: &Connection, story: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE story SET revision = ?2, revised = ?3 WHERE number = ?1")?
        .execute(params![story, next_revision(connection)?, now.timestamp()])?;
    Ok(())
}
