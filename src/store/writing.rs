//! Writing what was placed: stories opened and touched, items inserted and rewritten, keys and addresses kept.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use url::Url;

use super::StoreError;
use super::alike::{Index, Sketched};
use super::course::Course;
use super::held;
use super::polls::Recorded;
use super::rows::json;
use super::translations;
use crate::dedup::{self, Keys, Memory, Owner, Placed, Policy, Verdict};
use crate::extract::text::plain;
use crate::model::Item;

/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// So many former texts of an item are kept: the first, and the newest of the others.
const REVISIONS: i64 = 10;

/// Why an item tells the story of another source that is where it is.
pub(super) const ONE_ADDRESS: &str = "both are at one address";

/// The number that the next change of a story gets. Stories are pruned, so the newest that is left may be older than
/// what the feeds have reviewed.
pub(super) fn next_revision(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT max((SELECT coalesce(max(revision), 0) FROM story), (SELECT coalesce(max(reviewed), 0) FROM feed)) + 1",
    )?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// The statements that write one poll's items.
pub(super) struct Writing<'a> {
    connection: &'a Connection,
    source: i64,
    policy: Policy,
    timezone: Tz,
    now: DateTime<Utc>,
    /// When what changes is published.
    published: DateTime<Utc>,
    revision: i64,
    identify: CachedStatement<'a>,
    claim: CachedStatement<'a>,
    index: Index<'a>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        course: &Course,
        timezone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let revision = next_revision(connection)?;
        let identify = connection.prepare_cached(
            "INSERT INTO identity (source, key, item) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?;
        let claim = connection.prepare_cached(
            "INSERT INTO address (key, story) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?;
        Ok(Self {
            connection,
            source: course.number,
            policy: course.policy,
            timezone,
            now,
            published: now,
            revision,
            identify,
            claim,
            index: Index::new(connection, now)?,
        })
    }

    /// The same, for what was fetched earlier than it is published.
    pub(super) fn published(self, at: DateTime<Utc>) -> Self {
        Self {
            published: at,
            ..self
        }
    }

    /// Does what each verdict says, and counts it.
    pub(super) fn write(
        &mut self,
        placed: &[Placed],
        memory: &Memory,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        for placed in placed {
            match placed.verdict {
                Verdict::New => self.admit(placed, recorded)?,
                Verdict::Seen => {
                    self.insert(placed, None, None)?;
                    recorded.seen += 1;
                }
                Verdict::Joins(story) => {
                    let sketched = self.sketched(placed)?;
                    self.join(placed, &sketched, story, ONE_ADDRESS)?;
                    recorded.joined += 1;
                }
                Verdict::Withheld => {
                    let row = self.insert(placed, None, None)?;
                    let zone = dedup::fixed(&placed.item, self.timezone, self.now)
                        .at
                        .timezone();
                    let entry = dedup::entry_id(&placed.item.source, &placed.keys);
                    held::hold(self.connection, self.source, row, entry, zone, self.now)?;
                }
                Verdict::Same(row) => self.see(row)?,
                Verdict::Varied(row) => {
                    let known = memory.items.get(&row);
                    let renamed = known.is_none_or(|known| !known.keys.all().eq(placed.keys.all()));
                    // A counter must not change the feed with each of its steps.
                    if renamed || self.is_stale(row)? {
                        self.rewrite(row, placed, memory)?;
                    }
                }
                Verdict::Edited(row) | Verdict::Moved(row) => {
                    if placed.edited {
                        self.revise(row)?;
                    }
                    let story = self.rewrite(row, placed, memory)?;
                    if let Some(story) = story {
                        self.touch(story, placed.edited.then(|| self.changed_at(&placed.item)))?;
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

    /// Takes in an item that no key leads to: it joins the story that another source tells in other words, or opens one;
    /// and its story is tied to what it translates.
    fn admit(&mut self, placed: &Placed, recorded: &mut Recorded) -> Result<(), StoreError> {
        let item = &placed.item;
        let language = item.language.tag();
        let sketched = self.sketched(placed)?;
        let kin = self.index.kin(&sketched, &item.source, language)?;
        let story = match kin.same {
            Some(bond) => {
                self.join(placed, &sketched, bond.story, &bond.why)?;
                // The entry may lead there from now on, so no other entry may.
                if let Some(address) = placed.keys.address {
                    self.claim.execute(params![address, bond.story])?;
                }
                recorded.joined += 1;
                bond.story
            }
            None => {
                let Some(story) = self.open(placed)? else {
                    return Ok(());
                };
                self.insert(placed, Some(story), None)?;
                self.index.enter(story, &sketched, true)?;
                recorded.new += 1;
                story
            }
        };
        for (other, bond) in kin.translated {
            for story in translations::tie(self.connection, (story, language), (&other, &bond))? {
                self.touch(story, None)?;
            }
        }
        Ok(())
    }

    /// Adds a telling to a story, and says why it is one.
    fn join(
        &mut self,
        placed: &Placed,
        sketched: &Sketched,
        story: i64,
        why: &str,
    ) -> Result<(), StoreError> {
        self.insert(placed, Some(story), Some(why))?;
        self.index.enter(story, sketched, false)?;
        self.touch(story, None)
    }

    fn sketched(&mut self, placed: &Placed) -> Result<Sketched, StoreError> {
        let dated = dedup::fixed(&placed.item, self.timezone, self.now);
        self.index.read(&placed.item, dated.at.to_utc())
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
                self.published.timestamp(),
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

    /// Inserts an item, with why it tells a story that another source opened, and gives its row.
    fn insert(
        &mut self,
        placed: &Placed,
        story: Option<i64>,
        joined: Option<&str>,
    ) -> Result<i64, StoreError> {
        let (item, keys) = (&placed.item, &placed.keys);
        let dated = dedup::fixed(item, self.timezone, self.now);
        self.connection
            .prepare_cached(
                "INSERT INTO item (source, story, guid_key, url_key, anchor_key, title_key, address, content, guid, url, title, summary,
                                   html, image, authors, categories, enclosures, language, rights, published, precision, place,
                                   date_text, updated, first_seen, last_seen, alternates, said_key, meaning, joined)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                         ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
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
                item.sighted.unwrap_or(self.now).timestamp(),
                self.now.timestamp(),
                json(&item.alternates),
                keys.said,
                keys.meaning,
                joined,
            ])?;
        let row = self.connection.last_insert_rowid();
        self.remember(keys, Some(row))?;
        Ok(row)
    }

    /// Keeps the keys of an item for ever; without a row they are tombstones.
    fn remember(&mut self, keys: &Keys, row: Option<i64>) -> Result<(), StoreError> {
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
        let known = memory.items.get(&row);
        let story = known.and_then(|known| known.story);
        let owner = keys.address.and_then(|address| memory.owners.get(&address));
        // An address that another story has is not adopted: no two entries may have one address. What is not published
        // keeps the one that it came with, by which it may be found to be another source's news.
        let free = self.policy.follows_links()
            && story.is_some()
            && match owner {
                None => true,
                Some(Owner::Story(owner)) => story == Some(*owner),
                Some(Owner::Forgotten) => false,
            };
        let published: i64 = self
            .connection
            .prepare_cached(
                "UPDATE item SET guid_key = ?2, url_key = ?3, anchor_key = ?4, title_key = coalesce(?5, title_key), content = ?6,
                        guid = ?7, title = ?8, summary = ?9, html = ?10, image = ?11, authors = ?12, categories = ?13,
                        enclosures = ?14, rights = ?15, updated = ?16, last_seen = max(last_seen, ?17),
                        address = iif(?18, ?19, address), url = iif(?18, ?20, url), alternates = ?21, said_key = ?22, meaning = ?23
                 WHERE number = ?1 RETURNING published",
            )?
            .query_row(params![
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
                json(&item.alternates),
                keys.said,
                keys.meaning,
            ], |row| row.get(0))?;
        // Of what it said, only the last matters: it would have to be said again elsewhere.
        if let Some(said) = known
            .and_then(|known| known.keys.said)
            .filter(|said| keys.said != Some(*said))
        {
            self.connection
                .prepare_cached(
                    "DELETE FROM identity WHERE source = ?1 AND key = ?2 AND item = ?3",
                )?
                .execute(params![self.source, said, row])?;
        }
        self.remember(keys, Some(row))?;
        if let Some(story) = story {
            // It is found by what it says now, and by what it said.
            let published = DateTime::from_timestamp(published, 0).unwrap_or_default();
            let sketched = self.index.read(item, published)?;
            self.index.enter(story, &sketched, false)?;
        }
        if let (true, Some(story), Some(address)) = (free, story, keys.address) {
            self.claim.execute(params![address, story])?;
        }
        Ok(story)
    }

    /// Remembers what an item is known by now, although the item itself was dropped: it stays out.
    fn bury(&mut self, placed: &Placed) -> Result<(), StoreError> {
        self.remember(&placed.keys, None)?;
        if let Some(address) = placed.keys.address {
            self.claim.execute(params![address, None::<i64>])?;
        }
        Ok(())
    }

    /// Marks a story as changed, for the feeds that have it.
    fn touch(&mut self, story: i64, updated: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE story SET revision = ?2, revised = ?3, updated = max(updated, coalesce(?4, updated)) WHERE number = ?1")?
            .execute(params![story, self.revision, self.published.timestamp(), updated.map(|at| at.timestamp())])?;
        self.revision += 1;
        Ok(())
    }

    /// Whether an item was written down longer than a day ago.
    fn is_stale(&self, row: i64) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT last_seen < ?2 FROM item WHERE number = ?1")?
            .query_row(params![row, self.now.timestamp() - DAY], |row| row.get(0))?)
    }

    /// Keeps what an item said until now, if that was for anybody to read.
    fn revise(&mut self, row: i64) -> Result<(), StoreError> {
        let said: Option<(String, String, String, String)> = self
            .connection
            .prepare_cached(
                "SELECT title, summary, html, enclosures FROM item WHERE number = ?1 AND story IS NOT NULL",
            )?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((title, summary, html, enclosures)) = said else {
            return Ok(());
        };
        self.connection
            .prepare_cached(
                "INSERT INTO revision (item, number, until, title, summary, text, enclosures)
                 SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM revision WHERE item = ?1",
            )?
            .execute(params![row, self.now.timestamp(), title, summary, plain(&html), enclosures])?;
        self.connection
            .prepare_cached(
                "DELETE FROM revision WHERE item = ?1 AND number > 1
                        AND number <= (SELECT max(number) FROM revision WHERE item = ?1) - ?2",
            )?
            .execute(params![row, REVISIONS - 1])?;
        Ok(())
    }

    /// Writes down what the names of the source have done; where that settles what they are worth, the items that are
    /// listed are known by the names that are left.
    pub(super) fn learn(&mut self, placed: &[Placed], memory: &Memory) -> Result<(), StoreError> {
        let policy = self.policy.after(placed, memory);
        if policy == self.policy {
            return Ok(());
        }
        self.connection
            .prepare_cached("UPDATE source SET policy = ?2 WHERE number = ?1")?
            .execute(params![self.source, serde_json::to_string(&policy).ok()])?;
        if policy.agrees(self.policy) {
            return Ok(());
        }
        let mut items: Vec<Item> = placed.iter().map(|placed| placed.item.clone()).collect();
        let keys = policy.keys(&mut items);
        for (placed, keys) in placed.iter().zip(keys) {
            if matches!(
                placed.verdict,
                Verdict::Held | Verdict::Repeated | Verdict::Forgotten
            ) {
                continue;
            }
            let row: Option<Option<i64>> = self
                .connection
                .prepare_cached("SELECT item FROM identity WHERE source = ?1 AND key = ?2")?
                .query_row(params![self.source, placed.keys.first()], |row| row.get(0))
                .optional()?;
            let Some(row) = placed.verdict.row().or(row.flatten()) else {
                continue;
            };
            self.remember(&keys, Some(row))?;
            self.connection
                .prepare_cached(
                    "UPDATE item SET guid_key = ?2, url_key = ?3, anchor_key = ?4, title_key = coalesce(?5, title_key)
                     WHERE number = ?1",
                )?
                .execute(params![row, keys.guid, keys.url, keys.anchored, keys.title_day])?;
        }
        self.policy = policy;
        Ok(())
    }

    /// An item that is still listed; once a day is enough to know.
    fn see(&mut self, row: i64) -> Result<(), StoreError> {
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
