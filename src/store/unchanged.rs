//! An answer that is the same as the last one: what most polls come to, recorded with one statement where nothing
//! special is known of the source.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::course::Course;
use super::incidents::{self, Condition};
use super::polls::{Recorded, Told};
use super::rows::pace;
use super::{StoreError, health};
use crate::schedule::Floor;

/// Records such an answer; `recorded` says when the source is due again.
pub(super) fn record(
    connection: &Connection,
    course: &Course,
    told: Told,
    floor: Floor,
    now: DateTime<Utc>,
    mut recorded: Recorded,
) -> Result<Recorded, StoreError> {
    let number = course.number;
    recorded.unchanged = true;
    course.answered(connection, told.moved, now, &mut recorded)?;
    let empty = course.listed(connection, None)?.filter(|empty| empty.fails);
    recorded.failed = empty.is_some();
    // What a 304 leaves out still holds (RFC 9111 §4.3.4).
    connection
        .prepare_cached(
            "UPDATE source SET last_attempt = ?2, last_success = ?2, failures = 0, error = ?5, doubted = NULL,
                    failing_since = iif(?5 IS NULL, NULL, coalesce(failing_since, ?2)),
                    etag = coalesce(?3, etag), last_modified = coalesce(?4, last_modified), coded = coalesce(?9, coded),
                    next_run = ?6, pace = ?7, fresh_until = ?8 WHERE number = ?1",
        )?
        .execute(params![
            number,
            now.timestamp(),
            told.validators.etag,
            told.validators.last_modified,
            empty.as_ref().map(|empty| &empty.text),
            recorded.next_run.timestamp(),
            pace(floor.pace),
            floor.fresh_until.map(|until| until.timestamp()),
            told.validators.coded,
        ])?;
    let condition = empty.map_or(Condition::Well(None), |empty| empty.condition(course, now));
    if course.is_troubled || recorded.failed {
        incidents::turn(connection, number, condition, now)?;
    }
    let silent = course.silent_from.filter(|from| *from <= now);
    if course.is_troubled || silent.is_some() {
        health::tell_silence(connection, number, silent, course.last_new, now)?;
    }
    if recorded.adopted {
        health::moved(connection, number, now)?;
    }
    Ok(recorded)
}
