//! How values stand in columns: times as seconds, keys as blobs, lists as JSON.

use std::cell::Cell;

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

/// What gives the columns of a row by their names.
pub(super) trait Columns {
    fn get<T: FromSql>(&self, column: &str) -> rusqlite::Result<T>;
}

impl Columns for Row<'_> {
    fn get<T: FromSql>(&self, column: &str) -> rusqlite::Result<T> {
        Row::get(self, column)
    }
}

/// A row that is asked for its columns by and large in the order of its statement: each is looked for behind the last one,
/// and not among all from the first on, which for the forty of a source takes longer than to read them.
pub(super) struct InOrder<'row, 'statement> {
    row: &'row Row<'statement>,
    next: Cell<usize>,
}

impl<'row, 'statement> From<&'row Row<'statement>> for InOrder<'row, 'statement> {
    fn from(row: &'row Row<'statement>) -> Self {
        let next = Cell::new(0);
        Self { row, next }
    }
}

impl Columns for InOrder<'_, '_> {
    fn get<T: FromSql>(&self, column: &str) -> rusqlite::Result<T> {
        let statement = self.row.as_ref();
        let count = statement.column_count();
        let next = self.next.get();
        for at in (next..count).chain(0..next.min(count)) {
            if statement.column_name(at)? == column {
                self.next.set(at + 1);
                return self.row.get(at);
            }
        }
        Err(rusqlite::Error::InvalidColumnName(column.to_owned()))
    }
}

/// A time from its column; times that no calendar has become the epoch.
pub(super) fn time(row: &impl Columns, column: &str) -> rusqlite::Result<DateTime<Utc>> {
    Ok(DateTime::from_timestamp(row.get(column)?, 0).unwrap_or_default())
}

/// A time that may be missing.
pub(super) fn maybe_time(
    row: &impl Columns,
    column: &str,
) -> rusqlite::Result<Option<DateTime<Utc>>> {
    Ok(row
        .get::<Option<i64>>(column)?
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
}

/// A list from its column; one that does not read is empty.
pub(super) fn list<T: DeserializeOwned>(
    row: &impl Columns,
    column: &str,
) -> rusqlite::Result<Vec<T>> {
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
pub(super) fn floor(row: &impl Columns) -> rusqlite::Result<Floor> {
    let pace: Option<String> = row.get("pace")?;
    Ok(Floor {
        pace: pace
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
        fresh_until: maybe_time(row, "fresh_until")?,
    })
}

/// What the names of a source's items are worth, from its column; what does not read is nothing against them.
pub(super) fn policy(row: &impl Columns) -> rusqlite::Result<Policy> {
    let text: Option<String> = row.get("policy")?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn columns_are_found_in_any_order_and_missing_ones_are_told() {
        let connection = Connection::open_in_memory().unwrap();
        let sql = "SELECT 1 AS a, 2 AS b, NULL AS c, 4 AS d";
        connection
            .query_row(sql, [], |row| {
                let row = InOrder::from(row);
                let number = |column: &str| row.get::<i64>(column);
                let found =
                    ["a", "b", "d", "a", "a", "d", "b"].map(|column| number(column).unwrap());
                assert_eq!(found, [1, 2, 4, 1, 1, 4, 2]);
                assert_eq!(row.get::<Option<i64>>("c"), Ok(None));
                let missing = number("e").unwrap_err();
                assert_eq!(missing.to_string(), "Invalid column name: e");
                assert_eq!(number("d"), Ok(4));
                Ok(())
            })
            .unwrap();
    }
}
