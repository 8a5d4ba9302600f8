//! A year of news, read by subscribers who know RFC 5005 and nothing else of us.

mod excluded;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use quick_xml::Reader;
use quick_xml::events::Event;
use rassegna::config::{self, Config};
use rassegna::dedup::health::{Picture, Trust};
use rassegna::language::Language;
use rassegna::model::{Dated, Item, Key, Kind, Pace, Place, Precision};
use rassegna::pipeline::{self, Published};
use rassegna::publish::Folder;
use rassegna::serve::Shelf;
use rassegna::store::{Access, Aim, Fetched, Outcome, Poll, Shown, Store};
use url::Url;

const SITE: &str = "https://rassegna.example/";
const FILES: [&str; 3] = ["atom.xml", "rss.xml", "feed.json"];
const ALL: [&str; 4] = ["atom", "rss", "json", "html"];
const FEEDS: [&str; 5] = ["it", "vega", "source/uno", "source/due", "tag/region"];

/// An installation whose sources are told what they list, and when.
struct World {
    place: tempfile::TempDir,
    config: Arc<Config>,
    store: Store,
    folder: Folder,
    shelf: Shelf,
    now: DateTime<Utc>,
}

impl World {
    async fn new(formats: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("rassegna.toml");
        let text = "site = { title = \"Prova\", url = \"https://rassegna.example/\", languages = [\"it\"] }\n\
             publish = { by = [\"source\", \"tag\"], formats = {formats} }\n\
             [feed.vega]\nwhere = { text = [\"vega\"] }\n\
             [source.uno]\nurl = \"https://uno.example/\"\n\
             [source.due]\nurl = \"https://due.example/\"\ntags = [\"region\"]\n";
        let text = text.replace("{formats}", &format!("{formats:?}"));
        fs::write(&file, text).unwrap();
        let config = Arc::new(config::load(&file).unwrap());
        let store = Store::open(&place.path().join("rassegna.db"), Access::Write).unwrap();
        store.register(&config.sources).await.unwrap();
        let folder = Folder::open(&place.path().join("feeds")).unwrap();
        let mut world = Self {
            place,
            config,
            store,
            folder,
            shelf: Shelf::default(),
            now: Utc.with_ymd_and_hms(2025, 1, 1, 6, 0, 0).unwrap(),
        };
        // The first success publishes ten items only.
        world.list("uno", &[]).await;
        world.list("due", &[]).await;
        world
    }

    fn item(&self, source: &str, position: usize, number: u32, edit: &str) -> Item {
        let rocket = if number.is_multiple_of(3) {
            "Vega"
        } else {
            "Ariane"
        };
        // Two sources that tell of one flight tell one story.
        let flight = if source == "uno" {
            number
        } else {
            5_000 + number
        };
        Item {
            source: rassegna::model::SourceId(source.into()),
            position,
            guid: Some(format!("{source}-{number}")),
            url: Some(Url::parse(&format!("https://{source}.example/n/{number}")).unwrap()),
            title: format!("{rocket}, volo {flight} di {source}{edit}"),
            published: Some(Dated {
                at: self.now.with_timezone(&Tz::Europe__Rome)
                    - TimeDelta::minutes(i64::from(number % 50)),
                precision: Precision::Minute,
                place: Place::Item,
                text: String::new(),
            }),
            updated: None,
            summary: String::new(),
            html: format!("<p>Il testo <b>intero</b> del numero {flight}.</p>"),
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
            language: Language::parse("it").unwrap(),
            rights: None,
            alternates: Vec::new(),
            sighted: None,
        }
    }

    /// The source lists these, not more of them at once than pass for its usual news.
    async fn list(&mut self, source: &str, news: &[(u32, &str)]) {
        for some in news.chunks(20) {
            self.poll(source, some).await;
        }
        if news.is_empty() {
            self.poll(source, news).await;
        }
    }

