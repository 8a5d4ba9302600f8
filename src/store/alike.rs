//! The index by which the tellings of one story find each other: what a new item joins, and what it translates.
//!
//! Its cost does not grow with the archive: only the weeks around the item are looked at, keys that many items have are
//! passed over, and no more than a few of the best candidates are read.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, params};
use url::Url;

use super::rows::{list, maybe_time, time};
use super::{Store, StoreError};
use crate::dedup::alike::{self, Candidate, Kin, Profile, Telling};
use crate::extract::text::plain;
use crate::model::{Alternate, Item, Key, SourceId};

/// The weeks in which the other tellings of an item are looked for, from its own. Most tellings come in one week, so that
/// a key that tells nothing most often shows there.
const AROUND: [i64; 5] = [0, -1, 1, -2, 2];
/// Weeks that the index reaches back from its newest.
pub(super) const KEPT: i64 = 5;
/// A key that so many items have tells nothing.
const MANY: usize = 41;
/// The bytes of an item's number in a row of them.
const NUMBER: usize = 8;
/// So many keys by what they say must lead from one item to another, unless one is very rare: most of what shares less is no telling of the same
/// story, and each would have to be read to tell.
const ENOUGH: usize = 2;
/// The most items that are looked up, those with the most and rarest keys in common first.
const RANKED: usize = 48;
/// The most stories that are read and compared: of the item's own language, and of all others.
const READ: usize = 8;
/// The most tellings of a story that are read.
const TELLINGS: i64 = 4;
/// So much of a text stands for a teaser that is missing, in characters.
const TEXT: usize = 4_000;
const TEASER: usize = 300;

/// An item, read for being found and compared.
pub(super) struct Sketched {
    profile: Profile,
    /// By where it stands and what it shows.
    places: Vec<i64>,
    /// By what it says.
    topics: Vec<i64>,
    week: i64,
}

impl Sketched {
    /// Reads an item with the time that it was published.
    pub(super) fn new(item: &Item, published: DateTime<Utc>) -> Self {
        let start = item.html.char_indices().nth(TEXT);
        let html = start.map_or(item.html.as_str(), |(end, _)| &item.html[..end]);
        let profile = profile(&Read {
            source: &item.source.0,
            url: item.url.clone(),
            title: &item.title,
            summary: &item.summary,
            html,
            language: item.language.tag(),
            published: Some(published),
            image: item.image.clone(),
            alternates: &item.alternates,
        });
        Self::of(profile, published)
    }

    /// Reads an item that is stored.
    pub(super) fn stored(connection: &Connection, row: i64) -> Result<Self, StoreError> {
        let mut query = connection.prepare_cached(&format!(
            "SELECT {STORED} FROM item JOIN source ON source.number = item.source WHERE item.number = ?2"
        ))?;
        let read = |row: &rusqlite::Row<'_>| Ok((stored(row)?, time(row, "published")?));
        let (profile, published) = query.query_row(params![stored_text(), row], read)?;
        Ok(Self::of(profile, published))
    }

    fn of(profile: Profile, published: DateTime<Utc>) -> Self {
        Self {
            places: alike::places(&profile).iter().map(compact).collect(),
            topics: alike::topics(&profile).iter().map(compact).collect(),
            profile,
            week: week(published),
        }
    }
}

impl Store {
    /// What an item would be to the stories that are there, were it new at that time.
    pub async fn kin(&self, item: Item, now: DateTime<Utc>) -> Result<Kin, StoreError> {
        self.read(move |connection| {
            let published = item
                .published
                .as_ref()
                .map_or(now, |dated| dated.at.to_utc());
            let sketched = Sketched::new(&item, published);
            let language = item.language.tag();
            Index::new(connection)?.kin(&sketched, &item.source, language, now)
        })
        .await
    }
}

