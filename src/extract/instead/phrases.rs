//! The phrases of `instead.txt`, and what a folded text says with them.

use std::sync::LazyLock;

use super::Instead;
use crate::config::units::fold;

/// Words that say nothing by themselves in the heading of such a page.
const FILLERS: &str = "error errors errore erreur fehler fehlermeldung erro oops ops oups ups uups hoppla sorry whoops \
    spiacenti spiacente desole leider sentimos lo siento http https status code codice stato the this that a an is la il le \
    lo l les the der die das diese el los o os your page pagina seite we are e 1";

pub(super) struct Phrase {
    sense: Instead,
    /// Folded, a blank on both sides.
    pub(super) text: String,
    /// How many words it has.
    words: usize,
    /// It counts only where it is all that is said.
    whole: bool,
}

pub(super) static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let mut phrases = Vec::new();
    for line in include_str!("../instead.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let mut cells = line.split('|').map(str::trim);
        let sense = match cells.next() {
            Some("missing") => Instead::Missing,
            Some("bot") => Instead::BotCheck,
            Some("denied") => Instead::Denied,
            Some("login") => Instead::Login,
            Some("consent") => Instead::Consent,
            Some("maintenance") => Instead::Maintenance,
            Some("default") => Instead::Default,
            Some("parked") => Instead::Parked,
            Some("script") => Instead::Script,
            Some("fault") => Instead::Fault,
            _ => continue,
        };
        for cell in cells {
            let text = fold(cell);
            phrases.push(Phrase {
                sense,
                words: text.split(' ').count(),
                text: format!(" {text} "),
                whole: cell.starts_with('='),
            });
        }
    }
    phrases
});

/// What a folded heading says if it says nothing else but fillers and the number of a status.
pub(super) fn whole(text: &str) -> Option<Instead> {
    let rest = |phrase: Option<&Phrase>| {
        let left = match phrase {
            Some(phrase) => format!(" {text} ").replacen(&phrase.text, " ", 1),
            None => text.to_owned(),
        };
        left.split(' ')
            .all(|word| word.is_empty() || is_number(word) || is_filler(word))
    };
    let padded = format!(" {text} ");
    let said = PHRASES
        .iter()
        .find(|phrase| padded.contains(&phrase.text) && rest(Some(phrase)));
    said.map(|phrase| phrase.sense)
        .or_else(|| text.split(' ').find_map(status).filter(|_| rest(None)))
}

/// What a folded text says among at most so many other words.
pub(super) fn said(text: &str, rest: usize) -> Option<Instead> {
    let padded = format!(" {text} ");
    let words = text.split(' ').count();
    PHRASES
        .iter()
        .find(|phrase| {
            !phrase.whole
                && words.saturating_sub(phrase.words) <= rest
                && padded.contains(&phrase.text)
        })
        .map(|phrase| phrase.sense)
}

/// What the number of a status stands for.
fn status(word: &str) -> Option<Instead> {
    match word {
        "404" | "410" => Some(Instead::Missing),
        "401" | "403" | "451" => Some(Instead::Denied),
        "500" | "502" | "503" | "504" => Some(Instead::Fault),
        _ => None,
    }
}

pub(super) fn is_number(word: &str) -> bool {
    word.len() == 3
        && word.starts_with(['4', '5'])
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.split(' ').any(|filler| filler == word)
}
