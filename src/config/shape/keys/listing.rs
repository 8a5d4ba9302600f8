//! The keys of `listing` of a source.

use super::{key, table, text};
use crate::config::shape::Need::{Default, Optional, Required};
use crate::config::shape::{Key, Kind};
use crate::config::{Pick, filter, pick};

const SELECTOR: Kind = Kind::Text(text(pick::SELECTORS, r"\S", |text| {
    pick::selector(text).map(drop)
}));

const PICK_TEXT: Kind = Kind::Text(text(pick::PICKS, r"\S", |text| Pick::parse(text).map(drop)));

const PICK_TABLE: Kind = table(
    "a table such as `{ select = \"time\", attr = \"datetime\" }`",
    &[
        key(
            "select",
            PICK_TEXT,
            Optional,
            "Where to look, as in the short form; without it, the item itself.",
        ),
        key(
            "attr",
            Kind::Text(text(
                "the name of an attribute",
                "^[A-Za-z0-9_:.-]+$",
                pick::attribute,
            )),
            Optional,
            "The attribute to read; without it, the text counts.",
        ),
        key(
            "regex",
            Kind::Text(text("a regular expression", r"\S", |text| {
                filter::pattern(text).map(drop)
            })),
            Optional,
            "What of it counts: the first group, else the whole match.",
        ),
        key(
            "all",
            Kind::Boolean,
            Default("false"),
            "Take every match, not only the first.",
        ),
    ],
);

const PICKS: Kind = Kind::Any(&[
    PICK_TEXT,
    Kind::List {
        of: &Kind::Any(&[PICK_TEXT, PICK_TABLE]),
        least: 1,
    },
    PICK_TABLE,
]);

pub(super) const LISTING: &[Key] = &[
    key("item", SELECTOR, Required, "What an item is."),
    key(
        "title",
        PICKS,
        Optional,
        "Its title; of several the first that reads counts.",
    ),
    key(
        "link",
        PICKS,
        Optional,
        "Its address, by default the attribute `href`.",
    ),
    key(
        "date",
        PICKS,
        Optional,
        "Its date; `@url` looks in the address.",
    ),
    key("summary", PICKS, Optional, "Its teaser."),
    key(
        "image",
        PICKS,
        Optional,
        "Its image, by default the attribute `src`.",
    ),
    key("author", PICKS, Optional, "Its author."),
    key("category", PICKS, Optional, "Its category."),
    key(
        "group",
        table(
            "a table with `date` or `category`",
            &[
                key(
                    "date",
                    PICKS,
                    Optional,
                    "Headings that date the items after them, until the next.",
                ),
                key(
                    "category",
                    PICKS,
                    Optional,
                    "Headings that file the items after them, until the next.",
                ),
            ],
        ),
        Optional,
        "Headings that hold for the items after them.",
    ),
    key(
        "next",
        SELECTOR,
        Optional,
        "The link to the next page of the list; without it, it is looked for.",
    ),
];
