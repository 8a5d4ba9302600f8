//! What the operator is told of: when a source breaks, is doubted, recovers, moves or falls silent.
//!
//! There is one row for each trouble, not for each poll. One that comes back soon after it ended is the same still, so
//! that a source that comes and goes fills no list.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{maybe_time, time};
use super::{Store, StoreError};
use crate::model::SourceId;

/// So many are kept.
const KEPT: i64 = 500;
/// A trouble that comes back within this time is the same one still.
const SAME: TimeDelta = TimeDelta::hours(24);
/// So many polls in a row must fail before it is told: one alone happens to every server.
const TOLD: u32 = 2;

/// What happened to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its polls fail.
    Failing,
    /// It answers, and what it lists is not believed.
    Degraded,
    /// Its server says that it is gone for good.
    Gone,
    /// It has had no news for far longer than it ever does.
    Silent,
    /// It was asked for at another address from then on.
    Moved,
    /// Its listing was read by other rules from then on.
    Mended,
}

impl What {
    const ALL: [Self; 6] = [
        Self::Failing,
        Self::Degraded,
        Self::Gone,
        Self::Silent,
        Self::Moved,
        Self::Mended,
    ];

    /// The word used in the database and in ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Degraded => "degraded",
            Self::Gone => "gone",
            Self::Silent => "silent",
            Self::Moved => "moved",
            Self::Mended => "mended",
        }
    }
}

/// Something that happened to a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Which source.
    pub source: SourceId,
    /// Its title.
    pub title: String,
    /// What happened.
    pub what: What,
    /// When it began.
    pub began: DateTime<Utc>,
    /// The last time that it came back; at first when it began.
    pub again: DateTime<Utc>,
    /// How often it came.
    pub times: u32,
    /// Why, for people; of a move, the new address.
    pub reason: String,
    /// When it ended, and how.
    pub ended: Option<(DateTime<Utc>, String)>,
}

/// How a source fares after a poll.
pub(super) enum Condition {
    /// It gave something that could be used; with words where that needs some.
    Well(Option<String>),
    /// Its poll failed.
    Failing {
        reason: String,
        since: DateTime<Utc>,
        failures: u32,
    },
    Degraded(String),
    Gone(String),
}

/// The open troubles of a source, one of which ends where another begins.
const TROUBLES: &str = "('failing', 'degraded', 'gone')";

/// Remembers how a source fares, if that is not as it was.
pub(super) fn turn(
    connection: &Connection,
    source: i64,
    condition: Condition,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (what, reason, since) = match condition {
        Condition::Well(how) => {
            let how = how.unwrap_or_else(|| "it answers as usual again".to_owned());
            connection
                .prepare_cached(&format!(
                    "UPDATE incident SET ended = ?2, outcome = ?3 WHERE source = ?1 AND ended IS NULL AND what IN {TROUBLES}"
                ))?
                .execute(params![source, now.timestamp(), how])?;
            return Ok(());
        }
        Condition::Failing { failures, .. } if failures < TOLD => return Ok(()),
        Condition::Failing { reason, since, .. } => (What::Failing, reason, since),
        Condition::Degraded(reason) => (What::Degraded, reason, now),
        Condition::Gone(reason) => (What::Gone, reason, now),
    };
    connection
        .prepare_cached(&format!(
            "UPDATE incident SET ended = ?3 WHERE source = ?1 AND ended IS NULL AND what IN {TROUBLES} AND what <> ?2"
        ))?
        .execute(params![source, what.as_str(), now.timestamp()])?;
    begin(connection, source, what, &reason, since, now)
}

/// Remembers that a source is silent, or that it is not any more.
pub(super) fn silence(
    connection: &Connection,
    source: i64,
    silent: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(reason) = silent {
        return begin(connection, source, What::Silent, reason, now, now);
    }
    connection
        .prepare_cached(
            "UPDATE incident SET ended = ?2, outcome = 'it has news again' WHERE source = ?1 AND ended IS NULL AND what = 'silent'",
        )?
        .execute(params![source, now.timestamp()])?;
    Ok(())
}

/// Remembers something that happened and does not last.
pub(super) fn happened(
    connection: &Connection,
    source: i64,
    what: What,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    begin(connection, source, what, reason, now, now)?;
    connection
        .prepare_cached(
            "UPDATE incident SET ended = ?3 WHERE source = ?1 AND what = ?2 AND ended IS NULL",
        )?
        .execute(params![source, what.as_str(), now.timestamp()])?;
    Ok(())
}

