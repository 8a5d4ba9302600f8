//! How values stand in columns: times as seconds, keys as blobs, lists as JSON.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dedup::Policy;
use crate::model::{Key, Pace};
use crate::schedule::Floor;

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Key {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        bytes
            .try_into()
            .map(Key)
            .map_err(|_| FromSqlError::InvalidBlobSize {
                expected_size: 16,
                blob_size: bytes.len(),
            })
    }
}

/// A time from its column; times that no calendar has become the epoch.
pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<DateTime<Utc>> {
    Ok(DateTime::from_timestamp(row.get(column)?, 0).unwrap_or_default())
}

/// A time that may be missing.
pub(super) fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
}

/// A list from its column; one that does not read is empty.
pub(super) fn list<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<T>> {
    let text: Option<String> = row.get(column)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// A list for its column.
pub(super) fn json<T: Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".into())
}

/// What a feed wants, for its column; nothing where it wants nothing.
pub(super) fn pace(pace: Pace) -> Option<String> {
    (pace != Pace::default()).then(|| serde_json::to_string(&pace).ok())?
}

/// What a source asks for itself, from its columns; what does not read is nothing.
pub(super) fn floor(row: &Row<'_>) -> rusqlite::Result<Floor> {
    let pace: Option<String> = row.get("pace")?;
    Ok(Floor {
        pace: pace
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
        fresh_until: maybe_time(row, "fresh_until")?,
    })
}

/// What the names of a source's items are worth, from its column; what does not read is nothing against them.
pub(super) fn policy(row: &Row<'_>) -> rusqlite::Result<Policy> {
    let text: Option<String> = row.get("policy")?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}
