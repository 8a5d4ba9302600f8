//! Reads well-formed feeds with feed-rs: a second witness of how many items there are and what their texts say.
//!
//! It has no room for a guid's `isPermaLink`, an item's language and base or a date's text. Its ids and its dates
//! are never used.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model::{Content, Entry, Link, MediaObject, Text};
use feed_rs::parser::Builder;
use url::Url;

use crate::model::{Enclosure, RawItem};

use super::element::trimmed;
use super::item::person_name;

/// The items of a well-formed feed found at `url`; nothing if feed-rs refuses it.
pub(super) fn items(xml: &str, url: &Url) -> Option<Vec<RawItem>> {
    let parser = Builder::new()
        .base_uri(Some(url.as_str()))
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|_| None)
        .sanitize_content(false)
        .build();
    // feed-rs 3.0 cuts authors at bytes beside an e-mail address, which panics within a character.
    let feed = catch_unwind(AssertUnwindSafe(|| parser.parse(xml.as_bytes())))
        .ok()?
        .ok()?;
    Some(feed.entries.into_iter().map(item).collect())
}

fn item(entry: Entry) -> RawItem {
    let authors = entry
        .authors
        .iter()
        .filter_map(|person| person_name(person.name.as_deref()?))
        .collect();
    let category =
        |category: feed_rs::model::Category| trimmed(&category.label.unwrap_or(category.term));
    let mut enclosures: Vec<Enclosure> = entry
        .links
        .into_iter()
        .filter_map(linked_enclosure)
        .collect();
    enclosures.extend(entry.media.iter().flat_map(media_enclosures));
    RawItem {
        title: entry.title.and_then(text),
        summary: entry.summary.and_then(text),
        html: entry.content.and_then(html),
        authors,
        categories: entry.categories.into_iter().filter_map(category).collect(),
        enclosures,
        ..RawItem::default()
    }
}

fn text(text: Text) -> Option<String> {
    trimmed(&text.content)
}

/// Content as HTML; plain text is escaped, anything else is no content.
fn html(content: Content) -> Option<String> {
    let body = trimmed(&content.body?)?;
    match content.content_type.as_str() {
        "text/plain" => Some(html_escape::encode_text(&body).into_owned()),
        "text/html" | "application/xhtml+xml" | "text/xml" => Some(body),
        _ => None,
    }
}

fn linked_enclosure(link: Link) -> Option<Enclosure> {
    let is_enclosure = link.rel.as_deref() == Some("enclosure");
    is_enclosure.then(|| Enclosure {
        url: link.href,
        media_type: link.media_type.unwrap_or_default(),
        length: link.length,
    })
}

fn media_enclosures(media: &MediaObject) -> impl Iterator<Item = Enclosure> {
    media.content.iter().filter_map(|content| {
        let media_type = content
            .content_type
            .as_ref()
            .map_or("", |media_type| media_type.as_str());
        let is_file = !media_type.is_empty() && !media_type.starts_with("image/");
        Some(Enclosure {
            url: content.url.as_ref().filter(|_| is_file)?.to_string(),
            media_type: media_type.to_owned(),
            length: content.size,
        })
    })
}
