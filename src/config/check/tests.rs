#![allow(clippy::unwrap_used, clippy::expect_used)]

mod problems;
mod request;

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::{Auth, Feed, From, Source};

const TOKEN: &str = "s3cr3t-token";

/// Loads files that are written into a folder; the first is the one that is asked for.
fn load_files(files: &[(&str, &str)]) -> Result<Config, String> {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let credentials = folder.path().join("credentials");
    std::fs::create_dir_all(&credentials).unwrap();
    std::fs::write(credentials.join("api"), format!("{TOKEN}\n")).unwrap();
    std::fs::write(credentials.join("blank"), " \n").unwrap();
    let variable = |name: &str| match name {
        "API_TOKEN" => Some(TOKEN.to_owned()),
        "ACCENT" => Some("città".to_owned()),
        "TWO_LINES" => Some("a\nb".to_owned()),
        _ => None,
    };
    let secrets = Secrets {
        credentials: Some(credentials),
        needed: true,
        variable: &variable,
    };
    let loaded = load_with(&folder.path().join(files[0].0), &secrets);
    loaded.map_err(|problems| {
        problems
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    })
}

fn config_of(text: &str) -> Config {
    load_files(&[("rassegna.toml", text)]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What is wrong with a file.
fn wrong(text: &str) -> String {
    load_files(&[("rassegna.toml", text)]).expect_err(text)
}

/// What is wrong with a source's keys, beside those that it needs.
fn wrong_source(keys: &str) -> String {
    wrong(&format!(
        "[source.asi]\nurl = \"https://a.example/\"\nlanguage = \"it\"\n{keys}"
    ))
}

fn source_of(keys: &str) -> Source {
    config_of(&format!(
        "[source.asi]\nurl = \"https://a.example/\"\nlanguage = \"it\"\n{keys}"
    ))
    .sources
    .remove(0)
    .as_ref()
    .clone()
}

fn tags(languages: &[Language]) -> Vec<&str> {
    languages.iter().map(Language::tag).collect()
}

fn feed<'a>(config: &'a Config, id: &str) -> &'a Feed {
    config.feeds.iter().find(|feed| feed.id.0 == id).unwrap()
}

const FULL: &str = r##"
include = ["sources/*.toml"]

[site]
title     = "Rassegna Spazio"
url       = "https://rassegna.example.org"
contact   = "redazione@example.org"
languages = ["it", "en"]
timezone  = "Europe/Rome"

[schedule]
cron      = "*/30 * * * *"

[fetch]
concurrency = 64
per_host  = 2
gap       = "1s"
timeout   = "30s"
max_body  = "10 MiB"
allow     = ["10.1.0.0/16"]

[store]
path      = "rassegna.db"
keep      = "400d"

[publish]
directory = "feeds"
formats   = ["rss", "atom", "json", "html"]
entries   = 100
days      = 7
content   = "summary"
index     = false

[serve]
listen    = "127.0.0.1:8080"
admin     = "127.0.0.1:8081"

[source.asi]
title     = "Agenzia Spaziale Italiana"
url       = "https://asi.example/notizie/"
language  = "it"
tags      = ["agency"]
priority  = 10
rights    = "© ASI"
listing.item       = "article.news"
listing.group.date = "h4.date"
listing.title      = "h3 a"
listing.link       = "h3 a"
listing.summary    = "p.excerpt"

[source.comune]
url       = "https://comune.example/novita"
language  = ["it", "en"]
listing.item = "li.card"
listing.date = ["time@datetime", { select = "span", attr = "title", regex = '\d+', all = true }, "@url"]

[source.arter]
urls      = { it = "https://arter.example/it", en = "https://arter.example/en" }

[source.api]
url       = "https://api.example/news"
language  = "en"
auth.bearer = { credential = "api" }

[feed.it]
title     = "Rassegna spazio"
description = "Le notizie spaziali italiane in un solo feed"

[feed.regioni]
title     = "Spazio nelle regioni"
where     = { language = ["it"], tag = ["region"], not_text = ["bando scaduto"] }
[feed.terra]
where     = { text = ["osservazione della terra", '/COSMO.?SkyMed/'], source = ["arter"] }
"##;

const REGIONE: &str = r#"
[source.regione]
url       = "https://regione.example/rss"
language  = "it-IT"
tags      = ["region"]
schedule  = { every = "15m" }
dates     = { format = "%d/%m/%Y %H:%M", timezone = "Europe/Rome", ignore_zone = true }
headers   = { Accept-Language = "it" }
enabled   = true
content   = "full"
"#;

fn full() -> Config {
    load_files(&[("rassegna.toml", FULL), ("sources/regione.toml", REGIONE)]).unwrap()
}

