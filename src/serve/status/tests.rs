#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use url::Url;

use super::*;
use crate::config::{self, Config, Follow};
use crate::dedup::health::{Picture, Trust};
use crate::fetch::history::{Gone, Moving};
use crate::model::{Key, Kind, Pace, SourceId};
use crate::store::{Access, Fetched, Outcome, Poll, SourceState, Store, Told, What};

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
    shown(config, sources, &[], "")
}

fn shown(config: &Config, sources: &[Summary], incidents: &[Incident], query: &str) -> String {
    let known = Known {
        around: Around {
            config,
            waiting: &waiting(),
        },
        sources,
        published: &BTreeMap::from([(SourceId("museo".into()), vec![at(8)])]),
        incidents,
        trouble: None,
        now: at(10),
    };
    page(known, View::of(Some(query))).unwrap()
}

/// The text of the list items, with `!` before what is dangerous.
fn said(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let selector = scraper::Selector::parse("ul.notes li, article h2 code, article > p").unwrap();
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
    its server says 410 Gone since 2026-02-28 07:00 CET; asked again 2026-03-01 12:00 CET; its last good entries stay published
    biblioteca
    12 items in the last answer
    moved to https://nuova.example/feed?…, adopted
    moves to https://poi.example/%3Cx%3E?… since 2026-03-01 06:00 CET, seen 3 times
    comune
    12 items in the last answer
    its robots.txt is not obeyed
    asked through the proxy other.example:443
    partial: its last answer was cut off, so there may be more than was read
    giornale
    12 items in the last answer
    its host asked for a pause until 2026-03-01 13:00 CET
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
        html.contains("7 sources, 5 well, 0 failing, 1 paused, 1 off."),
        "{html}"
    );
}

#[test]
fn a_plain_set_up_has_nothing_to_note() {
    let config = configured("site.languages = [\"it\"]\n[source.a]\nurl = \"https://a.example/\"");
    let html = html(&config, &[summary("a", "https://a.example/", well())]);
    assert!(!html.contains("class=\"notes\""), "{html}");
}

/// The ids of the sources on the page, in their order.
fn listed(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let articles = scraper::Selector::parse("article").unwrap();
    page.select(&articles)
        .filter_map(|article| article.attr("id").map(str::to_owned))
        .collect()
}

#[test]
fn the_sources_that_fare_so_are_shown_in_the_order_that_is_asked_for() {
    let config = configured(CONFIG);
    let mut sources = summaries();
    sources[2].state.error = Some("no answer".into());
    sources[2].state.failures = 3;
    sources[3].state.last_new = Some(at(9));
    sources[4].state.next_run = Some(at(10));
    sources[5].items = 40;
    let order = |query: &str| listed(&shown(&config, &sources, &[], query)).join(" ");
    for (query, expected) in [
        ("", "comune archivio biblioteca giornale interno museo zero"),
        (
            "sort=title",
            "archivio biblioteca comune giornale interno museo zero",
        ),
        (
            "sort=next",
            "interno archivio biblioteca comune giornale museo zero",
        ),
        (
            "sort=news",
            "giornale archivio biblioteca comune interno museo zero",
        ),
        (
            "sort=items",
            "museo archivio biblioteca comune giornale interno zero",
        ),
        ("state=ok&sort=news", "giornale biblioteca interno museo"),
        ("state=held", ""),
        (
            "state=%3Cb%3E&sort=nothing&x",
            "comune archivio biblioteca giornale interno museo zero",
        ),
    ] {
        assert_eq!(order(query), expected, "{query}");
    }
    let html = shown(&config, &sources, &[], "state=ok&sort=news");
    for link in [
        r#"<a href="status?sort=news">all 7</a>"#,
        r#"<a href="status?state=ok&#38;sort=news" aria-current="true">ok 4</a>"#,
        r#"<a href="status?state=failing&#38;sort=news">failing 1</a>"#,
        r#"<a href="status?state=ok" >troubles first</a>"#.replace(" >", ">").as_str(),
    ] {
        assert!(html.contains(link), "{link} in {html}");
    }
    assert!(shown(&config, &sources, &[], "state=held").contains("No source is in this state."));
}

#[test]
fn the_words_for_how_a_source_fares_are_the_same_by_urgency() {
    let mut words = states::BY_URGENCY;
    words.sort_unstable();
    assert_eq!(words, states::WORDS);
}

#[test]
fn a_source_that_is_well_again_tells_of_its_last_trouble() {
    let config = configured(CONFIG);
    let sources = summaries();
    let incident = |source: &str, ended| Incident {
        source: SourceId(source.into()),
        title: source.into(),
        what: What::Failing,
        began: at(5),
        again: at(5),
        times: 1,
        reason: "status 503 <busy>".into(),
        ended,
    };
    let incidents = [
        incident("museo", Some((at(7), "it answers".into()))),
        incident("comune", None),
    ];
    let html = shown(&config, &sources, &incidents, "");
    let told =
        "failing from 2026-03-01 06:00 CET to 2026-03-01 08:00 CET: status 503 &#60;busy&#62;";
    assert_eq!(html.matches(told).count(), 1, "{html}");
    assert_eq!(html.matches("Last trouble").count(), 1);
    assert!(
        html.contains("1 item dated in the last 30 days"),
        "the sparkline of museo"
    );
}

#[test]
fn without_sources_there_is_nothing_to_choose() {
    let config = configured("site.languages = [\"it\"]");
    let html = shown(&config, &[], &[], "");
    assert!(html.contains("No source is configured") && !html.contains("<nav"));
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
