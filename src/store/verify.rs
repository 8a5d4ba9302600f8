//! Proving from the database, and from what stands in the published files, that nothing was published twice and that
//! all of it is accounted for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;
use uuid::Uuid;

use super::{Store, StoreError, find, open};
use crate::dedup;
use crate::model::{FeedId, Key};

/// So many faults of one kind are told one by one.
const TOLD: i64 = 20;

/// A promise that is broken, or something that breaks one sooner or later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What is wrong, and where.
    pub what: String,
    /// What can be done.
    pub remedy: &'static str,
}

/// An entry as it stands in a published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The file, below the publish folder.
    pub file: String,
    /// The feed whose file it is; nothing for a folder that no feed has any more.
    pub feed: Option<FeedId>,
    /// Its id, as written.
    pub id: String,
    /// Where it leads.
    pub link: Option<Url>,
    /// When it says that it was published.
    pub published: Option<DateTime<Utc>>,
}

/// What was looked at, in numbers, and what was wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// How many of each were looked at.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was wrong.
    pub faults: Vec<Fault>,
}

const RESTORE: &str = "restore the database from a backup; what is published stays as it is";
const WITHDRAW: &str =
    "see `rassegna why`; withdraw one of the two if readers see the same news twice";
const PUBLISH: &str = "`rassegna once`, or a restart of `rassegna run`, writes the files anew";

impl Store {
    /// From now on everything that is read is of one moment, whatever is written meanwhile.
    pub async fn begin_snapshot(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.execute_batch("BEGIN")?;
            // The moment is that of the first look.
            Ok(connection.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?)
        })
        .await
    }

    /// Ends what [`Self::begin_snapshot`] began.
    pub async fn end_snapshot(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.execute_batch("COMMIT")?))
            .await
    }

    /// Checks the database in itself, and against what was found in the published files.
    pub async fn prove(&self, seen: Vec<Seen>, now: DateTime<Utc>) -> Result<Proof, StoreError> {
        self.read(move |connection| {
            let mut proof = Proof::default();
            proof.whole(connection)?;
            proof.identities(connection)?;
            proof.ledgers(connection, now)?;
            proof.withdrawn(connection)?;
            for seen in &seen {
                proof.seen(connection, seen)?;
            }
            proof.count("entries in files", seen.len() as u64);
            Ok(proof)
        })
        .await
    }
}

impl Proof {
    fn fault(&mut self, what: String, remedy: &'static str) {
        self.faults.push(Fault { what, remedy });
    }

    fn count(&mut self, what: &'static str, many: u64) {
        self.counts.insert(what, many);
    }

