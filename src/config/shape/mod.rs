//! The shape of a configuration: which keys there are, of what type, with which default. One description drives
//! the checks here, the defaults and the JSON Schema. What keys mean together is not judged here.

mod keys;
mod schema;

pub use schema::schema;

use super::problem::{Place, Report, did_you_mean, listed, nearest};
use super::tree;
use super::tree::{Entry, Node, Table, Value};

/// What a value may be.
enum Kind {
    Boolean,
    /// Only `false`, which switches off what another value would switch on.
    False,
    Integer {
        least: i64,
        most: i64,
    },
    Text(Text),
    OneOf(&'static [&'static str]),
    List {
        of: &'static Kind,
        least: usize,
    },
    Table(Keys),
    /// Tables or values under names that the user chooses.
    Named {
        name: Text,
        of: &'static Kind,
    },
    /// The first of these that has the value's TOML type; no two have the same.
    Any(&'static [Kind]),
}

/// A text with a meaning.
#[derive(Clone, Copy)]
struct Text {
    /// What is expected, for messages.
    expected: &'static str,
    /// A regular expression for editors, more lenient than the check; empty for none.
    pattern: &'static str,
    check: fn(&str) -> Result<(), String>,
}

/// The keys of a table.
struct Keys {
    keys: &'static [Key],
    /// Keys of which there must be exactly one; empty for no such rule.
    one_of: &'static [&'static str],
    /// What is expected in place of something that is no table.
    expected: &'static str,
    /// A table near secrets, of which a message shows no value.
    secret: bool,
}

/// A key of a table.
struct Key {
    name: &'static str,
    kind: Kind,
    need: Need,
    /// One sentence on it.
    doc: &'static str,
}

/// What happens when a key is missing.
enum Need {
    Required,
    Optional,
    /// The value that stands for it, in TOML.
    Default(&'static str),
}

/// Compares a whole configuration with the shape, and gives it with the defaults filled in; those of a source are for
/// [`fill_source`].
pub(super) fn check(root: Table, report: &mut Report) -> Table {
    let place = Place {
        file: usize::MAX,
        start: 0,
        end: 0,
    };
    let mut node = Node {
        place,
        value: Value::Table(root),
    };
    Walk {
        report,
        secret: false,
    }
    .keys(&keys::ROOT, "the configuration", place, &node);
    for key in keys::ROOT.keys.iter().filter(|key| key.name != "source") {
        fill_key(key, &mut node);
    }
    match node.value {
        Value::Table(root) => root,
        _ => Table::default(),
    }
}

struct Walk<'a> {
    report: &'a mut Report,
    secret: bool,
}

