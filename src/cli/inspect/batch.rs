//! `rassegna inspect --batch`: files in, readings out, a JSON object a line each; for measuring.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, Read, Write};

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::cli::Exit;
use crate::config::{Fetch, Source};
use crate::date::{self, Moment};
use crate::extract::text::running;
use crate::language::Language;
use crate::model::{Item, Kind, Page, Validators};
use crate::normalize;
use crate::pipeline::{self, Reading};

#[derive(Deserialize)]
struct Question {
    path: String,
    url: String,
    kind: Option<String>,
    language: Option<String>,
    timezone: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    now: Option<DateTime<Utc>>,
}

/// Answers every line of standard input.
pub(super) fn run() -> Result<(), Exit> {
    answer_lines(read)
}

/// Answers each line of standard input with one: what is asked, or the error.
pub(in crate::cli) fn answer_lines<Q: DeserializeOwned>(
    answer: impl Fn(&Q) -> Result<Value, String>,
) -> Result<(), Exit> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|_| Exit::Failed)?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = serde_json::from_str(&line)
            .map_err(|error| format!("the question does not read: {error}"))
            .and_then(|question| answer(&question));
        let answer = answer.unwrap_or_else(|error| json!({ "error": error }));
        writeln!(out, "{answer}").map_err(|_| Exit::Store)?;
    }
    out.flush().map_err(|_| Exit::Store)
}

fn read(question: &Question) -> Result<Value, String> {
    let url = Url::parse(&question.url)
        .map_err(|error| format!("`{}` is no address: {error}", question.url))?;
    let header = |name: &str| {
        question
            .headers
            .iter()
            .flatten()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let base = header("content-location")
        .and_then(|place| url.join(place).ok())
        .unwrap_or(url);
    let mut source = Source::unknown(base.clone());
    source.languages = question
        .language
        .as_deref()
        .and_then(Language::parse)
        .into_iter()
        .collect();
    source.timezone = question
        .timezone
        .as_deref()
        .and_then(|zone| zone.parse().ok())
        .unwrap_or(source.timezone);
    source.kind = question.kind.as_deref().and_then(Kind::from_word);
    let now = question.now.unwrap_or_else(Utc::now);
    let page = Page {
        url: base,
        content_type: header("content-type").cloned(),
        body: body(&question.path).map_err(|error| format!("{}: {error}", question.path))?,
        validators: Validators::default(),
        fetched_at: now,
        fresh_until: None,
        moved: None,
        links: None,
    };
    let reading = pipeline::read(&source, None, &page, now).map_err(|error| error.to_string())?;
    let mut value = answer(&reading, &page.url);
    if question.timezone.is_none() {
        show_own_offsets(&mut value, &reading, &source, now);
    }
    Ok(value)
}

/// Times of a source whose zone nobody told, with the offset that the page printed beside them.
fn show_own_offsets(value: &mut Value, reading: &Reading, source: &Source, now: DateTime<Utc>) {
    let context = normalize::date_context(source, now);
    for item in &reading.normalized.items {
        let own = item.published.as_ref().and_then(|dated| {
            let read = date::read_machine(&dated.text, &context).ok()?;
            match read.moment {
                Moment::Instant(at) if at == dated.at => Some(at.to_rfc3339()),
                _ => None,
            }
        });
        let shown = value["items"].get_mut(item.position);
        if let (Some(own), Some(shown)) = (own, shown) {
            shown["published"] = own.into();
        }
    }
}

pub(in crate::cli) fn body(path: &str) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(Fetch::default().max_body).unwrap_or(u64::MAX);
    let mut body = Vec::new();
    let file = File::open(path)?;
    if path.ends_with(".gz") {
        MultiGzDecoder::new(file)
            .take(most)
            .read_to_end(&mut body)?;
    } else {
        file.take(most).read_to_end(&mut body)?;
    }
    Ok(body)
}

/// A reading as one JSON object.
pub(super) fn answer(reading: &Reading, url: &Url) -> Value {
    let (extracted, normalized) = (&reading.extracted, &reading.normalized);
    let warnings: Vec<&String> = extracted
        .warnings
        .iter()
        .chain(&normalized.warnings)
        .collect();
    let language = extracted.language.as_deref().and_then(Language::parse);
    json!({
        "kind": extracted.kind,
        "title": extracted.title,
        "url": url.as_str(),
        "language": language.as_ref().map(Language::tag),
        "fields": extracted.fields,
        "items": items(reading),
        "warnings": warnings,
    })
}

/// Every item of the document; those that can't be used are there without a title.
pub(in crate::cli) fn items(reading: &Reading) -> Vec<Value> {
    let (extracted, normalized) = (&reading.extracted, &reading.normalized);
    let mut all: Vec<&Item> = normalized
        .items
        .iter()
        .chain(&normalized.unusable)
        .collect();
    all.sort_by_key(|item| item.position);
    let shown = all.into_iter().map(|one| {
        let mut value = item(one);
        if one.url.is_none() {
            // An address that is none of the web is shown as the document has it; it is never published.
            value["url"] = extracted
                .items
                .get(one.position)
                .and_then(|raw| raw.link.clone())
                .into();
        }
        value
    });
    shown.collect()
}

fn item(item: &Item) -> Value {
    let enclosures: Vec<Value> = item
        .enclosures
        .iter()
        .map(|enclosure| json!({ "url": enclosure.url, "type": enclosure.media_type, "length": enclosure.length }))
        .collect();
    json!({
        "title": (!item.title.is_empty()).then_some(&item.title),
        "url": item.url.as_ref().map(Url::as_str),
        "id": item.guid,
        "published": item.published.as_ref().map(|dated| dated.at.to_rfc3339()),
        "date_text": item.published.as_ref().map(|dated| &dated.text),
        "updated": item.updated.map(|at| at.to_rfc3339()),
        "precision": item.published.as_ref().map(|dated| dated.precision),
        "summary": item.summary,
        "content_text": running(&item.html),
        "content_html": item.html,
        "authors": item.authors,
        "categories": item.categories,
        "image": item.image.as_ref().map(Url::as_str),
        "enclosures": enclosures,
        "language": item.language.tag(),
    })
}
