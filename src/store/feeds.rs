//! Which stories a feed has: judged once, recorded in the ledger for ever.

use std::collections::HashMap;

use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::judging::{belongs, belongs_by, judge_kept, set_hidden};
use super::rows::{Columns, InOrder, list, time};
use super::{Store, StoreError, translations};
use crate::config::{Feed, Filter};
use crate::language::Language;
use crate::model::{FeedId, Key, Precision, SourceId, Story, Told};

/// The most entries that a feed shows, however many were published in its days.
const MOST: usize = 1_000;
/// How stories are judged; where that changes, so does this, and all are judged anew.
const JUDGED: &str = "with what is kept of them";

/// A feed to be reviewed: what belongs to it, and a digest of that.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// Its name.
    pub id: FeedId,
    /// What belongs to it.
    pub filter: Filter,
    /// A digest of the filter and of the tags that it may speak of; when it changes, all stories are judged anew.
    pub definition: Key,
}

impl Reviewed {
    /// A feed as configured.
    #[must_use]
    pub fn new(feed: &Feed, tags: &str) -> Self {
        let filter = &feed.filter;
        let speaks_of_tags = !(filter.tag.is_empty() && filter.not_tag.is_empty());
        let tags = if speaks_of_tags { tags } else { "" };
        let definition = Key::of(&[JUDGED, &format!("{filter:?}"), tags]);
        Self {
            id: feed.id.clone(),
            filter: feed.filter.clone(),
            definition,
        }
    }
}

/// How much of a feed is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// So many of its newest entries.
    pub entries: usize,
    /// And whatever was first published within so many days of the newest.
    pub days: u32,
}

impl Store {
    /// Enters every story that came or changed since the last review into the ledgers of the feeds that it belongs
    /// to. An entry or an address that a feed has had is never entered again.
    pub async fn review(&self, feeds: Vec<Reviewed>) -> Result<(), StoreError> {
        // Most cycles change nothing; then there is nothing to write either.
        let pending = feeds.clone();
        let behind = self.read(move |connection| {
            let newest = newest(connection)?;
            let mut behind = false;
            for feed in &pending {
                behind |= reviewed(connection, &feed.id)?.is_none_or(|(definition, upto)| {
                    definition != feed.definition || upto < newest
                });
            }
            Ok(behind)
        });
        if !behind.await? {
            return Ok(());
        }
        self.write(move |connection| {
            let newest = newest(connection)?;
            for feed in &feeds {
                review(connection, feed, newest)?;
            }
            Ok(())
        })
        .await
    }

    /// The stories that a feed shows now, newest first.
    pub async fn stories(&self, feed: &FeedId, shown: Shown) -> Result<Vec<Story>, StoreError> {
        let feed = feed.clone();
        self.read(move |connection| {
            window(connection, &feed, shown)?
                .into_iter()
                .map(|number| story(connection, number))
                .collect()
        })
        .await
    }
}

fn newest(connection: &Connection) -> Result<i64, StoreError> {
    Ok(
        connection.query_row("SELECT coalesce(max(revision), 0) FROM story", [], |row| {
            row.get(0)
        })?,
    )
}

