//! Recording a poll: looking up, placing and writing in one transaction, with the source's state and validators.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::articles;
use super::asked::{self, Asked};
use super::bodies::{self, Packed};
use super::course::Course;
use super::held;
use super::incidents::{self, Condition};
use super::rows::{Columns, InOrder, json, maybe_time, pace, time};
use super::writing::Writing;
use super::{Store, StoreError, health, removed, repairs, unchanged, unindexed};
use crate::config::Follow;
use crate::dedup::health::{Doubted, Picture, Trust};
use crate::dedup::{self, Fetch, Keys, Memory, Owner, Placed, Trace, Verdict};
use crate::extract::Rate;
use crate::extract::drift::Known as Listed;
use crate::fetch::Pause;
use crate::fetch::history::PAUSE;
use crate::model::{Item, Key, Kind, Pace, SourceId, Validators};
use crate::schedule::{Floor, Known, Sighting};

/// What a poll of a source came to.
#[derive(Debug, Clone)]
pub struct Poll {
    /// Which source.
    pub source: SourceId,
    /// The rules that it was read under.
    pub rules: Key,
    /// Its time zone, for items without a date.
    pub timezone: Tz,
    /// When it was fetched.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
    /// The pauses that hosts have asked for meanwhile.
    pub pauses: Vec<Pause>,
    /// From when on its items decide when it is due again; nothing where they don't.
    pub news_since: Option<DateTime<Utc>>,
    /// What came, to be kept.
    pub kept: Option<Packed>,
}

/// What an answer says about itself, apart from its items.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Its validators.
    pub validators: Validators,
    /// Until when it is good.
    pub fresh_until: Option<DateTime<Utc>>,
    /// Where permanent redirects led to it.
    pub moved: Option<Url>,
}

/// What came of a poll.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A document with items.
    Read(Box<Fetched>),
    /// A document whose items are not believed to be the source's news: nothing is taken from it.
    Doubted(Box<Doubted>),
    /// `304 Not Modified`, with whatever validators it carried.
    NotModified(Told),
    /// The very bytes of last time, although sent again.
    Identical(Told),
    /// Nothing was asked, for the host wants to be left alone until then.
    Held(DateTime<Utc>),
    /// Nothing that can be used.
    Failed {
        /// What happened, for people.
        error: String,
        /// Whether the server says that it is gone for good (410).
        gone: bool,
    },
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What it was read as.
    pub kind: Kind,
    /// The announced feed that it came from, if it is not the configured page.
    pub feed_url: Option<Url>,
    /// What it says about itself.
    pub told: Told,
    /// The digest of its body.
    pub body: Key,
    /// Its items.
    pub items: Vec<Item>,
    /// How those of its first page look.
    pub picture: Picture,
    /// Its list was found again by the known items after its layout had changed.
    pub mended: bool,
    /// Those items by which its list will be found again.
    pub roll: Vec<Listed>,
    /// Why they are believed.
    pub trust: Trust,
    /// How many of them had each field.
    pub rates: Vec<Rate>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// It was cut short.
    pub partial: bool,
    /// A further page of its list could not be had for now, so that what stands there is still to be read.
    pub unread: bool,
    /// How often it wants to be asked.
    pub pace: Pace,
    /// Which of its items are placed only with their articles.
    pub follow: Follow,
    /// What came of asking for articles.
    pub asked: Vec<Asked>,
}

/// What a poll changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The rules changed while it was under way: nothing was taken from it.
    pub stale: bool,
    /// The answer was the same as last time.
    pub unchanged: bool,
    /// The poll failed.
    pub failed: bool,
    /// It answered, and nothing was taken from that: what it lists is not believed.
    pub degraded: bool,
    /// Nothing was asked: its host wants to be left alone.
    pub held: bool,
    /// It has moved for good, and is asked at its new address from now on.
    pub adopted: bool,
    /// It was not asked: what it answered before was read again.
    pub replayed: bool,
    /// It is gone for good, and is hardly asked any more.
    pub paused: bool,
    /// Items in the document.
    pub listed: usize,
    /// Stories opened.
    pub new: usize,
    /// Items that joined a story of another source.
    pub joined: usize,
    /// Items changed in place, moved ones included.
    pub edited: usize,
    /// Items remembered and not published, because they were there before we came.
    pub seen: usize,
    /// New items that wait for their articles.
    pub waiting: usize,
    /// Items that were withdrawn because the source has removed them.
    pub withdrawn: usize,
    /// New items that are held back, because they are too many at once.
    pub withheld: usize,
    /// New items that are left out, since neither the list nor their articles tell a title.
    pub nameless: usize,
    /// When the source is due again.
    pub next_run: DateTime<Utc>,
}

