//! What is remembered of a source between polls: what it asks for itself, and when it had news.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use rassegna::config::{Follow, Source};
use rassegna::dedup::health::{Picture, Trust};
use rassegna::language::Language;
use rassegna::model::{Key, Pace, Page, SourceId, Validators};
use rassegna::pipeline;
use rassegna::schedule::{Floor, Known, Sighting};
use rassegna::store::{Access, Fetched, Outcome, Poll, Store, Told};
use url::Url;

fn source() -> Source {
    Source {
        id: SourceId("agenzia".into()),
        timezone: Tz::Europe__Rome,
        languages: vec![Language::parse("it").unwrap()],
        ..Source::unknown(Url::parse("https://agenzia.example/rss").unwrap())
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A feed that wants to be asked every two hours, with an item for each date; one may be empty.
fn feed(dates: &[&str], now: DateTime<Utc>) -> Outcome {
    let items: String = dates
        .iter()
        .enumerate()
        .map(|(n, date)| {
            format!("<item><title>Notizia numero {n}</title><link>https://agenzia.example/{n}</link><pubDate>{date}</pubDate></item>")
        })
        .collect();
    let body = format!(
        "<rss version=\"2.0\"><channel><title>A</title><ttl>120</ttl>{items}</channel></rss>"
    );
    let page = Page {
        url: source().url,
        content_type: None,
        body: body.clone().into_bytes(),
        validators: Validators::default(),
        fetched_at: now,
        fresh_until: None,
        moved: None,
        links: None,
    };
    let read = pipeline::read(&source(), None, &page, now).unwrap();
    Outcome::Read(Box::new(Fetched {
        kind: read.extracted.kind,
        feed_url: None,
        told: Told {
            fresh_until: Some(now + TimeDelta::minutes(5)),
            ..Told::default()
        },
        body: Key::of(&[&body]),
        items: read.normalized.items,
        picture: Picture::default(),
        mended: false,
        roll: Vec::new(),
        trust: Trust::Usual,
        rates: Vec::new(),
        warnings: Vec::new(),
        partial: false,
        unread: false,
        pace: read.extracted.pace,
        follow: Follow::Never,
        asked: Vec::new(),
    }))
}

/// Records a poll and gives what the schedule is told.
async fn record(store: &Store, now: DateTime<Utc>, outcome: Outcome, rhythmic: bool) -> Known {
    let poll = Poll {
        source: source().id,
        rules: source().rules,
        timezone: Tz::Europe__Rome,
        at: now,
        outcome,
        pauses: Vec::new(),
        news_since: rhythmic.then(|| now - TimeDelta::weeks(8)),
        kept: None,
    };
    let told = Arc::new(Mutex::new(Known::default()));
    let hears = Arc::clone(&told);
    let next = move |known: &Known| {
        *hears.lock().unwrap() = known.clone();
        now
    };
    store.record(poll, next).await.unwrap();
    told.lock().unwrap().clone()
}

async fn opened(place: &tempfile::TempDir) -> Store {
    let store = Store::open(&place.path().join("rassegna.db"), Access::Write).unwrap();
    store.register(&[source()]).await.unwrap();
    store
}

#[tokio::test]
async fn what_a_feed_wants_holds_until_it_says_otherwise_or_its_rules_change() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(&place).await;
    let now = at("2026-11-25T10:00:00Z");
    let kept = async || store.source(&source().id).await.unwrap().unwrap().floor;
    let pace = Pace {
        least: 7200,
        ..Pace::default()
    };
    let floor = |fresh_until| Floor { pace, fresh_until };

    let first = floor(Some(now + TimeDelta::minutes(5)));
    let known = record(
        &store,
        now,
        feed(&["Tue, 24 Nov 2026 09:10:00 GMT"], now),
        false,
    )
    .await;
    assert_eq!((known.floor, kept().await), (first, first));
    assert!(known.news.is_empty(), "they were not asked for");

    let failed = Outcome::Failed {
        error: "in pieces".into(),
        gone: false,
    };
    let known = record(&store, now, failed, false).await;
    assert_eq!(
        (known.failures, known.floor, kept().await),
        (1, first, first)
    );

    let unchanged = Outcome::NotModified(Told {
        fresh_until: None,
        ..Told::default()
    });
    let known = record(&store, now, unchanged, false).await;
    assert_eq!((known.failures, known.floor), (0, floor(None)));
    assert_eq!(kept().await, floor(None));

    let again = Some(now + TimeDelta::hours(1));
    let identical = Outcome::Identical(Told {
        fresh_until: again,
        ..Told::default()
    });
    record(&store, now, identical, false).await;
    assert_eq!(kept().await, floor(again));

    let other = Source {
        rules: Key::of(&["other"]),
        ..source()
    };
    store.register(&[other]).await.unwrap();
    assert_eq!(kept().await, Floor::default());
}

#[tokio::test]
async fn when_a_source_had_news_is_told_from_its_items() {
    let place = tempfile::tempdir().unwrap();
    let store = opened(&place).await;
    let first = at("2026-11-25T10:00:00Z");
    let before = ["Tue, 24 Nov 2026 09:10:00 GMT", ""];
    let known = record(&store, first, feed(&before, first), true).await;
    let backlog = |published: Option<&str>| Sighting {
        published: published.map(at),
        seen: first,
        backlog: true,
    };
    let dated = backlog(Some("2026-11-24T09:10:00Z"));
    assert_eq!(known.news.len(), 2);
    assert!(known.news.contains(&dated) && known.news.contains(&backlog(None)));

    let later = at("2026-11-25T12:00:00Z");
    let all = [
        &before[..],
        &["Wed, 25 Nov 2026 11:40:00 GMT", "2026-11-25"],
    ]
    .concat();
    let known = record(&store, later, feed(&all, later), true).await;
    let new = |published: Option<&str>| Sighting {
        published: published.map(at),
        seen: later,
        backlog: false,
    };
    assert_eq!(known.first, Some(first));
    assert_eq!(known.news.len(), 4);
    assert!(known.news.contains(&new(Some("2026-11-25T11:40:00Z"))));
    assert!(known.news.contains(&new(None)), "a day has no hour");

    let months_later = later + TimeDelta::weeks(9);
    let unchanged = Outcome::NotModified(Told {
        fresh_until: None,
        ..Told::default()
    });
    let known = record(&store, months_later, unchanged, true).await;
    assert!(known.news.is_empty(), "long ago");
    assert_eq!(known.first, Some(first));
}
