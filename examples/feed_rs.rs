//! What feed-rs sees in feeds, a line of JSON for each file: one of the readers that accept what is published.

use std::io::{self, Write};

use feed_rs::model::{Entry, Feed};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for file in std::env::args().skip(1) {
        let line = match read(&file) {
            Ok(feed) => {
                let items: Vec<Value> = feed.entries.iter().map(item).collect();
                json!({ "file": file, "items": items })
            }
            Err(why) => json!({ "file": file, "error": why }),
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn read(file: &str) -> Result<Feed, String> {
    let body = std::fs::read(file).map_err(|error| error.to_string())?;
    feed_rs::parser::parse(&body[..]).map_err(|error| error.to_string())
}

fn item(entry: &Entry) -> Value {
    let original = entry.links.iter().find(|link| {
        link.rel.as_deref().unwrap_or("alternate") == "alternate" && link.href_lang.is_none()
    });
    let content = entry.content.as_ref().and_then(|text| text.body.as_ref());
    let text = content.or(entry.summary.as_ref().map(|text| &text.content));
    json!({
        "id": entry.id,
        "link": original.map(|link| &link.href),
        "title": entry.title.as_ref().map(|title| &title.content),
        "date": entry.published.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        "text": text,
    })
}
