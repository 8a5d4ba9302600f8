//! What the articles of items said, and the items that wait for theirs.
//!
//! An article is asked for once, whoever lists it. It completes the items of a source from their first placing on, or
//! never: identity is made of the completed item, so that what was placed without its article stays without.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::course::Course;
use super::placing::recall;
use super::rows::time;
use super::{Store, StoreError};
use crate::config::Follow;
use crate::dedup::{self, Fetch, Keys, Placed, Trace, Verdict};
use crate::model::{Item, Key, SourceId};
use crate::normalize::article;

/// An item waits for its article no longer than this.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// To know to the day when an article was of use is enough.
const DAY: TimeDelta = TimeDelta::days(1);

/// What the article of an item is to it.
pub(super) struct Mine {
    pub(super) article: Key,
    url: Url,
    state: State,
}

/// An article that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which: the key of its address.
    pub article: Key,
    /// Where it is.
    pub url: Url,
    /// What its source calls it; empty where the article is to say that.
    pub title: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not wanted, or it said nothing.
    Apart,
    /// It has completed the item.
    Read,
    /// Wanted, and not read yet.
    Unread,
}

impl Store {
    /// Whether a source has listed any of these items before; where its list was not read to its end since, whether it
    /// has before that.
    pub async fn knows_any(
        &self,
        source: &SourceId,
        items: Vec<Item>,
        follow: Follow,
    ) -> Result<bool, StoreError> {
        let source = source.clone();
        self.read(move |connection| {
            let Some(course) = Course::of(connection, &source)? else {
                return Ok(false);
            };
            let (mut items, waiting) = (items, waiting(connection, course.number, None)?);
            sight(&mut items, &waiting, course.url.as_ref());
            complete(connection, &course, &mut items, follow)?;
            let keys = course.policy.keys(&mut items);
            let memory = recall(connection, &course, &keys)?;
            if !course.is_unread() {
                let waits = items.iter().any(|item| item.sighted.is_some());
                return Ok(waits || !memory.traces.is_empty());
            }
            let Some(since) = course.since() else {
                return Ok(false);
            };
            let mut seen =
                connection.prepare_cached("SELECT first_seen <= ?2 FROM item WHERE number = ?1")?;
            for trace in memory.traces.values() {
                let before = match trace {
                    Trace::Item(row) => {
                        seen.query_row(params![row, since.timestamp()], |row| row.get(0))?
                    }
                    Trace::Forgotten => true,
                };
                if before {
                    return Ok(true);
                }
            }
            let mut waiting = items.iter().filter_map(|item| item.sighted);
            Ok(waiting.any(|sighted| sighted <= since))
        })
        .await
    }

    /// The articles that are wanted before the items of a fetch, and those that wait, can be placed: those that wait
    /// longest first, then in the list's order.
    pub async fn unread(
        &self,
        source: &SourceId,
        items: Vec<Item>,
        follow: Follow,
        partial: bool,
        now: DateTime<Utc>,
    ) -> Result<Vec<Wanted>, StoreError> {
        let source = source.clone();
        self.read(move |connection| {
            let Some(course) = Course::of(connection, &source)? else {
                return Ok(Vec::new());
            };
            let (mut items, waiting) = (items, waiting(connection, course.number, None)?);
            rejoin(&mut items, &waiting, course.url.as_ref());
            let mine = complete(connection, &course, &mut items, follow)?;
            let keys = course.policy.keys(&mut items);
            let memory = recall(connection, &course, &keys)?;
            let fetch = Fetch {
                since: course.since(),
                partial,
                now,
            };
            let placed = dedup::place(items, keys, &memory, fetch);
            let mut unread: Vec<_> = placed
                .iter()
                .zip(mine)
                .filter(|(placed, _)| is_wanting(placed))
                .filter_map(|(placed, mine)| {
                    let mine = mine.filter(|mine| mine.state == State::Unread)?;
                    let since = placed.item.sighted.unwrap_or(now);
                    let wanted = Wanted {
                        article: mine.article,
                        url: mine.url,
                        title: placed.item.title.clone(),
                    };
                    Some((since, wanted))
                })
                .collect();
            unread.sort_by_key(|(since, _)| *since);
            Ok(unread.into_iter().map(|(_, wanted)| wanted).collect())
        })
        .await
    }
}

