//! The index by which the tellings of one story find each other: what a new item joins, and what it translates.
//!
//! Its cost does not grow with the archive: only the weeks around the item are looked at, keys that many items have are
//! passed over, and no more than a few of the best candidates are read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::postings::{Found, MANY, Postings, Tongue};
use super::{Store, StoreError, compared};
use crate::dedup::alike::{self, Candidate, Kin, Profile};
use crate::model::{Item, Key, SourceId};

/// The weeks in which the other tellings of an item are looked for, from its own. Most tellings come in one week, so that
/// a key that tells nothing most often shows there.
const AROUND: [i64; 5] = [0, -1, 1, -2, 2];
/// Weeks that the index reaches back from its newest.
pub(super) const KEPT: i64 = 5;
/// So many keys by what they say must lead from one item to another, unless one is very rare: most of what shares less is no telling of the same
/// story, and each would have to be read to tell.
const ENOUGH: usize = 2;
/// So much must the shared words say, in thousandths of what one rare word of a title says: less is by chance, and more
/// than twice as much makes two tellings one story.
const SAID: usize = 800;
/// The most stories that are looked up, those with the most and rarest keys in common first.
const RANKED: usize = 48;
/// The most stories that are read and compared: of the item's own language, and of all others.
const READ: usize = 8;
/// The most tellings of a story that are read.
const TELLINGS: usize = 3;
/// The most among whose sources that of the same site in another language is looked for.
const TELLERS: i64 = 16;

/// An item, read for being found and compared.
pub(super) struct Sketched {
    profile: Profile,
    /// Its keys by where it stands and what it shows.
    places: Vec<i64>,
    /// By what it says.
    words: Vec<Lead>,
    /// By two words each.
    pairs: Vec<i64>,
    week: i64,
    tongue: Tongue,
}

/// A word of an item, and where it leads.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Lead {
    key: i64,
    /// How much it says, in thousandths.
    said: usize,
    /// The stories that have it.
    stories: Vec<i64>,
}

impl Sketched {
    fn keys(&self) -> impl Iterator<Item = i64> {
        let words = self.words.iter().map(|word| word.key);
        (self.places.iter().copied())
            .chain(words)
            .chain(self.pairs.iter().copied())
    }
}

impl Store {
    /// What an item would be to the stories that are there, were it new at that time.
    pub async fn kin(&self, item: Item, now: DateTime<Utc>) -> Result<Kin, StoreError> {
        self.read(move |connection| {
            let published = item
                .published
                .as_ref()
                .map_or(now, |dated| dated.at.to_utc());
            let mut index = Index::new(connection, now)?;
            let sketched = index.read(&item, published)?;
            index.kin(&sketched, &item.source, item.language.tag())
        })
        .await
    }
}

