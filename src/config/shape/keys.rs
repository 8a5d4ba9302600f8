//! The description of all keys: data only.

use super::Key;
use super::Keys;
use super::Kind;
use super::Need;
use super::Need::Default;
use super::Need::Optional;
use super::Need::Required;
use super::Text;
use crate::config::Needle;
use crate::config::Pick;
use crate::config::crontab::Crontab;
use crate::config::filter;
use crate::config::leaf;
use crate::config::pick;

const fn key(name: &'static str, kind: Kind, need: Need, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        need,
        doc,
    }
}

const fn table(expected: &'static str, keys: &'static [Key]) -> Kind {
    Kind::Table(Keys {
        keys,
        one_of: &[],
        expected,
        secret: false,
    })
}

const fn text(
    expected: &'static str,
    pattern: &'static str,
    check: fn(&str) -> Result<(), String>,
) -> Text {
    Text {
        expected,
        pattern,
        check,
    }
}

const WORDS: Kind = Kind::Text(text("a text", r"\S", |text| leaf::words(text).map(drop)));
const PATH: Kind = Kind::Text(text("a path", r"\S", |text| leaf::words(text).map(drop)));
const LANGUAGE: Text = text(
    "a language tag (BCP 47) such as \"it\" or \"pt-BR\"",
    "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$",
    |text| leaf::language(text).map(drop),
);
const ZONE: Kind = Kind::Text(text(
    "a name of the IANA time zone database such as \"Europe/Rome\"",
    "^[A-Za-z0-9_+/-]+$",
    |text| leaf::zone(text).map(drop),
));
const ID: Text = text(
    "1 to 64 lower-case letters, digits, `-` and `_`, the first of them a letter or a digit",
    "^[a-z0-9][a-z0-9_-]{0,63}$",
    |text| leaf::id(text).map(drop),
);
const FEED_ID: Text = text(
    "1 to 64 lower-case letters, digits, `-` and `_`, and none of `source`, `tag`, `health`, `archive`, `search`, \
     `status`, `metrics`, `healthz`, `opml`",
    "^[a-z0-9][a-z0-9_-]{0,63}$",
    |text| leaf::feed_id(text).map(drop),
);
const PAGE: Kind = Kind::Text(text(
    "an address such as \"https://agenzia.example/notizie\" or \"file:///srv/page.html\"",
    "^([Hh][Tt][Tt][Pp][Ss]?://|[Ff][Ii][Ll][Ee]:///)",
    |text| leaf::page_url(text).map(drop),
));
const LISTEN: Kind = Kind::Text(text(
    "an address such as \"127.0.0.1:8080\", or \"off\"",
    r"^(|off|.+:[0-9]{1,5})$",
    |text| leaf::listen(text).map(drop),
));
const NEEDLE: Kind = Kind::Text(text(
    "words such as \"osservazione della terra\", or a regular expression such as '/COSMO.?SkyMed/'",
    r"\S",
    |text| Needle::parse(text).map(drop),
));
const SELECTOR: Kind = Kind::Text(text(pick::SELECTORS, r"\S", |text| {
    pick::selector(text).map(drop)
}));
const DURATION: &str = r"^([0-9]+ *[smhdw] *)+$";
const SIZE: &str = r"^[0-9]+ *([KkMmGg][Ii]?)?[Bb]$";

