//! What the whole cycle costs: the program polls some hundred sources of an origin that is made here, stores what they
//! list and publishes it; then once more when nothing has changed, when a tenth has something new, and from servers
//! without validators. Beside it stands the bare work, measured in the same run.
//!
//! Processor time is that of the child process, user and system. `CYCLE_SOURCES` and `CYCLE_ROUNDS` set the size.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod origin;
mod reference;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::origin::{CHANGED, ITEMS, Origin};

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Feed,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Feed => "feeds",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Feed => "application/rss+xml; charset=utf-8",
        }
    }

    /// The keys of a source that reads it.
    fn rules(self) -> &'static str {
        match self {
            Self::Page => {
                "listing.item = \"article.news\"\nlisting.title = \"a.titolo\"\nlisting.link = \"a.titolo\"\n\
                 listing.date = \"time\"\nlisting.summary = \"p.testo\"\n"
            }
            Self::Feed => "",
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "reference") {
        reference::run(&arguments[1..]);
        return;
    }
    // `cargo bench` says so; `cargo test` has no use for it.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let number = |name, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (sources, rounds) = (number("CYCLE_SOURCES", 300), number("CYCLE_ROUNDS", 3));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{sources} sources of each kind with {ITEMS} items each; medians of {rounds} rounds");
    for kind in [Kind::Page, Kind::Feed] {
        let now = Utc::now();
        let origin = Origin::new(kind, sources, now);
        let address = runtime.block_on(origin::serve(Arc::clone(&origin)));
        let mut table = Table::default();
        for _ in 0..rounds {
            reference(&mut table, &origin, &address, now);
            cycles(&mut table, &origin, &address);
        }
        table.print(kind, sources);
    }
}

/// The bare work.
fn reference(table: &mut Table, origin: &Origin, address: &str, now: DateTime<Utc>) {
    let folder = tempfile::tempdir().unwrap();
    let sources = origin.sources().to_string();
    for number in 0..origin.sources() {
        let text = origin::text(origin.kind(), number, 0, now);
        std::fs::write(folder.path().join(number.to_string()), text).unwrap();
    }
    let database = folder.path().join("items.db");
    let kind = origin.kind().name();
    let [folder, database] = [folder.path(), &database].map(|path| path.to_str().unwrap());
    for (name, arguments) in [
        ("bare fetch", vec!["fetch", address, &sources]),
        ("bare parse", vec!["parse", kind, folder, &sources]),
        ("bare insert", vec!["insert", database, &sources]),
    ] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        table.add(name, measure(command.arg("reference").args(arguments)));
    }
}

/// The four cycles of the program, each with what it has to ask and to be answered.
fn cycles(table: &mut Table, origin: &Origin, address: &str) {
    let count = origin.sources();
    let changed = count.div_ceil(CHANGED);
    let site = Site::new(origin, address);
    set(origin, 0, true);
    table.add("cold", site.cycle(origin, 0));
    table.add("nothing changed", site.cycle(origin, count));
    set(origin, 1, true);
    table.add("10 % changed", site.cycle(origin, count - changed));
    let site = Site::new(origin, address);
    set(origin, 0, false);
    table.add("cold, no validators", site.cycle(origin, 0));
    table.add("the same again, no validators", site.cycle(origin, 0));
}

fn set(origin: &Origin, generation: usize, validators: bool) {
    origin.generation.store(generation, Ordering::Relaxed);
    origin.validators.store(validators, Ordering::Relaxed);
}

