//! Many faults at once beside healthy sources of the same daemon: what the healthy ones feel of it.

use std::thread;
use std::time::{Duration, Instant};

use crate::one::{INTERVAL, healthy, longest_gap, now};
use crate::origin::{Asked, Origin, Program};
use crate::site::Site;

/// How many sources are healthy.
const HEALTHY: usize = 10;

/// The healthy ones are watched for so long before there are faults, and the least after.
const QUIET: Duration = Duration::from_secs(9);
const BUSY: Duration = Duration::from_secs(40);

/// A line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) sources: usize,
    /// How many of them had their outcome recorded, and after how many seconds all had.
    pub(crate) recorded: usize,
    pub(crate) seconds: f64,
    /// Above that of the daemon with the healthy sources alone, in bytes.
    pub(crate) memory: u64,
    /// Polls of healthy sources meanwhile, and by how many seconds the latest was late.
    pub(crate) polls: usize,
    pub(crate) late: f64,
    pub(crate) complaints: Vec<String>,
}

pub(crate) fn run(program: &Program, sound: &Origin) -> Vec<Row> {
    let wide = Origin::start(program, true, None);
    let port = wide.port;
    let source = |name: &str, host: String, fault: &str| {
        let url = format!("http://{host}:{port}/f/{fault}");
        format!("[source.{name}]\nurl = \"{url}\"\nlanguage = \"it\"\n\n")
    };
    let stalled: Vec<String> = (1..=100)
        .map(|n| source(&format!("mute-{n}"), format!("127.0.1.{n}"), "no-answer"))
        .collect();
    let list = program.list();
    let all: Vec<String> = (1..)
        .zip(&list)
        .map(|(n, fault)| source(&fault.name, format!("127.0.2.{n}"), &fault.name))
        .collect();
    vec![
        beside("100 that never answer", &stalled, sound),
        beside("every fault at once", &all, sound),
    ]
}

fn beside(what: &'static str, faults: &[String], sound: &Origin) -> Row {
    let site = Site::new();
    let label = what.replace(' ', "-");
    let of = |n: usize| format!("{label}-{n}");
    let well: String = (0..HEALTHY)
        .map(|n| healthy(&format!("well-{n}"), sound, &of(n)))
        .collect();
    site.configure(&well);
    let mut daemon = site.start();
    thread::sleep(QUIET);
    let before = site.published("fr");
    let idle = daemon.idle_memory();
    let told = now();
    site.configure(&format!("{well}{}", faults.concat()));
    daemon.reload();
    let begun = Instant::now();
    let mut row = Row {
        what,
        sources: faults.len(),
        recorded: 0,
        seconds: 0.0,
        memory: 0,
        polls: 0,
        late: 0.0,
        complaints: Vec::new(),
    };
    while begun.elapsed() < BUSY || row.recorded < faults.len() {
        thread::sleep(Duration::from_millis(200));
        let recorded = recorded(&site);
        if recorded > row.recorded {
            row.recorded = recorded;
            row.seconds = begun.elapsed().as_secs_f64();
        }
        if !daemon.runs() || begun.elapsed() > 3 * BUSY {
            break;
        }
    }
    row.memory = daemon.peak_memory().saturating_sub(idle);
    let (log, end) = (sound.log(), now());
    for n in 0..HEALTHY {
        let path = format!("/f/healthy?of={}", of(n));
        let own = log.iter().filter(|asked| asked.path == path);
        let (quiet, busy): (Vec<&Asked>, Vec<&Asked>) = own.partition(|asked| asked.at < told);
        let gaps = quiet.windows(2).map(|pair| pair[1].at - pair[0].at);
        let shortest = gaps.fold(f64::INFINITY, f64::min);
        row.late = row
            .late
            .max(longest_gap(&log, &of(n), told, end) - shortest);
        row.polls += busy.len();
        if quiet.len() < 3 || busy.len() < 10 {
            row.complaints
                .push(format!("well-{n} was polled {} times only", busy.len()));
        }
    }
    if row.recorded < faults.len() {
        row.complaints.push("not all were recorded".to_owned());
    }
    if row.late > INTERVAL.as_secs_f64() / 10.0 {
        row.complaints
            .push(format!("a healthy source was {:.2} s late", row.late));
    }
    if site.published("fr") != before {
        row.complaints
            .push("what the healthy ones had published changed".to_owned());
    }
    if !daemon.stop() {
        row.complaints
            .push("the daemon did not end well within 5 s".to_owned());
    }
    row
}

/// How many sources, but for the healthy ones, have been polled.
fn recorded(site: &Site) -> usize {
    let query =
        "SELECT count(*) FROM source WHERE last_attempt IS NOT NULL AND id NOT LIKE 'well-%'";
    let count: i64 = site
        .database()
        .query_row(query, [], |row| row.get(0))
        .unwrap();
    usize::try_from(count).unwrap()
}
