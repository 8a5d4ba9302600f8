//! A database and the sources that fill it.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rassegna::config::{Filter, Follow, Source};
use rassegna::language::Language;
use rassegna::model::{Dated, FeedId, Item, Key, Kind, Pace, Place, Precision, SourceId};
use rassegna::store::{
    Access, Archived, Fetched, Outcome, Poll, Proof, Recorded, Reviewed, Shown, Sought, Store, Told,
};
use url::Url;

use crate::chance::Chance;

/// Days whose news is placed as any other: more than the index of other tellings keeps.
const DAYS: i64 = 42;
const SOURCES: usize = 50;
/// The new items of a fetch.
pub(crate) const NEW: usize = 10;
/// The known items of one that has nothing new.
pub(crate) const KNOWN: usize = 100;
/// Polls that share a commit while a database is filled.
const BATCH: usize = 50;
/// Entries of a page of an archive.
const PAGE: usize = 50;
const SHOWN: Shown = Shown {
    entries: 50,
    days: 14,
};

/// A database and the sources that fill it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Store,
    sources: Vec<Source>,
    chance: Chance,
    now: DateTime<Utc>,
    /// Items that were made, of which some are told again.
    made: usize,
    latest: Vec<Item>,
    /// What the first source lists.
    listed: Vec<Item>,
}

impl World {
    /// The news of the last weeks, so many items of it, each placed as it came.
    pub(crate) async fn filled(path: &Path, items: usize) -> Self {
        let language =
            |at: usize| Language::parse(if at.is_multiple_of(3) { "en" } else { "it" }).unwrap();
        let source = |at: usize| Source {
            id: SourceId(format!("source-{at}")),
            languages: vec![language(at)],
            ..Source::unknown(Url::parse(&format!("https://source-{at}.example/")).unwrap())
        };
        let mut world = Self {
            store: Store::open(path, Access::Write).unwrap(),
            sources: (0..SOURCES).map(source).collect(),
            chance: Chance::new(),
            now: Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap(),
            made: 0,
            latest: Vec::new(),
            listed: Vec::new(),
        };
        world.store.register(&world.sources).await.unwrap();
        for at in 0..SOURCES {
            world.record(at, Vec::new()).await;
        }
        let polls = items / NEW;
        let step = TimeDelta::days(DAYS) / i32::try_from(polls).unwrap();
        let mut jobs = Vec::new();
        for poll in 0..polls {
            world.now += step;
            let items = world.items(poll % SOURCES, NEW);
            let (store, poll) = (world.store.clone(), world.poll(poll % SOURCES, items));
            // The runtime has one thread, so they are sent in this order.
            jobs.push(tokio::spawn(async move { write(&store, poll).await }));
            if jobs.len() == BATCH {
                for job in jobs.drain(..) {
                    job.await.unwrap();
                }
                world.publish().await;
            }
        }
        for job in jobs {
            job.await.unwrap();
        }
        // A few at a time, for more at once would be held back.
        while world.listed.len() < KNOWN {
            world.now += step;
            let items = world.items(0, NEW);
            world.record(0, items.clone()).await;
            world.listed.extend(items);
        }
        world.publish().await;
        // The index forgets its first week.
        world.prune(DateTime::UNIX_EPOCH).await;
        world
    }

    /// The same world over another file.
    pub(crate) fn over(&self, path: &Path) -> Self {
        Self {
            store: Store::open(path, Access::Write).unwrap(),
            ..self.clone()
        }
    }

    /// Items of a source, every tenth of them what another one told a while ago.
    fn items(&mut self, source: usize, count: usize) -> Vec<Item> {
        let made = |position| {
            self.made += 1;
            let mut item = self.item(source, position);
            let again = self.chance.below(10) == 0 && !self.latest.is_empty();
            if again {
                let at = self.chance.below(self.latest.len());
                let other = &self.latest[at];
                if other.language == item.language {
                    let words: Vec<&str> = other.title.split(' ').skip(1).collect();
                    item.title = words.join(" ");
                    item.summary.clone_from(&other.summary);
                }
            }
            if self.latest.len() < 500 {
                self.latest.push(item.clone());
            } else {
                let place = self.made % 500;
                self.latest[place] = item.clone();
            }
            item
        };
        (0..count).map(made).collect()
    }

    fn item(&mut self, source: usize, position: usize) -> Item {
        let language = self.sources[source].languages[0].clone();
        let id = &self.sources[source].id;
        let number = self.made;
        let at = self.now.with_timezone(&Tz::UTC) - TimeDelta::minutes(30);
        Item {
            source: id.clone(),
            position,
            guid: Some(format!("{id}:{number}")),
            url: Url::parse(&format!("https://{id}.example/news/{number}-of-it")).ok(),
            title: self.chance.text(language.tag(), 9),
            published: Some(Dated {
                at,
                precision: Precision::Minute,
                place: Place::Feed,
                text: String::new(),
            }),
            updated: None,
            summary: self.chance.text(language.tag(), 35),
            html: String::new(),
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
            language,
            rights: None,
            alternates: Vec::new(),
            sighted: None,
        }
    }

