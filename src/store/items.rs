//! Recording a poll: looking up, placing and writing in one transaction, with the source's state and validators.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use url::Url;

use super::rows::json;
use super::{Store, StoreError};
use crate::dedup::{self, Keys, Known, Memory, Owner, Placed, Trace, Verdict};
use crate::extract::Rate;
use crate::model::{Item, Key, Kind, SourceId, Validators};

/// What a poll of a source came to.
#[derive(Debug, Clone)]
pub struct Poll {
    /// Which source.
    pub source: SourceId,
    /// The rules that it was read under.
    pub rules: Key,
    /// Its time zone, for items without a date.
    pub timezone: Tz,
    /// When it was fetched.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a poll.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A document with items.
    Read(Box<Fetched>),
    /// `304 Not Modified`, with whatever validators it carried.
    NotModified(Validators),
    /// The very bytes of last time, although sent again.
    Identical(Validators),
    /// Nothing that can be used.
    Failed {
        /// What happened, for people.
        error: String,
        /// A host that asked us to wait, and until when.
        wait: Option<(String, DateTime<Utc>)>,
    },
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What it was read as.
    pub kind: Kind,
    /// The announced feed that it came from, if it is not the configured page.
    pub feed_url: Option<Url>,
    /// Its validators.
    pub validators: Validators,
    /// The digest of its body.
    pub body: Key,
    /// Its items.
    pub items: Vec<Item>,
    /// How many of them had each field.
    pub rates: Vec<Rate>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// It was cut short.
    pub partial: bool,
}

/// What a poll changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The rules changed while it was under way: nothing was taken from it.
    pub stale: bool,
    /// The answer was the same as last time.
    pub unchanged: bool,
    /// The poll failed.
    pub failed: bool,
    /// Items in the document.
    pub listed: usize,
    /// Stories opened.
    pub new: usize,
    /// Items that joined a story of another source.
    pub joined: usize,
    /// Items changed in place, moved ones included.
    pub edited: usize,
    /// Items remembered and not published, because they were there before we came.
    pub seen: usize,
    /// When the source is due again.
    pub next_run: DateTime<Utc>,
}

impl Recorded {
    /// Whether a feed may have changed.
    #[must_use]
    pub fn matters(&self) -> bool {
        self.new + self.joined + self.edited > 0
    }
}

impl Store {
    /// Records a poll. `next` says when the source is due again, given its failures in a row.
    pub async fn record(
        &self,
        poll: Poll,
        next: impl FnOnce(u32) -> DateTime<Utc> + Send + 'static,
    ) -> Result<Recorded, StoreError> {
        self.write(move |connection| record(connection, poll, next))
            .await
    }
}

