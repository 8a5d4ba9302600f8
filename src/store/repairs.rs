//! What mends a listing whose rules stopped matching: the items that its list had, by which they are found again, and
//! the rules that were found.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use url::Url;

use super::health::{text, value};
use super::incidents::{What, happened};
use super::{Store, StoreError};
use crate::extract::drift::Known;
use crate::model::{Key, SourceId};

/// So many items of a list are remembered,
const MOST: usize = 60;
/// and so many of one that is shorter, those that it had before among them.
const LEAST: usize = 12;

/// Rules that fit a source's page where those of the configuration don't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What changes in the source's table, as lines of TOML.
    pub patch: String,
    /// The keys of the rules that go.
    pub dropped: Vec<String>,
    /// Why the configured rules don't fit, for people.
    pub reason: String,
    /// When that was seen first.
    pub since: DateTime<Utc>,
    /// The source is read by them.
    pub used: bool,
}

/// An item of a list, as it is kept.
#[derive(Serialize, Deserialize)]
struct Listed(String, Option<Url>, Option<NaiveDate>, bool);

impl Store {
    /// The items that a source's list had last.
    pub async fn roll(&self, source: &SourceId) -> Result<Vec<Known>, StoreError> {
        let source = source.clone();
        self.read(move |connection| {
            let roll = connection
                .prepare_cached(
                    "SELECT items FROM roll WHERE source = (SELECT number FROM source WHERE id = ?1)",
                )?
                .query_row([&source.0], |row| value::<Vec<Listed>>(row, "items"))
                .optional()?;
            Ok(known(roll.flatten()))
        })
        .await
    }

    /// Remembers the rules that mend a source, or that none are needed, unless its rules changed meanwhile.
    pub async fn mend(
        &self,
        source: &SourceId,
        rules: Key,
        repair: Option<Repair>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let source = source.clone();
        self.write(move |connection| {
            let number: Option<i64> = connection
                .prepare_cached("SELECT number FROM source WHERE id = ?1 AND rules = ?2")?
                .query_row(params![source.0, rules], |row| row.get(0))
                .optional()?;
            let Some(number) = number else { return Ok(()) };
            connection
                .prepare_cached("UPDATE source SET repair = ?2 WHERE number = ?1")?
                .execute(params![number, repair.as_ref().and_then(text)])?;
            match repair.filter(|repair| repair.used) {
                Some(repair) => happened(connection, number, What::Mended, &repair.reason, now),
                None => Ok(()),
            }
        })
        .await
    }
}

fn known(roll: Option<Vec<Listed>>) -> Vec<Known> {
    let listed = roll.unwrap_or_default().into_iter();
    let known = listed.map(|Listed(title, url, day, told)| Known {
        title,
        url,
        day,
        told,
    });
    known.collect()
}

/// Remembers the items of a list.
pub(super) fn enrol(
    connection: &Connection,
    source: i64,
    mut roll: Vec<Known>,
) -> Result<(), StoreError> {
    if roll.len() < LEAST {
        let before = connection
            .prepare_cached("SELECT items FROM roll WHERE source = ?1")?
            .query_row([source], |row| value::<Vec<Listed>>(row, "items"))
            .optional()?;
        // An item that only has another link or title now would be missed on the page under the one that it had.
        let gone = Known::gone(known(before.flatten()), &roll);
        roll.extend(gone.into_iter().take(LEAST - roll.len()));
    }
    roll.truncate(MOST);
    let listed: Vec<Listed> = roll
        .into_iter()
        .map(|known| Listed(known.title, known.url, known.day, known.told))
        .collect();
    connection
        .prepare_cached(
            "INSERT INTO roll (source, items) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET items = ?2",
        )?
        .execute(params![
            source,
            text(&listed).unwrap_or_else(|| "[]".to_owned())
        ])?;
    Ok(())
}
