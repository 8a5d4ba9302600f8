//! One fault as a source of a daemon of its own, beside a healthy source.

use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::origin::{Asked, Origin};
use crate::site::{Daemon, Item, Site, State, wait};
use crate::wanted::{Case, Wanted};

/// How often the healthy source is polled.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);

/// No title that is published is longer, in bytes.
const TITLE: usize = 1024;

/// A line of the table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) wanted: &'static str,
    pub(crate) got: &'static str,
    pub(crate) reason: String,
    pub(crate) seconds: f64,
    pub(crate) memory: u64,
    pub(crate) stored: usize,
    /// Whether it kept within the bars of time and memory.
    pub(crate) bounded: bool,
    /// Whether what came of it is what is wanted.
    pub(crate) as_wanted: bool,
    /// What is wrong, of whatever kind.
    pub(crate) complaints: Vec<String>,
}

/// The healthy source of a case; no fault tells its news, and its language has a feed of its own.
pub(crate) fn healthy(name: &str, origin: &Origin, of: &str) -> String {
    format!(
        "[source.{name}]\nurl = \"{}\"\nlanguage = \"fr\"\nkind = \"feed\"\nschedule.every = \"{}s\"\n\n",
        origin.url(&format!("/f/healthy?of={of}")),
        INTERVAL.as_secs()
    )
}

/// The longest time between two polls of a healthy source: from the last one before a moment, until another.
pub(crate) fn longest_gap(log: &[Asked], of: &str, since: f64, until: f64) -> f64 {
    let path = format!("/f/healthy?of={of}");
    let own = log.iter().filter(|asked| asked.path == path);
    let (before, after): (Vec<f64>, Vec<f64>) = own
        .map(|asked| asked.at)
        .filter(|at| *at <= until)
        .partition(|at| *at < since);
    let mut times: Vec<f64> = before.last().copied().into_iter().collect();
    times.extend(after);
    times.push(until);
    times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(0.0, f64::max)
}

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    Utc::now().timestamp_micros() as f64 / 1e6
}

/// What stands before the fault, and must stand after it.
struct Before {
    healthy: Vec<Item>,
    items: Vec<Item>,
    entries: std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>,
}

impl Before {
    fn see(site: &Site, entries: bool) -> Self {
        Self {
            healthy: site.items("healthy"),
            items: site.items("fault"),
            entries: site.published(if entries { "" } else { "fr" }),
        }
    }
}

