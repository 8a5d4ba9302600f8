//! Texts that several tables hold.

use super::text;
use crate::config::leaf;
use crate::config::shape::{Kind, Text};

pub(super) const WORDS: Kind =
    Kind::Text(text("a text", r"\S", |text| leaf::words(text).map(drop)));
pub(super) const PATH: Kind = Kind::Text(text("a path", r"\S", |text| leaf::words(text).map(drop)));
pub(super) const LANGUAGE: Text = text(
    "a language tag (BCP 47) such as \"it\" or \"pt-BR\"",
    "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$",
    |text| leaf::language(text).map(drop),
);
pub(super) const ZONE: Kind = Kind::Text(text(
    "a name of the IANA time zone database such as \"Europe/Rome\"",
    "^[A-Za-z0-9_+/-]+$",
    |text| leaf::zone(text).map(drop),
));
pub(super) const ID: Text = text(
    "1 to 64 lower-case letters, digits, `-` and `_`, the first of them a letter or a digit",
    "^[a-z0-9][a-z0-9_-]{0,63}$",
    |text| leaf::id(text).map(drop),
);
pub(super) const FEED_ID: Text = text(
    "1 to 64 lower-case letters, digits, `-` and `_`, and none of `source`, `tag`, `health`, `archive`, `search`, \
     `status`, `metrics`, `healthz`, `opml`",
    "^[a-z0-9][a-z0-9_-]{0,63}$",
    |text| leaf::feed_id(text).map(drop),
);
pub(super) const PAGE: Kind = Kind::Text(text(
    "an address such as \"https://agenzia.example/notizie\" or \"file:///srv/page.html\"",
    "^([Hh][Tt][Tt][Pp][Ss]?://|[Ff][Ii][Ll][Ee]:///)",
    |text| leaf::page_url(text).map(drop),
));
pub(super) const LISTEN: Kind = Kind::Text(text(
    "an address such as \"127.0.0.1:8080\" or \"unix:/run/rassegna/http.sock\", \"systemd\", or \"off\"",
    r"^(|off|systemd|unix:/.+|.+:[0-9]{1,5})$",
    |text| leaf::listen(text).map(drop),
));
pub(super) const DURATION: &str = r"^([0-9]+ *[smhdw] *)+$";
pub(super) const SIZE: &str = r"^[0-9]+ *([KkMmGg][Ii]?)?[Bb]$";
