//! Whatever comes, reading it ends, and what it gives is fit to be stored: noise, and invented documents of every kind
//! with parts cut out, doubled, exchanged and spoiled.

use std::sync::mpsc;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use rassegna::config::{self, Source};
use rassegna::date;
use rassegna::extract::MAX_ITEMS;
use rassegna::language::Language;
use rassegna::model::{Kind, Page, Validators};
use rassegna::pipeline;
use scraper::{Html, Selector};
use url::Url;

/// So long nothing small takes, on any machine: what does is taken for endless.
const ENDLESS: Duration = Duration::from_secs(60);

/// The documents that are spoiled.
const DOCUMENTS: &[&str] = &[
    include_str!("../../demo/agence.rss"),
    include_str!("../../demo/agentur.atom"),
    include_str!("../../demo/agenzia-it.html"),
    include_str!("../../demo/agenzia-en.html"),
    include_str!("../../demo/regione-articolo.html"),
    include_str!("../../fuzz/seeds/feed/json-feed"),
    include_str!("../../fuzz/seeds/feed/rdf"),
    include_str!("../../fuzz/seeds/json/results"),
    include_str!("../../fuzz/seeds/json/wordpress"),
    include_str!("../../fuzz/seeds/sitemap/news"),
    include_str!("../../fuzz/seeds/sitemap/index"),
];

/// What stands for parts of them.
const SPLINTERS: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "&",
    "&#0;",
    "&#x110000;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?",
    "<!DOCTYPE a [",
    "</",
    "/>",
    "<table>",
    "<template>",
    "<script>",
    "<title>",
    "<svg>",
    "<li>",
    "<a href=",
    "<h3>",
    "<b>",
    "<item>",
    "<entry>",
    "<url>",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e999",
    "-0",
    "\\ud800",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{a0}",
    "٢٠٢٥",
    "２０２５",
    "32/13/99999",
    "0000-00-00T25:61:61+99:99",
    "99999999999999999999",
    "2 ore fa",
    "Februar 30",
];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_757_500_000, 0).unwrap()
}

/// What no published content has.
static ACTIVE: LazyLock<Selector> = LazyLock::new(|| {
    Selector::parse("script, style, iframe, object, form, [onclick], [onerror], [onload], [href^='javascript:' i]").unwrap()
});

/// Sources of every kind, those with rules among them.
static SOURCES: LazyLock<Vec<Arc<Source>>> =
    LazyLock::new(|| config::load("fuzz/sources.toml".as_ref()).unwrap().sources);

/// Reads a body as everything that it may be taken for.
fn read_as_all(body: &[u8]) {
    let kinds = [
        None,
        Some(Kind::Feed),
        Some(Kind::Listing),
        Some(Kind::Article),
        Some(Kind::Json),
        Some(Kind::Sitemap),
    ];
    for source in SOURCES.iter() {
        let ruled = source.listing.is_some() || source.json.is_some();
        for kind in kinds.iter().take(if ruled { 1 } else { kinds.len() }) {
            let page = Page {
                url: Url::parse("https://agenzia.example/notizie/").unwrap(),
                content_type: None,
                body: body.to_vec(),
                validators: Validators::default(),
                fetched_at: now(),
                fresh_until: None,
                moved: None,
                links: None,
            };
            let Ok(reading) = pipeline::read(source, *kind, &page, now()) else {
                continue;
            };
            let items = reading.normalized.items;
            assert!(items.len() <= MAX_ITEMS);
            for item in items {
                // A sitemap may leave the title to the article.
                let untitled = reading.extracted.kind == Kind::Sitemap;
                assert!(untitled || !item.title.trim().is_empty());
                let web = |url: &Url| matches!(url.scheme(), "http" | "https");
                assert!(item.url.as_ref().is_none_or(web));
                let content = Html::parse_fragment(&item.html);
                assert_eq!(
                    content.select(&ACTIVE).next().map(|found| found.html()),
                    None
                );
            }
        }
    }
}

/// Does it where it can be given up.
fn ends(body: Vec<u8>) {
    let (done, waits) = mpsc::channel();
    let work = thread::spawn(move || {
        read_as_all(&body);
        let _ = done.send(());
    });
    match waits.recv_timeout(ENDLESS) {
        Ok(()) => {}
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it does not end"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            if let Err(why) = work.join() {
                std::panic::resume_unwind(why);
            }
        }
    }
}

