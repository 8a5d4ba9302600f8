//! Whether a story belongs to a feed by its filter, and whether one that the feed has had still does.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use super::feeds::Reviewed;
use super::rows::list;
use crate::config::Filter;
use crate::config::filter::Facts;
use crate::extract::text::plain;
use crate::language::Language;
use crate::model::{FeedId, Story};

/// A source as its stories are filtered: its id and tags.
struct Teller {
    id: String,
    tags: Vec<String>,
}

/// Leaves an entry that a feed has had out of what it shows, or puts it back; its archive page is written anew then.
pub(super) fn set_hidden(
    connection: &Connection,
    feed: &FeedId,
    entry: &[u8],
    hidden: bool,
) -> Result<(), StoreError> {
    let flipped = connection
        .prepare_cached(
            "UPDATE ledger SET hidden = ?3 WHERE feed = ?1 AND entry = ?2 AND hidden <> ?3",
        )?
        .execute(params![feed.0, entry, hidden])?;
    if flipped > 0 {
        connection
            .prepare_cached(
                "UPDATE archive SET changed = changed + 1
                 WHERE feed = ?1 AND page = (SELECT page FROM ledger WHERE feed = ?1 AND entry = ?2)",
            )?
            .execute(params![feed.0, entry])?;
    }
    Ok(())
}

/// Judges the archived entries of a feed whose stories were dropped, by what is kept of them.
pub(super) fn judge_kept(connection: &Connection, feed: &Reviewed) -> Result<(), StoreError> {
    let mut dropped =
        connection.prepare_cached("SELECT entry FROM ledger WHERE feed = ?1 AND story IS NULL")?;
    let mut kept = connection.prepare_cached("SELECT story FROM kept WHERE entry = ?1")?;
    let mut tags = connection.prepare_cached("SELECT tags FROM source WHERE id = ?1")?;
    let others = Filter {
        text: Vec::new(),
        ..feed.filter.clone()
    };
    let entries = dropped.query_map([&feed.id.0], |row| row.get(0))?;
    for entry in entries.collect::<rusqlite::Result<Vec<Vec<u8>>>>()? {
        let json: Option<String> = kept.query_row([&entry], |row| row.get(0)).optional()?;
        // One that cannot be read is told of where its page is written.
        let Some(story) = json.and_then(|json| serde_json::from_str::<Story>(&json).ok()) else {
            continue;
        };
        let (mut tellers, mut categories, mut text) = (Vec::new(), Vec::new(), String::new());
        let mut whole = true;
        for told in story.tellings {
            let known = tags.query_row([&told.source.0], |row| list(row, "tags"));
            tellers.push(Teller {
                id: told.source.0,
                tags: known.optional()?.unwrap_or_default(),
            });
            categories.extend(told.categories);
            whole &= !told.html.is_empty();
            add_text(&mut text, &told.title, &told.summary, &told.html);
        }
        let refusal =
            |filter: &Filter| refused(filter, &story.language, &tellers, &categories, &text);
        let refused = refusal(&feed.filter);
        // The words that a feed asks for may have stood in a text that is not kept: then it is left as it was judged.
        if whole || refused != Some("text") || refusal(&others).is_some() {
            set_hidden(connection, &feed.id, &entry, refused.is_some())?;
        }
    }
    Ok(())
}

/// Whether a story belongs to a feed.
pub(super) fn belongs(
    connection: &Connection,
    number: i64,
    filter: &Filter,
) -> Result<bool, StoreError> {
    belongs_by(connection, number, filter, |_| None)
}

/// The same, where sources may have other tags than are stored.
pub(super) fn belongs_by<'a>(
    connection: &Connection,
    number: i64,
    filter: &Filter,
    tags_of: impl Fn(&str) -> Option<&'a Vec<String>>,
) -> Result<bool, StoreError> {
    // Most entries that do not belong are in another language.
    let language = language(connection, number)?;
    Ok(!filter.shuts_out(&language)
        && refusal_by(connection, (number, &language), filter, tags_of)?.is_none())
}

fn language(connection: &Connection, number: i64) -> Result<Language, StoreError> {
    let tag: String = connection
        .prepare_cached("SELECT language FROM story WHERE number = ?1")?
        .query_row([number], |row| row.get(0))?;
    Ok(Language::parse(&tag).unwrap_or_else(Language::undetermined))
}

/// The key of a feed's filter that keeps a story out.
pub(super) fn refusal(
    connection: &Connection,
    number: i64,
    filter: &Filter,
) -> Result<Option<&'static str>, StoreError> {
    let language = language(connection, number)?;
    refusal_by(connection, (number, &language), filter, |_| None)
}

fn refusal_by<'a>(
    connection: &Connection,
    (number, language): (i64, &Language),
    filter: &Filter,
    tags_of: impl Fn(&str) -> Option<&'a Vec<String>>,
) -> Result<Option<&'static str>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT source.id, source.tags, item.categories, item.title, item.summary, item.html
         FROM item JOIN source ON source.number = item.source WHERE item.story = ?1 ORDER BY item.number",
    )?;
    let mut tellers: Vec<Teller> = Vec::new();
    let (mut categories, mut text) = (Vec::<String>::new(), String::new());
    let mut rows = query.query([number])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let tags = match tags_of(&id) {
            Some(tags) => tags.clone(),
            None => list(row, "tags")?,
        };
        tellers.push(Teller { id, tags });
        categories.extend(list::<String>(row, "categories")?);
        if !filter.reads_text() {
            continue;
        }
        let part = |column| row.get::<_, String>(column);
        add_text(
            &mut text,
            &part("title")?,
            &part("summary")?,
            &part("html")?,
        );
    }
    Ok(refused(filter, language, &tellers, &categories, &text))
}

/// Adds what one source tells of a story to the text that filters look at.
fn add_text(text: &mut String, title: &str, summary: &str, html: &str) {
    for part in [title, summary, &plain(html)] {
        text.push_str(part);
        text.push('\n');
    }
}

/// The key of a filter that keeps a story out which these tell so.
fn refused(
    filter: &Filter,
    language: &Language,
    tellers: &[Teller],
    categories: &[String],
    text: &str,
) -> Option<&'static str> {
    let mut sources: Vec<&str> = tellers.iter().map(|teller| teller.id.as_str()).collect();
    sources.dedup();
    let tags: Vec<&str> = tellers
        .iter()
        .flat_map(|teller| &teller.tags)
        .map(String::as_str)
        .collect();
    let facts = Facts {
        language,
        sources: &sources,
        tags: &tags,
        categories,
        text,
    };
    filter.refusal(&facts)
}