/// The parts of an item that are compared, whether it comes from a source or from the store.
struct Read<'a> {
    source: &'a str,
    url: Option<Url>,
    title: &'a str,
    summary: &'a str,
    html: &'a str,
    language: &'a str,
    published: Option<DateTime<Utc>>,
    image: Option<Url>,
    alternates: &'a [Alternate],
}

fn profile(read: &Read<'_>) -> Profile {
    let text;
    let summary = if read.summary.is_empty() {
        text = crate::normalize::shorten(&plain(read.html), TEASER);
        &text
    } else {
        read.summary
    };
    let alternates: BTreeMap<String, Url> = read
        .alternates
        .iter()
        .map(|version| (version.language.tag().to_owned(), version.url.clone()))
        .collect();
    Profile::new(&Telling {
        source: read.source,
        url: read.url.as_ref(),
        title: read.title,
        summary,
        language: read.language,
        published: read.published,
        image: read.image.as_ref(),
        alternates: &alternates,
    })
}

/// A key as the index has it: 48 bits, so that a row is short. Two keys in one place cost a comparison, no more.
fn compact(key: &Key) -> i64 {
    let [a, b, c, d, e, f, ..] = key.0;
    i64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// The weeks since 1970, from its first Thursday on.
fn week(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(7 * 24 * 60 * 60)
}

/// How much an item has in common with another one, by the index.
#[derive(Default)]
struct Score {
    /// Each key that both have counts the more, the fewer have it.
    rarity: usize,
    /// How many keys they share, one of a place for [`ENOUGH`].
    keys: usize,
}

/// The statements of one poll.
pub(super) struct Index<'a> {
    connection: &'a Connection,
    find: CachedStatement<'a>,
    enter: CachedStatement<'a>,
}