    fn poll(&self, source: usize, items: Vec<Item>) -> Poll {
        let fetched = Fetched {
            picture: rassegna::dedup::health::Picture::default(),
            mended: false,
            roll: Vec::new(),
            trust: rassegna::dedup::health::Trust::Usual,
            kind: Kind::Feed,
            feed_url: None,
            told: Told::default(),
            body: Key::of(&[&self.made.to_string()]),
            items,
            rates: Vec::new(),
            warnings: Vec::new(),
            partial: false,
            unread: false,
            pace: Pace::default(),
            follow: Follow::Never,
            asked: Vec::new(),
        };
        Poll {
            kept: None,
            source: self.sources[source].id.clone(),
            rules: self.sources[source].rules,
            timezone: Tz::UTC,
            at: self.now,
            outcome: Outcome::Read(Box::new(fetched)),
            pauses: Vec::new(),
            news_since: None,
        }
    }

    async fn record(&mut self, source: usize, items: Vec<Item>) {
        let poll = self.poll(source, items);
        let recorded = write(&self.store, poll).await;
        assert!(
            !recorded.stale && recorded.seen + recorded.withheld == 0,
            "{recorded:?}"
        );
    }

    fn feeds() -> [Reviewed; 2] {
        ["it", "en"].map(|tag| Reviewed {
            id: FeedId(tag.into()),
            filter: Filter {
                language: vec![Language::parse(tag).unwrap()],
                ..Filter::default()
            },
            definition: Key::of(&[tag]),
        })
    }

    /// A poll that brings new items.
    pub(crate) async fn place_new(&mut self) -> Duration {
        self.now += TimeDelta::seconds(10);
        let source = self.chance.below(SOURCES);
        let items = self.items(source, NEW);
        let begun = Instant::now();
        self.record(source, items).await;
        begun.elapsed()
    }

    /// The search for other tellings of an item.
    pub(crate) async fn look_up(&mut self) -> Duration {
        let source = self.chance.below(SOURCES);
        let item = self.items(source, 1).remove(0);
        let begun = Instant::now();
        self.store.kin(item, self.now).await.unwrap();
        begun.elapsed()
    }

    /// A poll that brings nothing new.
    pub(crate) async fn see_known(&mut self) -> Duration {
        let items = self.listed.clone();
        let begun = Instant::now();
        self.record(0, items).await;
        begun.elapsed()
    }

    /// Entering what is new into the ledgers of two feeds, closing what archive pages are full, and reading what they show.
    pub(crate) async fn publish(&mut self) -> Duration {
        let feeds = Self::feeds();
        let begun = Instant::now();
        let archived = feeds.clone().map(|feed| Archived {
            id: feed.id,
            look: feed.definition,
        });
        self.store.review(feeds.to_vec()).await.unwrap();
        self.store
            .close_pages(archived.to_vec(), PAGE)
            .await
            .unwrap();
        for feed in feeds {
            self.store.stories(&feed.id, SHOWN).await.unwrap();
            let stale = self.store.stale_pages(&feed.id).await.unwrap();
            for stale in &stale {
                self.store.page(&feed.id, stale.page).await.unwrap();
            }
            if !stale.is_empty() {
                self.store.written(&feed.id, stale).await.unwrap();
            }
        }
        begun.elapsed()
    }

    /// Forgetting what was last seen before then.
    pub(crate) async fn prune(&mut self, horizon: DateTime<Utc>) -> Duration {
        let begun = Instant::now();
        let feeds = Self::feeds().map(|feed| feed.id).to_vec();
        self.store.prune(horizon, feeds, SHOWN).await.unwrap();
        begun.elapsed()
    }

    /// The states of all sources.
    pub(crate) async fn status(&mut self) -> Duration {
        let begun = Instant::now();
        assert_eq!(self.store.sources().await.unwrap().len(), SOURCES);
        begun.elapsed()
    }

    /// What became of the item at an address.
    pub(crate) async fn why(&mut self) -> Duration {
        // Of those that came last, one or the other may not have been taken.
        for _ in 0..self.latest.len() {
            let at = self.chance.below(self.latest.len());
            let url = self.latest[at].url.clone().unwrap();
            let begun = Instant::now();
            let lives = self.store.lives(Sought::Url(url), Vec::new(), SHOWN, 10);
            if !lives.await.unwrap().is_empty() {
                return begun.elapsed();
            }
        }
        panic!("none of the last items is there");
    }

    /// The same by words that no title has, so that all are read.
    pub(crate) async fn why_words(&mut self) -> Duration {
        let words = Sought::Words("no title has these".into());
        let begun = Instant::now();
        let lives = self.store.lives(words, Vec::new(), SHOWN, 10);
        assert!(lives.await.unwrap().is_empty());
        begun.elapsed()
    }

    /// The proof that all is accounted for.
    pub(crate) async fn verify(&mut self) -> Duration {
        let begun = Instant::now();
        let Proof { faults, .. } = self.store.prove(Vec::new(), self.now).await.unwrap();
        assert!(faults.is_empty(), "{faults:#?}");
        begun.elapsed()
    }

    /// How many items there are, and how many of them the index of other tellings has.
    pub(crate) fn counts(&self) -> (i64, i64) {
        let connection = rusqlite::Connection::open(self.store.path()).unwrap();
        let count = |query: &str| connection.query_row(query, [], |row| row.get(0)).unwrap();
        let mut rows = connection.prepare("SELECT stories FROM sketch").unwrap();
        let rows = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let indexed: HashSet<[u8; 8]> = rows
            .flat_map(|items| items.unwrap().as_chunks::<8>().0.to_vec())
            .collect();
        (
            count("SELECT count(*) FROM item"),
            i64::try_from(indexed.len()).unwrap(),
        )
    }
}

async fn write(store: &Store, poll: Poll) -> Recorded {
    let next = poll.at + TimeDelta::minutes(30);
    store.record(poll, move |_| next).await.unwrap()
}