impl Walk<'_> {
    fn say(&mut self, place: Place, message: String, expected: &str, meant: Option<&str>) {
        let expected = did_you_mean(expected, meant);
        match self.secret {
            true => self.report.at_secret(place, message, expected),
            false => self.report.at(place, message, expected),
        }
    }

    /// Checks the value of a key.
    fn value(&mut self, kind: &Kind, name: &str, key: Place, node: &Node) {
        let outside = self.secret;
        self.secret |= kind.may_be_secret();
        self.value_of(kind, name, key, node);
        self.secret = outside;
    }

    fn value_of(&mut self, kind: &Kind, name: &str, key: Place, node: &Node) {
        match (kind, &node.value) {
            (Kind::Boolean, Value::Boolean(_)) | (Kind::False, Value::Boolean(false)) => {}
            (Kind::Integer { least, most }, Value::Integer(number)) => {
                if number < least || number > most {
                    let way = if number < least { "small" } else { "big" };
                    let message = format!("`{name}` is too {way}");
                    self.say(
                        node.place,
                        message,
                        &format!("expected {}", kind.expected()),
                        None,
                    );
                }
            }
            (Kind::Text(text), Value::Text(written)) => {
                if let Err(message) = (text.check)(written) {
                    let message = format!("`{name}`: {message}");
                    self.say(
                        node.place,
                        message,
                        &format!("expected {}", text.expected),
                        None,
                    );
                }
            }
            (Kind::OneOf(words), Value::Text(word)) => {
                if !words.contains(&word.as_str()) {
                    let (message, meant) = (
                        format!("`{name}` cannot be `{word}`"),
                        nearest(word, words.iter().copied()),
                    );
                    self.say(
                        node.place,
                        message,
                        &format!("expected {}", kind.expected()),
                        meant,
                    );
                }
            }
            (Kind::List { of, least }, Value::List(nodes)) => {
                if nodes.len() < *least {
                    self.say(
                        node.place,
                        format!("`{name}` is empty"),
                        &format!("expected {}", kind.expected()),
                        None,
                    );
                }
                nodes
                    .iter()
                    .for_each(|node| self.value(of, name, key, node));
            }
            (Kind::Table(keys), Value::Table(_)) => self.keys(keys, name, key, node),
            (Kind::Named { name: text, of }, Value::Table(table)) => {
                for (name, entry) in &table.0 {
                    if let Err(message) = (text.check)(name) {
                        self.say(
                            entry.key,
                            message,
                            &format!("expected {}", text.expected),
                            None,
                        );
                    }
                    self.value(of, name, entry.key, &entry.node);
                }
            }
            (Kind::Any(kinds), _) if kinds.iter().any(|kind| kind.has_type(&node.value)) => {
                let fitting = kinds
                    .iter()
                    .filter(|kind| kind.has_type(&node.value))
                    .take(1);
                fitting.for_each(|kind| self.value(kind, name, key, node));
            }
            (_, found) => {
                let message = format!("`{name}` cannot be {}", found.kind());
                self.say(
                    node.place,
                    message,
                    &format!("expected {}", kind.expected()),
                    None,
                );
            }
        }
    }

    /// Checks a table: its keys, what it lacks, and what excludes each other.
    fn keys(&mut self, keys: &Keys, name: &str, place: Place, node: &Node) {
        let Some(table) = node.table() else { return };
        let names = || keys.keys.iter().map(|key| key.name);
        for (written, entry) in &table.0 {
            match keys.keys.iter().find(|key| key.name == written) {
                Some(key) => self.value(&key.kind, written, entry.key, &entry.node),
                None => {
                    let message = format!("unknown key `{written}`");
                    let one_of = if keys.keys.len() == 1 {
                        "expected "
                    } else {
                        "expected one of "
                    };
                    self.say(
                        entry.key,
                        message,
                        &format!("{one_of}{}", listed(names())),
                        nearest(written, names()),
                    );
                }
            }
        }
        for key in keys.keys {
            if matches!(key.need, Need::Required) && table.entry(key.name).is_none() {
                let expected = format!("expected `{}`: {}", key.name, key.kind.expected());
                self.say(
                    place,
                    format!("`{name}` has no `{}`", key.name),
                    &expected,
                    None,
                );
            }
        }
        let given: Vec<&str> = keys
            .one_of
            .iter()
            .copied()
            .filter(|key| table.entry(key).is_some())
            .collect();
        let expected = || {
            format!(
                "expected exactly one of {}",
                listed(keys.one_of.iter().copied())
            )
        };
        match given.as_slice() {
            [] if !keys.one_of.is_empty() => {
                // A key that is unknown was probably meant to be one of them, and has been complained about.
                let misspelt = keys.keys.len() == keys.one_of.len() && !table.0.is_empty()
                    || table
                        .0
                        .keys()
                        .any(|key| nearest(key, keys.one_of.iter().copied()).is_some());
                if !misspelt {
                    let message = format!(
                        "`{name}` has none of {}",
                        listed(keys.one_of.iter().copied())
                    );
                    self.say(place, message, &expected(), None);
                }
            }
            [_, second, ..] => {
                let at = table.entry(second).map_or(place, |entry| entry.key);
                self.say(
                    at,
                    format!(
                        "`{name}` cannot have {} together",
                        listed(given.iter().copied())
                    ),
                    &expected(),
                    None,
                );
            }
            _ => {}
        }
    }
}

impl Kind {
    /// Whether a value is a secret, or may name one instead of holding it: then none is shown.
    fn may_be_secret(&self) -> bool {
        match self {
            Self::Table(keys) => keys.secret,
            Self::Any(kinds) => kinds.iter().any(Self::may_be_secret),
            Self::Named { of, .. } => of.may_be_secret(),
            _ => false,
        }
    }

    fn has_type(&self, value: &Value) -> bool {
        match self {
            Self::False => matches!(value, Value::Boolean(false)),
            Self::Boolean => matches!(value, Value::Boolean(_)),
            Self::Integer { .. } => matches!(value, Value::Integer(_)),
            Self::Text(_) | Self::OneOf(_) => matches!(value, Value::Text(_)),
            Self::List { .. } => matches!(value, Value::List(_)),
            Self::Table(_) | Self::Named { .. } => matches!(value, Value::Table(_)),
            Self::Any(kinds) => kinds.iter().any(|kind| kind.has_type(value)),
        }
    }

    /// What is expected, for messages.
    fn expected(&self) -> String {
        match self {
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::False => "`false`".to_owned(),
            Self::Integer { least, most } => match (*least, *most) {
                (i64::MIN, i64::MAX) => "a whole number".to_owned(),
                (least, most) => format!("a whole number from {least} to {most}"),
            },
            Self::Text(text) => text.expected.to_owned(),
            Self::OneOf(words) => format!("one of {}", listed(words.iter().copied())),
            Self::List { of, least: 0 } => format!("a list, each {}", of.expected()),
            Self::List { of, .. } => format!("a list of one or more, each {}", of.expected()),
            Self::Table(keys) => keys.expected.to_owned(),
            Self::Named { name, of } => {
                format!("a table with {}, each {}", name.expected, of.expected())
            }
            Self::Any(kinds) => match kinds {
                // One thing or a list of the same is said in short.
                [one, Self::List { .. }] => format!("{}, or a list of such", one.expected()),
                [one, Self::List { .. }, table] => format!(
                    "{}, a list of such, or {}",
                    one.expected(),
                    table.expected()
                ),
                kinds => kinds
                    .iter()
                    .map(Self::expected)
                    .collect::<Vec<_>>()
                    .join(", or "),
            },
        }
    }
}

