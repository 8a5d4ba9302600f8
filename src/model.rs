//! The values that flow, in the order they flow: page, raw item, item, placed item, entry.
//!
//! Each step removes doubt. A [`RawItem`] is what a page said, all of it optional; an [`Item`] has what a
//! reader needs. Nothing here reads a clock, a file or the network.

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::language::Language;

/// The name of a source: lower-case letters, digits, `-`, `_` and `.`, as written in `[source.ID]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub String);

impl SourceId {
    /// Whether a person who writes `word` means this source: `arter` means both `arter.it` and `arter.en`.
    #[must_use]
    pub fn is_meant_by(&self, word: &str) -> bool {
        let rest = self.0.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// What the sources of one site that has an address a language are called together: `arter` of `arter.it`.
    #[must_use]
    pub fn site_of(&self, language: &str) -> Option<&str> {
        self.0.strip_suffix(language)?.strip_suffix('.')
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a published feed: a language (`it`) or the ID of a `[feed.ID]` table. Also its folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeedId(pub String);

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A 128-bit digest that stands for an identity (a guid, a canonical URL, a title and day) or for content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// The digest of bytes that come in pieces; where one ends does not count.
    pub fn of_bytes<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for piece in pieces {
            hasher.update(piece);
        }
        Self::begin(&hasher)
    }

    /// The digest of several parts; the boundaries between the parts count.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self::begin(&hasher)
    }

    /// The first half of a digest.
    fn begin(hasher: &blake3::Hasher) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The validators of a response (RFC 9110 §8.8), kept byte for byte to be sent back as they came; and one of our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header, quotes and `W/` included.
    pub etag: Option<String>,
    /// The `Last-Modified` header, unparsed.
    pub last_modified: Option<String>,
    /// The digest of its body as it came, still coded: where a server knows no conditions, what is the same again needs
    /// neither be decoded nor read.
    pub coded: Option<Key>,
}

/// How often a feed itself wants to be asked: a wish of its publisher, in the feed and not in HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// The least time between two requests in seconds; 0 where it says nothing.
    pub least: u32,
    /// The hours of the day in GMT at which it is not to be asked: bit 0 is the hour from 00:00.
    pub hours: u32,
    /// The days in GMT on which it is not to be asked: bit 0 is Monday.
    pub days: u8,
}

/// A response body worth reading.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it was found, after redirects: the base of its relative links.
    pub url: Url,
    /// The `Content-Type` header as sent, if any.
    pub content_type: Option<String>,
    /// The body after content decoding (gzip and so on), before character decoding.
    pub body: Vec<u8>,
    /// The response's validators.
    pub validators: Validators,
    /// When the response was complete.
    pub fetched_at: DateTime<Utc>,
    /// Until when the response says that it is good (RFC 9111 §4.2.1); nothing where it does not say.
    pub fresh_until: Option<DateTime<Utc>>,
    /// Where it has moved for good: the last address that was reached by permanent redirects alone (RFC 9110
    /// §15.4.2, §15.4.9), if that is not the one that was asked.
    pub moved: Option<Url>,
    /// The `Link` headers as sent (RFC 8288), one after the other with commas; nothing where there are none.
    pub links: Option<String>,
}

/// What kind of document a page was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// RSS, Atom, RDF or JSON Feed.
    Feed,
    /// An HTML page that lists news.
    Listing,
    /// An HTML page that is one piece of news.
    Article,
    /// JSON of a programming interface.
    Json,
    /// A sitemap of news, or an index of sitemaps.
    Sitemap,
}

impl Kind {
    /// The word used in the configuration, the database and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Listing => "listing",
            Self::Article => "article",
            Self::Json => "json",
            Self::Sitemap => "sitemap",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Feed,
            Self::Listing,
            Self::Article,
            Self::Json,
            Self::Sitemap,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where on a page a date stood: its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A feed's own date element.
    Feed,
    /// The text or attribute that a rule or the detection selected inside the item.
    Item,
    /// A heading that serves several items.
    Heading,
    /// JSON-LD, OpenGraph or another machine-readable part of an article.
    Metadata,
    /// The item's address.
    Address,
    /// Nowhere: the time of the first sighting stands for it.
    FirstSeen,
}

/// A date as a page wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateText {
    /// The text, white space squashed.
    pub text: String,
    /// Where it stood.
    pub place: Place,
    /// Written for machines (RFC 822, RFC 3339, an epoch), so no human conventions apply.
    pub machine: bool,
}

/// A file that belongs to an item (RSS 2.0 `enclosure`, Atom `rel="enclosure"`, JSON Feed attachment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Its absolute address.
    pub url: String,
    /// Its media type; empty where the source does not say.
    pub media_type: String,
    /// Its size in bytes, where the source says.
    pub length: Option<u64>,
}

/// A page that tells the same in another language (`hreflang`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternate {
    /// Its language.
    pub language: Language,
    /// Its absolute address.
    pub url: Url,
}

