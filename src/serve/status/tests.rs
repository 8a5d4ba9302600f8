#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use url::Url;

use super::*;
use crate::config::{self, Follow};
use crate::dedup::health::{Picture, Trust};
use crate::fetch::history::{Gone, Moving};
use crate::model::{Key, Kind, Pace, SourceId};
use crate::store::{Access, Fetched, Outcome, Poll, SourceState, Told};

const CONFIG: &str = r#"
site = { title = "Rassegna & <b>", timezone = "Europe/Rome", languages = ["it"] }
[fetch]
allow = ["10.1.0.0/16", "fd00::/8"]
proxy = { url = "http://proxy.example:3128", auth.basic = { user = "hunter2", password = { env = "PATH" } } }
[source.archivio]
url = "https://archivio.example/notizie"
[source.biblioteca]
url = "https://biblioteca.example/feed?key=hunter2"
[source.comune]
url = "https://comune.example/novita"
robots = false
proxy = "https://other.example"
[source.giornale]
url = "https://giornale.example/rss"
[source.interno]
url = "https://news.intranet.example/"
proxy = false
tls_insecure = true
[source.museo]
url = "https://museo.example/"
"#;

fn configured(text: &str) -> Config {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    config::load(file.path()).unwrap()
}

fn at(hour: u32) -> DateTime<Utc> {
    format!("2026-03-01T{hour:02}:00:00Z").parse().unwrap()
}

fn address(text: &str) -> Option<Url> {
    Some(Url::parse(text).unwrap())
}

/// A source that was well an hour ago.
fn well() -> SourceState {
    SourceState {
        kind: Some(Kind::Feed),
        last_attempt: Some(at(9)),
        last_success: Some(at(9)),
        last_new: Some(at(8)),
        next_run: Some(at(11)),
        listed: Some(12),
        ..SourceState::default()
    }
}

fn summary(id: &str, url: &str, state: SourceState) -> Summary {
    Summary {
        id: SourceId(id.to_owned()),
        title: format!("{id} <i>"),
        url: url.to_owned(),
        state,
        items: 3,
    }
}

/// One source for each thing that can be special.
fn summaries() -> Vec<Summary> {
    let gone = SourceState {
        error: Some("status 410 Gone".into()),
        failures: 4,
        gone: Some(Gone {
            since: at(6) - TimeDelta::days(1),
            seen: 4,
        }),
        ..well()
    };
    let moved = SourceState {
        address: address("https://nuova.example/feed?key=hunter2"),
        moving: address("https://u:hunter2@poi.example/<x>?key=hunter2").map(|to| Moving {
            to,
            since: at(5),
            seen: 3,
        }),
        ..well()
    };
    let partial = SourceState {
        partial: true,
        ..well()
    };
    vec![
        summary("archivio", "https://archivio.example/notizie", gone),
        summary(
            "biblioteca",
            "https://biblioteca.example/feed?key=hunter2",
            moved,
        ),
        summary("comune", "https://comune.example/novita", partial),
        summary("giornale", "https://giornale.example/rss", well()),
        summary("interno", "https://news.intranet.example/", well()),
        summary("museo", "https://museo.example/", well()),
        summary(
            "zero",
            "https://zero.example/",
            SourceState {
                next_run: None,
                partial: true,
                ..well()
            },
        ),
    ]
}

fn waiting() -> Vec<(String, DateTime<Utc>)> {
    vec![("https://giornale.example".to_owned(), at(12))]
}

fn html(config: &Config, sources: &[Summary]) -> String {
    let waiting = waiting();
    let around = Around {
        config,
        waiting: &waiting,
    };
    page(around, sources, None, at(10)).render().unwrap()
}

/// The text of the list items, with `!` before what is dangerous.
fn said(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let selector = scraper::Selector::parse("ul.notes li, article > h2 code, article > p").unwrap();
    let each = page.select(&selector).map(|element| {
        let text: String = element.text().collect();
        match element.value().attr("class") {
            Some("danger") => format!("! {text}"),
            _ => text,
        }
    });
    each.collect()
}