fn record(
    connection: &Connection,
    poll: Poll,
    next: impl FnOnce(u32) -> DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT number, rules, failures, first_success FROM source WHERE id = ?1",
    )?;
    let row = query
        .query_row([&poll.source.0], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Key>(1)?,
                row.get::<_, u32>(2)?,
                row.get::<_, Option<i64>>(3)?,
            ))
        })
        .optional()?;
    let Some((number, _, failures, first_success)) =
        row.filter(|(_, rules, ..)| *rules == poll.rules)
    else {
        return Ok(Recorded {
            stale: true,
            next_run: poll.at,
            ..Recorded::default()
        });
    };
    let at = poll.at.timestamp();
    let mut recorded = Recorded::default();
    let failures = if matches!(poll.outcome, Outcome::Failed { .. }) {
        failures.saturating_add(1)
    } else {
        0
    };
    recorded.next_run = next(failures);
    match poll.outcome {
        Outcome::Failed { error, wait } => {
            recorded.failed = true;
            connection
                .prepare_cached("UPDATE source SET last_attempt = ?2, failures = ?3, error = ?4, next_run = ?5 WHERE number = ?1")?
                .execute(params![number, at, failures, error, recorded.next_run.timestamp()])?;
            if let Some((host, until)) = wait {
                connection
                    .prepare_cached("INSERT INTO host (name, until) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET until = max(until, ?2)")?
                    .execute(params![host, until.timestamp()])?;
            }
        }
        Outcome::NotModified(validators) | Outcome::Identical(validators) => {
            recorded.unchanged = true;
            // What a 304 leaves out still holds (RFC 9111 §4.3.4).
            connection
                .prepare_cached(
                    "UPDATE source SET last_attempt = ?2, last_success = ?2, failures = 0, error = NULL, next_run = ?3,
                            etag = coalesce(?4, etag), last_modified = coalesce(?5, last_modified) WHERE number = ?1",
                )?
                .execute(params![number, at, recorded.next_run.timestamp(), validators.etag, validators.last_modified])?;
        }
        Outcome::Read(fetched) => {
            let fetch = dedup::Fetch {
                first: first_success.is_none(),
                partial: fetched.partial,
                now: poll.at,
            };
            recorded.listed = fetched.items.len();
            let keys = dedup::keys(&fetched.items);
            let memory = recall(connection, number, &keys)?;
            let placed = dedup::place(fetched.items, keys, &memory, fetch);
            Writing::new(connection, number, poll.timezone, poll.at)?.write(
                &placed,
                &memory,
                &mut recorded,
            )?;
            connection
                .prepare_cached(
                    "UPDATE source SET last_attempt = ?2, last_success = ?2, first_success = coalesce(first_success, ?2),
                            last_new = iif(?3, ?2, last_new), failures = 0, error = NULL, next_run = ?4, kind = ?5, feed_url = ?6,
                            etag = ?7, last_modified = ?8, body = ?9, whole_at = ?2, listed = ?10, rates = ?11, warnings = ?12
                     WHERE number = ?1",
                )?
                .execute(params![
                    number,
                    at,
                    recorded.new + recorded.joined > 0,
                    recorded.next_run.timestamp(),
                    fetched.kind.as_str(),
                    fetched.feed_url.as_ref().map(Url::as_str),
                    // A document that was cut short is asked for again.
                    fetched.validators.etag.filter(|_| !fetched.partial),
                    fetched.validators.last_modified.filter(|_| !fetched.partial),
                    (!fetched.partial).then_some(fetched.body),
                    u32::try_from(recorded.listed).unwrap_or(u32::MAX),
                    json(&fetched.rates),
                    json(&fetched.warnings),
                ])?;
        }
    }
    Ok(recorded)
}

/// Everything that is known of the items with these keys.
fn recall(connection: &Connection, source: i64, keys: &[Keys]) -> Result<Memory, StoreError> {
    let mut memory = Memory::default();
    let mut by_key =
        connection.prepare_cached("SELECT item FROM identity WHERE source = ?1 AND key = ?2")?;
    let mut by_row = connection.prepare_cached(
        "SELECT guid_key, url_key, anchor_key, title_key, address, title, content, story FROM item WHERE number = ?1",
    )?;
    let mut by_address = connection.prepare_cached("SELECT story FROM address WHERE key = ?1")?;
    for key in keys.iter().flat_map(Keys::all) {
        let found: Option<Option<i64>> = by_key
            .query_row(params![source, key], |row| row.get(0))
            .optional()?;
        let Some(found) = found else { continue };
        memory
            .traces
            .insert(key, found.map_or(Trace::Forgotten, Trace::Item));
        let Some(item) = found.filter(|item| !memory.items.contains_key(item)) else {
            continue;
        };
        let known = by_row.query_row([item], |row| {
            let keys = Keys {
                guid: row.get(0)?,
                url: row.get(1)?,
                anchored: row.get(2)?,
                title_day: row.get(3)?,
                address: row.get(4)?,
            };
            Ok(Known {
                item,
                keys,
                title: row.get(5)?,
                content: row.get(6)?,
                told: row.get::<_, Option<i64>>(7)?.is_some(),
            })
        })?;
        memory.items.insert(item, known);
    }
    for key in keys.iter().filter_map(|keys| keys.address) {
        let found: Option<Option<i64>> =
            by_address.query_row([key], |row| row.get(0)).optional()?;
        if let Some(found) = found {
            memory
                .owners
                .insert(key, found.map_or(Owner::Forgotten, Owner::Story));
        }
    }
    Ok(memory)
}