#[test]
fn the_whole_language_is_read() {
    let config = full();
    assert_eq!(config.site.url.as_str(), "https://rassegna.example.org/");
    assert_eq!(tags(&config.site.languages), ["it", "en"]);
    let ids: Vec<&str> = config
        .sources
        .iter()
        .map(|source| source.id.0.as_str())
        .collect();
    assert_eq!(
        ids,
        ["api", "arter.en", "arter.it", "asi", "comune", "regione"]
    );
    let feeds: Vec<&str> = config.feeds.iter().map(|feed| feed.id.0.as_str()).collect();
    assert_eq!(feeds, ["it", "en", "regioni", "terra"]);
    assert_eq!(config.fetch.max_body, 10 << 20);
    assert_eq!(config.fetch.allow.len(), 1);
    assert_eq!(config.store.keep, Duration::from_secs(400 * 86_400));
    let bodies = config.store.bodies;
    assert_eq!(bodies.keep, Duration::from_secs(30 * 86_400));
    assert_eq!((bodies.source, bodies.total), (16 << 20, 512 << 20));
    assert_eq!(
        config.publish.formats,
        [Format::Rss, Format::Atom, Format::Json, Format::Html]
    );

    let [api, arter, _, asi, comune, regione] = config.sources.as_slice() else {
        panic!()
    };
    assert!(matches!(&api.auth, Some(Auth::Bearer(token)) if token == TOKEN));
    assert_eq!(
        (tags(&arter.languages), arter.title.as_str()),
        (vec!["en"], "arter.example")
    );
    assert_eq!(tags(&comune.languages), ["it", "en"]);
    assert_eq!((asi.priority, asi.rights.as_deref()), (10, Some("© ASI")));
    assert!(matches!(asi.plan, Plan::Cron(_, Tz::Europe__Rome)));
    assert!(matches!(regione.plan, Plan::Every(every) if every == Duration::from_secs(900)));
    assert_eq!(
        regione.headers,
        [("Accept-Language".to_owned(), "it".to_owned())]
    );
    assert!(regione.dates.ignore_zone && regione.dates.format.is_some());
    assert_eq!(
        (regione.content, asi.content),
        (Content::Full, Content::Summary)
    );

    let listing = asi.listing.as_ref().unwrap();
    assert_eq!(listing.link[0].attribute.as_deref(), Some("href"));
    assert_eq!(listing.title[0].attribute, None);
    assert_eq!(listing.group.date[0].written, "h4.date");
    let dates = &comune.listing.as_ref().unwrap().date;
    let written: Vec<&str> = dates.iter().map(|pick| pick.written.as_str()).collect();
    assert_eq!(
        written,
        ["time@datetime", r"span@title /\d+/ (all)", "@url"]
    );
    assert!(matches!(dates[2].from, From::Address) && dates[1].all);

    assert_eq!(feed(&config, "it").title, "Rassegna spazio");
    assert_eq!(feed(&config, "en").title, "Rassegna Spazio (English)");
    assert_eq!(feed(&config, "terra").title, "Rassegna Spazio: terra");
    assert_eq!(
        feed(&config, "terra").filter.source,
        ["arter.en", "arter.it"]
    );
    assert_eq!(feed(&config, "terra").language(), None);
    assert_eq!(
        feed(&config, "regioni").language().map(Language::tag),
        Some("it")
    );
}

#[test]
fn an_empty_file_is_all_defaults() {
    let config = config_of("");
    assert_eq!(config.site.title, "Rassegna");
    assert_eq!(config.site.url.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.site.timezone, Tz::UTC);
    assert!(config.sources.is_empty() && config.feeds.is_empty());
    let fetch = &config.fetch;
    assert_eq!(
        (fetch.concurrency, fetch.per_host, fetch.max_body),
        (64, 2, 10 << 20)
    );
    assert_eq!(
        (fetch.gap, fetch.timeout),
        (Duration::from_secs(1), Duration::from_secs(30))
    );
    assert_eq!(config.store.path, Path::new("rassegna.db"));
    assert_eq!(
        (
            config.publish.entries,
            config.publish.days,
            config.publish.index
        ),
        (100, 7, false)
    );
    assert_eq!(config.publish.directory, Path::new("feeds"));
    assert_eq!(
        config.serve,
        Serve {
            listen: Some(Listen::Tcp("127.0.0.1:8080".into())),
            admin: Some(Listen::Tcp("127.0.0.1:8081".into())),
            connections: 512,
            timeout: Duration::from_secs(30),
            access_log: false,
        }
    );
}

