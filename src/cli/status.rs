//! `rassegna status`

use chrono::{DateTime, Utc};
use clap::Args;

use super::out::say;
use super::table::table;
use super::{Exit, Place, block_on, failed};
use crate::daemon::data_folder;
use crate::serve::{Around, ago};
use crate::store::{Access, Store, Summary};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// Everything about this source
    #[arg(value_name = "ID")]
    source: Option<String>,
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
    detail(around, source, now);
    Ok(())
}

fn when(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    at.map_or_else(|| "never".into(), |at| ago(at, now))
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
        when(state.next_run, now),
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
    say!("next run      {}", when(state.next_run, now));
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
