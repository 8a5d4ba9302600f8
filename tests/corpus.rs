//! Real pages, feeds and dates that are not part of the project, where their folder is named by `RASSEGNA_CORPUS`.
//! A harness of its own, so that "did not run" is said and is not counted as passed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic
)]

#[path = "corpus/hostile.rs"]
mod hostile;
#[path = "corpus/pairs.rs"]
mod pairs;
#[path = "corpus/replay.rs"]
mod replay;
#[path = "corpus/rhythm.rs"]
mod rhythm;
#[path = "corpus/rules.rs"]
mod rules;
#[path = "corpus/stable.rs"]
mod stable;

use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use serde_json::{Value, json};

/// What holds over the corpus in a folder, and how many cases showed it; a panic where it does not.
type Test = fn(&Path) -> String;

fn main() -> ExitCode {
    let Some(corpus) = std::env::var_os("RASSEGNA_CORPUS").map(PathBuf::from) else {
        println!("corpus tests: did NOT run, because RASSEGNA_CORPUS does not name a corpus");
        return ExitCode::SUCCESS;
    };
    let tests: [(&str, Test); 8] = [
        ("bytes", bytes),
        ("seeds", seeds),
        ("dates", dates),
        ("feeds", feeds),
        ("rhythm", rhythm::rhythm),
        ("hostile", hostile::hostile),
        ("rules", rules::rules),
        ("pairs", pairs::pairs),
    ];
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some((name, test)) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    println!("corpus {name}: {}", test(&corpus));
                }
            });
        }
    });
    println!("{} passed, 0 failed", tests.len());
    ExitCode::SUCCESS
}

