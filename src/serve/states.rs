//! How a source fares: a word, and what it means in plain words.

use chrono::{DateTime, Utc};

use super::notes::{Around, settled};
use crate::store::{Repair, SourceState, Summary};

/// All words, in the order of the alphabet.
pub(super) const WORDS: [&str; 8] = [
    "degraded", "failing", "held", "off", "ok", "paused", "silent", "waiting",
];

/// All words, what wants a person's eye first.
pub(super) const BY_URGENCY: [&str; WORDS.len()] = [
    "failing", "held", "degraded", "silent", "paused", "waiting", "ok", "off",
];

/// How a source fares, in one word.
#[must_use]
pub(super) fn word(state: &SourceState) -> &'static str {
    match (&state.error, state.last_success) {
        _ if state.is_retired() => "off",
        _ if state.held.is_some() => "held",
        _ if settled(state).is_some() => "paused",
        (Some(_), _) => "failing",
        _ if state.doubted.is_some() => "degraded",
        (None, None) => "waiting",
        (None, Some(_)) if state.silent().is_some() => "silent",
        (None, Some(_)) => "ok",
    }
}

impl Around<'_> {
    /// How a source fares: the word for it, and why and since when.
    #[must_use]
    pub fn state(&self, source: &Summary) -> (&'static str, String) {
        let state = &source.state;
        let word = word(state);
        let kept = if source.items > 0 {
            "; its last good entries stay published"
        } else {
            ""
        };
        let text = match word {
            "off" => "not polled any more: disabled, or gone from the configuration".to_owned(),
            "paused" => format!("{}{kept}", self.paused(state).unwrap_or_default()),
            "failing" => {
                let error = state.error.as_deref().unwrap_or_default();
                let since = self.since(state.failing_since);
                match state.failures {
                    // What answers and lists nothing is no failed poll.
                    0 => format!("{error}{since}"),
                    count => format!("{error} (failed {}{since}){kept}", times(count)),
                }
            }
            "held" => format!(
                "{}; `rassegna plan {1}` shows it, `rassegna plan --accept {1}` accepts it",
                state.held.as_deref().unwrap_or_default(),
                source.id
            ),
            "degraded" => self.degraded(state, kept),
            "silent" => self.silent(state),
            "waiting" => "not polled yet".to_owned(),
            _ => match state.listed.unwrap_or_default() {
                1 => "one item in the last answer".to_owned(),
                count => format!("{count} items in the last answer"),
            },
        };
        (word, text)
    }

    /// What is to be done with the rules that mend a source.
    #[must_use]
    pub fn repair(&self, repair: &Repair) -> String {
        let since = self.time(repair.since);
        let reason = &repair.reason;
        if repair.used {
            format!(
                "its rules no longer fit the page ({reason}); it is read by these since {since}. Write them into its table:"
            )
        } else {
            format!(
                "its rules no longer fit the page ({reason}); these were found on {since}, and do. Write them into its table, or set `repair = \"auto\"` there:"
            )
        }
    }

    fn degraded(&self, state: &SourceState, kept: &str) -> String {
        let Some(doubted) = &state.doubted else {
            return String::new();
        };
        let since = self.since(Some(doubted.since));
        format!(
            "it answers, but not with its news as far as can be told: {}. Nothing is taken from that{since}{kept}",
            doubted.reason
        )
    }

    fn silent(&self, state: &SourceState) -> String {
        let last = self.since(state.last_new.or(state.first_success));
        let usual = state.silent().map_or_else(String::new, |(_, days)| {
            format!(", and it used to have some {}", often(days))
        });
        format!("it answers, but has had no news{last}{usual}")
    }

    /// ` since` a time, where it is known.
    fn since(&self, at: Option<DateTime<Utc>>) -> String {
        at.map_or_else(String::new, |at| format!(" since {}", self.time(at)))
    }
}

/// How often a source has news that has some on so many days of a week.
pub(super) fn often(days: f64) -> String {
    let between = (7.0 / days.max(0.001)).round();
    if between > 10.0 {
        format!("every {between} days or so")
    } else if days < 1.5 {
        "about once a week".to_owned()
    } else {
        format!("on about {} days a week", days.round())
    }
}

fn times(count: u32) -> String {
    if count == 1 {
        "once".into()
    } else {
        format!("{count} times in a row")
    }
}
