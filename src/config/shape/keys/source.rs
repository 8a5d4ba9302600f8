//! The keys of `[source.ID]`.

use super::json::JSON;
use super::listing::LISTING;
use super::request::{AUTH, COOKIES, HEADERS, POST, PROXY};
use super::texts::{ID, LANGUAGE, PAGE, WORDS, ZONE};
use super::{CONTENT, SCHEDULE, key, table, text};
use crate::config::leaf;
use crate::config::shape::Need::{Default, Optional};
use crate::config::shape::{Key, Keys, Kind};

pub(in crate::config::shape) const SOURCE: Kind = Kind::Table(Keys {
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
            "What is fetched: a feed, a page that lists news, one article, JSON or a sitemap of news.",
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
            Kind::OneOf(&["feed", "listing", "article", "json", "sitemap"]),
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
            "json",
            table("a table with at least `json.items` and `json.title`", JSON),
            Optional,
            "Where in its JSON its items are; without it, only WordPress's and JSON Feed are known.",
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
        key(
            "cookies",
            COOKIES,
            Default("{}"),
            "Cookies that go with each request to it; what it sets itself is not kept.",
        ),
        key("auth", AUTH, Optional, "What proves to it who asks."),
        key(
            "post",
            POST,
            Optional,
            "What it is asked with by POST, where GET is not enough.",
        ),
        key(
            "robots",
            Kind::Boolean,
            Optional,
            "Whether its robots.txt is obeyed where it has not proved to be a feed; without it, as `fetch.robots` says.",
        ),
        key(
            "proxy",
            PROXY,
            Optional,
            "The proxy that it is asked through, or `false` for none; without it, as `fetch.proxy` says.",
        ),
        key(
            "tls_insecure",
            Kind::Boolean,
            Default("false"),
            "Take its certificate unverified: anyone on the way can then read and change what it says.",
        ),
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
        key(
            "follow",
            Kind::OneOf(&["never", "undated", "always"]),
            Optional,
            "Whose articles are read, once each, for what its list leaves out; without it, \"undated\" for a list of news and a sitemap, \"never\" for a feed.",
        ),
        key(
            "repair",
            Kind::OneOf(&["suggest", "auto", "never"]),
            Default("\"suggest\""),
            "What becomes of rules that are found where those for its list no longer fit: shown, used at once as well, or not looked for.",
        ),
        key(
            "pages",
            Kind::Integer {
                least: 1,
                most: 100,
            },
            Default("1"),
            "How many pages of its list are read at the first time, and later while nothing on them is known.",
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
