//! The demo publishes exactly what its pages say, and a second cycle changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// Runs one cycle and gives what it said.
fn cycle(data: &Path) -> String {
    let (code, said, error) = exit(data);
    assert_eq!(code, Some(0), "{said}{error}");
    said
}

/// Every published file with its bytes and its time.
fn files(folder: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            files.insert(
                path.display().to_string(),
                (fs::read(&path).unwrap(), modified),
            );
        }
    }
    files
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Whether a published time is the one that is written: an instant, a day in Rome, or nothing (first seen).
fn same_time(published: &str, written: &Value, started: DateTime<Utc>) -> bool {
    let published = DateTime::parse_from_rfc3339(published).unwrap();
    match written.as_str() {
        None => published >= started - chrono::TimeDelta::seconds(60),
        Some(day) if day.len() == 10 => {
            published
                .with_timezone(&chrono_tz::Europe::Rome)
                .date_naive()
                .to_string()
                == day
        }
        Some(instant) => published == DateTime::parse_from_rfc3339(instant).unwrap(),
    }
}

#[test]
fn the_demo_publishes_the_entries_that_its_pages_have_and_a_second_cycle_changes_no_byte() {
    let place = tempfile::tempdir().unwrap();
    let started = Utc::now();
    cycle(place.path());
    let expected = json(Path::new("demo/expected.json"));
    for (language, wanted) in expected.as_object().unwrap() {
        let feed = json(&place.path().join("feeds").join(language).join("feed.json"));
        let entries = feed["items"].as_array().unwrap();
        let wanted = wanted.as_array().unwrap();
        let titles = |list: &[Value]| {
            list.iter()
                .map(|entry| entry["title"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(titles(entries), titles(wanted), "{language}");
        for (entry, wanted) in entries.iter().zip(wanted) {
            let title = &wanted["title"];
            assert_eq!(entry["url"], wanted["link"], "{title}");
            assert_eq!(
                entry["summary"].as_str().unwrap_or_default(),
                wanted["summary"].as_str().unwrap(),
                "{title}"
            );
            assert!(
                same_time(
                    entry["date_published"].as_str().unwrap(),
                    &wanted["date"],
                    started
                ),
                "{title}: {}",
                entry["date_published"]
            );
            let authors: Vec<&Value> = entry["authors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|author| &author["name"])
                .collect();
            assert_eq!(
                authors,
                wanted["authors"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .collect::<Vec<_>>(),
                "{title}"
            );
            let none = Vec::new();
            assert_eq!(
                entry["tags"].as_array().unwrap_or(&none),
                wanted["categories"].as_array().unwrap(),
                "{title}"
            );
        }
    }
    let before = files(&place.path().join("feeds"));
    let said = cycle(place.path());
    assert_eq!(said.matches("unchanged").count(), 5, "{said}");
    assert!(said.contains("no file changed"), "{said}");
    assert!(
        files(&place.path().join("feeds")) == before,
        "a second cycle changed a file"
    );
}

/// Runs one cycle in a folder; what it said and how it ended.
fn exit(data: &Path) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rassegna"))
        .args(["demo", "--exit", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn what_people_write_into_the_demos_configuration_stays() {
    let place = tempfile::tempdir().unwrap();
    cycle(place.path());
    let file = place.path().join("demo.toml");
    let own = "\n[source.aaa]\nurl = \"http://127.0.0.1:1/mia.xml\"\nenabled = false\n";
    let text = fs::read_to_string(&file).unwrap() + own;
    fs::write(&file, &text).unwrap();
    cycle(place.path());
    assert!(fs::read_to_string(&file).unwrap().ends_with(own));
    let broken = text + "[source.zzz\n";
    fs::write(&file, &broken).unwrap();
    let (code, said, error) = exit(place.path());
    assert_eq!((code, said.as_str()), (Some(2), ""), "{error}");
    assert!(error.contains("demo.toml:"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), broken);
}

#[test]
fn a_demo_in_a_folder_that_is_in_use_changes_nothing_there() {
    let place = tempfile::tempdir().unwrap();
    cycle(place.path());
    let file = place.path().join("demo.toml");
    // As it is while the ports of another run stand in it.
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace("127.0.0.1:", "127.0.0.1:2");
    fs::write(&file, &text).unwrap();
    let lock = fs::File::open(place.path().join("rassegna.db.lock")).unwrap();
    lock.lock().unwrap();
    let (code, said, error) = exit(place.path());
    assert_eq!((code, said.as_str()), (Some(3), ""), "{error}");
    assert!(error.contains("is in use by another rassegna"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}
