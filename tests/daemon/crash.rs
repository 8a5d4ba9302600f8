//! Whatever moment the daemon dies at, nothing is lost, nothing comes twice, and every file is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags};

use super::support::{
    Dice, Entry, LISTING, News, Origin, Route, Site, all_whole, atom, entries, listing, news, rss,
    seed,
};

/// How often the daemon that shows everything is killed, and the one that shows little.
const WIDE: usize = 200;
const NARROW: usize = 100;

/// The most items that a source lists, and the most that come to it before it was asked again.
const LISTED: usize = 25;
const AT_ONCE: usize = 5;

#[test]
fn two_hundred_kills_lose_nothing_repeat_nothing_and_leave_whole_files() {
    let seed = seed();
    let (wide, narrow) = (Origin::start(), Origin::start());
    let world = Mutex::new(World::new(seed, vec![wide.clone(), narrow.clone()]));
    let (over, ready) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                // Only what a first visit finds in excess of ten is not published: nothing is, until then.
                let grown = ready.load(Ordering::SeqCst) >= 2;
                world.lock().unwrap().turn(grown);
                thread::sleep(Duration::from_millis(60));
            }
        });
        let hostile = Hostile::start();
        let outside = hostile.as_ref().map(Hostile::tables).unwrap_or_default();
        let other = scope.spawn(|| {
            let site = site(&narrow, "entries = 8\ndays = 0", "");
            Torment::new(&site, &narrow, seed ^ 1).kill(NARROW, &ready)
        });
        let mut site = site(&wide, "entries = 1000\ndays = 366", &outside);
        // The world stops whatever happens, else a failure would hang here.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            Torment::new(&site, &wide, seed).kill(WIDE, &ready)
        }));
        let other = other.join();
        over.store(true, Ordering::SeqCst);
        result.unwrap_or_else(|why| std::panic::resume_unwind(why));
        other.unwrap_or_else(|why| std::panic::resume_unwind(why));
        heal(&wide);
        site.fetch.clear();
        site.configure(&tables(&wide));
        settled(&site, &world.lock().unwrap());
    });
}

fn site(origin: &Origin, publish: &str, outside: &str) -> Site {
    let mut site = Site::new();
    site.schedule = "every = \"1s\"".into();
    site.publish = publish.into();
    // What stalls is given up soon, so that it can stall again.
    site.fetch = "timeout = \"2s\"".into();
    site.configure(&(tables(origin) + outside));
    site
}

/// Sources that harm whoever reads them, beside the good ones: they stall, explode, break off.
const BAD: [(&str, u32); 5] = [
    ("ferma", 9001),
    ("esplosa", 9002),
    ("enorme", 9003),
    ("profonda", 9004),
    ("tronca", 9005),
];

fn harm(origin: &Origin) {
    let bomb = (1..12).fold(
        String::from("<!DOCTYPE rss [<!ENTITY e0 \"boom\">"),
        |bomb, n| bomb + &format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10)),
    );
    let bomb = rss(&[news("esplosa", 9002)])
        .replace("<rss ", &(bomb + "]><rss "))
        .replace("Il testo", "&e11; Il testo");
    origin.set("/esplosa", Route::new("application/rss+xml", bomb));
    origin.set("/enorme", Route::html(vec![b' '; 12 << 20]));
    origin.set("/profonda", Route::html("<div>".repeat(100_000)));
    let tronca = Route {
        breaks_off: true,
        ..Route::rss(&[news("tronca", 9005), news("tronca", 9006)])
    };
    origin.set("/tronca", tronca);
}

/// In the end they answer as they should.
fn heal(origin: &Origin) {
    for (name, n) in BAD {
        origin.set(&format!("/{name}"), Route::rss(&[news(name, n)]));
    }
}

fn tables(origin: &Origin) -> String {
    let mut tables = String::new();
    for (name, _) in BAD {
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n"
        ));
    }
    for source in SOURCES {
        let Known { name, language, .. } = source;
        let url = origin.url(&format!("/{name}"));
        tables.push_str(&format!(
            "[source.{name}]\nurl = \"{url}\"\nlanguage = \"{language}\"\n"
        ));
        if matches!(source.form, Form::Listing) {
            tables.push_str(LISTING);
        }
    }
    tables
}

/// A server of faults that is not ours, where `RASSEGNA_ORIGIN` names one: a program that lists its faults with
/// `--list` (name, group, outcome, note) and serves them below `/f/` on `--port`.
struct Hostile {
    child: Child,
    port: u16,
    faults: Vec<String>,
}