pub(super) const ROOT: Keys = Keys {
    one_of: &[],
    expected: "a table",
    secret: false,
    keys: &[
        key(
            "include",
            INCLUDE,
            Optional,
            "More files to read, relative to this one; `*` and `?` stand for what they usually do.",
        ),
        key(
            "site",
            table("a table such as `[site]`", SITE),
            Default("{}"),
            "Who publishes.",
        ),
        key(
            "schedule",
            SCHEDULE,
            Default("{ every = \"30m\" }"),
            "When sources are polled that do not say it themselves.",
        ),
        key(
            "fetch",
            table("a table such as `[fetch]`", FETCH),
            Default("{}"),
            "How pages are fetched.",
        ),
        key(
            "store",
            table("a table such as `[store]`", STORE),
            Default("{}"),
            "Where what was read is remembered.",
        ),
        key(
            "publish",
            table("a table such as `[publish]`", PUBLISH),
            Default("{}"),
            "What is published, and where.",
        ),
        key(
            "serve",
            table("a table such as `[serve]`", SERVE),
            Default("{}"),
            "Where feeds and status are served.",
        ),
        key(
            "source",
            Kind::Named {
                name: ID,
                of: &SOURCE,
            },
            Default("{}"),
            "What is read: one table for each source, `[source.ID]`.",
        ),
        key(
            "feed",
            Kind::Named {
                name: FEED_ID,
                of: &FEED,
            },
            Default("{}"),
            "What is published besides: one table for each feed, `[feed.ID]`; one named like a language edits the feed that it has by itself.",
        ),
    ],
};

const INCLUDE: Kind = Kind::Any(&[
    PATH,
    Kind::List {
        of: &PATH,
        least: 0,
    },
]);

const SITE: &[Key] = &[
    key(
        "title",
        WORDS,
        Default("\"Rassegna\""),
        "The name of the whole.",
    ),
    key(
        "url",
        Kind::Text(text(
            "an address such as \"https://rassegna.example.org/\"",
            "^[Hh][Tt][Tt][Pp][Ss]?://",
            |text| leaf::site_url(text).map(drop),
        )),
        Optional,
        "The public root of links and self links; without it, what `serve.listen` says.",
    ),
    key(
        "contact",
        WORDS,
        Optional,
        "Who answers for the polling, an address of mail or web; also in the User-Agent.",
    ),
    key(
        "languages",
        Kind::List {
            of: &Kind::Text(LANGUAGE),
            least: 1,
        },
        Optional,
        "The languages that have a feed from the first start, even while it is empty; without it, those that sources declare.",
    ),
    key(
        "timezone",
        ZONE,
        Default("\"UTC\""),
        "The zone of dates without one, where a source names no other.",
    ),
];

const SCHEDULE: Kind = Kind::Table(Keys {
    one_of: &["cron", "every"],
    expected: "a table such as `{ every = \"30m\" }` or `{ cron = \"*/30 * * * *\" }`",
    secret: false,
    keys: &[
        key(
            "cron",
            Kind::Text(text(
                "minute, hour, day of month, month and weekday as in \"0 9 * * 1-5\", or a name such as \"@daily\"",
                r"^\s*(@[a-z]+|\S+(\s+\S+){4,5})\s*$",
                |text| Crontab::parse(text).map(drop),
            )),
            Optional,
            "Times in crontab's notation, with a field of seconds first where there are six.",
        ),
        key(
            "every",
            Kind::Text(text(
                "a duration of at least 1s, such as \"30m\" or \"1h30m\"",
                DURATION,
                |text| leaf::duration_within(text, 1, 366 * 86_400).map(drop),
            )),
            Optional,
            "So long after the last poll.",
        ),
    ],
});

const FETCH: &[Key] = &[
    key(
        "concurrency",
        Kind::Integer {
            least: 1,
            most: 1024,
        },
        Default("64"),
        "Requests in flight in all.",
    ),
    key(
        "per_host",
        Kind::Integer { least: 1, most: 64 },
        Default("2"),
        "Requests in flight to one host.",
    ),
    key(
        "gap",
        Kind::Text(text(
            "a duration up to 10m, such as \"1s\"",
            DURATION,
            |text| leaf::duration_within(text, 0, 600).map(drop),
        )),
        Default("\"1s\""),
        "The least time between two requests to one host.",
    ),
    key(
        "timeout",
        Kind::Text(text(
            "a duration from 1s to 5m, such as \"30s\"",
            DURATION,
            |text| leaf::duration_within(text, 1, 300).map(drop),
        )),
        Default("\"30s\""),
        "The most time for one answer, from connecting to its last byte.",
    ),
    key(
        "max_body",
        Kind::Text(text(
            "a size from 64 KiB to 256 MiB, such as \"10 MiB\"",
            SIZE,
            |text| leaf::size_within(text, 64 << 10, 256 << 20).map(drop),
        )),
        Default("\"10 MiB\""),
        "The biggest page that is read, after decompression.",
    ),
    key(
        "allow",
        Kind::List {
            of: &Kind::Text(text(
                "a network such as \"10.1.0.0/16\"",
                r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$",
                |text| leaf::network(text).map(drop),
            )),
            least: 0,
        },
        Default("[]"),
        "Private networks that may be reached after all.",
    ),
];