/// A key as the index has it: 48 bits, so that a row is short. Two keys in one place cost a comparison, no more.
fn compact(key: &Key) -> i64 {
    let [a, b, c, d, e, f, ..] = key.0;
    i64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// The weeks since 1970, from its first Thursday on.
fn week(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(7 * 24 * 60 * 60)
}

/// How much an item has in common with a story, by the index.
#[derive(Default)]
struct Score {
    /// Each key that both have counts the more, the fewer have it.
    rarity: usize,
    /// How many keys they share, one of a place for [`ENOUGH`].
    keys: usize,
    /// How much the words say that they share, in thousandths; a place says enough, and so do two words that few have
    /// together.
    said: usize,
}

/// The index, with the statements of one poll.
pub(super) struct Index<'a> {
    connection: &'a Connection,
    postings: Postings<'a>,
    /// The week of the poll: of those to come, the index knows nothing.
    newest: i64,
    /// The stored items that were read so far.
    read: RefCell<HashMap<i64, Rc<Profile>>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(connection: &'a Connection, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self {
            connection,
            postings: Postings::new(connection)?,
            newest: week(now),
            read: RefCell::default(),
        })
    }

    /// The weeks in which the other tellings of an item of this week are.
    fn around(&self, week: i64) -> Vec<i64> {
        let weeks = AROUND.map(|apart| week + apart);
        weeks
            .into_iter()
            .filter(|week| *week <= self.newest)
            .collect()
    }

    /// Reads an item with the time that it was published.
    pub(super) fn read(
        &mut self,
        item: &Item,
        published: DateTime<Utc>,
    ) -> Result<Sketched, StoreError> {
        self.sketch(compared::told(item, published), published)
    }

    /// Reads an item that is stored.
    pub(super) fn read_stored(&mut self, row: i64) -> Result<Sketched, StoreError> {
        let (profile, published) = compared::stored(self.connection, row)?;
        self.sketch(profile, published)
    }

    /// Looks up the words of an item: what many stories have says less, and makes no key together with another word.
    fn sketch(
        &mut self,
        mut profile: Profile,
        published: DateTime<Utc>,
    ) -> Result<Sketched, StoreError> {
        let week = week(published);
        let (weeks, tongue) = (self.around(week), Tongue::of(profile.language()));
        let mut terms = alike::terms(&profile);
        let mut words: Vec<Lead> = Vec::with_capacity(terms.len());
        for term in &mut terms {
            let key = compact(&term.key);
            let found = self.postings.find(&weeks, key, tongue, |found| {
                alike::is_everywhere(found.having, found.of)
            })?;
            term.rarity = alike::rarity(found.having, found.of);
            if !term.alone {
                continue;
            }
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative, and small"
            )]
            let said = (term.said() * 1000.0) as usize;
            let stories = leads(found);
            words.push(Lead { key, said, stories });
            if let Some(key) = term.spelling.as_ref().map(compact) {
                let stories = leads(self.postings.find(&weeks, key, tongue, is_enough)?);
                words.push(Lead { key, said, stories });
            }
        }
        words.sort_unstable();
        words.dedup_by_key(|word| word.key);
        profile.heed(&terms);
        Ok(Sketched {
            places: alike::places(&profile).iter().map(compact).collect(),
            words,
            pairs: alike::pairs(&terms).iter().map(compact).collect(),
            profile,
            week,
            tongue,
        })
    }

    /// Lets a story be found by an item of it from now on, which `opens` it or is one more of its tellings.
    pub(super) fn enter(
        &mut self,
        story: i64,
        item: &Sketched,
        opens: bool,
    ) -> Result<(), StoreError> {
        if !opens {
            // One of its items may have been written anew.
            self.read.borrow_mut().clear();
        }
        (self.postings).enter((story, item.tongue), item.week, item.keys(), opens)
    }

    /// What an item is to the stories that are there.
    pub(super) fn kin(
        &mut self,
        item: &Sketched,
        source: &SourceId,
        language: &str,
    ) -> Result<Kin, StoreError> {
        let ranked = self.ranked(item)?;
        if ranked.is_empty() {
            return Ok(Kin::default());
        }
        let mut kin = Kin::default();
        for (candidate, tellings) in self.candidates(&ranked, source, language)? {
            let read = tellings.iter().map(|row| self.telling(*row));
            kin.consider(&item.profile, &candidate, tellings.len(), read)?;
        }
        Ok(kin)
    }

    /// The stories that share keys with an item: each key counts the more, the fewer have it.
    fn ranked(&mut self, item: &Sketched) -> Result<Vec<i64>, StoreError> {
        // Divided by the number of those that have the key; a whole number, so that no order of adding matters.
        const KEY: usize = 1_000_000;
        // One word that more than four items have is shared by chance.
        const LEAST: usize = KEY / 4;
        // One that no more than three have may be all that two tellings share: the name of a thing rarely in the news.
        const RARE: usize = KEY / 3;
        let (weeks, tongue) = (self.around(item.week), item.tongue);
        let mut scores: HashMap<i64, Score> = HashMap::new();
        let mut add = |stories: &[i64], counts: usize, said: usize| {
            for story in stories {
                let score = scores.entry(*story).or_default();
                score.rarity += KEY / stories.len();
                score.keys += counts;
                score.said += said;
            }
        };
        for word in &item.words {
            add(&word.stories, 1, word.said);
        }
        let places = item.places.iter().map(|key| (key, ENOUGH));
        let pairs = item.pairs.iter().map(|key| (key, 1));
        for (key, counts) in places.chain(pairs) {
            let found = self.postings.find(&weeks, *key, tongue, is_enough)?;
            add(&leads(found), counts, SAID);
        }
        let mut ranked: Vec<(i64, Score)> = scores
            .into_iter()
            .filter(|(_, score)| {
                let rare = score.rarity >= RARE || score.rarity >= LEAST && score.keys >= ENOUGH;
                rare && score.said >= SAID
            })
            .collect();
        ranked.sort_unstable_by_key(|(story, score)| (std::cmp::Reverse(score.rarity), *story));
        ranked.truncate(RANKED);
        Ok(ranked.into_iter().map(|(story, _)| story).collect())
    }

    /// Those of these stories that an item of this source and language may belong to; those of the same site in another
    /// language first.
    fn candidates(
        &self,
        ranked: &[i64],
        source: &SourceId,
        language: &str,
    ) -> Result<Vec<(Candidate, Vec<i64>)>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT story.language, source.id, item.number FROM item JOIN story ON story.number = item.story
             JOIN source ON source.number = item.source WHERE item.story = ?1 ORDER BY item.number LIMIT ?2",
        )?;
        let mut tellers = self.connection.prepare_cached(
            "SELECT 1 FROM item JOIN source ON source.number = item.source WHERE item.story = ?1 AND source.id = ?2",
        )?;
        let own = source.site_of(language);
        let mut stories: Vec<(Candidate, Vec<i64>)> = Vec::new();
        for story in ranked {
            // Only those of a source's own site would go before the ones that are there.
            let same = stories
                .iter()
                .filter(|(story, _)| story.language == language);
            let same = same.count();
            if own.is_none() && same >= READ && stories.len() - same >= READ {
                break;
            }
            let told = query.query_map(params![story, TELLERS], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            let told: Vec<(String, String, i64)> = told.collect::<rusqlite::Result<_>>()?;
            // A story may have been pruned since it was entered.
            let Some((its, ..)) = told.first().cloned() else {
                continue;
            };
            // A source tells a story once: what else it has is other news, whatever it looks like.
            if its == language && tellers.exists(params![story, source.0])? {
                continue;
            }
            let tellings = told.iter().take(TELLINGS).map(|(.., row)| *row).collect();
            let sister = |teller: SourceId| own.is_some() && own == teller.site_of(&its);
            let mut tellers = told.into_iter().map(|(_, teller, _)| SourceId(teller));
            let candidate = Candidate {
                story: *story,
                sisters: its != language && tellers.any(sister),
                language: its,
            };
            stories.push((candidate, tellings));
        }
        stories.sort_by_key(|(story, _)| !story.sisters);
        let (mut same, mut other) = (0, 0);
        stories.retain(|(story, _)| {
            let count = if story.language == language {
                &mut same
            } else {
                &mut other
            };
            *count += 1;
            *count <= READ
        });
        Ok(stories)
    }

    /// A stored item as it is compared; the items of one poll are often compared with the same ones.
    fn telling(&self, row: i64) -> Result<Rc<Profile>, StoreError> {
        if let Some(known) = self.read.borrow().get(&row) {
            return Ok(Rc::clone(known));
        }
        let profile = Rc::new(compared::stored(self.connection, row)?.0);
        self.read.borrow_mut().insert(row, Rc::clone(&profile));
        Ok(profile)
    }
}

