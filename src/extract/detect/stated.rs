//! The list that a page states as data: JSON-LD `ItemList`, `Blog`, `CollectionPage` with their items.

use std::collections::HashMap;

use scraper::Html;
use serde_json::Value;
use url::Url;

use crate::extract::{jsonld, one};
use crate::model::{DateText, Place, RawItem};

/// Whether a page, and what it states as data, says of itself when it was published.
pub(super) fn is_published(document: &Html, values: Vec<Value>) -> bool {
    let stated = jsonld::Linked::of_values(values).text("datePublished");
    let meta = one("meta[property='article:published_time'], meta[name='article:published_time']");
    stated.is_some() || meta.is_some_and(|meta| document.select(&meta).next().is_some())
}

/// How deep the search goes, and how many items are taken.
const DEPTH: usize = 8;
const MOST: usize = 1_000;
/// Where lists and their items stand.
const KEYS: &[&str] = &[
    "@graph",
    "mainEntity",
    "itemListElement",
    "blogPost",
    "blogPosts",
    "hasPart",
    "item",
];

/// The news that a page states, by absolute address, and their order.
#[derive(Debug, Default)]
pub(super) struct Stated {
    order: Vec<String>,
    items: HashMap<String, RawItem>,
}

impl Stated {
    pub(super) fn of(values: &[Value], base: &Url) -> Self {
        let mut stated = Self::default();
        for value in values {
            stated.take(value, base, DEPTH, false);
        }
        // One article is the page itself and no list.
        if stated.order.len() < 2 {
            return Self::default();
        }
        stated
    }

    fn take(&mut self, value: &Value, base: &Url, depth: usize, listed: bool) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match value {
            Value::Array(list) => {
                for value in list {
                    self.take(value, base, depth, listed);
                }
            }
            Value::Object(map) => {
                if listed && jsonld::is_article(value) {
                    self.add(value, base);
                    return;
                }
                for key in KEYS {
                    if let Some(inner) = map.get(*key) {
                        self.take(
                            inner,
                            base,
                            depth,
                            listed || *key != "@graph" && *key != "mainEntity",
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, value: &Value, base: &Url) {
        let link = jsonld::text(value, "url")
            .or_else(|| jsonld::text(value, "@id"))
            .or_else(|| jsonld::text(value, "mainEntityOfPage"));
        let title = jsonld::text(value, "headline").or_else(|| jsonld::text(value, "name"));
        let (Some(link), Some(title)) = (link, title) else {
            return;
        };
        let Ok(url) = base.join(&link) else {
            return;
        };
        let date = jsonld::text(value, "datePublished").map(|text| DateText {
            text,
            place: Place::Metadata,
            machine: true,
        });
        let item = RawItem {
            title: Some(title),
            link: Some(link),
            published: date.into_iter().collect(),
            summary: jsonld::text(value, "description"),
            image: jsonld::image(value, "image", |_| None),
            authors: jsonld::names(value, "author", |_| None),
            ..RawItem::default()
        };
        let key = address(&url);
        if self.order.len() < MOST && !self.items.contains_key(&key) {
            self.order.push(key.clone());
            self.items.insert(key, item);
        }
    }

    /// What is stated of an address.
    pub(super) fn of_link(&self, base: &Url, link: &str) -> Option<&RawItem> {
        self.items.get(&address(&base.join(link).ok()?))
    }

    /// The items by themselves, for a page that shows none of them without a program in the browser.
    pub(super) fn into_items(mut self) -> Vec<RawItem> {
        self.order
            .iter()
            .filter_map(|key| self.items.remove(key))
            .collect()
    }
}

/// An address without what does not change the page that it leads to.
fn address(url: &Url) -> String {
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_start_matches("www.");
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    format!("{host}{}{query}", url.path().trim_end_matches('/'))
}
