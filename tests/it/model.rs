//! A model of a source: what it tells, how it names that, and what can happen to it between two polls. It writes real
//! feeds, which are read, placed, stored and rendered as those of any source are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use rassegna::config::{self, Config, Content, Follow};
use rassegna::dedup::health::{Picture, Trust};
use rassegna::model::{FeedId, Key, Page, Story, Validators};
use rassegna::normalize::url::identity;
use rassegna::pipeline;
use rassegna::render;
use rassegna::store::{
    Access, Fetched, Outcome, Poll, Recorded, Reviewed, Shown, Store, StoreError, Told,
};
use url::Url;

/// Two sources, the second of which republishes the first, and the feed of their language.
static CONFIG: LazyLock<Config> = LazyLock::new(|| configured("rss"));

/// The same, once the agency's address is another one.
static READDRESSED: LazyLock<Config> = LazyLock::new(|| configured("feed.xml"));

fn configured(name: &str) -> Config {
    let place = folder();
    let file = place.path().join("rassegna.toml");
    let text = format!(
        "[site]\ntitle = \"Rassegna\"\nurl = \"https://rassegna.example/\"\nlanguages = [\"it\"]\ntimezone = \"Europe/Rome\"\n\
        [source.agenzia]\nurl = \"https://agenzia.example/{name}\"\nlanguage = \"it\"\n\
        [source.regione]\nurl = \"https://regione.example/rss\"\nlanguage = \"it\"\n"
    );
    std::fs::write(&file, text).unwrap();
    config::load(&file).unwrap()
}

/// So few entries that most leave the feed.
const SHOWN: Shown = Shown {
    entries: 8,
    days: 0,
};
/// A title that several stories have.
const TWINS: &str = "Avviso alla stampa & ai <lettori>";
/// More new items than any source has at once.
pub(crate) const MANY: usize = 25;

/// A folder in memory, where there is one: what is tested here is not the disk.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// The store of a file that was closed. A program that another test starts at this moment holds all open files, and
/// with them the lock, until it has become itself.
async fn opened(file: &Path) -> Store {
    for _ in 0..500 {
        match Store::open(file, Access::Write) {
            Err(StoreError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the lock was never let go of")
}

/// What a source does with the guids of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guids {
    Own,
    None,
    /// Other ones at every poll.
    Random,
    /// One for all.
    Shared,
    /// The place in the list.
    Places,
}

/// One thing that happens between two polls. A number names an item, counted round.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    Add,
    AddMany,
    EditTitle(usize),
    EditText(usize),
    Comment,
    Drop(usize),
    Return(usize),
    Reverse,
    Repeat(usize),
    Guids(Guids),
    NewGuids,
    NewPath(usize),
    NewHost,
    NewPaths,
    Http,
    Www,
    Tracking,
    Session,
    LoseDates,
    Cut,
    GoEmpty,
    Fail,
    ErrorPage,
    Unchanged,
    Restart,
    PassMonth,
    Republish(usize),
    /// A further page of its list can't be had.
    Unread,
    /// What is held is released.
    Release,
    /// Its address in the configuration is another one.
    Readdress,
}

pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let which = || 0..40_usize;
    let guids = prop::sample::select(vec![
        Guids::Own,
        Guids::None,
        Guids::Random,
        Guids::Shared,
        Guids::Places,
    ]);
    prop_oneof![
        8 => Just(Deed::Add),
        1 => Just(Deed::AddMany),
        2 => which().prop_map(Deed::EditTitle),
        2 => which().prop_map(Deed::EditText),
        1 => Just(Deed::Comment),
        3 => which().prop_map(Deed::Drop),
        2 => which().prop_map(Deed::Return),
        1 => Just(Deed::Reverse),
        1 => which().prop_map(Deed::Repeat),
        2 => guids.prop_map(Deed::Guids),
        1 => Just(Deed::NewGuids),
        1 => which().prop_map(Deed::NewPath),
        1 => Just(Deed::NewHost),
        1 => Just(Deed::NewPaths),
        1 => Just(Deed::Http),
        1 => Just(Deed::Www),
        1 => Just(Deed::Tracking),
        1 => Just(Deed::Session),
        1 => Just(Deed::LoseDates),
        1 => Just(Deed::Cut),
        1 => Just(Deed::GoEmpty),
        1 => Just(Deed::Fail),
        1 => Just(Deed::ErrorPage),
        2 => Just(Deed::Unchanged),
        2 => Just(Deed::Restart),
        1 => Just(Deed::PassMonth),
        2 => which().prop_map(Deed::Republish),
        1 => Just(Deed::Unread),
        1 => Just(Deed::Release),
        1 => Just(Deed::Readdress),
    ]
}

