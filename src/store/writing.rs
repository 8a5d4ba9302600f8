//! Writing what was placed: stories opened and touched, items inserted and rewritten, keys and addresses kept.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{CachedStatement, Connection, params};
use url::Url;

use super::StoreError;
use super::alike::{Index, Sketched};
use super::items::Recorded;
use super::rows::json;
use super::translations;
use crate::dedup::{self, Keys, Memory, Owner, Placed, Verdict};
use crate::model::Item;

/// The statements that write one poll's items.
pub(super) struct Writing<'a> {
    connection: &'a Connection,
    source: i64,
    timezone: Tz,
    now: DateTime<Utc>,
    revision: i64,
    identify: CachedStatement<'a>,
    claim: CachedStatement<'a>,
    index: Index<'a>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(
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
            index: Index::new(connection)?,
        })
    }

    /// Does what each verdict says, and counts it.
    pub(super) fn write(
        mut self,
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
                    let sketched = self.sketched(placed);
                    self.join(placed, &sketched, story, "both are at one address")?;
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

    /// Takes in an item that no key leads to: it joins the story that another source tells in other words, or opens one;
    /// and its story is tied to what it translates.
    fn admit(&mut self, placed: &Placed, recorded: &mut Recorded) -> Result<(), StoreError> {
        let item = &placed.item;
        let language = item.language.tag();
        let sketched = self.sketched(placed);
        let kin = self
            .index
            .kin(&sketched, &item.source, language, self.now)?;
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
                let row = self.insert(placed, Some(story), None)?;
                self.index.enter(row, &sketched)?;
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
        let row = self.insert(placed, Some(story), Some(why))?;
        self.index.enter(row, sketched)?;
        self.touch(story, None)
    }

    fn sketched(&self, placed: &Placed) -> Sketched {
        let dated = dedup::fixed(&placed.item, self.timezone, self.now);
        Sketched::new(&placed.item, dated.at.to_utc())
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
                                   date_text, updated, first_seen, last_seen, alternates, joined)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                         ?24, ?25, ?26, ?27, ?28)",
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
        let story = memory.items.get(&row).and_then(|known| known.story);
        let owner = keys.address.and_then(|address| memory.owners.get(&address));
        // An address that another story has is not adopted: no two entries may have one address.
        let free = match (owner, story) {
            (None, _) => true,
            (Some(Owner::Story(owner)), Some(story)) => *owner == story,
            (Some(_), _) => false,
        };
        let published: i64 = self
            .connection
            .prepare_cached(
                "UPDATE item SET guid_key = ?2, url_key = ?3, anchor_key = ?4, title_key = coalesce(?5, title_key), content = ?6,
                        guid = ?7, title = ?8, summary = ?9, html = ?10, image = ?11, authors = ?12, categories = ?13,
                        enclosures = ?14, rights = ?15, updated = ?16, last_seen = ?17,
                        address = iif(?18, ?19, address), url = iif(?18, ?20, url), alternates = ?21
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
            ], |row| row.get(0))?;
        self.remember(keys, Some(row))?;
        if story.is_some() {
            // It is found by what it says now, and by what it said.
            let published = DateTime::from_timestamp(published, 0).unwrap_or_default();
            self.index.enter(row, &Sketched::new(item, published))?;
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
