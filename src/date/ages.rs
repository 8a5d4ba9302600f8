//! Ages in running text: what says how long ago something was changes without anybody changing it.

use super::phrases::{self, Phrase, Phrases};

/// The most words of a phrase.
const LONGEST: usize = 3;

/// Takes the ages ("3 ore fa", "il y a 2 jours") out of words that have no case, accents or marks. Only those with a
/// number in digits: the others are words of the text.
pub(super) fn without<'a>(words: Vec<&'a str>, language: &str) -> Vec<&'a str> {
    if !words.iter().any(|word| is_number(word)) {
        return words;
    }
    let Some(row) = phrases::row(language).or_else(|| phrases::row("en")) else {
        return words;
    };
    let phrases = row.phrases();
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let unit = words.get(at + 1).copied().unwrap_or_default();
        if is_number(word) && is(phrases, unit, |phrase| matches!(phrase, Phrase::Unit(..))) {
            let past = |phrase: &Phrase| *phrase == Phrase::Past;
            let after = (1..=LONGEST).find(|count| {
                let phrase = words.get(at + 2..at + 2 + count);
                phrase.is_some_and(|phrase| is(phrases, &phrase.join(" "), past))
            });
            let before = (1..=LONGEST).rev().find(|count| {
                let phrase = kept.len().checked_sub(*count);
                let phrase = phrase.and_then(|start| kept.get(start..));
                phrase.is_some_and(|phrase: &[&str]| is(phrases, &phrase.join(" "), past))
            });
            if let Some(count) = after {
                at += 2 + count;
                continue;
            }
            if let Some(count) = before {
                kept.truncate(kept.len() - count);
                at += 2;
                continue;
            }
        }
        kept.push(*word);
        at += 1;
    }
    kept
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is(phrases: &Phrases, words: &str, wanted: impl Fn(&Phrase) -> bool) -> bool {
    phrases
        .get(words)
        .is_some_and(|meanings| meanings.iter().any(wanted))
}

#[cfg(test)]
mod tests {
    fn left(text: &str, language: &str) -> String {
        super::without(text.split(' ').collect(), language).join(" ")
    }

    #[test]
    fn ages_go_and_spans_stay() {
        assert_eq!(left("3 ore fa il lancio", "it"), "il lancio");
        assert_eq!(
            left("lancement il y a 2 jours a kourou", "fr"),
            "lancement a kourou"
        );
        assert_eq!(left("updated 15 minutes ago", "en"), "updated");
        assert_eq!(left("vor 2 stunden gestartet", "de"), "gestartet");
        assert_eq!(
            left("la missione dura 3 giorni", "it"),
            "la missione dura 3 giorni"
        );
        assert_eq!(left("3 missioni ore fa", "it"), "3 missioni ore fa");
    }
}
