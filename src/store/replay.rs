//! Recording what kept answers say when they are read again by today's rules: the transaction of a poll, with the time
//! of then.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::course::Course;
use super::outlook::stored;
use super::placing::{Done, Placing, Replayed as Again};
use super::polls::Recorded;
use super::rows::json;
use super::{Store, StoreError};
use crate::config::Follow;
use crate::dedup::{self, Fetch, Listed, Verdict};
use crate::model::{Item, Key, SourceId};

/// A kept answer, read again.
#[derive(Debug, Clone)]
pub struct Reread {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// When its source had last given anything before it.
    pub since: Option<DateTime<Utc>>,
    /// The first keys of what was read from it then.
    pub listed: Vec<Key>,
    /// What is read from it today, each with its place. Many answers say much the same, so that it is shared.
    pub items: Vec<(Arc<Item>, usize)>,
    /// It was cut short.
    pub partial: bool,
    /// Which of its items are placed only with their articles.
    pub follow: Follow,
}

impl Reread {
    fn items(&self) -> Vec<Item> {
        let items = self.items.iter();
        items
            .map(|(item, position)| Item {
                position: *position,
                ..Item::clone(item)
            })
            .collect()
    }
}

/// The kept answers of a source, read again, the oldest first.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Whose they are.
    pub source: SourceId,
    /// The rules that they were read under.
    pub rules: Key,
    /// Its time zone, for items without a date.
    pub timezone: Tz,
    /// The answers.
    pub answers: Vec<Reread>,
}

/// What a replay would change.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// What was missed, in the order of its first sighting.
    pub missed: Vec<Missed>,
    /// What would say something else.
    pub edited: Vec<Edit>,
    /// What was listed by the rules of then and is not found by those of today. It stays as it is.
    pub gone: Vec<Listed>,
    /// The same in numbers.
    pub recorded: Recorded,
}

/// An item that was missed.
#[derive(Debug, Clone)]
pub struct Missed {
    /// When it was first to be seen.
    pub at: DateTime<Utc>,
    /// The time of publication that it would have for ever.
    pub published: DateTime<Tz>,
    /// The item.
    pub item: Item,
    /// It waits for its article, which the next poll asks for.
    pub waits: bool,
}

/// An item that would say something else.
#[derive(Debug, Clone)]
pub struct Edit {
    /// As it would be.
    pub item: Item,
    /// Which of its fields would change.
    pub fields: Vec<&'static str>,
}

/// What came of placing everything.
#[derive(Default)]
struct Pass {
    missed: Vec<Missed>,
    edited: BTreeMap<i64, Item>,
    gone: Vec<Listed>,
    recorded: Recorded,
}

impl Store {
    /// Records what was missed and what changes. Nothing is published twice: what is known stays what it is, what was
    /// forgotten stays out, and what only looks new since its identity was made otherwise then is left alone.
    pub async fn replay(&self, replay: Replay, now: DateTime<Utc>) -> Result<Recorded, StoreError> {
        self.write(move |connection| {
            let course = Course::of(connection, &replay.source)?;
            let Some(course) = course.filter(|course| course.rules == replay.rules) else {
                return Ok(Recorded {
                    stale: true,
                    replayed: true,
                    next_run: now,
                    ..Recorded::default()
                });
            };
            let mut recorded = pass(connection, &course, &replay, now)?.recorded;
            recorded.replayed = true;
            let due: Option<i64> = connection
                .prepare_cached("SELECT next_run FROM source WHERE number = ?1")?
                .query_row([course.number], |row| row.get(0))?;
            let due = due.and_then(|due| DateTime::from_timestamp(due, 0));
            // What waits for its article is asked for at once.
            let due = due.filter(|_| recorded.waiting == 0);
            recorded.next_run = due.unwrap_or(now);
            Ok(recorded)
        })
        .await
    }

    /// What [`Store::replay`] would change: everything is done and undone, so that it is the same to the last item.
    pub async fn try_replay(
        &self,
        replay: Replay,
        now: DateTime<Utc>,
    ) -> Result<Replayed, StoreError> {
        let pass = self.write(move |connection| {
            let Some(course) = Course::of(connection, &replay.source)? else {
                return Ok(Pass::default());
            };
            connection.execute_batch("SAVEPOINT replay")?;
            let pass = pass(connection, &course, &replay, now);
            connection.execute_batch("ROLLBACK TO replay; RELEASE replay")?;
            pass
        });
        let Pass {
            missed,
            edited,
            gone,
            recorded,
        } = pass.await?;
        self.read(move |connection| {
            let edited = edited.into_iter().map(|(row, item)| {
                let fields = fields(connection, row, &item)?;
                Ok(Edit { item, fields })
            });
            let edited = edited.collect::<Result<Vec<Edit>, StoreError>>()?;
            Ok(Replayed {
                missed,
                edited: edited
                    .into_iter()
                    .filter(|edit| !edit.fields.is_empty())
                    .collect(),
                gone,
                recorded,
            })
        })
        .await
    }
}

