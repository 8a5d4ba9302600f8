//! What a source's answers come to over time: failures in a row, whether it is gone, whether it has moved.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::StoreError;
use super::incidents::Condition;
use super::polls::Recorded;
use super::rows::{Columns, InOrder, floor, maybe_time, policy};
use crate::dedup::Policy;
use crate::fetch::history::{Gone, Moving};
use crate::model::{Key, SourceId};
use crate::schedule::Floor;

/// So many failures in a row at an adopted address, and the configured one is asked again.
const DISTRUST: u32 = 3;

/// So many answers in a row that list nothing are an error.
const EMPTY: u32 = 3;

/// A source's state, as far as it decides on its next one.
pub(super) struct Course {
    pub(super) number: i64,
    pub(super) url: Option<Url>,
    pub(super) rules: Key,
    pub(super) failures: u32,
    pub(super) first_success: Option<DateTime<Utc>>,
    pub(super) last_success: Option<DateTime<Utc>>,
    unread_since: Option<DateTime<Utc>>,
    pub(super) floor: Floor,
    pub(super) failing_since: Option<DateTime<Utc>>,
    pub(super) silent_from: Option<DateTime<Utc>>,
    pub(super) policy: Policy,
    gone: Option<Gone>,
    moving: Option<Moving>,
    empty_seen: u32,
    pub(super) last_new: Option<DateTime<Utc>>,
    /// Some of its items wait for their articles.
    pub(super) waits: bool,
    /// Some of its items are held back.
    pub(super) holds: bool,
    /// The operator was told of something that lasts.
    pub(super) is_troubled: bool,
}

/// What is odd about an answer that lists nothing although its source had news.
pub(super) struct Empty {
    pub(super) text: String,
    /// Whether it has been so for too long.
    pub(super) fails: bool,
}

impl Empty {
    /// How its source fares, where it fails.
    pub(super) fn condition(self, course: &Course, now: DateTime<Utc>) -> Condition {
        Condition::Failing {
            reason: self.text,
            since: course.failing_since.unwrap_or(now),
            failures: EMPTY,
        }
    }
}

impl Course {
    /// The state of a source; nothing where it is not known.
    pub(super) fn of(
        connection: &Connection,
        source: &SourceId,
    ) -> Result<Option<Self>, StoreError> {
        let mut query = connection.prepare_cached(
            "SELECT number, url, rules, failures, first_success, last_success, unread_since, pace, fresh_until, failing_since, silent_from,
                    policy, gone_since, gone_seen, moving_to, moving_since, moving_seen, empty_seen, last_new,
                    EXISTS (SELECT 1 FROM followed WHERE followed.source = source.number AND item IS NOT NULL) AS waits,
                    EXISTS (SELECT 1 FROM held WHERE held.source = source.number) AS holds,
                    EXISTS (SELECT 1 FROM incident WHERE incident.source = source.number AND ended IS NULL) AS is_troubled
             FROM source WHERE id = ?1",
        )?;
        let course = query.query_row([&source.0], |row| Self::from_row(&InOrder::from(row)));
        Ok(course.optional()?)
    }

