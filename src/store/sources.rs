//! The state of the sources: what they last answered, how they fare, when they are due.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::rows::{Columns, InOrder, floor, list, maybe_time, policy};
use super::{Repair, Store, StoreError, course, health};
use crate::dedup::Policy;
use crate::dedup::health::Doubted;
use crate::extract::Rate;
use crate::fetch::history::{Gone, Moving};
use crate::model::{Key, Kind, SourceId, Validators};
use crate::schedule::Floor;

/// What is remembered of a source between two polls.
#[derive(Debug, Clone, Default)]
pub struct SourceState {
    /// What it is read as.
    pub kind: Option<Kind>,
    /// The announced feed that is read instead of the page.
    pub feed_url: Option<Url>,
    /// What is asked instead of the configured address, since a permanent redirect held.
    pub address: Option<Url>,
    /// The answers 410 in a row.
    pub gone: Option<Gone>,
    /// The permanent redirects in a row that were not believed yet.
    pub moving: Option<Moving>,
    /// The validators of the last answer.
    pub validators: Validators,
    /// The digest of the last body.
    pub body: Option<Key>,
    /// The last answer to an unconditional request.
    pub whole_at: Option<DateTime<Utc>>,
    /// The first time that it gave anything.
    pub first_success: Option<DateTime<Utc>>,
    /// The last time that it was asked.
    pub last_attempt: Option<DateTime<Utc>>,
    /// The last time that it answered well.
    pub last_success: Option<DateTime<Utc>>,
    /// The last time that it had something new.
    pub last_new: Option<DateTime<Utc>>,
    /// Failures since the last success.
    pub failures: u32,
    /// What went wrong last; nothing after a success.
    pub error: Option<String>,
    /// Since when it fails.
    pub failing_since: Option<DateTime<Utc>>,
    /// The answers in a row that were not believed: it is degraded.
    pub doubted: Option<Doubted>,
    /// The rules that mend its list, or would.
    pub repair: Option<Repair>,
    /// From when on it is silent beyond its rhythm if nothing new comes, and on how many days of a week it has had news.
    pub silent_from: Option<(DateTime<Utc>, f64)>,
    /// When it is due again.
    pub next_run: Option<DateTime<Utc>>,
    /// How many items its last answer had.
    pub listed: Option<u32>,
    /// How many of them had each field.
    pub rates: Vec<Rate>,
    /// What was odd about the last answer.
    pub warnings: Vec<String>,
    /// The last answer was cut off.
    pub partial: bool,
    /// When it wants to be asked again.
    pub floor: Floor,
    /// How many of its items wait for their articles.
    pub waiting: u32,
    /// The new items that are held back.
    pub withheld: u32,
    /// Why they are held.
    pub withheld_for: Option<String>,
    /// What the names of its items are worth.
    pub policy: Policy,
    /// The digest of the rules that all this was read under.
    pub rules: Option<Key>,
    /// Why its changed rules are not in use: it is not polled.
    pub held: Option<String>,
    /// The digest of changed rules that are to be used all the same.
    pub accepted: Option<Key>,
}

/// How many items of a row of `source` wait for their articles, and are held back.
const WAITING: &str = "(SELECT count(*) FROM followed WHERE followed.source = source.number AND followed.item IS NOT NULL) AS waiting,
    (SELECT count(*) FROM held WHERE held.source = source.number) AS withheld,
    (SELECT reason FROM held WHERE held.source = source.number ORDER BY since DESC LIMIT 1) AS withheld_for";

impl SourceState {
    /// It was polled once and is not any more: disabled, or gone from the configuration.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.next_run.is_none() && self.last_attempt.is_some() && self.held.is_none()
    }

    /// Since when it has been silent beyond its rhythm, which is when that could be told, and on how many days of a week
    /// it had news.
    #[must_use]
    pub fn silent(&self) -> Option<(DateTime<Utc>, f64)> {
        self.silent_from
            .filter(|(from, _)| self.last_success.is_some_and(|last| last >= *from))
    }
}

/// A source with its state, for people.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Its name.
    pub id: SourceId,
    /// Its title.
    pub title: String,
    /// What is polled.
    pub url: String,
    /// Its state.
    pub state: SourceState,
    /// How many of its items are stored.
    pub items: u32,
}

impl Store {
    /// Leaves sources as they are because of what their changed rules would do, and says why.
    pub async fn hold(&self, held: Vec<(SourceId, String)>) -> Result<(), StoreError> {
        self.write(move |connection| {
            let mut hold = connection
                .prepare_cached("UPDATE source SET held = ?2, next_run = NULL WHERE id = ?1")?;
            for (id, why) in &held {
                hold.execute(params![id.0, why])?;
            }
            Ok(())
        })
        .await
    }

    /// Lets sources use these rules whatever they change.
    pub async fn accept(&self, rules: Vec<(SourceId, Key)>) -> Result<(), StoreError> {
        self.write(move |connection| {
            let mut accept =
                connection.prepare_cached("UPDATE source SET accepted = ?2 WHERE id = ?1")?;
            for (id, rules) in &rules {
                accept.execute(params![id.0, rules])?;
            }
            Ok(())
        })
        .await
    }

