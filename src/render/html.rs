//! Pages for people: one a feed, and the index of feeds. Plain HTML and one style sheet, no script at all.
//!
//! They show summaries only, never the sources' own markup, so nothing of a source is taken for HTML here.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use chrono_tz::Tz;

use crate::config::{By, Format};
use crate::language::Language;
use crate::render::bounds::publishable;
use crate::render::day;
use crate::render::text::{cut, line, named};
use crate::render::texts::Texts;
use crate::render::{Entry, FeedDocument, FeedLink, FeedSummary, SiteDocument};

/// The most bytes of a title and of a summary on a page; the feeds have all of it.
const TITLE: usize = 400;
const SUMMARY: usize = 1_200;
/// The most authors and categories of an entry on a page.
const AUTHORS: usize = 4;
const CATEGORIES: usize = 8;

/// The page of a feed, with links to the `others`; the feed itself may be among them.
#[must_use]
pub fn page(document: &FeedDocument, others: &[FeedLink]) -> String {
    let document = &publishable(document);
    let language = document.language.as_ref();
    let texts = Texts::of(language);
    let newest = document.history.page == Some(document.history.pages);
    written(&Page {
        texts,
        dir: direction(texts.tag),
        lang: language.map(Language::tag),
        place: document.history.page.map(|page| texts.page(page)),
        days: days(document),
        updated: (!document.entries.is_empty()).then(|| moment(&document.updated, language)),
        others: others
            .iter()
            .map(|other| other_link(other, document))
            .collect(),
        subscribable: subscribable(&document.formats),
        older: document.older(""),
        // The feed as it is now follows the newest page.
        newer: document
            .newer("")
            .or_else(|| newest.then(|| document.current(""))),
        newest,
        root: document.root(),
        document,
    })
}

/// The index of all feeds.
#[must_use]
pub fn index(site: &SiteDocument) -> String {
    let texts = Texts::of(site.language.as_ref());
    written(&Index {
        texts,
        dir: direction(texts.tag),
        subscribable: subscribable(&site.formats),
        site,
        title: line(&site.title, 1_000),
        groups: [
            (texts.feeds.as_str(), None),
            (texts.sources.as_str(), Some(By::Source)),
            (texts.tags.as_str(), Some(By::Tag)),
        ]
        .map(|(heading, group)| Group {
            heading,
            feeds: site
                .feeds
                .iter()
                .filter(|feed| feed.group == group)
                .map(|feed| listed(feed, texts))
                .collect(),
        }),
    })
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    texts: &'static Texts,
    /// Which way the texts are written.
    dir: &'static str,
    document: &'a FeedDocument,
    lang: Option<&'a str>,
    /// Which page of the archive it is.
    place: Option<String>,
    days: Vec<Day<'a>>,
    updated: Option<Moment>,
    others: Vec<Other<'a>>,
    subscribable: Vec<Subscribable>,
    older: Option<String>,
    newer: Option<String>,
    /// It is the newest page of the archive.
    newest: bool,
    root: String,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    texts: &'static Texts,
    /// Which way the texts are written.
    dir: &'static str,
    site: &'a SiteDocument,
    subscribable: Vec<Subscribable>,
    title: String,
    groups: [Group<'a>; 3],
}

/// The feeds under one heading of the index.
struct Group<'a> {
    heading: &'static str,
    feeds: Vec<Listed<'a>>,
}

/// The entries of one day.
struct Day<'a> {
    date: NaiveDate,
    heading: String,
    news: Vec<News<'a>>,
}

/// An entry as the page shows it.
struct News<'a> {
    entry: &'a Entry,
    title: String,
    summary: String,
    /// Its language, where it is not the page's.
    lang: Option<&'a str>,
    dir: &'static str,
    /// For machines: with the hour only where one is known.
    datetime: String,
    /// For people: the hour, or nothing.
    hour: Option<String>,
    /// Its authors, where they are not just the source again.
    authors: String,
    teller: &'a str,
    others: Vec<Teller<'a>>,
}

/// Another source of a story.
struct Teller<'a> {
    title: &'a str,
    address: &'a str,
}

/// A time, for machines and for people.
struct Moment {
    datetime: String,
    words: String,
}

/// A format that feed readers read.
struct Subscribable {
    name: &'static str,
    file: &'static str,
    media_type: &'static str,
}

/// A link to another feed's page.
struct Other<'a> {
    name: &'a str,
    title: String,
    lang: Option<&'a str>,
    current: bool,
}

/// A feed in the index.
struct Listed<'a> {
    feed: &'a FeedSummary,
    title: String,
    description: String,
    lang: Option<&'a str>,
    dir: &'static str,
    count: String,
    updated: Option<Moment>,
}

