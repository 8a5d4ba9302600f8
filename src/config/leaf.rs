//! What single texts of the configuration mean: addresses, zones, languages, names. Each says what is wrong.

mod request;

use std::net::IpAddr;
use std::time::Duration;

use chrono::format::{Item, StrftimeItems};
use chrono_tz::{TZ_VARIANTS, Tz};
use ipnet::IpNet;
use url::Url;

use super::Listen;
use super::problem::{did_you_mean, names_user, nearest};
use super::units;
use crate::language::Language;
pub(super) use request::*;

/// Ids of feeds that name pages of the server itself.
const RESERVED: [&str; 9] = [
    "source", "tag", "health", "archive", "search", "status", "metrics", "healthz", "opml",
];

pub(super) fn duration_within(text: &str, least: u64, most: u64) -> Result<Duration, String> {
    let duration = units::duration(text)?;
    let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
    if duration < least {
        return Err(format!(
            "`{text}` is too short: at least {}",
            units::write_duration(least)
        ));
    }
    if duration > most {
        return Err(format!(
            "`{text}` is too long: at most {}",
            units::write_duration(most)
        ));
    }
    Ok(duration)
}

pub(super) fn size_within(text: &str, least: u64, most: u64) -> Result<u64, String> {
    match units::size(text)? {
        size if size < least => Err(format!(
            "`{text}` is too small: at least {}",
            units::write_size(least)
        )),
        size if size > most => Err(format!(
            "`{text}` is too big: at most {}",
            units::write_size(most)
        )),
        size => Ok(size),
    }
}

/// Any text that is not blank.
pub(super) fn words(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("an empty text says nothing".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// A language, by its tag.
///
/// # Errors
///
/// What is wrong with the text.
pub fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| format!("`{text}` is not a language tag"))
}

/// A time zone, by its name in the IANA database.
///
/// # Errors
///
/// What is wrong with the text, and what may be meant: the zone of a city, or the nearest name.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let city = text.trim().replace(' ', "_");
        let is_there = |name: &&str| {
            let (_, last) = name.rsplit_once('/').unwrap_or_default();
            last.eq_ignore_ascii_case(&city)
        };
        let meant = names().find(is_there).or_else(|| nearest(text, names()));
        did_you_mean(&format!("no time zone is called `{text}`"), meant)
    })
}

/// The public root: `http` or `https`, nothing after the path, which ends in `/`.
pub(super) fn site_url(text: &str) -> Result<Url, String> {
    let mut url = absolute(text)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "`{}` addresses cannot be the root of links",
            url.scheme()
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` goes on after its path"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// The address of a hub (WebSub), `http` or `https`.
pub(super) fn hub_url(text: &str) -> Result<Url, String> {
    let url = absolute(text)?;
    match url.scheme() {
        "http" | "https" if url.fragment().is_none() => Ok(url),
        "http" | "https" => Err(format!("`{text}` is a place within a page")),
        scheme => Err(format!("`{scheme}` addresses cannot be a hub")),
    }
}

/// What is fetched: `http`, `https` or a local `file`.
pub(super) fn page_url(text: &str) -> Result<Url, String> {
    let url = absolute(text)?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        "file" if text.trim().to_ascii_lowercase().starts_with("file:///") => Ok(url),
        "file" => Err(format!(
            "`{text}` does not name a file from the root on, as `file:///…` does"
        )),
        scheme => Err(format!("`{scheme}` addresses cannot be fetched")),
    }
}

fn absolute(text: &str) -> Result<Url, String> {
    let refusal = "an address cannot carry a user and a password; `auth.basic` can";
    if names_user(text) {
        return Err(refusal.to_owned());
    }
    let url = Url::parse(text.trim());
    let url = url.map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => format!("`{text}` lacks `https://`"),
        error => format!("`{text}` is not an address: {error}"),
    })?;
    let named = !url.username().is_empty() || url.password().is_some();
    if named {
        Err(refusal.to_owned())
    } else {
        Ok(url)
    }
}

/// `host:port`, `unix:/path` or `systemd`; nothing for `off` and the empty text.
pub(super) fn listen(text: &str) -> Result<Option<Listen>, String> {
    let text = text.trim();
    match text {
        "" | "off" => return Ok(None),
        "systemd" => return Ok(Some(Listen::Systemd)),
        _ => {}
    }
    if let Some(path) = text.strip_prefix("unix:") {
        return socket(path).map(Some);
    }
    let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (host, port) = match text.rsplit_once(':') {
        Some(("", port)) if is_port(port) => return Err(format!("`{text}` has no host")),
        Some(parts) => parts,
        None if is_port(text) => return Err(format!("`{text}` has no host")),
        None => return Err(format!("`{text}` has no port")),
    };
    if port.parse::<u16>().is_err() || port.starts_with('+') {
        return Err(format!("`{port}` is not a port"));
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let sound = match bare {
        Some(bare) => matches!(bare.parse(), Ok(IpAddr::V6(_))),
        None => !host.is_empty() && !host.contains(':') && url::Host::parse(host).is_ok(),
    };
    if sound {
        Ok(Some(Listen::Tcp(text.to_owned())))
    } else {
        Err(format!("`{host}` is not a host"))
    }
}

/// The place of a Unix socket; the system takes no path of more than 107 bytes (unix(7)).
fn socket(path: &str) -> Result<Listen, String> {
    if !path.starts_with('/') || path.ends_with('/') {
        return Err(format!("`{path}` does not name a file from the root on"));
    }
    if path.len() > 107 {
        return Err(format!(
            "`{path}` is too long for a socket: at most 107 bytes"
        ));
    }
    Ok(Listen::Unix(path.into()))
}

/// A network such as `10.1.0.0/16`, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| single())
        .map_err(|_| format!("`{text}` is not a network"))
}

