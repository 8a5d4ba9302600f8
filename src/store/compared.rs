//! Items, read for being compared: those that come, and those that are stored.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use url::Url;

use super::StoreError;
use super::rows::{Columns, InOrder, list, maybe_time, time};
use crate::dedup::alike::{Profile, Telling};
use crate::extract::text::plain;
use crate::model::{Alternate, Item};

/// So much of a text stands for a teaser that is missing, in characters.
const TEXT: usize = 4_000;
const TEASER: usize = 300;

/// An item that came, as it is compared.
pub(super) fn told(item: &Item, published: DateTime<Utc>) -> Profile {
    let start = item.html.char_indices().nth(TEXT);
    let html = start.map_or(item.html.as_str(), |(end, _)| &item.html[..end]);
    profile(&Read {
        source: &item.source.0,
        url: item.url.clone(),
        title: &item.title,
        summary: &item.summary,
        html,
        language: item.language.tag(),
        published: Some(published),
        image: item.image.clone(),
        alternates: &item.alternates,
    })
}

/// A stored item, as it is compared, and when it was published.
pub(super) fn stored(
    connection: &Connection,
    number: i64,
) -> Result<(Profile, DateTime<Utc>), StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT source.id AS source, item.url, item.title, summary, iif(summary = '', substr(html, 1, ?2), '') AS html,
                language, published, image, alternates
         FROM item JOIN source ON source.number = item.source WHERE item.number = ?1",
    )?;
    let text = i64::try_from(TEXT).unwrap_or_default();
    Ok(query.query_row(params![number, text], |row| {
        let row = InOrder::from(row);
        Ok((of_row(&row)?, time(&row, "published")?))
    })?)
}

fn of_row(row: &impl Columns) -> rusqlite::Result<Profile> {
    let url = |text: Option<String>| text.and_then(|text| Url::parse(&text).ok());
    let text = |column: &str| row.get::<String>(column);
    Ok(profile(&Read {
        source: &text("source")?,
        url: url(row.get("url")?),
        title: &text("title")?,
        summary: &text("summary")?,
        html: &text("html")?,
        language: &text("language")?,
        published: maybe_time(row, "published")?,
        image: url(row.get("image")?),
        alternates: &list(row, "alternates")?,
    }))
}

/// The parts of an item that are compared, whether it comes from a source or from the store.
struct Read<'a> {
    source: &'a str,
    url: Option<Url>,
    title: &'a str,
    summary: &'a str,
    html: &'a str,
    language: &'a str,
    published: Option<DateTime<Utc>>,
    image: Option<Url>,
    alternates: &'a [Alternate],
}

fn profile(read: &Read<'_>) -> Profile {
    let text;
    let summary = if read.summary.is_empty() {
        text = crate::normalize::shorten(&plain(read.html), TEASER);
        &text
    } else {
        read.summary
    };
    let alternates: BTreeMap<String, Url> = read
        .alternates
        .iter()
        .map(|version| (version.language.tag().to_owned(), version.url.clone()))
        .collect();
    Profile::new(&Telling {
        source: read.source,
        url: read.url.as_ref(),
        title: read.title,
        summary,
        language: read.language,
        published: read.published,
        image: read.image.as_ref(),
        alternates: &alternates,
    })
}