    fn count_rows(
        &mut self,
        connection: &Connection,
        what: &'static str,
        table: &str,
    ) -> Result<(), StoreError> {
        let count: u32 =
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })?;
        self.count(what, count.into());
        Ok(())
    }

    /// A fault for each row of a query.
    fn each(
        &mut self,
        connection: &Connection,
        query: &str,
        remedy: &'static str,
        say: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<(), StoreError> {
        let mut query = connection.prepare(&format!("{query} LIMIT {TOLD}"))?;
        let rows = query.query_map([], |row| say(row))?;
        for what in rows {
            self.fault(what?, remedy);
        }
        Ok(())
    }

    /// The file itself: its pages, its references, its schema.
    fn whole(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut check = connection.prepare("PRAGMA quick_check(20)")?;
        let said = check.query_map([], |row| row.get::<_, String>(0))?;
        for what in said.collect::<rusqlite::Result<Vec<_>>>()? {
            if what != "ok" {
                self.fault(format!("the database is damaged: {what}"), RESTORE);
            }
        }
        let mut check = connection.prepare("PRAGMA foreign_key_check")?;
        let mut broken: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            *broken.entry((row.get(0)?, row.get(2)?)).or_default() += 1;
        }
        for ((table, parent), many) in broken {
            self.fault(
                format!("{many} rows of `{table}` refer to rows of `{parent}` that are not there"),
                RESTORE,
            );
        }
        let schema = |connection: &Connection| {
            let mut query = connection.prepare(
                "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
            )?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<BTreeMap<String, Option<String>>>>()
        };
        let (found, wanted) = (schema(connection)?, schema(&open::fresh()?)?);
        self.count("tables and indexes", wanted.len() as u64);
        for (name, sql) in &wanted {
            if found.get(name) != Some(sql) {
                self.fault(
                    format!("`{name}` of the database's schema is missing or was changed, so what it rules out can happen"),
                    RESTORE,
                );
            }
        }
        Ok(())
    }

    /// What identifies items, and to whom addresses belong.
    fn identities(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.count_rows(connection, "identity keys", "identity")?;
        self.count_rows(connection, "items", "item")?;
        self.count_rows(connection, "stories", "story")?;
        self.count_rows(connection, "addresses", "address")?;
        self.each(
            connection,
            "SELECT item.title, source.id FROM identity JOIN item ON item.number = identity.item
             JOIN source ON source.number = item.source WHERE identity.source <> item.source",
            RESTORE,
            |row| {
                let (title, source): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(format!(
                    "another source's key leads to \"{title}\" of {source}"
                ))
            },
        )?;
        self.each(
            connection,
            "SELECT item.title, source.id FROM item JOIN source ON source.number = item.source
             WHERE EXISTS (SELECT 1 FROM (SELECT item.guid_key AS key UNION ALL SELECT item.url_key UNION ALL SELECT item.anchor_key
                                          UNION ALL SELECT item.title_key UNION ALL SELECT item.said_key) AS own
                           WHERE own.key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM identity
                                  WHERE identity.source = item.source AND identity.key = own.key))",
            RESTORE,
            |row| {
                let (title, source): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(format!("\"{title}\" of {source} lacks an identity key, so it could come again as new"))
            },
        )?;
        // Who tells it does not matter, but an address has one story.
        self.each(
            connection,
            "SELECT item.title, item.url, other.entry FROM item LEFT JOIN address ON address.key = item.address
             LEFT JOIN story AS other ON other.number = address.story
             WHERE item.story IS NOT NULL AND item.address IS NOT NULL AND address.story IS NOT item.story",
            WITHDRAW,
            |row| {
                let (title, url): (String, Option<String>) = (row.get(0)?, row.get(1)?);
                let url = url.unwrap_or_default();
                Ok(match entry(row, 2)? {
                    Some(other) => format!("{url} of \"{title}\" is recorded for another entry, {other}"),
                    None => format!("{url} of \"{title}\" is not recorded for its entry"),
                })
            },
        )
    }

    /// What the feeds have had.
    fn ledgers(&mut self, connection: &Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.count_rows(connection, "feeds", "feed")?;
        self.count_rows(connection, "ledger entries", "ledger")?;
        self.each(
            connection,
            "SELECT feed, min(entry), max(entry) FROM ledger WHERE address IS NOT NULL GROUP BY feed, address HAVING count(*) > 1",
            WITHDRAW,
            |row| {
                let feed: String = row.get(0)?;
                let (one, other) = (entry(row, 1)?.unwrap_or_default(), entry(row, 2)?.unwrap_or_default());
                Ok(format!("feed {feed} has had one address under two entries: {one} and {other}"))
            },
        )?;
        self.each(
            connection,
            "SELECT ledger.feed, ledger.entry, story.entry FROM ledger JOIN story ON story.number = ledger.story
             WHERE ledger.entry <> story.entry",
            RESTORE,
            |row| {
                let feed: String = row.get(0)?;
                let (one, other) = (entry(row, 1)?.unwrap_or_default(), entry(row, 2)?.unwrap_or_default());
                Ok(format!("the ledger of feed {feed} says that {one} tells the story of {other}"))
            },
        )?;
        let late = (now + TimeDelta::days(1)).timestamp();
        self.each(
            connection,
            &format!(
                "SELECT ledger.feed, ledger.entry FROM ledger LEFT JOIN story ON story.number = ledger.story
                 WHERE ledger.first_published < story.opened OR ledger.first_published > {late}"
            ),
            "check the clock of this machine; the order of the feed is not what it was",
            |row| {
                let feed: String = row.get(0)?;
                let one = entry(row, 1)?.unwrap_or_default();
                Ok(format!("{one} is said to have come into feed {feed} before it was known, or in the future"))
            },
        )?;
        self.each(
            connection,
            "SELECT entry FROM story WHERE published > opened",
            "check the clock of this machine",
            |row| {
                Ok(format!(
                    "{} is dated after its first publication",
                    entry(row, 0)?.unwrap_or_default()
                ))
            },
        )
    }

    /// What was withdrawn is not there.
    fn withdrawn(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.count_rows(connection, "withdrawn keys", "withdrawn")?;
        const AGAIN: &str = "withdraw it again";
        self.each(
            connection,
            "SELECT story.entry FROM story JOIN withdrawn ON withdrawn.key = story.entry",
            AGAIN,
            |row| {
                Ok(format!(
                    "{} was withdrawn, and is stored",
                    entry(row, 0)?.unwrap_or_default()
                ))
            },
        )?;
        self.each(
            connection,
            "SELECT item.title, item.url FROM item JOIN withdrawn ON withdrawn.key = item.address",
            AGAIN,
            |row| {
                let (title, url): (String, Option<String>) = (row.get(0)?, row.get(1)?);
                Ok(format!(
                    "{} was withdrawn, and is stored as \"{title}\"",
                    url.unwrap_or_default()
                ))
            },
        )
    }

    /// One entry of a published file.
    fn seen(&mut self, connection: &Connection, seen: &Seen) -> Result<(), StoreError> {
        let Seen { file, id, .. } = seen;
        let Ok(entry) = Uuid::parse_str(id) else {
            if seen.feed.is_some() {
                self.fault(
                    format!("{file}: `{id}` is no id that rassegna gives"),
                    PUBLISH,
                );
            }
            return Ok(());
        };
        let page = seen.link.as_ref().map(dedup::page);
        let mut withdrawn = find::withdrawn_at(connection, entry.as_bytes())?.is_some();
        if let Some(page) = page {
            withdrawn |= find::withdrawn_at(connection, page)?.is_some();
        }
        if withdrawn {
            let remedy = if seen.feed.is_some() {
                PUBLISH
            } else {
                "no feed is published there any more: delete the file"
            };
            self.fault(
                format!("{file}: {id} was withdrawn, and stands there"),
                remedy,
            );
            return Ok(());
        }
        let Some(feed) = &seen.feed else {
            return Ok(());
        };
        let hidden: Option<bool> = connection
            .prepare_cached("SELECT hidden FROM ledger WHERE feed = ?1 AND entry = ?2")?
            .query_row(params![feed.0, entry.as_bytes()], |row| row.get(0))
            .optional()?;
        match hidden {
            None => self.fault(
                format!("{file}: {id} is not in the ledger of feed {feed}, so it could come again as new"),
                "restore the database from a backup that has it; else withdraw the entry if it should not come again",
            ),
            Some(true) => self.fault(
                format!("{file}: {id} does not belong to feed {feed} by its filter"),
                PUBLISH,
            ),
            Some(false) => {}
        }
        let published: Option<i64> = connection
            .prepare_cached("SELECT published FROM story WHERE entry = ?1")?
            .query_row([entry.as_bytes()], |row| row.get(0))
            .optional()?;
        if let (Some(told), Some(known)) = (seen.published, published)
            && told.timestamp() != known
        {
            self.fault(
                format!("{file}: {id} is dated {told}, and was published under another date"),
                PUBLISH,
            );
        }
        let owner: Option<Option<Vec<u8>>> = connection
            .prepare_cached(
                "SELECT story.entry FROM address LEFT JOIN story ON story.number = address.story WHERE address.key = ?1",
            )?
            .query_row([page.unwrap_or(Key([0; 16]))], |row| row.get(0))
            .optional()?;
        let archived = connection
            .prepare_cached("SELECT 1 FROM kept WHERE entry = ?1")?
            .exists([entry.as_bytes()])?;
        if let (Some(owner), Some(link)) = (owner, &seen.link)
            && owner.as_deref() != Some(entry.as_bytes())
            // The archives show what was dropped from the store.
            && !(owner.is_none() && archived)
        {
            let whose = match owner.and_then(|owner| Uuid::from_slice(&owner).ok()) {
                Some(other) => format!("of {}", other.urn()),
                None => "of an entry that is not stored any more".to_owned(),
            };
            self.fault(
                format!("{file}: {id} has the address {whose}: {link}"),
                PUBLISH,
            );
        }
        Ok(())
    }
}

/// The id of an entry, as it is published.
fn entry(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    let entry = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    Ok(entry.map(|entry| entry.urn().to_string()))
}
