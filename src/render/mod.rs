//! Stories become documents: pure, and the same stories always give the same bytes.
//!
//! [`FeedDocument`] is one published feed in the terms of RFC 4287; each format has a file that writes it.

pub mod atom;
pub mod html;
pub mod json;
pub mod opml;
pub mod rss;
pub mod text;

mod bounds;
mod compose;
mod day;
mod style;
mod texts;

#[cfg(test)]
mod tests;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

pub use compose::{compose, links, site};
pub use style::stylesheets;

use crate::config::{By, Format};
use crate::language::Language;
use crate::model::Enclosure;

/// One published feed, in the terms of RFC 4287. Times carry the site's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedDocument {
    /// Its folder, below the site's root.
    pub name: String,
    /// Its permanent id.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// One sentence on it; may be empty.
    pub description: String,
    /// The language of all entries; nothing where they may differ.
    pub language: Option<Language>,
    /// The absolute root of the site, ends in `/`.
    pub site: String,
    /// The name of the site.
    pub site_title: String,
    /// The newest of its entries' `updated`; the epoch while it is empty.
    pub updated: DateTime<Tz>,
    /// Whether search engines may list its page.
    pub index: bool,
    /// The formats that it is published in.
    pub formats: Vec<Format>,
    /// The hub that readers may subscribe at (WebSub).
    pub hub: Option<String>,
    /// Whether it is the feed as it is now, or a page of its archive.
    pub history: History,
    /// Newest first: by publication, then by id.
    pub entries: Vec<Entry>,
}

/// Where a document stands in the history of its feed (RFC 5005 §4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// Its number, from 1, if it is an archive page; nothing means that it is the feed as it is now.
    pub page: Option<u32>,
    /// How many archive pages the feed has.
    pub pages: u32,
}

impl FeedDocument {
    /// Its folder, below the site's root.
    #[must_use]
    pub fn folder(&self) -> String {
        match self.history.page {
            Some(page) => archive_folder(&self.name, page),
            None => self.name.clone(),
        }
    }

    /// The absolute address of one of its files (`rss.xml`, `atom.xml`, `feed.json`, or nothing for the page).
    #[must_use]
    pub fn address(&self, file: &str) -> String {
        format!("{}{}/{file}", self.site, self.folder())
    }

    /// The address of the same file of the feed as it is now.
    #[must_use]
    pub fn current(&self, file: &str) -> String {
        format!("{}{}/{file}", self.site, self.name)
    }

    /// The address of the same file of the next older archive page.
    #[must_use]
    pub fn older(&self, file: &str) -> Option<String> {
        let History { page, pages } = self.history;
        let page = page.map_or(pages, |page| page.saturating_sub(1));
        (page > 0).then(|| format!("{}{}/{file}", self.site, archive_folder(&self.name, page)))
    }

    /// The address of the same file of the next newer archive page.
    #[must_use]
    pub fn newer(&self, file: &str) -> Option<String> {
        let page = self.history.page?.checked_add(1)?;
        (page <= self.history.pages)
            .then(|| format!("{}{}/{file}", self.site, archive_folder(&self.name, page)))
    }

    /// The way from its folder up to the site's root.
    fn root(&self) -> String {
        "../".repeat(self.folder().split('/').count())
    }
}

/// The folder of an archive page, below the site's root.
#[must_use]
pub fn archive_folder(feed: &str, page: u32) -> String {
    format!("{feed}/archive/{page}")
}

/// One entry of a feed: a story with everyone who tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its permanent id.
    pub id: Uuid,
    /// The original page, absolute; an item may have none.
    pub link: Option<String>,
    /// Plain text, never empty.
    pub title: String,
    /// Plain text; may be empty.
    pub summary: String,
    /// Safe HTML, all addresses absolute; empty unless full content is published.
    pub content: String,
    /// Names; never empty: an entry without an author carries its source's title.
    pub authors: Vec<String>,
    /// As the source names them.
    pub categories: Vec<String>,
    /// The address of its lead image.
    pub image: Option<String>,
    /// Files that belong to it.
    pub enclosures: Vec<Enclosure>,
    /// Its language.
    pub language: Language,
    /// A copyright notice.
    pub rights: Option<String>,
    /// When it was published, in its source's zone.
    pub published: DateTime<Tz>,
    /// Whether only the day of publication is known.
    pub day_only: bool,
    /// When it last changed in a way that matters, not before `published`; no two entries of a feed have the same.
    pub updated: DateTime<Tz>,
    /// Who tells the story, the leading one first; never empty.
    pub sources: Vec<Telling>,
    /// The same in other languages, at most one a language, in the order of their tags.
    pub translations: Vec<Sister>,
}