/// Whether a key that is no word leads nowhere, so that it need not be known how many have it.
fn is_enough(found: &Found) -> bool {
    found.all >= MANY
}

/// The stories that a key leads to: none where many have it.
fn leads(found: Found) -> Vec<i64> {
    if is_enough(&found) {
        Vec::new()
    } else {
        found.stories
    }
}

/// Drops the weeks that lie too far before the newest one for another telling to come.
pub(super) fn prune(connection: &Connection) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM sketch WHERE week < (SELECT max(week) FROM sketch) - ?1")?
        .execute([KEPT])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::super::open::schema;
    use super::*;
    use crate::dedup::alike::Telling;

    fn sketched(places: &[i64], pairs: &[i64]) -> Sketched {
        let profile = Profile::new(&Telling {
            source: "agenzia",
            url: None,
            title: "",
            summary: "",
            language: "it",
            published: None,
            image: None,
            alternates: &BTreeMap::new(),
        });
        Sketched {
            profile,
            places: places.to_vec(),
            words: Vec::new(),
            pairs: pairs.to_vec(),
            week: 100,
            tongue: Tongue::of("it"),
        }
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&schema()).unwrap();
        connection
    }

    fn index(connection: &Connection, newest: i64) -> Index<'_> {
        let index = Index::new(connection, DateTime::UNIX_EPOCH).unwrap();
        Index { newest, ..index }
    }

    #[test]
    fn one_place_or_two_topics_lead_to_a_story() {
        let connection = database();
        let mut index = index(&connection, 100);
        index.enter(1, &sketched(&[], &[10, 11]), true).unwrap();
        for row in 2..5 {
            index.enter(row, &sketched(&[], &[10]), true).unwrap();
        }
        index.enter(5, &sketched(&[20], &[]), true).unwrap();
        let ranked = index.ranked(&sketched(&[20], &[10, 11])).unwrap();
        assert_eq!(ranked, [1, 5]);
    }

    #[test]
    fn one_topic_leads_to_a_story_where_few_have_it() {
        let connection = database();
        let mut index = index(&connection, 100);
        for row in 1..4 {
            index.enter(row, &sketched(&[], &[10]), true).unwrap();
        }
        let ranked = index.ranked(&sketched(&[], &[10])).unwrap();
        assert_eq!(ranked, [1, 2, 3]);
    }

    #[test]
    fn a_word_that_says_little_leads_to_no_story_by_itself() {
        let connection = database();
        let mut index = index(&connection, 100);
        let word = |key, said, stories: &[i64]| Lead {
            key,
            said,
            stories: stories.to_vec(),
        };
        let ranked = |index: &mut Index<'_>, words| {
            let words = Sketched {
                words,
                ..sketched(&[], &[])
            };
            index.ranked(&words).unwrap()
        };
        let (little, other) = (word(10, 700, &[1]), word(11, 700, &[1]));
        let much = word(12, 1_000, &[2]);
        assert_eq!(ranked(&mut index, vec![little, much]), [2]);
        let little = word(10, 700, &[1]);
        assert_eq!(ranked(&mut index, vec![little, other]), [1]);
    }

    #[test]
    fn a_key_that_many_stories_have_leads_nowhere() {
        let connection = database();
        let mut index = index(&connection, 100);
        for row in 1..=200 {
            index.enter(row, &sketched(&[], &[10, 11]), true).unwrap();
        }
        let ranked = index.ranked(&sketched(&[], &[10, 11])).unwrap();
        assert!(ranked.is_empty());
    }

    #[test]
    fn weeks_beyond_two_are_not_looked_at() {
        let connection = database();
        let mut index = index(&connection, 100);
        for (row, week) in [(1, 97), (2, 98), (3, 101), (4, 102), (5, 103)] {
            let item = Sketched {
                week,
                ..sketched(&[20], &[])
            };
            index.enter(row, &item, true).unwrap();
        }
        let item = sketched(&[20], &[]);
        index.newest = 103;
        assert_eq!(index.ranked(&item).unwrap(), [2, 3, 4]);
        index.newest = 101;
        assert_eq!(index.ranked(&item).unwrap(), [2, 3]);
    }
}