    async fn poll(&mut self, source: &str, news: &[(u32, &str)]) {
        self.now += TimeDelta::seconds(1);
        let items = news.iter().enumerate();
        let items =
            items.map(|(position, (number, edit))| self.item(source, position, *number, edit));
        let fetched = Fetched {
            picture: Picture::default(),
            mended: false,
            roll: Vec::new(),
            trust: Trust::Usual,
            kind: Kind::Feed,
            feed_url: None,
            told: rassegna::store::Told::default(),
            body: Key::of(&[source, &self.now.to_string()]),
            items: items.collect(),
            rates: Vec::new(),
            warnings: Vec::new(),
            partial: false,
            unread: false,
            pace: Pace::default(),
            follow: config::Follow::Never,
            asked: Vec::new(),
        };
        let now = self.now;
        let known = &self.config.sources;
        let known = known.iter().find(|one| one.id.0 == source).unwrap();
        let poll = Poll {
            kept: None,
            source: known.id.clone(),
            rules: known.rules,
            timezone: Tz::Europe__Rome,
            at: now,
            outcome: Outcome::Read(Box::new(fetched)),
            pauses: Vec::new(),
            news_since: None,
        };
        self.store.record(poll, move |_| now).await.unwrap();
    }

    async fn publish(&self) -> Published {
        pipeline::publish(&self.store, &self.config, &self.folder, &self.shelf)
            .await
            .unwrap()
    }

    /// What a command that serves nothing writes.
    async fn files_written(&self) -> Vec<String> {
        let published = pipeline::publish_files(&self.store, &self.config, &self.folder);
        published.await.unwrap().written
    }

    /// The archive files that a publish writes.
    async fn pages_written(&self) -> Vec<String> {
        let written = self.publish().await.written;
        let page = |name: &String| name.contains("/archive/");
        written.into_iter().filter(page).collect()
    }

    async fn prune(&self, days: i64) -> usize {
        let feeds = self
            .config
            .feeds
            .iter()
            .map(|feed| feed.id.clone())
            .collect();
        let shown = Shown {
            entries: self.config.publish.entries,
            days: self.config.publish.days,
        };
        let horizon = self.now - TimeDelta::days(days);
        self.store.prune(horizon, feeds, shown).await.unwrap()
    }

    fn look(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.place.path().join("rassegna.db")).unwrap()
    }

    /// The ids that a feed has ever had, as the ledger tells.
    fn ledger(&self, feed: &str) -> BTreeSet<String> {
        let look = self.look();
        let mut query = look
            .prepare("SELECT entry FROM ledger WHERE feed = ?1")
            .unwrap();
        let rows = query
            .query_map([feed], |row| row.get::<_, Vec<u8>>(0))
            .unwrap();
        rows.map(|entry| {
            uuid::Uuid::from_slice(&entry.unwrap())
                .unwrap()
                .urn()
                .to_string()
        })
        .collect()
    }

    fn feeds(&self) -> std::path::PathBuf {
        self.place.path().join("feeds")
    }
}

/// What a document says to a client of RFC 5005: its entries and their titles, and where it leads.
#[derive(Debug, Default)]
struct Document {
    entries: Vec<(String, String)>,
    links: BTreeMap<String, String>,
    archive: bool,
}