/// One thing that is done to a document: where, how much of it, and what.
type Damage = (prop::sample::Index, usize, u8, prop::sample::Index);

fn damage() -> impl Strategy<Value = Damage> {
    let long = prop_oneof![0_usize..8, 0_usize..2000];
    (
        any::<prop::sample::Index>(),
        long,
        any::<u8>(),
        any::<prop::sample::Index>(),
    )
}

fn spoil(body: &mut Vec<u8>, (place, length, what, other): Damage) {
    if body.is_empty() {
        return;
    }
    let start = place.index(body.len());
    let end = (start + length).min(body.len());
    match what % 6 {
        // Cut out.
        0 => _ = body.drain(start..end),
        // Break off.
        1 if what > 200 => body.truncate(start),
        // Say it again elsewhere.
        2 => {
            let part = body.get(start..end).unwrap_or_default().to_vec();
            let place = other.index(body.len());
            body.splice(place..place, part);
        }
        // Say one thing many times.
        3 => {
            let splinter = SPLINTERS[other.index(SPLINTERS.len())];
            let times = if what > 240 { 3000 } else { 3 };
            body.splice(start..start, splinter.repeat(times).into_bytes());
        }
        // Put something in its place.
        4 => {
            let splinter = SPLINTERS[other.index(SPLINTERS.len())];
            body.splice(start..end.min(start + splinter.len()), splinter.bytes());
        }
        _ => body[start] = what.wrapping_mul(31),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_read_to_its_end(body in prop::collection::vec(any::<u8>(), 0..2000)) {
        ends(body);
    }

    #[test]
    fn splinters_of_markup_are_read_to_their_end(
        parts in prop::collection::vec(prop::sample::select(SPLINTERS), 0..200),
    ) {
        ends(parts.concat().into_bytes());
    }

    #[test]
    fn spoiled_documents_are_read_to_their_end(
        document in prop::sample::select(DOCUMENTS),
        damages in prop::collection::vec(damage(), 1..12),
    ) {
        let mut body = document.as_bytes().to_vec();
        for damage in damages {
            spoil(&mut body, damage);
        }
        ends(body);
    }

    #[test]
    fn a_document_within_another_is_read_to_its_end(
        one in prop::sample::select(DOCUMENTS),
        other in prop::sample::select(DOCUMENTS),
        place in any::<prop::sample::Index>(),
    ) {
        let mut body = one.as_bytes().to_vec();
        let place = place.index(body.len());
        body.splice(place..place, other.bytes());
        ends(body);
    }
}

const TAGS: &[&str] = &[
    "", "it", "en", "de", "el", "tr", "ar", "fa", "he", "hi", "th", "ja", "ko", "zh", "vi", "ru",
    "lt",
];

const DATES: &[&str] = &[
    "MARTEDÌ 09 SETTEMBRE 2025",
    "13 settembre 2025 | Comunicati stampa",
    "Tue, 09 Sep 2025 10:30:00 +0200",
    "2025-09-09T10:30:00.123456789Z",
    "2025-W37-2",
    "1757400000",
    "2 ore fa",
    "gestern, 18:00 Uhr",
    "3 days ago",
    "2025年9月9日",
    "令和7年9月9日",
    "۱۸ شهریور ۱۴۰۴",
    "9 กันยายน 2568",
    "٩ سبتمبر ٢٠٢٥",
    "ב-9 בספטמבר 2025",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_date_or_none(
        date in prop::sample::select(DATES),
        damages in prop::collection::vec(damage(), 0..4),
        noise in r"[0-9./:, T+\-–年月日]{0,12}|\PC{0,12}",
        tag in prop::sample::select(TAGS),
    ) {
        let mut body = date.as_bytes().to_vec();
        for damage in damages {
            spoil(&mut body, damage);
        }
        let text = format!("{}{noise}", String::from_utf8_lossy(&body));
        let languages: Vec<Language> = Language::parse(tag).into_iter().collect();
        let context = date::Context { languages: &languages, timezone: Tz::Europe__Rome, now: now(), format: None, order: None };
        for reading in [date::read(&text, &context), date::read_machine(&text, &context)].into_iter().flatten() {
            let _ = reading.resolve(Tz::Asia__Kathmandu, true).to_rfc3339();
        }
    }
}