/// The statements that write one poll's items.
struct Writing<'a> {
    connection: &'a Connection,
    source: i64,
    timezone: Tz,
    now: DateTime<Utc>,
    revision: i64,
    identify: CachedStatement<'a>,
    claim: CachedStatement<'a>,
}

impl<'a> Writing<'a> {
    fn new(
        connection: &'a Connection,
        source: i64,
        timezone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        // Stories are pruned, so the newest that is left may be older than what the feeds have reviewed.
        let revision = connection.query_row(
            "SELECT max((SELECT coalesce(max(revision), 0) FROM story), (SELECT coalesce(max(reviewed), 0) FROM feed)) + 1",
            [],
            |row| row.get(0),
        )?;
        let identify = connection.prepare_cached(
            "INSERT INTO identity (source, key, item) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?;
        let claim = connection.prepare_cached(
            "INSERT INTO address (key, story) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?;
        Ok(Self {
            connection,
            source,
            timezone,
            now,
            revision,
            identify,
            claim,
        })
    }

    fn write(
        mut self,
        placed: &[Placed],
        memory: &Memory,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        for placed in placed {
            match placed.verdict {
                Verdict::New => {
                    let Some(story) = self.open(placed)? else {
                        continue;
                    };
                    self.insert(placed, Some(story))?;
                    recorded.new += 1;
                }
                Verdict::Seen => {
                    self.insert(placed, None)?;
                    recorded.seen += 1;
                }
                Verdict::Joins(story) => {
                    self.insert(placed, Some(story))?;
                    self.touch(story, None)?;
                    recorded.joined += 1;
                }
                Verdict::Same(row) => self.see(row)?,
                Verdict::Edited(row) | Verdict::Moved(row) => {
                    let known = memory.items.get(&row);
                    let story = self.rewrite(row, placed, memory)?;
                    let changed =
                        known.is_none_or(|known| known.content != dedup::content(&placed.item));
                    if let Some(story) = story {
                        self.touch(story, changed.then(|| self.changed_at(&placed.item)))?;
                        recorded.edited += 1;
                    }
                }
                Verdict::Forgotten => self.bury(placed)?,
                Verdict::Repeated | Verdict::Held => {}
            }
        }
        Ok(())
    }

    /// When an edit happened: as the source says, if that can be, else now.
    fn changed_at(&self, item: &Item) -> DateTime<Utc> {
        let published = item.published.as_ref().map(|dated| dated.at.to_utc());
        item.updated
            .filter(|at| *at <= self.now && published.is_none_or(|published| *at >= published))
            .unwrap_or(self.now)
    }

    fn open(&mut self, placed: &Placed) -> Result<Option<i64>, StoreError> {
        let item = &placed.item;
        let dated = dedup::fixed(item, self.timezone, self.now);
        let published = dated.at.to_utc();
        let updated = item
            .updated
            .filter(|at| *at <= self.now)
            .map_or(published, |at| at.max(published));
        let entry = dedup::entry_id(&item.source, &placed.keys);
        let opened = self
            .connection
            .prepare_cached(
                "INSERT INTO story (entry, language, published, zone, precision, opened, updated, revision, revised)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                entry.as_bytes(),
                item.language.tag(),
                published.timestamp(),
                dated.at.timezone().name(),
                dated.precision.as_str(),
                self.now.timestamp(),
                updated.timestamp(),
                self.revision,
            ])?;
        // An id that was published once is never given to another story.
        if opened == 0 {
            return Ok(None);
        }
        self.revision += 1;
        let story = self.connection.last_insert_rowid();
        if let Some(address) = placed.keys.address {
            self.claim.execute(params![address, story])?;
        }
        Ok(Some(story))
    }

    fn insert(&mut self, placed: &Placed, story: Option<i64>) -> Result<(), StoreError> {
        let (item, keys) = (&placed.item, &placed.keys);
        let dated = dedup::fixed(item, self.timezone, self.now);
        self.connection
            .prepare_cached(
                "INSERT INTO item (source, story, guid_key, url_key, anchor_key, title_key, address, content, guid, url, title, summary,
                                   html, image, authors, categories, enclosures, language, rights, published, precision, place,
                                   date_text, updated, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                         ?24, ?25, ?25)",
            )?
            .execute(params![
                self.source,
                story,
                keys.guid,
                keys.url,
                keys.anchored,
                keys.title_day,
                keys.address,
                dedup::content(item),
                item.guid,
                item.url.as_ref().map(Url::as_str),
                item.title,
                item.summary,
                item.html,
                item.image.as_ref().map(Url::as_str),
                json(&item.authors),
                json(&item.categories),
                json(&item.enclosures),
                item.language.tag(),
                item.rights,
                dated.at.timestamp(),
                dated.precision.as_str(),
                serde_json::to_string(&dated.place).unwrap_or_default().trim_matches('"'),
                dated.text,
                item.updated.map(|at| at.timestamp()),
                self.now.timestamp(),
            ])?;
        let row = self.connection.last_insert_rowid();
        for key in keys.all() {
            self.identify.execute(params![self.source, key, row])?;
        }
        Ok(())
    }