fn document(file: &Path) -> Document {
    let text = fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let mut document = Document::default();
    if file.ends_with("feed.json") {
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for item in json["items"].as_array().unwrap() {
            let field = |name: &str| item[name].as_str().unwrap().to_owned();
            document.entries.push((field("id"), field("title")));
        }
        if let Some(next) = json["next_url"].as_str() {
            document.links.insert("prev-archive".into(), next.into());
        }
        return document;
    }
    let mut reader = Reader::from_str(&text);
    let (mut path, mut said) = (Vec::new(), String::new());
    let mut title = String::new();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Eof => return document,
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                document.archive |= name == "fh:archive";
                let attribute = |key: &str| {
                    let found = tag.try_get_attribute(key).unwrap()?;
                    Some(found.value.into_owned())
                };
                if path.len() == 1 + usize::from(file.ends_with("rss.xml"))
                    && (name == "link" || name == "atom:link")
                    && let (Some(relation), Some(address)) = (attribute("rel"), attribute("href"))
                {
                    document.links.insert(relation, address);
                }
                if matches!(event, Event::Start(_)) {
                    path.push(name);
                }
                said.clear();
            }
            Event::Text(text) => said.push_str(text),
            Event::End(_) => {
                let name = path.pop().unwrap();
                let entry = path
                    .last()
                    .is_some_and(|above| above == "item" || above == "entry");
                match name.as_str() {
                    "title" if entry => title.clone_from(&said),
                    "guid" | "id" if entry => {
                        document.entries.push((said.clone(), String::new()));
                    }
                    "item" | "entry" => {
                        document.entries.last_mut().unwrap().1 = std::mem::take(&mut title);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// A subscriber: what it has by id, and which archive pages it has read.
#[derive(Default)]
struct Client {
    has: BTreeMap<String, String>,
    read: HashSet<String>,
    /// How often it got each entry from an archive page.
    paged: BTreeMap<String, usize>,
}

impl Client {
    /// Reads a feed and its archive back to the first page that it knows.
    fn visit(&mut self, feeds: &Path, feed: &str, name: &str) {
        let mut address = format!("{SITE}{feed}/{name}");
        loop {
            let document = document(&feeds.join(address.strip_prefix(SITE).unwrap()));
            let archived = address.contains("/archive/");
            for (id, title) in document.entries {
                if archived {
                    *self.paged.entry(id.clone()).or_default() += 1;
                }
                // What is newer was read first.
                self.has.entry(id).or_insert(title);
            }
            if name != "feed.json" {
                assert_eq!(document.links["self"], address);
                assert_eq!(document.archive, archived, "{address}");
                let current = document.links.get("current");
                let expected = archived.then(|| format!("{SITE}{feed}/{name}"));
                assert_eq!(current, expected.as_ref(), "{address}");
            }
            match document.links.get("prev-archive") {
                Some(older) if self.read.insert(older.clone()) => address.clone_from(older),
                _ => return,
            }
        }
    }
}

/// A year in which `each_time` is called after every fortnight's publish; gives how many items each source listed.
async fn year(world: &mut World, mut each_time: impl FnMut(&World)) -> u32 {
    let mut number = 0;
    for fortnight in 0..26_u32 {
        for day in 0..14 {
            world.now += TimeDelta::hours(20);
            // One of them brings many pages.
            let count = if fortnight == 10 {
                45
            } else {
                1 + (fortnight + day) % 4
            };
            for source in ["uno", "due"] {
                let news: Vec<(u32, &str)> = (0..count).map(|n| (number + n, "")).collect();
                world.list(source, &news).await;
            }
            number += count;
        }
        world.publish().await;
        if fortnight % 4 == 3 {
            world.prune(60).await;
        }
        each_time(world);
    }
    number
}

#[test]
fn who_follows_the_archive_has_every_entry_of_the_ledger_once() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut world = World::new(&["atom", "rss", "json"]).await;
        let mut faithful: BTreeMap<(&str, &str), Client> = BTreeMap::new();
        let mut rare = Client::default();
        let mut visits = 0;
        let number = year(&mut world, |world| {
            visits += 1;
            for feed in FEEDS {
                let name = FILES[visits % 3];
                let client = faithful.entry((feed, name)).or_default();
                client.visit(&world.feeds(), feed, name);
            }
            if visits % 9 == 0 {
                rare.visit(&world.feeds(), "it", "atom.xml");
            }
        })
        .await;
        let (items, pages): (i64, i64) = world
            .look()
            .query_row(
                "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM archive)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        let full = FEEDS.map(|feed| i64::try_from(world.ledger(feed).len() / 100).unwrap());
        assert_eq!(pages, full.iter().sum::<i64>());
        assert!(items < 700, "{items} items were kept");
        for feed in FEEDS {
            let ledger = world.ledger(feed);
            assert!(ledger.len() > 400, "{feed}");
            for name in FILES {
                let mut client = Client::default();
                client.visit(&world.feeds(), feed, name);
                let has: BTreeSet<String> = client.has.keys().cloned().collect();
                assert_eq!(has, ledger, "{feed}/{name}");
                assert!(
                    client.paged.values().all(|times| *times == 1),
                    "{feed}/{name}"
                );
                assert_eq!(client.paged.len(), client.read.len() * 100, "{feed}/{name}");
                let client = faithful.get_mut(&(feed, name)).unwrap();
                client.visit(&world.feeds(), feed, name);
                let has: BTreeSet<String> = client.has.keys().cloned().collect();
                assert_eq!(has, ledger, "{feed}/{name}, in visits");
            }
        }
        rare.visit(&world.feeds(), "it", "atom.xml");
        assert_eq!(rare.has.len(), world.ledger("it").len());
        corrected_and_withdrawn(&mut world, number - 1).await;
        world.store.close().await;
    });
}

/// Corrects and withdraws entries of all ages after a year: who reads it then has the ones as they are now, and not the
/// others.
async fn corrected_and_withdrawn(world: &mut World, newest: u32) {
    // One that is on the oldest page, one on a later page, and one on no page yet.
    let known = |world: &World, number: u32| {
        let look = world.look();
        let find = "SELECT story.entry FROM item JOIN story ON story.number = item.story \
                    WHERE item.guid = ?1";
        let guid = format!("uno-{number}");
        let entry: Vec<u8> = look.query_row(find, [guid], |row| row.get(0)).unwrap();
        uuid::Uuid::from_slice(&entry).unwrap()
    };
    let edited = [newest - 1, newest - 120];
    let gone = [newest, newest - 121].map(|number| known(world, number));
    let old: uuid::Uuid = {
        let page = document(&world.feeds().join("it/archive/1/atom.xml"));
        page.entries[0].0.parse().unwrap()
    };
    for number in edited {
        world.list("uno", &[(number, ", corretto")]).await;
    }
    for entry in gone.into_iter().chain([old]) {
        let withdrawn = world.store.withdraw(Aim::Entry(entry), world.now).await;
        assert!(withdrawn.is_ok(), "{entry}");
    }
    world.publish().await;
    for feed in ["it", "source/uno"] {
        let mut ledger = world.ledger(feed);
        for entry in gone.into_iter().chain([old]) {
            ledger.remove(&entry.urn().to_string());
        }
        for name in FILES {
            let mut client = Client::default();
            client.visit(&world.feeds(), feed, name);
            let has: BTreeSet<String> = client.has.keys().cloned().collect();
            assert_eq!(has, ledger, "{feed}/{name}");
            assert!(
                client.paged.values().all(|times| *times == 1),
                "{feed}/{name}"
            );
            let corrected = client
                .has
                .values()
                .filter(|title| title.ends_with("corretto"));
            assert_eq!(corrected.count(), 2, "{feed}/{name}");
        }
    }
}

#[test]
fn the_same_fetches_give_the_same_archives() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut files = Vec::new();
        for weekly in [true, false] {
            let mut world = World::new(&ALL).await;
            for week in 0..12 {
                for source in ["uno", "due"] {
                    let news: Vec<(u32, &str)> =
                        (week * 20..week * 20 + 20).map(|n| (n, "")).collect();
                    world.list(source, &news).await;
                }
                world.now += TimeDelta::days(7);
                if weekly {
                    world.publish().await;
                }
            }
            world.publish().await;
            files.push(published(&world.feeds()));
            world.store.close().await;
        }
        assert!(files[0].len() > 60, "{:?}", files[0].keys());
        assert_eq!(
            files[0].keys().collect::<Vec<_>>(),
            files[1].keys().collect::<Vec<_>>()
        );
        for (name, text) in &files[0] {
            assert!(*text == files[1][name], "{name} differs");
        }
    });
}

