//! What placing a new item costs among 10⁴, 10⁵ and 10⁶ stored ones: the transaction that records a fetch, and the search
//! for other tellings alone. The three databases take turns, so that whatever else the machine does hits all alike.
//!
//! The items of the last weeks are placed as any others; the archive before them is made of copies of their rows.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rassegna::config::{Follow, Source};
use rassegna::language::Language;
use rassegna::model::{Dated, Item, Key, Kind, Pace, Place, Precision, SourceId};
use rassegna::store::{Access, Fetched, Outcome, Poll, Store, Told};
use url::Url;

/// Days that items are kept for: the default of `store.keep`.
const KEPT: usize = 400;
/// Days that are placed one by one: more than the index keeps.
const PLACED: usize = 42;
/// Different words of each language.
const WORDS: usize = 20_000;
const SOURCES: usize = 50;
/// The items of a fetch: so many new ones, and so many that are known.
const NEW: usize = 10;
const KNOWN: usize = 100;
/// Fetches of each kind that are timed at each size.
const ROUNDS: usize = 60;

fn main() {
    // `cargo bench` says so; `cargo test` has no use for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let most = std::env::var("PLACE_ITEMS").map_or(1_000_000, |text| text.parse().unwrap());
    let sizes = [10_000, 100_000, 1_000_000].map(|size: usize| size.min(most));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(bench(&sizes));
}