/// A story as its source has it at the moment.
#[derive(Debug, Clone)]
struct Tale {
    number: usize,
    title: String,
    edits: usize,
    guid: usize,
    path: String,
    /// Where it was listed first.
    link: Option<String>,
    at: DateTime<Utc>,
    listed: bool,
}

/// How the source writes at the moment.
#[derive(Debug, Clone)]
struct Manner {
    guids: Guids,
    scheme: &'static str,
    www: bool,
    host: usize,
    paths: usize,
    tracking: bool,
    session: bool,
    dated: bool,
    comments: usize,
    reversed: bool,
}

/// What was done to the store, to be done to another one.
#[derive(Debug, Clone)]
enum Step {
    Poll(Box<Poll>),
    Prune(DateTime<Utc>),
    Release(DateTime<Utc>),
    Register(&'static Config),
}

/// How much of the source's list an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// Its first half: the document broke off.
    Cut,
    /// Its first half: the other one is on a page that could not be had.
    FirstPage,
}

/// An entry as subscribers have seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    number: usize,
    published: i64,
    updated: i64,
}

pub(crate) struct World {
    tales: Vec<Tale>,
    manner: Manner,
    now: DateTime<Utc>,
    polls: usize,
    config: &'static Config,
    file: PathBuf,
    pub(crate) store: Store,
    steps: Vec<Step>,
    /// Every entry that was ever in the feed.
    seen: BTreeMap<String, Seen>,
    /// Whose each address is that was ever in the feed.
    addresses: BTreeMap<String, String>,
    shown: BTreeSet<String>,
    left: BTreeSet<String>,
    bytes: Vec<String>,
    /// The stories that a whole answer has listed.
    told: BTreeSet<usize>,
    /// Of the last answer: what it listed.
    last: BTreeSet<usize>,
    republished: BTreeSet<usize>,
    /// The stories that were there when the source was taken for a new one: not published, but for the newest.
    remembered: BTreeSet<usize>,
    /// Its links had another session each time once, or its guids named nothing.
    wandered: bool,
}

impl World {
    pub(crate) async fn new(place: &Path) -> Self {
        let file = place.join("rassegna.db");
        let store = Store::open(&file, Access::Write).unwrap();
        store.register(&CONFIG.sources).await.unwrap();
        let mut world = Self {
            tales: Vec::new(),
            manner: Manner {
                guids: Guids::Own,
                scheme: "https",
                www: false,
                host: 0,
                paths: 0,
                tracking: false,
                session: false,
                dated: true,
                comments: 0,
                reversed: false,
            },
            now: Utc.with_ymd_and_hms(2025, 10, 1, 8, 0, 0).unwrap(),
            polls: 0,
            config: &CONFIG,
            file,
            store,
            steps: Vec::new(),
            seen: BTreeMap::new(),
            addresses: BTreeMap::new(),
            shown: BTreeSet::new(),
            left: BTreeSet::new(),
            bytes: Vec::new(),
            told: BTreeSet::new(),
            last: BTreeSet::new(),
            republished: BTreeSet::new(),
            remembered: BTreeSet::new(),
            wandered: false,
        };
        for source in 0..2 {
            world
                .poll(source, world.outcome(source, &world.feed(source, &[])))
                .await;
        }
        world
    }

