//! What a page says of itself as JSON-LD (schema.org): graphs, arrays and several types at once.

use scraper::Html;
use serde_json::Value;

use super::{bounded, one};

/// Types of schema.org that are one piece of news.
const ARTICLES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "PressRelease",
    "AnalysisNewsArticle",
    "SocialMediaPosting",
    "TechArticle",
    "OpinionNewsArticle",
    "LiveBlogPosting",
    "Report",
];
/// How deep the search goes.
const DEPTH: usize = 8;

/// The first article that the page's JSON-LD describes.
pub(super) fn article(document: &Html) -> Option<Value> {
    let scripts = one("script[type='application/ld+json']")?;
    document.select(&scripts).find_map(|script| {
        let text: String = script.text().collect();
        let value = bounded::parse(text.trim().trim_end_matches(';'))?;
        find(&value, DEPTH)
    })
}

fn find(value: &Value, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Array(list) => list.iter().find_map(|value| find(value, depth)),
        Value::Object(map) if is_article(value) => Some(Value::Object(map.clone())),
        Value::Object(map) => ["@graph", "mainEntity", "mainEntityOfPage"]
            .iter()
            .find_map(|key| find(map.get(*key)?, depth)),
        _ => None,
    }
}

/// Whether a value says that it is one piece of news.
pub(super) fn is_article(value: &Value) -> bool {
    let types = &value["@type"];
    let named = |value: &Value| value.as_str().is_some_and(|name| ARTICLES.contains(&name));
    named(types) || types.as_array().is_some_and(|list| list.iter().any(named))
}

/// A property as text.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = match &value[key] {
        Value::Array(list) => list.first()?.as_str()?,
        other => other.as_str()?,
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The names of a property that holds people or organisations, or plain names.
pub(super) fn names(value: &Value, key: &str) -> Vec<String> {
    let one = |value: &Value| {
        value
            .as_str()
            .map(str::to_owned)
            .or_else(|| text(value, "name"))
    };
    let names: Vec<String> = match &value[key] {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    };
    names
        .into_iter()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The address of a property that holds an image: itself, its `url`, or the first of several.
pub(super) fn image(value: &Value, key: &str) -> Option<String> {
    let one = |value: &Value| {
        value
            .as_str()
            .map(str::to_owned)
            .or_else(|| text(value, "url"))
    };
    match &value[key] {
        Value::Array(list) => list.iter().find_map(one),
        other => one(other),
    }
}
