//! What is wrong with a configuration, said so that it can be put right: the place, the line, what was expected.

use std::fmt;
use std::path::{Path, PathBuf};

/// Everything that is wrong with a configuration, by file and position; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, if it stands somewhere.
    pub position: Option<Position>,
    /// What was expected; may be empty.
    pub expected: String,
    /// More to know, each in a line of its own.
    pub notes: Vec<String>,
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// How many characters are meant.
    pub width: usize,
    /// The line itself; of a line with a secret, only what stands before it.
    pub text: String,
}

impl std::error::Error for Problems {}

impl Problems {
    /// All of them in one line, as a log has it.
    #[must_use]
    pub fn in_a_line(&self) -> String {
        let each = self.0.iter().map(|problem| match &problem.position {
            Some(at) => format!(
                "{} ({}:{}:{})",
                problem.message,
                at.file.display(),
                at.line,
                at.column
            ),
            None => problem.message.clone(),
        });
        each.collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n\n" };
            write!(f, "{between}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        let mut margin = String::new();
        if let Some(at) = &self.position {
            let number = at.line.to_string();
            margin = " ".repeat(number.len());
            // A tab stays a tab, so that the caret stands below what is meant.
            let indent = at
                .text
                .chars()
                .chain(std::iter::repeat(' '))
                .take(at.column.saturating_sub(1));
            let indent: String = indent.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(
                f,
                "\n{margin}--> {}:{}:{}",
                at.file.display(),
                at.line,
                at.column
            )?;
            write!(f, "\n{number} | {}", at.text)?;
            let caret = format!(
                "\n{margin} | {indent}{} {}",
                "^".repeat(at.width),
                self.expected
            );
            f.write_str(caret.trim_end_matches(' '))?;
        } else if !self.expected.is_empty() {
            write!(f, "\n = {}", self.expected)?;
        }
        self.notes
            .iter()
            .try_for_each(|note| write!(f, "\n{margin} = {note}"))
    }
}

/// A stretch of a file that was read: its number and a range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The files that were read, and what was found wrong in them so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    files: Vec<File>,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct File {
    name: PathBuf,
    text: String,
    /// The byte at which each line starts.
    lines: Vec<usize>,
}

impl Report {
    /// Takes in a file; the number that it has from now on.
    pub(super) fn file(&mut self, name: &Path, text: String) -> usize {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        self.files.push(File {
            name: name.to_owned(),
            text,
            lines,
        });
        self.files.len() - 1
    }

    /// Notes a problem without a place.
    pub(super) fn anywhere(&mut self, message: impl Into<String>, expected: impl Into<String>) {
        let (message, expected) = (message.into(), expected.into());
        self.problems.push(Problem {
            message,
            position: None,
            expected,
            notes: Vec::new(),
        });
    }

    /// Notes a problem at a place.
    pub(super) fn at(
        &mut self,
        place: Place,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let position = self.position(place, false);
        let (message, expected) = (message.into(), expected.into());
        self.problems.push(Problem {
            message,
            position,
            expected,
            notes: Vec::new(),
        });
    }

    /// Notes a problem with what may be a secret, which is not shown.
    pub(super) fn at_secret(
        &mut self,
        place: Place,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let position = self.position(place, true);
        let (message, expected) = (message.into(), expected.into());
        self.problems.push(Problem {
            message,
            position,
            expected,
            notes: Vec::new(),
        });
    }

    /// Adds to the last problem that something stands at another place.
    pub(super) fn see(&mut self, what: &str, place: Place) {
        if let (Some(at), Some(problem)) = (self.position(place, false), self.problems.last_mut()) {
            problem.notes.push(format!(
                "{what} {}:{}:{}",
                at.file.display(),
                at.line,
                at.column
            ));
        }
    }