#[test]
fn the_root_of_links_follows_what_is_served() {
    let root = |listen: &str| {
        config_of(&format!("serve.listen = \"{listen}\""))
            .site
            .url
            .to_string()
    };
    assert_eq!(root("0.0.0.0:90"), "http://127.0.0.1:90/");
    assert_eq!(root("[::]:90"), "http://[::1]:90/");
    assert_eq!(root("news.example:8000"), "http://news.example:8000/");
    assert_eq!(root("off"), "http://127.0.0.1:8080/");
    assert_eq!(root("unix:/run/rassegna/http.sock"), "http://localhost/");
    assert_eq!(root("systemd"), "http://localhost/");
    assert_eq!(
        config_of("serve = { listen = \"\", admin = \"off\" }")
            .serve
            .admin,
        None
    );
}

#[test]
fn sources_inherit_and_override() {
    let config = config_of(
        r#"
        site.timezone = "Europe/Rome"
        publish.content = "full"
        [source.a]
        url = "https://a.example/"
        language = "it"
        [source.b]
        url = "file:///srv/b.html"
        language = "it"
        timezone = "Europe/London"
        schedule.cron = "0 9 * * *"
        content = "summary"
        "#,
    );
    let [a, b] = config.sources.as_slice() else {
        panic!()
    };
    assert_eq!((a.timezone, a.content), (Tz::Europe__Rome, Content::Full));
    assert!(matches!(a.plan, Plan::Every(every) if every == Duration::from_secs(1800)));
    assert_eq!(
        (b.timezone, b.content),
        (Tz::Europe__London, Content::Summary)
    );
    assert!(matches!(b.plan, Plan::Cron(_, Tz::Europe__London)));
    assert_eq!(b.title, "b", "a file has no host");
}

#[test]
fn an_inherited_rhythm_has_the_hours_of_its_source() {
    let config = config_of(
        r#"
        schedule.adaptive = { min = "5m", max = "3h" }
        site.timezone = "Europe/Rome"
        [source.a]
        url = "https://a.example/"
        language = "it"
        [source.b]
        url = "https://b.example/"
        language = "it"
        timezone = "Asia/Tokyo"
        [source.c]
        url = "https://c.example/"
        language = "it"
        schedule = { adaptive = { min = "1m", max = "1h30m" } }
        "#,
    );
    let bounds = |source: &Arc<Source>| match &source.plan {
        Plan::Adaptive(bounds) => (bounds.min.as_secs(), bounds.max.as_secs(), bounds.zone),
        other => panic!("{other:?}"),
    };
    let all: Vec<_> = config.sources.iter().map(bounds).collect();
    assert_eq!(
        all,
        [
            (300, 10_800, Tz::Europe__Rome),
            (300, 10_800, Tz::Asia__Tokyo),
            (60, 5400, Tz::Europe__Rome)
        ]
    );
}

#[test]
fn the_languages_of_a_site_are_those_that_sources_declare() {
    let config = config_of(
        r#"
        [source.a]
        url = "https://a.example/"
        language = ["it-IT", "it", "en"]
        [source.b]
        urls = { de = "https://b.example/de" }
        enabled = false
        [source.c]
        url = "https://c.example/"
        "#,
    );
    assert_eq!(
        tags(&config.site.languages),
        ["de", "en", "it"],
        "a feed outlives a pause of its source"
    );
    assert_eq!(tags(&config.sources[0].languages), ["it", "en"]);
    assert_eq!(
        tags(&config.sources[1].languages),
        ["de", "en", "it"],
        "to be told apart"
    );
    assert_eq!(config.sources.len(), 2);
    assert_eq!(config.feeds.len(), 3);
}

#[test]
fn a_feed_of_the_only_language_has_that_language() {
    let config = config_of(
        r#"
        site.languages = ["it"]
        [source.a]
        url = "https://a.example/"
        tags = ["x"]
        [feed.x]
        where.tag = "x"
        aliases = ["old"]
        "#,
    );
    assert_eq!(feed(&config, "x").language().map(Language::tag), Some("it"));
    assert_eq!(feed(&config, "x").aliases[0].0, "old");
    assert_eq!(
        feed(&config, "it").title,
        "Rassegna",
        "nothing to tell apart"
    );
}

#[test]
fn feeds_are_in_the_sites_order_and_what_is_filtered_comes_after() {
    let config = config_of(
        r#"
        site.languages = ["it", "en", "de"]
        feed.all.where = {}
        feed.mine.where = {}
        "#,
    );
    let ids: Vec<&str> = config.feeds.iter().map(|feed| feed.id.0.as_str()).collect();
    assert_eq!(ids, ["it", "en", "de", "all", "mine"]);
}

#[test]
fn a_pattern_that_includes_nothing_is_noted() {
    let config = config_of("include = [\"sources/*.toml\"]");
    assert_eq!(config.notes.len(), 1);
    assert!(
        config.notes[0]
            .ends_with("rassegna.toml:1: `sources/*.toml` includes nothing: no file is called so"),
        "{:?}",
        config.notes
    );
}

