//! The cookies of one request and its redirects (RFC 6265): those that are configured, and those that a server sets
//! on the way, as consent and session pages do. None outlives the request.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// So many are kept for one origin.
const MOST: usize = 20;

/// And none longer, in bytes.
const LONGEST: usize = 4096;

/// Cookies by origin. Narrower scopes than an origin are not told apart, wider ones are not granted.
#[derive(Default)]
pub(super) struct Jar {
    origins: BTreeMap<String, BTreeMap<String, String>>,
}

impl Jar {
    /// Puts in what is configured for the origin of an address.
    pub(super) fn put(&mut self, url: &Url, cookies: &[(String, String)]) {
        if cookies.is_empty() {
            return;
        }
        let jar = self.origins.entry(origin(url)).or_default();
        jar.extend(cookies.iter().cloned());
    }

    /// Takes what the answer of an address sets; says whether anything changed.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        let jar = self.origins.entry(origin(url)).or_default();
        let before = jar.clone();
        for line in headers.get_all(SET_COOKIE) {
            let Some((name, value)) = line.to_str().ok().and_then(pair) else {
                continue;
            };
            if value.is_empty() {
                jar.remove(name);
            } else if jar.len() < MOST || jar.contains_key(name) {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        *jar != before
    }

    /// The header for a request to an address.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        // Most requests have none, and an origin takes longer to write down than to look up.
        if self.origins.is_empty() {
            return None;
        }
        let jar = self.origins.get(&origin(url))?;
        let pairs: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut header = HeaderValue::try_from(pairs.join("; ")).ok()?;
        header.set_sensitive(true);
        (!header.is_empty()).then_some(header)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The name and value of a `Set-Cookie` line, without its attributes.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (pair, _) = line.split_once(';').unwrap_or((line, ""));
    let (name, value) = pair.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    (!name.is_empty() && name.len() + value.len() <= LONGEST).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn set(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().filter_map(|line| line.parse().ok());
        lines.map(|line| (SET_COOKIE, line)).collect()
    }

    #[test]
    fn what_a_server_sets_goes_back_to_its_origin_only() {
        let mut jar = Jar::default();
        let here = url("https://agency.test/news");
        jar.put(&here, &[("lang".into(), "it".into())]);
        assert!(jar.take(&here, &set(&["consent=yes; Path=/; Secure", "junk", "=x"])));
        let header = jar.header(&url("https://agency.test/other"));
        assert_eq!(
            header,
            HeaderValue::from_static("consent=yes; lang=it").into()
        );
        for other in [
            "http://agency.test/",
            "https://agency.test:8443/",
            "https://www.agency.test/",
        ] {
            assert_eq!(jar.header(&url(other)), None, "{other}");
        }
    }

    #[test]
    fn setting_the_same_again_changes_nothing_and_an_empty_value_takes_away() {
        let mut jar = Jar::default();
        let here = url("https://agency.test/");
        assert!(jar.take(&here, &set(&["a=1"])));
        assert!(!jar.take(&here, &set(&["a=1; Max-Age=5"])));
        assert!(jar.take(&here, &set(&["a=; Max-Age=0"])));
        assert_eq!(jar.header(&here), None);
    }

    #[test]
    fn a_flood_of_cookies_is_bounded() {
        let mut jar = Jar::default();
        let here = url("https://agency.test/");
        let long = format!("long={}", "x".repeat(LONGEST));
        let lines: Vec<String> = (0..1000).map(|n| format!("n{n}=x")).collect();
        jar.take(&here, &set(&[&long]));
        jar.take(
            &here,
            &set(&lines.iter().map(String::as_str).collect::<Vec<_>>()),
        );
        assert!(jar.header(&here).is_some_and(|header| header.len() < 200));
    }
}