fn pass(
    connection: &Connection,
    course: &Course,
    replay: &Replay,
    now: DateTime<Utc>,
) -> Result<Pass, StoreError> {
    let mut pass = Pass::default();
    let mut last: HashMap<Key, usize> = HashMap::new();
    for (nth, answer) in replay.answers.iter().enumerate() {
        for keys in course.policy.keys(&mut answer.items()) {
            last.extend(keys.all().map(|key| (key, nth)));
        }
    }
    let (mut listed, mut found) = (BTreeMap::new(), HashSet::new());
    let (mut waiting, mut new) = (HashSet::new(), None);
    let mut since = None;
    for (nth, answer) in replay.answers.iter().enumerate() {
        let known = stored(connection, course.number, &answer.listed)?;
        let placing = Placing {
            connection,
            course,
            timezone: replay.timezone,
            follow: answer.follow,
            fetch: Fetch {
                since: answer.since.max(since),
                partial: answer.partial,
                now: answer.at,
            },
            whole_feed: false,
            replayed: Some(Again {
                known: &known,
                later: &|key| last.get(&key).is_some_and(|last| *last > nth),
                now,
            }),
        };
        since = Some(answer.at);
        pass.recorded.listed += answer.items.len();
        // What waits since another poll goes its own way.
        let Done { placed, .. } =
            placing.place(answer.items(), &HashMap::new(), &mut pass.recorded)?;
        for placed in placed {
            let waits = placed.verdict == Verdict::Held && !answer.partial;
            match placed.verdict {
                Verdict::Same(row) | Verdict::Varied(row) => _ = found.insert(row),
                Verdict::Edited(row) | Verdict::Moved(row) => {
                    found.insert(row);
                    pass.edited.insert(row, placed.item);
                }
                Verdict::New | Verdict::Joins(_) | Verdict::Held => {
                    if !waits && placed.verdict == Verdict::Held
                        || waits && !waiting.insert(placed.keys.first())
                    {
                        continue;
                    }
                    new = Some(answer.at);
                    let published = dedup::fixed(&placed.item, replay.timezone, answer.at).at;
                    pass.missed.push(Missed {
                        at: answer.at,
                        published,
                        item: placed.item,
                        waits,
                    });
                }
                Verdict::Seen | Verdict::Withheld | Verdict::Forgotten | Verdict::Repeated => {}
            }
        }
        listed.extend(known.into_iter().map(|known| (known.item, known)));
    }
    listed.retain(|row, _| !found.contains(row));
    pass.gone = listed.into_values().collect();
    pass.recorded.waiting = waiting.len();
    let time = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
    let first = replay
        .answers
        .iter()
        .find(|answer| !answer.items.is_empty());
    connection
        .prepare_cached(
            "UPDATE source SET first_success = coalesce(first_success, ?2), last_success = coalesce(last_success, ?3),
                    last_new = coalesce(max(last_new, ?4), last_new, ?4),
                    etag = iif(?5, NULL, etag), last_modified = iif(?5, NULL, last_modified), coded = iif(?5, NULL, coded), body = iif(?5, NULL, body)
             WHERE number = ?1",
        )?
        .execute(params![
            course.number,
            time(first.map(|answer| answer.at)),
            time(since.filter(|_| first.is_some())),
            time(new),
            !waiting.is_empty(),
        ])?;
    Ok(pass)
}

/// The fields in which an item differs from what is stored of it.
fn fields(connection: &Connection, row: i64, item: &Item) -> Result<Vec<&'static str>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT title, url, guid, summary, html, image, authors, categories, enclosures FROM item WHERE number = ?1",
    )?;
    let url = |url: &Option<Url>| url.as_ref().map(Url::to_string);
    let now = [
        ("title", Some(item.title.clone())),
        ("link", url(&item.url)),
        ("guid", item.guid.clone()),
        ("summary", Some(item.summary.clone())),
        ("text", Some(item.html.clone())),
        ("image", url(&item.image)),
        ("authors", Some(json(&item.authors))),
        ("categories", Some(json(&item.categories))),
        ("enclosures", Some(json(&item.enclosures))),
    ];
    let changed = query.query_row([row], |row| {
        let mut changed = Vec::new();
        for (column, (field, value)) in now.iter().enumerate() {
            if row.get::<_, Option<String>>(column)? != *value {
                changed.push(*field);
            }
        }
        Ok(changed)
    });
    // What is new and edited within one replay is new.
    Ok(changed.optional()?.unwrap_or_default())
}
