//! The items of an answer: looked up by their keys, placed among what is known, and written.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};

use super::course::Course;
use super::polls::Recorded;
use super::rows::{Columns, InOrder, maybe_time};
use super::writing::Writing;
use super::{StoreError, articles, held, removed};
use crate::config::Follow;
use crate::dedup::{self, Fetch, Keys, Memory, Owner, Placed, Trace};
use crate::model::{Item, Key};

/// What items are placed and written with.
pub(super) struct Placing<'a> {
    pub(super) connection: &'a Connection,
    pub(super) course: &'a Course,
    pub(super) timezone: Tz,
    pub(super) follow: Follow,
    pub(super) fetch: Fetch,
    /// It is a feed and not cut short, so that what is missing among its items was taken out.
    pub(super) whole_feed: bool,
    /// That it is an answer of earlier; nothing where it has just come.
    pub(super) replayed: Option<Replayed<'a>>,
}

/// An answer of earlier that is read again.
pub(super) struct Replayed<'a> {
    /// What it listed by the rules of then.
    pub(super) known: &'a [dedup::Listed],
    /// Whether a later answer lists something under a key.
    pub(super) later: &'a dyn Fn(Key) -> bool,
    /// When it is read again: what it brings is published then.
    pub(super) now: DateTime<Utc>,
}

/// What was placed, and what was known of it before.
pub(super) struct Done {
    pub(super) placed: Vec<Placed>,
    pub(super) memory: Memory,
}

impl Placing<'_> {
    /// Places items and those that `waited` for their articles, and writes what becomes of them.
    pub(super) fn place(
        &self,
        mut items: Vec<Item>,
        waited: &HashMap<Key, Item>,
        recorded: &mut Recorded,
    ) -> Result<Done, StoreError> {
        let (connection, number, now) = (self.connection, self.course.number, self.fetch.now);
        articles::rejoin(&mut items, waited, self.course.url.as_ref());
        let mine = articles::complete(connection, self.course, &mut items, self.follow)?;
        let keys = self.course.policy.keys(&mut items);
        let memory = recall(connection, self.course, &keys)?;
        let mut placed = dedup::place(items, keys, &memory, self.fetch);
        let mut writing = Writing::new(connection, self.course, self.timezone, now)?;
        if let Some(replayed) = &self.replayed {
            dedup::settle(&mut placed, replayed.known, replayed.later);
            writing = writing.published(replayed.now);
        }
        let wanting = articles::hold(&mut placed, &mine, now);
        recorded.waiting = wanting.held;
        recorded.nameless = wanting.nameless;
        // What is asked for once more is no flood.
        if self.replayed.is_none() {
            let history = || held::history(connection, self.course, now);
            recorded.withheld =
                dedup::withhold(&mut placed, recorded.waiting, self.fetch, history)?;
        }
        // Before what is new is written, which is not among what was listed last time.
        if self.whole_feed {
            removed::left(connection, number, &placed, self.fetch.since, now)?;
        }
        writing.write(&placed, &memory, recorded)?;
        if self.replayed.is_none() {
            writing.learn(&placed, &memory)?;
            held::listed(connection, self.course, &placed, self.fetch)?;
        }
        articles::keep(connection, number, &placed, &mine, waited, now)?;
        removed::without_article(connection, number, &placed, &mine, now)?;
        Ok(Done { placed, memory })
    }
}

/// Everything that is known of the items with these keys.
pub(super) fn recall(
    connection: &Connection,
    course: &Course,
    keys: &[Keys],
) -> Result<Memory, StoreError> {
    let source = course.number;
    let mut memory = Memory::default();
    let mut by_key =
        connection.prepare_cached("SELECT item FROM identity WHERE source = ?1 AND key = ?2")?;
    let mut by_row = connection.prepare_cached(
        "SELECT guid_key, url_key, anchor_key, title_key, said_key, address, meaning, title, content, story,
                iif(place = 'first-seen', NULL, published) AS dated FROM item WHERE number = ?1",
    )?;
    let mut by_address = connection.prepare_cached("SELECT story FROM address WHERE key = ?1")?;
    for key in keys.iter().flat_map(Keys::all) {
        let found: Option<Option<i64>> = by_key
            .query_row(params![source, key], |row| row.get(0))
            .optional()?;
        let Some(found) = found else { continue };
        memory
            .traces
            .insert(key, found.map_or(Trace::Forgotten, Trace::Item));
        let Some(item) = found.filter(|item| !memory.items.contains_key(item)) else {
            continue;
        };
        let known = by_row.query_row([item], |row| {
            let row = InOrder::from(row);
            let mut keys = Keys {
                guid: row.get("guid_key")?,
                url: row.get("url_key")?,
                anchored: row.get("anchor_key")?,
                title_day: row.get("title_key")?,
                said: row.get("said_key")?,
                address: row.get("address")?,
                meaning: row.get("meaning")?,
            };
            course.policy.reduce(&mut keys);
            Ok(dedup::Known {
                item,
                keys,
                title: row.get("title")?,
                content: row.get("content")?,
                story: row.get("story")?,
                dated: maybe_time(&row, "dated")?,
            })
        })?;
        memory.items.insert(item, known);
    }
    for key in keys.iter().filter_map(|keys| keys.address) {
        let found: Option<Option<i64>> =
            by_address.query_row([key], |row| row.get(0)).optional()?;
        if let Some(found) = found {
            memory
                .owners
                .insert(key, found.map_or(Owner::Forgotten, Owner::Story));
        }
    }
    Ok(memory)
}
