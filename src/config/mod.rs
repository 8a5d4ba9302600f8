//! The configuration as it is meant: everything compiled, resolved and inherited.
//!
//! [`load`] gives it whole, or every problem at once. A file is first compared with `shape`, the one
//! description of all keys (the JSON Schema comes from it too), then `check` gives the words their meaning.

mod check;
mod leaf;
mod listen;
mod plan;
mod problem;
mod reader;
mod request;
mod shape;
mod tree;

pub mod crontab;
pub mod filter;
pub mod json;
pub mod pick;
pub mod units;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use regex::Regex;
use scraper::Selector;
use url::Url;

pub use check::{load, load_text, load_to_look};
pub use json::Json;
pub use leaf::{id, language, zone};
pub use listen::Listen;
pub use plan::{Bounds, Plan};
pub use problem::{Position, Problem, Problems};
pub use reader::{find, includes};
pub use request::{Auth, Post, Proxy};
pub use shape::schema;

use crate::language::Language;
use crate::model::{FeedId, Key, Kind, SourceId};

/// Everything that the configuration files say.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was asked for, for messages.
    pub file: PathBuf,
    /// Who publishes.
    pub site: Site,
    /// How to fetch.
    pub fetch: Fetch,
    /// Where to remember.
    pub store: Store,
    /// What to publish, and where.
    pub publish: Publish,
    /// Where to serve.
    pub serve: Serve,
    /// What to poll, in the order of their ids.
    pub sources: Vec<Arc<Source>>,
    /// What is not polled for now (`enabled = false`), in the order of their ids.
    pub idle: Vec<Arc<Source>>,
    /// What is promised to subscribers: the languages in the site's order, then other feeds in that of their ids, those of
    /// single sources and tags last; disabled feeds are left out.
    pub feeds: Vec<Feed>,
    /// What is allowed and may not be meant, a sentence each.
    pub notes: Vec<String>,
}

impl Config {
    /// Whether some feed takes what a source writes in a language, or will once the source is there.
    #[must_use]
    pub fn takes(&self, language: &Language) -> bool {
        self.site.any_language
            || self.site.languages.contains(language)
            || self.feeds.iter().any(|feed| feed.takes(language))
    }
}

/// `[site]`
#[derive(Debug, Clone)]
pub struct Site {
    /// The name of the whole.
    pub title: String,
    /// The public root of links and self links; ends in `/`.
    pub url: Url,
    /// Who answers for the polling, an address of mail or web, for the User-Agent.
    pub contact: Option<String>,
    /// The languages that have a feed, even while it is empty: as configured, else those that sources declare.
    pub languages: Vec<Language>,
    /// Whether no languages are configured, so that each has a feed that a source declares.
    pub any_language: bool,
    /// The zone of dates without one, where a source names no other.
    pub timezone: Tz,
}

/// `[fetch]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Requests in flight in all.
    pub concurrency: usize,
    /// Requests in flight to one host.
    pub per_host: usize,
    /// The least time between the starts of two requests to one host.
    pub gap: Duration,
    /// From the first to the last byte of an answer, connecting and redirects included.
    pub timeout: Duration,
    /// The most bytes of a decoded body.
    pub max_body: usize,
    /// Networks that may be reached although they are not public.
    pub allow: Vec<IpNet>,
    /// Whether robots.txt (RFC 9309) is asked for addresses that have not proved to be a feed.
    pub robots: bool,
    /// The address of mail that the header `From` carries (RFC 9110 §10.1.2).
    pub from: Option<String>,
    /// What everything is asked through; proxies of the environment are never used.
    pub proxy: Option<Proxy>,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            concurrency: 64,
            per_host: 2,
            gap: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
            max_body: 10 << 20,
            allow: Vec::new(),
            robots: true,
            from: None,
            proxy: None,
        }
    }
}

