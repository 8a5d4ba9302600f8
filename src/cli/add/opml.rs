//! OPML 1.0 and 2.0 (<https://opml.org/spec2.opml>), as other readers export their subscriptions, read leniently.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use crate::extract::charset::{self, Markup};
use crate::extract::text::squash;
use crate::language::Language;

/// Folders within folders beyond this give no tags.
const DEEP: usize = 32;
/// The most subscriptions that are taken from one file.
const MOST: usize = 10_000;

/// What a list of subscriptions says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Subscriptions {
    /// What can be read.
    pub(super) feeds: Vec<Subscription>,
    /// What can't, a sentence each.
    pub(super) broken: Vec<String>,
}

/// A feed that somebody subscribed to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) title: Option<String>,
    pub(super) url: Url,
    pub(super) language: Option<Language>,
    /// The names of the folders around it, the outermost first, and of its categories.
    pub(super) folders: Vec<String>,
}

/// Reads a file of subscriptions. Its version does not matter, nor whether its elements are closed.
pub(super) fn read(body: &[u8]) -> Subscriptions {
    let text = charset::decode(body, None, Markup::Xml).text;
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut found = Subscriptions::default();
    // The outlines that are open; those that are no folders have no name.
    let mut open: Vec<Option<String>> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if is_outline(&tag) => {
                let outline = Outline::of(&tag);
                let folder = outline
                    .get("xmlurl")
                    .is_none()
                    .then(|| outline.name())
                    .flatten();
                outline.take(&open, &mut found);
                open.push(folder);
            }
            Ok(Event::Empty(tag)) if is_outline(&tag) => Outline::of(&tag).take(&open, &mut found),
            Ok(Event::End(tag)) if tag.name().as_ref().eq_ignore_ascii_case("outline") => {
                drop(open.pop())
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let line = text.get(..usize::try_from(reader.error_position()).unwrap_or_default());
                let line = line.unwrap_or_default().lines().count().max(1);
                found.broken.push(format!(
                    "line {line}: {error}; what comes after it was not read"
                ));
                break;
            }
        }
        if found.feeds.len() >= MOST {
            found.broken.push(format!(
                "more than {MOST} subscriptions; the rest was not read"
            ));
            break;
        }
    }
    found
}

fn is_outline(tag: &BytesStart<'_>) -> bool {
    tag.name().as_ref().eq_ignore_ascii_case("outline")
}

/// The attributes of an `outline`, their names in small letters, as programs differ in how they write them.
struct Outline(Vec<(String, String)>);

impl Outline {
    fn of(tag: &BytesStart<'_>) -> Self {
        // As HTML's, they may stand without quotes.
        let mut attributes = tag.html_attributes();
        let read = attributes.with_checks(false).flatten().map(|attribute| {
            let value = html_escape::decode_html_entities(&*attribute.value).into_owned();
            (attribute.key.as_ref().to_ascii_lowercase(), squash(&value))
        });
        Self(read.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn name(&self) -> Option<String> {
        self.get("title")
            .or_else(|| self.get("text"))
            .map(str::to_owned)
    }

    fn take(&self, open: &[Option<String>], found: &mut Subscriptions) {
        let title = self.name();
        let called = title
            .clone()
            .unwrap_or_else(|| "an outline without a name".to_owned());
        let Some(address) = self
            .get("xmlurl")
            .or_else(|| self.get("url").filter(|_| self.is_feed()))
        else {
            if self.is_feed() {
                found.broken.push(format!("{called}: it has no xmlUrl"));
            } else if let Some(address) = self.get("url") {
                let link = format!("{called}: it is a link to {address}, and no feed");
                found.broken.push(link);
            }
            return;
        };
        // Some programs write the scheme of their own links.
        let address = address
            .strip_prefix("feed:")
            .filter(|rest| rest.contains("://"))
            .unwrap_or(address);
        let address = match address.strip_prefix("feed://") {
            Some(rest) => format!("http://{rest}"),
            None => address.to_owned(),
        };
        match Url::parse(&address) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                let categories = self
                    .get("category")
                    .into_iter()
                    .flat_map(|list| list.split([',', '/']));
                let folders = open
                    .iter()
                    .take(DEEP)
                    .flatten()
                    .map(String::as_str)
                    .chain(categories);
                let language = self.get("language").and_then(Language::parse);
                let folders = folders
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect();
                found.feeds.push(Subscription {
                    title,
                    url,
                    language,
                    folders,
                });
            }
            _ => found
                .broken
                .push(format!("{called}: `{address}` is not a web address")),
        }
    }

    fn is_feed(&self) -> bool {
        self.get("type").is_some_and(|kind| {
            ["rss", "atom"]
                .iter()
                .any(|word| kind.eq_ignore_ascii_case(word))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(found: &Subscriptions) -> Vec<String> {
        let told = |feed: &Subscription| {
            let language = feed.language.as_ref().map_or("-", Language::tag);
            format!(
                "{} {} {language} {:?}",
                feed.title.as_deref().unwrap_or("-"),
                feed.url,
                feed.folders
            )
        };
        found.feeds.iter().map(told).collect()
    }

    #[test]
    fn folders_and_categories_are_kept_and_spelling_does_not_matter() {
        let found = read(
            br#"<?xml version="1.0"?><OPML><head><title>x</title></head><body>
            <outline text="Spazio"><outline text="Agenzie">
              <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/rss?x=1&y=2" language="it-IT"/>
              <outline text="C" title="Ci" xmlurl="feed://c.example/rss" category="/luna/missioni,Stampa"></outline>
            </outline></outline>
            <outline xmlUrl='feed:https://d.example/'/></body></OPML>"#,
        );
        assert_eq!(
            told(&found),
            [
                r#"A & B https://a.example/rss?x=1&y=2 it ["Spazio", "Agenzie"]"#,
                r#"Ci http://c.example/rss - ["Spazio", "Agenzie", "luna", "missioni", "Stampa"]"#,
                r#"- https://d.example/ - []"#,
            ]
        );
        assert!(found.broken.is_empty(), "{:?}", found.broken);
    }

    #[test]
    fn what_is_broken_is_told_and_the_rest_is_read() {
        let found = read(
            br#"<opml><body><outline type="link" text="Sito" url="https://s.example/"/><outline type="rss" text="Senza"/><outline text="Male" xmlUrl="rss.xml"/>
            <outline text="Bene" xmlUrl="https://b.example/"><outline text="Mai chiuso" xmlUrl="ftp://x.example/">
            <outline text="Meglio" xmlUrl="https://m.example/"/>"#,
        );
        assert_eq!(
            told(&found),
            [
                "Bene https://b.example/ - []",
                "Meglio https://m.example/ - []"
            ]
        );
        assert_eq!(
            found.broken,
            [
                "Sito: it is a link to https://s.example/, and no feed",
                "Senza: it has no xmlUrl",
                "Male: `rss.xml` is not a web address",
                "Mai chiuso: `ftp://x.example/` is not a web address"
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in r#"(<outline |xmlUrl="|http://|"|/>|</outline>|&|<!\[CDATA\[|\PC){0,40}"#) {
            let _ = read(text.as_bytes());
        }
    }
}
