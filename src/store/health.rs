//! What the health of a source is told by: how its answers look as a rule, which of its items are known, and when it
//! has news.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::articles::{complete, sight, waiting};
use super::course::Course;
use super::incidents::{self, What};
use super::placing::recall;
use super::polls::Fetched;
use super::rows::{Columns, maybe_time};
use super::{Store, StoreError};
use crate::config::Follow;
use crate::config::units::fold;
use crate::dedup::health::{
    self, Answer, Doubted, Familiar, Misgiving, Picture, Remembered, Trust, Verdict,
};
use crate::dedup::{self, Keys, Memory, Trace};
use crate::model::{Item, Kind, SourceId};
use crate::schedule::silence::{HISTORY, Quiet, quiet};

/// How many new items are to be expected is told by those of so long.
const PACE: TimeDelta = TimeDelta::days(56);

impl Store {
    /// Judges an answer by what is known of its source; `timezone` is the source's. Nothing is recorded, and the answer
    /// is as it was afterwards.
    pub async fn examine(
        &self,
        source: &SourceId,
        fetched: &mut Fetched,
        misgiving: Option<Misgiving>,
        timezone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Verdict, StoreError> {
        let source = source.clone();
        let examined = Examined {
            items: std::mem::take(&mut fetched.items),
            follow: fetched.follow,
            kind: fetched.kind,
            partial: fetched.partial,
            picture: fetched.picture,
            mended: fetched.mended,
        };
        let judged = self.read(move |connection| {
            let verdict = examine(connection, &source, &examined, misgiving, timezone, now)?;
            Ok((verdict, examined.items))
        });
        let (verdict, items) = judged.await?;
        fetched.items = items;
        Ok(verdict)
    }
}

/// What of an answer is judged.
struct Examined {
    items: Vec<Item>,
    follow: Follow,
    kind: Kind,
    partial: bool,
    picture: Picture,
    mended: bool,
}

fn examine(
    connection: &Connection,
    source: &SourceId,
    examined: &Examined,
    misgiving: Option<Misgiving>,
    timezone: Tz,
    now: DateTime<Utc>,
) -> Result<Verdict, StoreError> {
    let Some(course) = Course::of(connection, source)? else {
        return Ok(Verdict::Taken(Trust::Usual));
    };
    let remembered = Remembered {
        misgiving,
        ..remembered(connection, &course, now)?
    };
    if remembered.usual.is_none() {
        return Ok(Verdict::Taken(Trust::Usual));
    }
    if examined.kind != Kind::Article && was_article(connection, course.number)? {
        return Ok(Verdict::Taken(Trust::Found));
    }
    let mut items = examined.items.clone();
    let waiting = waiting(connection, course.number, None)?;
    sight(&mut items, &waiting, course.url.as_ref());
    complete(connection, &course, &mut items, examined.follow)?;
    let keys = dedup::keys(&items);
    let memory = recall(connection, &course, &keys)?;
    let mut known = Vec::with_capacity(items.len());
    for (item, keys) in items.iter().zip(&keys) {
        let familiar = familiar(connection, item, keys, &memory, timezone)?;
        known.push(familiar.or(item.sighted.map(|_| Familiar::default())));
    }
    let marks: Vec<String> = keys
        .iter()
        .map(|keys| format!("{:?}", keys.first()))
        .collect();
    let answer = Answer {
        kind: examined.kind,
        partial: examined.partial,
        mended: examined.mended,
        picture: examined.picture,
        items: &items,
        known: &known,
        marks: &marks,
        now,
    };
    Ok(health::judge(&answer, &remembered))
}

/// Whether the last answer that was taken from a source was read as one article.
fn was_article(connection: &Connection, source: i64) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT kind FROM source WHERE number = ?1")?;
    let kind: Option<String> = query.query_row([source], |row| row.get(0))?;
    Ok(kind.as_deref() == Some(Kind::Article.as_str()))
}

fn remembered(
    connection: &Connection,
    course: &Course,
    now: DateTime<Utc>,
) -> Result<Remembered, StoreError> {
    let (usual, doubted) = connection
        .prepare_cached("SELECT picture, doubted FROM source WHERE number = ?1")?
        .query_row([course.number], |row| {
            Ok((value(row, "picture")?, doubted(row)?))
        })?;
    let since = course.since();
    let first = course.first_success.unwrap_or(now).max(now - PACE);
    let (came, dated): (u32, Option<f64>) = connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE first_seen > ?2), avg(place IN ('item', 'heading', 'address'))
             FROM item WHERE source = ?1 AND last_seen > ?2",
        )?
        .query_row(params![course.number, first.timestamp()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    // Of a source that is known for less than a day, a day's news may be what it has in a day.
    let seconds = |time: TimeDelta| time.num_seconds() as f64;
    let known_for = seconds(now - first).max(seconds(TimeDelta::days(1)));
    let passed = since.map_or(0.0, |since| seconds(now - since).max(0.0));
    Ok(Remembered {
        usual,
        since,
        expected: f64::from(came) * passed / known_for,
        dated,
        doubted,
        misgiving: None,
    })
}

/// What is known of an item.
fn familiar(
    connection: &Connection,
    item: &Item,
    keys: &Keys,
    memory: &Memory,
    timezone: Tz,
) -> Result<Option<Familiar>, StoreError> {
    let Some(trace) = keys.all().find_map(|key| memory.traces.get(&key)) else {
        return Ok(None);
    };
    let Trace::Item(row) = trace else {
        return Ok(Some(Familiar::default()));
    };
    let published = connection
        .prepare_cached(
            "SELECT iif(place = 'first-seen', NULL, published) AS published FROM item WHERE number = ?1",
        )?
        .query_row([row], |row| maybe_time(row, "published"))
        .optional()?
        .flatten();
    Ok(Some(Familiar {
        day: published.map(|at| at.with_timezone(&timezone).date_naive()),
        renamed: memory
            .items
            .get(row)
            .is_some_and(|known| fold(&known.title) != fold(&item.title)),
    }))
}

/// The answers in a row that were not believed, of a row of `source`.
pub(super) fn doubted(row: &impl Columns) -> rusqlite::Result<Option<Doubted>> {
    value(row, "doubted")
}

/// A value from its column; one that does not read is none.
pub(super) fn value<T: DeserializeOwned>(
    row: &impl Columns,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// A value for its column.
pub(super) fn text<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}

/// After an answer that is not believed: nothing else of it is kept.
pub(super) fn doubt(
    connection: &Connection,
    source: i64,
    doubted: &Doubted,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE source SET last_attempt = ?2, failures = 0, error = NULL, failing_since = NULL, doubted = ?3,
                    gone_since = NULL, gone_seen = 0 WHERE number = ?1",
        )?
        .execute(params![source, now.timestamp(), text(doubted)])?;
    Ok(())
}

