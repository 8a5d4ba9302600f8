//! `rassegna replay`

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

use super::out::say;
use super::table::table;
use super::{Exit, Place, block_on, failed, logging, meant, open_beside};
use crate::config::{Config, Source};
use crate::daemon::{Engine, StartFailure, data_folder};
use crate::pipeline::{self, Apart, ReadAgain};
use crate::store::{Access, Recorded, Replayed, Store, StoreError, Wish};

/// A daemon that was asked should have answered after so long.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// The source
    #[arg(value_name = "ID")]
    source: String,
    /// Only what it answered since then: a day in the site's zone, or a time such as 2026-03-01T12:00:00Z
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Record what was missed and publish it
    #[arg(long)]
    apply: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Reads what a source answered again, and shows or records what that changes.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = match options.apply {
        true => options.place.config.load()?,
        false => options.place.config.load_to_look()?,
    };
    let since = match &options.since {
        None => None,
        Some(text) => Some(moment(text, config.site.timezone).ok_or_else(|| {
            say!(
                err,
                "error: `{text}` is no date; write one like 2026-03-01 or 2026-03-01T12:00:00Z"
            );
            Exit::Usage
        })?),
    };
    let data = data_folder(options.place.data.as_deref());
    let sources = meant(&config, std::slice::from_ref(&options.source))?;
    let path = data.join(&config.store.path);
    block_on(async {
        if !options.apply {
            let (store, _) = open_beside(&path).map_err(failed)?;
            for source in &sources {
                show(&store, &config, source, since, options).await?;
            }
            store.close().await;
            return Ok(());
        }
        match Engine::start(config.clone(), &data) {
            Ok(engine) => {
                let result = apply(&engine, &sources, since, options).await;
                engine.store.close().await;
                result
            }
            Err(StartFailure::Store(StoreError::Locked { .. })) => {
                let store = Store::open(&path, Access::Ask).map_err(failed)?;
                for source in &sources {
                    show(&store, &config, source, since, options).await?;
                    ask(&store, source, since).await?;
                }
                Ok(())
            }
            Err(error) => Err(failed(error)),
        }
    })
}

/// A day or a time.
fn moment(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let midnight = zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
    Some(midnight.earliest()?.to_utc())
}

/// Records and publishes.
async fn apply(
    engine: &Engine,
    sources: &[Arc<Source>],
    since: Option<DateTime<Utc>>,
    options: &Options,
) -> Result<(), Exit> {
    let registered = engine.prepare().await.map_err(failed)?;
    for source in sources {
        let at = engine
            .config
            .sources
            .iter()
            .position(|one| one.id == source.id);
        let registered = at.and_then(|at| registered.get(at));
        if let Some(why) = registered.and_then(|registered| registered.held.as_ref()) {
            say!(
                err,
                "error: {0} is held: {why}; `rassegna plan {0}` shows it, `rassegna plan --accept {0}` accepts it",
                source.id
            );
            return Err(Exit::Failed);
        }
        show(&engine.store, &engine.config, source, since, options).await?;
        let (_, recorded) = engine.replay(source, since).await;
        let recorded = recorded.map_err(failed)?;
        if !options.json {
            say!("{}", told(&recorded));
        }
    }
    engine.publish_files().await.map_err(failed)?;
    Ok(())
}

fn told(recorded: &Recorded) -> String {
    let wait = match recorded.waiting {
        0 => String::new(),
        1 => "; 1 waits for its article, which the next poll asks for".to_owned(),
        several => format!("; {several} wait for their articles, which the next poll asks for"),
    };
    format!("recorded and published{wait}")
}

