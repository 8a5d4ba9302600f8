//! A play of a whole week, a thousand sources on fifty hosts, in which no host is asked more than was promised to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use reqwest::Response;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

use super::{Accept, FetchError, Fetcher, Request};
use crate::config::crontab::Crontab;
use crate::config::{self, Plan, Source};
use crate::model::{Kind, SourceId, Validators};
use crate::schedule;

const HOSTS: usize = 50;
const SOURCES: usize = 1000;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const RESTART: Duration = Duration::from_secs(3 * 24 * 3600 + 5000);
const CRAWL_DELAY: Duration = Duration::from_secs(5);

/// What the network is in a play: answers to addresses.
pub(super) struct Network {
    answer: Box<dyn Fn(Url) -> BoxFuture<'static, Response> + Send + Sync>,
}

impl Network {
    pub(super) async fn answer(&self, url: &Url) -> Response {
        (self.answer)(url.clone()).await
    }
}

/// How a host behaves; each kind is every tenth host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Manner {
    Plain,
    /// Asks for pauses now and then, with an error.
    Pauses,
    /// Asks for pauses with good answers too.
    PausesWell,
    /// Its robots.txt forbids a part, and wants a delay.
    Robots,
    /// Its robots.txt cannot be had on the first day.
    NoRobots,
    /// Never answers.
    Stalls,
    /// Has nothing but errors.
    Broken,
}

impl Manner {
    fn of(host: usize) -> Self {
        match host % 10 {
            0 => Self::Pauses,
            1 => Self::PausesWell,
            2 => Self::Robots,
            3 => Self::NoRobots,
            4 | 5 => Self::Stalls,
            6 => Self::Broken,
            _ => Self::Plain,
        }
    }
}

/// One request as its host saw it.
#[derive(Clone)]
struct Seen {
    path: String,
    begun: Instant,
    ended: Option<Instant>,
    /// The pause that it was answered with.
    pause: Option<Duration>,
}

type Log = Arc<Mutex<BTreeMap<usize, Vec<Seen>>>>;

fn host(url: &Url) -> usize {
    let name = url.host_str().unwrap();
    name.trim_start_matches('h')
        .split('.')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// A number that looks random and is the same each time.
fn dice(words: &[&str]) -> u64 {
    let key = crate::model::Key::of(words);
    u64::from_be_bytes(key.0[..8].try_into().unwrap())
}

fn respond(status: u16, retry_after: Option<Duration>, body: &str) -> Response {
    let mut response = http::Response::builder().status(status);
    if let Some(pause) = retry_after {
        response = response.header("retry-after", pause.as_secs());
    }
    response.body(body.to_owned()).unwrap().into()
}

/// A network that keeps a log of what it was asked, by host.
fn network(log: Log, start: Instant) -> Network {
    let answer = move |url: Url| -> BoxFuture<'static, Response> {
        let log = Arc::clone(&log);
        Box::pin(async move {
            let (host, begun) = (host(&url), Instant::now());
            let index = {
                let mut log = log.lock().unwrap();
                let seen = log.entry(host).or_default();
                seen.push(Seen {
                    path: url.path().to_owned(),
                    begun,
                    ended: None,
                    pause: None,
                });
                seen.len() - 1
            };
            // Whoever gives up waiting has ended the request as well.
            let ended = Ended {
                log: Arc::clone(&log),
                host,
                index,
            };
            let roll = dice(&[url.as_str(), &format!("{:?}", begun - start)]);
            sleep(Duration::from_millis(50 + roll % 900)).await;
            let first_day = begun - start < Duration::from_secs(24 * 3600);
            let pause =
                (roll / 1000 % 50 == 0).then(|| Duration::from_secs(60 + roll / 50_000 % 20_000));
            let pausing = |pause: Option<Duration>| {
                log.lock().unwrap().get_mut(&host).unwrap()[index].pause = pause;
                pause
            };
            let response = match (Manner::of(host), url.path()) {
                (Manner::Stalls, _) => std::future::pending().await,
                (Manner::Robots, "/robots.txt") => respond(
                    200,
                    None,
                    "User-agent: *\nDisallow: /private\nCrawl-delay: 5\n",
                ),
                (Manner::NoRobots, "/robots.txt") if first_day => respond(503, None, ""),
                (_, "/robots.txt") => respond(404, None, ""),
                (Manner::Pauses, _) if pause.is_some() => {
                    respond(if roll % 2 == 0 { 429 } else { 503 }, pausing(pause), "")
                }
                (Manner::PausesWell, _) if pause.is_some() => {
                    respond(200, pausing(pause), "<rss/>")
                }
                (Manner::Broken, _) => respond(500, None, ""),
                _ => respond(200, None, "<rss/>"),
            };
            drop(ended);
            response
        })
    };
    Network {
        answer: Box::new(answer),
    }
}

