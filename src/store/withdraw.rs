//! Withdrawing for good: an entry, what stands at an address, or all that a source told. Its texts are deleted; keys
//! stay, from which nothing can be read, and keep it out whoever tells it again.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::{Store, StoreError, find};
use crate::dedup;
use crate::model::{Key, SourceId};

/// What its source has removed may come back by mistake or by a repair within this time; then it stays.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// What is to be withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aim {
    /// The story of an entry, with all who tell it.
    Entry(Uuid),
    /// What stands at an address, whoever tells it.
    Url(Url),
    /// All that a source has told.
    Source(SourceId),
}

/// One telling that would be withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aimed {
    /// Who tells it.
    pub source: SourceId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub url: Option<String>,
    /// The entry that it is part of; nothing where it was never published.
    pub entry: Option<Uuid>,
}

/// What was withdrawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Entries that are gone.
    pub entries: usize,
    /// Tellings that are gone, those of these entries too.
    pub tellings: usize,
    /// Items that waited for their articles.
    pub waiting: usize,
}

impl Withdrawn {
    /// Whether there was nothing to withdraw.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.tellings + self.waiting == 0
    }
}

impl Store {
    /// What an aim would withdraw, and how many items that wait for their articles.
    pub async fn aimed(&self, aim: Aim) -> Result<(Vec<Aimed>, usize), StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT source.id, item.title, item.url, story.entry FROM item JOIN source ON source.number = item.source
                 LEFT JOIN story ON story.number = item.story WHERE item.number = ?1",
            )?;
            let mut tellings = Vec::new();
            for item in items(connection, &aim)? {
                tellings.push(query.query_row([item], |row| {
                    let entry: Option<Vec<u8>> = row.get(3)?;
                    Ok(Aimed {
                        source: SourceId(row.get(0)?),
                        title: row.get(1)?,
                        url: row.get(2)?,
                        entry: entry.and_then(|entry| Uuid::from_slice(&entry).ok()),
                    })
                })?);
            }
            Ok((tellings, waiting(connection, &aim)?.len()))
        })
        .await
    }

    /// Withdraws, for good: no text of it is left in the database or its log.
    pub async fn withdraw(&self, aim: Aim, now: DateTime<Utc>) -> Result<Withdrawn, StoreError> {
        self.erase(move |connection| withdraw(connection, &aim, now))
            .await
    }

    /// Withdraws what a source has removed a while ago and not brought back; gives how many tellings that are.
    pub async fn withdraw_removed(
        &self,
        source: &SourceId,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let source = source.clone();
        let removed = move |connection: &Connection| {
            find::numbers(
                connection,
                "SELECT item.number FROM source JOIN item ON item.source = source.number
                 WHERE source.id = ?1 AND item.gone IS NOT NULL AND item.gone <= ?2 AND source.last_success > item.gone",
                params![source.0, (now - GRACE).timestamp()],
            )
        };
        // Most polls find nothing; then there is nothing to write either.
        if self.read(removed.clone()).await?.is_empty() {
            return Ok(0);
        }
        self.erase(move |connection| {
            let mut gone = Gone::new(connection, now);
            for item in removed(connection)? {
                gone.drop_item(item)?;
            }
            Ok(gone.finish()?.tellings)
        })
        .await
    }
}

fn withdraw(
    connection: &Connection,
    aim: &Aim,
    now: DateTime<Utc>,
) -> Result<Withdrawn, StoreError> {
    let mut gone = Gone::new(connection, now);
    for item in items(connection, aim)? {
        gone.drop_item(item)?;
    }
    for (source, article) in waiting(connection, aim)? {
        gone.drop_waiting(source, article)?;
    }
    match aim {
        // What is not in the store any more stays out as well, and is known for withdrawn.
        Aim::Entry(entry) => {
            gone.forget_entry(*entry)?;
            let archived = "DELETE FROM kept WHERE entry = ?1";
            connection
                .prepare_cached(archived)?
                .execute([entry.as_bytes().as_slice()])?;
        }
        Aim::Url(url) => {
            let page = dedup::page(url);
            gone.addresses.insert(page);
            let archived = "DELETE FROM kept WHERE entry IN (SELECT entry FROM feed CROSS JOIN ledger ON ledger.feed = feed.id AND address = ?1)";
            connection.prepare_cached(archived)?.execute([page])?;
        }
        Aim::Source(_) => {}
    }
    gone.finish()
}

