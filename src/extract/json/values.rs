//! What fields find in an item, as texts: of lists each, of objects what they are mostly made for.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::config::json::{Field, Part};

/// What is wanted of an object that stands where a text was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its text, as WordPress (`rendered`), Drupal (`processed`) and others name it.
    Text,
    /// Its name, as of a person or a category.
    Name,
    /// An address.
    Address,
    /// A moment, as PHP (`date`), MongoDB (`$date`) and others name it.
    Date,
}

impl Wanted {
    /// Where it stands in an object, best first.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["rendered", "processed", "value", "text", "title", "name"],
            Self::Name => &[
                "name", "label", "title", "rendered", "value", "text", "slug",
            ],
            Self::Address => &["url", "href", "src", "source_url", "link", "uri", "value"],
            Self::Date => &["date", "$date", "value", "iso", "seconds", "_seconds"],
        }
    }
}

/// How deep the search for a longest list goes.
const DEPTH: usize = 8;
/// How many names of an object are shown.
const SHOWN: usize = 8;

/// All texts that a field finds in an item.
pub(super) fn texts(item: &Value, field: &Field, wanted: Wanted) -> Vec<String> {
    match field {
        Field::Path(path) => found(item, path, wanted),
        Field::Template(parts) => {
            let put = parts.iter().map(|part| match part {
                Part::Text(text) => Some(text.clone()),
                Part::Path(path) => found(item, path, wanted).into_iter().next(),
            });
            put.collect::<Option<String>>().into_iter().collect()
        }
    }
}

fn found(item: &Value, path: &JsonPath, wanted: Wanted) -> Vec<String> {
    let mut out = Vec::new();
    for value in path.query(item) {
        gather(value, wanted, &mut out);
    }
    out
}

// The parser bounds the depth, so that this may call itself.
fn gather(value: &Value, wanted: Wanted, out: &mut Vec<String>) {
    match value {
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => out.push(text.trim().to_owned()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| gather(value, wanted, out)),
        Value::Object(map) => {
            let before = out.len();
            for value in wanted.keys().iter().filter_map(|key| map.get(*key)) {
                gather(value, wanted, out);
                if out.len() > before {
                    return;
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The longest list of objects in a text, as a person who writes rules needs to know it: its path, how many there
/// are, and what the first has.
pub(super) fn longest_list(value: &Value) -> Option<String> {
    let mut best: Option<(usize, String, &Value)> = None;
    longest(value, "$".to_owned(), DEPTH, &mut best);
    let (count, path, first) = best?;
    let names: Vec<String> = first
        .as_object()?
        .keys()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    Some(format!(
        "`{path}`: {count} objects, the first with {}",
        names.join(", ")
    ))
}

fn longest<'a>(
    value: &'a Value,
    path: String,
    depth: usize,
    best: &mut Option<(usize, String, &'a Value)>,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Array(list) => {
            let objects = list.iter().filter(|value| {
                let map = value.as_object();
                map.is_some_and(|map| !map.is_empty())
            });
            let (count, path) = (objects.clone().count(), format!("{path}[*]"));
            if let Some(first) = list.first().filter(|first| first.is_object())
                && count > best.as_ref().map_or(0, |(most, ..)| *most)
            {
                *best = Some((count, path.clone(), first));
            }
            // What all have is found in the first.
            if let Some(first) = list.first() {
                longest(first, path, depth, best);
            }
        }
        Value::Object(map) => {
            for (name, value) in map {
                let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
                let named = if plain && !name.starts_with(|c: char| c.is_ascii_digit()) {
                    format!("{path}.{name}")
                } else {
                    format!("{path}[{}]", Value::from(name.as_str()))
                };
                longest(value, named, depth, best);
            }
        }
        _ => {}
    }
}