    /// A story of a title of its own, or of one that others have, of other days.
    fn add(&mut self, title: Option<&str>) {
        let number = self.tales.len();
        let days = title.map_or(number / 3 % 2, |_| 2 * number + 2);
        let minutes = TimeDelta::minutes(i64::try_from(number % 7).unwrap());
        self.tales.push(Tale {
            number,
            title: title.map_or_else(|| format!("Notizia del satellite {number}"), str::to_owned),
            edits: 0,
            guid: number,
            path: format!("n/{number}"),
            link: None,
            at: self.now - TimeDelta::days(i64::try_from(days).unwrap()) - minutes,
            listed: true,
        });
    }

    /// Whether stories have only their words to be told apart: then they need titles of their own.
    fn are_twins(&self) -> bool {
        self.tales.iter().any(|tale| tale.title.starts_with(TWINS))
    }

    fn listed(&mut self, index: usize) -> Option<&mut Tale> {
        let count = self.tales.iter().filter(|tale| tale.listed).count();
        let nth = (count > 0).then(|| index % count)?;
        self.tales.iter_mut().filter(|tale| tale.listed).nth(nth)
    }

    /// Whether something names the items that stays what it is.
    fn names_stay(&self) -> bool {
        // Names that were other ones at every poll are not believed again.
        !self.wandered
    }

    fn link(&self, tale: &Tale) -> String {
        let Manner {
            scheme,
            www,
            host,
            paths,
            ..
        } = self.manner;
        let www = if www { "www." } else { "" };
        let host = if host == 0 {
            String::new()
        } else {
            host.to_string()
        };
        let folder = if paths == 0 {
            String::new()
        } else {
            format!("archivio{paths}/")
        };
        let mut link = format!(
            "{scheme}://{www}agenzia{host}.example/{folder}{}?id={}",
            tale.path, tale.number
        );
        if self.manner.tracking {
            let _ = write!(link, "&utm_source=rss{}", self.polls);
        }
        if self.manner.session {
            let _ = write!(link, "&zx={}", self.polls * 1_000 + tale.number);
        }
        link
    }

    fn guid(&self, tale: &Tale, place: usize) -> Option<String> {
        match self.manner.guids {
            Guids::Own => Some(format!("guid-{}", tale.guid)),
            Guids::None => None,
            Guids::Random => Some(format!("{}-{}", self.polls, tale.number)),
            Guids::Shared => Some("notizia".into()),
            Guids::Places => Some(format!("posto-{place}")),
        }
    }

    /// A feed of these stories, as the agency writes it or as the region copies it.
    fn feed(&self, source: usize, tales: &[&Tale]) -> String {
        let mut items = String::new();
        for (place, tale) in tales.iter().enumerate() {
            let Tale { number, edits, .. } = tale;
            let title = tale
                .title
                .replace('&', "&amp;amp;")
                .replace('<', "&amp;lt;");
            let link = self.link(tale);
            // What is copied is copied when it is new.
            let link = if source == 0 {
                link
            } else {
                tale.link.clone().unwrap_or(link)
            };
            let link = link.replace('&', "&amp;");
            let guid = if source == 0 {
                self.guid(tale, place)
            } else {
                Some(format!("regione-{number}"))
            };
            let guid = guid.map(|guid| format!("<guid isPermaLink=\"false\">{guid}</guid>"));
            let date = format!("<pubDate>{}</pubDate>", tale.at.to_rfc2822());
            let date = if self.manner.dated {
                date
            } else {
                String::new()
            };
            let comments = self.manner.comments;
            let _ = write!(
                items,
                "<item><title>{title}</title><link>{link}</link>{}{date}<description>&lt;p class=\"c{comments}\"&gt;La pratica numero \
                 {number} dell’agenzia, giunta alla stesura numero {edits}, racconta in molte parole che cosa è successo in orbita \
                 quel giorno.&lt;/p&gt; {comments} commenti</description></item>",
                guid.unwrap_or_default(),
            );
        }
        format!("<rss version=\"2.0\"><channel><title>A</title>{items}</channel></rss>")
    }

