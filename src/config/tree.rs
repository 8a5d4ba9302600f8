//! A configuration as written: TOML with the place of every key and value. Knows no key by name.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::problem::{Place, Report};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float,
    Boolean(bool),
    Date,
    List(Vec<Node>),
    Table(Table),
}

/// A TOML table, in the order of its keys. A map has room for eleven entries at least, and most tables have three: in boxes
/// they take a third less.
#[derive(Debug, Clone, Default)]
pub(super) struct Table(pub(super) BTreeMap<String, Box<Entry>>);

/// A key of a table and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Place,
    pub(super) node: Node,
}

impl Value {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Float => "a fraction",
            Self::Boolean(true) => "`true`",
            Self::Boolean(false) => "`false`",
            Self::Date => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The value without its places, so that equal values have equal texts.
    pub(super) fn plain(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Integer(number) => (*number).into(),
            Self::Boolean(truth) => (*truth).into(),
            Self::Float | Self::Date => serde_json::Value::Null,
            Self::List(nodes) => nodes.iter().map(|node| node.value.plain()).collect(),
            Self::Table(table) => table
                .0
                .iter()
                .map(|(key, entry)| (key.clone(), entry.node.value.plain()))
                .collect(),
        }
    }
}

impl Node {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements of a list; anything else is its own only element.
    pub(super) fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            _ => std::slice::from_ref(self),
        }
    }
}

impl Table {
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        Some(self.0.get(key)?)
    }

    pub(super) fn node(&self, key: &str) -> Option<&Node> {
        self.0.get(key).map(|entry| &entry.node)
    }

    pub(super) fn table(&self, key: &str) -> Option<&Table> {
        self.node(key)?.table()
    }

    /// The same, taken out.
    pub(super) fn take(&mut self, key: &str) -> Option<Table> {
        match self.0.remove(key)?.node.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The tables in a table, by name.
    pub(super) fn tables(&self, key: &str) -> impl Iterator<Item = (&str, &Entry, &Table)> {
        let entries = self.table(key).into_iter().flat_map(|table| &table.0);
        entries.filter_map(|(name, entry)| Some((name.as_str(), &**entry, entry.node.table()?)))
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.node(key)?.text()
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        match self.node(key)?.value {
            Value::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// A whole number that fits.
    pub(super) fn integer<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        match self.node(key)?.value {
            Value::Integer(number) => T::try_from(number).ok(),
            _ => None,
        }
    }

    /// A text with a meaning. What has none was reported when the shape was checked, so it is left out here.
    pub(super) fn read<T>(
        &self,
        key: &str,
        meaning: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        meaning(self.text(key)?).ok()
    }

    /// One text or a list of them, each with a meaning and its place. What has none is left out, as by `read`.
    pub(super) fn read_all<T>(
        &self,
        key: &str,
        meaning: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<(T, Place)> {
        let nodes = self.node(key).into_iter().flat_map(Node::elements);
        nodes
            .filter_map(|node| Some((meaning(node.text()?).ok()?, node.place)))
            .collect()
    }
}

/// Reads a file's text; what is not TOML goes to the report, and nothing comes of the file.
pub(super) fn parse(text: &str, file: usize, report: &mut Report) -> Option<Table> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or_default();
        let place = Place {
            file,
            start: span.start,
            end: span.end,
        };
        // The message's second line, where there is one, says what was expected.
        let (message, expected) = error
            .message()
            .split_once(", ")
            .unwrap_or((error.message(), ""));
        report.at(place, message, expected.replace('\n', " "));
    }
    errors
        .is_empty()
        .then(|| from_table(table.into_inner(), file))
}

/// A value that the program itself wrote, such as a default.
pub(super) fn literal(text: &str, place: Place) -> Option<Node> {
    let mut node = from_value(DeValue::parse(text).ok()?.into_inner(), place);
    node.settle(place);
    Some(node)
}

impl Node {
    fn settle(&mut self, place: Place) {
        self.place = place;
        match &mut self.value {
            Value::List(nodes) => nodes.iter_mut().for_each(|node| node.settle(place)),
            Value::Table(table) => {
                for entry in table.0.values_mut() {
                    entry.key = place;
                    entry.node.settle(place);
                }
            }
            _ => {}
        }
    }
}

fn from_table(table: DeTable<'_>, file: usize) -> Table {
    let place = |span: std::ops::Range<usize>| Place {
        file,
        start: span.start,
        end: span.end,
    };
    let entries = table.into_iter().map(|(key, value)| {
        let span = value.span();
        let node = from_value(value.into_inner(), place(span));
        let entry = Entry {
            key: place(key.span()),
            node,
        };
        (key.into_inner().into_owned(), Box::new(entry))
    });
    Table(entries.collect())
}

/// Goes as deep as the TOML parser let the file be nested, which it bounds.
fn from_value(value: DeValue<'_>, place: Place) -> Node {
    let file = place.file;
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let digits: String = number.as_str().chars().filter(|c| *c != '_').collect();
            let saturated = if digits.starts_with('-') {
                i64::MIN
            } else {
                i64::MAX
            };
            Value::Integer(i64::from_str_radix(&digits, number.radix()).unwrap_or(saturated))
        }
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(truth) => Value::Boolean(truth),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(nodes) => {
            let nodes = nodes.into_iter().map(|node| {
                let span = node.span();
                from_value(
                    node.into_inner(),
                    Place {
                        file,
                        start: span.start,
                        end: span.end,
                    },
                )
            });
            Value::List(nodes.collect())
        }
        DeValue::Table(table) => Value::Table(from_table(table, file)),
    };
    Node { place, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> bool {
        let mut report = Report::default();
        let file = report.file(std::path::Path::new("a.toml"), text.to_owned());
        parse(text, file, &mut report).is_some()
    }

    #[test]
    fn what_is_nested_deep_is_an_error_and_no_overflow() {
        assert!(!reads(&format!("a = {}", "[".repeat(100_000))));
        assert!(!reads(&format!("{}a = 1", "a.".repeat(100_000))));
        assert!(!reads(&format!("[{}a]", "a.".repeat(100_000))));
        assert!(!reads(&"a = { a".repeat(100_000)));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_key() {
        assert!(reads("\u{feff}a = 1"));
    }

    #[test]
    fn numbers_beyond_64_bits_are_the_biggest_there_are() {
        let place = Place {
            file: 0,
            start: 0,
            end: 0,
        };
        let number = |text: &str| literal(text, place).map(|node| node.value.plain());
        assert_eq!(number("99999999999999999999"), Some(i64::MAX.into()));
        assert_eq!(number("-99999999999999999999"), Some(i64::MIN.into()));
        assert_eq!(number("0x1_0"), Some(16.into()));
    }

    #[test]
    fn equal_values_are_equal_wherever_they_stand() {
        let place = |start| Place {
            file: 0,
            start,
            end: 0,
        };
        let plain =
            |text, start| literal(text, place(start)).map(|node| node.value.plain().to_string());
        assert_eq!(
            plain("{ b = [1], a = \"x\" }", 1),
            plain("{ a = 'x', b = [ 1 ] }", 2)
        );
    }
}
