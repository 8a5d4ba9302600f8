//! The words that languages have for numbers, from `numbers.txt`, and those that they make of them.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::form::fold;

/// What a word does in a number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// It is this number.
    Value(f64),
    /// It multiplies what stands before it.
    Times(f64),
    /// It is this one of a row.
    Ordinal(u16),
    /// It says that the number is not exact.
    About,
}

/// The number words of a language, folded.
#[derive(Debug, Default)]
pub(super) struct Words {
    roles: FxHashMap<String, Role>,
    /// The first words of its phrases.
    heads: FxHashSet<String>,
}

impl Words {
    /// What a word or phrase (`_` between its words) does.
    pub(super) fn role(&self, word: &str) -> Option<Role> {
        self.roles.get(word).copied()
    }

    /// Whether a phrase of the table begins with this word.
    pub(super) fn begins_phrase(&self, word: &str) -> bool {
        self.heads.contains(word)
    }
}

static WORDS: LazyLock<FxHashMap<&str, Words>> = LazyLock::new(|| {
    let rows = include_str!("numbers.txt")
        .lines()
        .filter(|row| !row.starts_with('#'));
    rows.filter_map(|row| {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let language = *columns.first()?;
        Some((language, table(language, columns.get(1..)?)))
    })
    .collect()
});

fn table(language: &str, columns: &[&str]) -> Words {
    let mut words = Words::default();
    let mut put = |word: &str, role: Role| {
        let word = fold(&word.replace(['_', '-'], " ")).replace(' ', "_");
        if let Some((head, _)) = word.split_once('_') {
            words.heads.insert(head.to_owned());
        }
        if !word.is_empty() {
            words.roles.entry(word).or_insert(role);
        }
    };
    let column = |at: usize| columns.get(at).copied().unwrap_or_default();
    let forms = |word: &str| -> Vec<String> { word.split('/').map(fold).collect() };
    let ones: Vec<&str> = column(0).split(' ').collect();
    let tens: Vec<&str> = column(1).split(' ').collect();
    for (value, word) in (0_u32..).zip(&ones) {
        for word in forms(word) {
            put(&word, Role::Value(value.into()));
        }
    }
    let one = match language {
        "it" => "uno",
        "de" => "ein",
        "nl" => "een",
        _ => ".",
    };
    for (ten, word) in (2_u32..).zip(&tens).filter(|(_, word)| **word != ".") {
        put(word, Role::Value((ten * 10).into()));
        for (unit, name) in (1_u32..10).zip(ones.iter().skip(1)) {
            let name = fold(if unit == 1 { one } else { name });
            let value = Role::Value((ten * 10 + unit).into());
            match language {
                // The last vowel goes before another one: ventuno, ventotto.
                "it" if name.starts_with(['u', 'o']) => {
                    put(
                        &format!("{}{name}", word.get(..word.len() - 1).unwrap_or_default()),
                        value,
                    );
                }
                "it" => put(&format!("{word}{name}"), value),
                "de" => put(&format!("{name}und{word}"), value),
                "nl" => put(&format!("{name}en{word}"), value),
                _ => {}
            }
        }
    }
    for (at, times) in [(2, 1e2), (3, 1e3), (4, 1e6), (5, 1e9)] {
        for word in column(at).split(' ').filter(|word| *word != ".") {
            put(word, Role::Times(times));
            for (unit, name) in (2_u32..10).zip(ones.iter().skip(2)) {
                if at < 4 {
                    put(
                        &format!("{}{word}", fold(name)),
                        Role::Value(f64::from(unit) * times),
                    );
                }
            }
        }
    }
    for word in column(6).split(' ') {
        put(word, Role::About);
    }
    for (number, word) in (1..).zip(column(7).split(' ')) {
        for word in word.split('/') {
            put(word, Role::Ordinal(number));
        }
    }
    words
}

/// The number words of a language; nothing where the table lacks it.
pub(super) fn words(language: &str) -> Option<&'static Words> {
    WORDS.get(language)
}
