//! JSON Feed 1.0 and 1.1, with values of the wrong type and documents that are cut short.

use serde_json::{Deserializer, Map, Value};
use url::Url;

use crate::model::{DateText, Enclosure, Pace, Place, RawItem};

use super::element::trimmed;
use super::fault::{Fault, Faults};
use super::item::absolute;
use super::{FeedReading, MAX_ITEMS, NotAFeed};

/// How much of a document's beginning is searched for the version, in bytes.
const VERSION_WINDOW: usize = 4096;

/// Whether a JSON text says near its beginning that it is a JSON Feed.
pub(super) fn says_feed(text: &str) -> bool {
    let window = text
        .get(..text.floor_char_boundary(VERSION_WINDOW))
        .unwrap_or(text);
    let window = window.replace("\\/", "/");
    window.trim_start().starts_with('{') && window.contains("//jsonfeed.org/version/")
}

/// Reads a JSON text found at `url`.
pub(super) fn read(text: &str, url: &Url) -> Result<FeedReading, NotAFeed> {
    let mut faults = Faults::new();
    let feed = match Deserializer::from_str(text).into_iter::<Value>().next() {
        Some(Ok(Value::Object(feed))) => feed,
        Some(Ok(_)) => return Err(NotAFeed::Json),
        Some(Err(error)) if says_feed(text) => {
            faults.insert(Fault::Cut);
            salvaged(text).ok_or_else(|| NotAFeed::UnreadableJson(error.to_string()))?
        }
        Some(Err(error)) => return Err(NotAFeed::UnreadableJson(error.to_string())),
        None => return Err(NotAFeed::Blank),
    };
    let is_feed = feed
        .get("version")
        .and_then(Value::as_str)
        .is_some_and(|text| text.contains("jsonfeed.org/version/"));
    let Some(items) = feed
        .get("items")
        .and_then(Value::as_array)
        .filter(|_| is_feed)
    else {
        return Err(NotAFeed::Json);
    };
    if items.len() > MAX_ITEMS {
        faults.insert(Fault::TooManyItems);
    }
    let authors = authors(&feed);
    let items = items.iter().take(MAX_ITEMS).filter_map(Value::as_object);
    let items = items
        .map(|fields| item(fields, &authors, url, &mut faults))
        .collect();
    Ok(FeedReading {
        title: string(&feed, "title"),
        link: string(&feed, "home_page_url").map(|link| absolute(&link, url)),
        language: string(&feed, "language"),
        rights: None,
        items,
        pace: Pace::default(),
        partial: faults.contains(&Fault::Cut),
        warnings: faults.into_iter().map(Fault::sentence).collect(),
    })
}

/// The version and the complete items of a text that breaks off or is broken.
fn salvaged(text: &str) -> Option<Map<String, Value>> {
    let (before, after) = text.split_once("\"items\"")?;
    let mut rest = after
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('[')?;
    let mut items = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        let mut values = Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(item)) = values.next() else { break };
        items.push(item);
        rest = rest.get(values.byte_offset()..)?;
        if items.len() > MAX_ITEMS {
            break;
        }
    }
    // What stands before the items is an object but for its end.
    let head = format!("{}}}", before.trim_end().trim_end_matches(','));
    let mut feed: Map<String, Value> = serde_json::from_str(&head).unwrap_or_default();
    feed.entry("version")
        .or_insert_with(|| "https://jsonfeed.org/version/1".into());
    feed.insert("items".to_owned(), items.into());
    Some(feed)
}

fn item(
    fields: &Map<String, Value>,
    feed_authors: &[String],
    url: &Url,
    faults: &mut Faults,
) -> RawItem {
    let guid = string(fields, "id");
    if fields.get("id").is_some_and(|id| !id.is_string()) {
        faults.insert(Fault::WrongType);
    }
    let is_address = |text: &&String| text.starts_with("http://") || text.starts_with("https://");
    let link = string(fields, "url").or_else(|| string(fields, "external_url"));
    let link = link.or_else(|| guid.as_ref().filter(is_address).cloned());
    let text = string(fields, "content_text");
    let updated = date(fields, "date_modified");
    let own = authors(fields);
    RawItem {
        title: string(fields, "title"),
        link: link.map(|link| absolute(&link, url)),
        base: None,
        published: date(fields, "date_published")
            .or_else(|| updated.clone())
            .into_iter()
            .collect(),
        updated,
        summary: string(fields, "summary"),
        html: string(fields, "content_html")
            .or_else(|| text.map(|text| html_escape::encode_text(&text).into_owned())),
        image: string(fields, "image")
            .or_else(|| string(fields, "banner_image"))
            .map(|image| absolute(&image, url)),
        authors: if own.is_empty() {
            feed_authors.to_vec()
        } else {
            own
        },
        categories: list(fields, "tags").filter_map(scalar).collect(),
        enclosures: list(fields, "attachments")
            .filter_map(|attachment| enclosure(attachment.as_object()?, url))
            .collect(),
        language: string(fields, "language"),
        rights: None,
        guid,
    }
}

fn enclosure(fields: &Map<String, Value>, url: &Url) -> Option<Enclosure> {
    Some(Enclosure {
        url: absolute(&string(fields, "url")?, url),
        media_type: string(fields, "mime_type").unwrap_or_default(),
        length: fields.get("size_in_bytes").and_then(Value::as_u64),
    })
}

/// The names in `authors` (1.1) and `author` (1.0).
fn authors(fields: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for author in list(fields, "authors").chain(fields.get("author")) {
        let name = author
            .as_object()
            .and_then(|author| string(author, "name"))
            .or_else(|| scalar(author));
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

fn date(fields: &Map<String, Value>, name: &str) -> Option<DateText> {
    Some(DateText {
        text: string(fields, name)?,
        place: Place::Feed,
        machine: true,
    })
}

fn string(fields: &Map<String, Value>, name: &str) -> Option<String> {
    scalar(fields.get(name)?)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => trimmed(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    fields
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