/// Leaves a request for the running daemon and waits for it.
async fn ask(store: &Store, source: &Source, since: Option<DateTime<Utc>>) -> Result<(), Exit> {
    let wish = Wish::Replay {
        since,
        rules: source.rules,
    };
    let asked = store.ask_for(Some(&source.id), wish, Utc::now()).await;
    let number = asked.map_err(failed)?;
    let done = tokio::time::timeout(PATIENCE, async {
        while !store.request_is_done(number).await? {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        store.request_refusal(number).await
    });
    match done.await {
        Ok(answer) => match answer.map_err(failed)? {
            None => {
                say!("recorded and published by the running daemon");
                Ok(())
            }
            Some(why) => {
                say!(err, "error: {}: nothing was recorded: {why}", source.id);
                Err(Exit::Failed)
            }
        },
        Err(_) => {
            say!(
                err,
                "error: the daemon has not answered within {} s; see its log",
                PATIENCE.as_secs()
            );
            Err(Exit::Failed)
        }
    }
}

/// Shows what a replay of a source changes; nothing is recorded.
async fn show(
    store: &Store,
    config: &Config,
    source: &Source,
    since: Option<DateTime<Utc>>,
    options: &Options,
) -> Result<(), Exit> {
    let apart = Apart::default();
    let again = pipeline::read_again(&apart, store, source, since).await;
    let again = again.map_err(failed)?;
    let replayed = store.try_replay(again.replay.clone(), Utc::now());
    let replayed = replayed.await.map_err(failed)?;
    if options.json {
        say!("{:#}", as_json(source, &again, &replayed));
        return Ok(());
    }
    say!("{}", head(config, source, &again));
    let rows = rows(config, &replayed);
    if !rows.is_empty() {
        let head = ["", "first seen", "date", "title", "link"];
        say!("\n{}", table(&head, &rows).trim_end());
    }
    if again.span.is_some() {
        let count = |count: usize, what: &str| format!("{count} {what}");
        let counts = [
            count(replayed.missed.len(), "missed"),
            count(replayed.edited.len(), "edited"),
            count(replayed.gone.len(), "not found any more"),
        ];
        let seen = match replayed.recorded.seen {
            0 => String::new(),
            seen => format!("; {seen} older ones are remembered, not published"),
        };
        let end = if options.apply {
            ""
        } else {
            ". Nothing was recorded; `--apply` records it"
        };
        say!("\n{}{seen}{end}", counts.join(", "));
    }
    Ok(())
}

fn head(config: &Config, source: &Source, again: &ReadAgain) -> String {
    let Some((first, last)) = again.span else {
        return format!(
            "{}: no answer of it was kept that could be read again",
            source.id
        );
    };
    let zone = config.site.timezone;
    let mut lines = vec![match again.replay.answers.len() + again.unread.len() {
        1 => format!("{}: 1 answer, of {}", source.id, minute(first, zone)),
        several => format!(
            "{}: {several} answers, from {} to {}",
            source.id,
            minute(first, zone),
            minute(last, zone)
        ),
    }];
    if let Some((at, why)) = again.unread.last() {
        let at = minute(*at, zone);
        lines.push(match again.unread.len() {
            1 => format!("1 can't be read, that of {at}: {why}"),
            several => format!("{several} can't be read, the last that of {at}: {why}"),
        });
    }
    lines.join("\n")
}

fn rows(config: &Config, replayed: &Replayed) -> Vec<Vec<String>> {
    let zone = config.site.timezone;
    let link = |url: Option<&str>| url.unwrap_or("–").to_owned();
    let missed = replayed.missed.iter().map(|missed| {
        let date = match missed.waits {
            true => "told by its article".to_owned(),
            false => minute(missed.published.to_utc(), zone),
        };
        vec![
            "missed".to_owned(),
            minute(missed.at, zone),
            date,
            missed.item.title.clone(),
            link(missed.item.url.as_ref().map(url::Url::as_str)),
        ]
    });
    let edited = replayed.edited.iter().map(|edit| {
        vec![
            "edited".to_owned(),
            String::new(),
            edit.fields.join(", "),
            edit.item.title.clone(),
            link(edit.item.url.as_ref().map(url::Url::as_str)),
        ]
    });
    let gone = replayed.gone.iter().map(|gone| {
        vec![
            "not found".to_owned(),
            String::new(),
            String::new(),
            gone.title.clone(),
            link(gone.url.as_deref()),
        ]
    });
    missed.chain(edited).chain(gone).collect()
}

pub(super) fn minute(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn as_json(source: &Source, again: &ReadAgain, replayed: &Replayed) -> serde_json::Value {
    let unread = again.unread.iter();
    let unread = unread.map(|(at, why)| json!({ "at": at.to_rfc3339(), "error": why }));
    let missed = replayed.missed.iter().map(|missed| {
        json!({
            "title": missed.item.title,
            "url": missed.item.url,
            "first_seen": missed.at.to_rfc3339(),
            "published": (!missed.waits).then(|| missed.published.to_rfc3339()),
            "waits_for_article": missed.waits,
        })
    });
    let edited = replayed.edited.iter().map(
        |edit| json!({ "title": edit.item.title, "url": edit.item.url, "fields": edit.fields }),
    );
    let gone = replayed.gone.iter();
    let gone = gone.map(|gone| json!({ "title": gone.title, "url": gone.url }));
    json!({
        "source": source.id,
        "answers": again.replay.answers.len() + again.unread.len(),
        "unread": unread.collect::<Vec<_>>(),
        "missed": missed.collect::<Vec<_>>(),
        "edited": edited.collect::<Vec<_>>(),
        "not_found": gone.collect::<Vec<_>>(),
        "remembered": replayed.recorded.seen,
    })
}