impl Hostile {
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("RASSEGNA_ORIGIN") else {
            eprintln!(
                "RASSEGNA_ORIGIN is unset: the load is this test's own and no other origin's"
            );
            return None;
        };
        let list = Command::new(&program).arg("--list").output().unwrap();
        let list = String::from_utf8(list.stdout).unwrap();
        let faults: Vec<String> = list
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|row| {
                ["transport", "coding", "document"].contains(&row[1]) && row[2] == "error"
            })
            .map(|row| row[0].to_owned())
            .collect();
        assert!(faults.len() > 10, "few faults: {faults:?}");
        let port = super::support::free_port();
        let child = Command::new(&program)
            .args(["--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eprintln!("{} faults of another origin", faults.len());
        Some(Self {
            child,
            port,
            faults,
        })
    }

    fn tables(&self) -> String {
        let Self { port, faults, .. } = self;
        let table = |fault: &String| {
            format!(
                "[source.{OUTSIDE}{fault}]\nurl = \"http://127.0.0.1:{port}/f/{fault}\"\nlanguage = \"fr\"\n"
            )
        };
        let tables: String = faults.iter().map(table).collect();
        tables + "[feed.fuori]\nwhere = { language = [\"fr\"] }\n"
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the sources of that origin begin.
const OUTSIDE: &str = "fuori-";

/// A run that dies again and again, and what was seen of it after each death.
struct Torment<'a> {
    site: &'a Site,
    origin: &'a Origin,
    dice: Dice,
    scratch: tempfile::TempDir,
    /// Of each committed entry, when it was published and which news it is.
    committed: BTreeMap<String, (i64, String)>,
    /// By feed and format: the entries of the last look, and those that are no longer shown.
    shown: BTreeMap<String, BTreeSet<String>>,
    left: BTreeMap<String, BTreeSet<String>>,
    /// Which entry a piece of news is, in any feed.
    entry_of: BTreeMap<String, String>,
    /// When an entry says that it was published.
    published: BTreeMap<String, i64>,
    visited: bool,
}

impl<'a> Torment<'a> {
    fn new(site: &'a Site, origin: &'a Origin, seed: u64) -> Self {
        Self {
            site,
            origin,
            dice: Dice::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            scratch: tempfile::tempdir().unwrap(),
            committed: BTreeMap::new(),
            shown: BTreeMap::new(),
            left: BTreeMap::new(),
            entry_of: BTreeMap::new(),
            published: BTreeMap::new(),
            visited: false,
        }
    }

    fn kill(mut self, times: usize, ready: &AtomicUsize) {
        for _ in 0..times {
            let daemon = self.site.start();
            self.wait();
            daemon.kill();
            self.look();
            if !self.visited && self.all_visited() {
                self.visited = true;
                ready.fetch_add(1, Ordering::SeqCst);
            }
        }
        assert!(
            self.visited,
            "so many starts, and not every source was read"
        );
        // The last run is left in peace.
        let daemon = self.site.start_ready();
        daemon.stop();
        self.look();
        self.unfinished();
    }

    /// Until any moment of a run; or until shortly after an answer, when it is recorded and published.
    fn wait(&mut self) {
        if self.dice.once_in(3) {
            let wait = 5 + self.dice.below(395);
            return thread::sleep(Duration::from_millis(wait as u64));
        }
        let (before, begun) = (self.origin.answered(), Instant::now());
        while self.origin.answered() == before && begun.elapsed() < Duration::from_millis(1200) {
            thread::sleep(Duration::from_millis(1));
        }
        // Sources that fail are left alone for longer and longer; somebody asks for all of them at once.
        if self.dice.once_in(4) {
            self.ask();
        }
        thread::sleep(Duration::from_millis(self.dice.below(80) as u64));
    }

    /// Leaves a request, as `rassegna once` does beside a daemon.
    fn ask(&self) {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        if let Ok(database) = Connection::open_with_flags(self.site.database(), flags) {
            // There may be no tables yet.
            let _ = database.execute("INSERT INTO request (asked) VALUES (0)", []);
        }
    }

    fn all_visited(&self) -> bool {
        let database = self.copy();
        let visited: Result<String, _> = database.query_row(
            "SELECT group_concat(id) FROM source WHERE first_success > 0",
            [],
            |row| row.get(0),
        );
        visited.is_ok_and(|visited| {
            let visited: Vec<&str> = visited.split(',').collect();
            SOURCES.iter().all(|source| visited.contains(&source.name))
        })
    }

    /// A copy of the database as the dead left it, so that looking at it does not recover the original.
    fn copy(&self) -> Connection {
        let copy = self.scratch.path().join("copy.db");
        for ending in ["", "-wal", "-shm"] {
            let name = |path: &Path| {
                let mut name = path.as_os_str().to_owned();
                name.push(ending);
                name
            };
            let _ = fs::remove_file(name(&copy));
            if ending != "-shm" {
                let _ = fs::copy(name(&self.site.database()), name(&copy));
            }
        }
        Connection::open(&copy).unwrap()
    }

    fn look(&mut self) {
        self.look_at_database();
        let root = self.site.published();
        all_whole(&root);
        for feed in ["it", "en"] {
            let file = root.join(feed).join("atom.xml");
            if file.exists() {
                self.look_at_entries(feed, &entries(&file));
            }
            let file = root.join(feed).join("rss.xml");
            if file.exists() {
                let read = feed_rs::parser::parse(&*fs::read(&file).unwrap()).unwrap();
                let ids = read.entries.into_iter().map(|entry| entry.id).collect();
                self.look_at_ids(&format!("{feed}/rss.xml"), ids);
            }
            let file = root.join(feed).join("feed.json");
            if file.exists() {
                self.look_at_ids(&format!("{feed}/feed.json"), json_ids(&file));
            }
        }
    }

    fn look_at_database(&mut self) {
        let database = self.copy();
        let intact: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(intact, "ok");
        let orphans: i64 = database
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(orphans, 0, "a row points to nothing");
        let now = committed(&database);
        for (entry, (published, token)) in &self.committed {
            let Some(found) = now.get(entry) else {
                panic!("{token} was committed as {entry} and is lost")
            };
            assert_eq!(found, &(*published, token.clone()), "{entry}");
        }
        self.committed = now;
    }

    fn look_at_entries(&mut self, feed: &str, entries: &[Entry]) {
        let mut links = BTreeSet::new();
        for entry in entries {
            let token = token(&entry.title);
            assert!(links.insert(&entry.link), "{} twice in {feed}", entry.link);
            let same = self
                .entry_of
                .entry(token.clone())
                .or_insert_with(|| entry.id.clone());
            assert_eq!(*same, entry.id, "{token} was published under two ids");
            let at = entry.published.timestamp();
            let fixed = *self.published.entry(entry.id.clone()).or_insert(at);
            assert_eq!(fixed, at, "the date of {token} moved");
            let key = entry.id.replace("urn:uuid:", "").replace('-', "");
            assert!(
                self.committed.contains_key(&key),
                "{token} is published, and the database does not know it"
            );
        }
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        self.look_at_ids(&format!("{feed}/atom.xml"), ids);
    }

    /// No id twice, and none again that was gone.
    fn look_at_ids(&mut self, file: &str, ids: Vec<String>) {
        let now: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!(now.len(), ids.len(), "an id stands twice in {file}");
        let left = self.left.entry(file.to_owned()).or_default();
        let before = self.shown.insert(file.to_owned(), now.clone());
        left.extend(before.unwrap_or_default().difference(&now).cloned());
        let again: Vec<&String> = now.intersection(left).collect();
        assert!(again.is_empty(), "{again:?} came again in {file}");
        if self.site.publish.contains("1000") {
            assert!(
                left.is_empty(),
                "{left:?} left {file}, which shows everything"
            );
        }
    }

    /// What dead runs left half-written is cleared away.
    fn unfinished(&self) {
        let left: Vec<_> = super::support::files(&self.site.published())
            .into_iter()
            .filter(|path| path.to_string_lossy().contains("unfinished"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// At the end, with a world that stands still: everything that is listed is published, exactly once.
fn settled(site: &Site, world: &World) {
    site.once();
    // On a crowded machine few polls come to an end, and what comes at once then is more than a source ever had: it is held
    // back, rightly, until somebody lets it out.
    for source in SOURCES {
        site.run("release", &[source.name]);
    }
    site.once();
    let again = site.once();
    assert!(again.out.contains("no file changed"), "{}", again.out);
    all_whole(&site.published());
    let database = site.look();
    let stories = committed(&database);
    let mut published = BTreeSet::new();
    for feed in ["it", "en"] {
        let entries = site.entries(feed);
        let ids: Vec<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        let root = site.published().join(feed);
        assert_eq!(ids, json_ids(&root.join("feed.json")));
        let read = feed_rs::parser::parse(&*fs::read(root.join("rss.xml")).unwrap()).unwrap();
        let in_rss: Vec<String> = read.entries.into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, in_rss);
        published.extend(entries.iter().map(|entry| token(&entry.title)));
        for (shown, source) in world.sources.iter().zip(SOURCES) {
            if source.language != feed {
                continue;
            }
            for item in &shown.items {
                let wanted = token(&item.title);
                let found = entries
                    .iter()
                    .filter(|entry| token(&entry.title) == wanted)
                    .count();
                let why = || site.run("why", &[&item.title]).out;
                assert_eq!(found, 1, "{} of {}:\n{}", item.title, source.name, why());
            }
        }
    }
    let known: BTreeSet<String> = stories.into_values().map(|(_, token)| token).collect();
    assert_eq!(known, published, "what was committed is what is published");
    let origin = &world.origins[0];
    let harmful = |(name, _): &(&str, u32)| origin.asked(&format!("/{name}")).len();
    eprintln!(
        "{} stories, {} requests, {} of them to sources that harm",
        known.len(),
        origin.requests(),
        BAD.iter().map(harmful).sum::<usize>()
    );
    assert!(known.len() > 100, "too little happened: {}", known.len());
}

/// Of each story: its entry id in hexadecimal, its date, and which news it is.
fn committed(database: &Connection) -> BTreeMap<String, (i64, String)> {
    // A run that died at once has made no tables yet.
    let Ok(mut query) = database.prepare(
        "SELECT lower(hex(story.entry)), story.published, item.title FROM story JOIN item ON item.story = story.number \
         JOIN source ON source.number = item.source WHERE source.id NOT LIKE 'fuori-%'",
    ) else {
        return BTreeMap::new();
    };
    let rows = query
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })
        .unwrap();
    let mut found: BTreeMap<String, (i64, String)> = BTreeMap::new();
    for row in rows {
        let (entry, published, title): (String, i64, String) = row.unwrap();
        let value = (published, token(&title));
        let other = found.insert(entry, value.clone());
        assert!(other.is_none_or(|other| other == value), "two news in one");
    }
    found
}

fn json_ids(file: &Path) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let items = feed["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The word of a title that no edit changes: `n17`.
fn token(title: &str) -> String {
    let word = title.split(' ').nth(1);
    word.filter(|word| word.starts_with('n'))
        .unwrap()
        .to_owned()
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Rss,
    Atom,
    Listing,
}

struct Known {
    name: &'static str,
    language: &'static str,
    form: Form,
}

/// `eco` repeats the news of `agenzia` under addresses of its own making.
const SOURCES: [Known; 5] = [
    Known {
        name: "agenzia",
        language: "it",
        form: Form::Rss,
    },
    Known {
        name: "eco",
        language: "it",
        form: Form::Rss,
    },
    Known {
        name: "elenco",
        language: "it",
        form: Form::Listing,
    },
    Known {
        name: "wire",
        language: "en",
        form: Form::Atom,
    },
    Known {
        name: "press",
        language: "en",
        form: Form::Rss,
    },
];

/// What a source lists, and what it has listed before.
#[derive(Default)]
struct Shown {
    items: Vec<News>,
    gone: Vec<News>,
    /// How often it was asked by the last look, and how often it changed since.
    asked: usize,
    fresh: usize,
}

/// The sources as they change: news come, go, come back, are rewritten, get other guids and other addresses.
struct World {
    dice: Dice,
    origins: Vec<Origin>,
    sources: Vec<Shown>,
    /// The number of the next piece of news, over all sources.
    next: u32,
    edits: u32,
    /// Just before the first piece of news: not so long ago that many at once are taken for an archive.
    first: DateTime<Utc>,
}

impl World {
    fn new(seed: u64, origins: Vec<Origin>) -> Self {
        let mut world = Self {
            dice: Dice::new(seed),
            origins,
            sources: SOURCES.iter().map(|_| Shown::default()).collect(),
            next: 1,
            edits: 0,
            first: Utc::now().trunc_subsecs(0) - TimeDelta::hours(40),
        };
        for origin in &world.origins {
            harm(origin);
        }
        for at in 0..SOURCES.len() {
            for _ in 0..4 {
                world.add(at);
            }
            world.show(at);
        }
        world
    }

    /// One change of one source.
    fn turn(&mut self, grown: bool) {
        // One stalls now and then: while it does, less is published.
        let delay = if self.dice.once_in(3) { 20 } else { 0 };
        for origin in &self.origins {
            let stalled = Route {
                delay: Duration::from_secs(delay),
                ..Route::rss(&[news("ferma", 9001)])
            };
            origin.set("/ferma", stalled);
        }
        let at = self.dice.below(SOURCES.len());
        let listed = self.sources[at].items.len();
        let more = (grown || listed < 8) && self.may_grow(at);
        match self.dice.below(8) {
            0..3 if more => self.add(at),
            3 if listed > 3 => self.drop(at),
            4 if more => self.bring_back(at),
            5 => self.rewrite(at),
            6 => self.change_guid(at),
            _ => self.change_address(at),
        }
        while self.sources[at].items.len() > LISTED {
            let last = self.sources[at].items.pop().unwrap();
            self.sources[at].gone.push(last);
        }
        self.show(at);
    }

    /// On a crowded machine the daemons live too shortly to ask for long, and the news wait for them.
    fn may_grow(&mut self, at: usize) -> bool {
        let path = format!("/{}", SOURCES[at].name);
        // Of the first: it goes on longer, and is looked at in the end.
        let asked = self.origins[0].asked(&path).len();
        let shown = &mut self.sources[at];
        if asked > shown.asked {
            (shown.asked, shown.fresh) = (asked, 0);
        }
        shown.fresh += 1;
        shown.fresh <= AT_ONCE
    }

    fn show(&self, at: usize) {
        let items = &self.sources[at].items;
        let Known { name, form, .. } = &SOURCES[at];
        let route = match form {
            Form::Rss => Route::new("application/rss+xml", rss(items)),
            Form::Atom => Route::new("application/atom+xml", atom(items)),
            Form::Listing => Route::html(listing(items)),
        };
        for origin in &self.origins {
            origin.set(&format!("/{name}"), route.clone());
        }
    }

    fn add(&mut self, at: usize) {
        let name = SOURCES[at].name;
        if name == "eco" {
            return self.repeat(at);
        }
        let n = self.next;
        self.next += 1;
        let item = News {
            title: format!("Notizia n{n} di {name}"),
            link: format!("https://{name}.example/notizie/{n}"),
            guid: Some(format!("{name}:{n}")),
            text: format!("Il testo della notizia {n}."),
            at: self.first + TimeDelta::minutes(i64::from(n)),
        };
        self.sources[at].items.insert(0, item);
    }

    /// The news of another source, with tracking and without encryption.
    fn repeat(&mut self, at: usize) {
        let from = &self.sources[0].items;
        if from.is_empty() {
            return;
        }
        let one = from[self.dice.below(from.len())].clone();
        let known = self.sources[at].items.iter().chain(&self.sources[at].gone);
        // News that may move are two stories if they are first read here and there under different addresses.
        if kind(&one) == 2 || known.into_iter().any(|other| other.at == one.at) {
            return;
        }
        let link = one.link.replace("https:", "http:") + "?utm_source=eco";
        self.sources[at].items.insert(
            0,
            News {
                guid: Some(link.clone()),
                link,
                ..one
            },
        );
    }

    fn drop(&mut self, at: usize) {
        let place = self.dice.below(self.sources[at].items.len());
        let item = self.sources[at].items.remove(place);
        self.sources[at].gone.push(item);
    }

    fn bring_back(&mut self, at: usize) {
        let Shown { items, gone, .. } = &mut self.sources[at];
        if !gone.is_empty() {
            let item = gone.remove(self.dice.below(gone.len()));
            items.insert(self.dice.below(items.len() + 1), item);
        }
    }

    fn rewrite(&mut self, at: usize) {
        let Some(item) = self.one(at) else { return };
        let item = &mut self.sources[at].items[item];
        self.edits += 1;
        item.text = format!("Il testo, corretto {} volte.", self.edits);
        // One that gets another address as well is known by its title then, which has to stay.
        if kind(item) == 0 {
            let short = item.title.split(", ").next().unwrap();
            item.title = format!("{short}, versione {}", self.edits);
        }
    }

    fn change_guid(&mut self, at: usize) {
        let Some(item) = self.one(at) else { return };
        let item = &mut self.sources[at].items[item];
        if kind(item) == 1 {
            self.edits += 1;
            item.guid = Some(format!("altro:{}", self.edits));
        }
    }

    fn change_address(&mut self, at: usize) {
        let Some(item) = self.one(at) else { return };
        let item = &mut self.sources[at].items[item];
        if kind(item) == 2 && !item.link.contains("/nuovo/") {
            item.link = item.link.replace("/notizie/", "/nuovo/");
        }
    }

    fn one(&mut self, at: usize) -> Option<usize> {
        let count = self.sources[at].items.len();
        (count > 0).then(|| self.dice.below(count))
    }
}

/// What may happen to a piece of news: another title (0), another guid (1), another address (2), nothing (3).
/// Two of them between two polls would make it another one.
fn kind(item: &News) -> u32 {
    let n: u32 = token(&item.title)[1..].parse().unwrap();
    n % 4
}