/// After an answer that is as good as those before.
pub(super) fn believe(
    connection: &Connection,
    source: i64,
    picture: Option<Picture>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE source SET doubted = NULL, picture = coalesce(?2, picture) WHERE number = ?1",
        )?
        .execute(params![source, picture.as_ref().and_then(text)])?;
    Ok(())
}

/// Learns from when on a source is silent that has just had news, or whose rhythm is not known yet.
pub(super) fn listen(
    connection: &Connection,
    source: i64,
    timezone: Tz,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let today = now.with_timezone(&timezone).date_naive();
    let days = news_days(connection, source, timezone, today)?;
    let (from, days) = match quiet(&days, today) {
        Some(Quiet { until, days }) => (midnight(until, timezone), Some(days)),
        None => (None, None),
    };
    connection
        .prepare_cached("UPDATE source SET silent_from = ?2, news_days = ?3 WHERE number = ?1")?
        .execute(params![source, from.map(|at| at.timestamp()), days])?;
    Ok(())
}

/// Remembers that a source that answers is silent, or has news again.
pub(super) fn mind_silence(
    connection: &Connection,
    source: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (from, last_new, answered): (Option<DateTime<Utc>>, Option<DateTime<Utc>>, bool) =
        connection
            .prepare_cached(
                "SELECT silent_from, last_new, last_success = ?2 AS answered FROM source WHERE number = ?1",
            )?
            .query_row(params![source, now.timestamp()], |row| {
                let times = (maybe_time(row, "silent_from")?, maybe_time(row, "last_new")?);
                Ok((times.0, times.1, row.get::<_, Option<bool>>("answered")?.unwrap_or(false)))
            })?;
    // Whether a source that fails has news can't be told.
    if !answered {
        return Ok(());
    }
    let silent = from.filter(|from| *from <= now);
    tell_silence(connection, source, silent, last_new, now)
}

/// Remembers that a source that answers is silent since then, or is not.
pub(super) fn tell_silence(
    connection: &Connection,
    source: i64,
    silent: Option<DateTime<Utc>>,
    last_new: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let reason = silent.map(|_| match last_new {
        Some(last) => format!("nothing new since {}", last.format("%Y-%m-%d")),
        None => "nothing new since it was first read".to_owned(),
    });
    incidents::silence(connection, source, reason.as_deref(), now)
}

/// Remembers that a source has moved, and where.
pub(super) fn moved(
    connection: &Connection,
    source: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let to: Option<String> = connection
        .prepare_cached("SELECT coalesce(feed_url, address) FROM source WHERE number = ?1")?
        .query_row([source], |row| row.get(0))?;
    let to = to.unwrap_or_default();
    incidents::happened(connection, source, What::Moved, &to, now)
}

/// The days on which a source has had news. What had no date at its first success tells nothing.
fn news_days(
    connection: &Connection,
    source: i64,
    timezone: Tz,
    today: NaiveDate,
) -> Result<BTreeSet<NaiveDate>, StoreError> {
    let since = today.checked_sub_days(HISTORY).unwrap_or(today);
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT item.published / 3600 FROM item JOIN source ON source.number = item.source
         WHERE item.source = ?1 AND item.last_seen >= ?2 AND NOT (place = 'first-seen' AND first_seen <= first_success)",
    )?;
    let from = midnight(since, Tz::UTC).unwrap_or_default().timestamp();
    let hours = query.query_map(params![source, from], |row| row.get::<_, i64>(0))?;
    let mut days = BTreeSet::new();
    for hour in hours {
        let at = DateTime::from_timestamp(3600 * hour?, 0).unwrap_or_default();
        let day = at.with_timezone(&timezone).date_naive();
        if (since..=today).contains(&day) {
            days.insert(day);
        }
    }
    Ok(days)
}

/// When a day begins.
fn midnight(day: NaiveDate, timezone: Tz) -> Option<DateTime<Utc>> {
    let local = day.and_hms_opt(0, 0, 0)?;
    let at = timezone.from_local_datetime(&local).earliest();
    Some(at.map_or(local.and_utc(), |at| at.to_utc()))
}

/// Since when a source is silent, and on how many days of a week it has had news, of a row of `source`.
pub(super) fn silent(row: &impl Columns) -> rusqlite::Result<Option<(DateTime<Utc>, f64)>> {
    let from = maybe_time(row, "silent_from")?;
    let days: Option<f64> = row.get("news_days")?;
    Ok(from.zip(days))
}