/// Runs a case to its row.
pub(crate) fn run(case: &Case, faults: &Origin, sound: &Origin, site: &Site) -> Row {
    let healthy = healthy("healthy", sound, &case.label());
    let fault = format!(
        "[source.fault]\nurl = \"{}\"\nlanguage = {}\n{}\n",
        case.url,
        if case.fault == "lang-flip" {
            "[\"en\", \"de\"]"
        } else {
            "\"it\""
        },
        case.keys
    );
    let both = format!("{healthy}{fault}");
    let step = |step| faults.step(&case.fault, step);
    let mut daemon = match case.before {
        Some(before) => {
            step(before);
            site.configure(&both);
            let daemon = site.start();
            wait("both sources are published", || {
                let polled = site.state("fault").polled;
                polled && site.entries().len() >= 10 + site.items("fault").len().min(10)
            });
            daemon
        }
        None => {
            site.configure(&healthy);
            let daemon = site.start();
            wait("the healthy source is published", || {
                site.entries().len() == 10
            });
            daemon
        }
    };
    // The files of a publish come one after the other.
    wait("the publish is over", || {
        let published = site.published("");
        std::thread::sleep(Duration::from_millis(50));
        site.published("") == published
    });
    step(case.step);
    let before = Before::see(site, case.before.is_some());
    let idle = daemon.idle_memory();
    let known = daemon.polls("fault").len();
    let begun = now();
    if case.before.is_some() {
        for poll in 0..case.polls {
            site.once("fault");
            let noticed = site.state("fault").error.is_some();
            if noticed || !daemon.runs() || poll + 1 == case.polls {
                break;
            }
        }
    } else {
        site.configure(&both);
        daemon.reload();
        let since = Instant::now();
        while daemon.polls("fault").len() <= known
            && daemon.runs()
            && since.elapsed() < 3 * case.time
        {
            thread::sleep(Duration::from_millis(5));
        }
    }
    let memory = daemon.peak_memory().saturating_sub(idle);
    // What the daemon waits on purpose, a tenth of the interval at most, counts as late.
    let gap = longest_gap(&sound.log(), &case.label(), begun, now());
    let late = gap - INTERVAL.as_secs_f64();
    let told = daemon.polls("fault").get(known).cloned();
    let seconds = seconds(case, faults, begun, told.as_ref());
    let mut row = Row {
        name: case.name.clone(),
        group: case.group.clone(),
        wanted: case.wanted.word(),
        seconds,
        memory,
        ..Row::default()
    };
    if told.is_none() {
        row.complaints.push("no poll was recorded".to_owned());
    }
    judge(&mut row, case, site, &daemon, &before);
    if case.wanted == Wanted::Moved || case.name.starts_with("redir-301-") {
        later(&mut row, case, site, &mut daemon);
    }
    if !daemon_ended_well(&mut daemon, case) {
        row.complaints
            .push("the daemon did not end well".to_owned());
    }
    if late > INTERVAL.as_secs_f64() / 10.0 {
        row.complaints
            .push(format!("the healthy source was polled {late:.2} s late"));
    }
    if case.group == "ssrf" || case.name.starts_with('x') {
        let asked = faults.log();
        if asked.iter().any(|asked| asked.path.starts_with("/canary")) {
            row.complaints
                .push("it asked for what an entity names".to_owned());
        }
        if site.holds("root:x:0:0") {
            row.complaints
                .push("text of /etc/passwd is stored".to_owned());
        }
    }
    row.bounded = seconds <= case.time.as_secs_f64() && memory <= case.memory;
    if !row.bounded {
        row.complaints.push("above the bars".to_owned());
    }
    row
}

/// From the first request, or where the origin saw none from the wish, to the record.
fn seconds(case: &Case, faults: &Origin, begun: f64, told: Option<&(f64, String)>) -> f64 {
    let end = told.map_or_else(now, |told| told.0);
    let log = faults.log();
    let own = |asked: &&Asked| {
        let path = asked.path.split('?').next().unwrap_or_default();
        path == format!("/f/{}", case.fault) && asked.at >= begun - 0.01
    };
    let first = log.iter().find(own).map_or(begun, |asked| asked.at);
    (end - first).max(0.0)
}

