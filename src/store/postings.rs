//! The rows of the index of alike items: which stories of a week have a key, in which language, and how many.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use super::StoreError;
use crate::model::Key;

/// A key that so many stories have leads to none of them.
pub(super) const MANY: u32 = 41;
/// Of those beyond, one in so many is counted.
const SAMPLE: u32 = 16;
/// The bytes of a story's number in a row of them.
const NUMBER: usize = 8;
/// So many rows are remembered at once; a poll of a usual list looks at fewer.
const REMEMBERED: usize = 10_000;
/// The bits of a number that are the story's; those above are its language.
const STORY: u32 = 56;

/// A language in a row of numbers: two of them in one place count as one, no more. Stories of a language and week are
/// counted under it as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tongue(i64);

impl Tongue {
    pub(super) fn of(language: &str) -> Self {
        let Key([first, ..]) = Key::of(&["language", language]);
        Self(i64::from(first >> 1))
    }
}

/// What a key leads to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Stories that have it, each once; not all of them where there are many.
    pub(super) stories: Vec<i64>,
    /// How many have it, about.
    pub(super) all: u32,
    /// How many of those are of one language, about.
    pub(super) having: u32,
    /// Of how many stories in that language that is.
    pub(super) of: u32,
}

/// A row: who has a key in a week.
#[derive(Debug, Clone, Default)]
struct Having {
    /// The first stories that have it, [`MANY`] at most.
    first: Vec<(i64, Tongue)>,
    /// How many of the others were counted.
    more: u32,
}

/// The statements of one poll, and what they have found: its items have most of their words in common.
pub(super) struct Postings<'a> {
    find: CachedStatement<'a>,
    enter: CachedStatement<'a>,
    count: CachedStatement<'a>,
    rows: FxHashMap<(i64, i64), Having>,
    /// How many stories weeks have in a language.
    sizes: BTreeMap<(i64, Tongue), u32>,
}

impl<'a> Postings<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Self, StoreError> {
        Ok(Self {
            find: connection
                .prepare_cached("SELECT stories, more FROM sketch WHERE week = ?1 AND key = ?2")?,
            enter: connection.prepare_cached(
                "INSERT INTO sketch (week, key, stories, more) VALUES (?1, ?2, ?3, 0)
                 ON CONFLICT DO UPDATE SET stories = CAST(stories || ?3 AS BLOB), more = more + ?4",
            )?,
            count: connection.prepare_cached(
                "INSERT INTO sketch (week, key, stories, more) VALUES (?1, ?2, x'', 1)
                 ON CONFLICT DO UPDATE SET more = more + 1",
            )?,
            rows: FxHashMap::default(),
            sizes: BTreeMap::new(),
        })
    }

    /// The row of a key in a week, as it is now.
    fn row(&mut self, week: i64, key: i64) -> Result<&mut Having, StoreError> {
        if self.rows.len() >= REMEMBERED {
            self.rows.clear();
        }
        match self.rows.entry((week, key)) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let found = self.find.query_row(params![week, key], |row| {
                    let (numbers, _) = row.get_ref(0)?.as_blob()?.as_chunks::<NUMBER>();
                    Ok(Having {
                        first: numbers.iter().map(|number| parted(*number)).collect(),
                        more: row.get(1)?,
                    })
                });
                Ok(place.insert(found.optional()?.unwrap_or_default()))
            }
        }
    }

    /// How many stories there are of a week in a language.
    pub(super) fn size(&mut self, week: i64, tongue: Tongue) -> Result<u32, StoreError> {
        if let Some(size) = self.sizes.get(&(week, tongue)) {
            return Ok(*size);
        }
        let mut rows = self.find.query(params![week, tongue.0])?;
        let size = rows.next()?.map_or(Ok(0), |row| row.get(1))?;
        self.sizes.insert((week, tongue), size);
        Ok(size)
    }

    /// The stories of these weeks that have a key, and how many of them are of one language. Where `enough` says so of what
    /// was found, further weeks are not looked at.
    pub(super) fn find(
        &mut self,
        weeks: &[i64],
        key: i64,
        tongue: Tongue,
        enough: impl Fn(&Found) -> bool,
    ) -> Result<Found, StoreError> {
        let mut found = Found::default();
        for week in weeks {
            found.of += self.size(*week, tongue)?;
            let having = self.row(*week, key)?;
            let (mut first, mut own) = (0, 0);
            for (story, its) in &having.first {
                found.stories.push(*story);
                first += 1;
                own += u32::from(*its == tongue);
            }
            let more = having.more * SAMPLE;
            found.all += first + more;
            // Of those beyond, as many as of the first ones.
            found.having += own + (more * own).checked_div(first).unwrap_or_default();
            if enough(&found) {
                break;
            }
        }
        // The tellings of a story may be of several weeks.
        found.stories.sort_unstable();
        found.stories.dedup();
        Ok(found)
    }

    /// Lets a story be found by these keys of a week. One that `opens` is counted.
    pub(super) fn enter(
        &mut self,
        (story, tongue): (i64, Tongue),
        week: i64,
        keys: impl Iterator<Item = i64>,
        opens: bool,
    ) -> Result<(), StoreError> {
        if opens {
            self.count.execute(params![week, tongue.0])?;
            if let Some(size) = self.sizes.get_mut(&(week, tongue)) {
                *size += 1;
            }
        }
        let sampled = opens && story % i64::from(SAMPLE) == 0;
        for key in keys {
            let having = self.row(week, key)?;
            if !opens && having.first.iter().any(|(known, _)| *known == story) {
                continue;
            }
            let mut number: &[u8] = &joined(story, tongue);
            if having.first.len() < MANY as usize {
                having.first.push((story, tongue));
            } else if sampled {
                having.more += 1;
                number = &[];
            } else {
                continue;
            }
            self.enter
                .execute(params![week, key, number, number.is_empty()])?;
        }
        Ok(())
    }
}

