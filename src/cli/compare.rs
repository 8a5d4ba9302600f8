//! `rassegna compare --batch`: pairs of items in, judgements out, a JSON object a line each; for measuring.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Exit;
use crate::dedup::alike::{self, Profile, Telling};
use crate::language::Language;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Read JSON objects line by line from standard input and answer each with one (docs/manual.md)
    #[arg(long, required = true)]
    batch: bool,
}

#[derive(Deserialize)]
struct Question {
    a: Item,
    b: Item,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    source: Option<String>,
    url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    language: Option<String>,
    published: Option<String>,
    image: Option<String>,
    alternates: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Serialize)]
struct Answer {
    verdict: &'static str,
    why: String,
}

/// Answers every line of standard input.
pub(super) fn run(_: &Options) -> Result<(), Exit> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|_| Exit::Failed)?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(question) => serde_json::to_string(&answer(&question)),
            Err(error) => serde_json::to_string(&serde_json::json!({
                "error": format!("the question does not read: {error}")
            })),
        };
        let text = answer.map_err(|_| Exit::Failed)?;
        writeln!(out, "{text}").map_err(|_| Exit::Store)?;
    }
    out.flush().map_err(|_| Exit::Store)
}

fn answer(question: &Question) -> Answer {
    let judgement = alike::compare(&profile(&question.a), &profile(&question.b));
    Answer {
        verdict: judgement.kinship.as_str(),
        why: judgement.why,
    }
}

fn profile(item: &Item) -> Profile {
    let url = |text: &Option<String>| text.as_deref().and_then(|text| Url::parse(text).ok());
    let tag = |text: &str| Language::parse(text).unwrap_or_else(Language::undetermined);
    let alternates = item
        .alternates
        .iter()
        .flatten()
        .filter_map(|(language, address)| Some((tag(language).tag().to_owned(), url(address)?)))
        .collect();
    let language = tag(item.language.as_deref().unwrap_or_default());
    let (address, image) = (url(&item.url), url(&item.image));
    Profile::new(&Telling {
        source: item.source.as_deref().unwrap_or_default(),
        url: address.as_ref(),
        title: item.title.as_deref().unwrap_or_default(),
        summary: item.summary.as_deref().unwrap_or_default(),
        language: language.tag(),
        published: item.published.as_deref().and_then(moment),
        image: image.as_ref(),
        alternates: &alternates,
    })
}

/// RFC 3339, or a day, which is its noon.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
    Some(day.and_time(noon).and_utc())
}
