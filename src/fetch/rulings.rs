//! What the hosts' robots.txt say, each asked for once in a while (RFC 9309 §2.4).

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::robots::Rules;
use super::{FetchError, Wait};

/// A file that was had is good for so long.
const GOOD: Duration = Duration::from_secs(24 * 60 * 60);

/// After so long one that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(10 * 60);

/// At so many hosts the outdated files are dropped.
const FULL: usize = 1024;

/// The name that robots.txt files know us by.
const CRAWLER: &str = "rassegna";

/// The rulings of all origins. Whoever asks first fetches; the others wait for it.
#[derive(Default)]
pub(super) struct Rulings {
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Ruling>>>>>,
}

#[derive(Clone)]
struct Ruling {
    rules: Rules,
    /// Why the file could not be had this time.
    trouble: Option<FetchError>,
    until: Instant,
}

impl Rulings {
    /// Whether an address may be asked for; gives the time that must lie between two requests to its host, if one
    /// is wanted. `fetch` gets the file.
    pub(super) async fn heed(
        &self,
        url: &Url,
        fetch: impl Future<Output = Result<Vec<u8>, FetchError>>,
    ) -> Result<Option<Duration>, FetchError> {
        let entry = self.entry(url);
        let mut entry = entry.lock().await;
        let fresh = entry.clone().filter(|ruling| Instant::now() < ruling.until);
        let ruling = match fresh {
            Some(ruling) => ruling,
            None => Ruling::of(fetch.await, entry.take())?,
        };
        let verdict = match (&ruling.trouble, ruling.rules.allow(url)) {
            (_, true) => Ok(ruling.rules.delay),
            (None, false) => Err(FetchError::Robots),
            // Where nothing answers at all, robots.txt is not the point.
            (Some(trouble), false) if unreached(trouble) => Err(trouble.clone()),
            (Some(trouble), false) => Err(FetchError::NoRobots(trouble.to_string())),
        };
        *entry = Some(ruling);
        verdict
    }

    fn entry(&self, url: &Url) -> Arc<tokio::sync::Mutex<Option<Ruling>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= FULL {
            let now = Instant::now();
            known.retain(|_, entry| {
                Arc::strong_count(entry) > 1
                    || entry
                        .try_lock()
                        .is_ok_and(|entry| entry.as_ref().is_some_and(|ruling| now < ruling.until))
            });
        }
        Arc::clone(known.entry(url.origin().ascii_serialization()).or_default())
    }
}

impl Ruling {
    /// What follows from the answer to the request for the file (RFC 9309 §2.3.1): one that the server does not have
    /// forbids nothing, one that it cannot give leaves the one `before` in force or
    /// else forbids everything for now.
    fn of(answer: Result<Vec<u8>, FetchError>, before: Option<Self>) -> Result<Self, FetchError> {
        let now = Instant::now();
        match answer {
            Ok(file) => Ok(Self {
                rules: Rules::read(&file, CRAWLER),
                trouble: None,
                until: now + GOOD,
            }),
            // These are for whoever asked, and would be the page's own fate.
            Err(
                error @ (FetchError::Held { .. }
                | FetchError::Address { .. }
                | FetchError::Setup(_)),
            ) => Err(error),
            Err(error) if has_none(&error) => Ok(Self {
                rules: Rules::default(),
                trouble: None,
                until: now + GOOD,
            }),
            Err(error) => Ok(Self {
                rules: before.map_or_else(Rules::nothing, |before| before.rules),
                trouble: Some(error),
                until: now + AGAIN,
            }),
        }
    }
}

/// Whether an error says that there is no such file, in whatever way, rather than that it cannot be had now.
fn has_none(error: &FetchError) -> bool {
    match error {
        FetchError::Status { code, .. } => *code != 429 && !(500..600).contains(code),
        FetchError::Gone
        | FetchError::Redirect(_)
        | FetchError::TooLarge { .. }
        | FetchError::Coding(_) => true,
        _ => false,
    }
}

/// Whether there was no connection to the host.
fn unreached(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Connect(_)
            | FetchError::Tls(_)
            | FetchError::Resolve { .. }
            | FetchError::Timeout {
                what: Wait::Connection,
                ..
            }
    )
}