/// `[store]`
#[derive(Debug, Clone)]
pub struct Store {
    /// The database's file, relative to the data folder.
    pub path: PathBuf,
    /// How long items are kept after they were last seen.
    pub keep: Duration,
    /// How much of what was fetched is kept.
    pub bodies: Bodies,
}

/// `store.bodies`: how much is kept of what sources answered, so that other rules can be tried on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bodies {
    /// How long; the newest answer of a source that is polled stays.
    pub keep: Duration,
    /// The most bytes of one source, packed.
    pub source: u64,
    /// The most bytes of all, packed; 0 where nothing is kept.
    pub total: u64,
}

impl Bodies {
    /// Nothing is kept.
    pub const NONE: Self = Self {
        keep: Duration::ZERO,
        source: 0,
        total: 0,
    };
}

/// `[publish]`
#[derive(Debug, Clone)]
pub struct Publish {
    /// The folder of the published files, relative to the data folder.
    pub directory: PathBuf,
    /// Which files each feed has.
    pub formats: Vec<Format>,
    /// How many entries a feed shows at least, if it has them.
    pub entries: usize,
    /// Entries first published within so many days of the newest are shown as well.
    pub days: u32,
    /// What an entry carries.
    pub content: Content,
    /// Whether search engines may list the HTML pages.
    pub index: bool,
    /// Whether what its source removes is withdrawn.
    pub follow_removals: bool,
    /// What has a feed besides languages and `[feed.ID]`.
    pub by: Vec<By>,
    /// The WebSub hub that is told of changes.
    pub hub: Option<Url>,
}

/// What has a feed each, with `publish.by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Each source, in `source/ID`.
    Source,
    /// Each tag of sources, in `tag/NAME`.
    Tag,
}

/// A format that feeds are published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0, `rss.xml`.
    Rss,
    /// Atom 1.0 (RFC 4287), `atom.xml`.
    Atom,
    /// JSON Feed 1.1, `feed.json`.
    Json,
    /// A page for people, `index.html`.
    Html,
}

impl Format {
    /// The name of its file in the folder of a feed.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Rss => "rss.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
            Self::Html => "index.html",
        }
    }
}

/// How much of an item is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The source's own teaser, else the first 300 characters.
    Summary,
    /// The whole text, where the source gives it.
    Full,
}

/// `follow`: which items' articles are read before they are published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Follow {
    /// None.
    #[default]
    Never,
    /// Those of items without a date, or without a title.
    Undated,
    /// All.
    Always,
}

impl Follow {
    /// What a word of the configuration means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            "undated" => Some(Self::Undated),
            "always" => Some(Self::Always),
            _ => None,
        }
    }
}

/// `repair`: what becomes of rules that are found where those of the configuration no longer fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repair {
    /// None are looked for.
    Never,
    /// They are shown.
    #[default]
    Suggest,
    /// They are shown, and used at once.
    Auto,
}

impl Repair {
    /// What a word of the configuration means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            "suggest" => Some(Self::Suggest),
            "auto" => Some(Self::Auto),
            _ => None,
        }
    }
}

/// `[serve]`; what listens nowhere is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serve {
    /// Where feeds and pages are served.
    pub listen: Option<Listen>,
    /// Where status, health and metrics are served.
    pub admin: Option<Listen>,
    /// The most open connections of each of the two.
    pub connections: usize,
    /// How long a client may take for its request, or without taking anything of the answer.
    pub timeout: Duration,
    /// Whether each request for a feed or page is logged.
    pub access_log: bool,
}