/// The items of a source that wait for their articles; those only that have waited since before `until`, if it is
/// given.
pub(super) fn waiting(
    connection: &Connection,
    source: i64,
    until: Option<DateTime<Utc>>,
) -> Result<HashMap<Key, Item>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT key, item, first_seen FROM followed WHERE source = ?1 AND item IS NOT NULL AND first_seen <= ?2
         ORDER BY first_seen",
    )?;
    let until = until.map_or(i64::MAX, |until| until.timestamp());
    let rows = query.query_map(params![source, until], |row| {
        let (key, text): (Key, String) = (row.get("key")?, row.get("item")?);
        let since = time(row, "first_seen")?;
        let item = serde_json::from_str::<Item>(&text).ok();
        Ok(item.map(|item| {
            let sighted = Some(since);
            (key, Item { sighted, ..item })
        }))
    })?;
    Ok(rows
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// The items of a source that have waited for their articles long enough.
pub(super) fn overdue(
    connection: &Connection,
    source: i64,
    now: DateTime<Utc>,
) -> Result<HashMap<Key, Item>, StoreError> {
    waiting(connection, source, Some(now - PATIENCE))
}

/// Tells the items of a fetch that wait since an earlier one when they were first seen; gives the keys of their
/// articles.
pub(super) fn sight(
    items: &mut [Item],
    waiting: &HashMap<Key, Item>,
    listing: Option<&Url>,
) -> HashSet<Key> {
    let mut again = HashSet::new();
    if waiting.is_empty() {
        return again;
    }
    let addresses = article::addresses(items, listing);
    for (item, address) in items.iter_mut().zip(addresses) {
        let article = address.map(|url| dedup::page(&url));
        if let Some((article, known)) = article.and_then(|key| waiting.get_key_value(&key)) {
            item.sighted = known.sighted;
            again.insert(*article);
        }
    }
    again
}

/// Brings the items of a fetch and those that wait together: what is listed again is the same item still, and what is
/// not listed any more is not lost.
pub(super) fn rejoin(items: &mut Vec<Item>, waiting: &HashMap<Key, Item>, listing: Option<&Url>) {
    let again = sight(items, waiting, listing);
    let gone = waiting
        .iter()
        .filter(|(article, _)| !again.contains(article));
    let mut gone: Vec<Item> = gone.map(|(_, item)| item.clone()).collect();
    gone.sort_by_key(|item| (item.sighted, item.position));
    items.extend(gone);
}

/// Completes the items whose articles were read, and says what each item's article is to it.
pub(super) fn complete(
    connection: &Connection,
    course: &Course,
    items: &mut [Item],
    follow: Follow,
) -> Result<Vec<Option<Mine>>, StoreError> {
    let mut marked = connection
        .prepare_cached("SELECT item IS NULL FROM followed WHERE source = ?1 AND key = ?2")?;
    let mut asked = connection
        .prepare_cached("SELECT settled IS NOT NULL, said FROM article WHERE key = ?1")?;
    let any: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM followed WHERE source = ?1)")?
        .query_row([course.number], |row| row.get(0))?;
    if !any && !items.iter().any(|item| article::is_wanted(item, follow)) {
        return Ok(items.iter().map(|_| None).collect());
    }
    let addresses = article::addresses(items, course.url.as_ref());
    let keys = course.policy.keys(&mut items.to_vec());
    let mut mine = Vec::with_capacity(items.len());
    for ((item, url), keys) in items.iter_mut().zip(addresses).zip(keys) {
        let Some(url) = url else {
            mine.push(None);
            continue;
        };
        let article = dedup::page(&url);
        let mark: Option<bool> = marked
            .query_row(params![course.number, article], |row| row.get(0))
            .optional()?;
        let wanted = match mark {
            Some(true) => true,
            Some(false) => article::is_wanted(item, follow),
            None => {
                article::is_wanted(item, follow) && !is_known(connection, course.number, &keys)?
            }
        };
        let mut state = State::Apart;
        if wanted {
            let found: Option<(bool, Option<String>)> = asked
                .query_row([article], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            state = match found {
                Some((true, said)) => {
                    let said = said.and_then(|said| serde_json::from_str::<Item>(&said).ok());
                    said.map_or(State::Apart, |said| {
                        article::complete(item, &said);
                        State::Read
                    })
                }
                _ => State::Unread,
            };
        }
        mine.push(Some(Mine {
            article,
            url,
            state,
        }));
    }
    Ok(mine)
}

/// Whether a source has an item under one of these keys.
fn is_known(connection: &Connection, source: i64, keys: &Keys) -> Result<bool, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM identity WHERE source = ?1 AND key = ?2)")?;
    for key in [keys.guid, keys.url, keys.anchored].into_iter().flatten() {
        if query.query_row(params![source, key], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many items of a fetch are not published, for want of their articles.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanting {
    /// They wait.
    pub(super) held: usize,
    /// They wait no more, and nothing told their titles.
    pub(super) nameless: usize,
}

/// Holds back what is new and waits for its article, and leaves out what has no title even so.
pub(super) fn hold(placed: &mut [Placed], mine: &[Option<Mine>], now: DateTime<Utc>) -> Wanting {
    let mut waiting = Wanting::default();
    for (placed, mine) in placed.iter_mut().zip(mine) {
        let unread = mine
            .as_ref()
            .is_some_and(|mine| mine.state == State::Unread);
        let late = placed
            .item
            .sighted
            .is_some_and(|since| since <= now - PATIENCE);
        if !is_wanting(placed) {
            continue;
        }
        if unread && !late {
            placed.verdict = Verdict::Held;
            waiting.held += 1;
        } else if placed.item.title.is_empty() {
            placed.verdict = Verdict::Seen;
            waiting.nameless += 1;
        }
    }
    waiting
}

/// Whether an item can't be published as it was listed, if its article is still to come.
fn is_wanting(placed: &Placed) -> bool {
    match placed.verdict {
        Verdict::New => true,
        Verdict::Joins(_) => placed.item.title.is_empty(),
        _ => false,
    }
}

/// Remembers which items wait for their articles, which have theirs, and lets the others of those that `waited` go.
pub(super) fn keep(
    connection: &Connection,
    source: i64,
    placed: &[Placed],
    mine: &[Option<Mine>],
    waited: &HashMap<Key, Item>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut wait = connection.prepare_cached(
        "INSERT INTO followed (source, key, first_seen, item) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (source, key) DO UPDATE SET item = ?4 WHERE item IS NOT NULL",
    )?;
    let mut done = connection.prepare_cached(
        "INSERT INTO followed (source, key, first_seen) VALUES (?1, ?2, ?3)
         ON CONFLICT (source, key) DO UPDATE SET item = NULL WHERE item IS NOT NULL",
    )?;
    let mut use_of =
        connection.prepare_cached("UPDATE article SET seen = ?2 WHERE key = ?1 AND seen < ?3")?;
    let mut go = connection.prepare_cached(
        "DELETE FROM followed WHERE source = ?1 AND key = ?2 AND item IS NOT NULL",
    )?;
    let mut held = HashSet::new();
    for (placed, mine) in placed.iter().zip(mine) {
        let Some(Mine { article, state, .. }) = mine else {
            continue;
        };
        let since = placed.item.sighted.unwrap_or(now).timestamp();
        match (placed.verdict, state) {
            (Verdict::Held, State::Unread) => {
                held.insert(*article);
                let text = serde_json::to_string(&placed.item).ok();
                wait.execute(params![source, article, since, text])?;
            }
            (Verdict::Held, _) => {
                held.insert(*article);
            }
            (_, State::Read) => {
                done.execute(params![source, article, since])?;
                let day = (now - DAY).timestamp();
                use_of.execute(params![article, now.timestamp(), day])?;
            }
            _ => {}
        }
    }
    for article in waited.keys().filter(|article| !held.contains(*article)) {
        go.execute(params![source, article])?;
    }
    Ok(())
}
