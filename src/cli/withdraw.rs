//! `rassegna withdraw`

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use chrono::Utc;
use clap::Args;
use uuid::Uuid;

use super::out::say;
use super::{Exit, Place, await_daemon, block_on, failed, logging};
use crate::daemon::{Engine, StartFailure, data_folder};
use crate::model::SourceId;
use crate::normalize::url::given;
use crate::store::{Access, Aim, Aimed, Store, StoreError, Wish, Withdrawn};

/// So many of what is to be withdrawn are named.
const NAMED: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// The id of an entry (`urn:uuid:…`), or the address of a page
    #[arg(value_name = "ID|URL", required_unless_present = "source")]
    what: Option<String>,
    /// All that this source has told
    #[arg(long, value_name = "ID", conflicts_with = "what")]
    source: Option<String>,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

/// Withdraws, after asking; beside a running daemon, has it do so.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = options.place.config.load_to_look()?;
    let data = data_folder(options.place.data.as_deref());
    let aim = aim(options)?;
    let path = data.join(&config.store.path);
    // A command that only deletes makes no database.
    match Store::open(&path, Access::Read) {
        Ok(_) | Err(StoreError::Older(_)) => {}
        Err(error) => return Err(failed(error)),
    }
    block_on(async {
        match Engine::start(config, &data) {
            Ok(engine) => {
                confirm(&engine.store, &aim, options.yes).await?;
                let withdrawn = engine.store.withdraw(aim, Utc::now());
                let withdrawn = withdrawn.await.map_err(failed)?;
                engine.publish_files().await.map_err(failed)?;
                engine.store.close().await;
                show(withdrawn, &path);
                Ok(())
            }
            Err(StartFailure::Store(StoreError::Locked { .. })) => {
                let store = Store::open(&path, Access::Ask).map_err(failed)?;
                confirm(&store, &aim, options.yes).await?;
                say!("a daemon is running; it is asked to withdraw it");
                let request = store.ask_for(None, Wish::Withdraw(aim.clone()), Utc::now());
                let request = request.await.map_err(failed)?;
                await_daemon(&store, vec![request]).await?;
                let withdrawn = store.withdrawn_as_asked(request).await.map_err(failed)?;
                show(withdrawn, &path);
                Ok(())
            }
            Err(error) => Err(failed(error)),
        }
    })
}

/// What was asked for.
fn aim(options: &Options) -> Result<Aim, Exit> {
    if let Some(source) = &options.source {
        return Ok(Aim::Source(SourceId(source.clone())));
    }
    let what = options.what.as_deref().unwrap_or_default();
    if let Ok(entry) = Uuid::parse_str(what) {
        return Ok(Aim::Entry(entry));
    }
    given(what).map(Aim::Url).ok_or_else(|| {
        say!(
            err,
            "error: `{what}` is neither the id of an entry (urn:uuid:…) nor an address; `rassegna why` finds both by words of the title"
        );
        Exit::Usage
    })
}

/// Shows what would go, and asks. Ends where there is nothing, or nobody agrees.
async fn confirm(store: &Store, aim: &Aim, yes: bool) -> Result<(), Exit> {
    let (tellings, waiting) = store.aimed(aim.clone()).await.map_err(failed)?;
    if tellings.is_empty() && waiting == 0 {
        return nothing(store, aim).await;
    }
    for telling in tellings.iter().take(NAMED) {
        say!("{}", line(telling));
    }
    if tellings.len() > NAMED {
        say!("… and {} more", tellings.len() - NAMED);
    }
    if waiting > 0 {
        say!(
            "{}",
            items(
                waiting,
                "that waits for its article",
                "that wait for their articles"
            )
        );
    }
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        say!(
            err,
            "error: withdrawing can't be undone; say --yes where nobody can be asked"
        );
        return Err(Exit::Usage);
    }
    let _ = write!(
        std::io::stdout(),
        "Withdraw this for good? It can't be undone, and stays out if it is told again. [y/N] "
    );
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        say!("nothing was withdrawn");
        Err(Exit::Failed)
    }
}

/// Nothing fits: says why that may be.
async fn nothing(store: &Store, aim: &Aim) -> Result<(), Exit> {
    match aim {
        Aim::Source(source) => {
            let known = store.source(source).await.map_err(failed)?;
            if known.is_some() {
                say!(
                    err,
                    "error: nothing that `{source}` told is stored; nothing was withdrawn"
                );
            } else {
                let known = store.sources().await.map_err(failed)?;
                let known: Vec<&str> = known.iter().map(|known| known.id.0.as_str()).collect();
                say!(
                    err,
                    "error: there is no source `{source}`; known are: {}",
                    known.join(", ")
                );
                return Err(Exit::Usage);
            }
        }
        Aim::Entry(_) | Aim::Url(_) => say!(
            err,
            "error: nothing is stored under this; nothing was withdrawn. `rassegna why` says whether it was dropped or withdrawn before"
        ),
    }
    Err(Exit::Failed)
}

fn line(telling: &Aimed) -> String {
    let entry = telling.entry.map_or_else(
        || "never published".to_owned(),
        |entry| format!("urn:uuid:{entry}"),
    );
    let place = telling.url.as_deref().unwrap_or("no address of its own");
    format!(
        "{}: {}\n  {place}\n  {entry}",
        telling.source, telling.title
    )
}

fn items(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 item {one}"),
        count => format!("{count} items {several}"),
    }
}

fn show(withdrawn: Withdrawn, database: &Path) {
    let entries = match withdrawn.entries {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    };
    say!(
        "withdrawn: {entries}, {}; the feeds are published without",
        items(withdrawn.tellings, "of a source", "of sources")
    );
    if withdrawn.waiting > 0 {
        say!(
            "and {}",
            items(withdrawn.waiting, "that waited", "that waited")
        );
    }
    for copy in copies(database) {
        say!(
            "note: {} is a copy of the database from before, and still has it; delete it if it is not needed",
            copy.display()
        );
    }
}

/// The copies that were made of the database before it was brought up to date.
fn copies(database: &Path) -> Vec<std::path::PathBuf> {
    let folder = database
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let beginning = format!("{name}.before-");
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new(".")));
    let mut found: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&beginning))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
