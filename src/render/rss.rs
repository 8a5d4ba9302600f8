//! RSS 2.0, through the `rss` crate, with Atom's links, Dublin Core's authors and rights, Media RSS and
//! `content:encoded`.
//!
//! It writes nothing that RSS readers quarrel over: one enclosure an item, dates in UTC, no relative address.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Enclosure, Guid, Item, Source};
use url::Url;

use crate::language::Language;
use crate::render::bounds::{media_type, publishable};
use crate::render::{
    Entry, FEED_HISTORY, FeedDocument, hexadecimal, relations, teaser, with_prologue,
};

/// The namespace of Media RSS.
const MEDIA: &str = "http://search.yahoo.com/mrss/";

/// The feed as an RSS 2.0 document.
#[must_use]
pub fn render(document: &FeedDocument) -> String {
    let document = publishable(document);
    let written = write(&channel(&document));
    let root = written
        .split_once("?>")
        .map_or(written.as_str(), |(_, root)| root);
    let root = hexadecimal(&without_breaks(root), ["<![CDATA[", "]]>"]);
    with_prologue(&document, &root)
}

fn channel(document: &FeedDocument) -> Channel {
    let several = document.language.is_none();
    let own = ("self", document.address("rss.xml"));
    let others = relations(document, "rss.xml");
    let links = [own].into_iter().chain(others);
    let links = links.map(|(relation, address)| Link {
        href: address,
        rel: relation.into(),
        mime_type: (relation != "hub").then(|| "application/rss+xml".into()),
        ..Link::default()
    });
    let items: Vec<Item> = document
        .entries
        .iter()
        .map(|entry| item(entry, several))
        .collect();
    let mut namespaces = BTreeMap::new();
    let mut extensions = ExtensionMap::new();
    if document.history.page.is_some() {
        namespaces.insert("fh".to_owned(), FEED_HISTORY.to_owned());
        extensions.extend([extension(
            "fh",
            [("archive", vec![element("fh:archive", [])])],
        )]);
    }
    if items.iter().any(|item| !item.extensions.is_empty()) {
        namespaces.insert("media".to_owned(), MEDIA.to_owned());
    }
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
    Channel {
        title: document.title.clone(),
        link: document.address(""),
        description: description.clone(),
        language: document
            .language
            .as_ref()
            .map(|language| language.tag().to_owned()),
        copyright: (!rights.is_empty()).then(|| joined(rights)),
        last_build_date: Some(rfc822(document.updated.to_utc())),
        generator: Some("rassegna".into()),
        atom_ext: Some(AtomExtension {
            links: links.collect(),
        }),
        namespaces,
        extensions,
        items,
        ..Channel::default()
    }
}

/// Several notices as one; a `<` in one and a `>` in a later one make no tag together.
fn joined(notices: BTreeSet<&str>) -> String {
    let all: Vec<&str> = notices.into_iter().collect();
    all.join(" · ").replace('<', "")
}

fn item(entry: &Entry, several_languages: bool) -> Item {
    let dublin_core = DublinCoreExtension {
        creators: entry.authors.clone(),
        languages: if several_languages {
            vec![entry.language.tag().to_owned()]
        } else {
            Vec::new()
        },
        rights: entry.rights.iter().cloned().collect(),
        ..DublinCoreExtension::default()
    };
    let source = entry.sources.first().map(|leading| Source {
        url: leading.url.clone(),
        title: Some(leading.title.clone()),
    });
    let categories = entry.categories.iter().map(|name| Category {
        name: name.clone(),
        // Whose word for the subject it is.
        domain: entry.sources.first().map(|leading| leading.url.clone()),
    });
    Item {
        guid: Some(Guid {
            value: entry.id.urn().to_string(),
            permalink: false,
        }),
        title: Some(entry.title.clone()),
        link: entry.link.clone(),
        description: Some(teaser(entry)),
        content: (!entry.content.is_empty()).then(|| entry.content.clone()),
        categories: categories.collect(),
        pub_date: Some(rfc822(entry.published.to_utc())),
        source,
        enclosure: enclosure(entry),
        atom_ext: translations(entry),
        dublin_core_ext: Some(dublin_core),
        extensions: media(entry).into_iter().collect(),
        ..Item::default()
    }
}