#[test]
fn a_language_can_go_without_its_feed_or_narrow_it() {
    let config = config_of(
        r#"
        site.languages = ["it", "en"]
        [feed.it]
        enabled = false
        [feed.en]
        where = { sources_at_least = 2, language = "en" }
        "#,
    );
    assert_eq!(config.feeds.len(), 1);
    assert_eq!(config.feeds[0].filter.sources_at_least, 2);
    assert_eq!(config.feeds[0].language().map(Language::tag), Some("en"));
}

#[test]
fn rules_change_with_what_decides_what_is_read_and_with_nothing_else() {
    let rules = |keys: &str| source_of(keys).rules;
    let plain = rules("");
    for keys in [
        "title = \"x\"",
        "tags = [\"x\"]",
        "priority = 3",
        "rights = \"x\"",
        "schedule.every = \"5m\"",
        "content = \"full\"",
        "dates.ignore_zone = false",
        "robots = false",
        "tls_insecure = true",
        "proxy = \"http://proxy:3128\"",
        "cookies = {}",
    ] {
        assert_eq!(rules(keys), plain, "{keys}");
    }
    for keys in [
        "timezone = \"Europe/Rome\"",
        "kind = \"listing\"",
        "listing.item = \"li\"",
        "json = { items = \"$\", title = \"$.t\" }",
        "kind = \"sitemap\"",
        "dates.ignore_zone = true",
        "headers.X-A = \"1\"",
        "headers.X-A = { env = \"API_TOKEN\" }",
        "cookies.a = \"1\"",
        "post.form.a = \"1\"",
        "post.json = \"1\"",
        "auth.bearer = { env = \"API_TOKEN\" }",
    ] {
        assert_ne!(rules(keys), plain, "{keys}");
    }
    assert_ne!(
        rules("listing.item = \"li\""),
        rules("listing.item = \"tr\"")
    );
    let (one, other) = (
        "listing = { item = \"li\", title = \"a\" }",
        "listing.title = \"a\"\nlisting.item = \"li\"",
    );
    assert_eq!(rules(one), rules(other), "the order of keys means nothing");
    assert_eq!(
        rules("auth.bearer = { env = \"API_TOKEN\" }"),
        rules("auth.bearer = { credential = \"api\" }"),
        "where a secret is kept means nothing"
    );
    for key in ["headers.X-A", "cookies.a", "post.form.a"] {
        let with = |value: &str| rules(&format!("{key} = {value}"));
        assert_ne!(with("\"1\""), with("\"2\""), "{key}");
        assert_eq!(
            with("{ env = \"API_TOKEN\" }"),
            with("{ credential = \"api\" }"),
            "{key}"
        );
    }
}

#[test]
fn secrets_come_from_outside_and_are_not_shown() {
    let basic = source_of("auth.basic = { user = \"u\", password = { env = \"API_TOKEN\" } }");
    assert!(
        matches!(&basic.auth, Some(Auth::Basic(user, password)) if user == "u" && password == TOKEN)
    );
    assert!(!format!("{basic:?}").contains(TOKEN));
    let off = "[source.a]\nurl = \"https://a.example/\"\nlanguage = \"it\"\nenabled = false\nauth.bearer.env = \"NONE\"";
    assert!(
        config_of(off).sources.is_empty(),
        "the secrets of a source that is off need not be there"
    );
}

#[test]
fn the_example_loads() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rassegna.toml");
    let config = load(Path::new(example)).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(tags(&config.site.languages), ["it", "en"]);
    assert!(config.feeds.len() >= 3);
    let sources: Vec<&str> = config.sources.iter().map(|source| &*source.id.0).collect();
    assert_eq!(sources, ["asi.en", "asi.it", "emilia-romagna"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_it_panic(
        lines in proptest::collection::vec(
            r#"(\[?\[?(site|source|feed|schedule|fetch)(\.[a-z]{1,3})?\]?\]?|(url|urls|language|where|listing\.date|auth|cron|every|include) = ("[ -~]{0,9}"|\[?\{? ?[a-z]{0,4} ?=? ?"?x"?\}?\]?|[0-9_.:-]{1,9})|\PC{0,12})"#,
            0..12,
        )
    ) {
        let text = lines.join("\n").replace("include", "inclusion");
        let mut report = Report::default();
        let file = report.file(Path::new("a.toml"), text.clone());
        if let Some(table) = crate::config::tree::parse(&text, file, &mut report) {
            let root = shape::check(table, &mut report);
            let secrets = Secrets { credentials: None, variable: &|_| None, needed: true };
            let _ = config(Path::new("a.toml"), root, &secrets, &mut report);
        }
        let _ = report.into_problems().to_string();
    }
}