    /// What reading a body comes to.
    fn outcome(&self, source: usize, body: &str) -> Outcome {
        let source = &self.config.sources[source];
        let page = Page {
            url: source.url.clone(),
            content_type: None,
            body: body.as_bytes().to_vec(),
            validators: Validators::default(),
            fetched_at: self.now,
            fresh_until: None,
            moved: None,
            links: None,
        };
        match pipeline::read(source, None, &page, self.now) {
            Ok(read) => Outcome::Read(Box::new(Fetched {
                picture: Picture::default(),
                mended: false,
                roll: Vec::new(),
                trust: Trust::Usual,
                kind: read.extracted.kind,
                feed_url: None,
                told: Told::default(),
                body: Key::of(&[body]),
                items: read.normalized.items,
                rates: Vec::new(),
                warnings: Vec::new(),
                partial: false,
                unread: false,
                pace: read.extracted.pace,
                follow: Follow::Never,
                asked: Vec::new(),
            })),
            Err(error) => Outcome::Failed {
                error: error.to_string(),
                gone: false,
            },
        }
    }

    async fn poll(&mut self, source: usize, outcome: Outcome) -> Recorded {
        let source = &self.config.sources[source];
        let poll = Poll {
            source: source.id.clone(),
            rules: source.rules,
            timezone: source.timezone,
            at: self.now,
            outcome,
            kept: None,
            pauses: Vec::new(),
            news_since: None,
        };
        self.steps.push(Step::Poll(Box::new(poll.clone())));
        let now = self.now;
        self.store.record(poll, move |_| now).await.unwrap()
    }

    /// Polls the source as it is now; `repeat` names an item that stands there twice.
    async fn read(&mut self, repeat: Option<usize>, extent: Extent) {
        self.polls += 1;
        let mut tales: Vec<&Tale> = self.tales.iter().filter(|tale| tale.listed).collect();
        if self.manner.reversed {
            tales.reverse();
        }
        let again = repeat
            .filter(|_| !tales.is_empty())
            .map(|index| tales[index % tales.len()]);
        tales.extend(again);
        if extent != Extent::Whole {
            tales.truncate(tales.len().div_ceil(2));
        }
        let links: Vec<(usize, String)> = tales
            .iter()
            .map(|tale| (tale.number, self.link(tale)))
            .collect();
        let numbers: BTreeSet<usize> = tales.iter().map(|tale| tale.number).collect();
        let mut outcome = self.outcome(0, &self.feed(0, &tales));
        if let Outcome::Read(fetched) = &mut outcome {
            fetched.partial = extent == Extent::Cut;
            fetched.unread = extent == Extent::FirstPage;
        }
        for (number, link) in links {
            self.tales[number].link.get_or_insert(link);
        }
        if extent != Extent::Cut {
            self.told.extend(&numbers);
        }
        if extent == Extent::Whole {
            self.last = numbers;
        }
        self.poll(0, outcome).await;
    }

