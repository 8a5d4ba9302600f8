//! What a source's answers come to over time: failures in a row, whether it is gone, whether it has moved.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::StoreError;
use super::items::Recorded;
use super::rows::maybe_time;
use crate::fetch::history::{Gone, Moving, PAUSE};
use crate::model::{Key, SourceId};

/// So many failures in a row at an adopted address, and the configured one is asked again.
const DISTRUST: u32 = 3;

/// A source's state, as far as it decides on its next one.
pub(super) struct Course {
    pub(super) number: i64,
    pub(super) rules: Key,
    pub(super) failures: u32,
    pub(super) first_success: Option<DateTime<Utc>>,
    gone: Option<Gone>,
    moving: Option<Moving>,
}

impl Course {
    /// The state of a source; nothing where it is not known.
    pub(super) fn of(
        connection: &Connection,
        source: &SourceId,
    ) -> Result<Option<Self>, StoreError> {
        let mut query = connection.prepare_cached(
            "SELECT number, rules, failures, first_success, gone_since, gone_seen, moving_to, moving_since, moving_seen
             FROM source WHERE id = ?1",
        )?;
        Ok(query.query_row([&source.0], Self::from_row).optional()?)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            rules: row.get("rules")?,
            failures: row.get("failures")?,
            first_success: maybe_time(row, "first_success")?,
            gone: gone(row)?,
            moving: moving(row)?,
        })
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
        if gone.is_some_and(|gone| gone.is_settled(now)) {
            recorded.paused = true;
            recorded.next_run = recorded.next_run.max(now + PAUSE);
        }
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
pub(super) fn gone(row: &Row<'_>) -> rusqlite::Result<Option<Gone>> {
    let seen = row.get("gone_seen")?;
    Ok(maybe_time(row, "gone_since")?.map(|since| Gone { since, seen }))
}

/// The permanent redirects in a row, of a row of `source`.
pub(super) fn moving(row: &Row<'_>) -> rusqlite::Result<Option<Moving>> {
    let to = row.get::<_, Option<String>>("moving_to")?;
    let to = to.and_then(|to| Url::parse(&to).ok());
    let seen = row.get("moving_seen")?;
    let since = maybe_time(row, "moving_since")?;
    Ok(to.zip(since).map(|(to, since)| Moving { to, since, seen }))
}
