//! Atom 1.0 (RFC 4287), through `atom_syndication`.
//!
//! Two things that the crate has no word for are put right in its output: `Z` for UTC, and each entry's language.

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{
    Category, Content, Entry as AtomEntry, Feed, FixedDateTime, Generator, Link, Person, Source,
    Text, WriteConfig,
};
use chrono::{DateTime, TimeZone, Timelike};
use uuid::Uuid;

use crate::dedup::NAMESPACE;
use crate::render::bounds::{media_type, publishable};
use crate::render::{
    Entry, FEED_HISTORY, FeedDocument, Telling, body, hexadecimal, relations, text, with_prologue,
};

/// The feed as an Atom document.
#[must_use]
pub fn render(document: &FeedDocument) -> String {
    let document = publishable(document);
    let mut written = write(&feed(&document));
    // A `<` in a text is escaped, so these tags can only be our own.
    for element in ["updated", "published"] {
        written = written.replace(&format!("+00:00</{element}>"), &format!("Z</{element}>"));
    }
    written = written.replace(">\n  </fh:archive>", "/>");
    if document.language.is_none() {
        written = with_languages(&written, &document.entries);
    }
    // The content stays as it is: references as long as these would make it half as large again.
    let written = hexadecimal(&written, ["<content type=\"html\">", "</content>"]);
    with_prologue(&document, &written)
}

fn feed(document: &FeedDocument) -> Feed {
    let own = Link {
        rel: "self".into(),
        mime_type: Some("application/atom+xml".into()),
        ..link(&document.address("atom.xml"))
    };
    let page = Link {
        mime_type: Some("text/html".into()),
        ..link(&document.address(""))
    };
    let others = relations(document, "atom.xml").into_iter();
    let others = others.map(|(relation, address)| Link {
        rel: relation.into(),
        mime_type: (relation != "hub").then(|| "application/atom+xml".into()),
        ..link(&address)
    });
    let mark = || Extension {
        name: "fh:archive".into(),
        ..Extension::default()
    };
    let history: ExtensionMap = document
        .history
        .page
        .map(|_| {
            (
                "fh".into(),
                BTreeMap::from([("archive".into(), vec![mark()])]),
            )
        })
        .into_iter()
        .collect();
    Feed {
        title: Text::plain(&*document.title),
        subtitle: (!document.description.is_empty()).then(|| Text::plain(&*document.description)),
        id: document.id.urn().to_string(),
        updated: document.updated.to_utc().fixed_offset(),
        authors: vec![person(&document.site_title)],
        generator: Some(Generator {
            value: "rassegna".into(),
            ..Generator::default()
        }),
        links: [own, page].into_iter().chain(others).collect(),
        namespaces: history
            .keys()
            .map(|prefix| (prefix.clone(), FEED_HISTORY.to_owned()))
            .collect(),
        extensions: history,
        lang: document
            .language
            .as_ref()
            .map(|language| language.tag().to_owned()),
        entries: document.entries.iter().map(entry).collect(),
        ..Feed::default()
    }
}

fn entry(entry: &Entry) -> AtomEntry {
    let content = Content {
        content_type: Some("html".into()),
        value: Some(body(entry)),
        ..Content::default()
    };
    // Whose word for the subject it is.
    let scheme = entry.sources.first().map(|leading| leading.url.clone());
    // RFC 4287, 4.2.13: a summary that only repeats the content is worse than none.
    let summary = (!entry.summary.is_empty() && !entry.content.is_empty())
        .then(|| Text::html(text::html(&entry.summary)));
    AtomEntry {
        title: Text::plain(&*entry.title),
        id: entry.id.urn().to_string(),
        updated: entry.updated.to_utc().fixed_offset(),
        published: Some(utc(&entry.published)),
        authors: entry.authors.iter().map(|name| person(name)).collect(),
        categories: entry
            .categories
            .iter()
            .map(|name| Category {
                term: name.clone(),
                scheme: scheme.clone(),
                ..Category::default()
            })
            .collect(),
        links: links(entry),
        rights: entry.rights.as_deref().map(Text::plain),
        summary,
        content: Some(content),
        source: entry.sources.first().map(source),
        ..AtomEntry::default()
    }
}

/// The original page, the same in other languages, the files, then where else the story is told.
///
/// Where there are other languages, the original follows them once more with its own: readers take the first of such
/// links for the entry's, or the last.
fn links(entry: &Entry) -> Vec<Link> {
    let original = entry.link.iter().map(|address| link(address));
    let again = entry.link.iter().map(|address| Link {
        hreflang: Some(entry.language.tag().to_owned()),
        ..link(address)
    });
    let again = again.filter(|_| !entry.translations.is_empty());
    let files = entry.enclosures.iter().map(|file| Link {
        rel: "enclosure".into(),
        mime_type: Some(file.media_type.clone()),
        length: file.length.map(|length| length.to_string()),
        ..link(&file.url)
    });
    let image = entry
        .image
        .iter()
        .filter(|image| entry.enclosures.iter().all(|file| file.url != **image));
    let image = image.filter_map(|image| {
        let kind = media_type(image).filter(|kind| kind.starts_with("image/"))?;
        Some(Link {
            rel: "enclosure".into(),
            mime_type: Some(kind.into()),
            ..link(image)
        })
    });
    let others = entry.sources.iter().skip(1).filter_map(|telling| {
        let address = telling
            .link
            .as_ref()
            .filter(|address| Some(*address) != entry.link.as_ref())?;
        Some(Link {
            rel: "related".into(),
            title: Some(telling.title.clone()),
            ..link(address)
        })
    });
    let translations = entry.translations.iter().map(|sister| Link {
        hreflang: Some(sister.language.tag().to_owned()),
        title: Some(sister.title.clone()),
        ..link(&sister.link)
    });
    original
        .chain(translations)
        .chain(again)
        .chain(files)
        .chain(image)
        .chain(others)
        .collect()
}

fn source(telling: &Telling) -> Source {
    Source {
        // The address of a page is no id: it may change, and be written in several ways.
        id: source_id(&telling.id).urn().to_string(),
        title: Text::plain(&*telling.title),
        updated: utc(&telling.updated),
        links: vec![link(&telling.url)],
        ..Source::default()
    }
}

/// The permanent id of a source, made of its id in the configuration as those of entries are.
fn source_id(id: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("source\0{id}").as_bytes())
}

fn link(address: &str) -> Link {
    Link {
        href: address.to_owned(),
        rel: "alternate".into(),
        ..Link::default()
    }
}

fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        ..Person::default()
    }
}

fn utc<Z: TimeZone>(at: &DateTime<Z>) -> FixedDateTime {
    let at = at.to_utc();
    at.with_nanosecond(0).unwrap_or(at).fixed_offset()
}

fn write(feed: &Feed) -> String {
    let config = WriteConfig {
        write_document_declaration: false,
        indent_size: Some(2),
    };
    #[expect(clippy::expect_used, reason = "a write to memory cannot fail")]
    let bytes = feed
        .write_with_config(Vec::new(), config)
        .expect("memory takes every byte");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Says of each entry which language it is in, for title, summary and content at once.
fn with_languages(feed: &str, entries: &[Entry]) -> String {
    let mut parts = feed.split("<entry>");
    let mut written = parts.next().unwrap_or_default().to_owned();
    for (part, entry) in parts.zip(entries) {
        written.push_str(&format!("<entry xml:lang=\"{}\">{part}", entry.language));
    }
    written
}