impl Recorded {
    /// Whether a feed may have changed.
    #[must_use]
    pub fn matters(&self) -> bool {
        self.new + self.joined + self.edited + self.withdrawn > 0
    }
}

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
    let (number, at) = (course.number, poll.at.timestamp());
    let mut recorded = Recorded::default();
    // What a feed wants holds until it says something else; what HTTP says, until the next answer.
    let floor = match &poll.outcome {
        Outcome::Failed { .. } | Outcome::Doubted(_) | Outcome::Held(_) => course.floor,
        Outcome::NotModified(told) | Outcome::Identical(told) => Floor {
            fresh_until: told.fresh_until,
            ..course.floor
        },
        Outcome::Read(fetched) => Floor {
            fresh_until: fetched.told.fresh_until,
            pace: fetched.pace,
        },
    };
    if course.waits && !matches!(poll.outcome, Outcome::Read(_)) {
        place_overdue(connection, &course, &poll, &mut recorded)?;
    }
    let mut condition = Condition::Well(None);
    let failures = match poll.outcome {
        Outcome::Failed { .. } => course.failures.saturating_add(1),
        _ => 0,
    };
    match poll.outcome {
        Outcome::Held(until) => {
            recorded.held = true;
            recorded.next_run = until;
            connection
                .prepare_cached("UPDATE source SET next_run = ?2 WHERE number = ?1")?
                .execute(params![number, until.timestamp()])?;
            return Ok(recorded);
        }
        Outcome::Failed { error, gone } => {
            recorded.failed = true;
            course.failed(connection, gone, failures, poll.at, &mut recorded)?;
            // What can't be read is what repaired rules will be tried on.
            if let Some(packed) = &poll.kept {
                bodies::keep(connection, &course, packed, None, poll.at)?;
            }
            connection
                .prepare_cached(
                    "UPDATE source SET last_attempt = ?2, failures = ?3, error = ?4,
                            failing_since = coalesce(failing_since, ?2) WHERE number = ?1",
                )?
                .execute(params![number, at, failures, error])?;
            condition = if recorded.paused {
                Condition::Gone(error)
            } else {
                let since = course.failing_since.unwrap_or(poll.at);
                Condition::Failing {
                    reason: error,
                    since,
                    failures,
                }
            };
        }
        Outcome::Doubted(doubted) => {
            recorded.degraded = true;
            if let Some(packed) = &poll.kept {
                bodies::keep(connection, &course, packed, None, poll.at)?;
            }
            health::doubt(connection, number, &doubted, poll.at)?;
            condition = Condition::Degraded(doubted.reason);
        }
        Outcome::NotModified(told) | Outcome::Identical(told) => {
            if course.holds || recorded.withheld > 0 {
                held::listed_again(connection, number, poll.at)?;
                held::confirm(connection, &course, poll.at, &mut recorded)?;
            }
            recorded.next_run = next(&Known {
                failures,
                floor,
                first: course.first_success,
                news: news(connection, number, poll.news_since)?,
            });
            return unchanged::record(connection, &course, told, floor, poll.at, recorded);
        }
        Outcome::Read(fetched) => {
            let placing = Placing {
                connection,
                course: &course,
                timezone: poll.timezone,
                follow: fetched.follow,
                fetch: Fetch {
                    since: course.since().filter(|_| fetched.trust != Trust::Anew),
                    partial: fetched.partial,
                    now: poll.at,
                },
                whole_feed: fetched.kind == Kind::Feed && !fetched.partial,
                replayed: None,
            };
            recorded.listed = fetched.items.len();
            let waited = articles::waiting(connection, number, None)?;
            let newest = newest_item(connection)?;
            let Done { placed, memory } = placing.place(fetched.items, &waited, &mut recorded)?;
            held::confirm(connection, &course, poll.at, &mut recorded)?;
            let page = fetched.feed_url.as_ref().map(Url::as_str);
            came_from(connection, number, newest, fetched.kind, page)?;
            let known = !memory.items.is_empty();
            if let Some(packed) = &poll.kept {
                let listed = listed(&placed);
                let read = Some((fetched.kind, listed.as_slice()));
                bodies::keep(connection, &course, packed, read, poll.at)?;
            }
            // What has none of the news that we know may be another page altogether.
            let moved = fetched.told.moved.filter(|_| known);
            course.answered(connection, moved, poll.at, &mut recorded)?;
            let empty = course.listed(connection, Some(recorded.listed))?;
            let mut warnings = fetched.warnings;
            if recorded.nameless > 0 {
                warnings.push(format!(
                    "{} new items have no title, and their articles gave none; they are left out",
                    recorded.nameless
                ));
            }
            warnings.extend(empty.iter().map(|empty| empty.text.clone()));
            let empty = empty.filter(|empty| empty.fails);
            recorded.failed = empty.is_some();
            let feed_url = fetched.feed_url.as_ref().map(Url::as_str);
            // A document that was cut short is asked for again, a list that was not read to its end, and one of whose
            // items some still wait.
            let done = !fetched.partial && !fetched.unread && recorded.waiting == 0;
            let validators = Some(fetched.told.validators).filter(|_| done);
            let Validators {
                etag,
                last_modified,
                coded,
            } = validators.unwrap_or_default();
            connection
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
                    number,
                    at,
                    recorded.new + recorded.joined > 0,
                    fetched.kind.as_str(),
                    feed_url,
                    etag,
                    last_modified,
                    done.then_some(fetched.body),
                    u32::try_from(recorded.listed).unwrap_or(u32::MAX),
                    json(&fetched.rates),
                    json(&warnings),
                    recorded.adopted,
                    fetched.partial,
                    empty.as_ref().map(|empty| &empty.text),
                    fetched.unread,
                    coded,
                ])?;
            let whole = recorded.listed > 0 && !fetched.partial;
            health::believe(connection, number, whole.then_some(fetched.picture))?;
            if whole && fetched.kind == Kind::Listing {
                repairs::enrol(connection, number, fetched.roll)?;
            }
            if recorded.new + recorded.joined + recorded.seen > 0 || course.silent_from.is_none() {
                health::listen(connection, number, poll.timezone, poll.at)?;
            }
            if fetched.trust != Trust::Usual {
                let how = "it has listed the same for a day, and that is taken for its news now";
                condition = Condition::Well(Some(how.to_owned()));
            }
            condition = empty.map_or(condition, |empty| empty.condition(&course, poll.at));
        }
    }
    incidents::turn(connection, number, condition, poll.at)?;
    health::mind_silence(connection, number, poll.at)?;
    let news = news(connection, number, poll.news_since)?;
    recorded.next_run = next(&Known {
        failures,
        floor,
        first: course.first_success,
        news,
    });
    if recorded.adopted {
        health::moved(connection, number, poll.at)?;
    }
    if recorded.paused {
        recorded.next_run = recorded.next_run.max(poll.at + PAUSE);
    }
    connection
        .prepare_cached(
            "UPDATE source SET next_run = ?2, pace = ?3, fresh_until = ?4 WHERE number = ?1",
        )?
        .execute(params![
            number,
            recorded.next_run.timestamp(),
            pace(floor.pace),
            floor.fresh_until.map(|until| until.timestamp()),
        ])?;
    Ok(recorded)
}