/// A story's number with its language, as it stands in a row.
fn joined(story: i64, tongue: Tongue) -> [u8; NUMBER] {
    (tongue.0 << STORY | story).to_be_bytes()
}

fn parted(number: [u8; NUMBER]) -> (i64, Tongue) {
    let number = i64::from_be_bytes(number);
    (number & ((1 << STORY) - 1), Tongue(number >> STORY))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::open::schema;
    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&schema()).unwrap();
        connection
    }

    #[test]
    fn a_key_that_many_have_takes_no_more_room_and_is_counted() {
        let connection = database();
        let mut postings = Postings::new(&connection).unwrap();
        let [it, en] = ["it", "en"].map(Tongue::of);
        for story in 1..=2_000 {
            let keys = [10].into_iter().chain((story % 4 == 0).then_some(11));
            let tongue = if story % 5 == 0 { en } else { it };
            postings.enter((story, tongue), 100, keys, true).unwrap();
        }
        let mut find = |key| postings.find(&[100], key, it, |_| false).unwrap();
        let (every, fourth) = (find(10), find(11));
        assert_eq!(every.stories, (1..=41).collect::<Vec<_>>());
        // What is remembered is what is written down.
        let mut anew = Postings::new(&connection).unwrap();
        assert_eq!(anew.find(&[100], 10, it, |_| false).unwrap(), every);
        assert_eq!(anew.find(&[100], 11, it, |_| false).unwrap(), fourth);
        assert!((1_900..=2_100).contains(&every.all), "{}", every.all);
        assert!((1_500..=1_700).contains(&every.having), "{}", every.having);
        assert!(fourth.all >= 400, "{}", fourth.all);
        assert_eq!(postings.size(100, it).unwrap(), 1_600);
        let length = "SELECT max(length(stories)) FROM sketch";
        let longest: i64 = connection.query_row(length, [], |row| row.get(0)).unwrap();
        assert_eq!(longest, 41 * 8);
    }

    #[test]
    fn the_tellings_of_a_story_count_once() {
        let connection = database();
        let mut postings = Postings::new(&connection).unwrap();
        let it = Tongue::of("it");
        for (week, opens) in [(100, true), (100, false), (101, false)] {
            postings
                .enter((7, it), week, [10].into_iter(), opens)
                .unwrap();
        }
        let found = postings.find(&[100, 101], 10, it, |_| false).unwrap();
        assert_eq!(found.stories, [7]);
        let sizes = [100, 101].map(|week| postings.size(week, it).unwrap());
        assert_eq!(sizes, [1, 0]);
    }

    #[test]
    fn no_further_weeks_are_looked_at_than_are_needed() {
        let connection = database();
        let mut postings = Postings::new(&connection).unwrap();
        let it = Tongue::of("it");
        for (story, week) in [(1, 100), (2, 101)] {
            postings
                .enter((story, it), week, [10].into_iter(), true)
                .unwrap();
        }
        let enough = |found: &Found| found.having >= 1 && found.of >= 1;
        let first = postings.find(&[100, 101], 10, it, enough).unwrap();
        assert_eq!(first.stories, [1]);
    }
}