/// Begins a trouble, or goes on with the one that ended lately; one that lasts is left as it is.
fn begin(
    connection: &Connection,
    source: i64,
    what: What,
    reason: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let last: Option<(i64, Option<i64>)> = connection
        .prepare_cached(
            "SELECT number, ended FROM incident WHERE source = ?1 AND what = ?2 ORDER BY number DESC LIMIT 1",
        )?
        .query_row(params![source, what.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match last {
        Some((_, None)) => {}
        Some((number, Some(ended))) if ended >= (now - SAME).timestamp() => {
            connection
                .prepare_cached(
                    "UPDATE incident SET ended = NULL, outcome = NULL, again = ?2, times = times + 1, reason = ?3 WHERE number = ?1",
                )?
                .execute(params![number, now.timestamp(), reason])?;
        }
        _ => {
            connection
                .prepare_cached(
                    "INSERT INTO incident (source, what, began, again, reason) VALUES (?1, ?2, ?3, ?3, ?4)",
                )?
                .execute(params![source, what.as_str(), since.timestamp(), reason])?;
            connection
                .prepare_cached(
                    "DELETE FROM incident WHERE number <= (SELECT max(number) FROM incident) - ?1",
                )?
                .execute([KEPT])?;
        }
    }
    Ok(())
}

impl Store {
    /// The latest incidents, those that began or came back last first.
    pub async fn incidents(&self) -> Result<Vec<Incident>, StoreError> {
        self.read(incidents).await
    }
}

fn incidents(connection: &Connection) -> Result<Vec<Incident>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT incident.*, source.id, source.title FROM incident JOIN source ON source.number = incident.source
         ORDER BY again DESC, incident.number DESC",
    )?;
    let rows = query.query_map([], |row| {
        let word: String = row.get("what")?;
        let ended = maybe_time(row, "ended")?;
        let outcome: Option<String> = row.get("outcome")?;
        let what = What::ALL.into_iter().find(|what| what.as_str() == word);
        Ok(what.map(|what| {
            Ok::<_, rusqlite::Error>(Incident {
                source: SourceId(row.get("id")?),
                title: row.get("title")?,
                what,
                began: time(row, "began")?,
                again: time(row, "again")?,
                times: row.get("times")?,
                reason: row.get("reason")?,
                ended: ended.zip(outcome),
            })
        }))
    })?;
    // A word of a later version is left out.
    let known = rows.filter_map(Result::transpose).map(|row| row?);
    Ok(known.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn store() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(&super::super::open::schema())
            .unwrap();
        connection
            .execute(
                "INSERT INTO source (number, id, title, url, tags, priority, rules) VALUES (1, 'asi', 'ASI', '', '[]', 0, x'')",
                [],
            )
            .unwrap();
        connection
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + 60 * minutes, 0).unwrap()
    }

    fn failing(failures: u32) -> Condition {
        Condition::Failing {
            reason: "no answer".into(),
            since: at(0),
            failures,
        }
    }

    fn told(connection: &Connection) -> Vec<(&'static str, u32, bool)> {
        let all = incidents(connection).unwrap();
        let told = all.iter().map(|incident| {
            let ended = incident.ended.is_some();
            (incident.what.as_str(), incident.times, ended)
        });
        told.collect()
    }

    #[test]
    fn a_break_is_told_at_its_second_failure_once_and_from_its_first() {
        let store = store();
        turn(&store, 1, failing(1), at(0)).unwrap();
        assert_eq!(told(&store), []);
        for failures in 2..6 {
            turn(&store, 1, failing(failures), at(i64::from(failures))).unwrap();
        }
        assert_eq!(told(&store), [("failing", 1, false)]);
        assert_eq!(incidents(&store).unwrap()[0].began, at(0));
        turn(&store, 1, Condition::Well(None), at(10)).unwrap();
        turn(&store, 1, Condition::Well(None), at(20)).unwrap();
        assert_eq!(told(&store), [("failing", 1, true)]);
        assert_eq!(
            incidents(&store).unwrap()[0].ended.as_ref().unwrap().0,
            at(10)
        );
    }

    #[test]
    fn a_source_that_comes_and_goes_is_one_incident() {
        let store = store();
        for turned in 0..40 {
            turn(&store, 1, failing(2), at(60 * turned)).unwrap();
            turn(&store, 1, Condition::Well(None), at(60 * turned + 30)).unwrap();
        }
        assert_eq!(told(&store), [("failing", 40, true)]);
        let later = at(60 * 39 + 31 + 24 * 60);
        let again = Condition::Failing {
            reason: "no answer".into(),
            since: later,
            failures: 2,
        };
        turn(&store, 1, again, later).unwrap();
        assert_eq!(told(&store), [("failing", 1, false), ("failing", 40, true)]);
    }

    #[test]
    fn one_trouble_ends_in_another_without_a_recovery() {
        let store = store();
        turn(&store, 1, Condition::Degraded("odd".into()), at(0)).unwrap();
        turn(&store, 1, failing(2), at(1)).unwrap();
        assert_eq!(
            told(&store),
            [("failing", 1, false), ("degraded", 1, false)]
        );
        turn(&store, 1, Condition::Well(None), at(2)).unwrap();
        assert_eq!(told(&store), [("failing", 1, true), ("degraded", 1, false)]);
    }

    #[test]
    fn silence_is_apart_from_troubles() {
        let store = store();
        silence(&store, 1, Some("nothing new"), at(0)).unwrap();
        silence(&store, 1, Some("nothing new"), at(1)).unwrap();
        turn(&store, 1, Condition::Well(None), at(2)).unwrap();
        assert_eq!(told(&store), [("silent", 1, false)]);
        silence(&store, 1, None, at(3)).unwrap();
        assert_eq!(told(&store), [("silent", 1, true)]);
    }

    #[test]
    fn the_oldest_incidents_are_forgotten() {
        let store = store();
        for day in 0..600 {
            happened(
                &store,
                1,
                What::Moved,
                "https://a.example/",
                at(2 * 24 * 60 * day),
            )
            .unwrap();
        }
        assert_eq!(incidents(&store).unwrap().len(), 500);
    }
}
