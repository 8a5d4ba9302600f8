//! What one page costs: dates, feeds, listings by rules and without, and the formats that are published. The
//! reference that stands beside them is a bare parse of the same page by the HTML parser.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use divan::{Bencher, black_box};
use rassegna::config::{self, Source};
use rassegna::date;
use rassegna::language::Language;
use rassegna::model::{Page, Validators};
use rassegna::pipeline;
use url::Url;

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).unwrap()
}

fn page(body: &str, content_type: &str) -> Page {
    Page {
        url: Url::parse("https://agenzia.example/notizie/").unwrap(),
        content_type: Some(content_type.to_owned()),
        body: body.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: now(),
        fresh_until: None,
        moved: None,
    }
}

fn source(id: &str) -> Source {
    let config = config::load(std::path::Path::new("config/demo.toml")).unwrap();
    config
        .sources
        .into_iter()
        .find(|source| source.id.0 == id)
        .unwrap()
}

#[divan::bench(args = ["MARTEDÌ 09 SETTEMBRE 2025", "13 settembre 2025 | Comunicati stampa", "09/09/2025 10:30", "2 ore fa", "Nessuna data qui"])]
fn date_for_people(bencher: Bencher, text: &str) {
    let languages = [Language::parse("it").unwrap()];
    let context = date::Context {
        languages: &languages,
        timezone: Tz::Europe__Rome,
        now: now(),
    };
    bencher.bench(|| date::read(black_box(text), &context).is_ok());
}

#[divan::bench]
fn date_for_machines(bencher: Bencher) {
    let context = date::Context {
        languages: &[],
        timezone: Tz::UTC,
        now: now(),
    };
    bencher.bench(|| {
        date::read_machine(black_box("Tue, 09 Sep 2025 10:30:00 +0200"), &context).is_ok()
    });
}

#[divan::bench]
fn reference_bare_html_parse(bencher: Bencher) {
    let text = include_str!("../demo/agenzia-it.html");
    bencher.bench(|| {
        scraper::Html::parse_document(black_box(text))
            .tree
            .values()
            .len()
    });
}

#[divan::bench(args = [("agenzia", "listing by rules"), ("agenzia-en", "detected listing"), ("regione", "article"), ("agence", "RSS"), ("agentur", "Atom")])]
fn read_page(bencher: Bencher, (id, _): (&str, &str)) {
    let (body, kind) = match id {
        "agenzia" => (include_str!("../demo/agenzia-it.html"), "text/html"),
        "agenzia-en" => (include_str!("../demo/agenzia-en.html"), "text/html"),
        "regione" => (include_str!("../demo/regione-articolo.html"), "text/html"),
        "agence" => (include_str!("../demo/agence.rss"), "application/rss+xml"),
        _ => (include_str!("../demo/agentur.atom"), "application/atom+xml"),
    };
    let (source, page) = (source(id), page(body, kind));
    bencher.bench(|| {
        pipeline::read(&source, None, black_box(&page), now())
            .unwrap()
            .normalized
            .items
            .len()
    });
}
