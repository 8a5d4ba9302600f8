//! Finding items again by what people know of them: the id of an entry, an address, words of a title.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};
use url::Url;
use uuid::Uuid;

use super::StoreError;
use crate::config::units::fold;
use crate::dedup;
use crate::model::{Item, Key};
use crate::normalize::url::{identity, unanchored};

/// The items of the story that has an entry.
pub(super) fn of_entry(connection: &Connection, entry: Uuid) -> Result<Vec<i64>, StoreError> {
    numbers(
        connection,
        "SELECT item.number FROM story JOIN item ON item.story = story.number WHERE story.entry = ?1 ORDER BY item.number",
        [entry.as_bytes()],
    )
}

/// The items that are at an address, or that a source has listed there once, in the order in which they came.
pub(super) fn at_address(connection: &Connection, url: &Url) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    for url in std::iter::once(url.clone()).chain(canonical(connection, url)?) {
        let page = dedup::page(&url);
        found.extend(numbers(
            connection,
            "SELECT item.number FROM address JOIN item ON item.story = address.story AND item.address = address.key
             WHERE address.key = ?1",
            [page],
        )?);
        found.extend(numbers(
            connection,
            "SELECT identity.item FROM source CROSS JOIN identity ON identity.source = source.number AND identity.key = ?1
             WHERE +identity.item IS NOT NULL",
            [dedup::link(&url)],
        )?);
        if found.is_empty() {
            // One of its former addresses: which of the tellings had it is not known any more.
            found.extend(numbers(
                connection,
                "SELECT item.number FROM address JOIN item ON item.story = address.story WHERE address.key = ?1",
                [page],
            )?);
        }
    }
    if found.is_empty() {
        found = at_place(connection, url)?;
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The address that the article at an address gives itself, where it was believed.
fn canonical(connection: &Connection, url: &Url) -> Result<Option<Url>, StoreError> {
    let said: Option<Option<String>> = connection
        .prepare_cached("SELECT said FROM article WHERE key = ?1")?
        .query_row([dedup::page(url)], |row| row.get(0))
        .optional()?;
    let said = said.flatten();
    let said = said.and_then(|said| serde_json::from_str::<Item>(&said).ok());
    Ok(said.and_then(|said| said.url))
}

/// The items that share a page: each has its own place on it.
fn at_place(connection: &Connection, url: &Url) -> Result<Vec<i64>, StoreError> {
    let wanted = identity(url);
    let mut query = connection
        .prepare_cached("SELECT number, url FROM item WHERE instr(url, '#:~:text=') > 0")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let there = Url::parse(&row.get::<_, String>(1)?);
        if there.is_ok_and(|there| identity(&unanchored(&there)) == wanted) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// The newest item of each story whose title has all of these words, and what was never published, the newest first: at
/// most so many. Titles have no index, so all are read where fewer have them.
pub(super) fn titled(
    connection: &Connection,
    words: &str,
    most: usize,
) -> Result<Vec<i64>, StoreError> {
    let words = fold(words);
    let mut query =
        connection.prepare_cached("SELECT number, title, story FROM item ORDER BY number DESC")?;
    let mut rows = query.query([])?;
    let (mut found, mut stories) = (Vec::new(), HashSet::new());
    while found.len() < most
        && let Some(row) = rows.next()?
    {
        let mut told = |story: Option<i64>| story.is_some_and(|story| !stories.insert(story));
        if has_words(&row.get::<_, String>(1)?, &words) && !told(row.get(2)?) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// Whether a title has all of these folded words.
pub(super) fn has_words(title: &str, words: &str) -> bool {
    let title = format!(" {} ", fold(title));
    let mut words = words.split(' ').filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| title.contains(&format!(" {word} ")))
}

/// The items that wait for their articles: the source's number, the article, since when, the item.
pub(super) fn waiting(connection: &Connection) -> Result<Vec<(i64, Key, i64, Item)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT source, key, first_seen, item FROM followed WHERE item IS NOT NULL ORDER BY first_seen",
    )?;
    let rows = query.query_map([], |row| {
        let text: String = row.get(3)?;
        let item = serde_json::from_str::<Item>(&text).ok();
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, item))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let whole =
        |(source, key, since, item): (_, _, _, Option<Item>)| Some((source, key, since, item?));
    Ok(rows.into_iter().filter_map(whole).collect())
}

/// The numbers that a query gives.
pub(super) fn numbers(
    connection: &Connection,
    query: &str,
    arguments: impl rusqlite::Params,
) -> Result<Vec<i64>, StoreError> {
    let mut query = connection.prepare_cached(query)?;
    let rows = query.query_map(arguments, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When something was withdrawn, in seconds since 1970.
pub(super) fn withdrawn_at(
    connection: &Connection,
    key: impl rusqlite::ToSql,
) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT at FROM withdrawn WHERE key = ?1")?
        .query_row(params![key], |row| row.get(0))
        .optional()?)
}
