//! One installation of rassegna: its configuration, data and publish folder, the daemon, and what can be seen of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;
use tempfile::TempDir;

/// The longest that the daemon may take for anything but a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// The languages of the site: of the faults, of the healthy source, and the two of the source that changes its own.
const LANGUAGES: &str = r#"["it", "fr", "en", "de"]"#;

pub(crate) struct Site {
    folder: TempDir,
    /// Certificates that the daemon is to trust.
    pub(crate) trusted: Option<PathBuf>,
    /// What stands under `[fetch]` besides what loopback needs.
    pub(crate) fetch: &'static str,
}

/// What the database says of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) error: Option<String>,
    pub(crate) failures: u32,
    pub(crate) polled: bool,
    /// The answer was cut short: what came was kept, and it is asked for again.
    pub(crate) partial: bool,
    /// The address that it moved to.
    pub(crate) address: Option<String>,
    pub(crate) warnings: String,
}

/// An item as it is stored: title, link, language, date, and whether it was published.
pub(crate) type Item = (String, Option<String>, String, i64, bool);

impl Site {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            trusted: None,
            fetch: "",
        }
    }

    pub(crate) fn configure(&self, sources: &str) {
        let text = format!(
            "[site]\ntitle = \"Prova\"\nurl = \"https://rassegna.example/\"\nlanguages = {LANGUAGES}\n\
             [schedule]\nevery = \"1d\"\n\
             [fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\nper_host = 64\n{}\n\
             [publish]\nformats = [\"atom\", \"json\"]\nentries = 1000\n\
             [serve]\nlisten = \"off\"\nadmin = \"off\"\n\n{sources}",
            self.fetch
        );
        fs::write(self.folder.path().join("rassegna.toml"), text).unwrap();
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rassegna"));
        command.arg(name).arg("--config");
        command.arg(self.folder.path().join("rassegna.toml"));
        command.arg("--data").arg(self.folder.path());
        command.env_remove("JOURNAL_STREAM").stdin(Stdio::null());
        command.env("RASSEGNA_LOG", "rassegna=debug");
        if let Some(trusted) = &self.trusted {
            command.env("SSL_CERT_FILE", trusted);
        }
        command
    }

    /// Polls a source and publishes, by the daemon where one is running.
    pub(crate) fn once(&self, source: &str) {
        let mut command = self.command("once");
        let output = command.args(["--source", source]).output().unwrap();
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "once --source {source}: {output:?}"
        );
    }

    /// Starts the daemon and waits until it runs.
    pub(crate) fn start(&self) -> Daemon {
        let log = self.folder.path().join("log");
        let out = fs::File::create(&log).unwrap();
        let mut command = self.command("run");
        let child = command.stdout(Stdio::null()).stderr(out).spawn().unwrap();
        let daemon = Daemon { child, log };
        wait("the daemon runs", || daemon.log().contains("running"));
        daemon
    }

    /// A connection to the database, which a daemon may be using.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        let database = rusqlite::Connection::open(self.folder.path().join("rassegna.db")).unwrap();
        database.busy_timeout(PATIENCE).unwrap();
        database
    }

    pub(crate) fn state(&self, source: &str) -> State {
        let query = "SELECT error, failures, last_attempt IS NOT NULL,
                            error IS NULL AND last_success IS NOT NULL AND body IS NULL, address, coalesce(warnings, '')
                     FROM source WHERE id = ?1";
        let state = self.database().query_row(query, [source], |row| {
            Ok(State {
                error: row.get(0)?,
                failures: row.get(1)?,
                polled: row.get(2)?,
                partial: row.get(3)?,
                address: row.get(4)?,
                warnings: row.get(5)?,
            })
        });
        state.optional().unwrap().unwrap_or_default()
    }

    pub(crate) fn items(&self, source: &str) -> Vec<Item> {
        let query = "SELECT item.title, item.url, language, published, story IS NOT NULL
                     FROM item JOIN source ON source.number = item.source WHERE source.id = ?1 ORDER BY item.number";
        let database = self.database();
        let mut query = database.prepare(query).unwrap();
        let rows = query.query_map([source], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The ids of the entries of all feeds.
    pub(crate) fn entries(&self) -> BTreeSet<String> {
        self.of_entries("id").into_iter().collect()
    }

    /// The titles of the entries of all feeds.
    pub(crate) fn titles(&self) -> Vec<String> {
        self.of_entries("title")
    }

    fn of_entries(&self, field: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (path, bytes) in self.published("") {
            if path.ends_with("feed.json") {
                let feed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                let items = feed["items"].as_array().unwrap().iter();
                let fields = items.filter_map(|item| item[field].as_str());
                found.extend(fields.map(str::to_owned));
            }
        }
        found
    }

    /// The published files below a folder, and their bytes.
    pub(crate) fn published(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = read(&self.folder.path().join("feeds").join(folder));
        // The list of what a publish has changed comes after what it lists.
        files.retain(|path, _| !path.ends_with(".changed"));
        files
    }

    /// Whether a text stands anywhere in the database or in what is published.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let everything = read(self.folder.path());
        let has = |bytes: &Vec<u8>| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        everything.values().any(has)
    }
}

fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(read(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            files.insert(path, bytes);
        }
    }
    files
}

/// A running daemon; killed when it is dropped.
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// What it has said of polls of a source: when, in seconds since 1970, and what.
    pub(crate) fn polls(&self, source: &str) -> Vec<(f64, String)> {
        let told = format!("source.id={source}");
        let log = self.log();
        let lines = log.lines().filter(|line| {
            let mut words = line.split_whitespace();
            words.any(|word| word == told)
        });
        lines
            .filter(|line| !line.contains("is well again"))
            .map(|line| {
                let (time, rest) = line.split_once(' ').unwrap();
                let time: DateTime<Utc> = time.parse().unwrap();
                (time.timestamp_micros() as f64 / 1e6, rest.trim().to_owned())
            })
            .collect()
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Makes it read its configuration again.
    pub(crate) fn reload(&self) {
        let read = || self.log().matches("configuration read again").count();
        let before = read();
        self.signal("HUP");
        wait("the configuration is read again", || read() > before);
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let mut command = Command::new("kill");
        let sent = command.args([&format!("-{name}"), &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it; whether it ended well, within the time that a service has.
    pub(crate) fn stop(&mut self) -> bool {
        if !self.runs() {
            return false;
        }
        self.signal("TERM");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Memory in use, in bytes; and forgets the peak.
    pub(crate) fn idle_memory(&self) -> u64 {
        let _ = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
        self.memory("VmRSS:")
    }

    /// The most memory that was in use since.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    fn memory(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(what));
        let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        number.unwrap_or_default() * 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds.
pub(crate) fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