    /// Does a deed, polls, and holds what was promised against what is published then.
    pub(crate) async fn live(&mut self, deed: Deed) {
        self.now += TimeDelta::minutes(30);
        let (mut repeat, mut extent, mut edited) = (None, Extent::Whole, None);
        match deed {
            Deed::Add => {
                let twin = self.tales.len() % 5 == 4 && self.names_stay() && self.manner.dated;
                self.add(twin.then_some(TWINS));
            }
            Deed::AddMany => (0..MANY).for_each(|_| self.add(None)),
            // What changes its names and its words at once is another item.
            Deed::EditTitle(index) if self.names_stay() => {
                if let Some(tale) = self.listed(index) {
                    tale.title.push_str(" corretta");
                    edited = Some(tale.number);
                }
            }
            Deed::EditText(index) if self.names_stay() => {
                if let Some(tale) = self.listed(index) {
                    tale.edits += 1;
                    edited = Some(tale.number);
                }
            }
            Deed::EditTitle(_) | Deed::EditText(_) => {}
            Deed::Comment => self.manner.comments += 1,
            Deed::Drop(index) => {
                if let Some(tale) = self.listed(index) {
                    tale.listed = false;
                }
            }
            Deed::Return(index) => {
                let count = self.tales.len().max(1);
                if let Some(tale) = self.tales.get_mut(index % count) {
                    tale.listed = true;
                }
            }
            Deed::Reverse => self.manner.reversed = !self.manner.reversed,
            Deed::Repeat(index) => repeat = Some(index),
            Deed::Guids(Guids::Own) => self.manner.guids = Guids::Own,
            Deed::Guids(_) if self.manner.session && self.are_twins() => {}
            Deed::Guids(guids) => {
                self.manner.guids = guids;
                self.wandered |= guids != Guids::None;
            }
            Deed::NewGuids => self.tales.iter_mut().for_each(|tale| tale.guid += 1_000),
            Deed::NewPath(index) => {
                if let Some(tale) = self.listed(index) {
                    tale.path = format!("nuovo/{}", tale.path);
                }
            }
            Deed::NewHost => self.manner.host += 1,
            Deed::NewPaths => self.manner.paths += 1,
            Deed::Http => {
                self.manner.scheme = if self.manner.scheme == "http" {
                    "https"
                } else {
                    "http"
                };
            }
            Deed::Www => self.manner.www = !self.manner.www,
            Deed::Tracking => self.manner.tracking = !self.manner.tracking,
            Deed::Session if self.manner.guids != Guids::Own && self.are_twins() => {}
            Deed::Session => {
                self.manner.session = !self.manner.session;
                self.wandered = true;
            }
            Deed::LoseDates => self.manner.dated = !self.manner.dated,
            Deed::Cut => extent = Extent::Cut,
            Deed::Unread => extent = Extent::FirstPage,
            Deed::Readdress => self.readdress().await,
            Deed::PassMonth => self.now += TimeDelta::days(30),
            Deed::GoEmpty
            | Deed::Fail
            | Deed::ErrorPage
            | Deed::Unchanged
            | Deed::Restart
            | Deed::Release => {}
            Deed::Republish(index) => {
                if let Some(tale) = self.listed(index).filter(|tale| tale.link.is_some()) {
                    let number = tale.number;
                    self.republished.insert(number);
                }
            }
        }
        let name = format!("{deed:?}");
        match deed {
            Deed::GoEmpty => {
                let outcome = self.outcome(0, &self.feed(0, &[]));
                self.poll(0, outcome).await;
            }
            Deed::Fail => {
                let error = "the server answered 500".into();
                self.poll(0, Outcome::Failed { error, gone: false }).await;
            }
            Deed::ErrorPage => {
                let outcome = self.outcome(
                    0,
                    "<html><title>Access denied</title><h1>Access denied</h1></html>",
                );
                assert!(matches!(outcome, Outcome::Failed { .. }));
                self.poll(0, outcome).await;
            }
            Deed::Unchanged => {
                self.poll(0, Outcome::NotModified(Told::default())).await;
            }
            Deed::Restart => {
                self.store.clone().close().await;
                let other = folder();
                self.store = Store::open(&other.path().join("other.db"), Access::Write).unwrap();
                self.store = opened(&self.file).await;
                self.store.register(&self.config.sources).await.unwrap();
            }
            Deed::Release => {
                let source = &self.config.sources[0].id;
                self.store.release(source, self.now).await.unwrap();
                self.steps.push(Step::Release(self.now));
                assert_eq!(self.held(), BTreeSet::new());
            }
            Deed::Republish(_) => {
                let tales: Vec<&Tale> = self
                    .tales
                    .iter()
                    .filter(|tale| self.republished.contains(&tale.number))
                    .collect();
                let outcome = self.outcome(1, &self.feed(1, &tales));
                self.told.extend(&self.republished);
                self.poll(1, outcome).await;
            }
            _ => self.read(repeat, extent).await,
        }
        if matches!(deed, Deed::Readdress) {
            let found = self.numbers("item WHERE story IS NULL");
            self.remembered.extend(found);
        }
        if matches!(deed, Deed::PassMonth) {
            let horizon = self.now - TimeDelta::days(20);
            self.steps.push(Step::Prune(horizon));
            published(&self.store, SHOWN).await;
            prune(&self.store, horizon).await;
        }
        let silent = !matches!(
            deed,
            Deed::Fail | Deed::ErrorPage | Deed::GoEmpty | Deed::Unchanged | Deed::Restart
        );
        self.check(&name, edited, silent).await;
    }

