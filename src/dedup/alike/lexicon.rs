//! What words mean, as far as two texts can be compared by it: concepts that several languages have a word for, and
//! names that each language writes its own way. The tables are `concepts.txt` and `names.txt`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::form::fold;

/// The languages of the columns of `concepts.txt`, in their order.
const COLUMNS: [&str; 6] = ["it", "en", "fr", "de", "es", "pt"];
/// The most words that a phrase of the tables has.
pub(super) const PHRASE: usize = 4;
/// The most letters of an ending that a word of the tables stands for.
const ENDING: usize = 6;
/// The fewest letters of the second part of a German compound.
const PART: usize = 5;

/// One meaning: a line of one of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Meaning {
    /// Which line.
    pub(super) id: u16,
    /// What the meaning is good for.
    pub(super) mark: Mark,
}

/// What a meaning is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Tells what a story is about.
    Topic,
    /// Stands in every second title, and tells little.
    Common,
    /// Says at which stage of an affair the story is.
    Stage(Stage),
    /// One value out of a group; a story has one.
    Value(u8),
    /// A name.
    Name,
    /// A name that stands in every second title.
    CommonName,
    /// A name that is in the news all the time, though not of every source.
    FamousName,
}

/// Where an affair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It is to come.
    Ahead,
    /// It has happened.
    Done,
    /// People may apply.
    Call,
    /// Those who applied have been chosen among.
    Outcome,
    /// It was called off or put off, or failed.
    Off,
    /// A text was revised.
    Revised,
}

/// The words of one table, each with the meanings that it has.
#[derive(Debug, Default)]
struct Table {
    words: FxHashMap<String, Vec<Entry>>,
    /// The first words of its phrases.
    heads: FxHashSet<String>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    meaning: Meaning,
    /// Endings don't count.
    whole: bool,
}

impl Table {
    fn add(&mut self, word: &str, meaning: Meaning) {
        let whole = word.ends_with('.') || word.chars().count() < 4;
        let word = phrase(word.trim_end_matches('.'));
        if let Some((head, _)) = word.split_once('_') {
            self.heads.insert(head.to_owned());
        }
        if !word.is_empty() {
            self.words
                .entry(word)
                .or_default()
                .push(Entry { meaning, whole });
        }
    }

    /// The meanings of the word itself, and of the longest entry that it begins with and that stands for endings.
    fn find(&self, word: &str) -> Vec<Meaning> {
        let entries = |head: &str, whole: bool| {
            let entries = self.words.get(head).into_iter().flatten();
            let entries = entries.filter(move |entry| entry.whole == whole);
            entries.map(|entry| entry.meaning)
        };
        let mut found: Vec<Meaning> = entries(word, true).collect();
        let mut end = word.len();
        // An ending is no longer than the word, and ends a phrase's last word.
        for _ in 0..=ENDING.min(word.chars().count() / 2) {
            let (head, ending) = word.split_at_checked(end).unwrap_or_default();
            let before = found.len();
            if !ending.contains('_') {
                found.extend(entries(head, false));
            }
            if found.len() > before {
                break;
            }
            end = head.char_indices().next_back().map_or(0, |(at, _)| at);
        }
        found
    }
}

/// An entry as it is looked up: folded words with `_` between them.
fn phrase(text: &str) -> String {
    fold(&text.replace(['_', '-', '\'', '’'], " ")).replace(' ', "_")
}

static CONCEPTS: LazyLock<[Table; COLUMNS.len()]> = LazyLock::new(|| {
    let mut tables: [Table; COLUMNS.len()] = Default::default();
    let mut groups: Vec<&str> = Vec::new();
    let lines = include_str!("concepts.txt").lines();
    for (id, line) in (0..).zip(lines) {
        let Some((mark, columns)) = line.split_once(' ') else {
            continue;
        };
        let mark = match mark {
            "#" => continue,
            "~" => Mark::Common,
            "a" => Mark::Stage(Stage::Ahead),
            "d" => Mark::Stage(Stage::Done),
            "c" => Mark::Stage(Stage::Call),
            "r" => Mark::Stage(Stage::Outcome),
            "x" => Mark::Stage(Stage::Off),
            "u" => Mark::Stage(Stage::Revised),
            group if group.starts_with('%') => {
                let known = groups.iter().position(|known| *known == group);
                let at = known.unwrap_or_else(|| {
                    groups.push(group);
                    groups.len() - 1
                });
                Mark::Value(u8::try_from(at).unwrap_or(u8::MAX))
            }
            _ => Mark::Topic,
        };
        for (table, column) in tables.iter_mut().zip(columns.split('|')) {
            for word in column.split_whitespace() {
                table.add(word, Meaning { id, mark });
            }
        }
    }
    tables
});

