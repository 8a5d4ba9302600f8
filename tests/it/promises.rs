//! Whatever a source does to its items, subscribers see each story once, with one id and one date.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use rassegna::config::{Filter, Follow, Source};
use rassegna::dedup;
use rassegna::language::Language;
use rassegna::model::{Dated, FeedId, Item, Key, Kind, Pace, Place, Precision, SourceId, Story};
use rassegna::store::{Access, Fetched, Outcome, Poll, Reviewed, Shown, Store, StoreError};
use url::Url;

/// The store of a file that was closed. A program that another test starts at this moment holds all open files, and
/// with them the lock, until it has become itself.
async fn reopened(file: &Path) -> Store {
    for _ in 0..500 {
        match Store::open(file, Access::Write) {
            Err(StoreError::Locked { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the lock was never let go of")
}

/// A story as the source has it at the moment.
#[derive(Debug, Clone)]
struct Told {
    number: usize,
    title: String,
    guid: Option<String>,
    path: String,
    day: u32,
    listed: bool,
}

/// One thing that a source does between two polls.
#[derive(Debug, Clone)]
enum Deed {
    Add,
    Edit(usize),
    Drop(usize),
    Return(usize),
    Reverse,
    Repeat(usize),
    NewGuids,
    NoGuids,
    NewPath(usize),
    Http,
    GoEmpty,
    Fail,
    Restart,
    Prune,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Add),
        2 => (0..20_usize).prop_map(Deed::Edit),
        2 => (0..20_usize).prop_map(Deed::Drop),
        2 => (0..20_usize).prop_map(Deed::Return),
        1 => Just(Deed::Reverse),
        1 => (0..20_usize).prop_map(Deed::Repeat),
        1 => Just(Deed::NewGuids),
        1 => Just(Deed::NoGuids),
        1 => (0..20_usize).prop_map(Deed::NewPath),
        1 => Just(Deed::Http),
        1 => Just(Deed::GoEmpty),
        1 => Just(Deed::Fail),
        1 => Just(Deed::Restart),
        1 => Just(Deed::Prune),
    ]
}

struct World {
    told: Vec<Told>,
    order_reversed: bool,
    scheme: &'static str,
    now: DateTime<Utc>,
    store: Store,
    source: Source,
    /// First published time by entry, as first seen in the feed.
    seen: BTreeMap<String, i64>,
}

fn source() -> Source {
    Source {
        id: SourceId("agenzia".into()),
        ..Source::unknown(Url::parse("https://agenzia.example/notizie/").unwrap())
    }
}

impl World {
    fn item(&self, told: &Told, position: usize) -> Item {
        let at = Tz::Europe__Rome
            .with_ymd_and_hms(2025, 9, told.day, 12, 0, 0)
            .unwrap();
        Item {
            source: self.source.id.clone(),
            position,
            guid: told.guid.clone(),
            url: Some(
                Url::parse(&format!("{}://agenzia.example/{}", self.scheme, told.path)).unwrap(),
            ),
            title: told.title.clone(),
            published: Some(Dated {
                at,
                precision: Precision::Day,
                place: Place::Item,
                text: String::new(),
            }),
            updated: None,
            summary: format!("Il numero {}", told.number),
            html: String::new(),
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

    fn listed(&mut self, index: usize) -> Option<&mut Told> {
        let count = self.told.iter().filter(|told| told.listed).count();
        (count > 0)
            .then(|| index % count)
            .and_then(|nth| self.told.iter_mut().filter(|told| told.listed).nth(nth))
    }

    /// What the source lists now; `repeat` names one that stands there twice.
    fn items(&self, repeat: Option<usize>) -> Vec<Item> {
        let mut told: Vec<&Told> = self.told.iter().filter(|told| told.listed).collect();
        if self.order_reversed {
            told.reverse();
        }
        let again = repeat
            .filter(|_| !told.is_empty())
            .map(|index| told[index % told.len()]);
        told.extend(again);
        told.iter()
            .enumerate()
            .map(|(position, told)| self.item(told, position))
            .collect()
    }

    async fn poll(&mut self, outcome: Outcome) {
        self.now += TimeDelta::minutes(30);
        let now = self.now;
        let poll = Poll {
            source: self.source.id.clone(),
            rules: self.source.rules,
            timezone: Tz::Europe__Rome,
            at: now,
            outcome,
            pauses: Vec::new(),
            news_since: None,
        };
        self.store.record(poll, move |_| now).await.unwrap();
    }

    async fn read(&mut self, items: Vec<Item>) {
        let fetched = Fetched {
            kind: Kind::Listing,
            feed_url: None,
            told: rassegna::store::Told::default(),
            body: Key::of(&[&self.now.to_string()]),
            items,
            rates: Vec::new(),
            warnings: Vec::new(),
            partial: false,
            unread: false,
            pace: Pace::default(),
            follow: Follow::Never,
            asked: Vec::new(),
        };
        self.poll(Outcome::Read(Box::new(fetched))).await;
    }

    /// The stories of a feed that takes everything, after a review.
    async fn published(&self) -> Vec<Story> {
        let feed = Reviewed {
            id: FeedId("it".into()),
            filter: Filter::default(),
            definition: Key::of(&["all"]),
        };
        self.store.review(vec![feed]).await.unwrap();
        let shown = Shown {
            entries: 1_000,
            days: 7,
        };
        self.store
            .stories(&FeedId("it".into()), shown)
            .await
            .unwrap()
    }

    /// The feed as it is now: each story once, none lost, no date moved.
    async fn check(&mut self, deed: &str) {
        let stories = self.published().await;
        let mut links = Vec::new();
        for story in &stories {
            let first = self
                .seen
                .entry(story.entry.to_string())
                .or_insert(story.published.timestamp());
            assert_eq!(
                *first,
                story.published.timestamp(),
                "after {deed} a date moved"
            );
            links.push(rassegna::normalize::url::identity(
                &Url::parse(story.tellings[0].url.as_ref().unwrap()).unwrap(),
            ));
        }
        links.sort();
        let count = links.len();
        links.dedup();
        assert_eq!(links.len(), count, "after {deed} an address stands twice");
        assert_eq!(
            self.seen.len(),
            self.told.len(),
            "after {deed}: entries ever seen, stories ever told: {:?}",
            self.told
        );
    }
}

async fn live(deeds: Vec<Deed>, place: &Path) {
    let file = place.join("rassegna.db");
    let store = Store::open(&file, Access::Write).unwrap();
    let source = source();
    store.register(std::slice::from_ref(&source)).await.unwrap();
    let now = Utc.with_ymd_and_hms(2025, 10, 1, 8, 0, 0).unwrap();
    let mut world = World {
        told: Vec::new(),
        order_reversed: false,
        scheme: "https",
        now,
        store,
        source,
        seen: BTreeMap::new(),
    };
    world.read(Vec::new()).await;
    for deed in deeds {
        let name = format!("{deed:?}");
        let mut repeat = None;
        match deed {
            Deed::Add => {
                let number = world.told.len();
                let day = u32::try_from(number % 28).unwrap() + 1;
                let guid = (!number.is_multiple_of(3)).then(|| format!("guid-{number}"));
                let (title, path) = (
                    format!("Notizia del satellite {number}"),
                    format!("n/{number}"),
                );
                world.told.push(Told {
                    number,
                    title,
                    guid,
                    path,
                    day,
                    listed: true,
                });
            }
            Deed::Edit(index) => world
                .listed(index)
                .into_iter()
                .for_each(|told| told.title.push_str(", corretta")),
            Deed::Drop(index) => world
                .listed(index)
                .into_iter()
                .for_each(|told| told.listed = false),
            Deed::Return(index) => {
                let count = world.told.len();
                world
                    .told
                    .iter_mut()
                    .skip(index % count.max(1))
                    .take(1)
                    .for_each(|told| told.listed = true);
            }
            Deed::Reverse => world.order_reversed = !world.order_reversed,
            Deed::Repeat(index) => repeat = Some(index),
            // An item that is not listed keeps what it had when it was.
            Deed::NewGuids => world
                .told
                .iter_mut()
                .filter(|told| told.listed)
                .for_each(|told| told.guid = Some(format!("{:?}!", told.guid))),
            Deed::NoGuids => world
                .told
                .iter_mut()
                .filter(|told| told.listed)
                .for_each(|told| told.guid = None),
            Deed::NewPath(index) => world
                .listed(index)
                .into_iter()
                .for_each(|told| told.path = format!("nuovo/{}", told.path)),
            Deed::Http => {
                world.scheme = if world.scheme == "http" {
                    "https"
                } else {
                    "http"
                }
            }
            Deed::GoEmpty => world.read(Vec::new()).await,
            Deed::Fail => {
                world
                    .poll(Outcome::Failed {
                        error: "the server answered 500".into(),
                        gone: false,
                    })
                    .await
            }
            Deed::Restart => {
                world.store.clone().close().await;
                let other = tempfile::tempdir().unwrap();
                world.store = Store::open(&other.path().join("other.db"), Access::Write).unwrap();
                world.store = reopened(&file).await;
            }
            Deed::Prune => {
                let shown = Shown {
                    entries: 3,
                    days: 0,
                };
                world
                    .store
                    .prune(
                        world.now + TimeDelta::days(2),
                        vec![FeedId("it".into())],
                        shown,
                    )
                    .await
                    .unwrap();
            }
        }
        let items = world.items(repeat);
        world.read(items).await;
        world.check(&name).await;
    }
    world.store.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200,
        failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_a_source_does_each_story_is_published_once(deeds in prop::collection::vec(deed(), 1..24)) {
        let place = tempfile::tempdir().unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(live(deeds, place.path()));
    }
}

#[test]
fn a_source_that_gets_another_address_floods_no_feed() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("rassegna.db"), Access::Write).unwrap();
        let now = Utc.with_ymd_and_hms(2025, 10, 1, 8, 0, 0).unwrap();
        let mut world = World {
            told: Vec::new(),
            order_reversed: false,
            scheme: "https",
            now,
            store,
            source: source(),
            seen: BTreeMap::new(),
        };
        world
            .store
            .register(std::slice::from_ref(&world.source))
            .await
            .unwrap();
        world.read(Vec::new()).await;
        world.source.url = Url::parse("https://altrove.example/").unwrap();
        let states = world
            .store
            .register(std::slice::from_ref(&world.source))
            .await
            .unwrap();
        assert_eq!(states[0].first_success, None);
        let told = |number: usize| Told {
            number,
            title: format!("Notizia del satellite {number}"),
            guid: None,
            path: format!("n/{number}"),
            day: u32::try_from(number).unwrap() + 1,
            listed: true,
        };
        world.told = (0..15).map(told).collect();
        world.read(world.items(None)).await;
        assert_eq!(world.published().await.len(), dedup::FIRST);
        world.store.close().await;
    });
}

#[test]
fn the_namespace_of_entry_ids_never_changes() {
    assert_eq!(
        dedup::NAMESPACE.to_string(),
        "5f0c9a52-7c1e-4c55-9d2e-8a417b1f6e03"
    );
}
