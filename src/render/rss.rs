//! RSS 2.0, through the `rss` crate, with Atom's self link, Dublin Core's authors and `content:encoded`.
//!
//! It writes nothing that RSS readers quarrel over: one enclosure an item, dates in UTC, no relative address.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Enclosure, Guid, Item, Source};

use crate::render::bounds::{media_type, publishable};
use crate::render::{Entry, FeedDocument, Sister, text, with_prologue};

/// The feed as an RSS 2.0 document.
#[must_use]
pub fn render(document: &FeedDocument) -> String {
    let document = publishable(document);
    let written = write(&channel(&document));
    let root = written
        .split_once("?>")
        .map_or(written.as_str(), |(_, root)| root);
    with_prologue(&document.site, &hexadecimal(root))
}

fn channel(document: &FeedDocument) -> Channel {
    let own = Link {
        href: document.address("rss.xml"),
        rel: "self".into(),
        mime_type: Some("application/rss+xml".into()),
        ..Link::default()
    };
    let description = if document.description.is_empty() {
        &document.title
    } else {
        &document.description
    };
    // RSS has a copyright notice for the channel only, so it holds those of all entries.
    let rights: BTreeSet<&str> = document
        .entries
        .iter()
        .filter_map(|entry| entry.rights.as_deref())
        .collect();
    let several = document.language.is_none();
    Channel {
        title: document.title.clone(),
        link: document.address(""),
        description: description.clone(),
        language: document
            .language
            .as_ref()
            .map(|language| language.tag().to_owned()),
        copyright: (!rights.is_empty()).then(|| rights.into_iter().collect::<Vec<_>>().join(" · ")),
        last_build_date: Some(rfc822(document.updated.to_utc())),
        generator: Some("rassegna".into()),
        atom_ext: Some(AtomExtension { links: vec![own] }),
        items: document
            .entries
            .iter()
            .map(|entry| item(entry, several))
            .collect(),
        ..Channel::default()
    }
}

fn item(entry: &Entry, several_languages: bool) -> Item {
    let dublin_core = DublinCoreExtension {
        creators: entry.authors.clone(),
        languages: if several_languages {
            vec![entry.language.tag().to_owned()]
        } else {
            Vec::new()
        },
        ..DublinCoreExtension::default()
    };
    let source = entry.sources.first().map(|leading| Source {
        url: leading.url.clone(),
        title: Some(leading.title.clone()),
    });
    let categories = entry.categories.iter().map(|name| Category {
        name: name.clone(),
        domain: None,
    });
    Item {
        guid: Some(Guid {
            value: entry.id.urn().to_string(),
            permalink: false,
        }),
        title: Some(entry.title.clone()),
        link: entry.link.clone(),
        description: (!entry.summary.is_empty()).then(|| text::html(&entry.summary)),
        content: (!entry.content.is_empty()).then(|| entry.content.clone()),
        categories: categories.collect(),
        pub_date: Some(rfc822(entry.published.to_utc())),
        source,
        enclosure: enclosure(entry),
        atom_ext: translations(entry),
        dublin_core_ext: Some(dublin_core),
        ..Item::default()
    }
}

/// Atom's links to the same in other languages: RSS has no word for them.
fn translations(entry: &Entry) -> Option<AtomExtension> {
    let link = |sister: &Sister| Link {
        href: sister.link.clone(),
        rel: "alternate".into(),
        hreflang: Some(sister.language.tag().to_owned()),
        title: Some(sister.title.clone()),
        ..Link::default()
    };
    let links: Vec<Link> = entry.translations.iter().map(link).collect();
    (!links.is_empty()).then_some(AtomExtension { links })
}

/// The first file that belongs to the entry, else its image: RSS allows one, and asks for a length even
/// where none is known, which is then 0.
fn enclosure(entry: &Entry) -> Option<Enclosure> {
    if let Some(file) = entry.enclosures.first() {
        let length = file.length.unwrap_or(0).to_string();
        return Some(Enclosure {
            url: file.url.clone(),
            length,
            mime_type: file.media_type.clone(),
        });
    }
    let url = entry.image.as_ref()?;
    let mime_type = media_type(url)
        .filter(|kind| kind.starts_with("image/"))?
        .to_owned();
    Some(Enclosure {
        url: url.clone(),
        length: "0".into(),
        mime_type,
    })
}

/// A time as RFC 822 writes it, with the four-digit year of RFC 1123.
fn rfc822(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn write(channel: &Channel) -> String {
    #[expect(clippy::expect_used, reason = "a write to memory cannot fail")]
    let bytes = channel
        .pretty_write_to(Vec::new(), b' ', 2)
        .expect("memory takes every byte");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Outside of CDATA, `&` and `<` as hexadecimal references: readers that decode plain text twice, as if it were
/// HTML, spare these. The XML stays equal.
fn hexadecimal(xml: &str) -> String {
    let mut written = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once("<![CDATA[") {
        let (inside, after) = after.split_once("]]>").unwrap_or((after, ""));
        written.push_str(&before.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;"));
        written.push_str("<![CDATA[");
        written.push_str(inside);
        written.push_str("]]>");
        rest = after;
    }
    written.push_str(&rest.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;"));
    written
}
