//! What one page costs, in µs: every way to read one, on pages of thirty items that are made up here. Each page of markup
//! stands beside a bare parse of the same page in the same run, so that figures of different machines compare.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use rassegna::config::{self, Source};
use rassegna::date;
use rassegna::extract::charset::{self, Markup};
use rassegna::extract::{self, Ask};
use rassegna::language::Language;
use rassegna::model::{Kind, Page, Validators};
use rassegna::{normalize, pipeline};
use url::Url;

/// The items of each list.
const ITEMS: usize = 30;
/// The size of each page of markup, in bytes: what the items do not fill is menu, footer and scripts.
const SIZE: usize = 100_000;

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 1, 12, 0, 0).unwrap()
}

/// One invented piece of news.
struct News {
    title: String,
    link: String,
    at: DateTime<Utc>,
    teaser: String,
}

fn news() -> Vec<News> {
    let one = |number: usize| News {
        title: format!("Il satellite numero {number} ha fotografato la costa della Sardegna"),
        link: format!("/notizie/2026/satellite-{number}"),
        at: now() - TimeDelta::hours(9 * i64::try_from(number).unwrap()),
        teaser: format!(
            "La missione, giunta al giorno {number}, ha raccolto immagini della costa e dei fondali, che saranno date ai \
             comuni interessati entro la fine del mese insieme con una relazione."
        ),
    };
    (1..=ITEMS).map(one).collect()
}

/// A page around some markup, filled up to [`SIZE`] with what pages have besides.
fn html(head: &str, main: &str) -> String {
    let mut page = format!(
        "<!doctype html><html lang=it><head><meta charset=utf-8><title>Notizie | Agenzia</title>{head}</head><body><header>\
         <nav><ul>"
    );
    for number in 0..60 {
        let _ = write!(
            page,
            "<li class=\"menu-item\"><a href=\"/tema-{number}\">Tema {number}</a></li>"
        );
    }
    let _ = write!(page, "</ul></nav></header><main>{main}</main><footer>");
    let mut number = 0;
    while page.len() < SIZE {
        number += 1;
        let _ = write!(
            page,
            "<div class=\"col col-{number}\"><script>track({number}, \"pagina\");</script><p>Nota <b>{number}</b>.</p></div>"
        );
    }
    page + "</footer></body></html>"
}

fn listing() -> String {
    let mut main = String::from("<h1>Notizie</h1>");
    for item in news() {
        let _ = write!(
            main,
            "<article class=\"card news\"><div class=\"card-body\"><span class=\"date\">{}</span><h3 class=\"title\"><a \
             href=\"{}\">{}</a></h3><p class=\"excerpt\">{}</p><img src=\"/i.jpg\" alt=\"\"></div></article>",
            item.at.format("%d/%m/%Y"),
            item.link,
            item.title,
            item.teaser
        );
    }
    html("", &main)
}

fn article() -> String {
    let paragraphs: String = news()
        .iter()
        .map(|item| format!("<p>{} {}</p>", item.teaser, item.teaser))
        .collect();
    html(
        "<meta property=\"og:type\" content=\"article\"><meta property=\"article:published_time\" \
         content=\"2026-10-30T10:00:00+02:00\"><script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\
         \"@type\":\"NewsArticle\",\"headline\":\"Un lancio\",\"datePublished\":\"2026-10-30T10:00:00+02:00\"}</script>",
        &format!(
            "<article><h1>Un lancio</h1><time datetime=2026-10-30>30 ottobre 2026</time>{paragraphs}</article>"
        ),
    )
}

fn rss() -> String {
    let mut feed = String::from(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\
         <title>Agenzia</title>",
    );
    // What the items lack in size is their content.
    let content =
        "&lt;p&gt;Il testo intero, un paragrafo dopo l'altro.&lt;/p&gt;".repeat(SIZE / ITEMS / 70);
    for item in news() {
        let _ = write!(
            feed,
            "<item><title>{}</title><link>https://agenzia.example{}</link><pubDate>{}</pubDate><description>{}</description>\
             <content:encoded>{content}</content:encoded></item>",
            item.title,
            item.link,
            item.at.to_rfc2822(),
            item.teaser
        );
    }
    feed + "</channel></rss>"
}