const STORE: &[Key] = &[
    key(
        "path",
        PATH,
        Default("\"rassegna.db\""),
        "The database's file, relative to the data folder.",
    ),
    key(
        "keep",
        Kind::Text(text(
            "a duration of at least 1d, such as \"400d\"",
            DURATION,
            |text| leaf::duration_within(text, 86_400, 36_600 * 86_400).map(drop),
        )),
        Default("\"400d\""),
        "How long items are kept after they were last seen; their identities are kept for ever.",
    ),
];

const CONTENT: Kind = Kind::OneOf(&["summary", "full"]);

const PUBLISH: &[Key] = &[
    key(
        "directory",
        PATH,
        Default("\"feeds\""),
        "The folder of the published files, relative to the data folder.",
    ),
    key(
        "formats",
        Kind::List {
            of: &Kind::OneOf(&["rss", "atom", "json", "html"]),
            least: 1,
        },
        Default("[\"rss\", \"atom\", \"json\", \"html\"]"),
        "The files that each feed has.",
    ),
    key(
        "entries",
        Kind::Integer {
            least: 1,
            most: 1000,
        },
        Default("100"),
        "How many entries a feed shows, the newest by first publication.",
    ),
    key(
        "days",
        Kind::Integer {
            least: 0,
            most: 366,
        },
        Default("7"),
        "Whatever was first published within so many days of the newest is shown as well.",
    ),
    key(
        "content",
        CONTENT,
        Default("\"summary\""),
        "What an entry carries: the source's own teaser or its first 300 characters, or the full text.",
    ),
    key(
        "index",
        Kind::Boolean,
        Default("false"),
        "Whether search engines may list the HTML pages.",
    ),
];

const SERVE: &[Key] = &[
    key(
        "listen",
        LISTEN,
        Default("\"127.0.0.1:8080\""),
        "Where feeds and pages are served.",
    ),
    key(
        "admin",
        LISTEN,
        Default("\"127.0.0.1:8081\""),
        "Where status, metrics and health are served; not for the public.",
    ),
];

const SOURCE: Kind = Kind::Table(Keys {
    one_of: &["url", "urls"],
    expected: "a table such as `[source.agenzia]`",
    secret: false,
    keys: &[
        key(
            "title",
            WORDS,
            Optional,
            "What people call it; without it, the host of its address.",
        ),
        key(
            "url",
            PAGE,
            Optional,
            "What is fetched: a feed, a page that lists news, or one article.",
        ),
        key(
            "urls",
            Kind::Named {
                name: LANGUAGE,
                of: &PAGE,
            },
            Optional,
            "One address for each language; each becomes a source of its own, `ID.LANGUAGE`.",
        ),
        key(
            "language",
            Kind::Any(&[
                Kind::Text(LANGUAGE),
                Kind::List {
                    of: &Kind::Text(LANGUAGE),
                    least: 1,
                },
            ]),
            Optional,
            "The language that it writes in, or several to tell apart item by item; without it, those of the site.",
        ),
        key(
            "timezone",
            ZONE,
            Optional,
            "The zone of its dates; without it, the site's.",
        ),
        key(
            "tags",
            Kind::List {
                of: &Kind::Text(ID),
                least: 0,
            },
            Default("[]"),
            "Words for the filters of feeds.",
        ),
        key(
            "priority",
            Kind::Integer {
                least: -1000,
                most: 1000,
            },
            Default("0"),
            "Whose telling of a story leads: the higher one.",
        ),
        key(
            "rights",
            WORDS,
            Optional,
            "A notice that is published with its entries.",
        ),
        key(
            "kind",
            Kind::OneOf(&["feed", "listing", "article"]),
            Optional,
            "What kind of document it is, where that is seen wrongly.",
        ),
        key(
            "listing",
            table("a table with at least `listing.item`", LISTING),
            Optional,
            "Where on the page its items are; without it, the listing is detected.",
        ),
        key(
            "schedule",
            SCHEDULE,
            Optional,
            "When it is polled; without it, as the top `[schedule]` says.",
        ),
        key(
            "dates",
            table("a table such as `{ format = \"%d/%m/%Y\" }`", DATES),
            Default("{}"),
            "How its dates are to be read, where that needs saying.",
        ),
        key(
            "headers",
            HEADERS,
            Default("{}"),
            "Headers that go with each request to it.",
        ),
        key("auth", AUTH, Optional, "What proves to it who asks."),
        key(
            "enabled",
            Kind::Boolean,
            Default("true"),
            "Whether it is polled.",
        ),
        key(
            "content",
            CONTENT,
            Optional,
            "What its entries carry; without it, as `publish.content` says.",
        ),
    ],
});