/// The items that an aim means.
fn items(connection: &Connection, aim: &Aim) -> Result<Vec<i64>, StoreError> {
    match aim {
        Aim::Entry(entry) => {
            let mut found = find::of_entry(connection, *entry)?;
            // What others have listed there and was never published goes with it.
            let mut query = connection
                .prepare_cached("SELECT url FROM item WHERE number = ?1 AND url IS NOT NULL")?;
            let mut unpublished =
                connection.prepare_cached("SELECT story IS NULL FROM item WHERE number = ?1")?;
            for item in found.clone() {
                let url: Option<String> = query.query_row([item], |row| row.get(0)).optional()?;
                let Some(url) = url.and_then(|url| Url::parse(&url).ok()) else {
                    continue;
                };
                for other in find::at_address(connection, &url)? {
                    if unpublished.query_row([other], |row| row.get(0))? {
                        found.push(other);
                    }
                }
            }
            found.sort_unstable();
            found.dedup();
            Ok(found)
        }
        Aim::Url(url) => find::at_address(connection, url),
        Aim::Source(source) => find::numbers(
            connection,
            "SELECT item.number FROM source JOIN item ON item.source = source.number WHERE source.id = ?1 ORDER BY item.number",
            [&source.0],
        ),
    }
}

/// The items that an aim means among those that wait for their articles: source and article of each.
fn waiting(connection: &Connection, aim: &Aim) -> Result<Vec<(i64, Key)>, StoreError> {
    let page = match aim {
        Aim::Url(url) => Some(dedup::page(url)),
        Aim::Source(_) => None,
        Aim::Entry(_) => return Ok(Vec::new()),
    };
    let found = find::waiting(connection)?.into_iter();
    let found = found.filter(|(_, article, _, item)| match aim {
        Aim::Source(source) => item.source == *source,
        _ => Some(*article) == page,
    });
    Ok(found
        .map(|(source, article, _, _)| (source, article))
        .collect())
}

/// What goes, while it goes.
struct Gone<'a> {
    connection: &'a Connection,
    now: i64,
    /// The sources that lost something.
    sources: BTreeSet<i64>,
    /// The stories that lost a telling.
    stories: BTreeSet<i64>,
    /// The addresses that were lost with them.
    addresses: BTreeSet<Key>,
    withdrawn: Withdrawn,
}

impl<'a> Gone<'a> {
    fn new(connection: &'a Connection, now: DateTime<Utc>) -> Self {
        Self {
            connection,
            now: now.timestamp(),
            sources: BTreeSet::new(),
            stories: BTreeSet::new(),
            addresses: BTreeSet::new(),
            withdrawn: Withdrawn::default(),
        }
    }

    /// Deletes an item; its identity keys stay, without it.
    fn drop_item(&mut self, item: i64) -> Result<(), StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT source, story, address FROM item WHERE number = ?1")?;
        let (source, story, address): (i64, Option<i64>, Option<Key>) =
            query.query_row([item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        self.connection
            .prepare_cached("DELETE FROM item WHERE number = ?1")?
            .execute([item])?;
        self.sources.insert(source);
        self.stories.extend(story);
        self.addresses.extend(address);
        self.withdrawn.tellings += 1;
        Ok(())
    }

    /// Deletes an item that waits for its article.
    fn drop_waiting(&mut self, source: i64, article: Key) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE followed SET item = NULL WHERE source = ?1 AND key = ?2")?
            .execute(params![source, article])?;
        self.sources.insert(source);
        // An article is known by the address that was listed.
        self.addresses.insert(article);
        self.withdrawn.waiting += 1;
        Ok(())
    }