    /// Notes what is allowed and may not be meant.
    pub(super) fn note(&mut self, place: Place, message: &str) {
        let note = match self.position(place, false) {
            Some(at) => format!("{}:{}: {message}", at.file.display(), at.line),
            None => message.to_owned(),
        };
        self.notes.push(note);
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// Everything that is wrong, sorted.
    pub(super) fn into_problems(self) -> Problems {
        let mut problems = self.problems;
        problems.sort_by(|a, b| a.position.cmp(&b.position));
        problems.dedup();
        Problems(problems)
    }

    fn position(&self, place: Place, secret: bool) -> Option<Position> {
        let file = self.files.get(place.file)?;
        let index = file
            .lines
            .partition_point(|start| *start <= place.start)
            .checked_sub(1)?;
        let line_start = *file.lines.get(index)?;
        let line = file
            .text
            .get(line_start..)?
            .lines()
            .next()
            .unwrap_or_default();
        let shown = if secret || may_hold_secret(line) {
            before_value(line)
        } else {
            line
        };
        let before = line
            .get(..place.start.saturating_sub(line_start))
            .unwrap_or(line);
        let before = if before.len() < shown.len() {
            before
        } else {
            shown
        };
        let meant = shown.get(before.len()..).unwrap_or_default();
        let meant = meant
            .get(..place.end.saturating_sub(place.start))
            .unwrap_or(meant);
        // A terminal must not obey what a file says.
        let printable = |c: char| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        };
        let mut text: String = shown.chars().map(printable).collect();
        if shown.len() < line.len() {
            text.push('…');
        }
        Some(Position {
            file: file.name.clone(),
            line: index + 1,
            column: before.chars().count() + 1,
            width: meant.chars().count().max(1),
            text,
        })
    }
}

/// Whether a line may hold a secret, even if it cannot be read as TOML.
fn may_hold_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let mut words = ["bearer", "password", "authorization", "cookie"].iter();
    words.any(|word| line.contains(word)) || names_user(&line)
}

/// Whether an address in a text names a user, and so maybe a password.
pub(super) fn names_user(text: &str) -> bool {
    let hosts = text
        .split("://")
        .skip(1)
        .filter_map(|rest| rest.split(['/', '"', '\'']).next());
    hosts.into_iter().any(|host| host.contains('@'))
}

/// A line up to its first string, else up to its first value.
fn before_value(line: &str) -> &str {
    let value = line
        .find(['"', '\''])
        .or_else(|| line.find('=').map(|at| at + 1));
    line.get(..value.unwrap_or(line.len())).unwrap_or_default()
}

/// The candidate that a word was probably meant to be.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let most = (word.chars().count() / 3).max(1);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    let near = candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate));
    near.filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What was expected, and the word that was probably meant.
pub(super) fn did_you_mean(expected: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(word) if expected.is_empty() => format!("did you mean `{word}`?"),
        Some(word) => format!("{expected}; did you mean `{word}`?"),
        None => expected.to_owned(),
    }
}

/// `a`, `b`, `c`: a list of words for a message.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words
        .into_iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, start: usize, end: usize, secret: bool) -> String {
        let mut report = Report::default();
        let file = report.file(Path::new("a.toml"), text.to_owned());
        let place = Place { file, start, end };
        if secret {
            report.at_secret(place, "wrong", "this")
        } else {
            report.at(place, "wrong", "this")
        }
        report.into_problems().to_string()
    }

    #[test]
    fn columns_count_characters_and_tabs_stay() {
        insta::assert_snapshot!(shown("à = 1\n\tè = \"ù\" # x", 13, 17, false), @r#"
        error: wrong
         --> a.toml:2:6
        2 | 	è = "ù" # x
          | 	    ^^^ this
        "#);
    }

    #[test]
    fn a_place_beyond_the_end_is_shown_at_the_end() {
        insta::assert_snapshot!(shown("a = ", 4, 4, false), @r"
        error: wrong
         --> a.toml:1:5
        1 | a = 
          |     ^ this
        ");
        assert!(shown("", 7, 9, false).contains("a.toml:1:1"));
    }

    #[test]
    fn what_may_hold_a_secret_is_not_shown() {
        for line in [
            "password = hunter2",
            "auth.bearer = 'hunter2",
            "headers = { Authorization = \"hunter2\" }",
            "url = \"https://user:hunter2@a.example/\"",
        ] {
            let shown = shown(line, 1, line.len(), false);
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert!(shown("url = \"https://a.example/@x\"", 0, 3, false).contains("@x"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        insta::assert_snapshot!(shown(r#"b = { user = "u", password = "hunter2" }"#, 29, 38, true), @r"
        error: wrong
         --> a.toml:1:14
        1 | b = { user = …
          |              ^ this
        ");
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        assert!(!shown("a = \u{1b}[2J", 4, 5, false).contains('\u{1b}'));
    }

    #[test]
    fn the_nearest_word_is_found_only_when_near() {
        let words = ["every", "cron"];
        assert_eq!(nearest("evry", words), Some("every"));
        assert_eq!(nearest("EVERY", words), Some("every"));
        assert_eq!(nearest("corn", words), Some("cron"));
        assert_eq!(nearest("interval", words), None);
    }
}
