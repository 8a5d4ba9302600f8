#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hyper::StatusCode;

use super::*;
use crate::model::{FeedId, SourceId};
use crate::serve::{Counts, Traffic};
use crate::store::{Recorded, SourceState};

fn recorded(new: usize) -> Recorded {
    Recorded {
        stale: false,
        unchanged: false,
        failed: false,
        degraded: false,
        held: false,
        adopted: false,
        paused: false,
        replayed: false,
        waiting: 0,
        withheld: 0,
        withdrawn: 0,
        nameless: 0,
        listed: 12,
        new,
        joined: 1,
        edited: 2,
        seen: 0,
        next_run: DateTime::UNIX_EPOCH,
    }
}

fn text() -> String {
    let counts = Counts::default();
    counts.polled(Some(&recorded(3)), Duration::from_millis(250));
    counts.polled(Some(&recorded(0)), Duration::from_secs(90));
    counts.polled(None, Duration::from_millis(2));
    let entries = BTreeMap::from([(FeedId("it".into()), 7), (FeedId("en".into()), 4)]);
    let at = DateTime::from_timestamp(1_772_000_000, 0).unwrap();
    counts.published(Some((5, &entries)), Duration::from_millis(30), at);
    counts.published(None, Duration::from_millis(1), at);
    let _open = counts.public.connected(true);
    counts.public.answered(StatusCode::OK, 1_000);
    counts.public.answered(StatusCode::IM_A_TEAPOT, 5);
    let state = |error: Option<&str>| SourceState {
        error: error.map(str::to_owned),
        failures: u32::from(error.is_some()),
        last_attempt: Some(at),
        last_success: Some(at),
        next_run: Some(at),
        listed: Some(12),
        ..SourceState::default()
    };
    let source = |id: &str, state| Summary {
        id: SourceId(id.into()),
        title: "a \"title\"\nin two lines".into(),
        url: "https://a.example/?key=hunter2".into(),
        state,
        items: 30,
    };
    write(&Told {
        sources: &[
            source("a", state(None)),
            source("b", state(Some("no answer"))),
            source("c", SourceState::default()),
        ],
        work: &counts.now(),
        served: [
            ("listen", counts.public.now()),
            ("admin", Traffic::default().now()),
        ],
        healthy: true,
    })
}

/// A sample: its name, its labels as they are written, its value.
fn sample(line: &str) -> (String, String, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').unwrap();
    (name.to_owned(), labels.to_owned(), value.parse().unwrap())
}

fn is_name(name: &str) -> bool {
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.bytes().all(sound) && name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// What the format and its conventions ask for.
fn lint(text: &str) {
    assert!(text.ends_with('\n') && !text.contains("\n\n") && !text.contains('\r'));
    let mut families = BTreeSet::new();
    let mut series = BTreeSet::new();
    let (mut family, mut kind) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# HELP ") {
            let (name, help) = head.split_once(' ').unwrap();
            assert!(is_name(name) && name.starts_with("rassegna_"), "{line}");
            assert!(help.ends_with('.'), "{line}");
            assert!(families.insert(name.to_owned()), "twice: {line}");
            (family, kind) = (name.to_owned(), String::new());
        } else if let Some(head) = line.strip_prefix("# TYPE ") {
            let (name, found) = head.split_once(' ').unwrap();
            assert_eq!(name, family, "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&found), "{line}");
            assert_eq!(name.ends_with("_total"), found == "counter", "{line}");
            kind = found.to_owned();
        } else {
            let (name, labels, value) = sample(line);
            let suffix = name
                .strip_prefix(&family)
                .unwrap_or_else(|| panic!("{line}"));
            let suffixes: &[&str] = match kind.as_str() {
                "histogram" => &["_bucket", "_sum", "_count"],
                "counter" | "gauge" => &[""],
                _ => &[],
            };
            assert!(suffixes.contains(&suffix), "{line}");
            assert!(value >= 0.0 || kind == "gauge", "{line}");
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (name, text) = label.split_once('=').unwrap();
                assert!(is_name(name), "{line}");
                let quoted = text
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'));
                assert!(!quoted.unwrap().contains('"'), "{line}");
            }
            assert!(series.insert((name, labels)), "twice: {line}");
        }
    }
}

#[test]
fn the_text_keeps_to_the_format() {
    lint(&text());
    assert_eq!(text(), text(), "the same numbers in the same order");
}

#[test]
fn buckets_grow_up_to_the_count() {
    let text = text();
    let buckets: Vec<(String, f64)> = text
        .lines()
        .filter(|line| line.starts_with("rassegna_poll_duration_seconds_bucket"))
        .map(|line| {
            let (_, labels, value) = sample(line);
            (labels, value)
        })
        .collect();
    assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1));
    assert_eq!(buckets[0], ("le=\"0.1\"".to_owned(), 1.0));
    assert_eq!(buckets[1], ("le=\"0.25\"".to_owned(), 2.0));
    assert_eq!(buckets.last(), Some(&("le=\"+Inf\"".to_owned(), 3.0)));
    assert!(text.contains("\nrassegna_poll_duration_seconds_count 3\n"));
    assert!(text.contains("\nrassegna_poll_duration_seconds_sum 90.252\n"));
}

#[test]
fn everything_is_counted_under_its_name() {
    let text = text();
    for line in [
        "rassegna_healthy 1",
        "rassegna_polls_total{outcome=\"read\"} 2",
        "rassegna_polls_total{outcome=\"unrecorded\"} 1",
        "rassegna_polls_total{outcome=\"held\"} 0",
        "rassegna_items_total{verdict=\"new\"} 3",
        "rassegna_items_total{verdict=\"edited\"} 4",
        "rassegna_publishes_total{outcome=\"ok\"} 1",
        "rassegna_publishes_total{outcome=\"failed\"} 1",
        "rassegna_files_written_total 5",
        "rassegna_last_publish_timestamp_seconds 1772000000",
        "rassegna_feed_entries{feed=\"it\"} 7",
        "rassegna_http_answers_total{address=\"listen\",status=\"200\"} 1",
        "rassegna_http_answers_total{address=\"listen\",status=\"other\"} 1",
        "rassegna_http_answers_total{address=\"admin\",status=\"200\"} 0",
        "rassegna_http_answer_bytes_total{address=\"listen\"} 1005",
        "rassegna_http_connections_open{address=\"listen\"} 1",
        "rassegna_http_connections_displaced_total{address=\"listen\"} 1",
        "rassegna_sources{state=\"ok\"} 1",
        "rassegna_sources{state=\"failing\"} 1",
        "rassegna_sources{state=\"waiting\"} 1",
        "rassegna_sources{state=\"off\"} 0",
        "rassegna_source_failures{source=\"b\"} 1",
        "rassegna_source_last_success_timestamp_seconds{source=\"a\"} 1772000000",
    ] {
        assert!(text.lines().any(|other| other == line), "{line} in\n{text}");
    }
    assert!(!text.contains("last_success_timestamp_seconds{source=\"c\"}"));
    assert!(!text.contains("hunter2"));
}

#[test]
fn labels_and_help_are_escaped() {
    let mut out = Exposition::default();
    out.gauge("g", "one\\two\nthree")
        .sample(&[("l", "\"a\\b\"\nc")], 1);
    assert_eq!(
        out.text,
        "# HELP g one\\\\two\\nthree\n# TYPE g gauge\ng{l=\"\\\"a\\\\b\\\"\\nc\"} 1\n"
    );
}