    /// Gives an item its new text and, where it moved, its new keys; gives its story.
    fn rewrite(
        &mut self,
        row: i64,
        placed: &Placed,
        memory: &Memory,
    ) -> Result<Option<i64>, StoreError> {
        let (item, keys) = (&placed.item, &placed.keys);
        let story: Option<i64> = self
            .connection
            .prepare_cached("SELECT story FROM item WHERE number = ?1")?
            .query_row([row], |r| r.get(0))?;
        let owner = keys.address.and_then(|address| memory.owners.get(&address));
        // An address that another story has is not adopted: no two entries may have one address.
        let free = match (owner, story) {
            (None, _) => true,
            (Some(Owner::Story(owner)), Some(story)) => *owner == story,
            (Some(_), _) => false,
        };
        self.connection
            .prepare_cached(
                "UPDATE item SET guid_key = ?2, url_key = ?3, anchor_key = ?4, title_key = coalesce(?5, title_key), content = ?6,
                        guid = ?7, title = ?8, summary = ?9, html = ?10, image = ?11, authors = ?12, categories = ?13,
                        enclosures = ?14, rights = ?15, updated = ?16, last_seen = ?17,
                        address = iif(?18, ?19, address), url = iif(?18, ?20, url)
                 WHERE number = ?1",
            )?
            .execute(params![
                row,
                keys.guid,
                keys.url,
                keys.anchored,
                keys.title_day,
                dedup::content(item),
                item.guid,
                item.title,
                item.summary,
                item.html,
                item.image.as_ref().map(Url::as_str),
                json(&item.authors),
                json(&item.categories),
                json(&item.enclosures),
                item.rights,
                item.updated.map(|at| at.timestamp()),
                self.now.timestamp(),
                free,
                keys.address,
                item.url.as_ref().map(Url::as_str),
            ])?;
        for key in keys.all() {
            self.identify.execute(params![self.source, key, row])?;
        }
        if let (true, Some(story), Some(address)) = (free, story, keys.address) {
            self.claim.execute(params![address, story])?;
        }
        Ok(story)
    }

    /// Remembers what an item is known by now, although the item itself was dropped: it stays out.
    fn bury(&mut self, placed: &Placed) -> Result<(), StoreError> {
        for key in placed.keys.all() {
            self.identify
                .execute(params![self.source, key, None::<i64>])?;
        }
        if let Some(address) = placed.keys.address {
            self.claim.execute(params![address, None::<i64>])?;
        }
        Ok(())
    }

    /// Marks a story as changed, for the feeds that have it.
    fn touch(&mut self, story: i64, updated: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE story SET revision = ?2, revised = ?3, updated = max(updated, coalesce(?4, updated)) WHERE number = ?1")?
            .execute(params![story, self.revision, self.now.timestamp(), updated.map(|at| at.timestamp())])?;
        self.revision += 1;
        Ok(())
    }

    /// An item that is still listed; once a day is enough to know.
    fn see(&mut self, row: i64) -> Result<(), StoreError> {
        const DAY: i64 = 24 * 60 * 60;
        self.connection
            .prepare_cached("UPDATE item SET last_seen = ?2 WHERE number = ?1 AND last_seen < ?3")?
            .execute(params![
                row,
                self.now.timestamp(),
                self.now.timestamp() - DAY
            ])?;
        Ok(())
    }
}