/// What items are placed and written with.
pub(super) struct Placing<'a> {
    pub(super) connection: &'a Connection,
    pub(super) course: &'a Course,
    pub(super) timezone: Tz,
    pub(super) follow: Follow,
    pub(super) fetch: Fetch,
    /// It is a feed and not cut short, so that what is missing among its items was taken out.
    pub(super) whole_feed: bool,
    /// That it is an answer of earlier; nothing where it has just come.
    pub(super) replayed: Option<Replayed<'a>>,
}

/// An answer of earlier that is read again.
pub(super) struct Replayed<'a> {
    /// What it listed by the rules of then.
    pub(super) known: &'a [dedup::Listed],
    /// Whether a later answer lists something under a key.
    pub(super) later: &'a dyn Fn(Key) -> bool,
    /// When it is read again: what it brings is published then.
    pub(super) now: DateTime<Utc>,
}

/// What was placed, and what was known of it before.
pub(super) struct Done {
    pub(super) placed: Vec<Placed>,
    pub(super) memory: Memory,
}

impl Placing<'_> {
    /// Places items and those that `waited` for their articles, and writes what becomes of them.
    pub(super) fn place(
        &self,
        mut items: Vec<Item>,
        waited: &HashMap<Key, Item>,
        recorded: &mut Recorded,
    ) -> Result<Done, StoreError> {
        let (connection, number, now) = (self.connection, self.course.number, self.fetch.now);
        articles::rejoin(&mut items, waited, self.course.url.as_ref());
        let mine = articles::complete(connection, self.course, &mut items, self.follow)?;
        let keys = self.course.policy.keys(&mut items);
        let memory = recall(connection, self.course, &keys)?;
        let mut placed = dedup::place(items, keys, &memory, self.fetch);
        let mut writing = Writing::new(connection, self.course, self.timezone, now)?;
        if let Some(replayed) = &self.replayed {
            dedup::settle(&mut placed, replayed.known, replayed.later);
            writing = writing.published(replayed.now);
        }
        let wanting = articles::hold(&mut placed, &mine, now);
        recorded.waiting = wanting.held;
        recorded.nameless = wanting.nameless;
        // What is asked for once more is no flood.
        if self.replayed.is_none() {
            let history = || held::history(connection, self.course, now);
            recorded.withheld =
                dedup::withhold(&mut placed, recorded.waiting, self.fetch, history)?;
        }
        // Before what is new is written, which is not among what was listed last time.
        if self.whole_feed {
            removed::left(connection, number, &placed, self.fetch.since, now)?;
        }
        writing.write(&placed, &memory, recorded)?;
        if self.replayed.is_none() {
            writing.learn(&placed, &memory)?;
            held::listed(connection, self.course, &placed, self.fetch)?;
        }
        articles::keep(connection, number, &placed, &mine, waited, now)?;
        removed::without_article(connection, number, &placed, &mine, now)?;
        Ok(Done { placed, memory })
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

/// Places what has waited too long for its article although its source gave nothing that can be read.
fn place_overdue(
    connection: &Connection,
    course: &Course,
    poll: &Poll,
    recorded: &mut Recorded,
) -> Result<(), StoreError> {
    let overdue = articles::overdue(connection, course.number, poll.at)?;
    if overdue.is_empty() {
        return Ok(());
    }
    let placing = Placing {
        connection,
        course,
        timezone: poll.timezone,
        follow: Follow::Always,
        fetch: Fetch {
            since: course.since(),
            // Nothing was listed, so nothing counts as gone.
            partial: true,
            now: poll.at,
        },
        whole_feed: false,
        replayed: None,
    };
    placing.place(Vec::new(), &overdue, recorded)?;
    Ok(())
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

/// Everything that is known of the items with these keys.
pub(super) fn recall(
    connection: &Connection,
    course: &Course,
    keys: &[Keys],
) -> Result<Memory, StoreError> {
    let source = course.number;
    let mut memory = Memory::default();
    let mut by_key =
        connection.prepare_cached("SELECT item FROM identity WHERE source = ?1 AND key = ?2")?;
    let mut by_row = connection.prepare_cached(
        "SELECT guid_key, url_key, anchor_key, title_key, said_key, address, meaning, title, content, story,
                iif(place = 'first-seen', NULL, published) AS dated FROM item WHERE number = ?1",
    )?;
    let mut by_address = connection.prepare_cached("SELECT story FROM address WHERE key = ?1")?;
    for key in keys.iter().flat_map(Keys::all) {
        let found: Option<Option<i64>> = by_key
            .query_row(params![source, key], |row| row.get(0))
            .optional()?;
        let Some(found) = found else { continue };
        memory
            .traces
            .insert(key, found.map_or(Trace::Forgotten, Trace::Item));
        let Some(item) = found.filter(|item| !memory.items.contains_key(item)) else {
            continue;
        };
        let known = by_row.query_row([item], |row| {
            let row = InOrder::from(row);
            let mut keys = Keys {
                guid: row.get("guid_key")?,
                url: row.get("url_key")?,
                anchored: row.get("anchor_key")?,
                title_day: row.get("title_key")?,
                said: row.get("said_key")?,
                address: row.get("address")?,
                meaning: row.get("meaning")?,
            };
            course.policy.reduce(&mut keys);
            Ok(dedup::Known {
                item,
                keys,
                title: row.get("title")?,
                content: row.get("content")?,
                story: row.get("story")?,
                dated: maybe_time(&row, "dated")?,
            })
        })?;
        memory.items.insert(item, known);
    }
    for key in keys.iter().filter_map(|keys| keys.address) {
        let found: Option<Option<i64>> =
            by_address.query_row([key], |row| row.get(0)).optional()?;
        if let Some(found) = found {
            memory
                .owners
                .insert(key, found.map_or(Owner::Forgotten, Owner::Story));
        }
    }
    Ok(memory)
}
