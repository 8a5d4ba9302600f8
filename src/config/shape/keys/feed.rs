//! The keys of `[feed.ID]`.

use super::texts::{FEED_ID, LANGUAGE, WORDS};
use super::{key, table, text};
use crate::config::Needle;
use crate::config::shape::Need::{Default, Optional};
use crate::config::shape::{Key, Kind};

const NEEDLE: Kind = Kind::Text(text(
    "words such as \"osservazione della terra\", or a regular expression such as '/COSMO.?SkyMed/'",
    r"\S",
    |text| Needle::parse(text).map(drop),
));

pub(super) const FEED: Kind = table(
    "a table such as `[feed.terra]`",
    &[
        key(
            "title",
            WORDS,
            Optional,
            "Its title; without it, one made from the site's.",
        ),
        key("description", WORDS, Optional, "One sentence on it."),
        key(
            "where",
            table("a table such as `{ tag = [\"region\"] }`", WHERE),
            Optional,
            "Which entries belong to it: any within a list, all across the lists, a veto by what begins with `not_`.",
        ),
        key(
            "aliases",
            Kind::List {
                of: &Kind::Text(FEED_ID),
                least: 0,
            },
            Default("[]"),
            "Old ids whose addresses keep working.",
        ),
        key(
            "enabled",
            Kind::Boolean,
            Default("true"),
            "Whether it is published.",
        ),
    ],
);

const LANGUAGES: Kind = Kind::Any(&[
    Kind::Text(LANGUAGE),
    Kind::List {
        of: &Kind::Text(LANGUAGE),
        least: 1,
    },
]);
const NAMES: Kind = Kind::Any(&[
    WORDS,
    Kind::List {
        of: &WORDS,
        least: 1,
    },
]);
const NEEDLES: Kind = Kind::Any(&[
    NEEDLE,
    Kind::List {
        of: &NEEDLE,
        least: 1,
    },
]);

const WHERE: &[Key] = &[
    key("language", LANGUAGES, Optional, "Languages."),
    key("source", NAMES, Optional, "Ids of sources."),
    key("tag", NAMES, Optional, "Tags of sources."),
    key(
        "category",
        NAMES,
        Optional,
        "Categories of items, ignoring case and accents.",
    ),
    key(
        "text",
        NEEDLES,
        Optional,
        "Whole words, ignoring case and accents, or `/…/` for a regular expression.",
    ),
    key(
        "sources_at_least",
        Kind::Integer {
            least: 1,
            most: 1000,
        },
        Optional,
        "How many sources at least must tell the story.",
    ),
    key(
        "not_language",
        LANGUAGES,
        Optional,
        "Languages that must not be.",
    ),
    key("not_source", NAMES, Optional, "Sources that must not be."),
    key("not_tag", NAMES, Optional, "Tags that must not be."),
    key(
        "not_category",
        NAMES,
        Optional,
        "Categories that must not be.",
    ),
    key(
        "not_text",
        NEEDLES,
        Optional,
        "Words and patterns that must not be.",
    ),
];
