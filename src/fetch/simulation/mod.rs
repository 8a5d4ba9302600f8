//! A play of a whole week, a thousand sources on fifty hosts, in which no host is asked more than was promised to it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod network;
mod week;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::{Accept, FetchError, Fetcher, Request};
use crate::config::crontab::Crontab;
use crate::config::{self, Plan, Source};
use crate::model::{Kind, SourceId, Validators};
use crate::schedule::{self, Known};
use network::{Log, Manner, host, network};
use week::Week;

pub(super) use network::Network;

const HOSTS: usize = 50;
const SOURCES: usize = 1000;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const RESTART: Duration = Duration::from_secs(3 * 24 * 3600 + 5000);
/// Every so many answers bring news, whose articles are asked for as well.
const NEWS: usize = 4;
const CRAWL_DELAY: Duration = Duration::from_secs(5);

fn sources() -> Vec<Source> {
    let plans = [
        Plan::Every(Duration::from_secs(1800)),
        Plan::Cron(
            Crontab::parse("*/30 * * * *").unwrap(),
            chrono_tz::Europe::Rome,
        ),
        Plan::Every(Duration::from_secs(2 * 3600)),
        Plan::Cron(
            Crontab::parse("0 6-22 * * 1-5").unwrap(),
            chrono_tz::Europe::Rome,
        ),
    ];
    (0..SOURCES)
        .map(|number| {
            let part = if number % 7 == 0 { "private" } else { "news" };
            let url = format!("https://h{}.test/{part}/{number}", number % HOSTS);
            Source {
                id: SourceId(format!("source-{number}")),
                plan: plans[number / HOSTS % plans.len()].clone(),
                // Every third one has proved to be a feed.
                kind: (number % 3 == 0).then_some(Kind::Feed),
                ..Source::unknown(Url::parse(&url).unwrap())
            }
        })
        .collect()
}

/// What a store would remember of a source.
#[derive(Clone, Copy, Default)]
struct State {
    failures: u32,
    due: Option<DateTime<Utc>>,
}

struct World {
    start: Instant,
    epoch: DateTime<Utc>,
    states: Mutex<Vec<State>>,
    /// The pauses that a store would remember.
    pauses: Mutex<Vec<(Url, Instant)>>,
    asked: Mutex<Vec<Vec<Asked>>>,
}

/// One time that a source was polled.
#[derive(Clone, Copy)]
struct Asked {
    at: DateTime<Utc>,
    /// How long it took, and that is more than a second only if there was a wait for the host's turn.
    turn: Duration,
}

impl World {
    fn now(&self) -> DateTime<Utc> {
        self.epoch + TimeDelta::from_std(self.start.elapsed()).unwrap()
    }

    fn instant(&self, at: DateTime<Utc>) -> Instant {
        self.start + (at - self.epoch).to_std().unwrap_or_default()
    }

    /// Polls a source for ever, as the daemon does.
    async fn poll(&self, number: usize, source: &Source, fetcher: &Fetcher) {
        loop {
            let mut state = self.states.lock().unwrap()[number];
            let due = state.due.unwrap_or_else(|| self.now());
            sleep_until(self.instant(due)).await;
            let asked = self.now();
            let request = Request {
                source,
                url: &source.url,
                validators: &Validators::default(),
                accept: Accept::Feed,
                own: true,
                robots: source.kind != Some(Kind::Feed),
                local: false,
                load: None,
            };
            let answer = fetcher.get(request).await;
            let now = self.now();
            let polls = self.asked.lock().unwrap()[number].len();
            if answer.is_ok() && polls.is_multiple_of(NEWS) {
                self.articles(request, fetcher).await;
            }
            for pause in fetcher.pauses() {
                let left = (pause.until - Utc::now()).to_std().unwrap_or_default();
                let host = Url::parse(&pause.host).unwrap();
                self.pauses
                    .lock()
                    .unwrap()
                    .push((host, Instant::now() + left));
            }
            if !matches!(answer, Err(FetchError::Held { .. })) {
                let turn = (now - asked).to_std().unwrap();
                self.asked.lock().unwrap()[number].push(Asked { at: asked, turn });
            }
            state.due = Some(match answer {
                Err(FetchError::Held { left }) => now + TimeDelta::from_std(left).unwrap(),
                answer => {
                    state.failures = answer.map_or(state.failures + 1, |_| 0);
                    let known = Known {
                        failures: state.failures,
                        ..Known::default()
                    };
                    schedule::due(&source.plan, &source.id, asked, now, &known)
                }
            });
            self.states.lock().unwrap()[number] = state;
        }
    }

