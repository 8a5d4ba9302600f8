//! JSON values of bounded size: a short text can describe objects that take a hundred times its room in memory.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The most values that are kept of one text, or of one item of a feed.
const MOST: usize = 20_000;

/// The most values that are kept of a text that is nothing but a list of news.
pub(super) const MOST_OF_NEWS: usize = 200_000;

/// Reads a JSON text of news, and says whether all of it was kept.
///
/// # Errors
///
/// What is wrong with the text, in the words of its parser.
pub(super) fn news(text: &str) -> Result<(Value, bool), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let bounded = Bounded {
        left: Rc::new(Cell::new(MOST_OF_NEWS)),
    };
    let left = Rc::clone(&bounded.left);
    let value = bounded.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, left.get() > 0))
}

/// Reads a JSON text of which nothing but the first values is wanted; nothing where it can't be read.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded::new().deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// Reads one value; lists and objects beyond the bound end early.
pub(super) struct Bounded {
    /// How many values there is room for, here and in all that is around.
    left: Rc<Cell<usize>>,
}

impl Bounded {
    pub(super) fn new() -> Self {
        Self {
            left: Rc::new(Cell::new(MOST)),
        }
    }

    fn within(&self) -> Self {
        Self {
            left: Rc::clone(&self.left),
        }
    }

    /// Takes the room of one value; false where there is none left.
    fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }
}

impl<'de> DeserializeSeed<'de> for Bounded {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while self.take() {
            match list.next_element_seed(self.within())? {
                Some(value) => values.push(value),
                None => return Ok(values.into()),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while self.take() {
            match map.next_key::<String>()? {
                Some(key) => _ = values.insert(key, map.next_value_seed(self.within())?),
                None => return Ok(values.into()),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(values.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_read_as_they_are() {
        for text in [
            r#"{"a":[1,-2,2.5,"x",null,true,{"b":{}}]}"#,
            "[]",
            r#""é""#,
            "7",
        ] {
            assert_eq!(parse(text), serde_json::from_str(text).ok(), "{text}");
        }
        for text in ["", "{", "[1,]", "{} x", "nul"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(200_000)), None);
    }

    #[test]
    fn what_is_beyond_the_bound_is_passed_over() {
        let list = vec![r#"{"a":1}"#; MOST].join(",");
        let value = parse(&format!(r#"{{"first":1,"list":[{list}],"last":2}}"#)).unwrap();
        assert_eq!(value["first"], 1);
        assert!(value["list"].as_array().unwrap().len() <= MOST / 2);
        assert_eq!(value.get("last"), None);
    }
}
