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
            if !matches!(answer, Err(FetchError::Held { .. })) {
                let turn = (now - asked).to_std().unwrap();
                self.asked.lock().unwrap()[number].push(Asked { at: asked, turn });
            }
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

/// What one host saw in the week, and what it was promised.
struct Week<'a> {
    host: usize,
    manner: Manner,
    seen: &'a [Seen],
    start: Instant,
    restart: Instant,
}

impl Week<'_> {
    fn what(&self, request: &Seen) -> String {
        let at = request.begun - self.start;
        format!(
            "{:?} host {}: {} at {at:?}",
            self.manner, self.host, request.path
        )
    }

    /// Whether the program was started anew between two moments.
    fn parted(&self, earlier: Instant, later: Instant) -> bool {
        earlier < self.restart && later >= self.restart
    }

    /// The most requests that ran at once.
    fn at_once(&self, limit: usize) -> usize {
        let running = |index: usize| {
            let request = &self.seen[index];
            let earlier = self.seen[..index].iter().rev().take(100);
            let others =
                earlier.filter(|other| other.ended.is_none_or(|ended| ended > request.begun));
            let running = 1 + others.count();
            assert!(
                running <= limit,
                "{}: {running} at once",
                self.what(request)
            );
            running
        };
        (0..self.seen.len()).map(running).max().unwrap_or_default()
    }

    /// The least time between the starts of two requests.
    fn least_gap(&self, gap: Duration) -> Duration {
        let mut slow_since = None;
        let mut least = Duration::MAX;
        for pair in self.seen.windows(2) {
            let (before, request) = (&pair[0], &pair[1]);
            let robots = self.manner == Manner::Robots && before.path == "/robots.txt";
            if robots {
                slow_since = slow_since.or(before.ended);
            }
            if self.parted(before.begun, request.begun) {
                slow_since = None;
                continue;
            }
            let slow = slow_since.is_some_and(|since| before.begun >= since);
            let wanted = if slow { CRAWL_DELAY } else { gap };
            let apart = request.begun - before.begun;
            assert!(
                apart >= wanted,
                "{}: {apart:?} after {}",
                self.what(request),
                before.path
            );
            least = least.min(apart);
        }
        least
    }

    /// How many pauses were asked for; none of them is broken.
    fn pauses(&self) -> usize {
        let mut pauses = 0;
        for (index, other) in self.seen.iter().enumerate() {
            let Some((ended, pause)) = other.ended.zip(other.pause) else {
                continue;
            };
            pauses += 1;
            let mut later = self.seen[index..]
                .iter()
                .filter(|request| request.begun > ended);
            if let Some(request) = later.next() {
                let left = (ended + pause).saturating_duration_since(request.begun);
                assert!(
                    left.is_zero(),
                    "{}: {left:?} before the end of a pause",
                    self.what(request)
                );
            }
        }
        pauses
    }

    /// How often robots.txt was asked for; nothing that it forbids was.
    fn rulings(&self) -> usize {
        let first_day = self.start + Duration::from_secs(24 * 3600);
        for request in self.seen {
            let number = request
                .path
                .rsplit('/')
                .next()
                .and_then(|number| number.parse::<usize>().ok());
            let forbidden = match self.manner {
                Manner::Robots => request.path.starts_with("/private"),
                Manner::NoRobots => request.begun < first_day,
                _ => false,
            };
            // Every third source has proved to be a feed, which robots.txt is not asked about.
            let heeds = number.is_some_and(|number| number % 3 != 0);
            assert!(
                !(forbidden && heeds),
                "{}: forbidden by robots.txt",
                self.what(request)
            );
        }
        let files = self
            .seen
            .iter()
            .filter(|request| request.path == "/robots.txt");
        let files: Vec<Instant> = files.map(|request| request.begun).collect();
        let lasts = match self.manner {
            Manner::NoRobots | Manner::Stalls => Duration::from_secs(600),
            _ => Duration::from_secs(24 * 3600),
        };
        for pair in files.windows(2) {
            let apart = pair[1] - pair[0];
            assert!(
                apart >= lasts || self.parted(pair[0], pair[1]),
                "host {}: robots.txt again after {apart:?}",
                self.host
            );
        }
        files.len()
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
