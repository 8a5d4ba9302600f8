//! Recording a poll in one transaction: its items, how its source fares, and when that is due again.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, params};
use url::Url;

use super::bodies::{self, Packed};
use super::course::Course;
use super::incidents::{self, Condition};
use super::placing::{Done, Placing};
use super::polls::{Fetched, Outcome, Poll, Recorded};
use super::rows::{json, maybe_time, pace, time};
use super::{Store, StoreError, articles, asked, health, held, repairs, unchanged, unindexed};
use crate::config::Follow;
use crate::dedup::health::{Doubted, Trust};
use crate::dedup::{Fetch, Placed, Verdict};
use crate::fetch::Pause;
use crate::fetch::history::PAUSE;
use crate::model::{Item, Key, Kind, Validators};
use crate::schedule::{Floor, Known, Sighting};

impl Store {
    /// Records a poll. `next` says when the source is due again, given what is known of it then.
    pub async fn record(
        &self,
        poll: Poll,
        next: impl FnOnce(&Known) -> DateTime<Utc> + Send + 'static,
    ) -> Result<Recorded, StoreError> {
        self.write(move |connection| record(connection, poll, next))
            .await
    }
}

fn record(
    connection: &Connection,
    poll: Poll,
    next: impl FnOnce(&Known) -> DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    wait(connection, &poll.pauses)?;
    if let Outcome::Read(fetched) = &poll.outcome {
        asked::save(connection, &fetched.asked, &fetched.items, poll.at)?;
    }
    let course = Course::of(connection, &poll.source)?;
    let Some(course) = course.filter(|course| course.rules == poll.rules) else {
        return Ok(Recorded {
            stale: true,
            next_run: poll.at,
            ..Recorded::default()
        });
    };
    unindexed::enter_some(connection, poll.at)?;
    let floor = floor_after(&poll.outcome, course.floor);
    let failures = match poll.outcome {
        Outcome::Failed { .. } => course.failures.saturating_add(1),
        _ => 0,
    };
    let (number, at) = (course.number, poll.at);
    let due = || {
        let news = news(connection, number, poll.news_since)?;
        Ok::<_, StoreError>(next(&Known {
            failures,
            floor,
            first: course.first_success,
            news,
        }))
    };
    let mut recording = Recording {
        connection,
        course: &course,
        timezone: poll.timezone,
        at,
        kept: poll.kept,
        recorded: Recorded::default(),
    };
    if course.waits && !matches!(poll.outcome, Outcome::Read(_)) {
        recording.place_overdue()?;
    }
    let condition = match poll.outcome {
        Outcome::Held(until) => return recording.put_off(until),
        Outcome::NotModified(told) | Outcome::Identical(told) => {
            recording.list_again()?;
            let recorded = Recorded {
                next_run: due()?,
                ..recording.recorded
            };
            return unchanged::record(connection, &course, told, floor, at, recorded);
        }
        Outcome::Failed { error, gone } => recording.fail(error, gone, failures)?,
        Outcome::Doubted(doubted) => recording.doubt(*doubted)?,
        Outcome::Read(fetched) => recording.read(*fetched)?,
    };
    incidents::turn(connection, number, condition, at)?;
    health::mind_silence(connection, number, at)?;
    recording.recorded.next_run = due()?;
    recording.settle(floor)
}

/// When a source wants to be asked again after an answer: what a feed wants holds until it says something else; what HTTP
/// says, until the next answer.
fn floor_after(outcome: &Outcome, before: Floor) -> Floor {
    match outcome {
        Outcome::Failed { .. } | Outcome::Doubted(_) | Outcome::Held(_) => before,
        Outcome::NotModified(told) | Outcome::Identical(told) => Floor {
            fresh_until: told.fresh_until,
            ..before
        },
        Outcome::Read(fetched) => Floor {
            fresh_until: fetched.told.fresh_until,
            pace: fetched.pace,
        },
    }
}

