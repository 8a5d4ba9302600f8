//! What sources answered, as it came: kept for a while, so that other rules can be tried on it.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use url::Url;

use super::course::Course;
use super::rows::{list, maybe_time, time};
use super::{Store, StoreError};
use crate::config::Bodies;
use crate::dedup;
use crate::model::{Key, Kind, Page, SourceId, Validators};

/// How hard is packed: harder takes three times as long, and saves one byte in sixteen.
const LEVEL: i32 = 3;

/// The pages of one poll, packed to be kept.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Whether they are the feed that the configured page announces.
    announced: bool,
    pages: Vec<Told>,
    bodies: Vec<u8>,
    digest: Key,
    /// How much may be kept.
    limits: Bodies,
}

/// What is known of a page besides its body. Nothing that was sent to get it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    asked: Url,
    url: Url,
    content_type: Option<String>,
    fetched: DateTime<Utc>,
    length: usize,
}

/// An answer that was kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// When it was recorded: the first sighting of what was new in it.
    pub at: DateTime<Utc>,
    /// When its source had last given anything before it.
    pub since: Option<DateTime<Utc>>,
    /// Whether it is the feed that the configured page announces.
    pub announced: bool,
    /// What it was read as; nothing where it could not be read.
    pub kind: Option<Kind>,
    /// The first identity keys of the items that were read from it.
    pub listed: Vec<Key>,
    /// Its row.
    number: i64,
}

impl Packed {
    /// Packs what was fetched for one poll, each page with the address that was asked for it; nothing where there is
    /// nothing to keep.
    #[must_use]
    pub fn of(pages: &[(Url, Page)], announced: bool, limits: Bodies) -> Option<Self> {
        let all: Vec<&[u8]> = pages.iter().map(|(_, page)| page.body.as_slice()).collect();
        let all = all.concat();
        if pages.is_empty() || limits.total == 0 {
            return None;
        }
        let told = pages.iter().map(|(asked, page)| Told {
            asked: bare(asked),
            url: bare(&page.url),
            content_type: page.content_type.clone(),
            fetched: page.fetched_at,
            length: page.body.len(),
        });
        let mut digest = [0; 16];
        blake3::Hasher::new()
            .update(&all)
            .finalize_xof()
            .fill(&mut digest);
        Some(Self {
            announced,
            pages: told.collect(),
            bodies: zstd::bulk::compress(&all, LEVEL).ok()?,
            digest: Key(digest),
            limits,
        })
    }
}

/// An address without a user and a password.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    // Fails only where there can be none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url
}