/// A configuration with its data.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new(origin: &Origin, address: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Only what is meant for other people's servers is opened; durability is as shipped.
        let mut text = String::from(
            "[site]\ntitle = \"Bench\"\nurl = \"http://127.0.0.1/\"\nlanguages = [\"it\"]\n[publish]\nentries = 200\n\
             [fetch]\nconcurrency = 64\nper_host = 64\ngap = \"0s\"\nrobots = false\nallow = [\"127.0.0.0/8\"]\n",
        );
        for number in 0..origin.sources() {
            let rules = origin.kind().rules();
            let _ = write!(
                text,
                "[source.s{number}]\nurl = \"{address}/{number}\"\nlanguage = \"it\"\n{rules}"
            );
        }
        std::fs::write(folder.path().join("rassegna.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One cycle, in which so many sources must have been told to be unmodified.
    fn cycle(&self, origin: &Origin, unmodified: usize) -> Cost {
        origin.requests.store(0, Ordering::Relaxed);
        origin.unmodified.store(0, Ordering::Relaxed);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rassegna"));
        command
            .arg("once")
            .arg("--config")
            .arg(self.path("rassegna.toml"));
        command.arg("--data").arg(self.folder.path());
        command.env("RASSEGNA_LOG", "error");
        let cost = measure(&mut command);
        assert_eq!(origin.requests.load(Ordering::Relaxed), origin.sources());
        assert_eq!(origin.unmodified.load(Ordering::Relaxed), unmodified);
        assert!(self.path("feeds/it/rss.xml").exists());
        assert!(identities(&self.path("rassegna.db")) >= origin.sources() * ITEMS);
        cost
    }
}

/// How many names of items a database knows.
fn identities(database: &Path) -> usize {
    let connection = rusqlite::Connection::open(database).unwrap();
    let count = connection.query_row("SELECT count(*) FROM identity", [], |row| {
        row.get::<_, i64>(0)
    });
    usize::try_from(count.unwrap()).unwrap()
}

/// What a process has cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// User and system time.
    processor: Duration,
    wall: Duration,
    /// The most resident memory, in KiB.
    memory: u64,
}

/// Runs a command to its end.
fn measure(command: &mut Command) -> Cost {
    let before = children();
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    // The mark never falls, so that what is read last is missing a few milliseconds at most.
    let done = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        memory = memory.max(peak.unwrap_or(0));
        if let Some(done) = child.try_wait().unwrap() {
            break done;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = begun.elapsed();
    assert!(done.success(), "{command:?}: {done}");
    Cost {
        processor: children() - before,
        wall,
        memory,
    }
}

/// The processor time of all children that have ended.
fn children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let spent = usage.user_time() + usage.system_time();
    Duration::from_micros(spent.num_microseconds().try_into().unwrap())
}

/// What was measured, by name, in the order of the first round.
#[derive(Default)]
struct Table {
    rows: Vec<(&'static str, Vec<Cost>)>,
}

impl Table {
    fn add(&mut self, name: &'static str, cost: Cost) {
        match self.rows.iter_mut().find(|(other, _)| *other == name) {
            Some((_, costs)) => costs.push(cost),
            None => self.rows.push((name, vec![cost])),
        }
    }

    /// Each row with its ratio to the bare work, which is the sum of the rows that are called so.
    fn print(&self, kind: Kind, sources: usize) {
        let sources = f64::from(u32::try_from(sources).unwrap());
        let items = f64::from(u32::try_from(ITEMS).unwrap());
        let processor =
            |costs: &[Cost]| median(costs, |cost| cost.processor.as_secs_f64() * 1e3) / sources;
        let bare = self
            .rows
            .iter()
            .filter(|(name, _)| name.starts_with("bare"));
        let bare: f64 = bare.map(|(_, costs)| processor(costs)).sum();
        println!(
            "\n{:<30} {:>13}  {:>7}  {:>8}  {:>9}",
            kind.name(),
            "CPU ms/source",
            "of bare",
            "items/s",
            "peak, MiB"
        );
        for (name, costs) in &self.rows {
            let each = processor(costs);
            println!(
                "{name:<30} {each:>13.3}  {:>7.2}  {:>8.0}  {:>9.1}",
                each / bare,
                sources * items / median(costs, |cost| cost.wall.as_secs_f64()),
                median(costs, |cost| f64::from(u32::try_from(cost.memory).unwrap())
                    / 1_024.0)
            );
        }
    }
}

fn median(costs: &[Cost], value: impl Fn(&Cost) -> f64) -> f64 {
    let mut values: Vec<f64> = costs.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