#[test]
fn the_page_says_what_is_special() {
    let html = html(&configured(CONFIG), &summaries());
    insta::assert_snapshot!(said(&html).join("\n"), @r"
    Sources may reach these networks although they are not public: 10.1.0.0/16, fd00::/8.
    Sources are asked through the proxy proxy.example:3128.
    archivio
    its server says 410 Gone since 2026-02-28 07:00; asked again 2026-03-01 12:00; its last good entries stay published
    biblioteca
    12 items in the last answer
    moved to https://nuova.example/feed?…, adopted
    moves to https://poi.example/%3Cx%3E?… since 2026-03-01 06:00, seen 3 times
    comune
    12 items in the last answer
    its robots.txt is not obeyed
    asked through the proxy other.example:443
    partial: its last answer was cut off, so there may be more than was read
    giornale
    12 items in the last answer
    its host asked for a pause until 2026-03-01 13:00
    interno
    12 items in the last answer
    ! certificates are not verified: anyone on the way can read and change what it says
    asked without the proxy
    museo
    12 items in the last answer
    zero
    not polled any more: disabled, or gone from the configuration
    ");
    assert!(!html.contains("hunter2") && !html.contains("<i>") && !html.contains("<b>"));
    assert!(
        html.contains("7 sources, 5 well, 0 failing, 1 paused."),
        "{html}"
    );
}

#[test]
fn a_plain_set_up_has_nothing_to_note() {
    let config = configured("site.languages = [\"it\"]\n[source.a]\nurl = \"https://a.example/\"");
    let html = html(&config, &[summary("a", "https://a.example/", well())]);
    assert!(!html.contains("class=\"notes\""), "{html}");
}

#[test]
fn where_robots_are_ignored_throughout_it_is_said_once_more_at_the_top() {
    let config = configured(
        "fetch.robots = false\nsite.languages = [\"it\"]\n[source.a]\nurl = \"https://a.example/\"\nrobots = true",
    );
    let around = Around {
        config: &config,
        waiting: &[],
    };
    let whole: Vec<String> = around.whole().into_iter().map(|note| note.text).collect();
    assert_eq!(whole, ["The robots.txt of sources is not obeyed."]);
    assert_eq!(
        around.source(&summary("a", "https://a.example/", well())),
        []
    );
}

#[test]
fn an_answer_that_was_cut_off_is_noted_until_a_whole_one_comes() {
    let folder = tempfile::tempdir().unwrap();
    let config = configured("site.languages = [\"it\"]\n[source.a]\nurl = \"https://a.example/\"");
    let source = config.sources[0].clone();
    let read = |partial| {
        Outcome::Read(Box::new(Fetched {
            kind: Kind::Feed,
            feed_url: None,
            told: Told::default(),
            body: Key([1; 16]),
            items: Vec::new(),
            picture: Picture::default(),
            mended: false,
            roll: Vec::new(),
            trust: Trust::Usual,
            rates: Vec::new(),
            warnings: Vec::new(),
            partial,
            unread: false,
            pace: Pace::default(),
            follow: Follow::default(),
            asked: Vec::new(),
        }))
    };
    let failed = Outcome::Failed {
        error: "no answer".into(),
        gone: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(&folder.path().join("db"), Access::Write).unwrap();
        store.register(&config.sources).await.unwrap();
        for (outcome, expected) in [
            (read(true), true),
            (Outcome::NotModified(Told::default()), true),
            (failed, true),
            (Outcome::Identical(Told::default()), true),
            (read(false), false),
            (Outcome::Identical(Told::default()), false),
        ] {
            let what = format!("{outcome:?}");
            let poll = Poll {
                source: source.id.clone(),
                rules: source.rules,
                timezone: source.timezone,
                at: at(10),
                outcome,
                pauses: Vec::new(),
                news_since: None,
                kept: None,
            };

            store
                .record(poll, |_| at(10) + TimeDelta::hours(1))
                .await
                .unwrap();
            let state = store.source(&source.id).await.unwrap().unwrap();
            assert_eq!(state.partial, expected, "{what}");
        }
        store.close().await;
    });
}
