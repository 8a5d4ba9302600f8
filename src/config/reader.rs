//! Finds the configuration files and reads them into one table, `include` followed. Judges no key but that one.

use std::path::{Path, PathBuf};

use super::problem::{Place, Problems, Report};
use super::tree;
use super::tree::{Entry, Table, Value};

/// Where a configuration is looked for when none is named, in this order.
const PLACES: [&str; 2] = ["config/rassegna.toml", "/etc/rassegna/rassegna.toml"];

/// The configuration file to use: the given one, else the first that is there of `./config/rassegna.toml` and
/// `/etc/rassegna/rassegna.toml`.
///
/// # Errors
///
/// That there is none, and where it was looked for.
pub fn find(given: Option<&Path>) -> Result<PathBuf, Problems> {
    let places: Vec<PathBuf> = match given {
        Some(given) => vec![given.to_owned()],
        None => PLACES.map(PathBuf::from).to_vec(),
    };
    first_of(&places)
}

fn first_of(places: &[PathBuf]) -> Result<PathBuf, Problems> {
    places
        .iter()
        .find(|place| place.is_file())
        .cloned()
        .ok_or_else(|| {
            let tried: Vec<String> = places
                .iter()
                .map(|place| place.display().to_string())
                .collect();
            let mut report = Report::default();
            report.anywhere(
                format!("no configuration file at {}", tried.join(" or ")),
                if places.len() == 1 {
                    "name one that is there with `--config FILE`"
                } else {
                    "name one with `--config FILE`, or write one at a place above"
                },
            );
            report.into_problems()
        })
}

/// Reads a file and what it includes into one table.
pub(super) fn read(file: &Path, report: &mut Report) -> Table {
    let mut reading = Reading {
        report,
        open: Vec::new(),
        done: Vec::new(),
        whole: Table::default(),
    };
    reading.file(file, None);
    reading.whole
}

/// Whether a configuration file includes another one by itself, be that one there or not yet.
#[must_use]
pub fn includes(file: &Path, other: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(file) else {
        return false;
    };
    let mut report = Report::default();
    let number = report.file(file, text.clone());
    let Some(mut table) = tree::parse(&text, number, &mut report) else {
        return false;
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    self::wishes(&mut table)
        .iter()
        .any(|(pattern, _)| fits_path(other, &folder.join(pattern)))
}

/// Whether a path fits a pattern, part by part.
fn fits_path(path: &Path, pattern: &Path) -> bool {
    let (parts, patterns) = (path.components(), pattern.components());
    parts.clone().count() == patterns.clone().count()
        && parts.zip(patterns).all(|(part, pattern)| {
            let (part, pattern) = (
                part.as_os_str().to_string_lossy(),
                pattern.as_os_str().to_string_lossy(),
            );
            part == pattern
                || (is_glob(&pattern)
                    && part.starts_with('.') == pattern.starts_with('.')
                    && fits(&part, &pattern))
        })
}

struct Reading<'a> {
    report: &'a mut Report,
    /// The files from the first to the one at hand, each included by the one before it.
    open: Vec<PathBuf>,
    done: Vec<PathBuf>,
    whole: Table,
}

impl Reading<'_> {
    /// Reads one file, at the wish of an `include` where there is one.
    fn file(&mut self, name: &Path, wish: Option<Place>) {
        let identity = name.canonicalize().unwrap_or_else(|_| name.to_owned());
        if let Some(place) = wish.filter(|_| self.open.contains(&identity)) {
            let message = format!("{} includes itself", name.display());
            return self.report.at(
                place,
                message,
                "expected a file that does not lead back here",
            );
        }
        if self.done.contains(&identity) {
            return;
        }
        let text = std::fs::read(name).map_err(|error| error.to_string());
        let text = match text
            .and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()))
        {
            Ok(text) => text,
            Err(error) => {
                let message = format!("{} cannot be read: {error}", name.display());
                return match wish {
                    Some(place) => self.report.at(place, message, "expected a file in UTF-8"),
                    None => self.report.anywhere(message, ""),
                };
            }
        };
        let number = self.report.file(name, text.clone());
        let Some(mut table) = tree::parse(&text, number, self.report) else {
            return;
        };
        let wishes = wishes(&mut table);
        merge(&mut self.whole, table, self.report);

        self.open.push(identity);
        let folder = name.parent().unwrap_or(Path::new(""));
        for (pattern, place) in wishes {
            let path = folder.join(&pattern);
            let found = if is_glob(&pattern) {
                glob(&path)
            } else {
                vec![path]
            };
            if found.is_empty() {
                let message = format!("`{pattern}` includes nothing: no file is called so");
                self.report.note(place, &message);
            }
            found.iter().for_each(|file| self.file(file, Some(place)));
        }
        self.done.extend(self.open.pop());
    }
}

/// Takes the wishes out of a table. What is not well formed stays in it, for the shape to complain about.
fn wishes(table: &mut Table) -> Vec<(String, Place)> {
    let Some(entry) = table.entry("include") else {
        return Vec::new();
    };
    let elements = entry.node.elements();
    let wishes: Vec<_> = elements
        .iter()
        .filter_map(|node| Some((node.text()?.to_owned(), node.place)))
        .collect();
    if wishes.len() == elements.len() {
        table.0.remove("include");
    }
    wishes
}