impl<'a> Index<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Self, StoreError> {
        Ok(Self {
            connection,
            find: connection.prepare_cached(
                "SELECT items FROM sketch WHERE week = ?1 AND key = ?2",
            )?,
            enter: connection.prepare_cached(
                "INSERT INTO sketch (week, key, items) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET items = ?3",
            )?,
        })
    }

    /// Lets an item be found from now on.
    pub(super) fn enter(&mut self, row: i64, item: &Sketched) -> Result<(), StoreError> {
        for key in item.places.iter().chain(&item.topics) {
            let mut rows = self.find.query(params![item.week, key])?;
            let mut items = match rows.next()? {
                Some(row) => items(row)?.to_vec(),
                None => Vec::new(),
            };
            drop(rows);
            // What a key of a week leads to beyond what makes it common is never looked at.
            if items.len() < MANY * NUMBER && numbers(&items).all(|item| item != row) {
                items.extend(row.to_be_bytes());
                self.enter.execute(params![item.week, key, items])?;
            }
        }
        Ok(())
    }

    /// What an item is to the stories that are there.
    pub(super) fn kin(
        &mut self,
        item: &Sketched,
        source: &SourceId,
        language: &str,
        now: DateTime<Utc>,
    ) -> Result<Kin, StoreError> {
        let ranked = self.ranked(item, week(now))?;
        if ranked.is_empty() {
            return Ok(Kin::default());
        }
        let candidates = self.candidates(&ranked, source, language)?;
        Ok(alike::kin(&item.profile, &candidates))
    }

    /// The items that share keys with an item: each key counts the more, the fewer have it.
    fn ranked(&mut self, item: &Sketched, newest: i64) -> Result<Vec<i64>, StoreError> {
        // Divided by the number of those that have the key; a whole number, so that no order of adding matters.
        const KEY: usize = 1_000_000;
        // One word that more than four items have is shared by chance.
        const LEAST: usize = KEY / 4;
        // One that no more than three have may be all that two tellings share: the name of a thing rarely in the news.
        const RARE: usize = KEY / 3;
        // The index knows nothing of weeks to come.
        let weeks = AROUND.map(|apart| item.week + apart);
        let weeks = weeks.into_iter().filter(|week| *week <= newest);
        let mut scores: HashMap<i64, Score> = HashMap::new();
        let mut found = Vec::new();
        let places = item.places.iter().map(|key| (key, ENOUGH));
        let topics = item.topics.iter().map(|key| (key, 1));
        for (key, counts) in places.chain(topics) {
            found.clear();
            for week in weeks.clone() {
                let mut rows = self.find.query(params![week, key])?;
                if let Some(row) = rows.next()? {
                    found.extend(numbers(items(row)?));
                }
                // Enough of them to tell that the key tells nothing.
                if found.len() >= MANY {
                    break;
                }
            }
            if found.len() < MANY {
                for row in &found {
                    let score = scores.entry(*row).or_default();
                    score.rarity += KEY / found.len();
                    score.keys += counts;
                }
            }
        }
        let mut ranked: Vec<(i64, Score)> = scores
            .into_iter()
            .filter(|(_, score)| {
                score.rarity >= RARE || score.rarity >= LEAST && score.keys >= ENOUGH
            })
            .collect();
        ranked.sort_unstable_by_key(|(row, score)| (std::cmp::Reverse(score.rarity), *row));
        ranked.truncate(RANKED);
        Ok(ranked.into_iter().map(|(row, _)| row).collect())
    }

    /// The stories of these items, as far as one of this source and language may belong to them; those of the same
    /// site in another language first.
    fn candidates(
        &self,
        ranked: &[i64],
        source: &SourceId,
        language: &str,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT item.story, story.language, source.id AS source
             FROM item JOIN story ON story.number = item.story JOIN source ON source.number = item.source
             WHERE item.number = ?1",
        )?;
        let mut tellers = self.connection.prepare_cached(
            "SELECT 1 FROM item JOIN source ON source.number = item.source WHERE item.story = ?1 AND source.id = ?2",
        )?;
        let own = source.site_of(language);
        let mut stories: Vec<Candidate> = Vec::new();
        for item in ranked {
            // Only those of a source's own site would go before the ones that are there.
            let same = stories.iter().filter(|story| story.language == language);
            let same = same.count();
            if own.is_none() && same >= READ && stories.len() - same >= READ {
                break;
            }
            let mut rows = query.query([item])?;
            // An item may have been pruned since it was entered.
            let Some(row) = rows.next()? else { continue };
            let story: i64 = row.get("story")?;
            let its: String = row.get("language")?;
            if stories.iter().any(|known| known.story == story) {
                continue;
            }
            // A source tells a story once: what else it has is other news, whatever it looks like.
            if its == language && tellers.exists(params![story, source.0])? {
                continue;
            }
            let teller = SourceId(row.get("source")?);
            stories.push(Candidate {
                story,
                sisters: its != language && own.is_some() && own == teller.site_of(&its),
                language: its,
                tellings: Vec::new(),
            });
        }
        stories.sort_by_key(|story| !story.sisters);
        let (mut same, mut other) = (0, 0);
        stories.retain(|story| {
            let count = if story.language == language {
                &mut same
            } else {
                &mut other
            };
            *count += 1;
            *count <= READ
        });
        for story in &mut stories {
            story.tellings = self.tellings(story.story)?;
        }
        Ok(stories)
    }

    fn tellings(&self, story: i64) -> Result<Vec<Profile>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT {STORED} FROM item JOIN source ON source.number = item.source
             WHERE story = ?2 ORDER BY item.number LIMIT ?3"
        ))?;
        let rows = query.query_map(params![stored_text(), story, TELLINGS], stored)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// What is compared of stored items, with so much of their texts as the first parameter says.
const STORED: &str = "source.id AS source, item.url, item.title, summary,
    iif(summary = '', substr(html, 1, ?1), '') AS html, language, published, image, alternates";

fn stored_text() -> i64 {
    i64::try_from(TEXT).unwrap_or_default()
}