/// An entry's story in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sister {
    /// The permanent id of its entry, whichever feed has it.
    pub id: Uuid,
    /// Its language.
    pub language: Language,
    /// Its title.
    pub title: String,
    /// Its original page.
    pub link: String,
}

/// Who tells a story, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The source's id.
    pub id: String,
    /// The source's title.
    pub title: String,
    /// The page that is polled.
    pub url: String,
    /// Where this source tells it.
    pub link: Option<String>,
    /// The source's newest change among the stories shown, for `atom:source`.
    pub updated: DateTime<Utc>,
}

/// The site as a whole, for the index of its feeds.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteDocument {
    /// The name of the site.
    pub title: String,
    /// Its absolute root, ends in `/`.
    pub url: String,
    /// Whether search engines may list its pages.
    pub index: bool,
    /// The language of the index; English where it is nothing.
    pub language: Option<Language>,
    /// The formats that each feed is published in.
    pub formats: Vec<Format>,
    /// Its feeds, in the order in which they are listed.
    pub feeds: Vec<FeedSummary>,
}

/// One feed in the index.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSummary {
    /// Its folder, below the site's root.
    pub name: String,
    /// Its title.
    pub title: String,
    /// One sentence on it; may be empty.
    pub description: String,
    /// The language of all its entries; nothing where they may differ.
    pub language: Option<Language>,
    /// Of what it is one, where it is of a single source or tag.
    pub group: Option<By>,
    /// How many entries it shows.
    pub entries: usize,
    /// When the newest of them changed; nothing while it is empty.
    pub updated: Option<DateTime<Tz>>,
}

/// A feed's page as the other pages link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// Its folder, below the site's root.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The language of all its entries; nothing where they may differ.
    pub language: Option<Language>,
}

/// The whole text or the teaser, as HTML: what an entry carries in the formats that know one body.
fn body(entry: &Entry) -> String {
    if entry.content.is_empty() {
        teaser(entry)
    } else {
        entry.content.clone()
    }
}

/// The teaser as HTML. Where there is none, it is who tells the story: readers show no empty entry then, and Atom asks
/// for a text.
fn teaser(entry: &Entry) -> String {
    if !entry.summary.is_empty() {
        return text::html(&entry.summary);
    }
    let teller = entry.sources.first();
    text::html(teller.map_or(entry.title.as_str(), |leading| &leading.title))
}

/// A time as RFC 3339 writes it in UTC, to the second, as all readers understand it.
fn rfc3339(at: &DateTime<Tz>) -> String {
    at.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Outside of what stands between two marks, `&` and `<` as hexadecimal references: readers that decode plain text
/// twice, as if it were HTML, spare these, and validators ask for them. The XML stays equal.
fn hexadecimal(xml: &str, marks: [&str; 2]) -> String {
    let [opens, closes] = marks;
    let outside = |part: &str| part.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;");
    let mut written = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once(opens) {
        let inside = after.find(closes).unwrap_or(after.len());
        written.push_str(&outside(before));
        written.push_str(opens);
        written.push_str(&after[..inside]);
        rest = &after[inside..];
    }
    written.push_str(&outside(rest));
    written
}

/// The namespace of `fh:archive` (RFC 5005 §4).
const FEED_HISTORY: &str = "http://purl.org/syndication/history/1.0";

/// The relations of a document to the others of its feed, and to its hub, with their addresses.
fn relations(document: &FeedDocument, file: &str) -> Vec<(&'static str, String)> {
    let archived = document.history.page.is_some();
    [
        ("current", archived.then(|| document.current(file))),
        ("prev-archive", document.older(file)),
        ("next-archive", document.newer(file)),
        ("hub", document.hub.clone().filter(|_| !archived)),
    ]
    .into_iter()
    .filter_map(|(relation, address)| Some((relation, address?)))
    .collect()
}

/// Puts the XML declaration and the style sheet before a document's root element.
fn with_prologue(document: &FeedDocument, root: &str) -> String {
    let sheet = style::of_feed(document.language.as_ref());
    let sheet = format!("{}{sheet}", document.site);
    let sheet = html_escape::encode_double_quoted_attribute(&sheet);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?xml-stylesheet type=\"text/css\" href=\"{sheet}\"?>\n{}\n",
        root.trim()
    )
}
