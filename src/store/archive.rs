//! The archive pages of feeds (RFC 5005 §4): which entries are on which page, and which pages are to be written anew.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::feeds::story;
use super::{Store, StoreError};
use crate::model::{FeedId, Key, Story};
use crate::normalize::teaser;

/// About so many entries are put onto pages in one commit. Polls wait for it; and what SQLite remembers for undoing it is a
/// list in memory, through which it walks after each statement.
const AT_ONCE: usize = 500;

/// A feed whose archive is kept.
#[derive(Debug, Clone)]
pub struct Archived {
    /// Its name.
    pub id: FeedId,
    /// A digest of all that its pages are written from besides their stories; when it changes, all are written anew.
    pub look: Key,
}

/// An archive page whose files are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    /// Its number, from 1.
    pub page: u32,
    /// Which of its changes this is; [`Store::written`] is told of it.
    pub changed: i64,
}

impl Store {
    /// Puts the entries that no page has yet onto pages of `size` entries, as far as they fill them, in the order in
    /// which each feed got them: by first publication, of one second by their stories' numbers. An entry stays on its
    /// page for ever. Gives how many pages each feed has.
    pub async fn close_pages(
        &self,
        feeds: Vec<Archived>,
        size: usize,
    ) -> Result<Vec<u32>, StoreError> {
        let pending = feeds.clone();
        // Most cycles fill no page; then there is nothing to write either.
        let behind = self.read(move |connection| {
            for feed in &pending {
                if look(connection, &feed.id)? != Some(feed.look)
                    || open(connection, &feed.id, size)?.len() >= size
                {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        if behind.await? {
            for feed in feeds.clone() {
                let feed = Arc::new(feed);
                loop {
                    let feed = Arc::clone(&feed);
                    let all = self.write(move |connection| close(connection, &feed, size));
                    if all.await? {
                        break;
                    }
                }
            }
        }
        self.read(move |connection| {
            feeds
                .iter()
                .map(|feed| pages(connection, &feed.id))
                .collect()
        })
        .await
    }

    /// How many pages a feed has.
    pub async fn pages(&self, feed: &FeedId) -> Result<u32, StoreError> {
        let feed = feed.clone();
        self.read(move |connection| pages(connection, &feed)).await
    }

    /// The pages of a feed whose files are older than what they are written from.
    pub async fn stale_pages(&self, feed: &FeedId) -> Result<Vec<Stale>, StoreError> {
        let feed = feed.clone();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT page, changed FROM archive INDEXED BY archive_stale WHERE feed = ?1 AND changed <> written ORDER BY page",
            )?;
            let rows = query.query_map([&feed.0], |row| {
                Ok(Stale {
                    page: row.get(0)?,
                    changed: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The stories of an archive page. One that was withdrawn, or that the feed's filter excludes, is not among them any
    /// more; one whose items were dropped is as it was then.
    pub async fn page(&self, feed: &FeedId, page: u32) -> Result<Vec<Story>, StoreError> {
        let feed = feed.clone();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT ledger.story, kept.story FROM ledger INDEXED BY ledger_page LEFT JOIN kept ON kept.entry = ledger.entry
                 WHERE ledger.feed = ?1 AND ledger.page = ?2 AND ledger.hidden = 0",
            )?;
            let mut rows = query.query(params![feed.0, page])?;
            let mut stories = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(number) = row.get(0)? {
                    stories.push(story(connection, number)?);
                } else if let Some(json) = row.get::<_, Option<String>>(1)? {
                    match serde_json::from_str(&json) {
                        Ok(story) => stories.push(story),
                        Err(error) => tracing::error!(
                            "an old entry of {feed} cannot be read from the database, and is missing on page {page} of its archive: {error}"
                        ),
                    }
                }
            }
            Ok(stories)
        })
        .await
    }

    /// Says which changes of which pages are in their files now.
    pub async fn written(&self, feed: &FeedId, pages: Vec<Stale>) -> Result<(), StoreError> {
        let feed = feed.clone();
        self.write(move |connection| {
            let mut update = connection
                .prepare_cached("UPDATE archive SET written = ?3 WHERE feed = ?1 AND page = ?2")?;
            for stale in &pages {
                update.execute(params![feed.0, stale.page, stale.changed])?;
            }
            Ok(())
        })
        .await
    }

    /// Has pages written again although nothing on them changed, as when their files are gone.
    pub async fn renew_pages(&self, feed: &FeedId, pages: Vec<u32>) -> Result<(), StoreError> {
        let feed = feed.clone();
        self.write(move |connection| {
            let mut renew = connection.prepare_cached(
                "UPDATE archive SET changed = changed + 1 WHERE feed = ?1 AND page = ?2",
            )?;
            for page in pages {
                renew.execute(params![feed.0, page])?;
            }
            Ok(())
        })
        .await
    }
}

fn look(connection: &Connection, feed: &FeedId) -> Result<Option<Key>, StoreError> {
    let mut query = connection.prepare_cached("SELECT look FROM feed WHERE id = ?1")?;
    let look = query.query_row([&feed.0], |row| row.get(0)).optional()?;
    Ok(look.flatten())
}

fn pages(connection: &Connection, feed: &FeedId) -> Result<u32, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT coalesce(max(page), 0) FROM archive WHERE feed = ?1")?;
    Ok(query.query_row([&feed.0], |row| row.get(0))?)
}

/// The first `most` entries that no page has, in the order of the archive. What the filter has excluded meanwhile is not
/// archived.
fn open(connection: &Connection, feed: &FeedId, most: usize) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT entry FROM ledger INDEXED BY ledger_page
         WHERE feed = ?1 AND page IS NULL AND hidden = 0
           AND (story IS NOT NULL OR EXISTS (SELECT 1 FROM kept WHERE kept.entry = ledger.entry))
         ORDER BY first_published, story, entry LIMIT ?2",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = query.query_map(params![feed.0, most], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Puts entries onto pages, as many as one commit shall have; says whether no others are left to be put.
fn close(connection: &Connection, feed: &Archived, size: usize) -> Result<bool, StoreError> {
    if look(connection, &feed.id)? != Some(feed.look) {
        connection
            .prepare_cached("UPDATE archive SET changed = changed + 1 WHERE feed = ?1")?
            .execute([&feed.id.0])?;
        connection
            .prepare_cached("UPDATE feed SET look = ?2 WHERE id = ?1")?
            .execute(params![feed.id.0, feed.look])?;
    }
    let mut put =
        connection.prepare_cached("UPDATE ledger SET page = ?3 WHERE feed = ?1 AND entry = ?2")?;
    let mut last = pages(connection, &feed.id)?;
    let size = size.max(1);
    let most = AT_ONCE.div_ceil(size);
    // One page more than are filled now tells whether any are left.
    let open = open(connection, &feed.id, (most + 1) * size)?;
    let pages = open.chunks_exact(size);
    let all = pages.len();
    for entries in pages.take(most) {
        // The page that was the newest until now gets its link to the next one.
        connection
            .prepare_cached(
                "UPDATE archive SET changed = changed + 1 WHERE feed = ?1 AND page = ?2",
            )?
            .execute(params![feed.id.0, last])?;
        last += 1;
        connection
            .prepare_cached("INSERT INTO archive (feed, page) VALUES (?1, ?2)")?
            .execute(params![feed.id.0, last])?;
        for entry in entries {
            put.execute(params![feed.id.0, entry, last])?;
        }
    }
    Ok(all <= most)
}

/// Keeps what the archive shows of a published story that is about to be dropped. A text that is not published goes.
pub(super) fn keep(connection: &Connection, number: i64) -> Result<(), StoreError> {
    let published = connection
        .prepare_cached("SELECT 1 FROM ledger WHERE story = ?1")?
        .exists([number])?;
    if !published {
        return Ok(());
    }
    let mut story = story(connection, number)?;
    let mut whole = connection.prepare_cached("SELECT whole FROM source WHERE id = ?1")?;
    for told in &mut story.tellings {
        if !whole.query_row([&told.source.0], |row| row.get::<_, bool>(0))? {
            told.summary = teaser(&told.summary, &told.html);
            told.html.clear();
        }
    }
    connection
        .prepare_cached(
            "INSERT INTO kept (entry, story) VALUES (?1, ?2) ON CONFLICT (entry) DO UPDATE SET story = ?2",
        )?
        .execute(params![
            story.entry.as_bytes(),
            serde_json::to_string(&story).unwrap_or_default()
        ])?;
    Ok(())
}