/// A row of [`STORED`].
fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<Profile> {
    let url = |text: Option<String>| text.and_then(|text| Url::parse(&text).ok());
    let text = |column: &str| row.get::<_, String>(column);
    Ok(profile(&Read {
        source: &text("source")?,
        url: url(row.get("url")?),
        title: &text("title")?,
        summary: &text("summary")?,
        html: &text("html")?,
        language: &text("language")?,
        published: maybe_time(row, "published")?,
        image: url(row.get("image")?),
        alternates: &list(row, "alternates")?,
    }))
}

/// The first column of a row, which has the numbers of items.
fn items<'row>(row: &'row rusqlite::Row<'_>) -> rusqlite::Result<&'row [u8]> {
    Ok(row.get_ref(0)?.as_blob()?)
}

fn numbers(items: &[u8]) -> impl Iterator<Item = i64> {
    let (numbers, _) = items.as_chunks::<NUMBER>();
    numbers.iter().map(|number| i64::from_be_bytes(*number))
}

/// Drops the weeks that lie too far before the newest one for another telling to come.
pub(super) fn prune(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM sketch WHERE week < (SELECT max(week) FROM sketch) - ?1")?
        .execute([KEPT])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::open::schema;
    use super::*;

    fn sketched(places: &[i64], topics: &[i64]) -> Sketched {
        let profile = profile(&Read {
            source: "agenzia",
            url: None,
            title: "",
            summary: "",
            html: "",
            language: "it",
            published: None,
            image: None,
            alternates: &[],
        });
        Sketched {
            profile,
            places: places.to_vec(),
            topics: topics.to_vec(),
            week: 100,
        }
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&schema()).unwrap();
        connection
    }

    #[test]
    fn one_place_or_two_topics_lead_to_an_item() {
        let connection = database();
        let mut index = Index::new(&connection).unwrap();
        index.enter(1, &sketched(&[], &[10, 11])).unwrap();
        for row in 2..5 {
            index.enter(row, &sketched(&[], &[10])).unwrap();
        }
        index.enter(5, &sketched(&[20], &[])).unwrap();
        let ranked = index.ranked(&sketched(&[20], &[10, 11]), 100).unwrap();
        assert_eq!(ranked, [1, 5]);
    }

    #[test]
    fn one_topic_leads_to_an_item_where_few_have_it() {
        let connection = database();
        let mut index = Index::new(&connection).unwrap();
        for row in 1..4 {
            index.enter(row, &sketched(&[], &[10])).unwrap();
        }
        let ranked = index.ranked(&sketched(&[], &[10]), 100).unwrap();
        assert_eq!(ranked, [1, 2, 3]);
    }

    #[test]
    fn a_key_that_many_items_have_leads_nowhere_and_takes_no_more_room() {
        let connection = database();
        let mut index = Index::new(&connection).unwrap();
        for row in 1..=200 {
            index.enter(row, &sketched(&[], &[10, 11])).unwrap();
        }
        let ranked = index.ranked(&sketched(&[], &[10, 11]), 100).unwrap();
        assert!(ranked.is_empty());
        let length = "SELECT count(*), max(length(items)) FROM sketch";
        let (rows, longest): (i64, i64) = connection
            .query_row(length, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!((rows, longest), (2, 41 * 8));
    }

    #[test]
    fn weeks_beyond_two_are_not_looked_at() {
        let connection = database();
        let mut index = Index::new(&connection).unwrap();
        for (row, week) in [(1, 97), (2, 98), (3, 101), (4, 102), (5, 103)] {
            let item = Sketched {
                week,
                ..sketched(&[20], &[])
            };
            index.enter(row, &item).unwrap();
        }
        let item = sketched(&[20], &[]);
        assert_eq!(index.ranked(&item, 103).unwrap(), [2, 3, 4]);
        assert_eq!(index.ranked(&item, 101).unwrap(), [2, 3]);
    }
}