/// A poll of a source that is being recorded.
struct Recording<'a> {
    connection: &'a Connection,
    course: &'a Course,
    /// For items without a date.
    timezone: Tz,
    at: DateTime<Utc>,
    /// What came, to be kept.
    kept: Option<Packed>,
    /// What it has changed so far.
    recorded: Recorded,
}

impl Recording<'_> {
    /// Its host wants to be left alone: nothing but the time is known.
    fn put_off(mut self, until: DateTime<Utc>) -> Result<Recorded, StoreError> {
        self.recorded.held = true;
        self.recorded.next_run = until;
        self.connection
            .prepare_cached("UPDATE source SET next_run = ?2 WHERE number = ?1")?
            .execute(params![self.course.number, until.timestamp()])?;
        Ok(self.recorded)
    }

    /// It lists what it listed last time, which confirms what is held back of that.
    fn list_again(&mut self) -> Result<(), StoreError> {
        if self.course.holds || self.recorded.withheld > 0 {
            held::listed_again(self.connection, self.course.number, self.at)?;
            held::confirm(self.connection, self.course, self.at, &mut self.recorded)?;
        }
        Ok(())
    }

    fn fail(&mut self, error: String, gone: bool, failures: u32) -> Result<Condition, StoreError> {
        let recorded = &mut self.recorded;
        recorded.failed = true;
        self.course
            .failed(self.connection, gone, failures, self.at, recorded)?;
        // What can't be read is what repaired rules will be tried on.
        self.keep(None)?;
        self.connection
            .prepare_cached(
                "UPDATE source SET last_attempt = ?2, failures = ?3, error = ?4,
                        failing_since = coalesce(failing_since, ?2) WHERE number = ?1",
            )?
            .execute(params![
                self.course.number,
                self.at.timestamp(),
                failures,
                error
            ])?;
        if self.recorded.paused {
            return Ok(Condition::Gone(error));
        }
        Ok(Condition::Failing {
            reason: error,
            since: self.course.failing_since.unwrap_or(self.at),
            failures,
        })
    }

    fn doubt(&mut self, doubted: Doubted) -> Result<Condition, StoreError> {
        self.recorded.degraded = true;
        self.keep(None)?;
        health::doubt(self.connection, self.course.number, &doubted, self.at)?;
        Ok(Condition::Degraded(doubted.reason))
    }

    fn read(&mut self, mut fetched: Fetched) -> Result<Condition, StoreError> {
        let (connection, course, at) = (self.connection, self.course, self.at);
        let items = std::mem::take(&mut fetched.items);
        let known = self.place(items, &fetched)?;
        // What has none of the news that we know may be another page altogether.
        let moved = fetched.told.moved.take().filter(|_| known);
        course.answered(connection, moved, at, &mut self.recorded)?;
        let empty = course.listed(connection, Some(self.recorded.listed))?;
        if self.recorded.nameless > 0 {
            fetched.warnings.push(format!(
                "{} new items have no title, and their articles gave none; they are left out",
                self.recorded.nameless
            ));
        }
        let odd = empty.iter().map(|empty| empty.text.clone());
        fetched.warnings.extend(odd);
        let empty = empty.filter(|empty| empty.fails);
        self.recorded.failed = empty.is_some();
        self.succeed(&fetched, empty.as_ref().map(|empty| empty.text.as_str()))?;
        let whole = self.recorded.listed > 0 && !fetched.partial;
        health::believe(connection, course.number, whole.then_some(fetched.picture))?;
        if whole && fetched.kind == Kind::Listing {
            repairs::enrol(connection, course.number, fetched.roll)?;
        }
        let came = self.recorded.new + self.recorded.joined + self.recorded.seen > 0;
        if came || course.silent_from.is_none() {
            health::listen(connection, course.number, self.timezone, at)?;
        }
        let anew = match fetched.trust {
            Trust::Usual => None,
            Trust::Found => Some("its list was found, where one article stood before".to_owned()),
            Trust::Settled | Trust::Anew => Some(
                "it has listed the same for a day, and that is taken for its news now".to_owned(),
            ),
        };
        Ok(empty.map_or(Condition::Well(anew), |empty| empty.condition(course, at)))
    }

    /// Places the items of a document and keeps what came; says whether any of them was known.
    fn place(&mut self, items: Vec<Item>, fetched: &Fetched) -> Result<bool, StoreError> {
        let (connection, course) = (self.connection, self.course);
        let placing = Placing {
            connection,
            course,
            timezone: self.timezone,
            follow: fetched.follow,
            fetch: Fetch {
                since: course
                    .since()
                    .filter(|_| !matches!(fetched.trust, Trust::Anew | Trust::Found)),
                partial: fetched.partial,
                now: self.at,
            },
            whole_feed: fetched.kind == Kind::Feed && !fetched.partial,
            replayed: None,
        };
        self.recorded.listed = items.len();
        let waited = articles::waiting(connection, course.number, None)?;
        let newest = newest_item(connection)?;
        let Done { placed, memory } = placing.place(items, &waited, &mut self.recorded)?;
        held::confirm(connection, course, self.at, &mut self.recorded)?;
        let page = fetched.feed_url.as_ref().map(Url::as_str);
        came_from(connection, course.number, newest, fetched.kind, page)?;
        if self.kept.is_some() {
            self.keep(Some((fetched.kind, &listed(&placed))))?;
        }
        Ok(!memory.items.is_empty())
    }

    /// Places what has waited too long for its article although its source gave nothing that can be read.
    fn place_overdue(&mut self) -> Result<(), StoreError> {
        let overdue = articles::overdue(self.connection, self.course.number, self.at)?;
        if overdue.is_empty() {
            return Ok(());
        }
        let placing = Placing {
            connection: self.connection,
            course: self.course,
            timezone: self.timezone,
            follow: Follow::Always,
            fetch: Fetch {
                since: self.course.since(),
                // Nothing was listed, so nothing counts as gone.
                partial: true,
                now: self.at,
            },
            whole_feed: false,
            replayed: None,
        };
        placing.place(Vec::new(), &overdue, &mut self.recorded)?;
        Ok(())
    }

    /// Keeps what came, with what was `read` of it.
    fn keep(&self, read: Option<(Kind, &[Key])>) -> Result<(), StoreError> {
        match &self.kept {
            Some(packed) => bodies::keep(self.connection, self.course, packed, read, self.at),
            None => Ok(()),
        }
    }

    /// Writes what a document says of its source; `error` is why it fails all the same.
    fn succeed(&self, fetched: &Fetched, error: Option<&str>) -> Result<(), StoreError> {
        let recorded = &self.recorded;
        // A document that was cut short is asked for again, a list that was not read to its end, and one of whose
        // items some still wait.
        let done = !fetched.partial && !fetched.unread && recorded.waiting == 0;
        let validators = done.then(|| fetched.told.validators.clone());
        let Validators {
            etag,
            last_modified,
            coded,
        } = validators.unwrap_or_default();
        self.connection
            .prepare_cached(
                "UPDATE source SET last_attempt = ?2, last_success = ?2, first_success = coalesce(first_success, ?2),
                        last_new = iif(?3, ?2, last_new), failures = 0, error = ?14, kind = ?4,
                        failing_since = iif(?14 IS NULL, NULL, coalesce(failing_since, ?2)),
                        feed_url = iif(?12, feed_url, ?5), etag = ?6, last_modified = ?7, coded = ?16, body = ?8, whole_at = ?2,
                        listed = ?9, rates = ?10, warnings = ?11, partial = ?13,
                        unread_since = iif(?15, coalesce(unread_since, iif(first_success IS NULL, 0, last_success)), NULL)
                 WHERE number = ?1",
            )?
            .execute(params![
                self.course.number,
                self.at.timestamp(),
                recorded.new + recorded.joined > 0,
                fetched.kind.as_str(),
                fetched.feed_url.as_ref().map(Url::as_str),
                etag,
                last_modified,
                done.then_some(fetched.body),
                u32::try_from(recorded.listed).unwrap_or(u32::MAX),
                json(&fetched.rates),
                json(&fetched.warnings),
                recorded.adopted,
                fetched.partial,
                error,
                fetched.unread,
                coded,
            ])?;
        Ok(())
    }

    /// Writes when its source is due again.
    fn settle(mut self, floor: Floor) -> Result<Recorded, StoreError> {
        let (connection, number) = (self.connection, self.course.number);
        if self.recorded.adopted {
            health::moved(connection, number, self.at)?;
        }
        if self.recorded.paused {
            let earliest = self.at + PAUSE;
            self.recorded.next_run = self.recorded.next_run.max(earliest);
        }
        connection
            .prepare_cached(
                "UPDATE source SET next_run = ?2, pace = ?3, fresh_until = ?4 WHERE number = ?1",
            )?
            .execute(params![
                number,
                self.recorded.next_run.timestamp(),
                pace(floor.pace),
                floor.fresh_until.map(|until| until.timestamp()),
            ])?;
        Ok(self.recorded)
    }
}