/// All that is published, by name; the list of what changed is none of it.
fn published(feeds: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![feeds.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".changed") {
                let name = path.strip_prefix(feeds).unwrap().display().to_string();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn only_pages_on_which_something_changed_are_written() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut world = World::new(&ALL).await;
        let news = |from: u32, to: u32| (from..to).map(|n| (n, "")).collect::<Vec<(u32, &str)>>();
        let of = |pages: &[(&str, u32)]| -> BTreeSet<String> {
            let files = ["atom.xml", "rss.xml", "feed.json", "index.html"];
            pages
                .iter()
                .flat_map(|(feed, page)| files.map(|file| format!("{feed}/archive/{page}/{file}")))
                .collect()
        };
        let written = async |world: &World| -> BTreeSet<String> {
            world.pages_written().await.into_iter().collect()
        };
        world.list("uno", &news(0, 99)).await;
        assert_eq!(
            written(&world).await,
            of(&[]),
            "a page closes when it is full"
        );
        world.list("uno", &news(99, 101)).await;
        assert_eq!(written(&world).await, of(&[("it", 1), ("source/uno", 1)]));
        world.list("uno", &news(101, 110)).await;
        assert_eq!(written(&world).await, of(&[]), "news are no change of it");
        world.list("uno", &news(110, 205)).await;
        // The first page has a newer one now.
        let all = of(&[("it", 1), ("it", 2), ("source/uno", 1), ("source/uno", 2)]);
        let mut linked = all.clone();
        // JSON Feed leads to what is older only.
        linked.retain(|name| !name.ends_with("1/feed.json"));
        assert_eq!(written(&world).await, linked);

        // An edit rewrites the one page that has it, in each feed.
        world.list("uno", &[(7, ", corretto")]).await;
        assert_eq!(written(&world).await, of(&[("it", 1), ("source/uno", 1)]));
        let page = world.feeds().join("it/archive/1/atom.xml");
        let titles = |page: &Path| -> Vec<String> {
            let entries = document(page).entries.into_iter();
            entries.map(|(_, title)| title).collect()
        };
        assert!(titles(&page).contains(&"Ariane, volo 7 di uno, corretto".to_owned()));

        // Dropping the items changes nothing, also not what is written from what is kept.
        world.now += TimeDelta::days(30);
        world.list("uno", &news(205, 208)).await;
        world.publish().await;
        let before = published(&world.feeds());
        assert!(world.prune(0).await > 0);
        let kept = "SELECT count(*) FROM kept WHERE story LIKE '%<b>%'";
        let texts: i64 = world.look().query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!(texts, 0, "a text that is not published is not kept");
        assert_eq!(written(&world).await, of(&[]));
        fs::remove_dir_all(world.feeds()).unwrap();
        world.shelf = Shelf::default();
        assert_eq!(written(&world).await, all, "files that are gone come back");
        assert_eq!(published(&world.feeds()), before);

        // What is withdrawn is gone from its page, whether its items were dropped or not.
        let withdraw = |table: &str, entry: &str| {
            let entry = entry.strip_prefix("urn:uuid:").unwrap();
            let entry = uuid::Uuid::parse_str(entry).unwrap();
            let look = world.look();
            look.execute_batch("PRAGMA foreign_keys = ON").unwrap();
            if table == "story" {
                let number = "(SELECT number FROM story WHERE entry = ?1)";
                let items = format!("DELETE FROM item WHERE story = {number}");
                look.execute(&items, [entry.as_bytes()]).unwrap();
            }
            let delete = format!("DELETE FROM {table} WHERE entry = ?1");
            assert_eq!(look.execute(&delete, [entry.as_bytes()]).unwrap(), 1);
        };
        let (old, _) = document(&page).entries.pop().unwrap();
        withdraw("kept", &old);
        assert_eq!(written(&world).await, of(&[("it", 1), ("source/uno", 1)]));
        let second = world.feeds().join("it/archive/2/atom.xml");
        let entries = document(&second).entries.into_iter();
        let mut entries = entries.filter(|(_, title)| title.contains("volo 150 "));
        let (new, _) = entries.next().unwrap();
        withdraw("story", &new);
        assert_eq!(written(&world).await, of(&[("it", 2), ("source/uno", 2)]));
        for (page, gone) in [(&page, old), (&second, new)] {
            let entries = document(page).entries;
            assert_eq!(entries.len(), 99);
            assert!(entries.iter().all(|(id, _)| *id != gone));
        }
        world.store.close().await;
    });
}

