//! Rules put together of new parts and of those old ones that still work.

use std::collections::BTreeMap;

use crate::config::{Listing, Pick, pick};
use crate::extract::rules::toml::{pairs, picks, text};
use crate::extract::rules::{Field, Written};

/// The fields in the order in which rules are written.
pub(super) const FIELDS: [Field; 6] = [
    Field::GroupDate,
    Field::Title,
    Field::Link,
    Field::Date,
    Field::Summary,
    Field::Image,
];

/// What becomes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// These picks stand in its place.
    Set(Vec<Written>),
    /// It goes: the field is looked for in each item.
    Drop,
}

/// What changes of some rules; what is not named here stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mend {
    pub(super) item: Option<String>,
    pub(super) fields: BTreeMap<Field, Change>,
}

/// The picks of a field.
pub(super) fn of(rules: &Listing, field: Field) -> &Vec<Pick> {
    match field {
        Field::GroupDate => &rules.group.date,
        Field::Title => &rules.title,
        Field::Link => &rules.link,
        Field::Date => &rules.date,
        Field::Summary => &rules.summary,
        Field::Image => &rules.image,
    }
}

fn of_mut(rules: &mut Listing, field: Field) -> &mut Vec<Pick> {
    match field {
        Field::GroupDate => &mut rules.group.date,
        Field::Title => &mut rules.title,
        Field::Link => &mut rules.link,
        Field::Date => &mut rules.date,
        Field::Summary => &mut rules.summary,
        Field::Image => &mut rules.image,
    }
}

impl Mend {
    /// The rules with the change; nothing where a part of it is no selector.
    pub(super) fn rules(&self, old: Option<&Listing>) -> Option<Listing> {
        let item = self.item.as_deref().map(|item| pick::selector(item).ok());
        let mut rules = match (old, item) {
            (Some(old), None) => old.clone(),
            (Some(old), Some(item)) => Listing {
                item: item?,
                ..old.clone()
            },
            (None, item) => Listing::of(item??),
        };
        for (field, change) in &self.fields {
            *of_mut(&mut rules, *field) = match change {
                Change::Drop => Vec::new(),
                Change::Set(written) => written
                    .iter()
                    .map(|written| written.pick(field.default()))
                    .collect::<Option<_>>()?,
            };
        }
        Some(rules)
    }

    /// The lines that change, for the source's table.
    pub(super) fn toml(&self) -> String {
        let mut lines = vec![("listing.item".to_owned(), self.item.as_deref().map(text))];
        let mut gone = Vec::new();
        for (field, change) in &self.fields {
            let key = format!("listing.{}", field.key());
            match change {
                Change::Set(written) => lines.push((key, Some(picks(written)))),
                Change::Drop => gone.push(format!("`{key}`")),
            }
        }
        let lines: Vec<(&str, Option<String>)> = lines
            .iter()
            .map(|(key, value)| (key.as_str(), value.clone()))
            .collect();
        let mut out = String::new();
        if !gone.is_empty() {
            out.push_str(&format!("# Take out {}.\n", gone.join(", ")));
        }
        pairs(&mut out, &lines);
        out
    }
}
