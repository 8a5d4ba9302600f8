//! The sources that are configured are made known: written down where that is new, with what it makes void.

use std::borrow::Borrow;
use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::rows::{Columns, InOrder, floor, json, maybe_time};
use super::{Store, StoreError};
use crate::config::{Content, Source};
use crate::model::{Key, SourceId};
use crate::schedule::Remembered;

/// What of a source's state decides whether and when it is polled. There may be tens of thousands, so the rest of it is
/// left where it is.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// Why its changed rules are not in use: it is not polled.
    pub held: Option<String>,
    /// What decides when it is due after a restart.
    pub remembered: Remembered,
}

impl Registration {
    fn from_row(row: &impl Columns) -> rusqlite::Result<Self> {
        Ok(Self {
            remembered: Remembered {
                asked: maybe_time(row, "last_attempt")?,
                failures: row.get("failures")?,
                due: maybe_time(row, "next_run")?,
                floor: floor(row)?,
            },
            held: row.get("held")?,
        })
    }
}

/// What is written down of a source's configuration.
#[derive(PartialEq, Eq)]
struct Registered {
    id: SourceId,
    title: String,
    url: String,
    /// As JSON.
    tags: String,
    priority: i64,
    rules: Key,
    whole: bool,
}

impl Registered {
    fn of(source: &Source) -> Self {
        Self {
            id: source.id.clone(),
            title: source.title.clone(),
            url: source.url.to_string(),
            tags: json(&source.tags),
            priority: source.priority,
            rules: source.rules,
            whole: source.content == Content::Full,
        }
    }

    fn from_row(row: &impl Columns) -> rusqlite::Result<Self> {
        Ok(Self {
            id: SourceId(row.get("id")?),
            title: row.get("title")?,
            url: row.get("url")?,
            tags: row.get("tags")?,
            priority: row.get("priority")?,
            rules: row.get("rules")?,
            whole: row.get("whole")?,
        })
    }

    fn register(&self, connection: &Connection) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT INTO source (id, title, url, tags, priority, rules, whole) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET title = ?2, url = ?3, tags = ?4, priority = ?5, whole = ?7,
                        first_success = iif(url = ?3, first_success, NULL), held = NULL,
                        unread_since = iif(url = ?3, unread_since, NULL)",
            )?
            .execute(params![self.id.0, self.title, self.url, self.tags, self.priority, self.rules, self.whole])?;
        connection
            .prepare_cached(
                "DELETE FROM roll WHERE source = (SELECT number FROM source WHERE id = ?1 AND rules <> ?2)",
            )?
            .execute(params![self.id.0, self.rules])?;
        connection
            .prepare_cached(
                "UPDATE source SET rules = ?2, etag = NULL, last_modified = NULL, coded = NULL, body = NULL, whole_at = NULL,
                        kind = NULL, feed_url = NULL, failures = 0, error = NULL, failing_since = NULL, next_run = NULL, address = NULL, partial = 0,
                        moving_to = NULL, moving_since = NULL, moving_seen = 0, gone_since = NULL, gone_seen = 0,
                        empty_seen = 0, pace = NULL, fresh_until = NULL, picture = NULL, doubted = NULL,
                        repair = NULL, accepted = NULL
                 WHERE id = ?1 AND rules <> ?2",
            )?
            .execute(params![self.id.0, self.rules])?;
        Ok(())
    }
}

impl Store {
    /// Makes the configured sources known and gives what decides when each is polled, in their order. Where the rules of a
    /// source changed, its validators and the kind that was seen are void; where its address changed, it is as new, so
    /// that it floods no feed.
    pub async fn register(
        &self,
        sources: &[impl Borrow<Source>],
    ) -> Result<Vec<Registration>, StoreError> {
        let sources = sources.iter().map(Borrow::borrow);
        let sources: Vec<Registered> = sources.map(Registered::of).collect();
        self.write(move |connection| {
            let (mut registrations, retired) = known(connection, &sources)?;
            for (source, known) in sources.iter().zip(&mut registrations) {
                if known.is_none() {
                    source.register(connection)?;
                    *known = Some(registration(connection, &source.id)?);
                }
            }
            // What is not configured any more is not due any more.
            let mut retire = connection
                .prepare_cached("UPDATE source SET next_run = NULL, held = NULL WHERE id = ?1")?;
            for id in retired {
                retire.execute([id.0])?;
            }
            Ok(registrations.into_iter().flatten().collect())
        })
        .await
    }
}

/// What is known of each of these sources that is known just so, as most are at a start; and those that are due or held
/// though they are not among them.
fn known(
    connection: &Connection,
    sources: &[Registered],
) -> Result<(Vec<Option<Registration>>, Vec<SourceId>), StoreError> {
    let places = sources.iter().zip(0..).map(|(source, at)| (&source.id, at));
    let places: HashMap<&SourceId, usize> = places.collect();
    let (mut found, mut others) = (vec![None; sources.len()], Vec::new());
    let mut query = connection.prepare_cached(
        "SELECT id, title, url, tags, priority, rules, whole, last_attempt, failures, next_run, pace, fresh_until, held FROM source",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let row = InOrder::from(row);
        let (known, registration) = (Registered::from_row(&row)?, Registration::from_row(&row)?);
        let place = places.get(&known.id).copied();
        match place.and_then(|at| sources.get(at).zip(found.get_mut(at))) {
            Some((source, place)) if *source == known && registration.held.is_none() => {
                *place = Some(registration);
            }
            None if registration.remembered.due.is_some() || registration.held.is_some() => {
                others.push(known.id);
            }
            _ => {}
        }
    }
    Ok((found, others))
}

fn registration(connection: &Connection, id: &SourceId) -> Result<Registration, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM source WHERE id = ?1")?;
    Ok(query.query_row([&id.0], |row| Registration::from_row(&InOrder::from(row)))?)
}
