//! `rassegna drift --batch`: pages before and after in, judgements out, a JSON object a line each; for measuring.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::Exit;
use super::inspect::batch;
use crate::config::{From, Listing, Pick, Source, pick};
use crate::extract::drift::Known;
use crate::language::Language;
use crate::model::{Page, Validators};
use crate::pipeline;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Read JSON objects line by line from standard input and answer each with one (docs/manual.md)
    #[arg(long, required = true)]
    batch: bool,
}

#[derive(Deserialize)]
struct Question {
    before: String,
    after: String,
    url: String,
    language: Option<String>,
    timezone: Option<String>,
    now: Option<DateTime<Utc>>,
    rules: Option<Rules>,
}

/// Rules as scrapers have them: a selector each, of which the first match in an item counts; `.` is the item itself.
#[derive(Deserialize)]
struct Rules {
    item: String,
    title: Option<String>,
    link: Option<String>,
    date: Option<String>,
    /// The attribute that goes before the date's text.
    date_attr: Option<String>,
    summary: Option<String>,
    image: Option<String>,
}

/// Answers every line of standard input.
pub(super) fn run(_: &Options) -> Result<(), Exit> {
    batch::answer_lines(answer)
}

fn answer(question: &Question) -> Result<Value, String> {
    let url = Url::parse(&question.url)
        .map_err(|error| format!("`{}` is no address: {error}", question.url))?;
    let mut source = Source::unknown(url.clone());
    let language = question.language.as_deref().and_then(Language::parse);
    source.languages = language.into_iter().collect();
    let zone = question.timezone.as_deref();
    source.timezone = zone
        .and_then(|zone| zone.parse().ok())
        .unwrap_or(source.timezone);
    let rules = question.rules.as_ref().map(listing).transpose()?;
    source.listing = rules.map(Box::new);
    let now = question.now.unwrap_or_else(Utc::now);
    let page = |path: &str| {
        let body = batch::body(path).map_err(|error| format!("{path}: {error}"))?;
        Ok::<_, String>(Page {
            url: url.clone(),
            content_type: None,
            body,
            validators: Validators::default(),
            fetched_at: now,
            fresh_until: None,
            moved: None,
            links: None,
        })
    };
    let before = pipeline::read(&source, None, &page(&question.before)?, now)
        .map_err(|error| format!("{}: {error}", question.before))?;
    let known: Vec<Known> = before.normalized.items.iter().map(Known::of).collect();
    let kind = Some(before.extracted.kind);
    let after = page(&question.after)?;
    Ok(match pipeline::reread(&source, kind, &known, &after, now) {
        Ok(reading) => json!({
            "state": "ok",
            "reason": "the known items are read as before",
            "repaired": false,
            "items": batch::items(&reading),
        }),
        Err(drifted) => json!({
            "state": "broken",
            "reason": drifted.why.to_string(),
            "repaired": drifted.repair.is_some(),
            "patch": drifted.repair.as_ref().map(|repair| &repair.patch),
            "items": drifted
                .repair
                .as_ref()
                .map(|repair| batch::items(&repair.reading))
                .unwrap_or_default(),
        }),
    })
}

fn listing(rules: &Rules) -> Result<Listing, String> {
    let picks = |written: &Option<String>, attributes: &[Option<&str>]| {
        let Some(written) = written else {
            return Ok(Vec::new());
        };
        attributes
            .iter()
            .map(|attribute| one(written, *attribute))
            .collect::<Result<Vec<_>, _>>()
    };
    let dates: Vec<Option<&str>> = match rules.date_attr.as_deref() {
        Some(attribute) => vec![Some(attribute), None],
        None => vec![None],
    };
    Ok(Listing {
        title: picks(&rules.title, &[None])?,
        link: picks(&rules.link, &[Some("href")])?,
        date: picks(&rules.date, &dates)?,
        summary: picks(&rules.summary, &[None])?,
        image: picks(&rules.image, &[Some("src")])?,
        ..Listing::of(pick::selector(&rules.item)?)
    })
}

fn one(written: &str, attribute: Option<&str>) -> Result<Pick, String> {
    if written.trim() != "." {
        return Ok(Pick::parse(written)?.or_attribute(attribute));
    }
    Ok(Pick {
        from: From::Item,
        attribute: attribute.map(str::to_owned),
        regex: None,
        all: false,
        written: written.to_owned(),
    })
}