/// Compares what came with what is wanted, and what stood before with what stands now.
fn judge(row: &mut Row, case: &Case, site: &Site, daemon: &Daemon, before: &Before) {
    let state = site.state("fault");
    let items = site.items("fault");
    row.stored = items.len();
    row.reason = state
        .error
        .clone()
        .unwrap_or_else(|| state.warnings.clone());
    let last = daemon.polls("fault").pop().unwrap_or_default().1;
    row.got = match &state {
        State { polled: false, .. } => "nothing",
        State { error: Some(_), .. } => "error",
        State { partial: true, .. } => "partial",
        _ if last.contains("unchanged") => "unchanged",
        _ => "ok",
    };
    row.as_wanted = match case.wanted {
        Wanted::Error => row.got == "error",
        Wanted::ErrorOrPartial => matches!(row.got, "error" | "partial"),
        Wanted::ErrorOrStored => matches!(row.got, "error" | "ok" | "unchanged"),
        Wanted::Stored | Wanted::Unchanged | Wanted::Moved => {
            matches!(row.got, "ok" | "partial" | "unchanged")
        }
    };
    let mut complain = |text: String| row.complaints.push(text);
    if site.items("healthy") != before.healthy {
        complain("the items of the healthy source changed".to_owned());
    }
    if let Some(error) = &state.error
        && (error.len() < 10 || error.len() > 400 || error.contains("Error {"))
    {
        complain(format!("no clear reason: {error}"));
    }
    if site.titles().iter().any(|title| title.len() > TITLE) {
        complain("a title of more than a kilobyte is published".to_owned());
    }
    let published = site.published(if case.before.is_some() { "" } else { "fr" });
    let nothing_new = matches!(row.got, "error" | "unchanged") || case.before.is_none();
    if nothing_new && published != before.entries {
        let names = published.keys().chain(before.entries.keys());
        let other = names.filter(|name| published.get(*name) != before.entries.get(*name));
        let other: std::collections::BTreeSet<_> = other.collect();
        complain(format!("what was published before changed: {other:?}"));
    }
    if case.before.is_some() {
        let kept = before.items.iter().all(|item| items.contains(item));
        if before.items.is_empty() {
            complain("nothing was stored of its good answer before".to_owned());
        }
        if !kept && row.got != "ok" || row.got == "error" && items.len() != before.items.len() {
            complain("items stored before changed".to_owned());
        }
        return;
    }
    if case.wanted.fails() {
        return;
    }
    if !case.items.contains(&items.len()) {
        row.as_wanted = false;
        complain(format!("{} items, wanted {:?}", items.len(), case.items));
    }
    if let Some(title) = case.title
        && !items.iter().any(|item| item.0 == title)
    {
        row.as_wanted = false;
        complain(format!("no title {title:?}"));
    }
    let control = |c: char| c.is_control() && c != '\n' || c == '\u{fffe}' || c == '\u{ffff}';
    if items.iter().any(|item| item.0.contains(control)) {
        complain("control characters in a title".to_owned());
    }
    if items.iter().any(|item| item.3 > Utc::now().timestamp()) {
        complain("an item dated in the future".to_owned());
    }
    again(row, case, site, daemon, &items);
}

/// A second poll of the same: nothing new, nothing else.
fn again(row: &mut Row, case: &Case, site: &Site, daemon: &Daemon, items: &[Item]) {
    if row.got == "error" {
        return;
    }
    site.once("fault");
    let last = daemon.polls("fault").pop().unwrap_or_default().1;
    let state = site.state("fault");
    let mut complain = |text: String| {
        row.as_wanted = false;
        row.complaints.push(text);
    };
    if let Some(error) = state.error {
        complain(format!("the second poll failed: {error}"));
    }
    if site.items("fault") != items {
        complain("the second poll of the same changed its items".to_owned());
    }
    if case.wanted == Wanted::Unchanged {
        if last.contains("unchanged") {
            row.got = "unchanged";
        } else {
            complain(format!("the second poll was not unchanged: {last}"));
        }
    }
}

/// Five polls a day apart: what redirects for good is adopted, what does not is not.
fn later(row: &mut Row, case: &Case, site: &Site, daemon: &mut Daemon) {
    for _ in 0..5 {
        daemon.stop();
        let database = site.database();
        let aged = "UPDATE source SET moving_since = moving_since - 86400 WHERE id = 'fault'";
        database.execute(aged, []).unwrap();
        drop(database);
        site.once("fault");
    }
    let address = site.state("fault").address;
    let adopted = address
        .as_deref()
        .is_some_and(|address| address.ends_with("/f/control"));
    if case.wanted == Wanted::Moved {
        row.got = if adopted { "moved" } else { row.got };
        row.as_wanted &= adopted;
        if !adopted {
            row.complaints.push(format!(
                "after five days its address is {}",
                address.as_deref().unwrap_or("still the old one")
            ));
        }
    } else if adopted || address.is_some_and(|address| address.ends_with("html-page")) {
        row.as_wanted = false;
        row.complaints
            .push("an address was adopted that should not be".to_owned());
    }
}

/// A daemon that still runs must end when told to. After `later` there is none.
fn daemon_ended_well(daemon: &mut Daemon, case: &Case) -> bool {
    case.wanted == Wanted::Moved || case.name.starts_with("redir-301-") || daemon.stop()
}
