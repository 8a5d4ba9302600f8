//! The phrases that ages and near days are told in, compiled from `relative.txt` once per language, on demand.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::token::{Text, fold};

/// What a phrase stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// It says that something has passed.
    Past,
    /// It says that something will come.
    Future,
    /// It says nothing.
    Filler,
    /// A number in letters, in hundredths: half an hour is 50.
    Count(i64),
    /// A unit of time, so many times: a decade is ten years.
    Unit(Unit, i64),
    /// A day, from today on.
    Day(i64),
    /// This moment.
    Now,
    /// A time by itself ("last week"), from now on.
    Distance(i64, Unit),
}

/// A unit that ages are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// The units in the order of their columns, with their signs in the last column.
const UNITS: [(Unit, &str); 7] = [
    (Unit::Second, "s"),
    (Unit::Minute, "m"),
    (Unit::Hour, "h"),
    (Unit::Day, "d"),
    (Unit::Week, "w"),
    (Unit::Month, "mo"),
    (Unit::Year, "y"),
];

/// A line of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// Its language.
    pub(super) tag: &'static str,
    columns: &'static str,
    phrases: OnceLock<Phrases>,
}

/// The phrases of a language, folded. One can have two meanings: Italian `ora` is "hour" and "now".
pub(super) type Phrases = FxHashMap<Box<str>, Vec<Phrase>>;

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let lines = include_str!("relative.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| line.split_once('|'));
    rows.map(|(tag, columns)| Row {
        tag: tag.trim(),
        columns,
        phrases: OnceLock::new(),
    })
    .collect()
});

/// The languages, as places in the table, by the first words of their phrases.
static FIRST_WORDS: LazyLock<FxHashMap<Box<str>, Vec<usize>>> = LazyLock::new(|| {
    let mut first_words: FxHashMap<Box<str>, Vec<usize>> = FxHashMap::default();
    for (place, row) in ROWS.iter().enumerate() {
        for phrase in row.phrases().keys() {
            if let Some(word) = Text::new(phrase).word(0) {
                let places = first_words.entry(word.into()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
    }
    first_words
});

/// The languages that a phrase of the text can be of, in the order of the table.
pub(super) fn rows_of(text: &Text) -> impl Iterator<Item = &'static Row> {
    let mut places: Vec<usize> = (0..text.len())
        .filter_map(|at| FIRST_WORDS.get(text.word(at)?))
        .flatten()
        .copied()
        .collect();
    if text.has_no_blanks() {
        let glued = |row: &Row| row.has_no_blanks();
        places.extend((0..ROWS.len()).filter(|place| ROWS.get(*place).is_some_and(glued)));
    }
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|place| ROWS.get(place))
}

/// The line of a language.
pub(super) fn row(tag: &str) -> Option<&'static Row> {
    let tag = match tag {
        "no" | "nn" => "nb",
        "bs" => "hr",
        "zh-hant" | "yue" => "zh",
        tag => tag,
    };
    ROWS.iter().find(|row| row.tag == tag)
}

impl Row {
    /// Whether its words follow each other without blanks, and have to be parted by the phrases.
    pub(super) fn has_no_blanks(&self) -> bool {
        matches!(self.tag, "th" | "lo" | "my" | "km" | "ko")
    }

    /// Its phrases.
    pub(super) fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| {
            let mut phrases = Phrases::default();
            for (column, words) in self.columns.split('|').enumerate() {
                for word in words.split_whitespace() {
                    let (word, value) = word.split_once('=').unwrap_or((word, "1"));
                    if let Some(phrase) = meaning(column, value) {
                        let folded = fold(&word.replace('_', " ")).into();
                        phrases.entry(folded).or_default().push(phrase);
                    }
                }
            }
            phrases
        })
    }
}

/// What a word of a column stands for.
fn meaning(column: usize, value: &str) -> Option<Phrase> {
    Some(match column {
        0 => Phrase::Past,
        1 => Phrase::Future,
        2 => Phrase::Filler,
        3 => Phrase::Count(match value.split_once('.') {
            Some((whole, tenths)) => {
                whole.parse::<i64>().ok()? * 100 + tenths.parse::<i64>().ok()? * 10
            }
            None => value.parse::<i64>().ok()? * 100,
        }),
        4..=10 => Phrase::Unit(UNITS.get(column - 4)?.0, 1),
        11 => Phrase::Now,
        12 => Phrase::Day(0),
        13 => Phrase::Day(-1),
        14 => Phrase::Day(-2),
        15 => Phrase::Day(1),
        _ => {
            let letters = value.find(|c: char| c.is_ascii_alphabetic())?;
            let (count, sign) = value.split_at_checked(letters)?;
            let count: i64 = count.parse().ok()?;
            let (unit, _) = UNITS.iter().find(|(_, known)| *known == sign)?;
            if count < 0 {
                Phrase::Distance(count, *unit)
            } else {
                Phrase::Unit(*unit, count)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_word_of_the_table_means_something() {
        for row in ROWS.iter() {
            for (column, words) in row.columns.split('|').enumerate() {
                assert!(column <= 16, "{}: too many columns", row.tag);
                for word in words.split_whitespace() {
                    let value = word.split_once('=').map_or("1", |(_, value)| value);
                    assert_ne!(meaning(column, value), None, "{}: {word}", row.tag);
                }
            }
        }
    }

    #[test]
    fn every_language_has_its_units_and_a_word_for_the_past() {
        let main = "it en fr de es pt nl pl ro ru uk el tr ar fa he hi th ja ko zh vi id sv da nb fi cs sk hu sl hr \
                    bg et lv lt ca";
        for tag in main.split_whitespace() {
            let phrases = row(tag).unwrap().phrases();
            let has = |phrase| phrases.values().flatten().any(|known| *known == phrase);
            for (unit, _) in UNITS {
                assert!(has(Phrase::Unit(unit, 1)), "{tag}: {unit:?}");
            }
            for phrase in [
                Phrase::Past,
                Phrase::Future,
                Phrase::Now,
                Phrase::Day(0),
                Phrase::Day(-1),
                Phrase::Day(-2),
                Phrase::Distance(-1, Unit::Week),
                Phrase::Distance(-1, Unit::Month),
                Phrase::Distance(-1, Unit::Year),
            ] {
                assert!(has(phrase), "{tag}: {phrase:?}");
            }
            // Hindi has one word for yesterday and tomorrow; news is of the former.
            assert!(has(Phrase::Day(1)) || tag == "hi", "{tag}: tomorrow");
        }
    }
}
