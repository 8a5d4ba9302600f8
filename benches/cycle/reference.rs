//! What the machine needs for the bare work, without anything that a product does besides: each part runs as a process of
//! its own, as the program that is measured does.

use std::path::Path;

use futures_util::stream::{self, StreamExt};
use rusqlite::{Connection, params};
use scraper::{Html, Selector};

use crate::Kind;
use crate::origin::ITEMS;

/// Transactions of the bare insert have the items of so many sources.
const TOGETHER: usize = 16;

/// Does one part: `fetch ADDRESS SOURCES`, `parse KIND FOLDER SOURCES` or `insert DATABASE SOURCES`.
pub(crate) fn run(arguments: &[String]) {
    let sources = arguments.last().unwrap().parse().unwrap();
    match arguments[0].as_str() {
        "fetch" => fetch(&arguments[1], sources),
        "parse" if arguments[1] == Kind::Page.name() => pages(Path::new(&arguments[2]), sources),
        "parse" => feeds(Path::new(&arguments[2]), sources),
        "insert" => insert(Path::new(&arguments[1]), sources),
        other => panic!("no reference is called {other}"),
    }
}

/// Every document once, 64 at a time, over connections that are kept.
fn fetch(address: &str, sources: usize) {
    let client = reqwest::Client::new();
    let one = async |number| {
        let answer = client
            .get(format!("{address}/{number}"))
            .send()
            .await
            .unwrap();
        answer.bytes().await.unwrap().len()
    };
    let all = stream::iter(0..sources).map(one).buffer_unordered(64);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bytes: usize = runtime.block_on(all.fold(0, async |sum, size| sum + size));
    assert!(bytes > 0);
}

fn pages(folder: &Path, sources: usize) {
    let [item, title, time, teaser] =
        ["article.news", "a.titolo", "time", "p.testo"].map(|rule| Selector::parse(rule).unwrap());
    for number in 0..sources {
        let text = std::fs::read_to_string(folder.join(number.to_string())).unwrap();
        let page = Html::parse_document(&text);
        let read = page.select(&item).filter(|item| {
            let title = item.select(&title).next().unwrap();
            let teaser: String = item
                .select(&teaser)
                .flat_map(|teaser| teaser.text())
                .collect();
            let dated = item
                .select(&time)
                .next()
                .unwrap()
                .attr("datetime")
                .is_some();
            dated && title.attr("href").is_some() && !teaser.is_empty()
        });
        assert_eq!(read.count(), ITEMS);
    }
}

fn feeds(folder: &Path, sources: usize) {
    for number in 0..sources {
        let bytes = std::fs::read(folder.join(number.to_string())).unwrap();
        assert_eq!(
            feed_rs::parser::parse(&*bytes).unwrap().entries.len(),
            ITEMS
        );
    }
}

/// A row and a key for each item, with the durability of the store.
fn insert(database: &Path, sources: usize) {
    let connection = Connection::open(database).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE item (number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, title TEXT, teaser TEXT, published INTEGER)",
        )
        .unwrap();
    let teaser = "una parola ".repeat(30);
    let mut insert = connection
        .prepare("INSERT INTO item (key, title, teaser, published) VALUES (?, ?, ?, ?)")
        .unwrap();
    for source in 0..sources {
        if source % TOGETHER == 0 {
            connection.execute_batch("BEGIN").unwrap();
        }
        for item in 0..ITEMS {
            let title = format!("La notizia {item} di {source}");
            let key = blake3::hash(title.as_bytes());
            let at = 1_700_000_000 + i64::try_from(item).unwrap();
            insert
                .execute(params![&key.as_bytes()[..16], title, teaser, at])
                .unwrap();
        }
        if (source + 1) % TOGETHER == 0 || source + 1 == sources {
            connection.execute_batch("COMMIT").unwrap();
        }
    }
}