static NAMES: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    let lines = include_str!("names.txt").lines();
    for (id, line) in (0..).zip(lines).filter(|(_, line)| !line.starts_with('#')) {
        let (mark, words) = match line.split_once(' ') {
            Some(("~", words)) => (Mark::CommonName, words),
            Some(("=", words)) => (Mark::FamousName, words),
            _ => (Mark::Name, line),
        };
        for word in words.split_whitespace() {
            table.add(word, Meaning { id, mark });
        }
    }
    table
});

/// The lines of the names that stand for a region.
static REGIONS: LazyLock<FxHashSet<u16>> = LazyLock::new(|| {
    let lines = include_str!("names.txt").lines();
    (0..)
        .zip(lines)
        .skip_while(|(_, line)| *line != "# Regions.")
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('#'))
        .map(|(id, _)| id)
        .collect()
});

/// The English concepts of a folded word that stands in the tables as it is: other languages write it with a capital.
pub(super) fn borrowed(word: &str) -> Vec<Meaning> {
    let entries = CONCEPTS[1].words.get(word).into_iter().flatten();
    entries.map(|entry| entry.meaning).collect()
}

/// Whether a meaning is a region.
pub(super) fn is_region(meaning: Meaning) -> bool {
    meaning.mark == Mark::Name && REGIONS.contains(&meaning.id)
}

/// The table of a language.
fn table(language: &str) -> Option<&'static Table> {
    // The languages next to one of the columns share most of its words.
    let language = match language {
        "ca" => "es",
        "gl" => "pt",
        language => language,
    };
    let at = COLUMNS.iter().position(|column| *column == language)?;
    CONCEPTS.get(at)
}

/// Whether a phrase of the tables begins with this folded word: most words begin none.
pub(super) fn begins_phrase(word: &str, language: &str) -> bool {
    NAMES.heads.contains(word) || table(language).is_some_and(|table| table.heads.contains(word))
}

/// The concepts that a folded word or phrase (`_` between its words) can stand for in a language.
pub(super) fn concepts(word: &str, language: &str) -> Vec<Meaning> {
    let Some(table) = table(language) else {
        return Vec::new();
    };
    let found = table.find(word);
    if !found.is_empty() || language != "de" || word.contains('_') {
        return found;
    }
    // A German compound is a kind of what its last part says.
    let parts = word
        .char_indices()
        .map(|(at, _)| at)
        .skip(4)
        .filter_map(|at| word.get(at..));
    parts
        .filter(|part| part.chars().count() >= PART)
        .map(|part| table.find(part))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The names that a folded word or phrase can stand for, in whatever language it is written.
pub(super) fn names(word: &str) -> Vec<Meaning> {
    NAMES.find(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(a: (&str, &str), b: (&str, &str)) -> bool {
        let a = concepts(&fold(a.0), a.1);
        let b = concepts(&fold(b.0), b.1);
        a.iter().any(|a| b.contains(a))
    }

    #[test]
    fn languages_meet_in_a_concept() {
        assert!(shared(("alluvioni", "it"), ("Hochwasser", "de")));
        assert!(shared(("Überschwemmungen", "de"), ("floods", "en")));
        assert!(!shared(("alluvioni", "it"), ("Ausstellung", "de")));
        assert!(concepts("alluvione", "ja").is_empty());
    }

    #[test]
    fn compounds_mean_what_their_last_part_means() {
        assert!(shared(("Heimatmuseum", "de"), ("museo", "it")));
    }

    #[test]
    fn names_are_one_in_all_languages() {
        let id = |word: &str| names(&phrase(word)).first().map(|name| name.id);
        assert!(id("Firenze").is_some());
        assert_eq!(id("Firenze"), id("Florenz"));
        assert_eq!(id("fiorentini"), id("Florence"));
        assert_eq!(id("European_Space_Agency"), id("Agenzia_Spaziale_Europea"));
        assert_ne!(id("Genova"), id("Ginevra"));
    }

    #[test]
    fn every_line_of_the_concepts_has_all_languages() {
        for line in include_str!("concepts.txt").lines() {
            if !line.is_empty() && !line.starts_with('#') {
                assert_eq!(line.split('|').count(), COLUMNS.len(), "{line}");
            }
        }
    }
}
