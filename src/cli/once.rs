//! `rassegna once`

use std::collections::{BTreeMap, HashSet};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use chrono_tz::Tz;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinSet;

use super::out::say;
use super::table::table;
use super::{Exit, Place, await_daemon, block_on, failed, logging};
use crate::config::{Config, Source};
use crate::daemon::{Engine, POLLS, StartFailure, data_folder};
use crate::dedup::health::Doubted;
use crate::model::SourceId;
use crate::pipeline::{Published, Word};
use crate::serve::named_minute;
use crate::store::{Access, Recorded, SourceState, Store, StoreError};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// Only this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
}

/// Polls once and publishes; beside a running daemon, asks it to do so.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = options.place.config.load()?;
    let data = data_folder(options.place.data.as_deref());
    let wanted = wanted(&config, options.source.as_deref())?;
    if wanted.is_empty() {
        let file = config.file.display();
        say!(
            "no source is enabled in {file}: add a [source.ID] table, or take `enabled = false` out of one"
        );
    }
    block_on(async {
        match Engine::start(config.clone(), &data) {
            Ok(engine) => {
                let cycle = cycle(&engine, &wanted).await?;
                show(&engine, &wanted, &cycle).await?;
                engine.store.close().await;
                let unwell = |id| {
                    let recorded = cycle.polls.get(id);
                    recorded.is_none_or(|recorded| recorded.failed || recorded.degraded)
                };
                if wanted.iter().any(unwell) {
                    Err(Exit::Failed)
                } else {
                    Ok(())
                }
            }
            Err(StartFailure::Store(StoreError::Locked { .. })) => {
                let store =
                    Store::open(&data.join(&config.store.path), Access::Ask).map_err(failed)?;
                ask(&store, options.source.as_deref(), &wanted).await
            }
            Err(error) => Err(failed(error)),
        }
    })
}

/// The sources that were asked for.
pub(super) fn wanted(config: &Config, only: Option<&str>) -> Result<Vec<SourceId>, Exit> {
    let all: Vec<SourceId> = config
        .sources
        .iter()
        .map(|source| source.id.clone())
        .collect();
    let Some(only) = only else { return Ok(all) };
    let found: Vec<SourceId> = all
        .iter()
        .filter(|id| id.is_meant_by(only))
        .cloned()
        .collect();
    if found.is_empty() {
        let known: Vec<&str> = all.iter().map(|id| id.0.as_str()).collect();
        say!(
            err,
            "error: there is no source `{only}`; the configuration has: {}",
            known.join(", ")
        );
        return Err(Exit::Usage);
    }
    Ok(found)
}

/// So long a hub is told of what changed; the rest is for the next run.
const HUB: Duration = Duration::from_secs(60);

/// The states of so many sources are looked up at once.
const LOOKED_UP: usize = 128;

/// What one cycle came to.
pub(super) struct Cycle {
    pub(super) polls: BTreeMap<SourceId, Recorded>,
    pub(super) published: Published,
    pub(super) word: Word,
}