    /// The rules that each source was last read under, and those that were accepted since, as digests.
    pub async fn rules(&self) -> Result<HashMap<SourceId, (Key, Option<Key>)>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT id, rules, accepted FROM source")?;
            let rows = query.query_map([], |row| {
                Ok((SourceId(row.get(0)?), (row.get(1)?, row.get(2)?)))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The state of one source; nothing where it was never registered.
    pub async fn source(&self, id: &SourceId) -> Result<Option<SourceState>, StoreError> {
        let id = id.clone();
        self.read(move |connection| state(connection, &id)).await
    }

    /// The states of these sources, in their order; one that was never registered has none, which is as a new one has it.
    pub async fn states(&self, ids: Vec<SourceId>) -> Result<Vec<SourceState>, StoreError> {
        self.read(move |connection| {
            let states = ids
                .iter()
                .map(|id| Ok(state(connection, id)?.unwrap_or_default()));
            states.collect()
        })
        .await
    }

    /// All sources that were ever registered, by id.
    pub async fn sources(&self) -> Result<Vec<Summary>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!(
                "SELECT *, (SELECT count(*) FROM item WHERE item.source = source.number) AS items, {WAITING}
                 FROM source ORDER BY id"
            ))?;
            let rows = query.query_map([], |row| {
                Ok(Summary {
                    id: SourceId(row.get("id")?),
                    title: row.get("title")?,
                    url: row.get("url")?,
                    state: state_of(&InOrder::from(row))?,
                    items: row.get("items")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// When the items of each source were published, those since a time only.
    pub async fn published_since(
        &self,
        since: DateTime<Utc>,
    ) -> Result<BTreeMap<SourceId, Vec<DateTime<Utc>>>, StoreError> {
        self.read(move |connection| {
            // Nothing is published later than it is seen, and by that the items of a source are in order.
            let mut query = connection.prepare_cached(
                "SELECT source.id, item.published FROM source CROSS JOIN item ON item.source = source.number
                 WHERE item.last_seen >= ?1 AND item.published >= ?1",
            )?;
            let mut published: BTreeMap<SourceId, Vec<DateTime<Utc>>> = BTreeMap::new();
            let mut rows = query.query([since.timestamp()])?;
            while let Some(row) = rows.next()? {
                let times = published.entry(SourceId(row.get(0)?)).or_default();
                times.push(super::rows::time(row, "published")?);
            }
            Ok(published)
        })
        .await
    }

    /// The hosts that asked us to wait, and until when.
    pub async fn waiting_hosts(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.read(move |connection| {
            let mut query =
                connection.prepare_cached("SELECT name, until FROM host WHERE until > ?1")?;
            let rows = query.query_map([now.timestamp()], |row| {
                Ok((row.get(0)?, super::rows::time(row, "until")?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The site's id, as [`Store::site_id`] has kept it.
    pub async fn site(&self) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT value FROM meta WHERE name = 'site'")?;
            Ok(query.query_row([], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// The site's id: the first public root that it ever had, so that a move changes no feed's id.
    pub async fn site_id(&self, url: &Url) -> Result<String, StoreError> {
        let known = self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT value FROM meta WHERE name = 'site'")?;
            Ok(query.query_row([], |row| row.get(0)).optional()?)
        });
        if let Some(known) = known.await? {
            return Ok(known);
        }
        let url = url.to_string();
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO meta (name, value) VALUES ('site', ?1) ON CONFLICT DO NOTHING",
                [&url],
            )?;
            Ok(
                connection.query_row("SELECT value FROM meta WHERE name = 'site'", [], |row| {
                    row.get(0)
                })?,
            )
        })
        .await
    }
}

fn state(connection: &Connection, id: &SourceId) -> Result<Option<SourceState>, StoreError> {
    let mut query =
        connection.prepare_cached(&format!("SELECT *, {WAITING} FROM source WHERE id = ?1"))?;
    let state = query.query_row([&id.0], |row| state_of(&InOrder::from(row)));
    Ok(state.optional()?)
}

fn state_of(row: &impl Columns) -> rusqlite::Result<SourceState> {
    let url = |name| {
        let url = row.get::<Option<String>>(name)?;
        Ok::<_, rusqlite::Error>(url.and_then(|url| Url::parse(&url).ok()))
    };
    let kind = |word: Option<String>| word.as_deref().and_then(Kind::from_word);
    // By and large in the order of the columns.
    Ok(SourceState {
        rules: row.get("rules")?,
        kind: kind(row.get("kind")?),
        feed_url: url("feed_url")?,
        validators: Validators {
            etag: row.get("etag")?,
            last_modified: row.get("last_modified")?,
            // A database of before has none, and may be looked at.
            coded: row.get("coded").unwrap_or_default(),
        },
        body: row.get("body")?,
        whole_at: maybe_time(row, "whole_at")?,
        first_success: maybe_time(row, "first_success")?,
        last_attempt: maybe_time(row, "last_attempt")?,
        last_success: maybe_time(row, "last_success")?,
        last_new: maybe_time(row, "last_new")?,
        failures: row.get("failures")?,
        error: row.get("error")?,
        next_run: maybe_time(row, "next_run")?,
        listed: row.get("listed")?,
        rates: list(row, "rates")?,
        warnings: list(row, "warnings")?,
        floor: floor(row)?,
        address: url("address")?,
        moving: course::moving(row)?,
        gone: course::gone(row)?,
        partial: row.get("partial")?,
        policy: policy(row)?,
        // A database of before has none, and may be looked at.
        held: row.get("held").unwrap_or_default(),
        accepted: row.get("accepted").unwrap_or_default(),
        doubted: health::doubted(row)?,
        failing_since: maybe_time(row, "failing_since")?,
        silent_from: health::silent(row)?,
        repair: health::value(row, "repair")?,
        waiting: row.get("waiting")?,
        withheld: row.get("withheld")?,
        withheld_for: row.get("withheld_for")?,
    })
}