/// Adds the tables of a file. Two files may share a table such as `[fetch]` or `source`, but no key in it.
fn merge(whole: &mut Table, part: Table, report: &mut Report) {
    for (name, entry) in part.0 {
        let Some(known) = whole.0.get_mut(&name) else {
            whole.0.insert(name, entry);
            continue;
        };
        match (&mut known.node.value, entry.node.value) {
            (Value::Table(known), Value::Table(more)) => {
                for (key, entry) in more.0 {
                    match known.0.get(&key) {
                        Some(first) => twice(&format!("{name}.{key}"), first, entry.key, report),
                        None => drop(known.0.insert(key, entry)),
                    }
                }
            }
            _ => twice(&name, known, entry.key, report),
        }
    }
}

fn twice(name: &str, first: &Entry, again: Place, report: &mut Report) {
    report.at(
        again,
        format!("`{name}` is defined twice"),
        "one of the two must go",
    );
    report.see("first defined at", first.key);
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// The files that a path with `*` and `?` names, sorted; hidden files only where the dot is written.
fn glob(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        let name = part.as_os_str().to_string_lossy();
        if !is_glob(&name) {
            found.iter_mut().for_each(|folder| folder.push(part));
            continue;
        }
        found = found
            .iter()
            .flat_map(|folder| matching(folder, &name))
            .collect();
    }
    found.retain(|file| file.is_file());
    found.sort();
    found
}

fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let listed = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = std::fs::read_dir(listed).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let fitting = names.filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with('.') == pattern.starts_with('.') && fits(&name, pattern)
    });
    fitting.map(|name| folder.join(name)).collect()
}

/// Whether a name fits a pattern: on a mismatch only the last `*` is asked to take more, so nothing blows up.
fn fits(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let (mut at, mut wanted) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(c) = name.get(at) {
        match (pattern.get(wanted), last_star) {
            (Some('*'), _) => {
                last_star = Some((wanted, at));
                wanted += 1;
            }
            (Some(p), _) if *p == '?' || p == c => {
                at += 1;
                wanted += 1;
            }
            (_, Some((star, taken))) => {
                last_star = Some((star, taken + 1));
                at = taken + 1;
                wanted = star + 1;
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(wanted).all(|p| *p == '*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (name, pattern, expected) in [
            ("regioni.toml", "*.toml", true),
            ("regioni.toml~", "*.toml", false),
            ("a.toml", "?.toml", true),
            ("ab.toml", "?.toml", false),
            ("ab-ab-c", "*ab*c", true),
            ("", "*", true),
            ("x", "", false),
            ("città", "citt?", true),
            ("aXbXc", "a*b*d", false),
        ] {
            assert_eq!(fits(name, pattern), expected, "{name} {pattern}");
        }
        assert!(
            !fits(
                &"a".repeat(2_000),
                &"a*".repeat(1_000).replace("a*a*a*", "a*b")
            ),
            "and it takes no time"
        );
    }

    #[test]
    fn globs_give_files_sorted_without_hidden_ones() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.toml", "a/1.toml", "a/.hidden.toml", "a/1.txt"] {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let expected = ["a/1.toml", "b/2.toml"].map(|name| folder.path().join(name));
        assert_eq!(glob(&folder.path().join("*/*.toml")), expected);
        assert!(glob(&folder.path().join("c/*.toml")).is_empty());
    }

    #[test]
    fn it_is_told_which_files_a_file_includes_before_they_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rassegna.toml");
        std::fs::write(&file, "include = [\"sources/*.toml\", \"more.toml\"]\n").unwrap();
        for (name, expected) in [
            ("sources/agenzia.toml", true),
            ("sources/.agenzia.toml", false),
            ("sources/agenzia.txt", false),
            ("sources/deep/agenzia.toml", false),
            ("more.toml", true),
            ("other.toml", false),
        ] {
            assert_eq!(
                includes(&file, &folder.path().join(name)),
                expected,
                "{name}"
            );
        }
        std::fs::write(&file, "include = \"*.toml\"\n").unwrap();
        assert!(includes(&file, &folder.path().join("x.toml")));
        std::fs::write(&file, "[site]\n").unwrap();
        assert!(!includes(
            &file,
            &folder.path().join("sources/agenzia.toml")
        ));
    }

    #[test]
    fn the_given_file_must_be_there() {
        let error = find(Some(Path::new("/nowhere/rassegna.toml"))).unwrap_err();
        insta::assert_snapshot!(error, @r"
        error: no configuration file at /nowhere/rassegna.toml
         = name one that is there with `--config FILE`
        ");
    }

    #[test]
    fn the_first_place_that_has_a_file_wins() {
        let folder = tempfile::tempdir().unwrap();
        let places = ["a", "b"].map(|name| folder.path().join(name));
        let error = first_of(&places).unwrap_err().to_string();
        assert!(
            places
                .iter()
                .all(|place| error.contains(&place.display().to_string())),
            "{error}"
        );
        std::fs::write(&places[1], "").unwrap();
        assert_eq!(first_of(&places).unwrap(), places[1]);
        std::fs::write(&places[0], "").unwrap();
        assert_eq!(first_of(&places).unwrap(), places[0]);
    }
}