/// The name of a source, feed or tag.
///
/// # Errors
///
/// What is wrong with the text.
pub fn id(text: &str) -> Result<String, String> {
    let sound = text
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    if !sound || text.is_empty() || text.starts_with(['-', '_']) {
        return Err(format!("`{text}` cannot be a name"));
    }
    if text.len() > 64 {
        return Err(format!("a name of {} characters is too long", text.len()));
    }
    Ok(text.to_owned())
}

pub(super) fn feed_id(text: &str) -> Result<String, String> {
    if RESERVED.contains(&text) {
        Err(format!("`{text}` is reserved"))
    } else {
        id(text)
    }
}

pub(super) fn date_format(text: &str) -> Result<String, String> {
    let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
    if items.contains(&Item::Error) {
        return Err(format!("`{text}` has a specifier that is unknown"));
    }
    if items.iter().all(|item| {
        matches!(
            item,
            Item::Literal(_) | Item::OwnedLiteral(_) | Item::Space(_)
        )
    }) {
        return Err(format!("`{text}` has no specifier"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_has_a_host_and_a_port_or_is_off() {
        for text in ["127.0.0.1:8080", "[::1]:80", "localhost:0", "0.0.0.0:65535"] {
            let tcp = Listen::Tcp(text.to_owned());
            assert_eq!(listen(text), Ok(Some(tcp)), "{text}");
        }
        let unix = Listen::Unix("/run/rassegna/http.sock".into());
        assert_eq!(listen("unix:/run/rassegna/http.sock"), Ok(Some(unix)));
        assert_eq!(listen("systemd"), Ok(Some(Listen::Systemd)));
        assert_eq!(listen("off"), Ok(None));
        assert_eq!(listen(""), Ok(None));
        for text in [
            "8080",
            ":8080",
            "::1:80",
            "host:99999",
            "host:",
            "[::1:80",
            "a b:80",
            "[127.0.0.1]:80",
            "unix:http.sock",
            "unix:/run/rassegna/",
            "unix:",
            &format!("unix:/{}", "a".repeat(107)),
        ] {
            assert!(listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_root_of_links_ends_with_a_slash() {
        assert_eq!(
            site_url("https://a.example/rassegna").map(String::from),
            Ok("https://a.example/rassegna/".to_owned())
        );
        assert_eq!(
            site_url("https://a.example").map(String::from),
            Ok("https://a.example/".to_owned())
        );
        for text in [
            "ftp://a.example/",
            "https://a.example/?x=1",
            "https://a.example/#x",
            "a.example",
            "https://u:p@a.example/",
        ] {
            assert!(site_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pages_come_from_the_web_or_a_file() {
        for text in [
            "https://a.example/x?y=1",
            "http://a.example",
            "file:///tmp/page.html",
        ] {
            assert!(page_url(text).is_ok(), "{text}");
        }
        for text in [
            "file:page.html",
            "ftp://a.example/",
            "javascript:1",
            "/news",
            "https://u@a.example/",
            "https://",
        ] {
            assert!(page_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_short_lower_case_and_plain() {
        for text in ["asi", "0x", "emilia-romagna_2", &"a".repeat(64)] {
            assert!(id(text).is_ok(), "{text}");
        }
        for text in ["", "ASI", "-a", "a.b", "città", "a/b", &"a".repeat(65)] {
            assert!(id(text).is_err(), "{text}");
        }
        assert!(feed_id("search").is_err() && id("search").is_ok());
    }

    #[test]
    fn networks_may_be_single_addresses() {
        for text in ["10.1.0.0/16", "fd00::/8", "10.1.2.3"] {
            assert!(network(text).is_ok(), "{text}");
        }
        assert!(network("10.1.0.0/33").is_err() && network("intranet").is_err());
    }

    #[test]
    fn date_formats_have_known_specifiers() {
        assert!(date_format("%d/%m/%Y %H:%M").is_ok());
        assert!(
            date_format("%d/%Q").is_err()
                && date_format("today").is_err()
                && date_format("").is_err()
        );
    }
}