#[test]
fn what_changed_is_listed_last_and_only_then() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut world = World::new(&ALL).await;
        let list = world.feeds().join(".changed");
        let published = world.publish().await;
        let listed = || fs::read_to_string(&list).unwrap();
        let mut written = published.written.clone();
        written.sort_unstable();
        assert_eq!(listed().lines().collect::<Vec<_>>(), written);
        assert!(
            listed()
                .lines()
                .all(|name| world.feeds().join(name).is_file())
        );
        fs::remove_file(&list).unwrap();
        assert!(world.publish().await.written.is_empty());
        assert!(!list.exists(), "nothing changed");
        // The list is news also where it says the same as the last one.
        let mut seen = HashSet::new();
        for n in 0..2 {
            world.list("due", &[(n, "")]).await;
            world.publish().await;
            use std::os::unix::fs::MetadataExt;
            let file = fs::metadata(&list).unwrap();
            assert!(seen.insert((file.ino(), file.mtime_nsec())));
            let names = listed();
            assert!(
                names.contains("source/due/atom.xml\n") && !names.contains("source/uno/atom.xml")
            );
        }
        world.store.close().await;
    });
}

#[tokio::test]
async fn what_is_published_already_is_left_alone_until_it_or_its_files_change() {
    let mut world = World::new(&["rss"]).await;
    world.list("uno", &[(1, ""), (2, ""), (3, "")]).await;
    assert!(!world.files_written().await.is_empty());
    assert!(world.files_written().await.is_empty());
    let file = world.place.path().join("feeds/it/rss.xml");
    std::fs::write(&file, "other").unwrap();
    assert_eq!(world.files_written().await, ["it/rss.xml"]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(world.files_written().await, ["it/rss.xml"]);
    assert!(world.files_written().await.is_empty());
    world.list("uno", &[(4, "")]).await;
    assert!(!world.files_written().await.is_empty());
    world.list("uno", &[(4, ", corretto")]).await;
    assert!(!world.files_written().await.is_empty());
    assert!(world.files_written().await.is_empty());
}
