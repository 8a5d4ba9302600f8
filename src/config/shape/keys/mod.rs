//! The description of all keys: data only.

mod feed;
mod json;
mod listing;
mod request;
mod source;
mod texts;

use self::feed::FEED;
use self::request::PROXY;
pub(super) use self::source::SOURCE;
use self::texts::{DURATION, FEED_ID, ID, LANGUAGE, LISTEN, PATH, SIZE, WORDS, ZONE};
use super::Need::{Default, Optional, Required};
use super::{Key, Keys, Kind, Need, Text};
use crate::config::crontab::Crontab;
use crate::config::leaf;

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
    key(
        "robots",
        Kind::Boolean,
        Default("true"),
        "Whether robots.txt is obeyed for addresses that have not proved to be a feed.",
    ),
    key(
        "from",
        Kind::Any(&[
            Kind::Boolean,
            Kind::Text(text(
                "an address of mail such as \"redazione@example.org\"",
                "^[^@\\s]+@[^@\\s]+$",
                |text| leaf::mail(text).map(drop),
            )),
        ]),
        Default("false"),
        "The address of mail in the header `From` of each request; `true` for `site.contact`.",
    ),
    key(
        "proxy",
        PROXY,
        Default("false"),
        "The proxy that everything is asked through; those of the environment are never used.",
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
    key(
        "bodies",
        Kind::Any(&[
            Kind::False,
            table(
                "a table such as `{ keep = \"30d\", source = \"16 MiB\", total = \"512 MiB\" }`",
                BODIES,
            ),
        ]),
        Default("{}"),
        "How much is kept of what sources answered, for `rassegna replay` and `rassegna plan`; `false`: nothing.",
    ),
];

const BODIES: &[Key] = &[
    key(
        "keep",
        Kind::Text(text(
            "a duration of at least 1h, such as \"30d\"",
            DURATION,
            |text| leaf::duration_within(text, 3_600, 3_660 * 86_400).map(drop),
        )),
        Default("\"30d\""),
        "How long answers are kept; the newest of a source stays while it is polled.",
    ),
    key(
        "source",
        Kind::Text(text(
            "a size from 64 KiB to 64 GiB, such as \"16 MiB\"",
            SIZE,
            |text| leaf::size_within(text, 64 << 10, 64 << 30).map(drop),
        )),
        Default("\"16 MiB\""),
        "The most that is kept of one source, after compression.",
    ),
    key(
        "total",
        Kind::Text(text(
            "a size from 64 KiB to 1024 GiB, such as \"512 MiB\"",
            SIZE,
            |text| leaf::size_within(text, 64 << 10, 1 << 40).map(drop),
        )),
        Default("\"512 MiB\""),
        "The most that is kept of all sources together, after compression.",
    ),
];

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
    key(
        "follow_removals",
        Kind::Boolean,
        Default("false"),
        "Whether what its source removes is withdrawn, for good.",
    ),
    key(
        "by",
        Kind::List {
            of: &Kind::OneOf(&["source", "tag"]),
            least: 0,
        },
        Default("[]"),
        "What has a feed each, besides the languages and `[feed.ID]`: the sources in `source/ID/`, their tags in `tag/NAME/`.",
    ),
    key(
        "hub",
        Kind::Text(text(
            "an address such as \"https://hub.example.org/\"",
            "^[Hh][Tt][Tt][Pp][Ss]?://",
            |text| leaf::hub_url(text).map(drop),
        )),
        Optional,
        "A WebSub hub: feeds announce it, and it is told of each change.",
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
        "Where status, health and metrics are served; not for the public.",
    ),
    key(
        "connections",
        Kind::Integer {
            least: 16,
            most: 65_536,
        },
        Default("512"),
        "The most open connections of each; where there are more, the one that has been idle longest is closed.",
    ),
    key(
        "timeout",
        Kind::Text(text(
            "a duration from 1s to 5m, such as \"30s\"",
            DURATION,
            |text| leaf::duration_within(text, 1, 300).map(drop),
        )),
        Default("\"30s\""),
        "How long a client may take for its request, between two requests, or without taking anything of an answer.",
    ),
    key(
        "access_log",
        Kind::Boolean,
        Default("false"),
        "Whether each request for a feed or page is logged.",
    ),
];

const CONTENT: Kind = Kind::OneOf(&["summary", "full"]);

const SCHEDULE: Kind = Kind::Table(Keys {
    one_of: &["cron", "every", "adaptive"],
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
        key(
            "adaptive",
            table(
                "a table such as `{ min = \"10m\", max = \"90m\" }`",
                ADAPTIVE,
            ),
            Optional,
            "When each source tends to have news, by hour and weekday, as often as within these bounds.",
        ),
    ],
});

const ADAPTIVE: &[Key] = &[
    key(
        "min",
        BOUND,
        Required,
        "The least time between two polls of a source.",
    ),
    key(
        "max",
        BOUND,
        Required,
        "The greatest time between two polls of a source.",
    ),
];

const BOUND: Kind = Kind::Text(text(
    "a duration of at least 1m, such as \"10m\" or \"2h\"",
    DURATION,
    |text| leaf::duration_within(text, 60, 366 * 86_400).map(drop),
));
