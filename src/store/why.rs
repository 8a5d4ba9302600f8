//! The life of an item: where it came from, what it is known by, who tells its story, and in which feeds it is or why
//! it is in none.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::feeds::{reviewed, window};
use super::judging::refusal;
use super::rows::{maybe_time, time};
use super::{Shown, Store, StoreError, find};
use crate::config::Feed;
use crate::dedup;
use crate::model::Key;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// The entry with this id.
    Entry(Uuid),
    /// What stands at this address.
    Url(Url),
    /// Whatever has these words in its title.
    Words(String),
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Life {
    /// It is told in an entry.
    Published {
        /// The entry's id.
        entry: Uuid,
        /// Its language.
        language: String,
        /// When it was published, for ever.
        published: DateTime<Utc>,
        /// The time zone of that.
        zone: String,
        /// How exactly that is known.
        precision: String,
        /// When its story was opened.
        opened: DateTime<Utc>,
        /// When it last changed in a way that matters.
        updated: DateTime<Utc>,
        /// Who tells it, the first teller first.
        tellings: Vec<Telling>,
        /// How each feed stands to it.
        feeds: Vec<Standing>,
    },
    /// It is remembered, and was never published.
    Seen {
        /// The item.
        telling: Box<Telling>,
        /// Why.
        reason: String,
    },
    /// It is held back with others that came at once.
    Held {
        /// The item.
        telling: Box<Telling>,
        /// The entry that it is to be.
        entry: Uuid,
        /// Since when.
        since: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// It waits for its article.
    Waiting {
        /// Who lists it.
        source: String,
        /// Its title.
        title: String,
        /// Its address.
        url: Option<String>,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It was withdrawn.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
        /// The feeds that had it, and since when.
        feeds: Vec<(String, DateTime<Utc>)>,
    },
    /// It was there, and was dropped as old: only its keys are kept, so that it does not come again.
    Dropped {
        /// The feeds that had it, and since when.
        feeds: Vec<(String, DateTime<Utc>)>,
    },
}

/// An item as one source tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Telling {
    /// Who.
    pub source: String,
    /// What people call the source.
    pub source_title: String,
    /// What the document was read as that listed it first.
    pub kind: Option<String>,
    /// Where that document was.
    pub page: Option<String>,
    /// The title.
    pub title: String,
    /// The address.
    pub url: Option<String>,
    /// What the source calls its id.
    pub guid: Option<String>,
    /// Its date, as it was fixed.
    pub date: DateTime<Utc>,
    /// How exactly the date is known.
    pub precision: String,
    /// Where the date stood.
    pub place: String,
    /// The text that it was read from.
    pub date_text: String,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen, to the day.
    pub last_seen: DateTime<Utc>,
    /// Whether it was read from its article too.
    pub article: bool,
    /// What it is known by, the strongest first.
    pub known_by: Vec<&'static str>,
    /// Why it tells the story of another source, where its address is another one.
    pub joined: Option<String>,
    /// What it said before it was edited, the oldest first.
    pub revisions: Vec<Revision>,
    /// Since when its source has it no more.
    pub gone: Option<DateTime<Utc>>,
    /// What says so.
    pub gone_from: Option<String>,
}

/// What an item said before an edit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revision {
    /// When it was found to say something else.
    pub until: DateTime<Utc>,
    /// Its title.
    pub title: String,
    /// Its teaser.
    pub summary: String,
    /// Its text, without markup.
    pub text: String,
}

/// How a feed stands to an entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Which feed.
    pub feed: String,
    /// Since when the feed has it; nothing where it never had it.
    pub since: Option<DateTime<Utc>>,
    /// Its place in what the feed shows, from 1.
    pub place: Option<usize>,
    /// Why it is not shown.
    pub reason: Option<String>,
}

impl Store {
    /// What became of whatever is sought, the newest first; in which feeds it is only where it is one thing. At most
    /// `most` of them.
    pub async fn lives(
        &self,
        sought: Sought,
        feeds: Vec<Feed>,
        shown: Shown,
        most: usize,
    ) -> Result<Vec<Life>, StoreError> {
        self.read(move |connection| {
            let mut lives = Vec::new();
            let found = match &sought {
                Sought::Entry(entry) => find::of_entry(connection, *entry)?,
                Sought::Url(url) => find::at_address(connection, url)?,
                Sought::Words(words) => find::titled(connection, words, most)?,
            };
            let mut stories = BTreeSet::new();
            for item in found {
                if lives.len() == most {
                    break;
                }
                match story_of(connection, item)? {
                    Some(story) if !stories.insert(story) => {}
                    Some(story) => lives.push(published(connection, story)?),
                    None => lives.push(seen(connection, item)?),
                }
            }
            waiting(connection, &sought, &mut lives)?;
            if let (
                [
                    Life::Published {
                        feeds: standings, ..
                    },
                ],
                Some(story),
            ) = (lives.as_mut_slice(), stories.first())
            {
                *standings = stand(connection, *story, &feeds, shown)?;
            }
            if lives.is_empty() {
                lives.extend(traces(connection, &sought)?);
            }
            lives.truncate(most);
            Ok(lives)
        })
        .await
    }
}