fn json() -> String {
    let mut list = String::from("{\"results\":[");
    let body = "<p>Il testo intero, un paragrafo dopo l'altro.</p>".repeat(SIZE / ITEMS / 60);
    for (place, item) in news().iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(
            list,
            "{comma}{{\"headline\":\"{}\",\"slug\":\"{}\",\"published\":\"{}\",\"lead\":\"{}\",\"body\":\"{body}\"}}",
            item.title,
            item.link,
            item.at.to_rfc3339(),
            item.teaser
        );
    }
    list + "]}"
}

fn sitemap() -> String {
    let mut map = String::from(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">",
    );
    for item in news() {
        let _ = write!(
            map,
            "<url><loc>https://agenzia.example{}</loc><news:news><news:publication><news:name>Agenzia</news:name>\
             <news:language>it</news:language></news:publication><news:publication_date>{}</news:publication_date>\
             <news:title>{}</news:title></news:news></url>",
            item.link,
            item.at.to_rfc3339(),
            item.title
        );
    }
    map + "</urlset>"
}

fn page(body: &str) -> Page {
    Page {
        url: Url::parse("https://agenzia.example/notizie/").unwrap(),
        content_type: None,
        body: body.as_bytes().to_vec(),
        validators: Validators::default(),
        fetched_at: now(),
        fresh_until: None,
        moved: None,
        links: None,
    }
}

/// A source with these lines in its table.
fn source(lines: &str) -> Source {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.toml");
    let text = format!(
        "[source.bench]\nurl = \"https://agenzia.example/notizie/\"\nlanguage = \"it\"\ntimezone = \"Europe/Rome\"\n{lines}"
    );
    std::fs::write(&file, text).unwrap();
    config::load(&file)
        .unwrap()
        .sources
        .remove(0)
        .as_ref()
        .clone()
}

fn read(bencher: Bencher, lines: &str, kind: Option<Kind>, items: usize, body: &str) {
    let (source, page) = (source(lines), page(body));
    let read = || {
        let reading = pipeline::read(&source, kind, black_box(&page), now()).unwrap();
        reading.normalized.items.len()
    };
    assert_eq!(read(), items, "the bench reads what it means to read");
    bencher.counter(BytesCount::of_str(body)).bench(read);
}

fn parse(bencher: Bencher, body: &str) {
    bencher.counter(BytesCount::of_str(body)).bench(|| {
        scraper::Html::parse_document(black_box(body))
            .tree
            .values()
            .len()
    });
}

/// Bytes to text: as UTF-8, and in a coding that is only seen from the bytes.
#[divan::bench(args = ["utf-8", "windows-1252"])]
fn decode(bencher: Bencher, coding: &str) {
    let text = listing().replace("raccolto", "già raccolto");
    let text = match coding {
        "utf-8" => text,
        _ => text.replace("<meta charset=utf-8>", ""),
    };
    let encoding = encoding_rs::Encoding::for_label(coding.as_bytes()).unwrap();
    let (bytes, ..) = encoding.encode(&text);
    let decode = || charset::decode(black_box(&bytes), None, Markup::Html).text;
    assert_eq!(decode(), text, "the bench decodes what it means to");
    bencher.counter(BytesCount::new(bytes.len())).bench(decode);
}

#[divan::bench]
fn listing_0_bare_parse(bencher: Bencher) {
    parse(bencher, &listing());
}

