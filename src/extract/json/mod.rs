//! JSON of programming interfaces: items by rules, or by what WordPress is known to say.

mod known;
#[cfg(test)]
mod tests;
mod values;

use serde_json::Value;
use thiserror::Error;

use super::{Extracted, NoNews, alike, bounded, charset, feed, instead, listing, standing};
use crate::config::Json;
use crate::config::json::Field;
use crate::date;
use crate::model::{DateText, Kind, Pace, Page, Place, RawItem};
use values::{Wanted, texts};

/// Why a JSON source gave nothing.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum NoItems {
    /// It is something else.
    #[error("JSON was expected, but the answer is none: {0}")]
    NotJson(String),
    /// It is a feed, which needs no rules.
    #[error("the answer is a JSON Feed; set `kind = \"feed\"`, or leave the kind out")]
    IsFeed,
    /// It is JSON of an unknown kind, and there are no rules; with what its longest list is.
    #[error(
        "the answer is JSON, but neither a JSON Feed nor WordPress's; name its parts with `json.items`, `json.title` and \
         so on{}",
        .0.as_ref().map(|list| format!(". Its longest list is {list}")).unwrap_or_default()
    )]
    Unknown(Option<String>),
    /// The rules found no item.
    #[error(
        "the rule `json.items` matches nothing in the answer; its form may have changed{}",
        .0.as_ref().map(|list| format!(". Its longest list is {list}")).unwrap_or_default()
    )]
    NothingMatched(Option<String>),
    /// The rules found items, but none with a title.
    #[error("the {0} items that `json.items` matches have no title; check `json.title`")]
    NoTitles(usize),
    /// The rules find one and the same thing in every item.
    #[error(
        "{count} of {of} items have the same {field}; the rule `json.{field}` no longer fits the answer"
    )]
    Repeated {
        /// The field.
        field: &'static str,
        /// How many items have the same.
        count: usize,
        /// All items.
        of: usize,
    },
}

/// Reads a JSON text, by rules or without.
pub(super) fn read(
    page: &Page,
    rules: Option<&Json>,
    dates: &date::Context<'_>,
) -> Result<Extracted, NoNews> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.body, content_type, charset::Markup::Json);
    let text = decoded.text.trim_start_matches('\u{FEFF}');
    let (value, whole) = bounded::news(text).map_err(|error| unreadable(page, text, &error))?;
    let ruled = rules.is_some();
    let rules = match rules {
        Some(rules) => rules,
        None => known::rules(&value).ok_or_else(|| unknown(page, text, &value))?,
    };
    let found = nodes(&value, rules);
    if found.is_empty() {
        return Err(match instead::json_error(text) {
            Some(message) if is_report(&value) => NoNews::JsonError(message),
            _ => NoItems::NothingMatched(values::longest_list(&value)).into(),
        });
    }
    let mut extracted = Extracted {
        kind: Kind::Json,
        title: None,
        language: None,
        rights: None,
        items: found.iter().map(|value| item(value, rules)).collect(),
        fields: Vec::new(),
        warnings: decoded.warnings,
        partial: !whole,
        announced: Vec::new(),
        parts: Vec::new(),
        next: None,
        pace: Pace::default(),
        order: None,
    };
    let items = &mut extracted.items;
    items.retain(|item| item.title.is_some());
    if items.is_empty() {
        return Err(NoItems::NoTitles(found.len()).into());
    }
    alike::refuse(items, Vec::new).map_err(repeated)?;
    let untitled = found.len() - items.len();
    extracted.fields = listing::rates(items);
    judge(&mut extracted, untitled);
    if ruled {
        let barren = asked(rules)
            .into_iter()
            .filter(|(_, fields, has)| !fields.is_empty() && !extracted.items.iter().any(has));
        let warning = |field| format!("the rule `json.{field}` found nothing in any item");
        let warnings: Vec<String> = barren.map(|(field, ..)| warning(field)).collect();
        extracted.warnings.extend(warnings);
    }
    super::bound(&mut extracted, dates, "answer");
    Ok(extracted)
}

/// Says what was odd.
fn judge(extracted: &mut Extracted, untitled: usize) {
    let warnings = &mut extracted.warnings;
    if untitled > 0 {
        warnings.push(format!(
            "{untitled} of {} items have no title and were left out",
            untitled + extracted.items.len()
        ));
    }
    if extracted.partial {
        warnings.push(format!(
            "The answer has more than {} values; what comes after them was left out.",
            bounded::MOST_OF_NEWS
        ));
    }
}