/// `[source.ID]`: one thing to poll. A table with `urls` gives one source a language, `ID.LANGUAGE`.
#[derive(Clone)]
pub struct Source {
    /// Its name.
    pub id: SourceId,
    /// What people call it.
    pub title: String,
    /// What is fetched: `http`, `https` or `file`.
    pub url: Url,
    /// The languages it writes in; one is a fact, several are to be told apart item by item. Empty only
    /// where nothing is configured ([`Source::unknown`]).
    pub languages: Vec<Language>,
    /// The zone of its dates.
    pub timezone: Tz,
    /// For filters.
    pub tags: Vec<String>,
    /// Whose telling of a story leads: the higher one.
    pub priority: i64,
    /// A notice that is published with its entries.
    pub rights: Option<String>,
    /// What kind of document it is, where the configuration says.
    pub kind: Option<Kind>,
    /// The rules of its listing; nothing means that the listing is detected.
    pub listing: Option<Box<Listing>>,
    /// The rules of its JSON text.
    pub json: Option<Box<Json>>,
    /// When it is polled.
    pub plan: Plan,
    /// How its dates are to be read, where that needs saying.
    pub dates: Dates,
    /// Headers that go with each request to it. Their values may be secrets.
    pub headers: Vec<(String, String)>,
    /// Cookies that go with each request to it. Their values may be secrets.
    pub cookies: Vec<(String, String)>,
    /// What its address is asked with by POST; nothing means GET.
    pub post: Option<Post>,
    /// What proves to it who asks.
    pub auth: Option<Auth>,
    /// Whether robots.txt is asked where its address has not proved to be a feed.
    pub robots: bool,
    /// What it is asked through.
    pub proxy: Option<Proxy>,
    /// Whether its certificate is taken unverified.
    pub tls_insecure: bool,
    /// What its entries carry.
    pub content: Content,
    /// Which of its items' articles are read; nothing where its kind decides ([`Source::follows`]).
    pub follow: Option<Follow>,
    /// What becomes of rules that would mend its list.
    pub repair: Repair,
    /// How many pages of its list are read at the first success and where none of the first page's items is known.
    pub pages: usize,
    /// A digest of everything above that decides what is fetched and how it is read. When it changes, the
    /// validators are void, and what was fetched under the old rules is thrown away.
    pub rules: Key,
}

impl Source {
    /// A source of which nothing is known but its address, as `inspect` looks at one: no language, no zone.
    #[must_use]
    pub fn unknown(url: Url) -> Self {
        Self {
            id: SourceId("inspected".into()),
            title: url.host_str().unwrap_or("file").to_owned(),
            url,
            languages: Vec::new(),
            timezone: Tz::UTC,
            tags: Vec::new(),
            priority: 0,
            rights: None,
            kind: None,
            listing: None,
            json: None,
            plan: Plan::Every(Duration::from_secs(30 * 60)),
            dates: Dates::default(),
            headers: Vec::new(),
            cookies: Vec::new(),
            post: None,
            auth: None,
            robots: true,
            proxy: None,
            tls_insecure: false,
            content: Content::Summary,
            follow: None,
            repair: Repair::default(),
            pages: 1,
            rules: Key([0; 16]),
        }
    }

    /// Which of its items' articles are read, if it is of this kind: a list often leaves the date to the article, a feed
    /// seldom does, and an article is one itself.
    #[must_use]
    pub fn follows(&self, kind: Kind) -> Follow {
        match kind {
            Kind::Article => Follow::Never,
            Kind::Listing | Kind::Sitemap => self.follow.unwrap_or(Follow::Undated),
            _ => self.follow.unwrap_or_default(),
        }
    }
}

/// `dates` of a source.
#[derive(Debug, Clone, Default)]
pub struct Dates {
    /// A strftime pattern, tried before anything else.
    pub format: Option<String>,
    /// The zone of dates that name none; the source's own where nothing is said.
    pub timezone: Option<Tz>,
    /// Take the printed hour for local time although a zone stands beside it.
    pub ignore_zone: bool,
}