/// Polls the wanted sources, all at once as far as the limits let, and publishes.
pub(super) async fn cycle(engine: &Engine, wanted: &[SourceId]) -> Result<Cycle, Exit> {
    let registered = engine.prepare().await.map_err(failed)?;
    let asked: HashSet<&SourceId> = wanted.iter().collect();
    let bar =
        ProgressBar::with_draw_target(Some(wanted.len() as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let mut polls = JoinSet::new();
    let sources = engine.config.sources.iter().zip(registered);
    let polled: Vec<&Arc<Source>> = sources
        .filter(|(source, registered)| asked.contains(&source.id) && registered.held.is_none())
        .map(|(source, _)| source)
        .collect();
    let mut sources = polled.chunks(LOOKED_UP);
    let mut recorded = BTreeMap::new();
    loop {
        while polls.len() < POLLS
            && let Some(next) = sources.next()
        {
            let ids = next.iter().map(|source| source.id.clone()).collect();
            let states = engine.store.states(ids).await.map_err(failed)?;
            for (source, state) in next.iter().zip(states) {
                polls.spawn(engine.poll(source, Some(state)));
            }
        }
        let Some(done) = polls.join_next().await else {
            break;
        };
        let Ok((id, result)) = done else { continue };
        bar.set_message(id.to_string());
        bar.inc(1);
        recorded.insert(id, result.map_err(failed)?);
    }
    bar.finish_and_clear();
    let published = engine.publish_files().await.map_err(failed)?;
    let word = tokio::time::timeout(HUB, engine.tell()).await;
    let word = word.unwrap_or(Ok(Word::default())).map_err(failed)?;
    engine.prune(Utc::now()).await.map_err(failed)?;
    Ok(Cycle {
        polls: recorded,
        published,
        word,
    })
}

/// The closing table: a line a source, then what was published.
pub(super) async fn show(engine: &Engine, wanted: &[SourceId], cycle: &Cycle) -> Result<(), Exit> {
    let timezone = engine.config.site.timezone;
    let mut wanted: Vec<&SourceId> = wanted.iter().collect();
    wanted.sort_unstable();
    let mut rows = Vec::with_capacity(wanted.len());
    for id in wanted {
        let recorded = cycle.polls.get(id);
        let state = if recorded.is_some_and(says_all) {
            SourceState::default()
        } else {
            let known = engine.store.source(id).await.map_err(failed)?;
            known.unwrap_or_default()
        };
        rows.push(row(id, &state, recorded, timezone));
    }
    say!(
        "{}",
        table(&["source", "items", "new", "edited", "result"], &rows).trim_end()
    );
    let entries: Vec<String> = cycle
        .published
        .entries
        .iter()
        .map(|(feed, count)| format!("{feed} {count}"))
        .collect();
    let written = cycle.published.written.len();
    let files = match written {
        0 => "no file changed".to_owned(),
        1 => "1 file written".to_owned(),
        _ => format!("{written} files written"),
    };
    say!("\nfeeds (entries): {}; {files}", entries.join(", "));
    match cycle.word {
        Word {
            failed: 0, told: 0, ..
        } => {}
        Word {
            failed: 0, told, ..
        } => say!("the hub was told of {told}"),
        Word { failed, told, .. } => say!(
            "the hub was told of {told} and could not be told of {failed}, which is tried again with the next run"
        ),
    }
    Ok(())
}

/// Whether what a poll came to can be told without what else is known of its source.
fn says_all(recorded: &Recorded) -> bool {
    let Recorded {
        held,
        adopted,
        unchanged,
        withheld,
        seen,
        ..
    } = *recorded;
    let well = !recorded.failed && !recorded.degraded;
    held || well && (adopted || unchanged || withheld > 0 || seen > 0)
}

fn row(
    id: &SourceId,
    state: &SourceState,
    recorded: Option<&Recorded>,
    timezone: Tz,
) -> Vec<String> {
    let Some(recorded) = recorded else {
        let result = match &state.held {
            Some(why) => format!("held: {why} (rassegna plan {id})"),
            None => "ended early".into(),
        };
        let none = String::new;
        return vec![id.to_string(), none(), none(), none(), result];
    };
    let result = match (&state.error, recorded) {
        (
            _,
            Recorded {
                held: true,
                next_run,
                ..
            },
        ) => format!(
            "not asked: its host wants to be left alone until {}",
            named_minute(*next_run, timezone)
        ),
        (Some(error), Recorded { paused: true, .. }) => {
            format!("failed: {error}; paused, for it has said so for more than a day")
        }
        (Some(error), _) => format!("failed: {error}"),
        (None, Recorded { adopted: true, .. }) => {
            "ok; moved for good, and asked at its new address from now on: change its `url`".into()
        }
        (None, Recorded { degraded: true, .. }) => {
            let doubted = state.doubted.as_ref();
            doubted.map_or_else(String::new, not_believed)
        }
        (
            None,
            Recorded {
                unchanged: true, ..
            },
        ) => "unchanged".into(),
        (None, Recorded { withheld, .. }) if *withheld > 0 => {
            format!("ok; {withheld} new ones at once are held: rassegna status {id}")
        }
        (None, Recorded { seen, .. }) if *seen > 0 => {
            format!("ok; {seen} older ones remembered, not published")
        }
        (None, Recorded { waiting, .. }) => {
            let wait = match waiting {
                0 => String::new(),
                1 => "; 1 waits for its article".into(),
                several => format!("; {several} wait for their articles"),
            };
            match state.warnings.as_slice() {
                [] => format!("ok{wait}"),
                [one] => format!("ok{wait}; {one}"),
                [first, rest @ ..] => format!(
                    "ok{wait}; {first} (and {} more: rassegna status {id})",
                    rest.len()
                ),
            }
        }
    };
    let number = |count: usize| {
        if recorded.unchanged || recorded.failed || recorded.degraded || recorded.held {
            "–".to_owned()
        } else {
            count.to_string()
        }
    };
    vec![
        id.to_string(),
        number(recorded.listed),
        number(recorded.new + recorded.joined),
        number(recorded.edited),
        result,
    ]
}

/// That what a source answered is not believed, and what came of that.
fn not_believed(doubted: &Doubted) -> String {
    format!("degraded: {}; nothing was taken from that", doubted.reason)
}

/// Leaves a request for the running daemon and waits for it.
async fn ask(store: &Store, only: Option<&str>, wanted: &[SourceId]) -> Result<(), Exit> {
    say!("a daemon is running; it is asked to poll now");
    let mut numbers = Vec::new();
    if only.is_some() {
        for id in wanted {
            numbers.push(store.ask(Some(id), Utc::now()).await.map_err(failed)?);
        }
    } else {
        numbers.push(store.ask(None, Utc::now()).await.map_err(failed)?);
    }
    await_daemon(store, numbers).await?;
    let sources = store.sources().await.map_err(failed)?;
    let asked: HashSet<&SourceId> = wanted.iter().collect();
    let mut all_well = true;
    for source in sources.iter().filter(|source| asked.contains(&source.id)) {
        let state = &source.state;
        let held = state.held.as_ref();
        let held = held.map(|why| format!("held: {why}; `rassegna plan {}` shows it", source.id));
        let doubt = state.doubted.as_ref().map(not_believed);
        let trouble = held.or(state.error.clone()).or(doubt);
        all_well &= trouble.is_none();
        say!("{}: {}", source.id, trouble.as_deref().unwrap_or("ok"));
    }
    if all_well { Ok(()) } else { Err(Exit::Failed) }
}