    /// The feed as it is now, against all that it ever was.
    async fn check(&mut self, deed: &str, edited: Option<usize>, may_grow: bool) {
        let stories = published(&self.store, SHOWN).await;
        let before = std::mem::take(&mut self.shown);
        let mut addresses = BTreeSet::new();
        for story in &stories {
            let entry = story.entry.to_string();
            assert!(
                self.shown.insert(entry.clone()),
                "after {deed} an entry stands twice"
            );
            assert!(
                !self.left.contains(&entry),
                "after {deed} an entry is back: {:?}",
                self.seen[&entry]
            );
            let address = address(story);
            assert!(
                addresses.insert(address.clone()),
                "after {deed} {address} stands twice"
            );
            let owner = self
                .addresses
                .entry(address.clone())
                .or_insert_with(|| entry.clone());
            assert_eq!(
                *owner, entry,
                "after {deed} {address} is that of another entry"
            );
        }
        self.left.extend(before.difference(&self.shown).cloned());

        let all = published(
            &self.store,
            Shown {
                entries: 1_000,
                days: 0,
            },
        )
        .await;
        for story in &all {
            let now = Seen {
                number: number(story),
                published: story.published.timestamp(),
                updated: story.updated.timestamp(),
            };
            let entry = story.entry.to_string();
            let Some(then) = self.seen.get(&entry).cloned() else {
                let known = self.seen.values().find(|seen| seen.number == now.number);
                assert_eq!(
                    known, None,
                    "after {deed} story {} is published again",
                    now.number
                );
                assert!(
                    now.published <= self.now.timestamp(),
                    "after {deed} a date is in the future"
                );
                self.seen.insert(entry, now);
                continue;
            };
            assert_eq!(
                then.number, now.number,
                "after {deed} an entry tells another story"
            );
            assert_eq!(then.published, now.published, "after {deed} a date moved");
            if Some(now.number) == edited {
                assert!(
                    now.updated > then.updated,
                    "after {deed} nothing tells of the edit of {}",
                    now.number
                );
            } else if then.updated != now.updated {
                // The region's copy changes with the agency's, when it is read.
                assert!(
                    self.republished.contains(&now.number),
                    "after {deed} {} is said to be edited",
                    now.number
                );
            }
            self.seen.insert(entry, now);
        }
        let held = self.held();
        for number in &self.told {
            let known = self.seen.values().any(|seen| seen.number == *number);
            assert!(
                known || held.contains(number) || self.remembered.contains(number),
                "after {deed} story {number} is lost"
            );
        }

        let bytes = rendered(&stories, deed);
        assert_eq!(
            bytes,
            rendered(&published(&self.store, SHOWN).await, deed),
            "after {deed} bytes differ"
        );
        if !may_grow && held.is_empty() && !self.bytes.is_empty() {
            let released = self.shown.iter().any(|entry| !before.contains(entry));
            assert!(
                released || bytes == self.bytes,
                "after {deed} the last good entries are gone"
            );
        }
        self.bytes = bytes;
    }

    /// The stories that are held.
    fn held(&self) -> BTreeSet<usize> {
        self.numbers("held JOIN item ON item.number = held.item")
    }

    /// The stories of some rows.
    fn numbers(&self, rows: &str) -> BTreeSet<usize> {
        let database = rusqlite::Connection::open(&self.file).unwrap();
        let mut query = database
            .prepare(&format!("SELECT summary, html FROM {rows}"))
            .unwrap();
        let rows = query.query_map([], |row| {
            Ok(row.get::<_, String>(0)? + &row.get::<_, String>(1)?)
        });
        rows.unwrap().map(|text| marked(&text.unwrap())).collect()
    }