/// The items: what the path finds, and what stands in the lists that it finds.
fn nodes<'a>(value: &'a Value, rules: &Json) -> Vec<&'a Value> {
    let mut nodes = Vec::new();
    for found in rules.items.query(value) {
        match found {
            Value::Array(list) => nodes.extend(list),
            Value::Null => {}
            other => nodes.push(other),
        }
    }
    nodes
}

fn item(value: &Value, rules: &Json) -> RawItem {
    let all = |fields: &[Field], wanted: Wanted| {
        let found = fields.iter().map(|field| texts(value, field, wanted));
        found
            .into_iter()
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    };
    let first = |fields: &[Field], wanted| all(fields, wanted).into_iter().next();
    let dates = |fields: &[Field]| {
        let found = fields
            .iter()
            .filter_map(|field| texts(value, field, Wanted::Date).into_iter().next());
        found.map(date_text).collect::<Vec<_>>()
    };
    RawItem {
        guid: first(&rules.id, Wanted::Text),
        title: first(&rules.title, Wanted::Text),
        link: first(&rules.link, Wanted::Address),
        published: dates(&rules.date),
        updated: dates(&rules.updated).into_iter().next(),
        summary: first(&rules.summary, Wanted::Text),
        html: first(&rules.html, Wanted::Text),
        image: first(&rules.image, Wanted::Address),
        authors: all(&rules.author, Wanted::Name),
        categories: all(&rules.category, Wanted::Name),
        language: first(&rules.language, Wanted::Text),
        ..RawItem::default()
    }
}

/// A date; the servers of one maker write Unix time as `/Date(1700000000000+0100)/`.
fn date_text(text: String) -> DateText {
    let wrapped = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    let number =
        wrapped.map(
            |number| match number.get(1..).and_then(|rest| rest.find(['+', '-'])) {
                Some(zone) => number[..=zone].to_owned(),
                None => number.to_owned(),
            },
        );
    DateText {
        text: number.unwrap_or(text),
        place: Place::Item,
        machine: true,
    }
}

type Has = fn(&RawItem) -> bool;

/// The rules that may be found to fit nothing, and what shows that they do.
fn asked(rules: &Json) -> [(&'static str, &[Field], Has); 10] {
    [
        ("link", &rules.link, |item| item.link.is_some()),
        ("date", &rules.date, |item| !item.published.is_empty()),
        ("updated", &rules.updated, |item| item.updated.is_some()),
        ("summary", &rules.summary, |item| item.summary.is_some()),
        ("html", &rules.html, |item| item.html.is_some()),
        ("image", &rules.image, |item| item.image.is_some()),
        ("author", &rules.author, |item| !item.authors.is_empty()),
        ("category", &rules.category, |item| {
            !item.categories.is_empty()
        }),
        ("id", &rules.id, |item| item.guid.is_some()),
        ("language", &rules.language, |item| item.language.is_some()),
    ]
}

fn repeated(why: NoNews) -> NoNews {
    match why {
        NoNews::Repeated { field, count, of } => NoItems::Repeated { field, count, of }.into(),
        why => why,
    }
}

/// Why a text can't be read: what stands in place of the answer, where that can be told.
fn unreadable(page: &Page, text: &str, error: &serde_json::Error) -> NoNews {
    if text.trim_start().starts_with('<') {
        let markup = || NoItems::NotJson("it is a web page or XML".to_owned());
        return standing(page).unwrap_or_else(|| markup().into());
    }
    NoItems::NotJson(error.to_string()).into()
}

/// Why a text without rules gives nothing.
fn unknown(page: &Page, text: &str, value: &Value) -> NoNews {
    if feed::looks_like_feed(&page.body, page.content_type.as_deref()) {
        return NoItems::IsFeed.into();
    }
    match instead::json_error(text) {
        Some(message) if is_report(value) => NoNews::JsonError(message),
        _ => NoItems::Unknown(values::longest_list(value)).into(),
    }
}

/// Whether an object may be the report of an error: it lists nothing but errors.
fn is_report(value: &Value) -> bool {
    let listed = |(name, value): (&String, &Value)| value.is_array() && !name.starts_with("error");
    match value {
        Value::Object(map) => !map.iter().any(listed),
        _ => false,
    }
}
