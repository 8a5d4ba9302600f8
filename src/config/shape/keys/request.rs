//! The keys that shape a request: headers, cookies, what proves who asks, bodies and proxies.

use super::{key, text};
use crate::config::leaf;
use crate::config::shape::Need::{Optional, Required};
use crate::config::shape::{Keys, Kind, Text};

pub(super) const HEADERS: Kind = Kind::Named {
    name: text(
        "a name such as `Accept-Language`",
        "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        |text| leaf::header_name(text).map(drop),
    ),
    of: &Kind::Any(&[
        Kind::Text(text("printable ASCII", r"^[\t -~]*$", |text| {
            leaf::header_value(text).map(drop)
        })),
        SECRET,
    ]),
};

pub(super) const COOKIES: Kind = Kind::Named {
    name: text(
        "a name such as `session`",
        "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        |text| leaf::cookie_name(text).map(drop),
    ),
    of: &Kind::Any(&[
        Kind::Text(text("printable ASCII without `;`", "^[ -:<-~]*$", |text| {
            leaf::cookie_value(text).map(drop)
        })),
        SECRET,
    ]),
};

/// Anything that a form may hold.
const ANY: Text = text("a text", "", |text| leaf::any(text).map(drop));

pub(super) const POST: Kind = Kind::Table(Keys {
    one_of: &["form", "json", "body"],
    expected: "a table such as `{ form = { q = \"spazio\" } }`, `{ json = \"{}\" }` or `{ body = \"…\", type = \"text/plain\" }`",
    secret: true,
    keys: &[
        key(
            "form",
            Kind::Named {
                name: ANY,
                of: &Kind::Any(&[Kind::Text(ANY), SECRET]),
            },
            Optional,
            "Fields of a form, sent by name as `application/x-www-form-urlencoded`.",
        ),
        key(
            "json",
            Kind::Text(text("JSON such as '{ \"page\": 1 }'", "", |text| {
                leaf::json(text).map(drop)
            })),
            Optional,
            "JSON in a text, sent as it is written.",
        ),
        key("body", Kind::Text(ANY), Optional, "Any text, in UTF-8."),
        key(
            "type",
            Kind::Text(text(
                "a media type such as \"text/plain\"",
                r"^[^/\s]+/[^/\s]+",
                |text| leaf::media_type(text).map(drop),
            )),
            Optional,
            "The media type of `body`; without it, `text/plain; charset=utf-8`.",
        ),
    ],
});

const PROXY_URL: Kind = Kind::Text(text(
    "an address such as \"http://proxy.example:3128\"",
    "^[Hh][Tt][Tt][Pp][Ss]?://[^/@]+/?$",
    |text| leaf::proxy_url(text).map(drop),
));

pub(super) const PROXY: Kind = Kind::Any(&[
    Kind::False,
    PROXY_URL,
    Kind::Table(Keys {
        one_of: &[],
        expected: "a table such as `{ url = \"http://proxy.example:3128\", auth.basic = { user = \"rassegna\", password = { credential = \"NAME\" } } }`",
        secret: true,
        keys: &[
            key("url", PROXY_URL, Required, "The address of the proxy."),
            key(
                "auth",
                Kind::Table(Keys {
                    one_of: &[],
                    expected: "a table with `basic`",
                    secret: true,
                    keys: &[key(
                        "basic",
                        BASIC,
                        Required,
                        "A user and a password for `Proxy-Authorization: Basic` (RFC 7617).",
                    )],
                }),
                Optional,
                "What proves to the proxy who asks.",
            ),
        ],
    }),
]);

pub(super) const AUTH: Kind = Kind::Table(Keys {
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
            BASIC,
            Optional,
            "A user and a password for `Authorization: Basic` (RFC 7617).",
        ),
    ],
});

const BASIC: Kind = Kind::Table(Keys {
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
