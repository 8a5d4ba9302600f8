//! The server of the sources: invented pages and feeds of twenty items, in two generations, with validators or without.

use std::fmt::Write;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::Kind;

/// The items of each source.
pub(crate) const ITEMS: usize = 20;
/// About the size of each document, in bytes: what the items don't fill is menu, styles and the text of the items.
const SIZE: usize = 32_000;
/// One of so many items is told by several sources.
const SHARED: usize = 8;
/// One of so many sources has something new in the second generation.
pub(crate) const CHANGED: usize = 10;

/// All documents of one kind, and how they are served now.
pub(crate) struct Origin {
    kind: Kind,
    /// Of each source those of both generations, compressed.
    documents: Vec<[Vec<u8>; 2]>,
    pub(crate) generation: AtomicUsize,
    pub(crate) validators: AtomicBool,
    pub(crate) requests: AtomicUsize,
    pub(crate) unmodified: AtomicUsize,
}

impl Origin {
    pub(crate) fn new(kind: Kind, sources: usize, now: DateTime<Utc>) -> Arc<Self> {
        let document = |source| {
            let first = zip(&text(kind, source, 0, now));
            let second = if source % CHANGED == 0 {
                zip(&text(kind, source, 1, now))
            } else {
                first.clone()
            };
            [first, second]
        };
        Arc::new(Self {
            kind,
            documents: (0..sources).map(document).collect(),
            generation: AtomicUsize::new(0),
            validators: AtomicBool::new(true),
            requests: AtomicUsize::new(0),
            unmodified: AtomicUsize::new(0),
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn sources(&self) -> usize {
        self.documents.len()
    }

    fn answer(&self, path: &str, asked: &HeaderMap) -> Response<Body> {
        let mut answer = Response::new(Body::empty());
        let number = path.rsplit('/').next().and_then(|name| name.parse().ok());
        let Some(document) = number.and_then(|number: usize| self.documents.get(number)) else {
            *answer.status_mut() = StatusCode::NOT_FOUND;
            return answer;
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let body = &document[self.generation.load(Ordering::Relaxed)];
        let headers = answer.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            self.kind.media_type().parse().unwrap(),
        );
        headers.insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
        if self.validators.load(Ordering::Relaxed) {
            // The checksum at the end of what is compressed tells two texts apart.
            let checksum = body
                .last_chunk::<8>()
                .map(|end| u64::from_le_bytes(*end))
                .unwrap();
            let tag = format!("\"{checksum:x}\"");
            headers.insert(header::ETAG, tag.parse().unwrap());
            if asked
                .get(header::IF_NONE_MATCH)
                .is_some_and(|held| *held == *tag)
            {
                self.unmodified.fetch_add(1, Ordering::Relaxed);
                *answer.status_mut() = StatusCode::NOT_MODIFIED;
                return answer;
            }
        }
        *answer.body_mut() = body.clone().into();
        answer
    }
}

/// Serves it on a port of this machine from now on; gives the address of the folder of documents.
pub(crate) async fn serve(origin: Arc<Origin>) -> String {
    let answer = async |State(origin): State<Arc<Origin>>, request: Request| {
        origin.answer(request.uri().path(), request.headers())
    };
    let router = Router::new().fallback(get(answer)).with_state(origin);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/news")
}

fn zip(text: &str) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// One invented piece of news.
struct News {
    /// Its guid, in a feed.
    number: usize,
    title: String,
    link: String,
    at: DateTime<Utc>,
    teaser: String,
    content: String,
}

/// The text of a source's document: its pieces of news, the newest first.
pub(crate) fn text(kind: Kind, source: usize, generation: usize, now: DateTime<Utc>) -> String {
    // What comes in the second generation pushes out the oldest.
    let numbers = generation..generation + ITEMS;
    let news: Vec<News> = numbers
        .rev()
        .map(|number| piece(source, number, now))
        .collect();
    match kind {
        Kind::Page => page(source, &news),
        Kind::Feed => feed(source, &news),
    }
}

fn piece(source: usize, number: usize, now: DateTime<Utc>) -> News {
    let mut chance = Chance::of(source, number);
    // What several tell: a story of that hour, under an address of the agency that all have it from.
    let shared = chance.below(SHARED) == 0;
    let mut told = if shared {
        Chance::of(usize::MAX - chance.below(40), number)
    } else {
        Chance::of(source, number + 1_000)
    };
    let hours = 12 * i64::try_from(ITEMS - number.min(ITEMS)).unwrap() + 1;
    let title = told.text(9);
    let host = if shared {
        "agenzia".to_owned()
    } else {
        format!("ente-{source}")
    };
    News {
        number,
        link: format!("https://{host}.example/notizie/{}", title.replace(' ', "-")),
        at: now - TimeDelta::hours(hours),
        teaser: told.text(45),
        content: told.text(110),
        title,
    }
}

fn page(source: usize, news: &[News]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=it><head><meta charset=utf-8><title>Ente {source}</title><style>"
    );
    for number in 0..60 {
        let _ = write!(
            page,
            ".riga-{number}{{margin:{number}px auto;padding:0 1rem}}"
        );
    }
    page += "</style></head><body><header><nav><ul>";
    for number in 0..60 {
        let _ = write!(
            page,
            "<li class=\"voce\"><a href=\"/tema-{number}\">Tema {number}</a></li>"
        );
    }
    page += "</ul></nav></header><main>";
    for one in news {
        let _ = write!(
            page,
            "<article class=\"news\"><a class=\"titolo\" href=\"{}\">{}</a><time datetime=\"{}\">{}</time>\
             <p class=\"testo\">{}</p></article>",
            one.link,
            one.title,
            one.at.to_rfc3339(),
            one.at.format("%d/%m/%Y"),
            one.teaser
        );
    }
    page += "</main><footer>";
    let mut number = 0;
    while page.len() < SIZE {
        number += 1;
        let _ = write!(
            page,
            "<div class=\"col col-{number}\"><p>Nota <b>{number}</b>.</p></div>"
        );
    }
    page + "</footer></body></html>"
}

fn feed(source: usize, news: &[News]) -> String {
    let mut feed = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>\
         <title>Ente {source}</title><link>https://ente-{source}.example/</link><description>Notizie</description>"
    );
    for one in news {
        let _ = write!(
            feed,
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{source}:{}</guid><pubDate>{}</pubDate>\
             <description>{}</description><content:encoded>&lt;p&gt;{}&lt;/p&gt;</content:encoded></item>",
            one.title,
            one.link,
            one.number,
            one.at.to_rfc2822(),
            one.teaser,
            one.content
        );
    }
    feed + "</channel></rss>"
}

/// Chance that is the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn of(source: usize, number: usize) -> Self {
        Self(
            (source as u64)
                .wrapping_mul(1_000_003)
                .wrapping_add(number as u64),
        )
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    /// A text of so many words.
    fn text(&mut self, words: usize) -> String {
        const SYLLABLES: [&str; 24] = [
            "ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo",
            "bra", "sta", "tre", "pro", "can", "den", "lun", "mar", "ter", "sil",
        ];
        const SMALL: [&str; 6] = ["della", "il", "per", "con", "nella", "che"];
        let mut text = String::new();
        for at in 0..words {
            if at > 0 {
                text.push(' ');
            }
            if self.below(3) == 0 {
                text.push_str(SMALL[self.below(SMALL.len())]);
                continue;
            }
            for _ in 0..2 + self.below(3) {
                text.push_str(SYLLABLES[self.below(SYLLABLES.len())]);
            }
        }
        text
    }
}