fn story_of(connection: &Connection, item: i64) -> Result<Option<i64>, StoreError> {
    let mut query = connection.prepare_cached("SELECT story FROM item WHERE number = ?1")?;
    Ok(query.query_row([item], |row| row.get(0))?)
}

fn published(connection: &Connection, story: i64) -> Result<Life, StoreError> {
    let items = find::numbers(
        connection,
        "SELECT number FROM item WHERE story = ?1 ORDER BY number",
        [story],
    )?;
    let tellings = items.into_iter().map(|item| telling(connection, item));
    let tellings = tellings.collect::<Result<_, _>>()?;
    let mut query = connection.prepare_cached("SELECT * FROM story WHERE number = ?1")?;
    Ok(query.query_row([story], |row| {
        Ok(Life::Published {
            entry: Uuid::from_slice(&row.get::<_, Vec<u8>>("entry")?).unwrap_or_default(),
            language: row.get("language")?,
            published: time(row, "published")?,
            zone: row.get("zone")?,
            precision: row.get("precision")?,
            opened: time(row, "opened")?,
            updated: time(row, "updated")?,
            tellings,
            feeds: Vec::new(),
        })
    })?)
}

fn seen(connection: &Connection, item: i64) -> Result<Life, StoreError> {
    let held = connection
        .prepare_cached("SELECT entry, since, reason FROM held WHERE item = ?1")?
        .query_row([item], |row| {
            let entry = Uuid::from_slice(&row.get::<_, Vec<u8>>("entry")?).unwrap_or_default();
            Ok((entry, time(row, "since")?, row.get("reason")?))
        })
        .optional()?;
    if let Some((entry, since, reason)) = held {
        return Ok(Life::Held {
            telling: Box::new(telling(connection, item)?),
            entry,
            since,
            reason,
        });
    }
    let mut query = connection.prepare_cached(
        "SELECT item.first_seen <= source.first_success FROM item JOIN source ON source.number = item.source
         WHERE item.number = ?1",
    )?;
    let at_first: Option<bool> = query.query_row([item], |row| row.get(0))?;
    let first = dedup::FIRST;
    let reason = if at_first == Some(true) {
        format!(
            "it was there when the source was first read, and was not among its {first} newest items"
        )
    } else {
        format!(
            "it came with more than {first} new ones, and was older than what was read the time before"
        )
    };
    Ok(Life::Seen {
        telling: Box::new(telling(connection, item)?),
        reason,
    })
}

fn telling(connection: &Connection, item: i64) -> Result<Telling, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT item.*, source.id AS source_id, source.title AS source_title,
                EXISTS (SELECT 1 FROM article CROSS JOIN followed ON followed.source = item.source AND followed.key = article.key
                        WHERE (article.key = item.address OR article.canonical = item.address)
                              AND article.said IS NOT NULL AND followed.item IS NULL) AS article
         FROM item JOIN source ON source.number = item.source WHERE item.number = ?1",
    )?;
    let mut telling = query.query_row([item], |row| {
        Ok(Telling {
            source: row.get("source_id")?,
            source_title: row.get("source_title")?,
            kind: row.get("kind")?,
            page: row.get("page")?,
            title: row.get("title")?,
            url: row.get("url")?,
            guid: row.get("guid")?,
            date: time(row, "published")?,
            precision: row.get("precision")?,
            place: row.get("place")?,
            date_text: row.get("date_text")?,
            first_seen: time(row, "first_seen")?,
            last_seen: time(row, "last_seen")?,
            article: row.get("article")?,
            known_by: known_by(row)?,
            joined: row.get("joined").unwrap_or_default(),
            revisions: Vec::new(),
            gone: maybe_time(row, "gone")?,
            gone_from: row.get("gone_from")?,
        })
    })?;
    let mut query = connection.prepare_cached(
        "SELECT until, title, summary, text FROM revision WHERE item = ?1 ORDER BY number",
    )?;
    let revisions = query.query_map([item], |row| {
        Ok(Revision {
            until: time(row, "until")?,
            title: row.get("title")?,
            summary: row.get("summary")?,
            text: row.get("text")?,
        })
    })?;
    telling.revisions = revisions.collect::<rusqlite::Result<_>>()?;
    Ok(telling)
}