const DATES: &[Key] = &[
    key(
        "format",
        Kind::Text(text(
            "a strftime pattern such as \"%d/%m/%Y %H:%M\"",
            "%",
            |text| leaf::date_format(text).map(drop),
        )),
        Optional,
        "A strftime pattern that is tried before anything else.",
    ),
    key(
        "timezone",
        ZONE,
        Optional,
        "The zone of dates that name none; without it, the source's.",
    ),
    key(
        "ignore_zone",
        Kind::Boolean,
        Default("false"),
        "Take the printed hour for local time although a zone stands beside it.",
    ),
];

const HEADERS: Kind = Kind::Named {
    name: text(
        "a name such as `Accept-Language`",
        "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        |text| leaf::header_name(text).map(drop),
    ),
    of: &Kind::Text(text("printable ASCII", r"^[\t -~]*$", |text| {
        leaf::header_value(text).map(drop)
    })),
};

const AUTH: Kind = Kind::Table(Keys {
    one_of: &["bearer", "basic"],
    expected: "a table with `bearer` or `basic`",
    secret: true,
    keys: &[
        key(
            "bearer",
            SECRET,
            Optional,
            "A token for `Authorization: Bearer` (RFC 6750).",
        ),
        key(
            "basic",
            Kind::Table(Keys {
                one_of: &[],
                expected: "a table such as `{ user = \"rassegna\", password = { credential = \"NAME\" } }`",
                secret: true,
                keys: &[
                    key(
                        "user",
                        Kind::Text(text("a name without `:`", "^[^:]+$", |text| {
                            leaf::user(text).map(drop)
                        })),
                        Required,
                        "The user's name.",
                    ),
                    key("password", SECRET, Required, "The user's password."),
                ],
            }),
            Optional,
            "A user and a password for `Authorization: Basic` (RFC 7617).",
        ),
    ],
});

const SECRET: Kind = Kind::Table(Keys {
    one_of: &["credential", "env"],
    expected: "`{ credential = \"NAME\" }` or `{ env = \"NAME\" }`: a secret is never in this file",
    secret: true,
    keys: &[
        key(
            "credential",
            Kind::Text(text(
                "a name of letters, digits, `.`, `-` and `_`",
                "^[A-Za-z0-9_-][A-Za-z0-9._-]*$",
                |text| leaf::credential(text).map(drop),
            )),
            Optional,
            "The name of a systemd credential: a file in `$CREDENTIALS_DIRECTORY`.",
        ),
        key(
            "env",
            Kind::Text(text(
                "a name of letters, digits and `_`",
                "^[A-Za-z_][A-Za-z0-9_]*$",
                |text| leaf::variable(text).map(drop),
            )),
            Optional,
            "The name of a variable of the environment.",
        ),
    ],
});

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

const LISTING: &[Key] = &[
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
];

const FEED: Kind = table(
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