    /// Deletes the stories that nobody tells any more, and makes the other ones' next tellers lead; forgets the
    /// addresses that nobody has any more, and what their articles said.
    fn finish(mut self) -> Result<Withdrawn, StoreError> {
        let told = "SELECT EXISTS (SELECT 1 FROM item WHERE story = ?1)";
        for story in std::mem::take(&mut self.stories) {
            let mut told = self.connection.prepare_cached(told)?;
            if told.query_row([story], |row| row.get(0))? {
                self.touch(story)?;
                continue;
            }
            let mut query = self
                .connection
                .prepare_cached("SELECT entry FROM story WHERE number = ?1")?;
            let entry: Vec<u8> = query.query_row([story], |row| row.get(0))?;
            self.mark(entry)?;
            // The former addresses of a story that is gone go too.
            let mut query = self
                .connection
                .prepare_cached("SELECT key FROM address WHERE story = ?1")?;
            let former = query.query_map([story], |row| row.get(0))?;
            self.addresses
                .extend(former.collect::<rusqlite::Result<Vec<Key>>>()?);
            self.connection
                .prepare_cached("DELETE FROM story WHERE number = ?1")?
                .execute([story])?;
            self.withdrawn.entries += 1;
        }
        for address in std::mem::take(&mut self.addresses) {
            self.forget_address(address)?;
        }
        self.drop_answers()?;
        Ok(self.withdrawn)
    }

    /// Deletes what the sources answered: the texts stand in it among others.
    fn drop_answers(&self) -> Result<(), StoreError> {
        for source in &self.sources {
            self.connection
                .prepare_cached("DELETE FROM answer WHERE source = ?1")?
                .execute([source])?;
        }
        Ok(())
    }

    /// A story that goes on without one of its tellings changes now, for all who read it.
    fn touch(&self, story: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE story SET revised = ?2, updated = max(updated, ?2), revision =
                        max((SELECT coalesce(max(revision), 0) FROM story), (SELECT coalesce(max(reviewed), 0) FROM feed)) + 1
                 WHERE number = ?1",
            )?
            .execute(params![story, self.now])?;
        Ok(())
    }

    /// Makes an address nobody's for ever, unless another telling that stays is there, and forgets what its article said.
    fn forget_address(&self, address: Key) -> Result<(), StoreError> {
        let mut taken = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM address JOIN item ON item.story = address.story AND item.address = address.key
                            WHERE address.key = ?1)",
        )?;
        if taken.query_row([address], |row| row.get(0))? {
            return Ok(());
        }
        // An item is listed under the address of its article, and has the one that the article gives itself.
        let mut listed = self.connection.prepare_cached(
            "SELECT key FROM article WHERE key = ?1 OR canonical = ?1 AND said ->> '$.url' IS NOT NULL",
        )?;
        let listed = listed.query_map([address], |row| row.get(0))?;
        for article in listed.collect::<rusqlite::Result<Vec<Key>>>()? {
            self.connection
                .prepare_cached(
                    "UPDATE article SET said = NULL, trouble = NULL, asked = NULL, settled = coalesce(settled, ?2) WHERE key = ?1",
                )?
                .execute(params![article, self.now])?;
            self.close_address(article)?;
        }
        self.close_address(address)
    }

    fn close_address(&self, address: Key) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO address (key, story) VALUES (?1, NULL) ON CONFLICT (key) DO UPDATE SET story = NULL",
            )?
            .execute([address])?;
        self.mark(address)
    }

    /// An entry that is not in the store any more, but in a ledger, counts as withdrawn from now on.
    fn forget_entry(&self, entry: Uuid) -> Result<(), StoreError> {
        let published: bool = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM feed CROSS JOIN ledger ON ledger.feed = feed.id AND entry = ?1)")?
            .query_row([entry.as_bytes()], |row| row.get(0))?;
        if published {
            self.mark(entry.as_bytes())?;
        }
        Ok(())
    }

    fn mark(&self, key: impl rusqlite::ToSql) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO withdrawn (key, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![key, self.now])?;
        Ok(())
    }
}
