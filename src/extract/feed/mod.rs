//! Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1, CDF, also when they are broken.
//!
//! Text is decoded and repaired, then read by a lenient reader of our own, which also reads what is ill-formed or cut
//! short and tells what feed-rs has no room for; where that finds fault with it, feed-rs is a second witness. Nothing is
//! invented, expanded or fetched.

mod element;
mod entities;
mod fault;
mod item;
mod json;
mod lenient;
mod opening;
mod pace;
mod references;
mod repair;
mod strict;
#[cfg(test)]
mod tests;
mod vocabulary;

use chrono::DateTime;
use thiserror::Error;
use url::Url;

use crate::extract::charset::{Markup, decode};
use crate::extract::newest;
use crate::model::{Pace, RawItem};

use fault::{Fault, Faults};
use opening::{Opening, Root};

/// Elements nested more deeply than this are kept from feed-rs.
const MAX_DEPTH: usize = 256;

/// How much of a body is looked at to tell whether it is a feed, in bytes.
const SNIFFED: usize = 16_384;

/// What a feed says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedReading {
    /// The feed's own title, maybe with markup.
    pub title: Option<String>,
    /// The address of the site that it belongs to, absolute.
    pub link: Option<String>,
    /// The language it declares, as written.
    pub language: Option<String>,
    /// The copyright notice of the whole feed.
    pub rights: Option<String>,
    /// Its items in its own order.
    pub items: Vec<RawItem>,
    /// What was wrong and how it was taken, one sentence each.
    pub warnings: Vec<String>,
    /// The document is cut short: there may have been more items.
    pub partial: bool,
    /// How often it wants to be asked.
    pub pace: Pace,
}

/// Why a body is no feed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAFeed {
    /// There is no body.
    #[error("the body is empty")]
    Empty,
    /// There is nothing but white space.
    #[error("the body is nothing but white space")]
    Blank,
    /// It is a web page; with its title, if it has one.
    #[error("this is a web page{}, not a feed", .0.as_ref().map(|title| format!(" (\"{title}\")")).unwrap_or_default())]
    Html(Option<String>),
    /// It is JSON, but no JSON Feed: an error report, say.
    #[error("this is JSON, but no JSON Feed")]
    Json,
    /// It looks like JSON and can't be read.
    #[error("the JSON can't be read: {0}")]
    UnreadableJson(String),
    /// It is XML of another kind; with the name of its root element.
    #[error("this is XML, but no feed: its root element is <{0}>")]
    Xml(String),
    /// It begins as a feed, but holds nothing that can be read.
    #[error("the feed breaks off or is unreadable after line {line}, before its first element")]
    Unreadable {
        /// The last line that could be read, from 1.
        line: usize,
    },
    /// It is neither XML nor JSON.
    #[error("this is neither XML nor JSON")]
    Other,
}

/// Whether a body begins like a feed. Its `Content-Type` only tells how to decode it.
#[must_use]
pub fn looks_like_feed(body: &[u8], content_type: Option<&str>) -> bool {
    let head = body.get(..SNIFFED).unwrap_or(body);
    let text = decode(head, content_type, Markup::Xml).text;
    matches!(opening::opening(&text), Opening::Feed(..)) || json::says_feed(without_marks(&text))
}

/// Reads a feed that was found at `url`.
///
/// # Errors
///
/// If the body is no feed, or one in which nothing can be read. Anything less is a warning.
pub fn read(body: &[u8], content_type: Option<&str>, url: &Url) -> Result<FeedReading, NotAFeed> {
    if body.is_empty() {
        return Err(NotAFeed::Empty);
    }
    let is_json = body.trim_ascii_start().starts_with(b"{");
    let decoded = decode(
        body,
        content_type,
        if is_json { Markup::Json } else { Markup::Xml },
    );
    let text = without_marks(&decoded.text);
    let mut reading = if text.is_empty() {
        return Err(NotAFeed::Blank);
    } else if text.starts_with(['{', '[']) {
        json::read(text, url)?
    } else {
        match opening::opening(text) {
            Opening::Feed(root, start) => read_xml(text, root, start, url)?,
            Opening::Html => return Err(NotAFeed::Html(opening::page_title(text))),
            Opening::Other(name) => return Err(NotAFeed::Xml(name.to_owned())),
            Opening::Text => return Err(NotAFeed::Other),
        }
    };
    reading.warnings.splice(0..0, decoded.warnings);
    Ok(reading)
}

