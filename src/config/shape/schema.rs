//! The shape as a JSON Schema (draft 2020-12), for editors that complete and check TOML.

use serde_json::{Map, Value, json};

use super::{Key, Keys, Kind, Need, Text, keys};
use crate::config::problem::Place;
use crate::config::tree;

/// The JSON Schema of a configuration file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = of_keys(&keys::ROOT);
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!("The configuration of rassegna"));
    schema.into()
}

fn of_keys(keys: &Keys) -> Map<String, Value> {
    let properties: Map<String, Value> = keys
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), of_key(key)))
        .collect();
    let needed = keys
        .keys
        .iter()
        .filter(|key| matches!(key.need, Need::Required))
        .map(|key| json!(key.name));
    let needed: Vec<Value> = needed.collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !needed.is_empty() {
        schema.insert("required".to_owned(), needed.into());
    }
    if !keys.one_of.is_empty() {
        let each: Vec<Value> = keys
            .one_of
            .iter()
            .map(|name| json!({ "required": [name] }))
            .collect();
        schema.insert("oneOf".to_owned(), each.into());
    }
    schema
}

fn of_key(key: &Key) -> Value {
    let mut schema = of_kind(&key.kind);
    schema.insert("description".to_owned(), json!(key.doc));
    if let Need::Default(text) = key.need {
        let nowhere = Place {
            file: usize::MAX,
            start: 0,
            end: 0,
        };
        let default = tree::literal(text, nowhere).map(|node| node.value.plain());
        schema.extend(default.map(|default| ("default".to_owned(), default)));
    }
    schema.into()
}

fn of_kind(kind: &Kind) -> Map<String, Value> {
    let schema = match kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::False => json!({ "const": false }),
        Kind::Integer {
            least: i64::MIN,
            most: i64::MAX,
        } => json!({ "type": "integer" }),
        Kind::Integer { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Text(text) => return of_text(text),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::List { of, least: 0 } => json!({ "type": "array", "items": of_kind(of) }),
        Kind::List { of, least } => {
            json!({ "type": "array", "items": of_kind(of), "minItems": least })
        }
        Kind::Table(keys) => return of_keys(keys),
        Kind::Named { name, of } => {
            json!({ "type": "object", "propertyNames": of_text(name), "additionalProperties": of_kind(of) })
        }
        Kind::Any(kinds) => json!({ "anyOf": kinds.iter().map(of_kind).collect::<Vec<_>>() }),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

fn of_text(text: &Text) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("string"));
    if !text.pattern.is_empty() {
        schema.insert("pattern".to_owned(), json!(text.pattern));
    }
    schema
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_schema_has_types_defaults_patterns_and_closed_tables() {
        let schema = schema();
        let gap = &schema["properties"]["fetch"]["properties"]["gap"];
        assert_eq!(gap["type"], "string");
        assert_eq!(gap["default"], "1s");
        assert!(gap["description"].as_str().unwrap().contains("requests"));
        assert_eq!(schema["additionalProperties"], false);
        let source = &schema["properties"]["source"]["additionalProperties"];
        assert_eq!(source["additionalProperties"], false);
        assert_eq!(
            source["oneOf"],
            json!([{ "required": ["url"] }, { "required": ["urls"] }])
        );
        assert_eq!(source["properties"]["listing"]["required"], json!(["item"]));
    }

    #[test]
    fn every_pattern_is_a_regular_expression() {
        fn patterns(value: &Value, found: &mut usize) {
            if let Some(pattern) = value.get("pattern").and_then(Value::as_str) {
                regex::Regex::new(pattern).unwrap();
                *found += 1;
            }
            match value {
                Value::Object(map) => map.values().for_each(|value| patterns(value, found)),
                Value::Array(list) => list.iter().for_each(|value| patterns(value, found)),
                _ => {}
            }
        }
        let mut found = 0;
        patterns(&schema(), &mut found);
        assert!(found > 20, "{found}");
    }
}