/// Puts the defaults of a source where it has none of its keys.
pub(super) fn fill_source(node: &mut Node) {
    fill_kind(&keys::SOURCE, node);
}

/// Puts the defaults where keys are missing, down to the last table that is there.
fn fill(keys: &Keys, node: &mut Node) {
    keys.keys.iter().for_each(|key| fill_key(key, node));
}

fn fill_key(key: &Key, node: &mut Node) {
    let place = node.place;
    let Value::Table(table) = &mut node.value else {
        return;
    };
    match (table.0.get_mut(key.name), &key.need) {
        (Some(entry), _) => fill_kind(&key.kind, &mut entry.node),
        (None, Need::Default(text)) => {
            let Some(mut node) = tree::literal(text, place) else {
                return;
            };
            fill_kind(&key.kind, &mut node);
            let entry = Box::new(Entry { key: place, node });
            table.0.insert(key.name.to_owned(), entry);
        }
        (None, _) => {}
    }
}

fn fill_kind(kind: &Kind, node: &mut Node) {
    match kind {
        Kind::Table(keys) => fill(keys, node),
        Kind::Named { of, .. } => {
            if let Value::Table(table) = &mut node.value {
                table
                    .0
                    .values_mut()
                    .for_each(|entry| fill_kind(of, &mut entry.node));
            }
        }
        Kind::List { of, .. } => {
            if let Value::List(nodes) = &mut node.value {
                nodes.iter_mut().for_each(|node| fill_kind(of, node));
            }
        }
        Kind::Any(kinds) => {
            let fitting = kinds.iter().find(|kind| kind.has_type(&node.value));
            fitting.into_iter().for_each(|kind| fill_kind(kind, node));
        }
        Kind::Boolean | Kind::False | Kind::Integer { .. } | Kind::Text(_) | Kind::OneOf(_) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;

    /// Every key of the shape with its path.
    fn all(keys: &'static Keys, path: &str, found: &mut Vec<(String, &'static Key)>) {
        for key in keys.keys {
            let path = format!("{path}{}", key.name);
            tables(&key.kind, &path, found);
            found.push((path, key));
        }
    }

    fn tables(kind: &'static Kind, path: &str, found: &mut Vec<(String, &'static Key)>) {
        match kind {
            Kind::Table(keys) => all(keys, &format!("{path}."), found),
            Kind::Named { of, .. } => tables(of, &format!("{path}.*"), found),
            Kind::List { of, .. } => tables(of, path, found),
            Kind::Any(kinds) => kinds.iter().for_each(|kind| tables(kind, path, found)),
            _ => {}
        }
    }

    fn every_key() -> Vec<(String, &'static Key)> {
        let mut found = Vec::new();
        all(&keys::ROOT, "", &mut found);
        found
    }

    #[test]
    fn every_default_passes_its_own_check() {
        let place = Place {
            file: 0,
            start: 0,
            end: 0,
        };
        let mut checked = 0;
        for (path, key) in every_key() {
            let Need::Default(text) = key.need else {
                continue;
            };
            let mut report = Report::default();
            report.file(std::path::Path::new("default"), text.to_owned());
            let node = tree::literal(text, place).expect(&path);
            Walk {
                report: &mut report,
                secret: false,
            }
            .value(&key.kind, key.name, place, &node);
            assert!(report.is_clean(), "{path}: {}", report.into_problems());
            checked += 1;
        }
        assert!(checked > 20, "{checked}");
    }

    #[test]
    fn every_key_is_explained_in_a_sentence() {
        for (path, key) in every_key() {
            assert!(
                key.doc.ends_with('.') && key.doc.len() > 8,
                "{path}: {}",
                key.doc
            );
        }
    }

    #[test]
    fn the_keys_of_a_rule_exist() {
        fn rules(kind: &Kind) {
            match kind {
                Kind::Table(keys) => {
                    for name in keys.one_of {
                        assert!(keys.keys.iter().any(|key| key.name == *name), "{name}");
                    }
                    keys.keys.iter().for_each(|key| rules(&key.kind));
                }
                Kind::Named { of, .. } | Kind::List { of, .. } => rules(of),
                Kind::Any(kinds) => kinds.iter().for_each(rules),
                _ => {}
            }
        }
        keys::ROOT.keys.iter().for_each(|key| rules(&key.kind));
    }
}
