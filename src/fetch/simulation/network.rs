//! The network of the play: fifty hosts of several manners, and what each of them saw.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http;
use futures_util::future::BoxFuture;
use reqwest::Response;
use tokio::time::{Instant, sleep};
use url::Url;

/// What the network is in a play: answers to addresses.
pub(in crate::fetch) struct Network {
    answer: Box<dyn Fn(Url) -> BoxFuture<'static, Response> + Send + Sync>,
}

impl Network {
    pub(in crate::fetch) async fn answer(&self, url: &Url) -> Response {
        (self.answer)(url.clone()).await
    }
}

/// How a host behaves; each kind is every tenth host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
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
    pub(super) fn of(host: usize) -> Self {
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
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) begun: Instant,
    pub(super) ended: Option<Instant>,
    /// The pause that it was answered with.
    pub(super) pause: Option<Duration>,
}

pub(super) type Log = Arc<Mutex<BTreeMap<usize, Vec<Seen>>>>;

pub(super) fn host(url: &Url) -> usize {
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
pub(super) fn network(log: Log, start: Instant) -> Network {
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
            let pause = (roll / 1000)
                .is_multiple_of(50)
                .then(|| Duration::from_secs(60 + roll / 50_000 % 20_000));
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
                (Manner::Pauses, _) if pause.is_some() => respond(
                    if roll.is_multiple_of(2) { 429 } else { 503 },
                    pausing(pause),
                    "",
                ),
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
