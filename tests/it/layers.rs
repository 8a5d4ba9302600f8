//! Imports point one way, and the middle of the pipeline is pure. It reads text, so it is a tripwire, no proof.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that take values and give values: no clock, no files, no network, no tasks.
const PURE: &[&str] = &[
    "language",
    "model",
    "date",
    "schedule",
    "extract",
    "normalize",
    "dedup",
    "render",
];
/// What would make them something else.
const IMPURE: &[&str] = &[
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::net",
    "std::env",
    "tokio::",
    "async fn",
    "reqwest",
    "rusqlite",
    "thread::spawn",
];

/// The modules in the order of `src/lib.rs`: each may import only what stands before it.
fn order() -> Vec<String> {
    let map = fs::read_to_string("src/lib.rs").unwrap();
    map.lines()
        .filter_map(|line| {
            Some(
                line.strip_prefix("pub mod ")?
                    .trim_end_matches(';')
                    .to_owned(),
            )
        })
        .collect()
}

/// The files of a module, without those that are only tests.
fn files(module: &str) -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from(format!("src/{module}.rs"))];
    let mut folders = vec![PathBuf::from(format!("src/{module}"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !path.ends_with("tests.rs")
            {
                files.push(path);
            }
        }
    }
    files.retain(|file| file.is_file());
    assert!(!files.is_empty(), "module `{module}` has no files");
    files
}

/// The code of a file: no comments, and nothing after its unit tests begin.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn imports(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        &rest[..end]
    })
}

fn faults(order: &[String], module: &str, code: &str) -> Vec<String> {
    let place = |name: &str| order.iter().position(|other| other == name);
    let own = place(module).unwrap_or_default();
    let mut faults: Vec<String> = imports(code)
        .filter(|import| place(import).is_some_and(|other| other > own))
        .map(|import| format!("`{module}` must not import `{import}`"))
        .collect();
    if PURE.contains(&module) {
        let said = IMPURE.iter().filter(|word| code.contains(**word));
        faults.extend(said.map(|word| format!("`{module}` is pure, yet says `{word}`")));
    }
    faults
}

#[test]
fn a_module_imports_only_what_stands_before_it_and_the_middle_is_pure() {
    let order = order();
    assert!(order.len() > 12, "{order:?}");
    let mut found = Vec::new();
    for module in &order {
        for file in files(module) {
            let here = faults(&order, module, &code(&file));
            found.extend(
                here.into_iter()
                    .map(|fault| format!("{}: {fault}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn planted_faults_are_found() {
    let order = order();
    let planted = "use crate::store::Store;\nlet now = Utc::now();";
    assert_eq!(
        faults(&order, "extract", planted),
        [
            "`extract` must not import `store`",
            "`extract` is pure, yet says `Utc::now`"
        ]
    );
    assert!(faults(&order, "store", "use crate::dedup::place;").is_empty());
}

/// What opens connections. Only `fetch` connects to addresses that others chose, and vets them first.
const CONNECTS: &[&str] = &[
    "reqwest",
    "TcpStream::connect",
    "TcpSocket",
    "UdpSocket",
    "lookup_host",
    "ToSocketAddrs",
    "hyper::client",
];

#[test]
fn only_fetch_opens_connections() {
    let mut files = vec![];
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 100);
    let mut inside = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let connects = CONNECTS.iter().find(|word| text.contains(**word));
        if file.starts_with("src/fetch") {
            inside += usize::from(connects.is_some());
        } else {
            assert_eq!(connects, None, "{}", file.display());
        }
    }
    assert!(inside > 2, "the words are the wrong ones");
}
