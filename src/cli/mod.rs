//! The commands: one file each. They say what they did on standard output, what went wrong on standard error, and
//! end with an exit code: 0 done; 1 something that was asked failed; 2 usage or configuration; 3 store, output or
//! lock.

mod add;
mod check;
mod compare;
mod date;
mod demo;
mod drift;
mod inspect;
mod logging;
mod once;
mod out;
mod plan;
mod release;
mod replay;
mod run;
mod signals;
mod status;
mod table;
mod verify;
mod why;
mod withdraw;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config, Problems, Source};
use crate::daemon::{Failure, StartFailure};
use crate::pipeline::PublishFailure;
use crate::store::{Access, Store, StoreError};
use out::say;

/// Reads the news of agencies and regions, feeds or plain pages, and republishes it as one dependable feed per
/// language.
#[derive(Debug, Parser)]
#[command(name = "rassegna", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Poll on schedule, publish and serve, until stopped
    Run(Place),
    /// Poll every source once, publish, and end
    Once(once::Options),
    /// Make an address a source of the configuration: finds its feed, or its list of news and the rules for it
    Add(add::Options),
    /// Show what would be read from a source, an address or a file; stores nothing
    Inspect(inspect::Options),
    /// Show how a date is read, and on what evidence
    Date(date::Options),
    /// Judge whether two items are one story, or one the other's translation
    Compare(compare::Options),
    /// Judge whether a page's rules still work, and mend them
    Drift(drift::Options),
    /// Publish the new items of a source that are held because they were too many at once
    Release(release::Options),
    /// Show what the configuration on disk would change: items, feeds, sources; or accept it
    Plan(plan::Options),
    /// Read what a source answered again by the rules of today, and show or record what was missed
    Replay(replay::Options),
    /// Show how the sources fare
    Status(status::Options),
    /// Tell an item's life: where it came from, what it is known by, in which feeds it is and why
    Why(why::Options),
    /// Prove that nothing was published twice, and that the files are what the database gives
    Verify(verify::Options),
    /// Withdraw an entry, what stands at an address, or all that a source told: for good
    Withdraw(withdraw::Options),
    /// Check the configuration
    Check(ConfigFile),
    /// Print the JSON Schema of the configuration, for editors
    Schema,
    /// Try everything without a network: bundled pages, real polling, feeds to subscribe to
    Demo(demo::Options),
}

/// Which configuration.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration; else ./config/rassegna.toml, else /etc/rassegna/rassegna.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Which configuration, and where its data is.
#[derive(Debug, Args)]
struct Place {
    #[command(flatten)]
    config: ConfigFile,
    /// Where the database and the feeds are; else $STATE_DIRECTORY, else the current folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// How a command ends when it does not end well. What there is to say has been said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Something that was asked failed.
    Failed,
    /// Usage or configuration.
    Usage,
    /// The store, the output folder or the lock.
    Store,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Store => 3,
        }
    }
}

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; a full disk must not make them panics.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = match arguments.command {
        Command::Run(place) => run::run(&place),
        Command::Once(options) => once::run(&options),
        Command::Add(options) => add::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Date(options) => date::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Drift(options) => drift::run(&options),
        Command::Release(options) => release::run(&options),
        Command::Plan(options) => plan::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Status(options) => status::run(&options),
        Command::Why(options) => why::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Withdraw(options) => withdraw::run(&options),
        Command::Check(file) => check::run(&file),
        Command::Schema => check::schema(),
        Command::Demo(options) => demo::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => ExitCode::from(exit.code()),
    }
}

impl ConfigFile {
    /// Loads it, or says everything that is wrong with it.
    fn load(&self) -> Result<Config, Exit> {
        self.load_with(config::load)
    }

    /// Loads it for a command that only looks, and needs no secrets.
    fn load_to_look(&self) -> Result<Config, Exit> {
        self.load_with(config::load_to_look)
    }

    fn load_with(&self, load: fn(&Path) -> Result<Config, Problems>) -> Result<Config, Exit> {
        let file = config::find(self.config.as_deref());
        file.and_then(|file| load(&file)).map_err(|problems| {
            say!(err, "{problems}");
            Exit::Usage
        })
    }
}

/// The sources that people mean by these words; without any, all.
fn meant(config: &Config, words: &[String]) -> Result<Vec<Arc<Source>>, Exit> {
    for word in words {
        if !config.sources.iter().any(|one| one.id.is_meant_by(word)) {
            let known: Vec<&str> = config.sources.iter().map(|one| one.id.0.as_str()).collect();
            say!(
                err,
                "error: there is no source `{word}`; the configuration has: {}",
                known.join(", ")
            );
            return Err(Exit::Usage);
        }
    }
    let meant = |source: &&Arc<Source>| {
        words.is_empty() || words.iter().any(|word| source.id.is_meant_by(word))
    };
    Ok(config.sources.iter().filter(meant).cloned().collect())
}

/// Opens the store to write little: with its lock, or beside the daemon that has it; says whether there is one.
fn open_beside(path: &Path) -> Result<(Store, bool), StoreError> {
    // Only what is there is written to.
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    match Store::open(path, Access::Write) {
        Err(StoreError::Locked { .. }) => Ok((Store::open(path, Access::Ask)?, true)),
        opened => Ok((opened?, false)),
    }
}

/// Says what failed and gives the exit code for it.
fn failed(error: impl Into<Failure>) -> Exit {
    let error = error.into();
    say!(err, "error: {error}");
    Exit::Store
}

impl From<PublishFailure> for Failure {
    fn from(error: PublishFailure) -> Self {
        match error {
            PublishFailure::Store(error) => Self::Store(error),
            PublishFailure::File(error) => Self::Start(StartFailure::Folder(error)),
            PublishFailure::Render => Self::Store(StoreError::Closed),
        }
    }
}

/// The runtime that asynchronous commands run in.
fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            say!(err, "error: the system gives no threads: {error}");
            Exit::Store
        })
}

/// How long a daemon may take to do what it was asked.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until the daemon has done what it was asked.
async fn await_daemon(store: &Store, requests: Vec<i64>) -> Result<(), Exit> {
    let done = tokio::time::timeout(PATIENCE, async {
        for request in requests {
            while !store.request_is_done(request).await? {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Ok::<(), StoreError>(())
    });
    match done.await {
        Ok(result) => result.map_err(failed),
        Err(_) => {
            say!(
                err,
                "error: the daemon has not answered within {} s; see its log, or `rassegna status`",
                PATIENCE.as_secs()
            );
            Err(Exit::Failed)
        }
    }
}

/// Runs to the end without waiting for parsing that can't be interrupted.
fn block_on<T>(work: impl Future<Output = Result<T, Exit>>) -> Result<T, Exit> {
    let runtime = runtime()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