/// Writes the end of a request into the log when it is dropped.
struct Ended {
    log: Log,
    host: usize,
    index: usize,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.log.lock().unwrap().get_mut(&self.host).unwrap()[self.index].ended =
            Some(Instant::now());
    }
}

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
    /// When each source was asked, and when it should have been.
    asked: Mutex<Vec<Vec<(DateTime<Utc>, DateTime<Utc>)>>>,
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
            self.asked.lock().unwrap()[number].push((asked, due));
            let request = Request {
                source,
                url: &source.url,
                validators: &Validators::default(),
                accept: Accept::Feed,
                own: true,
                robots: source.kind != Some(Kind::Feed),
                local: false,
            };
            let answer = fetcher.get(request).await;
            for pause in fetcher.pauses() {
                let left = (pause.until - Utc::now()).to_std().unwrap_or_default();
                let host = Url::parse(&pause.host).unwrap();
                self.pauses
                    .lock()
                    .unwrap()
                    .push((host, Instant::now() + left));
            }
            let now = self.now();
            state.due = Some(match answer {
                Err(FetchError::Held { left }) => now + TimeDelta::from_std(left).unwrap(),
                answer => {
                    state.failures = answer.map_or(state.failures + 1, |_| 0);
                    schedule::due(&source.plan, &source.id, asked, now, state.failures)
                }
            });
            self.states.lock().unwrap()[number] = state;
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
    let restarted = Instant::now();
    world.live(&sources, &log, WEEK).await;

    let limits = config::Fetch::default();
    let log = log.lock().unwrap();
    let mut table = BTreeMap::<Manner, (usize, usize, usize, Duration, usize)>::new();
    for (&host, seen) in log.iter() {
        let manner = Manner::of(host);
        let row = table.entry(manner).or_insert((0, 0, 0, Duration::MAX, 0));
        row.0 += seen.len();
        for (index, request) in seen.iter().enumerate() {
            let what = format!(
                "{manner:?} host {host}: {} at {:?}",
                request.path,
                request.begun - world.start
            );
            let earlier = &seen[..index];
            let running = earlier.iter().rev().take(100);
            let running = 1 + running
                .filter(|other| other.ended.is_none_or(|ended| ended > request.begun))
                .count();
            assert!(running <= limits.per_host, "{what}: {running} at once");
            row.1 = row.1.max(running);
            if let Some(before) = earlier.last() {
                let gap = request.begun - before.begun;
                let fresh = before.begun < restarted && request.begun >= restarted;
                let known = earlier.iter().any(|other| {
                    other.path == "/robots.txt"
                        && other.ended.is_some_and(|ended| ended <= before.begun)
                        && (other.begun < restarted) == (before.begun < restarted)
                });
                let wanted = if manner == Manner::Robots && known {
                    CRAWL_DELAY
                } else {
                    limits.gap
                };
                assert!(
                    fresh || gap >= wanted,
                    "{what}: {gap:?} after {}",
                    before.path
                );
                if !fresh {
                    row.3 = row.3.min(gap);
                }
            }
            let held = earlier.iter().any(|other| {
                let until = other
                    .ended
                    .zip(other.pause)
                    .map(|(ended, pause)| ended + pause);
                until.is_some_and(|until| request.begun < until)
                    && other.ended.is_some_and(|ended| request.begun > ended)
            });
            assert!(!held, "{what}: asked within a pause");
            row.2 += usize::from(request.pause.is_some());
            let number: Option<usize> = request.path.rsplit('/').next().unwrap().parse().ok();
            if let Some(number) = number.filter(|number| number % 3 != 0) {
                let forbidden = match manner {
                    Manner::Robots => request.path.starts_with("/private"),
                    Manner::NoRobots => {
                        request.begun - world.start < Duration::from_secs(24 * 3600)
                    }
                    _ => false,
                };
                assert!(
                    !forbidden,
                    "{what}: source {number} is forbidden by robots.txt"
                );
            }
        }
        let files: Vec<Instant> = seen
            .iter()
            .filter(|request| request.path == "/robots.txt")
            .map(|request| request.begun)
            .collect();
        row.4 += files.len();
        let least = match manner {
            Manner::NoRobots | Manner::Stalls => Duration::from_secs(600),
            _ => Duration::from_secs(24 * 3600),
        };
        for pair in files.windows(2) {
            assert!(
                pair[1] - pair[0] >= least || pair[1] >= restarted && pair[0] < restarted,
                "robots.txt of host {host}"
            );
        }
    }
    let asked = world.asked.lock().unwrap();
    let mut latest = Duration::ZERO;
    for (source, asked) in sources.iter().zip(asked.iter()) {
        let interval = match &source.plan {
            Plan::Every(every) => *every,
            plan => schedule::interval(plan, world.epoch).min(Duration::from_secs(1800)),
        };
        for pair in asked.windows(2) {
            let apart = (pair[1].0 - pair[0].0).to_std().unwrap();
            // A held source is tried when the pause is over, and a restart knows what was due.
            assert!(
                apart >= interval.mul_f64(0.9)
                    || Manner::of(host(&source.url)) as u8 == Manner::Pauses as u8
                    || Manner::of(host(&source.url)) == Manner::PausesWell,
                "{}: {apart:?}",
                source.id
            );
        }
        let late = asked
            .iter()
            .map(|(at, due)| (*at - *due).to_std().unwrap_or_default())
            .max();
        latest = latest.max(late.unwrap_or_default());
    }
    println!(
        "{:12}{:>9}{:>9}{:>9}{:>12}{:>11}",
        "hosts", "requests", "at once", "pauses", "least gap", "robots.txt"
    );
    for (manner, (requests, at_once, pauses, gap, files)) in &table {
        println!(
            "{:12}{requests:>9}{at_once:>9}{pauses:>9}{:>12}{files:>11}",
            format!("{manner:?}"),
            format!("{:.2} s", gap.as_secs_f64())
        );
    }
    let total: usize = table.values().map(|row| row.0).sum();
    println!("{total} requests in a week");
    assert!(total > 100_000, "the play is no play");
    for manner in [Manner::Pauses, Manner::PausesWell] {
        assert!(table[&manner].2 > 50, "no pauses were asked for");
    }
}