    /// Another address of the source, and back.
    async fn readdress(&mut self) {
        let moved = std::ptr::eq(self.config, &*READDRESSED);
        self.config = if moved { &CONFIG } else { &READDRESSED };
        self.store.register(&self.config.sources).await.unwrap();
        self.steps.push(Step::Register(self.config));
    }

    /// In the end nothing is held that is listed still, and another database that is fed the same has the same
    /// entries.
    pub(crate) async fn end(mut self, place: &Path) {
        for _ in 0..3 {
            self.now += TimeDelta::minutes(30);
            self.read(None, Extent::Whole).await;
            self.check("the end", None, true).await;
        }
        let held = self.held();
        let listed: Vec<&usize> = self.last.intersection(&held).collect();
        assert_eq!(listed, Vec::<&usize>::new(), "held for ever");
        let other = Store::open(&place.join("other.db"), Access::Write).unwrap();
        other.register(&CONFIG.sources).await.unwrap();
        let mut seen = BTreeMap::new();
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Poll(poll) => {
                    let now = poll.at;
                    other.record(*poll, move |_| now).await.unwrap();
                }
                Step::Prune(horizon) => prune(&other, horizon).await,
                Step::Release(now) => {
                    let source = &CONFIG.sources[0].id;
                    other.release(source, now).await.unwrap();
                }
                Step::Register(config) => {
                    other.register(&config.sources).await.unwrap();
                }
            }
            for story in published(
                &other,
                Shown {
                    entries: 1_000,
                    days: 0,
                },
            )
            .await
            {
                seen.insert(story.entry.to_string(), number(&story));
            }
        }
        let expected: BTreeMap<String, usize> = self
            .seen
            .iter()
            .map(|(entry, seen)| (entry.clone(), seen.number))
            .collect();
        assert_eq!(seen, expected, "another database of the same fetches");
        let bytes = rendered(&published(&other, SHOWN).await, "the end");
        assert_eq!(bytes, self.bytes, "another database of the same fetches");
        other.close().await;
        self.store.close().await;
    }
}

async fn prune(store: &Store, horizon: DateTime<Utc>) {
    store
        .prune(horizon, vec![FeedId("it".into())], SHOWN)
        .await
        .unwrap();
}

/// The stories of the feed, after a review.
pub(crate) async fn published(store: &Store, shown: Shown) -> Vec<Story> {
    let feed = &CONFIG.feeds[0];
    store.review(vec![Reviewed::new(feed, "")]).await.unwrap();
    store.stories(&feed.id, shown).await.unwrap()
}

/// The canonical address of a story.
fn address(story: &Story) -> String {
    identity(&Url::parse(story.tellings[0].url.as_ref().unwrap()).unwrap())
}

/// Which story of the model it is.
fn number(story: &Story) -> usize {
    let told = &story.tellings[0];
    marked(&format!("{}{}", told.summary, told.html))
}

fn marked(text: &str) -> usize {
    let rest = text.split("pratica numero ").nth(1).unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

/// The feed in its formats, each of which is well formed and has all entries.
fn rendered(stories: &[Story], deed: &str) -> Vec<String> {
    let config = &*CONFIG;
    let document = render::compose(
        &config.feeds[0],
        &config.site,
        &config.publish,
        "rassegna",
        |_| Content::Summary,
        render::History::default(),
        stories,
    );
    let texts = vec![
        render::atom::render(&document),
        render::rss::render(&document),
        render::json::render(&document),
    ];
    for text in &texts {
        let feed = feed_rs::parser::parse(text.as_bytes());
        let feed = feed.unwrap_or_else(|error| panic!("after {deed}: {error}\n{text}"));
        assert_eq!(feed.entries.len(), stories.len(), "after {deed}\n{text}");
        assert!(
            !text.contains("<lettori>"),
            "after {deed} there is markup in a title"
        );
    }
    texts
}
