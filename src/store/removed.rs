//! What its source has removed: a feed that lists older items and not this one, a site that has no such article.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::articles::Mine;
use super::{StoreError, find};
use crate::dedup::{Placed, Verdict};
use crate::model::Item;

/// What was listed last time was seen within so long before, for that is noted once a day.
const LATELY: TimeDelta = TimeDelta::days(2);
/// So many older items, still listed, say that one was not pushed out by new ones: one of them may be there for ever.
const OLDER: usize = 2;

/// Marks the items of a fetch whose articles are not there.
pub(super) fn without_article(
    connection: &Connection,
    source: i64,
    placed: &[Placed],
    mine: &[Option<Mine>],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut gone =
        connection.prepare_cached("SELECT 1 FROM article WHERE key = ?1 AND gone IS NOT NULL")?;
    let mut mark = connection.prepare_cached(
        "UPDATE item SET gone = ?3, gone_from = 'site'
         WHERE number = (SELECT item FROM identity WHERE source = ?1 AND key = ?2) AND gone IS NULL",
    )?;
    for (placed, mine) in placed.iter().zip(mine) {
        let new = matches!(
            placed.verdict,
            Verdict::New | Verdict::Seen | Verdict::Joins(_)
        );
        let Some(mine) = mine.as_ref().filter(|_| new) else {
            continue;
        };
        let gone: Option<i64> = gone
            .query_row([mine.article], |row| row.get(0))
            .optional()?;
        if gone.is_some() {
            mark.execute(params![source, placed.keys.first(), now.timestamp()])?;
        }
    }
    Ok(())
}

/// Marks the items that a feed listed lately and does not list any more, although it lists older ones; takes the mark
/// from those that are back.
pub(super) fn left(
    connection: &Connection,
    source: i64,
    placed: &[Placed],
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(since) = since else { return Ok(()) };
    let (mut listed, mut times, mut more) = (HashSet::new(), Vec::new(), false);
    for placed in placed {
        match placed.verdict {
            Verdict::Same(row) | Verdict::Edited(row) | Verdict::Moved(row) => {
                listed.insert(row);
                times.extend(active(&placed.item));
            }
            Verdict::Repeated | Verdict::Forgotten => {}
            _ => more = true,
        }
    }
    times.sort_unstable();
    let mut back = connection
        .prepare_cached("UPDATE item SET gone = NULL, gone_from = NULL WHERE number = ?1")?;
    let marked = find::numbers(
        connection,
        "SELECT number FROM item WHERE source = ?1 AND gone IS NOT NULL AND gone_from = 'feed'",
        [source],
    )?;
    for row in marked.iter().filter(|row| listed.contains(row)) {
        back.execute([row])?;
    }
    let mut query = connection.prepare_cached(
        "SELECT number, max(published, coalesce(updated, published)) FROM item
         WHERE source = ?1 AND last_seen >= ?2 AND place <> 'first-seen'",
    )?;
    let lately = (since - LATELY).timestamp();
    let known = query.query_map(params![source, lately], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let least = if more { OLDER } else { 1 };
    let mut missing = Vec::new();
    for known in known {
        let (row, at) = known?;
        let older = times.partition_point(|time| *time < at);
        if !listed.contains(&row) && older >= least {
            missing.push(row);
        }
    }
    // A feed that lacks most of what it had shows something else; nobody has removed all that.
    if missing.len() > listed.len() {
        return Ok(());
    }
    let mut mark = connection.prepare_cached(
        "UPDATE item SET gone = ?2, gone_from = 'feed' WHERE number = ?1 AND gone IS NULL",
    )?;
    for row in missing {
        mark.execute(params![row, now.timestamp()])?;
    }
    Ok(())
}

/// When something last happened to an item, as its source says: feeds are ordered by that.
fn active(item: &Item) -> Option<i64> {
    let published = item.published.as_ref().map(|date| date.at.timestamp());
    let updated = item.updated.map(|at| at.timestamp());
    published.max(updated)
}