/// The entries by day, in the site's zone, newest day first; within a day their order stays.
fn days(document: &FeedDocument) -> Vec<Day<'_>> {
    let zone = document.updated.timezone();
    let mut days: BTreeMap<Reverse<NaiveDate>, Vec<&Entry>> = BTreeMap::new();
    for entry in &document.entries {
        // A day without an hour is the day that the source wrote, wherever it lies.
        let local = if entry.day_only {
            entry.published
        } else {
            entry.published.with_timezone(&zone)
        };
        days.entry(Reverse(local.date_naive()))
            .or_default()
            .push(entry);
    }
    days.into_iter()
        .map(|(Reverse(date), entries)| Day {
            date,
            heading: day::written(date, document.language.as_ref()),
            news: entries
                .into_iter()
                .map(|entry| news(entry, document, zone))
                .collect(),
        })
        .collect()
}

fn news<'a>(entry: &'a Entry, document: &FeedDocument, zone: Tz) -> News<'a> {
    let local = entry.published.with_timezone(&zone);
    let teller = entry
        .sources
        .first()
        .map_or("", |leading| leading.title.as_str());
    let authors: Vec<&str> = entry
        .authors
        .iter()
        .map(String::as_str)
        .filter(|author| *author != teller)
        .collect();
    let mut named = authors.iter().take(AUTHORS).copied().collect::<Vec<_>>();
    if authors.len() > AUTHORS {
        named.push("…");
    }
    let others = entry.sources.iter().skip(1);
    News {
        entry,
        title: cut(entry.title.clone(), TITLE),
        summary: cut(entry.summary.clone(), SUMMARY),
        lang: (document.language.as_ref() != Some(&entry.language)).then(|| entry.language.tag()),
        dir: direction(entry.language.tag()),
        datetime: if entry.day_only {
            entry.published.date_naive().to_string()
        } else {
            datetime(&local)
        },
        hour: (!entry.day_only).then(|| local.format("%H:%M").to_string()),
        authors: named.join(", "),
        teller,
        others: others
            .map(|other| Teller {
                title: &other.title,
                address: other.link.as_deref().unwrap_or(&other.url),
            })
            .collect(),
    }
}

fn other_link<'a>(other: &'a FeedLink, document: &FeedDocument) -> Other<'a> {
    // "Site (Italiano)", as a feed is called unless it is given a title, is "Italiano" below the name of the site.
    let short = other
        .title
        .strip_prefix(document.site_title.as_str())
        .and_then(|rest| rest.strip_prefix(" (")?.strip_suffix(')'))
        .unwrap_or(&other.title);
    Other {
        name: &other.name,
        title: named(short, 200, &other.name),
        lang: other.language.as_ref().map(Language::tag),
        current: other.name == document.name,
    }
}

fn listed<'a>(feed: &'a FeedSummary, texts: &Texts) -> Listed<'a> {
    let language = feed.language.as_ref();
    Listed {
        feed,
        title: named(&feed.title, 1_000, &feed.name),
        description: line(&feed.description, 8_000),
        lang: language.map(Language::tag),
        dir: direction(language.map_or(texts.tag, Language::tag)),
        count: texts.entries(feed.entries),
        updated: feed
            .updated
            .as_ref()
            .map(|at| moment(at, Language::parse(texts.tag).as_ref())),
    }
}

/// The day in words; the hour is for machines, because news of the last day has the hour beside it.
fn moment(at: &DateTime<Tz>, language: Option<&Language>) -> Moment {
    Moment {
        datetime: datetime(at),
        words: day::written(at.date_naive(), language),
    }
}

fn datetime(at: &DateTime<Tz>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Which way a language is written.
pub(super) fn direction(tag: &str) -> &'static str {
    match tag {
        "ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi" => "rtl",
        _ => "ltr",
    }
}

/// Those of the published formats that feed readers read.
fn subscribable(formats: &[Format]) -> Vec<Subscribable> {
    [
        (Format::Rss, "RSS", "application/rss+xml"),
        (Format::Atom, "Atom", "application/atom+xml"),
        (Format::Json, "JSON Feed", "application/feed+json"),
    ]
    .into_iter()
    .filter(|(format, ..)| formats.contains(format))
    .map(|(format, name, media_type)| Subscribable {
        name,
        file: format.file(),
        media_type,
    })
    .collect()
}

fn written(template: &impl Template) -> String {
    #[expect(
        clippy::expect_used,
        reason = "the templates call nothing that can fail"
    )]
    template.render().expect("a string takes every character")
}