/// `listing` of a source: where on the page its items are, and what of them is what.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What an item is.
    pub item: Selector,
    /// Headings that hold for the items after them.
    pub group: Group,
    /// Its fields, each a list of which the first that reads counts. An empty list: the field is looked for.
    pub title: Vec<Pick>,
    /// Default attribute: `href`.
    pub link: Vec<Pick>,
    /// The date or its text.
    pub date: Vec<Pick>,
    /// The teaser.
    pub summary: Vec<Pick>,
    /// Default attribute: `src`.
    pub image: Vec<Pick>,
    /// The author.
    pub author: Vec<Pick>,
    /// The category.
    pub category: Vec<Pick>,
    /// The link to the next page of the list; nothing means that it is looked for.
    pub next: Option<Selector>,
}

impl Listing {
    /// Rules that say what an item is, and nothing of its fields: those are looked for.
    #[must_use]
    pub fn of(item: Selector) -> Self {
        Self {
            item,
            group: Group::default(),
            title: Vec::new(),
            link: Vec::new(),
            date: Vec::new(),
            summary: Vec::new(),
            image: Vec::new(),
            author: Vec::new(),
            category: Vec::new(),
            next: None,
        }
    }
}

/// `listing.group`: headings between the items.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// A heading that dates the items after it.
    pub date: Vec<Pick>,
    /// A heading that files the items after it.
    pub category: Vec<Pick>,
}

/// One way to find a field inside an item.
#[derive(Debug, Clone)]
pub struct Pick {
    /// Where to look.
    pub from: From,
    /// The attribute to read; without one the text counts.
    pub attribute: Option<String>,
    /// What of it counts: the first group, else the whole match.
    pub regex: Option<Regex>,
    /// Take every match, joined by a space (for lists: each by itself), not only the first.
    pub all: bool,
    /// How it was written, for reports.
    pub written: String,
}

/// Where a [`Pick`] looks.
#[derive(Debug, Clone)]
pub enum From {
    /// The item itself, which `@attr` alone means.
    Item,
    /// What a selector finds, relative to the item.
    Select(Selector),
    /// The item's link, which `@url` means.
    Address,
}

/// `[feed.ID]`, or the feed that a language has by itself: one thing promised to subscribers.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its name and folder.
    pub id: FeedId,
    /// Its title.
    pub title: String,
    /// One sentence on it; may be empty.
    pub description: String,
    /// Which entries belong to it.
    pub filter: Filter,
    /// Old names whose addresses still give this feed.
    pub aliases: Vec<FeedId>,
    /// Of what it is one, where it comes from `publish.by`.
    pub group: Option<By>,
}

impl Feed {
    /// The one language of the channel; nothing where its entries may be in several.
    #[must_use]
    pub fn language(&self) -> Option<&Language> {
        match self.filter.language.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether entries in a language may be in it.
    #[must_use]
    pub fn takes(&self, language: &Language) -> bool {
        self.group.is_none()
            && (self.filter.language.is_empty() || self.filter.language.contains(language))
    }
}

/// `where` of a feed: any within a list, all across the lists, and a veto by what must not be.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Languages.
    pub language: Vec<Language>,
    /// Ids of sources.
    pub source: Vec<String>,
    /// Tags of sources.
    pub tag: Vec<String>,
    /// Categories of items, ignoring case and accents.
    pub category: Vec<String>,
    /// Words and patterns in title, summary or text.
    pub text: Vec<Needle>,
    /// How many sources at least must tell the story.
    pub sources_at_least: usize,
    /// Languages that must not be.
    pub not_language: Vec<Language>,
    /// Sources that must not be.
    pub not_source: Vec<String>,
    /// Tags that must not be.
    pub not_tag: Vec<String>,
    /// Categories that must not be.
    pub not_category: Vec<String>,
    /// Words and patterns that must not be.
    pub not_text: Vec<Needle>,
}

/// What a text filter looks for: whole words, ignoring case and accents; or, written `/…/`, a regular
/// expression, which sees the text as it is.
#[derive(Debug, Clone)]
pub enum Needle {
    /// Words in a row, folded by [`units::fold`].
    Words(String),
    /// A pattern.
    Pattern(Regex),
}