#[divan::bench]
fn listing_1_by_rules(bencher: Bencher) {
    let rules = "listing.item = \"article.news\"\nlisting.title = \"h3 a\"\nlisting.link = \"h3 a\"\n\
                 listing.date = \"span.date\"\nlisting.summary = \"p.excerpt\"\nlisting.image = \"img\"";
    read(bencher, rules, None, ITEMS, &listing());
}

#[divan::bench]
fn listing_2_detected(bencher: Bencher) {
    read(bencher, "", Some(Kind::Listing), ITEMS, &listing());
}

#[divan::bench]
fn article_0_bare_parse(bencher: Bencher) {
    parse(bencher, &article());
}

#[divan::bench]
fn article_1(bencher: Bencher) {
    read(bencher, "", Some(Kind::Article), 1, &article());
}

#[divan::bench]
fn feed_0_bare_parse(bencher: Bencher) {
    let body = rss();
    bencher.counter(BytesCount::of_str(&body)).bench(|| {
        feed_rs::parser::parse(black_box(body.as_bytes()))
            .unwrap()
            .entries
            .len()
    });
}

/// The raw items only: what the whole way takes beyond it is normalising them.
#[divan::bench]
fn feed_1_extracted(bencher: Bencher) {
    let (source, body) = (source(""), rss());
    let page = page(&body);
    let dates = normalize::date_context(&source, now());
    let ask = Ask {
        kind: Some(Kind::Feed),
        told: true,
        next: false,
        rules: None,
        json: None,
        dates: &dates,
    };
    let extract = || {
        extract::extract(black_box(&page), &ask)
            .unwrap()
            .items
            .len()
    };
    assert_eq!(extract(), ITEMS);
    bencher.counter(BytesCount::of_str(&body)).bench(extract);
}

#[divan::bench]
fn feed_2(bencher: Bencher) {
    read(bencher, "", Some(Kind::Feed), ITEMS, &rss());
}

#[divan::bench]
fn json_0_bare_parse(bencher: Bencher) {
    let body = json();
    bencher
        .counter(BytesCount::of_str(&body))
        .bench(|| serde_json::from_str::<serde_json::Value>(black_box(&body)).unwrap());
}

#[divan::bench]
fn json_1_by_rules(bencher: Bencher) {
    let rules = "json.items = \"$.results[*]\"\njson.title = \"$.headline\"\njson.date = \"$.published\"\n\
                 json.link = \"https://agenzia.example{$.slug}\"\njson.summary = \"$.lead\"\njson.html = \"$.body\"";
    read(bencher, rules, None, ITEMS, &json());
}

#[divan::bench]
fn sitemap_0_bare_parse(bencher: Bencher) {
    let body = sitemap();
    bencher.counter(BytesCount::of_str(&body)).bench(|| {
        let mut reader = quick_xml::Reader::from_str(black_box(&body));
        let mut events = 0;
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {
            events += 1;
        }
        events
    });
}

#[divan::bench]
fn sitemap_1(bencher: Bencher) {
    read(bencher, "", Some(Kind::Sitemap), ITEMS, &sitemap());
}

#[divan::bench(args = ["MARTEDÌ 09 SETTEMBRE 2025", "13 settembre 2025 | Comunicati stampa", "09/09/2025 10:30", "2 ore fa", "Nessuna data qui"])]
fn date_for_people(bencher: Bencher, text: &str) {
    let languages = [Language::parse("it").unwrap()];
    let context = date::Context {
        languages: &languages,
        timezone: Tz::Europe__Rome,
        now: now(),
        format: None,
        order: None,
    };
    bencher.bench(|| date::read(black_box(text), &context).is_ok());
}

#[divan::bench(args = ["Tue, 09 Sep 2025 10:30:00 +0200", "2025-09-09T10:30:00+02:00"])]
fn date_for_machines(bencher: Bencher, text: &str) {
    let context = date::Context {
        languages: &[],
        timezone: Tz::UTC,
        now: now(),
        format: None,
        order: None,
    };
    bencher.bench(|| date::read_machine(black_box(text), &context).is_ok());
}
