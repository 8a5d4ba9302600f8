//! Pieces of a series that one letter or numeral tells apart: lot A and lot B, notice I and notice II, Kestrel-1C and -1D.

use super::evidence::affinity;
use super::numbers::Number;
use super::profile::Profile;
use super::veto::against;
use super::words::{Sort, Word};

/// What tells a piece from the others.
#[derive(PartialEq)]
enum Piece {
    Number(Number),
    Letter(String),
}

impl Piece {
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.agrees(*other),
            _ => self == other,
        }
    }
}

/// A reason, in words for people; nothing if there is none.
pub(super) fn find(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    lettered(a, b, one_language).or_else(|| designated(a, b))
}

/// Another letter behind the same word.
fn lettered(a: &Profile, b: &Profile, one_language: bool) -> Option<String> {
    let (x, y) = (pieces(&a.title), pieces(&b.title));
    let known = |piece: &Piece, other: &Profile| {
        let all = [pieces(&other.title), pieces(&other.summary)];
        all.iter().flatten().any(|(_, found)| found.agrees(piece))
    };
    for (i, one) in &x {
        for (j, other) in &y {
            let (word, rival) = (a.title.get(*i)?, b.title.get(*j)?);
            // Two plain numbers are compared elsewhere.
            let plain = |piece: &Piece, word: &Word| {
                matches!(piece, Piece::Number(_)) && word.number().is_some()
            };
            if plain(one, word) && plain(other, rival) || one.agrees(other) {
                continue;
            }
            let (before, there) = (a.title.get(i - 1)?, b.title.get(j - 1)?);
            let label = before.folded == there.folded
                || affinity(before, there, one_language).is_some_and(|sure| sure > 0.8);
            if label && !known(one, b) && !known(other, a) {
                return Some(against(word, rival));
            }
        }
    }
    None
}

/// What in a title may number it among others: numbers, and letters that are no words.
fn pieces(title: &[Word]) -> Vec<(usize, Piece)> {
    let upper = |word: &&Word| word.written.chars().all(|c| !c.is_lowercase());
    let long = title.iter().filter(|word| word.written.chars().count() > 1);
    let loud = 2 * long.clone().filter(upper).count() > long.count();
    let piece = |at: usize, word: &Word| {
        let last = word.written.chars().next_back()?;
        let rest = word.written.strip_suffix(last)?;
        let upper = last.is_uppercase();
        // In small letters, and among capitals, it is a word wherever another one may follow.
        let after = |at: usize| {
            title
                .get(at)
                .is_some_and(|before| before.number().is_some())
        };
        let ends = at + 1 == title.len() || after(at - 1);
        match (last, word.number()) {
            // "1A" is also how some write "first".
            _ if upper && is_number(rest) => Some(Piece::Letter(word.written.to_lowercase())),
            (_, Some(number)) => Some(Piece::Number(number)),
            _ if word.folded == "one" => Some(Piece::Number(Number::Ordinal(1))),
            _ if !rest.is_empty() || !last.is_alphabetic() => None,
            _ if !ends && (!upper || loud) => None,
            ('I', _) => Some(Piece::Number(Number::Ordinal(1))),
            ('V', _) => Some(Piece::Number(Number::Ordinal(5))),
            ('X', _) => Some(Piece::Number(Number::Ordinal(10))),
            _ => Some(Piece::Letter(word.written.to_lowercase())),
        }
    };
    let words = title.iter().enumerate().skip(1);
    words
        .filter_map(|(at, word)| Some((at, piece(at, word)?)))
        .collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Designations with digits that differ in their last letter alone.
fn designated(a: &Profile, b: &Profile) -> Option<String> {
    let parts = |word: &Word| {
        let last = word.folded.chars().next_back()?;
        let rest = word.folded.strip_suffix(last)?;
        let coded = word.sort == Sort::Code && rest.ends_with(|c: char| c.is_ascii_digit());
        (coded && last.is_alphabetic()).then(|| (rest.to_owned(), last))
    };
    let known = |word: &Word, other: &Profile| {
        let mut words = other.words();
        words.any(|other| other.folded == word.folded)
    };
    for x in a.title.iter().filter(|word| !known(word, b)) {
        let Some((rest, last)) = parts(x) else {
            continue;
        };
        let mut rivals = b.title.iter().filter(|word| !known(word, a));
        let rival = rivals
            .find(|y| parts(y).is_some_and(|(other, letter)| other == rest && letter != last));
        if let Some(y) = rival {
            return Some(against(x, y));
        }
    }
    None
}