/// Asks the program, a JSON object a line, and gives its answers.
fn ask(verb: &str, questions: &[Value]) -> Vec<Value> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_rassegna"));
    let mut child = program
        .args([verb, "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = questions
        .iter()
        .map(|question| format!("{question}\n"))
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(
        output.status.success(),
        "{verb} --batch ended with {}",
        output.status
    );
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

/// All files below a folder whose names end so, in order.
fn find(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(find(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn words(text: &str) -> String {
    text.replace('’', "'")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Two fresh databases that are told the same at the same times publish the same bytes.
fn bytes(corpus: &Path) -> String {
    let bodies: Vec<PathBuf> = ["feeds/real", "listings/pages"]
        .iter()
        .flat_map(|folder| ["xml", "rss", "atom", "json", "html"].map(|ending| (folder, ending)))
        .flat_map(|(folder, ending)| find(&corpus.join(folder), &format!(".{ending}")))
        .collect();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rassegna.toml");
    let mut text = "site = { title = \"Prova\", url = \"https://rassegna.example/\" }\n\
                    publish = { content = \"full\", by = [\"source\"] }\n"
        .to_owned();
    for number in 0..bodies.len() {
        text.push_str(&format!(
            "[source.s{number}]\nurl = \"https://s{number}.example/news/\"\nlanguage = \"en\"\n"
        ));
    }
    std::fs::write(&file, text).unwrap();
    let config = std::sync::Arc::new(rassegna::config::load(&file).unwrap());
    let first = chrono::DateTime::<chrono::Utc>::from_timestamp(1_764_000_000, 0).unwrap();
    let answer = |(source, body): (&rassegna::config::Source, &PathBuf)| {
        (source.clone(), first, std::fs::read(body).unwrap())
    };
    let sources = config.sources.iter();
    let answers: Vec<stable::Answer> = sources
        .map(|source| {
            (
                source.as_ref(),
                &bodies[source.id.0[1..].parse::<usize>().unwrap()],
            )
        })
        .map(answer)
        .collect();
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| stable::published(&config, &answers));
        let other = stable::published(&config, &answers);
        (one.join().unwrap(), other)
    });
    assert_eq!(stable::differing(&one, &other), Vec::<&Path>::new());
    let size: usize = one.values().map(Vec::len).sum();
    assert!(
        size > 10_000 * bodies.len(),
        "{size} bytes of {} documents",
        bodies.len()
    );
    format!(
        "{} files of {} documents are the same, {size} bytes",
        one.len(),
        bodies.len()
    )
}

/// Titles, links, days and teasers of the listings that the project began from, to the letter.
fn seeds(corpus: &Path) -> String {
    let truths: Vec<(PathBuf, Value)> = find(&corpus.join("seeds"), ".json")
        .into_iter()
        .map(|file| (file.clone(), read(&file)))
        .collect();
    let truths: Vec<_> = truths
        .into_iter()
        .filter(|(_, truth)| truth["kind"] == "listing")
        .collect();
    let questions: Vec<Value> = truths
        .iter()
        .map(|(file, truth)| {
            let page = file.with_file_name(truth["html"].as_str().unwrap());
            json!({ "path": page, "url": truth["url"], "kind": "auto", "language": truth["language"], "timezone": truth["timezone"] })
        })
        .collect();
    let mut count = 0;
    for ((file, truth), answer) in truths.iter().zip(ask("inspect", &questions)) {
        let (wanted, found) = (
            truth["items"].as_array().unwrap(),
            answer["items"].as_array().unwrap(),
        );
        assert_eq!(wanted.len(), found.len(), "{}", file.display());
        for (wanted, found) in wanted.iter().zip(found) {
            count += 1;
            assert_eq!(wanted["title"], found["title"]);
            assert_eq!(wanted["link"], found["url"]);
            assert_eq!(
                wanted["date"].as_str().unwrap(),
                &found["published"].as_str().unwrap()[..10]
            );
            assert_eq!(
                words(wanted["summary"].as_str().unwrap()),
                words(found["summary"].as_str().unwrap())
            );
        }
    }
    assert!(count > 0);
    format!("{count} items to the letter")
}

/// Dates as listing pages print them, upper-case weekdays, and texts that are no dates.
fn dates(corpus: &Path) -> String {
    let table = std::fs::read_to_string(corpus.join("dates/dates.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    let questions: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "text": row[0], "language": (!row[1].is_empty()).then_some(row[1]), "timezone": "UTC", "now": "2026-06-15T12:00:00Z" }))
        .collect();
    let answers = ask("date", &questions);
    let share = |kind: &str| {
        let of_kind: Vec<bool> = rows
            .iter()
            .zip(&answers)
            .filter(|(row, _)| row[3] == kind)
            .map(|(row, answer)| match answer["value"].as_str() {
                _ if kind == "invalid" => answer["value"].is_null(),
                Some(value) => value[..10] == row[2][..10],
                None => false,
            })
            .collect();
        assert!(!of_kind.is_empty(), "{kind}");
        of_kind.iter().filter(|right| **right).count() as f64 / of_kind.len() as f64
    };
    let figures =
        [("page-date", 0.95), ("cldr-upper", 1.0), ("invalid", 1.0)].map(|(kind, least)| {
            let share = share(kind);
            assert!(
                share >= least,
                "{kind}: {share:.4}, at least {least} is wanted"
            );
            format!("{kind} {share:.4}")
        });
    figures.join(", ")
}

/// Every feed gives items, where a reference reader finds some, or a reason; and the program lives.
fn feeds(corpus: &Path) -> String {
    let truths: Vec<(PathBuf, Value)> = find(&corpus.join("feeds"), ".expected.json")
        .into_iter()
        .map(|file| (file.clone(), read(&file)))
        .collect();
    let cases: Vec<(PathBuf, Value, Value)> = truths
        .into_iter()
        .map(|(file, truth)| {
            (
                file.with_file_name(
                    Path::new(truth["file"].as_str().unwrap())
                        .file_name()
                        .unwrap(),
                ),
                file,
                truth,
            )
        })
        .map(|(beside, file, truth)| {
            let path = file.parent().unwrap().join(truth["file"].as_str().unwrap());
            (
                if path.is_file() { path } else { beside },
                truth["reference"]["entry_count"].clone(),
                truth["headers"].clone(),
            )
        })
        .filter(|(path, ..)| path.is_file())
        .collect();
    let questions: Vec<Value> =
        cases.iter().map(|(path, _, headers)| json!({ "path": path, "url": "http://127.0.0.1:8097/feed", "kind": "feed", "headers": headers })).collect();
    for ((path, wanted, _), answer) in cases.iter().zip(ask("inspect", &questions)) {
        let items = answer["items"].as_array().map_or(0, Vec::len);
        let reason = answer["error"].as_str().unwrap_or_default();
        let well = items > 0 || wanted.as_u64().unwrap_or_default() == 0;
        assert!(
            well,
            "{}: {wanted} entries are there, answered {reason}",
            path.display()
        );
        assert!(
            items > 0 || reason.len() > 10 || answer["error"].is_null(),
            "{}",
            path.display()
        );
    }
    format!("{} feeds survived", cases.len())
}
