//! Whether asking by a source's rhythm is worth it: the news of real feeds, replayed.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, NaiveTime, Utc};
use serde_json::{Value, json};

use super::replay::{Replay, adaptive, every, replay};

/// With fewer different times there is nothing to learn from.
const ENOUGH: usize = 12;

/// Compares half an hour with bounds around it, over all feeds that tell when their news came.
pub(crate) fn rhythm(corpus: &Path) -> String {
    let files: Vec<_> = super::find(&corpus.join("feeds/real"), "")
        .into_iter()
        .filter(|file| !file.to_string_lossy().ends_with(".expected.json"))
        .collect();
    let questions: Vec<Value> = files
        .iter()
        .map(|path| json!({ "path": path, "url": "http://127.0.0.1:8097/feed", "kind": "feed" }))
        .collect();
    let (mut feeds, mut days_only) = (Vec::new(), 0);
    for (file, answer) in files.iter().zip(super::ask("inspect", &questions)) {
        let all = times(&answer);
        let hours: Vec<_> = all
            .iter()
            .copied()
            .filter(|at| at.time() != NaiveTime::MIN)
            .collect();
        if hours.len() >= ENOUGH && 2 * hours.len() > all.len() {
            let name = file.strip_prefix(corpus.join("feeds/real")).unwrap();
            feeds.push((name.display().to_string(), hours));
        } else if all.len() >= ENOUGH {
            days_only += 1;
        }
    }
    let left = files.len() - feeds.len() - days_only;
    println!(
        "corpus rhythm: {} feeds; left out: {days_only} with days only, {left} with fewer than {ENOUGH} dates",
        feeds.len()
    );
    if feeds.is_empty() {
        return "did NOT run, because no feed has enough dates".to_owned();
    }
    compare(&feeds, 10, 90);
    let (fixed, adaptive) = compare(&feeds, 5, 180);
    assert!(
        2.0 * adaptive.requests <= fixed.requests,
        "half of the requests are to be saved"
    );
    assert!(
        adaptive.mean() <= fixed.mean(),
        "news is to wait no longer than by the fixed interval"
    );
    format!(
        "{} feeds, {:.0} % of the requests saved, no more delay",
        feeds.len(),
        saved(&fixed, &adaptive)
    )
}

/// The different times of publication that an answer tells, in order.
fn times(answer: &Value) -> Vec<DateTime<Utc>> {
    let items = answer["items"].as_array().into_iter().flatten();
    let times: BTreeSet<DateTime<Utc>> = items
        .filter(|item| item["precision"] != "day")
        .filter_map(|item| item["published"].as_str()?.parse().ok())
        .collect();
    times.into_iter().collect()
}

fn saved(fixed: &Replay, adaptive: &Replay) -> f64 {
    100.0 * (1.0 - adaptive.requests / fixed.requests)
}

/// The delay that 95 of 100 pieces of news keep below.
fn late(delays: &[f64]) -> f64 {
    delays[delays.len() * 95 / 100]
}

/// Takes another feed to those that were replayed.
fn add(all: &mut Replay, other: Replay) {
    all.requests += other.requests;
    all.delays.extend(other.delays);
    all.delays.sort_by(f64::total_cmp);
}

/// Prints a line a feed and one for all, and gives all. The daemon comes when a third of the news is there already.
fn compare(feeds: &[(String, Vec<DateTime<Utc>>)], min: u64, max: u64) -> (Replay, Replay) {
    println!(
        "  every 30m against {min}m to {max}m: requests, saved; mean delay and the 95th percentile, in minutes"
    );
    let line = |name: &str, fixed: &Replay, adaptive: &Replay| {
        println!(
            "  {name:42} {:5.0} {:5.0} {:4.0} %   {:5.1} {:5.1}   {:5.1} {:5.1}",
            fixed.requests,
            adaptive.requests,
            saved(fixed, adaptive),
            fixed.mean(),
            adaptive.mean(),
            late(&fixed.delays),
            late(&adaptive.delays)
        );
    };
    let mut all = (Replay::default(), Replay::default());
    for (name, news) in feeds {
        let start = news[news.len() / 3];
        let fixed = replay(&every(30), news, start, true, 6);
        let adaptive = replay(&adaptive(min, max, chrono_tz::UTC), news, start, true, 6);
        line(name, &fixed, &adaptive);
        add(&mut all.0, fixed);
        add(&mut all.1, adaptive);
    }
    line("all", &all.0, &all.1);
    all
}
