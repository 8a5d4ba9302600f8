//! `rassegna status`

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::out::say;
use super::table::table;
use super::{Exit, Place, block_on, failed};
use crate::daemon::data_folder;
use crate::serve::{Around, Note, ago, until};
use crate::store::{Access, Store, Summary};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// Everything about this source
    #[arg(value_name = "ID")]
    source: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Shows the sources' state; only looks, so it works beside a running daemon.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    let config = options.place.config.load_to_look()?;
    let data = data_folder(options.place.data.as_deref());
    let now = Utc::now();
    let (sources, waiting) = block_on(async {
        let store = Store::open(&data.join(&config.store.path), Access::Read).map_err(failed)?;
        let sources = store.sources().await.map_err(failed)?;
        Ok::<_, Exit>((sources, store.waiting_hosts(now).await.map_err(failed)?))
    })?;
    let around = Around {
        config: &config,
        waiting: &waiting,
    };
    let Some(wanted) = &options.source else {
        if options.json {
            let all: Vec<Value> = sources.iter().map(|one| as_json(around, one)).collect();
            say!(
                "{:#}",
                json!({ "notes": texts(around.whole()), "sources": all })
            );
            return Ok(());
        }
        let rows: Vec<Vec<String>> = sources
            .iter()
            .map(|source| row(around, source, now))
            .collect();
        say!(
            "{}",
            table(
                &[
                    "source",
                    "read as",
                    "items",
                    "last success",
                    "next run",
                    "state"
                ],
                &rows
            )
            .trim_end()
        );
        for line in notes(around, &sources) {
            say!("{line}");
        }
        return Ok(());
    };
    let Some(source) = sources.iter().find(|source| source.id.0 == *wanted) else {
        let known: Vec<&str> = sources.iter().map(|source| source.id.0.as_str()).collect();
        say!(
            err,
            "error: there is no source `{wanted}`; known are: {}",
            known.join(", ")
        );
        return Err(Exit::Usage);
    };
    if options.json {
        say!("{:#}", as_json(around, source));
    } else {
        detail(around, source, now);
    }
    Ok(())
}

/// What the table and the details tell, for programs.
fn as_json(around: Around<'_>, source: &Summary) -> Value {
    let state = &source.state;
    let (word, why) = around.state(source);
    let rates = state.rates.iter();
    let rates =
        rates.map(|rate| json!({ "field": rate.field, "found": rate.found, "of": rate.of }));
    json!({
        "id": source.id,
        "title": source.title,
        "url": source.url,
        "state": word,
        "why": why,
        "kind": state.kind.map(|kind| kind.to_string()),
        "read_instead": state.feed_url.as_ref().map(ToString::to_string),
        "items": source.items,
        "last_attempt": state.last_attempt,
        "last_success": state.last_success,
        "last_new": state.last_new,
        "next_run": state.next_run,
        "fields": rates.collect::<Vec<Value>>(),
        "warnings": state.warnings,
        "notes": texts(around.source(source)),
    })
}

fn texts(notes: Vec<Note>) -> Vec<String> {
    notes.into_iter().map(|note| note.text).collect()
}

fn when(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    told(at, now, ago)
}

/// How far off a time is, if it ever comes.
fn told(
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    distance: fn(DateTime<Utc>, DateTime<Utc>) -> String,
) -> String {
    at.map_or_else(|| "never".into(), |at| distance(at, now))
}

/// What is special about the set-up, and about each source that has something special.
fn notes(around: Around<'_>, sources: &[Summary]) -> Vec<String> {
    let whole = around.whole().into_iter().map(|note| note.text);
    let each = sources.iter().flat_map(|source| {
        let notes = around.source(source).into_iter();
        notes.map(move |note| format!("{}: {}", source.id, note.text))
    });
    let lines: Vec<String> = whole.chain(each).collect();
    let gap = (!lines.is_empty()).then(String::new);
    gap.into_iter().chain(lines).collect()
}

fn row(around: Around<'_>, source: &Summary, now: DateTime<Utc>) -> Vec<String> {
    let state = &source.state;
    let (word, why) = around.state(source);
    let words = match word {
        "off" | "waiting" => why,
        "ok" => word.to_owned(),
        _ => format!("{word}: {why}"),
    };
    let kind = state
        .kind
        .map_or_else(|| "–".into(), |kind| kind.to_string());
    vec![
        source.id.to_string(),
        kind,
        source.items.to_string(),
        when(state.last_success, now),
        told(state.next_run, now, until),
        words,
    ]
}

fn detail(around: Around<'_>, source: &Summary, now: DateTime<Utc>) {
    let state = &source.state;
    say!("{} – {}", source.id, source.title);
    say!("address       {}", source.url);
    if let Some(feed) = &state.feed_url {
        say!("read instead  {feed} (named by the page)");
    }
    say!(
        "read as       {}",
        state
            .kind
            .map_or_else(|| "not known yet".into(), |kind| kind.to_string())
    );
    say!("items stored  {}", source.items);
    say!("last attempt  {}", when(state.last_attempt, now));
    say!("last success  {}", when(state.last_success, now));
    say!("last new item {}", when(state.last_new, now));
    say!("next run      {}", told(state.next_run, now, until));
    let (word, why) = around.state(source);
    say!("{word:<13} {why}");
    if let Some(repair) = &state.repair {
        say!("repair        {}", around.repair(repair));
        for line in repair.patch.lines() {
            say!("  {line}");
        }
    }
    for note in around.source(source) {
        say!("note: {}", note.text);
    }
    for rate in &state.rates {
        say!("  {:<9} {} of {}", rate.field, rate.found, rate.of);
    }
    for warning in &state.warnings {
        say!("warning: {warning}");
    }
}