/// Atom's links to the same in other languages: RSS has no word for them. The entry's own is the last, for readers that
/// take that one for its link.
fn translations(entry: &Entry) -> Option<AtomExtension> {
    if entry.translations.is_empty() {
        return None;
    }
    let link = |language: &Language, address: &str| Link {
        href: address.to_owned(),
        rel: "alternate".into(),
        hreflang: Some(language.tag().to_owned()),
        ..Link::default()
    };
    let sisters = entry.translations.iter().map(|sister| Link {
        title: Some(sister.title.clone()),
        ..link(&sister.language, &sister.link)
    });
    let own = entry.link.iter().map(|own| link(&entry.language, own));
    Some(AtomExtension {
        links: sisters.chain(own).collect(),
    })
}

/// The first file that belongs to the entry, else its image: RSS allows one, and asks for a length even
/// where none is known, which is then 0. Media RSS has all of them.
fn enclosure(entry: &Entry) -> Option<Enclosure> {
    if let Some(file) = entry.enclosures.iter().find(|file| is_domain(&file.url)) {
        let length = file.length.unwrap_or(0).to_string();
        return Some(Enclosure {
            url: file.url.clone(),
            length,
            mime_type: file.media_type.clone(),
        });
    }
    let url = entry.image.as_ref().filter(|url| is_domain(url))?;
    let mime_type = media_type(url)
        .filter(|kind| kind.starts_with("image/"))?
        .to_owned();
    Some(Enclosure {
        url: url.clone(),
        length: "0".into(),
        mime_type,
    })
}

/// Whether the host of an address has a full name, as validators want it in an enclosure.
fn is_domain(address: &str) -> bool {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.contains('.') && host.split('.').all(label)
}

/// All files and the lead image as Media RSS (<https://www.rssboard.org/media-rss>): RSS itself has place for one file.
fn media(entry: &Entry) -> Option<(String, BTreeMap<String, Vec<Extension>>)> {
    let files = entry.enclosures.iter().map(|file| {
        let medium = ["image", "audio", "video"]
            .into_iter()
            .find(|medium| file.media_type.starts_with(medium));
        // A size of nothing is one that is not known.
        let length = file.length.filter(|length| *length > 0);
        let attributes = [
            ("url", Some(file.url.clone())),
            ("type", Some(file.media_type.clone())),
            ("medium", medium.map(Into::into)),
            ("fileSize", length.map(|length| length.to_string())),
        ];
        element("media:content", attributes)
    });
    let alone = |image: &&String| entry.enclosures.iter().all(|file| file.url != **image);
    let image = entry.image.as_ref().filter(alone).map(|image| {
        let attributes = [
            ("url", Some(image.clone())),
            (
                "type",
                media_type(image)
                    .filter(|kind| kind.starts_with("image/"))
                    .map(Into::into),
            ),
            ("medium", Some("image".into())),
        ];
        element("media:content", attributes)
    });
    let content: Vec<Extension> = files.chain(image).collect();
    let thumbnail = entry.image.iter();
    let thumbnail =
        thumbnail.map(|image| element("media:thumbnail", [("url", Some(image.clone()))]));
    (!content.is_empty()).then(|| {
        extension(
            "media",
            [("content", content), ("thumbnail", thumbnail.collect())],
        )
    })
}

fn element<const N: usize>(name: &str, attributes: [(&str, Option<String>); N]) -> Extension {
    let attributes = attributes.into_iter();
    Extension {
        name: name.into(),
        attrs: attributes
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        ..Extension::default()
    }
}

/// The elements of one prefix, as the crate keeps them.
fn extension<const N: usize>(
    prefix: &str,
    elements: [(&str, Vec<Extension>); N],
) -> (String, BTreeMap<String, Vec<Extension>>) {
    let elements = elements.into_iter();
    let elements = elements.map(|(name, all)| (name.to_owned(), all));
    (prefix.to_owned(), elements.collect())
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

/// The crate breaks the line in elements that are empty.
fn without_breaks(xml: &str) -> String {
    let mut xml = xml.to_owned();
    for (indent, element) in [
        (6, "media:content"),
        (6, "media:thumbnail"),
        (4, "fh:archive"),
    ] {
        xml = xml.replace(&format!(">\n{:indent$}</{element}>", ""), "/>");
    }
    xml
}
