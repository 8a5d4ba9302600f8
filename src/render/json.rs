//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>), by its own structures.

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use serde::Serialize;

use crate::render::bounds::publishable;
use crate::render::{Entry, FeedDocument, body, rfc3339};

/// The feed as a JSON Feed document.
#[must_use]
pub fn render(document: &FeedDocument) -> String {
    let document = publishable(document);
    #[expect(
        clippy::expect_used,
        reason = "strings, numbers and lists always serialise"
    )]
    let mut json = serde_json::to_string_pretty(&feed(&document)).expect("plain data serialises");
    json.push('\n');
    json
}

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_rassegna")]
    extension: Extension<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

/// What JSON Feed has no word for: who tells the story, and where it stands in other languages.
#[derive(Serialize)]
struct Extension<'a> {
    about: &'static str,
    sources: Vec<Source<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    translations: Vec<Translation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
}

#[derive(Serialize)]
struct Source<'a> {
    title: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct Translation<'a> {
    language: &'a str,
    title: &'a str,
    url: &'a str,
    /// The id of its entry.
    id: String,
}

fn feed(document: &FeedDocument) -> Feed<'_> {
    Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: &document.title,
        home_page_url: document.address(""),
        feed_url: document.address("feed.json"),
        description: &document.description,
        language: document.language.as_ref().map(|language| language.tag()),
        next_url: document.older("feed.json"),
        hubs: document
            .hub
            .iter()
            .filter(|_| document.history.page.is_none())
            .map(|url| Hub {
                kind: "WebSub",
                url,
            })
            .collect(),
        items: document.entries.iter().map(item).collect(),
    }
}

/// A time as RFC 3339 writes it in UTC, with the fraction of its second.
fn to_the_last(at: &DateTime<Tz>) -> String {
    at.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn item(entry: &Entry) -> Item<'_> {
    let attachments = entry.enclosures.iter();
    let sources = entry.sources.iter();
    Item {
        id: entry.id.urn().to_string(),
        url: entry.link.as_deref(),
        title: &entry.title,
        summary: &entry.summary,
        content_html: body(entry),
        image: entry.image.as_deref(),
        date_published: rfc3339(&entry.published),
        date_modified: to_the_last(&entry.updated),
        authors: entry.authors.iter().map(|name| Author { name }).collect(),
        tags: &entry.categories,
        language: entry.language.tag(),
        attachments: attachments
            .map(|file| Attachment {
                url: &file.url,
                mime_type: &file.media_type,
                size_in_bytes: file.length,
            })
            .collect(),
        extension: Extension {
            about: "Who tells this story, the leading source first, and where; where it stands in other languages; and the notice that goes with it.",
            sources: sources
                .map(|telling| Source {
                    title: &telling.title,
                    url: telling.link.as_deref().unwrap_or(&telling.url),
                })
                .collect(),
            translations: entry
                .translations
                .iter()
                .map(|sister| Translation {
                    language: sister.language.tag(),
                    title: &sister.title,
                    url: &sister.link,
                    id: sister.id.urn().to_string(),
                })
                .collect(),
            rights: entry.rights.as_deref(),
        },
    }
}