impl Store {
    /// The answers of a source that were kept since then and came from its present address, the oldest first.
    pub async fn kept(
        &self,
        source: &SourceId,
        address: &Url,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<Kept>, StoreError> {
        let (source, address) = (source.clone(), dedup::page(address));
        self.read(move |connection| {
            // A database of before has none.
            if !has_answers(connection)? {
                return Ok(Vec::new());
            }
            let mut query = connection.prepare_cached(
                "SELECT number, at, since, announced, kind, listed FROM answer
                 WHERE source = (SELECT number FROM source WHERE id = ?1) AND address = ?2 AND at >= ?3
                 ORDER BY at, number",
            )?;
            let from = since.map_or(i64::MIN, |since| since.timestamp());
            let rows = query.query_map(params![source.0, address, from], |row| {
                let listed: Vec<u8> = row.get("listed")?;
                let kind: Option<String> = row.get("kind")?;
                Ok(Kept {
                    at: time(row, "at")?,
                    since: maybe_time(row, "since")?,
                    announced: row.get("announced")?,
                    kind: kind.as_deref().and_then(Kind::from_word),
                    listed: listed
                        .as_chunks::<16>()
                        .0
                        .iter()
                        .map(|key| Key(*key))
                        .collect(),
                    number: row.get("number")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The pages of an answer, as they came, each with the address that was asked for it; none where it was dropped
    /// meanwhile.
    pub async fn unpack(&self, kept: &Kept) -> Result<Vec<(Url, Page)>, StoreError> {
        let number = kept.number;
        self.read(move |connection| {
            let mut query =
                connection.prepare_cached("SELECT pages, bodies FROM answer WHERE number = ?1")?;
            let found = query.query_row([number], |row| {
                Ok((
                    list::<Told>(row, "pages")?,
                    row.get::<_, Vec<u8>>("bodies")?,
                ))
            });
            let Some((told, packed)) = found.optional()? else {
                return Ok(Vec::new());
            };
            let length = told.iter().map(|page| page.length).sum();
            let bodies = zstd::bulk::decompress(&packed, length).unwrap_or_default();
            let mut rest = bodies.as_slice();
            let mut pages = Vec::with_capacity(told.len());
            for told in told {
                let Some((body, after)) = rest.split_at_checked(told.length) else {
                    break;
                };
                rest = after;
                let page = Page {
                    url: told.url,
                    content_type: told.content_type,
                    body: body.to_vec(),
                    validators: Validators::default(),
                    fetched_at: told.fetched,
                    fresh_until: None,
                    moved: None,
                    links: None,
                };
                pages.push((told.asked, page));
            }
            Ok(pages)
        })
        .await
    }

    /// Forgets everything that a source answered.
    pub async fn drop_bodies(&self, source: &SourceId) -> Result<(), StoreError> {
        let source = source.clone();
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM answer WHERE source = (SELECT number FROM source WHERE id = ?1)",
                [&source.0],
            )?;
            Ok(())
        })
        .await
    }
}

pub(super) fn has_answers(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'answer')",
        [],
        |row| row.get(0),
    )?)
}

/// Keeps what a poll fetched, unless it is what was kept last; drops what goes over the limits of its source. What
/// was `read` from it are a kind and the first keys of items.
pub(super) fn keep(
    connection: &Connection,
    course: &Course,
    packed: &Packed,
    read: Option<(Kind, &[Key])>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(address) = course.url.as_ref().map(dedup::page) else {
        return Ok(());
    };
    let kind = read.map(|(kind, _)| kind.as_str());
    let keys = read.map(|(_, keys)| keys).unwrap_or_default();
    let listed: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
    let newest: Option<(i64, Key, Key)> = connection
        .prepare_cached(
            "SELECT number, digest, address FROM answer WHERE source = ?1 ORDER BY at DESC, number DESC LIMIT 1",
        )?
        .query_row([course.number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if let Some((number, digest, from)) = newest
        && (digest, from) == (packed.digest, address)
    {
        // What could not be read before may be readable now, under other rules.
        if kind.is_some() {
            connection
                .prepare_cached("UPDATE answer SET kind = ?2, listed = ?3 WHERE number = ?1")?
                .execute(params![number, kind, listed])?;
        }
        return Ok(());
    }
    let size = u64::try_from(packed.bodies.len()).unwrap_or(u64::MAX);
    if size > packed.limits.source {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO answer (source, at, size, address, announced, since, kind, listed, digest, pages, bodies)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            course.number,
            at.timestamp(),
            i64::try_from(size).unwrap_or(i64::MAX),
            address,
            packed.announced,
            course.since().map(|since| since.timestamp()),
            kind,
            listed,
            packed.digest,
            super::rows::json(&packed.pages),
            packed.bodies,
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM answer WHERE number IN (
                 SELECT number FROM (
                     SELECT number, sum(size) OVER (ORDER BY at DESC, number DESC) AS upto FROM answer WHERE source = ?1)
                 WHERE upto > ?2)",
        )?
        .execute(params![course.number, limit(packed.limits.source)])?;
    Ok(())
}

/// Drops what is too old, but for the newest answer of each source that is polled, and what is too much for all
/// together: every source keeps as many as the others, the newest.
pub(super) fn prune(
    connection: &Connection,
    limits: Bodies,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let keep = TimeDelta::from_std(limits.keep).unwrap_or(TimeDelta::MAX);
    let horizon = now.checked_sub_signed(keep).unwrap_or(DateTime::UNIX_EPOCH);
    // The index has all that is to be looked at; the rows have the bodies besides.
    connection
        .prepare_cached(
            "DELETE FROM answer WHERE number IN (
                 SELECT number FROM answer INDEXED BY answer_source WHERE at < ?1 AND (
                     EXISTS (SELECT 1 FROM answer AS newer WHERE newer.source = answer.source AND newer.at > answer.at)
                     OR (SELECT next_run IS NULL AND held IS NULL FROM source WHERE source.number = answer.source)))",
        )?
        .execute([horizon.timestamp()])?;
    let total: i64 = connection
        .prepare_cached("SELECT coalesce(sum(size), 0) FROM answer INDEXED BY answer_source")?
        .query_row([], |row| row.get(0))?;
    let limit = limit(limits.total);
    if total <= limit {
        return Ok(());
    }
    connection
        .prepare_cached(
            "DELETE FROM answer WHERE number IN (
                 SELECT number FROM (
                     SELECT number, sum(size) OVER (ORDER BY place, at DESC, number DESC) AS upto FROM (
                         SELECT number, at, size, row_number() OVER (PARTITION BY source ORDER BY at DESC, number DESC) AS place
                         FROM answer))
                 WHERE upto > ?1)",
        )?
        .execute([limit])?;
    Ok(())
}

fn limit(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn page(url: &str, body: &str) -> (Url, Page) {
        let url = Url::parse(url).unwrap();
        let page = Page {
            url: url.clone(),
            content_type: Some("text/html; charset=utf-8".into()),
            body: body.into(),
            validators: Validators::default(),
            fetched_at: DateTime::UNIX_EPOCH,
            fresh_until: None,
            moved: None,
            links: None,
        };
        (url, page)
    }

    const LIMITS: Bodies = Bodies {
        keep: std::time::Duration::from_secs(86_400),
        source: 1 << 20,
        total: 1 << 20,
    };

    /// A database with these sources, by number; those above 90 are not polled any more.
    fn database(sources: &[i64]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(&super::super::open::schema())
            .unwrap();
        for number in sources {
            connection
                .execute(
                    "INSERT INTO source (number, id, title, url, tags, priority, rules, next_run)
                     VALUES (?1, ?1 || '', '', '', '[]', 0, x'', iif(?1 > 90, NULL, 0))",
                    [number],
                )
                .unwrap();
        }
        connection
    }

    /// An answer of a source at a time in seconds.
    fn answered(connection: &Connection, source: i64, at: i64, size: i64) {
        connection
            .execute(
                "INSERT INTO answer (source, at, size, address, announced, listed, digest, pages, bodies)
                 VALUES (?1, ?2, ?3, x'', 0, x'', x'', '[]', x'')",
                [source, at, size],
            )
            .unwrap();
    }

    fn left(connection: &Connection) -> Vec<(i64, i64)> {
        let mut query = connection
            .prepare("SELECT source, at FROM answer ORDER BY source, at")
            .unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn neither_users_nor_passwords_are_kept() {
        let pages = [page("https://anna:segreto@a.example/x?y#z", "testo")];
        let packed = Packed::of(&pages, false, LIMITS).unwrap();
        assert_eq!(packed.pages[0].asked.as_str(), "https://a.example/x?y#z");
        assert_eq!(packed.pages[0].url.as_str(), "https://a.example/x?y#z");
        assert!(Packed::of(&pages, false, Bodies::NONE).is_none());
        assert!(Packed::of(&[], false, LIMITS).is_none());
    }

    #[test]
    fn what_is_too_old_goes_but_for_the_newest_of_what_is_polled() {
        let connection = database(&[1, 2, 99]);
        for (source, at) in [(1, 10), (1, 20), (2, 10), (2, 100_000), (99, 20)] {
            answered(&connection, source, at, 1);
        }
        let now = DateTime::from_timestamp(100_000, 0).unwrap();
        prune(&connection, LIMITS, now).unwrap();
        assert_eq!(left(&connection), [(1, 20), (2, 100_000)]);
    }

    #[test]
    fn a_busy_source_takes_no_place_from_a_quiet_one() {
        let connection = database(&[1, 2]);
        answered(&connection, 1, 5, 10);
        for at in 10..20 {
            answered(&connection, 2, at, 10);
        }
        let limits = Bodies {
            total: 30,
            ..LIMITS
        };
        prune(&connection, limits, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(left(&connection), [(1, 5), (2, 18), (2, 19)]);
    }
}
