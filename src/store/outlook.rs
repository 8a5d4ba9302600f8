//! What other rules and other filters would change: looked at, never written.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::course::Course;
use super::feeds::{self, Reviewed, Shown};
use super::placing::recall;
use super::{Store, StoreError, articles};
use crate::config::Follow;
use crate::dedup::{self, Change, Fetch, Listed};
use crate::model::{FeedId, Item, Key, SourceId};

/// What other rules make of a source's document.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// What was read by them, completed by what is known of articles.
    pub items: Vec<Item>,
    /// What was listed before.
    pub listed: Vec<Listed>,
    /// What becomes of both.
    pub change: Change,
}

/// What another filter makes of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    /// The titles of the entries that it shows then and does not show now.
    pub gained: Vec<String>,
    /// The titles of the entries that it shows now and does not show then.
    pub lost: Vec<String>,
}

impl Store {
    /// What becomes of a source's items if a document that listed these keys is read as these items.
    pub async fn outlook(
        &self,
        source: &SourceId,
        items: Vec<Item>,
        follow: Follow,
        listed: Vec<Key>,
        now: DateTime<Utc>,
    ) -> Result<Outlook, StoreError> {
        let source = source.clone();
        self.read(move |connection| {
            let Some(course) = Course::of(connection, &source)? else {
                let new = (0..items.len()).collect();
                return Ok(Outlook {
                    change: Change {
                        new,
                        ..Change::default()
                    },
                    items,
                    listed: Vec::new(),
                });
            };
            let mut items = items;
            articles::complete(connection, &course, &mut items, follow)?;
            let keys = course.policy.keys(&mut items);
            let memory = recall(connection, &course, &keys)?;
            let fetch = Fetch {
                since: course.since(),
                partial: false,
                now,
            };
            let placed = dedup::place(items, keys, &memory, fetch);
            let listed = stored(connection, course.number, &listed)?;
            let change = dedup::change(&placed, &listed);
            let items = placed.into_iter().map(|placed| placed.item).collect();
            Ok(Outlook {
                items,
                listed,
                change,
            })
        })
        .await
    }

    /// What these feeds would gain and lose by their filters, given the tags that sources would have. Feeds that would
    /// show what they show are left out.
    pub async fn shifts(
        &self,
        feeds: Vec<Reviewed>,
        tags: HashMap<String, Vec<String>>,
        shown: Shown,
    ) -> Result<Vec<(FeedId, Shift)>, StoreError> {
        self.read(move |connection| {
            let mut shifts = Vec::new();
            for feed in feeds {
                let known = feeds::reviewed(connection, &feed.id)?;
                if known.is_none_or(|(definition, _)| definition == feed.definition) {
                    continue;
                }
                let before = feeds::window(connection, &feed.id, shown)?;
                let after = feeds::window_by(connection, &feed, &tags, shown)?;
                let titles = |some: &[i64], others: &[i64]| {
                    let others: HashSet<&i64> = others.iter().collect();
                    let these = some.iter().filter(|story| !others.contains(story));
                    let titles = these.map(|story| title(connection, *story));
                    titles.collect::<Result<Vec<String>, StoreError>>()
                };
                let shift = Shift {
                    gained: titles(&after, &before)?,
                    lost: titles(&before, &after)?,
                };
                if shift != Shift::default() {
                    shifts.push((feed.id, shift));
                }
            }
            Ok(shifts)
        })
        .await
    }

    /// The feeds that were published once.
    pub async fn feeds(&self) -> Result<Vec<FeedId>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT id FROM feed ORDER BY id")?;
            let rows = query.query_map([], |row| Ok(FeedId(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// The items of a source that are stored under these keys, each once.
pub(super) fn stored(
    connection: &Connection,
    source: i64,
    keys: &[Key],
) -> Result<Vec<Listed>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT item.number, title, url, address, story FROM identity JOIN item ON item.number = identity.item
         WHERE identity.source = ?1 AND identity.key = ?2",
    )?;
    let (mut found, mut rows) = (Vec::new(), HashSet::new());
    for key in keys {
        let listed = query
            .query_row(params![source, key], |row| {
                Ok(Listed {
                    item: row.get(0)?,
                    title: row.get(1)?,
                    url: row.get(2)?,
                    address: row.get(3)?,
                    story: row.get(4)?,
                })
            })
            .optional()?;
        found.extend(listed.filter(|listed| rows.insert(listed.item)));
    }
    Ok(found)
}

fn title(connection: &Connection, story: i64) -> Result<String, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT title FROM item WHERE story = ?1 ORDER BY number LIMIT 1")?;
    let title = query.query_row([story], |row| row.get(0)).optional()?;
    Ok(title.unwrap_or_default())
}
