//! The keys of `json` of a source.

use super::{key, text};
use crate::config::json::{self, Field};
use crate::config::shape::Need::{Optional, Required};
use crate::config::shape::{Key, Kind};

const PATH: Kind = Kind::Text(text(json::PATHS, r"^\s*\$", |text| {
    json::path(text).map(drop)
}));

const FIELD: Kind = Kind::Text(text(json::FIELDS, r"\$", |text| {
    Field::parse(text).map(drop)
}));

const FIELDS: Kind = Kind::Any(&[
    FIELD,
    Kind::List {
        of: &FIELD,
        least: 1,
    },
]);

pub(super) const JSON: &[Key] = &[
    key(
        "items",
        PATH,
        Required,
        "The items, from the root of the answer.",
    ),
    key(
        "title",
        FIELDS,
        Required,
        "Its title; of several the first that gives something.",
    ),
    key(
        "link",
        FIELDS,
        Optional,
        "The address of its page; paths in braces put one together.",
    ),
    key(
        "date",
        FIELDS,
        Optional,
        "When it was published: any form of date, or Unix time.",
    ),
    key("updated", FIELDS, Optional, "When it was changed."),
    key("summary", FIELDS, Optional, "Its teaser."),
    key("html", FIELDS, Optional, "Its whole text."),
    key("image", FIELDS, Optional, "The address of its image."),
    key("author", FIELDS, Optional, "Its authors."),
    key("category", FIELDS, Optional, "Its categories."),
    key("id", FIELDS, Optional, "What the source calls it."),
    key(
        "language",
        FIELDS,
        Optional,
        "The language it is in, where the source has several.",
    ),
];
