//! Pages for people: one a feed, and the index of feeds. Plain HTML and one style sheet, no script at all.
//!
//! They show summaries only, never the sources' own markup, so nothing of a source is taken for HTML here.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, NaiveDate, SecondsFormat};
use chrono_tz::Tz;

use crate::config::By;
use crate::language::Language;
use crate::render::bounds::publishable;
use crate::render::day;
use crate::render::text::{line, named};
use crate::render::texts::Texts;
use crate::render::{Entry, FeedDocument, FeedLink, FeedSummary, SiteDocument};

/// The page of a feed, with links to the `others`; the feed itself may be among them.
#[must_use]
pub fn page(document: &FeedDocument, others: &[FeedLink]) -> String {
    let document = &publishable(document);
    let language = document.language.as_ref();
    written(&Page {
        texts: Texts::of(language),
        lang: language.map(Language::tag),
        days: days(document),
        updated: (!document.entries.is_empty()).then(|| moment(&document.updated, language)),
        others: others
            .iter()
            .map(|other| other_link(other, &document.name))
            .collect(),
        formats: [
            ("RSS", "rss.xml"),
            ("Atom", "atom.xml"),
            ("JSON Feed", "feed.json"),
        ]
        .map(|(name, file)| Address {
            name,
            file,
            address: document.current(file),
        }),
        older: document.older(""),
        newer: document.newer(""),
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
        site,
        title: line(&site.title, 1_000),
        groups: [
            (texts.feeds, None),
            (texts.sources, Some(By::Source)),
            (texts.tags, Some(By::Tag)),
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
    document: &'a FeedDocument,
    lang: Option<&'a str>,
    days: Vec<Day<'a>>,
    updated: Option<Moment>,
    others: Vec<Other<'a>>,
    formats: [Address; 3],
    older: Option<String>,
    newer: Option<String>,
    root: String,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    texts: &'static Texts,
    site: &'a SiteDocument,
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

/// A file that can be subscribed to.
struct Address {
    name: &'static str,
    file: &'static str,
    address: String,
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
    let others = entry.sources.iter().skip(1);
    News {
        entry,
        lang: (document.language.as_ref() != Some(&entry.language)).then(|| entry.language.tag()),
        dir: direction(Some(&entry.language)),
        datetime: if entry.day_only {
            entry.published.date_naive().to_string()
        } else {
            datetime(&local)
        },
        hour: (!entry.day_only).then(|| local.format("%H:%M").to_string()),
        authors: authors.join(", "),
        teller,
        others: others
            .map(|other| Teller {
                title: &other.title,
                address: other.link.as_deref().unwrap_or(&other.url),
            })
            .collect(),
    }
}

fn other_link<'a>(other: &'a FeedLink, current: &str) -> Other<'a> {
    Other {
        name: &other.name,
        title: named(&other.title, 200, &other.name),
        lang: other.language.as_ref().map(Language::tag),
        current: other.name == current,
    }
}

fn listed<'a>(feed: &'a FeedSummary, texts: &Texts) -> Listed<'a> {
    let language = feed.language.as_ref();
    Listed {
        feed,
        title: named(&feed.title, 1_000, &feed.name),
        description: line(&feed.description, 8_000),
        lang: language.map(Language::tag),
        dir: direction(language),
        count: texts.count(feed.entries),
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
fn direction(language: Option<&Language>) -> &'static str {
    match language.map(Language::tag) {
        Some("ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi") => "rtl",
        _ => "ltr",
    }
}

fn written(template: &impl Template) -> String {
    #[expect(
        clippy::expect_used,
        reason = "the templates call nothing that can fail"
    )]
    template.render().expect("a string takes every character")
}
