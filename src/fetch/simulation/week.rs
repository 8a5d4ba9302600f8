//! Whether what was promised to a host was kept.

use std::time::Duration;

use tokio::time::Instant;

use super::CRAWL_DELAY;
use super::network::{Manner, Seen};

/// What one host saw in the week, and what it was promised.
pub(super) struct Week<'a> {
    pub(super) host: usize,
    pub(super) manner: Manner,
    pub(super) seen: &'a [Seen],
    pub(super) start: Instant,
    pub(super) restart: Instant,
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
    pub(super) fn at_once(&self, limit: usize) -> usize {
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
    pub(super) fn least_gap(&self, gap: Duration) -> Duration {
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
    pub(super) fn pauses(&self) -> usize {
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
    pub(super) fn rulings(&self) -> usize {
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