fn known_by(row: &Row<'_>) -> rusqlite::Result<Vec<&'static str>> {
    let mut known = Vec::new();
    for (column, word) in [
        ("guid_key", "guid"),
        ("url_key", "link"),
        ("anchor_key", "link and title"),
        ("title_key", "title and day"),
        ("said_key", "what it says"),
    ] {
        if row.get::<_, Option<Key>>(column)?.is_some() {
            known.push(word);
        }
    }
    Ok(known)
}

/// How the configured feeds stand to a story, and those that had it and are configured no more.
fn stand(
    connection: &Connection,
    story: i64,
    feeds: &[Feed],
    shown: Shown,
) -> Result<Vec<Standing>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT first_published, hidden FROM ledger JOIN story ON story.entry = ledger.entry
         WHERE ledger.feed = ?1 AND story.number = ?2",
    )?;
    let mut standings = Vec::new();
    for feed in feeds {
        let entered: Option<(DateTime<Utc>, bool)> = query
            .query_row(params![feed.id.0, story], |row| {
                Ok((time(row, "first_published")?, row.get("hidden")?))
            })
            .optional()?;
        let refused = refusal(connection, story, &feed.filter)?;
        let filter = refused.map(|key| format!("its filter `{key}` keeps it out"));
        let mut standing = Standing {
            feed: feed.id.0.clone(),
            since: entered.map(|(since, _)| since),
            place: None,
            reason: None,
        };
        match entered {
            Some((_, false)) => {
                let shown = window(connection, &feed.id, shown)?;
                standing.place = shown
                    .iter()
                    .position(|other| *other == story)
                    .map(|at| at + 1);
                if standing.place.is_none() {
                    standing.reason = Some(format!(
                        "it is older than the {} that it shows",
                        shown.len()
                    ));
                }
            }
            Some((_, true)) => {
                standing.reason = filter.or_else(|| Some("its filter has changed".into()))
            }
            None => {
                standing.reason = Some(match filter {
                    Some(filter) => filter,
                    None => not_entered(connection, story, feed)?,
                });
            }
        }
        standings.push(standing);
    }
    let mut query = connection.prepare_cached(
        "SELECT ledger.feed, first_published FROM story CROSS JOIN feed
         CROSS JOIN ledger ON ledger.feed = feed.id AND ledger.entry = story.entry
         WHERE story.number = ?1 ORDER BY ledger.feed",
    )?;
    let former = query.query_map([story], |row| {
        Ok(Standing {
            feed: row.get("feed")?,
            since: Some(time(row, "first_published")?),
            place: None,
            reason: Some("the feed is not configured any more".into()),
        })
    })?;
    for former in former {
        let former = former?;
        if !feeds.iter().any(|feed| feed.id.0 == former.feed) {
            standings.push(former);
        }
    }
    Ok(standings)
}

/// Why a feed does not have what belongs to it.
fn not_entered(connection: &Connection, story: i64, feed: &Feed) -> Result<String, StoreError> {
    let other: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT ledger.entry FROM item JOIN ledger ON ledger.address = item.address AND ledger.feed = ?1
             WHERE item.story = ?2 LIMIT 1",
        )?
        .query_row(params![feed.id.0, story], |row| row.get(0))
        .optional()?;
    if let Some(other) = other.and_then(|other| Uuid::from_slice(&other).ok()) {
        return Ok(format!(
            "it repeats an address that the feed has had as {}",
            other.urn()
        ));
    }
    let revision: i64 = connection
        .prepare_cached("SELECT revision FROM story WHERE number = ?1")?
        .query_row([story], |row| row.get(0))?;
    let upto = reviewed(connection, &feed.id)?.map_or(0, |(_, upto)| upto);
    Ok(if revision > upto {
        "it comes with the next publication".into()
    } else {
        "it repeats something that the feed has had".into()
    })
}

/// What waits for its article.
fn waiting(
    connection: &Connection,
    sought: &Sought,
    lives: &mut Vec<Life>,
) -> Result<(), StoreError> {
    let words = match sought {
        Sought::Words(words) => crate::config::units::fold(words),
        Sought::Url(_) => String::new(),
        Sought::Entry(_) => return Ok(()),
    };
    for (_, article, since, item) in find::waiting(connection)? {
        let fits = match sought {
            Sought::Url(url) => article == dedup::page(url),
            _ => find::has_words(&item.title, &words),
        };
        if fits {
            lives.push(Life::Waiting {
                source: item.source.0,
                title: item.title,
                url: item.url.map(String::from),
                since: DateTime::from_timestamp(since, 0).unwrap_or_default(),
            });
        }
    }
    Ok(())
}

/// What is left of something that is not stored any more.
fn traces(connection: &Connection, sought: &Sought) -> Result<Option<Life>, StoreError> {
    let (key, column) = match sought {
        Sought::Entry(entry) => (entry.as_bytes().to_vec(), "entry"),
        Sought::Url(url) => (dedup::page(url).0.to_vec(), "address"),
        Sought::Words(_) => return Ok(None),
    };
    let mut query = connection.prepare(&format!(
        "SELECT feed, first_published FROM feed CROSS JOIN ledger ON ledger.feed = feed.id AND ledger.{column} = ?1
         ORDER BY feed"
    ))?;
    let feeds = query.query_map([&key], |row| {
        Ok((row.get(0)?, time(row, "first_published")?))
    })?;
    let feeds = feeds.collect::<rusqlite::Result<Vec<_>>>()?;
    if let Some(at) = find::withdrawn_at(connection, &key)? {
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        return Ok(Some(Life::Withdrawn { at, feeds }));
    }
    let known: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM address WHERE key = ?1)")?
        .query_row([&key], |row| row.get(0))?;
    Ok((known || !feeds.is_empty()).then_some(Life::Dropped { feeds }))
}