    fn from_row(row: &impl Columns) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            url: Url::parse(&row.get::<String>("url")?).ok(),
            rules: row.get("rules")?,
            failures: row.get("failures")?,
            first_success: maybe_time(row, "first_success")?,
            last_success: maybe_time(row, "last_success")?,
            unread_since: maybe_time(row, "unread_since")?,
            floor: floor(row)?,
            failing_since: maybe_time(row, "failing_since")?,
            silent_from: maybe_time(row, "silent_from")?,
            policy: policy(row)?,
            gone: gone(row)?,
            moving: moving(row)?,
            empty_seen: row.get("empty_seen")?,
            last_new: maybe_time(row, "last_new")?,
            waits: row.get("waits")?,
            holds: row.get("holds")?,
            is_troubled: row.get("is_troubled")?,
        })
    }

    /// The last time that it gave all that was to be had; nothing before its first success, and while that is not read
    /// to its end.
    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        let whole = self.unread_since.or(self.last_success);
        whole.filter(|at| self.first_success.is_some() && *at > DateTime::UNIX_EPOCH)
    }

    /// Whether a page of its list was left unread, with news that may be still to come.
    pub(super) fn is_unread(&self) -> bool {
        self.unread_since.is_some()
    }

    /// After an answer that lists so many items, or the same as last time: whether it should list something.
    pub(super) fn listed(
        &self,
        connection: &Connection,
        items: Option<usize>,
    ) -> Result<Option<Empty>, StoreError> {
        let nothing = items.map_or(self.empty_seen > 0, |items| items == 0);
        let had = || {
            connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM item WHERE source = ?1)")?
                .query_row([self.number], |row| row.get::<_, bool>(0))
        };
        let seen = if nothing && had()? {
            self.empty_seen.saturating_add(1)
        } else {
            0
        };
        if seen != self.empty_seen {
            connection
                .prepare_cached("UPDATE source SET empty_seen = ?2 WHERE number = ?1")?
                .execute(params![self.number, seen])?;
        }
        Ok((seen > 0).then(|| Empty {
            text:
                "it answers, but lists nothing, though it had news before; what was published stays"
                    .to_owned(),
            fails: seen >= EMPTY,
        }))
    }

    /// After a failure: counts a 410, and pauses the source when it is settled; leaves an adopted address that keeps
    /// failing.
    pub(super) fn failed(
        &self,
        connection: &Connection,
        gone: bool,
        failures: u32,
        now: DateTime<Utc>,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        let gone = gone.then(|| Gone::again(self.gone, now));
        recorded.paused = gone.is_some_and(|gone| gone.is_settled(now));
        connection
            .prepare_cached(
                "UPDATE source SET gone_since = ?2, gone_seen = ?3, address = iif(?4, NULL, address) WHERE number = ?1",
            )?
            .execute(params![
                self.number,
                gone.map(|gone| gone.since.timestamp()),
                gone.map_or(0, |gone| gone.seen),
                failures >= DISTRUST,
            ])?;
        Ok(())
    }

    /// After an answer that could be used, to which permanent redirects led from `moved` or none did: counts them,
    /// and adopts the address when it is settled.
    pub(super) fn answered(
        &self,
        connection: &Connection,
        moved: Option<Url>,
        now: DateTime<Utc>,
        recorded: &mut Recorded,
    ) -> Result<(), StoreError> {
        let moving = Moving::after(self.moving.clone(), moved, now);
        let settled = moving.as_ref().filter(|moving| moving.is_settled(now));
        if let Some(moving) = settled {
            recorded.adopted = true;
            connection
                .prepare_cached(
                    "UPDATE source SET address = iif(feed_url IS NULL, ?2, address), feed_url = iif(feed_url IS NULL, NULL, ?2)
                     WHERE number = ?1",
                )?
                .execute(params![self.number, moving.to.as_str()])?;
        }
        let moving = moving.as_ref().filter(|_| settled.is_none());
        if moving.is_none() && self.moving.is_none() && self.gone.is_none() {
            return Ok(());
        }
        connection
            .prepare_cached(
                "UPDATE source SET moving_to = ?2, moving_since = ?3, moving_seen = ?4, gone_since = NULL, gone_seen = 0
                 WHERE number = ?1",
            )?
            .execute(params![
                self.number,
                moving.map(|moving| moving.to.as_str()),
                moving.map(|moving| moving.since.timestamp()),
                moving.map_or(0, |moving| moving.seen),
            ])?;
        Ok(())
    }
}

/// The answers 410 in a row, of a row of `source`.
pub(super) fn gone(row: &impl Columns) -> rusqlite::Result<Option<Gone>> {
    let since = maybe_time(row, "gone_since")?;
    let seen = row.get("gone_seen")?;
    Ok(since.map(|since| Gone { since, seen }))
}

/// The permanent redirects in a row, of a row of `source`.
pub(super) fn moving(row: &impl Columns) -> rusqlite::Result<Option<Moving>> {
    let to = row.get::<Option<String>>("moving_to")?;
    let to = to.and_then(|to| Url::parse(&to).ok());
    let since = maybe_time(row, "moving_since")?;
    let seen = row.get("moving_seen")?;
    Ok(to.zip(since).map(|(to, since)| Moving { to, since, seen }))
}
