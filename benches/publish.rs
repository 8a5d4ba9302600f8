//! What it costs to publish a feed of a hundred invented entries and to serve it: composing, each format, a file that is
//! written, a shelf that is filled, an answer.

#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use futures_util::FutureExt;
use hyper::header::{ACCEPT_ENCODING, ETAG, IF_NONE_MATCH};
use hyper::service::Service;
use hyper::{Request, StatusCode};
use rassegna::config::{self, Config, Content};
use rassegna::language::Language;
use rassegna::model::{Precision, SourceId, Story, Told};
use rassegna::publish::Folder;
use rassegna::render::{self, FeedDocument, History, atom, html, json, rss};
use rassegna::serve::{Document, Public, Shelf};
use uuid::Uuid;

/// The entries of the feed.
const ENTRIES: u32 = 100;

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).unwrap()
}

fn story(number: u32) -> Story {
    let at = now() - TimeDelta::hours(3 * i64::from(number));
    let text =
        "La missione ha raccolto immagini della costa & dei fondali, che saranno date ai comuni. ";
    Story {
        entry: Uuid::from_u128(u128::from(number)),
        language: Language::parse("it").unwrap(),
        published: at.with_timezone(&Tz::Europe__Rome),
        precision: Precision::Minute,
        updated: at,
        tellings: vec![Told {
            source: SourceId("agenzia".to_owned()),
            source_title: "Agenzia".to_owned(),
            source_url: "https://agenzia.example/".to_owned(),
            priority: 0,
            url: Some(format!("https://agenzia.example/notizie/{number}")),
            title: format!("Il satellite numero {number} ha fotografato la costa"),
            summary: text.repeat(3),
            html: format!("<p>{text}</p>").repeat(6),
            image: Some(format!("https://agenzia.example/{number}.jpg")),
            authors: vec!["Anna Rossi".to_owned()],
            categories: vec!["missioni".to_owned()],
            enclosures: Vec::new(),
            rights: None,
        }],
        translations: Vec::new(),
    }
}

fn configuration() -> Config {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.toml");
    let text = "[site]\ntitle = \"Bench\"\nurl = \"https://bench.example/\"\nlanguages = [\"it\"]\n\
                [source.agenzia]\nurl = \"https://agenzia.example/\"\nlanguage = \"it\"\n";
    std::fs::write(&file, text).unwrap();
    config::load(&file).unwrap()
}

fn composed(config: &Config, stories: &[Story]) -> FeedDocument {
    let (site, publish) = (&config.site, &config.publish);
    let full = |_: &str| Content::Full;
    render::compose(
        &config.feeds[0],
        site,
        publish,
        "bench",
        full,
        History::default(),
        stories,
    )
}

fn document() -> FeedDocument {
    let stories: Vec<Story> = (0..ENTRIES).map(story).collect();
    let document = composed(&configuration(), &stories);
    assert_eq!(document.entries.len(), stories.len());
    document
}

#[divan::bench]
fn compose(bencher: Bencher) {
    let (config, stories): (_, Vec<Story>) = (configuration(), (0..ENTRIES).map(story).collect());
    bencher.bench(|| composed(&config, black_box(&stories)).entries.len());
}

fn format(bencher: Bencher, render: impl Fn(&FeedDocument) -> String + Sync) {
    let document = document();
    let size = BytesCount::new(render(&document).len());
    bencher.counter(size).bench(|| render(black_box(&document)));
}

#[divan::bench]
fn render_atom(bencher: Bencher) {
    format(bencher, atom::render);
}

#[divan::bench]
fn render_html(bencher: Bencher) {
    format(bencher, |document| html::page(document, &[]));
}

#[divan::bench]
fn render_json(bencher: Bencher) {
    format(bencher, json::render);
}

#[divan::bench]
fn render_rss(bencher: Bencher) {
    format(bencher, rss::render);
}

/// Two texts that differ in their last byte, in turns.
fn turns() -> impl Fn() -> String {
    let text = atom::render(&document());
    let turn = Cell::new(false);
    move || {
        turn.set(!turn.get());
        format!("{text}{}", if turn.get() { "\n" } else { " " })
    }
}

/// A file that changed, with everything that makes it durable.
#[divan::bench]
fn publish_file(bencher: Bencher) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    let text = turns();
    bencher.bench_local(|| assert!(folder.write("it/atom.xml", text().as_bytes()).unwrap()));
}

fn on_shelf(text: String) -> Document {
    Document {
        name: "it/atom.xml".to_owned(),
        text,
        modified: now(),
        link: None,
    }
}

/// A document that changed, in all codings.
#[divan::bench]
fn shelf_document(bencher: Bencher) {
    let shelf = Shelf::default();
    let text = turns();
    bencher.bench_local(|| shelf.fill(vec![on_shelf(text())], None));
}

fn serve(bencher: Bencher, same: bool) {
    let shelf = Shelf::default();
    shelf.fill(vec![on_shelf(atom::render(&document()))], None);
    let public = Public::new(shelf, "/");
    let ask = |tag: Option<&str>| {
        let mut request = Request::get("/it/atom.xml").header(ACCEPT_ENCODING, "gzip, br");
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        request.body(()).unwrap()
    };
    let answer = |request| public.call(request).now_or_never().unwrap().unwrap();
    let tag = answer(ask(None)).headers()[ETAG]
        .to_str()
        .unwrap()
        .to_owned();
    let status = if same {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    bencher
        .with_inputs(|| ask(same.then_some(&*tag)))
        .bench_values(|request| assert_eq!(answer(request).status(), status));
}

#[divan::bench]
fn serve_200(bencher: Bencher) {
    serve(bencher, false);
}

#[divan::bench]
fn serve_304(bencher: Bencher) {
    serve(bencher, true);
}