/// A text without the byte order marks and white space before it.
fn without_marks(text: &str) -> &str {
    text.trim_start_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace() || c == '\0')
}

fn read_xml(text: &str, root: Root, start: usize, url: &Url) -> Result<FeedReading, NotAFeed> {
    let (before, feed) = text.split_at_checked(start).unwrap_or(("", text));
    let repaired = repair::repair(feed, root, entities::declared(before));
    let outline = lenient::outline(&repaired.text, url);
    let mut faults: Faults = &repaired.faults | &outline.faults;
    if outline.items.is_empty() && outline.header.nodes.is_empty() && faults.contains(&Fault::Cut) {
        return Err(NotAFeed::Unreadable {
            line: text.lines().count(),
        });
    }
    let mut items = outline.items;
    // A second reader is asked only where ours found something wrong, or less than a feed has.
    if !faults.is_empty() || items.is_empty() || items.iter().any(lacks) {
        let strict = if repaired.depth > MAX_DEPTH || faults.contains(&Fault::TooManyItems) {
            None
        } else {
            strict::items(&repaired.text, url)
        };
        let explained = [
            Fault::Unbalanced,
            Fault::Cut,
            Fault::TooDeep,
            Fault::TooManyItems,
        ]
        .iter()
        .any(|fault| faults.contains(fault));
        match strict {
            Some(strict) if strict.len() == items.len() => {
                items = items
                    .into_iter()
                    .zip(strict)
                    .map(|(lenient, strict)| joined(lenient, strict))
                    .collect();
            }
            _ if !explained => _ = faults.insert(Fault::Salvaged),
            _ => {}
        }
    }
    if has_junk(before) {
        faults.insert(Fault::JunkBefore);
    }
    let header = &outline.header;
    let feed_authors = if matches!(root, Root::Atom) {
        item::authors(header)
    } else {
        Vec::new()
    };
    if items.is_empty() && outline.begun {
        // Nothing of it can be used, but the document is not taken for an empty feed.
        items.push(RawItem::default());
    }
    for item in &mut items {
        item.base = item.base.take().filter(|base| base != url);
        if item.authors.is_empty() {
            item.authors.clone_from(&feed_authors);
        }
    }
    Ok(FeedReading {
        title: item::title(header),
        link: item::link(header, &outline.base, outline.language.as_deref()),
        language: header
            .text_of("language")
            .or_else(|| header.text_of("dc:language"))
            .or(outline.language),
        rights: item::rights(header),
        pace: pace::pace(header),
        items,
        partial: faults.contains(&Fault::Cut),
        warnings: faults.into_iter().map(Fault::sentence).collect(),
    })
}

/// Keeps the newest of too many items.
fn bound(items: &mut Vec<RawItem>, faults: &mut Faults) {
    let when = |item: &RawItem| {
        let text = item.published.first()?.text.as_str();
        let date =
            DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text));
        date.ok()
    };
    if newest::keep(items, when) {
        faults.insert(Fault::TooManyItems);
    }
}

/// Whether an item has no title, or nothing else to read.
fn lacks(item: &RawItem) -> bool {
    item.title.is_none() || (item.summary.is_none() && item.html.is_none())
}

/// One item as two readers saw it: ours counts, feed-rs fills what ours left empty.
fn joined(lenient: RawItem, strict: RawItem) -> RawItem {
    let either =
        |ours: Vec<String>, others: Vec<String>| if ours.is_empty() { others } else { ours };
    RawItem {
        title: lenient.title.or(strict.title),
        summary: lenient.summary.or(strict.summary),
        html: lenient.html.or(strict.html),
        authors: either(lenient.authors, strict.authors),
        categories: either(lenient.categories, strict.categories),
        enclosures: if lenient.enclosures.is_empty() {
            strict.enclosures
        } else {
            lenient.enclosures
        },
        ..lenient
    }
}

/// Whether something that is no declaration, comment or instruction stands before the root.
fn has_junk(before: &str) -> bool {
    let mut rest = before.trim_start();
    while !rest.is_empty() {
        if !(rest.starts_with("<?") || rest.starts_with("<!")) {
            return true;
        }
        let past = opening::skipped(rest);
        rest = rest.get(past..).unwrap_or_default().trim_start();
    }
    false
}