/// Exactly what a page said about one item, before any judgement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawItem {
    /// What the source calls the item's id (RSS `guid`, Atom `id`, JSON Feed `id`).
    pub guid: Option<String>,
    /// Its title, maybe with markup.
    pub title: Option<String>,
    /// Its link, maybe relative to `base`.
    pub link: Option<String>,
    /// The base of its relative addresses where it is not the page's own (`xml:base`).
    pub base: Option<Url>,
    /// When it was published, the first candidate that can be read counts.
    pub published: Vec<DateText>,
    /// When it was last changed.
    pub updated: Option<DateText>,
    /// Its teaser, maybe HTML.
    pub summary: Option<String>,
    /// Its full content as HTML.
    pub html: Option<String>,
    /// Its lead image, maybe relative.
    pub image: Option<String>,
    /// Its authors' names.
    pub authors: Vec<String>,
    /// Its categories, as the source names them.
    pub categories: Vec<String>,
    /// Its enclosures.
    pub enclosures: Vec<Enclosure>,
    /// The language it declares (a BCP 47 tag as written).
    pub language: Option<String>,
    /// The copyright notice it declares.
    pub rights: Option<String>,
    /// The same in other languages, as its page declares them (`hreflang`): language tag and absolute address.
    pub alternates: Vec<(String, String)>,
}

/// How exactly a publication time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// A day without a time of day.
    Day,
    /// Hours and minutes.
    Minute,
    /// Seconds.
    Second,
}

impl Precision {
    /// The word used in the database and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }
}

/// A publication time and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The time itself. A day without a time is 12:00 in the source's zone.
    #[serde(with = "zoned")]
    pub at: DateTime<Tz>,
    /// How exactly the page told it.
    pub precision: Precision,
    /// Where it stood.
    pub place: Place,
    /// The text that it was read from.
    pub text: String,
}

/// A time in its zone, written as its seconds since 1970 and the zone's name.
mod zoned {
    use chrono::DateTime;
    use chrono_tz::Tz;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &DateTime<Tz>, out: S) -> Result<S::Ok, S::Error> {
        (at.timestamp(), at.timezone().name()).serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<DateTime<Tz>, D::Error> {
        let (seconds, zone) = <(i64, String)>::deserialize(from)?;
        let zone: Tz = zone.parse().map_err(D::Error::custom)?;
        let at = DateTime::from_timestamp(seconds, 0).ok_or_else(|| D::Error::custom("no time"))?;
        Ok(at.with_timezone(&zone))
    }
}

/// An item in our own terms, ready to be compared with what is known. The database keeps some as JSON, so that a new
/// field needs a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The source that listed it.
    pub source: SourceId,
    /// Its place in the source's list, from 0.
    pub position: usize,
    /// What the source calls its id.
    pub guid: Option<String>,
    /// The address to publish, tracking parameters cut.
    pub url: Option<Url>,
    /// Its title as plain text; never empty.
    pub title: String,
    /// Its date, where the page tells one that can be read.
    pub published: Option<Dated>,
    /// When the source says that it changed.
    pub updated: Option<DateTime<Utc>>,
    /// Its teaser as plain text; may be empty.
    pub summary: String,
    /// Its content as safe HTML; may be empty.
    pub html: String,
    /// The address of its lead image.
    pub image: Option<Url>,
    /// Its authors' names.
    pub authors: Vec<String>,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its enclosures, addresses absolute.
    pub enclosures: Vec<Enclosure>,
    /// The language it is written in.
    pub language: Language,
    /// The copyright notice that goes with it.
    pub rights: Option<String>,
    /// Where it stands in other languages.
    pub alternates: Vec<Alternate>,
    /// When it was first seen, where that was at an earlier fetch and it waited for its article since.
    pub sighted: Option<DateTime<Utc>>,
}

/// One piece of news in one language: its permanent id and everyone who tells it. The database keeps old ones as JSON,
/// so that a new field needs a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// The id of its entry, for ever.
    pub entry: Uuid,
    /// Its language.
    pub language: Language,
    /// When it was published; never moves.
    #[serde(with = "zoned")]
    pub published: DateTime<Tz>,
    /// How exactly that is known.
    pub precision: Precision,
    /// When it last changed in a way that matters.
    pub updated: DateTime<Utc>,
    /// Who tells it, the first teller first; never empty.
    pub tellings: Vec<Told>,
    /// The same in other languages, at most one a language, in the order of their tags.
    #[serde(default)]
    pub translations: Vec<Translation>,
}

/// A story as it is told in another language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Translation {
    /// The id of its entry.
    pub entry: Uuid,
    /// Its language.
    pub language: Language,
    /// Who tells it, the first teller first.
    pub tellings: Vec<Told>,
}

/// A story as one source tells it now; stored as [`Story`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Who tells it.
    pub source: SourceId,
    /// What people call the source.
    pub source_title: String,
    /// The page that is polled.
    pub source_url: String,
    /// Whose telling leads: the higher one.
    pub priority: i64,
    /// Where it is told.
    pub url: Option<String>,
    /// The title.
    pub title: String,
    /// The teaser, plain text.
    pub summary: String,
    /// The content, safe HTML.
    pub html: String,
    /// The lead image.
    pub image: Option<String>,
    /// The authors' names.
    pub authors: Vec<String>,
    /// The categories.
    pub categories: Vec<String>,
    /// The enclosures.
    pub enclosures: Vec<Enclosure>,
    /// The copyright notice.
    pub rights: Option<String>,
}