async fn bench(sizes: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let mut worlds = Vec::new();
    for (number, size) in sizes.iter().enumerate() {
        worlds.push(World::filled(&folder.path().join(format!("{number}.db")), *size).await);
    }
    let mut times: Vec<[Vec<Duration>; 3]> = sizes.iter().map(|_| Default::default()).collect();
    // The first rounds find cold caches.
    for round in 0..ROUNDS + 5 {
        for (world, times) in worlds.iter_mut().zip(&mut times) {
            let taken = [
                world.place_new().await,
                world.look_up().await,
                world.see_known().await,
            ];
            if round >= 5 {
                for (times, taken) in times.iter_mut().zip(taken) {
                    times.push(taken);
                }
            }
        }
    }
    println!(
        "{:>9}  {:>8}  {:>12}  {:>12}  {:>14}  {:>8}",
        "items", "indexed", "new, ms each", "search, ms", "100 known, ms", "file, MB"
    );
    let mut first: Option<[f64; 3]> = None;
    for (world, times) in worlds.iter().zip(times) {
        let [new, search, known] = times.map(median);
        let new = new / f64::from(u32::try_from(NEW).unwrap());
        let (items, indexed) = world.counts();
        println!(
            "{items:>9}  {indexed:>8}  {new:>12.2}  {search:>12.2}  {known:>14.2}  {:>8}",
            std::fs::metadata(world.store.path()).unwrap().len() / 1_000_000
        );
        let first = first.get_or_insert([new, search, known]);
        println!(
            "{:>9}  {:>8}  {:>12.2}  {:>12.2}  {:>14.2}",
            "ratio",
            "",
            new / first[0],
            search / first[1],
            known / first[2]
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("the most memory of the process, with three databases open: {line}");
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

/// A database and the sources that fill it.
struct World {
    store: Store,
    sources: Vec<Source>,
    chance: Chance,
    now: DateTime<Utc>,
    /// Items that were made, of which some are told again.
    made: usize,
    latest: Vec<Item>,
    /// The hundred items that the first source lists.
    listed: Vec<Item>,
}

impl World {
    async fn filled(path: &Path, size: usize) -> Self {
        let begun = Instant::now();
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
            chance: Chance(0x9e37_79b9_7f4a_7c15),
            now: Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap(),
            made: 0,
            latest: Vec::new(),
            listed: Vec::new(),
        };
        world.store.register(&world.sources).await.unwrap();
        for at in 0..SOURCES {
            world.record(at, Vec::new()).await;
        }
        let placed = size * PLACED / KEPT;
        let step = TimeDelta::days(i64::try_from(PLACED).unwrap())
            / i32::try_from(placed / NEW).unwrap().max(1);
        for poll in 0..placed / NEW {
            world.now += step;
            let items = world.items(poll % SOURCES, NEW);
            world.record(poll % SOURCES, items).await;
        }
        world.store.clone().close().await;
        let Self { store, .. } = world;
        drop(store);
        archive(path, size / placed);
        world = Self {
            store: Store::open(path, Access::Write).unwrap(),
            ..world
        };
        world.listed = world.items(0, KNOWN);
        world.record(0, world.listed.clone()).await;
        println!(
            "{size} items: filled in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        world
    }

    /// Items of a source, every tenth of them what another one told a while ago.
    fn items(&mut self, source: usize, count: usize) -> Vec<Item> {
        (0..count)
            .map(|position| {
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
            })
            .collect()
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

    async fn record(&mut self, source: usize, items: Vec<Item>) {
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
        let poll = Poll {
            kept: None,
            source: self.sources[source].id.clone(),
            rules: self.sources[source].rules,
            timezone: Tz::UTC,
            at: self.now,
            outcome: Outcome::Read(Box::new(fetched)),
            pauses: Vec::new(),
            news_since: None,
        };
        let next = self.now + TimeDelta::minutes(30);
        let recorded = self.store.record(poll, move |_| next).await.unwrap();
        assert!(!recorded.stale && recorded.seen == 0, "{recorded:?}");
    }

    async fn place_new(&mut self) -> Duration {
        self.now += TimeDelta::seconds(10);
        let source = self.chance.below(SOURCES);
        let items = self.items(source, NEW);
        let begun = Instant::now();
        self.record(source, items).await;
        begun.elapsed()
    }

    async fn look_up(&mut self) -> Duration {
        let source = self.chance.below(SOURCES);
        let item = self.items(source, 1).remove(0);
        let begun = Instant::now();
        self.store.kin(item, self.now).await.unwrap();
        begun.elapsed()
    }

    async fn see_known(&mut self) -> Duration {
        let items = self.listed.clone();
        let begun = Instant::now();
        self.record(0, items).await;
        begun.elapsed()
    }

    fn counts(&self) -> (i64, i64) {
        let connection = rusqlite::Connection::open(self.store.path()).unwrap();
        let count = |query: &str| connection.query_row(query, [], |row| row.get(0)).unwrap();
        (
            count("SELECT count(*) FROM item"),
            count("SELECT count(DISTINCT item) FROM sketch"),
        )
    }
}

/// Makes the database so many times as large by copies of its rows, dated earlier, and drops what the index would not have
/// any more.
fn archive(path: &Path, times: usize) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let highest = |table: &str| -> i64 {
        let query = format!("SELECT coalesce(max(number), 0) FROM {table}");
        connection.query_row(&query, [], |row| row.get(0)).unwrap()
    };
    let (items, stories) = (highest("item"), highest("story"));
    let columns: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info('item') WHERE name NOT IN ('number', 'story')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let columns = columns.join(", ");
    connection.execute_batch("BEGIN").unwrap();
    for copy in 1..i64::try_from(times).unwrap() {
        let (item, story, back) = (copy * items, copy * stories, copy * 42 * 24 * 60 * 60);
        connection
            .execute_batch(&format!(
                "INSERT INTO story (number, entry, language, published, zone, precision, opened, updated, revision, revised)
                 SELECT number + {story}, randomblob(16), language, published - {back}, zone, precision, opened, updated,
                        revision, revised FROM story WHERE number <= {stories};
                 INSERT INTO item (number, story, {columns}) SELECT number + {item}, story + {story}, {columns} FROM item
                 WHERE number <= {items};
                 INSERT INTO identity (source, key, item) SELECT source, randomblob(16), item + {item} FROM identity
                 WHERE item <= {items};
                 INSERT INTO address (key, story) SELECT randomblob(16), story + {story} FROM address
                 WHERE story <= {stories};"
            ))
            .unwrap();
    }
    connection
        .execute_batch(
            "DELETE FROM sketch WHERE week < (SELECT max(week) FROM sketch) - 5; COMMIT;
             PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .unwrap();
}

/// Chance that is the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// A text of so many words, each the rarer the higher its rank (Zipf), with some names and figures.
    fn text(&mut self, language: &str, words: usize) -> String {
        let mut text = String::new();
        for at in 0..words {
            if at > 0 {
                text.push(' ');
            }
            match self.below(12) {
                0 => text.push_str(&self.below(3_000).to_string()),
                1..=3 => text.push_str(if language == "it" { "della" } else { "of the" }),
                kind => {
                    // Every fourth word or so is a name; names are the same in all languages.
                    let name = kind < 6;
                    let word = self.word(if name { "" } else { language });
                    let (first, rest) = word.split_at(1);
                    text.push_str(&if name {
                        first.to_uppercase()
                    } else {
                        first.into()
                    });
                    text.push_str(rest);
                }
            }
        }
        text
    }

    fn word(&mut self, language: &str) -> String {
        const SYLLABLES: [&str; 32] = [
            "ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo",
            "bra", "cle", "dri", "flo", "gru", "sta", "tre", "spi", "pro", "can", "den", "fin",
            "gon", "lun", "mar", "ter", "sil", "vor",
        ];
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let rank = {
            let even = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
            // The inverse of the distribution of ranks, as far as 1/rank is one.
            ((WORDS as f64).powf(even) - 1.0) as u64
        };
        let mut rest = (rank + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(u64::try_from(language.len()).unwrap() << 40)
            .rotate_left(u32::from(language.bytes().next().unwrap_or_default()));
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(SYLLABLES[usize::try_from(rest % 32).unwrap()]);
            rest /= 32;
        }
        word
    }
}