    /// Asks for the articles that a list leads to, which are on its host.
    async fn articles(&self, list: Request<'_>, fetcher: &Fetcher) {
        for number in ["30001", "30004"] {
            let url = list.url.join(number).unwrap();
            let request = Request {
                url: &url,
                accept: Accept::Page,
                robots: true,
                ..list
            };
            // What comes of it is of no interest here.
            let _ = fetcher.get(request).await;
        }
    }

    /// Runs a daemon's life of polling, up to a moment.
    async fn live(self: &Arc<Self>, sources: &[Source], log: &Log, until: Duration) {
        let limits = config::Fetch::default();
        let mut fetcher = Fetcher::new(&limits, "test/1").unwrap();
        fetcher.http.play = Some(network(Arc::clone(log), self.start));
        for (host, until) in &*self.pauses.lock().unwrap() {
            fetcher.hold(host, *until);
        }
        let fetcher = Arc::new(fetcher);
        let mut tasks = tokio::task::JoinSet::new();
        for (number, source) in sources.iter().cloned().enumerate() {
            let (world, fetcher) = (Arc::clone(self), Arc::clone(&fetcher));
            tasks.spawn(async move { world.poll(number, &source, &fetcher).await });
        }
        sleep_until(self.start + until).await;
        tasks.shutdown().await;
    }
}

/// Of sources that are polled so long after the last time, none is polled sooner; and those of hosts that answer are
/// polled when they are due, whatever the others do.
fn punctual(sources: &[Source], asked: &[Vec<Asked>]) {
    for (source, asked) in sources.iter().zip(asked) {
        let manner = Manner::of(host(&source.url));
        if let (Plan::Every(every), false) = (
            &source.plan,
            matches!(manner, Manner::Pauses | Manner::PausesWell),
        ) {
            for pair in asked.windows(2) {
                let apart = (pair[1].at - pair[0].at).to_std().unwrap();
                assert!(
                    apart >= *every,
                    "{}: asked again after {apart:?}",
                    source.id
                );
            }
        }
        if manner == Manner::Plain {
            assert!(
                asked.len() > 80,
                "{}: asked {} times",
                source.id,
                asked.len()
            );
            // The first time all are due at once.
            let tenth = schedule::interval(&source.plan, asked[0].at) / 10;
            let late = asked[1..].iter().map(|asked| asked.turn).max().unwrap();
            assert!(late <= tenth, "{}: waited {late:?} for its turn", source.id);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_week_of_a_thousand_sources_no_host_is_asked_more_than_it_was_promised() {
    let sources = sources();
    let log = Log::default();
    let world = Arc::new(World {
        start: Instant::now(),
        epoch: "2026-03-26T00:00:00Z".parse().unwrap(),
        states: Mutex::new(vec![State::default(); SOURCES]),
        pauses: Mutex::default(),
        asked: Mutex::new(vec![Vec::new(); SOURCES]),
    });
    world.live(&sources, &log, RESTART).await;
    let restart = Instant::now();
    world.live(&sources, &log, WEEK).await;

    let limits = config::Fetch::default();
    let mut table = BTreeMap::<Manner, [usize; 4]>::new();
    let mut gaps = BTreeMap::<Manner, Duration>::new();
    for (&host, seen) in &*log.lock().unwrap() {
        let (manner, start) = (Manner::of(host), world.start);
        let week = Week {
            host,
            manner,
            seen,
            start,
            restart,
        };
        let gap = gaps.entry(manner).or_insert(Duration::MAX);
        *gap = week.least_gap(limits.gap).min(*gap);
        let row = table.entry(manner).or_default();
        row[0] += seen.len();
        row[1] = row[1].max(week.at_once(limits.per_host));
        row[2] += week.pauses();
        row[3] += week.rulings();
    }
    punctual(&sources, &world.asked.lock().unwrap());

    println!("hosts       requests  at once   pauses  robots.txt  least gap");
    for (manner, [requests, at_once, pauses, files]) in &table {
        let (manner, gap) = (format!("{manner:?}"), gaps[manner].as_secs_f64());
        println!("{manner:10}{requests:>10}{at_once:>9}{pauses:>9}{files:>12}{gap:>9.2} s");
    }
    let total: usize = table.values().map(|row| row[0]).sum();
    println!("{total} requests in a week");
    assert!(total > 100_000, "the play is no play");
    for manner in [Manner::Pauses, Manner::PausesWell] {
        assert!(table[&manner][2] > 50, "no pauses were asked for");
    }
}
