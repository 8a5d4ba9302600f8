//! Reads robots.txt (RFC 9309) for one crawler: which paths it may ask for, and how far apart. Pure.

use std::time::Duration;

use url::Url;

/// So much of the file is read (RFC 9309 §2.5 asks for 500 KiB at least); what follows is as if it were not there.
pub(super) const READ: usize = 512 * 1024;

/// No `Crawl-delay` is kept longer: a greater one is a mistake or a way to say no, for which there are better ones.
const LONGEST: Duration = Duration::from_secs(300);

/// So many rules are read; more would only cost time.
const MOST: usize = 10_000;

/// What a robots.txt says to one crawler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Whether paths that match may be asked for, and the patterns in their normal spelling.
    paths: Vec<(bool, String)>,
    /// The least time between two requests, if the file wants one; not part of the standard, but in wide use.
    pub(super) delay: Option<Duration>,
}

/// One line of the file that matters.
enum Line<'a> {
    Agent(&'a str),
    Path(bool, &'a str),
    Delay(&'a str),
}

impl Rules {
    /// The rules of a file for the crawler of a name: of all groups that name it, else of all for `*`.
    pub(super) fn read(file: &[u8], crawler: &str) -> Self {
        let file = file.get(..READ).unwrap_or(file);
        let text = String::from_utf8_lossy(file);
        let text = text.trim_start_matches('\u{feff}');
        let (mut named, mut others) = (None::<Self>, Self::default());
        // Whom the current group is for, and whether its list of names may still go on.
        let (mut ours, mut everybody, mut naming) = (false, false, false);
        for line in text.split(['\n', '\r']).filter_map(line) {
            if let Line::Agent(name) = line {
                if !naming {
                    (ours, everybody, naming) = (false, false, true);
                }
                ours |= names(name, crawler);
                everybody |= name == "*";
                if ours {
                    named.get_or_insert_default();
                }
                continue;
            }
            naming = false;
            let both = [
                named.as_mut().filter(|_| ours),
                Some(&mut others).filter(|_| everybody),
            ];
            for rules in both.into_iter().flatten() {
                rules.add(&line);
            }
        }
        named.unwrap_or(others)
    }

    /// Rules that forbid everything: what holds while the file cannot be had (RFC 9309 §2.3.1.4).
    pub(super) fn nothing() -> Self {
        Self {
            paths: vec![(false, "/".to_owned())],
            delay: None,
        }
    }

    fn add(&mut self, line: &Line<'_>) {
        match *line {
            // An empty pattern matches nothing.
            Line::Path(allows, pattern) if !pattern.is_empty() && self.paths.len() < MOST => {
                self.paths.push((allows, normal(pattern)));
            }
            Line::Delay(seconds) => {
                let seconds = seconds.parse::<f64>().ok();
                let delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.delay = self.delay.max(delay.map(|delay| delay.min(LONGEST)));
            }
            Line::Agent(_) | Line::Path(..) => {}
        }
    }

    /// Whether an address may be asked for: the longest pattern that matches decides, of two as long the one that
    /// allows (RFC 9309 §2.2.2). robots.txt itself always may.
    pub(super) fn allow(&self, url: &Url) -> bool {
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let path = normal(&path);
        if path == "/robots.txt" {
            return true;
        }
        let matching = self
            .paths
            .iter()
            .filter(|(_, pattern)| matches(pattern, &path));
        matching
            .max_by_key(|(allows, pattern)| (pattern.len(), *allows))
            .is_none_or(|(allows, _)| *allows)
    }
}

/// A line without its comment, if it is one of those that matter here.
fn line(line: &str) -> Option<Line<'_>> {
    let (line, _) = line.split_once('#').unwrap_or((line, ""));
    let (key, value) = line.split_once(':')?;
    let value = value.trim();
    match key.trim().to_ascii_lowercase().as_str() {
        "user-agent" => Some(Line::Agent(value)),
        "allow" => Some(Line::Path(true, value)),
        "disallow" => Some(Line::Path(false, value)),
        "crawl-delay" => Some(Line::Delay(value)),
        _ => None,
    }
}

/// Whether a group's name, without a version, is the crawler's, ignoring case (RFC 9309 §2.2.1).
fn names(name: &str, crawler: &str) -> bool {
    let product = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let length = name.bytes().take_while(|byte| product(byte)).count();
    name.get(..length)
        .is_some_and(|name| name.eq_ignore_ascii_case(crawler))
}

/// A path or pattern with what need not be escaped unescaped, what must be escaped, and hexadecimal in capitals, so
/// that two spellings of one path are the same text (RFC 9309 §2.2.2).
fn normal(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        match escaped {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
            }
            Some(byte) => out.push_str(&format!("%{byte:02X}")),
            None if byte.is_ascii_graphic() => out.push(char::from(byte)),
            None => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Whether a pattern matches the beginning of a path, or all of it where it ends in `$`; `*` stands for anything.
/// Takes time in proportion to the product of both lengths at worst: each star is tried at its first fit only.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let last = if whole { parts.pop() } else { None };
    for part in &parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => !whole || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(file: &str, path: &str) -> bool {
        let url = Url::parse("https://agency.test").and_then(|url| url.join(path));
        Rules::read(file.as_bytes(), "rassegna").allow(&url.expect("a URL"))
    }

    #[test]
    fn the_longest_pattern_decides_and_allow_wins_a_tie() {
        let file = "User-agent: *\nDisallow: /\nAllow: /news\nDisallow: /news/internal\nAllow: /tie\nDisallow: /tie";
        for (path, expected) in [
            ("/", false),
            ("/about", false),
            ("/news", true),
            ("/news/2026", true),
            ("/news/internal/a", false),
            ("/tie", true),
            ("/robots.txt", true),
        ] {
            assert_eq!(allowed(file, path), expected, "{path}");
        }
    }

    #[test]
    fn a_group_for_us_outweighs_the_one_for_all_and_several_are_one() {
        let file = "user-agent: *\ndisallow: /\n\nUser-Agent: other\nUSER-AGENT: Rassegna/1.0\nDisallow: /a\n\n\
                    User-agent: rassegna\nDisallow: /b";
        for (path, expected) in [("/", true), ("/a", false), ("/b", false), ("/c", true)] {
            assert_eq!(allowed(file, path), expected, "{path}");
        }
        let empty = "User-agent: *\nDisallow: /\nUser-agent: rassegna\nDisallow:";
        assert!(allowed(empty, "/anything"));
        assert!(
            !allowed(
                "User-agent: rassegnabot\nAllow: /\nUser-agent: *\nDisallow: /",
                "/"
            ),
            "another crawler whose name only begins like ours"
        );
    }

    #[test]
    fn wildcards_ends_and_queries_match_as_the_standard_says() {
        for (pattern, path, expected) in [
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/fish/", "/fish", false),
            ("/*.php", "/folder/any.php?x=1", true),
            ("/*.php", "/windows.PHP", false),
            ("/*.php$", "/folder/any.php", true),
            ("/*.php$", "/folder/any.php?x=1", false),
            ("/*.php$", "/a.php.php", true),
            ("/a*b*c$", "/a-b-b-c", true),
            ("/a*b*c$", "/a-b-c-d", false),
            ("/ab$", "/ab", true),
            ("/ab$", "/abc", false),
            ("/search?q=", "/search?q=x", true),
            (
                "/foo/bar?baz=http://foo.bar",
                "/foo/bar?baz=http://foo.bar",
                true,
            ),
            ("/%7Ejoe", "/~joe", true),
            ("/caff\u{e8}", "/caff%C3%A8/menu", true),
            ("/caff%c3%a8", "/caff\u{e8}", true),
            ("/a%2fb", "/a/b", false),
            ("*", "/", true),
            ("", "/", false),
        ] {
            let file = format!("User-agent: *\nDisallow: {pattern}");
            assert_eq!(!allowed(&file, path), expected, "{pattern} and {path}");
        }
    }

    #[test]
    fn comments_spaces_marks_and_line_ends_are_no_matter() {
        let file = "\u{feff}# hello\r\n  User-Agent :  *  # all\rSitemap: https://agency.test/map\r\n\r\nDisallow:/x # y\r\nnonsense";
        assert!(!allowed(file, "/x"));
        assert!(allowed(file, "/y"));
        assert!(allowed("Disallow: /", "/"), "a rule of no group");
        assert!(allowed("<html><body>404: not here</body></html>", "/"));
    }

    #[test]
    fn a_line_of_another_kind_does_not_part_names_from_their_rules() {
        let file = "User-agent: other\nSitemap: /map\n\nUser-agent: rassegna\nDisallow: /x";
        assert!(!allowed(file, "/x"));
    }

    #[test]
    fn a_crawl_delay_is_kept_within_reason() {
        let delay = |text: &str| {
            let file = format!("User-agent: *\nCrawl-delay: {text}\nDisallow: /x");
            Rules::read(file.as_bytes(), "rassegna").delay
        };
        assert_eq!(delay("10"), Some(Duration::from_secs(10)));
        assert_eq!(delay("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(delay("86400"), Some(LONGEST));
        for junk in ["", "-1", "NaN", "inf", "soon", "1e400"] {
            assert_eq!(delay(junk), None, "{junk}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_had_forbids_all_but_itself() {
        let url = |path: &str| Url::parse(&format!("https://agency.test{path}")).expect("a URL");
        assert!(!Rules::nothing().allow(&url("/")));
        assert!(Rules::nothing().allow(&url("/robots.txt")));
    }

    #[test]
    fn a_hostile_file_costs_little() {
        let stars = format!("User-agent: *\nDisallow: /{}b$\n", "a*".repeat(200_000));
        assert!(allowed(&stars, &format!("/{}", "a".repeat(50_000))));
        let many = "User-agent: *\n".to_owned() + &"Disallow: /x*y*z$\n".repeat(100_000);
        let rules = Rules::read(many.as_bytes(), "rassegna");
        assert_eq!(rules.paths.len(), MOST);
    }
}