/// The items that decide when a source is due again.
fn news(
    connection: &Connection,
    source: i64,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Sighting>, StoreError> {
    since.map_or(Ok(Vec::new()), |since| sightings(connection, source, since))
}

fn newest_item(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached("SELECT coalesce(max(number), 0) FROM item")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Remembers of the items of a source that came after `newest` what they were read from: the feed that the source
/// announces, or the source itself.
fn came_from(
    connection: &Connection,
    source: i64,
    newest: i64,
    kind: Kind,
    feed: Option<&str>,
) -> Result<(), StoreError> {
    // The plus keeps it from walking through all that the source has.
    connection
        .prepare_cached(
            "UPDATE item SET kind = ?3, page = coalesce(?4, (SELECT coalesce(address, url) FROM source WHERE number = ?1))
             WHERE number > ?2 AND +source = ?1",
        )?
        .execute(params![source, newest, kind.as_str(), feed])?;
    Ok(())
}

/// The first keys of the items that have a row.
fn listed(placed: &[Placed]) -> Vec<Key> {
    let rowless = |verdict| {
        matches!(
            verdict,
            Verdict::Forgotten | Verdict::Repeated | Verdict::Held
        )
    };
    let stored = placed.iter().filter(|placed| !rowless(placed.verdict));
    stored.map(|placed| placed.keys.first()).collect()
}

/// Remembers the pauses that hosts asked for, so that a restart cuts none short.
fn wait(connection: &Connection, pauses: &[Pause]) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO host (name, until) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET until = max(until, ?2)",
    )?;
    for Pause { host, until } in pauses {
        insert.execute(params![host, until.timestamp()])?;
    }
    Ok(())
}

/// A source's items since then, the newest of them if there are very many.
fn sightings(
    connection: &Connection,
    source: i64,
    since: DateTime<Utc>,
) -> Result<Vec<Sighting>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT iif(precision = 'day' OR place = 'first-seen', NULL, item.published) AS published, item.first_seen,
                item.first_seen <= source.first_success AS backlog
         FROM item JOIN source ON source.number = item.source
         WHERE item.source = ?1 AND item.last_seen >= ?2 AND item.first_seen >= ?2
         ORDER BY item.number DESC LIMIT 5000",
    )?;
    let rows = query.query_map(params![source, since.timestamp()], |row| {
        Ok(Sighting {
            published: maybe_time(row, "published")?,
            seen: time(row, "first_seen")?,
            backlog: row.get("backlog")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