pub(super) fn reviewed(
    connection: &Connection,
    feed: &FeedId,
) -> Result<Option<(Key, i64)>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT definition, reviewed FROM feed WHERE id = ?1")?;
    Ok(query
        .query_row([&feed.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn review(connection: &Connection, feed: &Reviewed, newest: i64) -> Result<(), StoreError> {
    let known = reviewed(connection, &feed.id)?;
    let (changed, upto) = match known {
        None => (true, 0),
        Some((definition, _)) if definition != feed.definition => (true, 0),
        Some((_, upto)) => (false, upto),
    };
    connection
        .prepare_cached(
            "INSERT INTO feed (id, definition, reviewed) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET definition = ?2, reviewed = ?3",
        )?
        .execute(params![feed.id.0, feed.definition, newest])?;
    if changed && known.is_some() {
        judge_kept(connection, feed)?;
    }
    let mut query = connection.prepare_cached(
        "SELECT number, entry, opened, revised FROM story WHERE revision > ?1 ORDER BY revision",
    )?;
    let mut enter = connection.prepare_cached(
        "INSERT INTO ledger (feed, entry, address, story, first_published) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    let mut address = connection
        .prepare_cached("SELECT address FROM item WHERE story = ?1 ORDER BY number LIMIT 1")?;
    let mut rows = query.query([upto])?;
    while let Some(row) = rows.next()? {
        let (number, entry, opened, revised): (i64, Vec<u8>, i64, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let belongs = belongs(connection, number, &feed.filter)?;
        if changed && known.is_some() {
            set_hidden(connection, &feed.id, &entry, !belongs)?;
        }
        if !belongs {
            continue;
        }
        // What a feed could not have before, such as a story that a second source joined, is new to it now.
        let first = if changed { opened } else { revised };
        let address: Option<Key> = address
            .query_row([number], |row| row.get(0))
            .optional()?
            .flatten();
        enter.execute(params![feed.id.0, entry, address, number, first])?;
    }
    Ok(())
}

/// The stories in a feed's window: the newest by first publication, those of its last days, and whatever no archive page
/// has.
pub(super) fn window(
    connection: &Connection,
    feed: &FeedId,
    shown: Shown,
) -> Result<Vec<i64>, StoreError> {
    let newest: Option<i64> = connection
        .prepare_cached("SELECT max(first_published) FROM ledger WHERE feed = ?1 AND hidden = 0 AND story IS NOT NULL")?
        .query_row([&feed.0], |row| row.get(0))?;
    let Some(newest) = newest else {
        return Ok(Vec::new());
    };
    let since = newest - i64::from(shown.days) * 24 * 60 * 60;
    // The limit keeps it from looking at all that the feed has had.
    let mut query = connection.prepare_cached(
        "SELECT number FROM (
             SELECT number, published, entry FROM (
                 SELECT *, row_number() OVER (ORDER BY first_published DESC, published DESC, entry) AS place FROM (
                     SELECT story.number, story.published, story.entry, ledger.first_published
                     FROM ledger INDEXED BY ledger_newest JOIN story ON story.number = ledger.story
                     WHERE ledger.feed = ?1 AND ledger.hidden = 0
                     ORDER BY ledger.first_published DESC, story.published DESC, story.entry LIMIT ?4))
             WHERE place <= ?2 OR first_published >= ?3
             UNION
             SELECT story.number, story.published, story.entry
             FROM ledger INDEXED BY ledger_page JOIN story ON story.number = ledger.story
             WHERE ledger.feed = ?1 AND ledger.hidden = 0 AND ledger.page IS NULL)
         ORDER BY published DESC, entry",
    )?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let entries = i64::try_from(shown.entries).unwrap_or(most);
    let rows = query.query_map(params![feed.0, entries, since, most], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The stories that would be in a feed's window under another filter, with other tags.
pub(super) fn window_by(
    connection: &Connection,
    feed: &Reviewed,
    tags: &HashMap<String, Vec<String>>,
    shown: Shown,
) -> Result<Vec<i64>, StoreError> {
    // What the feed has had under an address is not entered again under another story.
    let mut query = connection.prepare_cached(
        "SELECT story.number, coalesce(ledger.first_published, story.opened) AS first, story.published, story.entry
         FROM story LEFT JOIN ledger ON ledger.feed = ?1 AND ledger.entry = story.entry
         WHERE ledger.entry IS NOT NULL OR NOT EXISTS (
             SELECT 1 FROM ledger AS other WHERE other.feed = ?1 AND other.address =
                 (SELECT address FROM item WHERE item.story = story.number ORDER BY item.number LIMIT 1))
         ORDER BY first DESC, story.published DESC, story.entry",
    )?;
    let rows = query.query_map([&feed.id.0], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let (mut window, mut newest) = (Vec::new(), None);
    for row in rows {
        let (number, first) = row?;
        let since = newest.map_or(first, |newest: i64| newest - i64::from(shown.days) * 86_400);
        if window.len() >= MOST || (window.len() >= shown.entries && first < since) {
            break;
        }
        if belongs_by(connection, number, &feed.filter, |id| tags.get(id))? {
            newest.get_or_insert(first);
            window.push(number);
        }
    }
    Ok(window)
}

/// Everyone who tells a story, the first teller first.
pub(super) fn tellings(connection: &Connection, story: i64) -> Result<Vec<Told>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT source.id AS source_id, source.title AS source_title, source.url AS source_url, priority, item.url, item.title,
                summary, html, image, authors, categories, enclosures, rights
         FROM item JOIN source ON source.number = item.source WHERE item.story = ?1 ORDER BY item.number",
    )?;
    let rows = query.query_map([story], |row| told(&InOrder::from(row)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn story(connection: &Connection, number: i64) -> Result<Story, StoreError> {
    let tellings = tellings(connection, number)?;
    let translations = translations::of(connection, number)?;
    let mut query = connection.prepare_cached("SELECT * FROM story WHERE number = ?1")?;
    Ok(query.query_row([number], |row| {
        let zone: Tz = row.get::<_, String>("zone")?.parse().unwrap_or(Tz::UTC);
        Ok(Story {
            entry: Uuid::from_slice(&row.get::<_, Vec<u8>>("entry")?).unwrap_or_default(),
            language: Language::parse(&row.get::<_, String>("language")?)
                .unwrap_or_else(Language::undetermined),
            published: time(row, "published")?.with_timezone(&zone),
            precision: match row.get::<_, String>("precision")?.as_str() {
                "day" => Precision::Day,
                "minute" => Precision::Minute,
                _ => Precision::Second,
            },
            updated: time(row, "updated")?,
            tellings,
            translations,
        })
    })?)
}

fn told(row: &impl Columns) -> rusqlite::Result<Told> {
    Ok(Told {
        source: SourceId(row.get("source_id")?),
        source_title: row.get("source_title")?,
        source_url: row.get("source_url")?,
        priority: row.get("priority")?,
        url: row.get("url")?,
        title: row.get("title")?,
        summary: row.get("summary")?,
        html: row.get("html")?,
        image: row.get("image")?,
        authors: list(row, "authors")?,
        categories: list(row, "categories")?,
        enclosures: list(row, "enclosures")?,
        rights: row.get("rights")?,
    })
}
