//! JSON Feed 1.0 and 1.1, with values of the wrong type and documents that are cut short.

use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Deserializer, Map, Value};
use url::Url;

use crate::model::{DateText, Enclosure, Pace, Place, RawItem};

use super::element::trimmed;
use super::fault::{Fault, Faults};
use super::item::absolute;
use super::{FeedReading, NotAFeed, bound};
use crate::extract::MAX_ITEMS;
use crate::extract::bounded::Bounded;

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
    let mut feed = Feed {
        url,
        header: Map::new(),
        items: Vec::new(),
        listed: false,
        faults: Faults::new(),
    };
    let mut reader = Deserializer::from_str(text);
    if let Err(error) = (&mut reader).deserialize_any(&mut feed) {
        if error.is_data() {
            return Err(NotAFeed::Json);
        }
        if !(says_feed(text) && feed.listed) {
            return Err(NotAFeed::UnreadableJson(error.to_string()));
        }
        feed.faults.insert(Fault::Cut);
    }
    let header = feed.header;
    let is_feed = header
        .get("version")
        .and_then(Value::as_str)
        .is_some_and(|text| text.contains("jsonfeed.org/version/"));
    // Of a feed that breaks off, the version may stand in what is missing.
    if !feed.listed || !(is_feed || says_feed(text)) {
        return Err(NotAFeed::Json);
    }
    let authors = authors(&header);
    bound(&mut feed.items, &mut feed.faults);
    for item in feed.items.iter_mut().filter(|item| item.authors.is_empty()) {
        item.authors.clone_from(&authors);
    }
    Ok(FeedReading {
        title: string(&header, "title"),
        link: string(&header, "home_page_url").map(|link| absolute(&link, url)),
        language: string(&header, "language"),
        rights: None,
        items: feed.items,
        pace: Pace::default(),
        partial: feed.faults.contains(&Fault::Cut),
        warnings: feed.faults.into_iter().map(Fault::sentence).collect(),
    })
}

/// A feed as far as it was read: each item is taken when it is complete, so that what breaks off later loses none.
struct Feed<'a> {
    url: &'a Url,
    /// What it says of itself.
    header: Map<String, Value>,
    items: Vec<RawItem>,
    /// There is a list of items.
    listed: bool,
    faults: Faults,
}

impl<'de> Visitor<'de> for &mut Feed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => map.next_value_seed(Items(self))?,
                "version" | "title" | "home_page_url" | "language" | "author" | "authors" => {
                    let value = map.next_value_seed(Bounded::new())?;
                    self.header.insert(key, value);
                }
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

struct Items<'a, 'f>(&'a mut Feed<'f>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let feed = self.0;
        feed.listed = true;
        while let Some(value) = list.next_element_seed(Bounded::new())? {
            let Some(fields) = value.as_object() else {
                continue;
            };
            let item = item(fields, feed.url, &mut feed.faults);
            feed.items.push(item);
            if feed.items.len() >= 2 * MAX_ITEMS {
                bound(&mut feed.items, &mut feed.faults);
            }
        }
        Ok(())
    }
}

fn item(fields: &Map<String, Value>, url: &Url, faults: &mut Faults) -> RawItem {
    let guid = string(fields, "id");
    if fields.get("id").is_some_and(|id| !id.is_string()) {
        faults.insert(Fault::WrongType);
    }
    let is_address = |text: &&String| text.starts_with("http://") || text.starts_with("https://");
    let link = string(fields, "url").or_else(|| string(fields, "external_url"));
    let link = link.or_else(|| guid.as_ref().filter(is_address).cloned());
    let text = string(fields, "content_text");
    let updated = date(fields, "date_modified");
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
        authors: authors(fields),
        categories: list(fields, "tags").filter_map(scalar).collect(),
        enclosures: list(fields, "attachments")
            .filter_map(|attachment| enclosure(attachment.as_object()?, url))
            .collect(),
        language: string(fields, "language"),
        guid,
        ..RawItem::default()
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
