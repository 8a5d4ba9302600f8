//! Where an affair stands: what is to come, what has happened, what was called off; and days that lie between two items.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::evidence::affinity;
use super::lexicon::{Mark, Stage};
use super::numbers::Number;
use super::profile::Profile;
use super::words::Word;
use crate::date;

/// Time enough for what was to come to have happened.
const LATER: TimeDelta = TimeDelta::hours(16);

/// Stages of which one story has only one.
const OPPOSED: [(Stage, Stage); 5] = [
    (Stage::Ahead, Stage::Done),
    (Stage::Ahead, Stage::Off),
    (Stage::Off, Stage::Done),
    (Stage::Call, Stage::Outcome),
    (Stage::Call, Stage::Done),
];

/// One says that it will be, the other that it was, or was called off.
pub(super) fn find(a: &Profile, b: &Profile) -> Option<String> {
    let only =
        |profile: &Profile, this: Stage, other: Stage| profile.is_at(this) && !profile.is_at(other);
    for (x, y) in OPPOSED {
        for (p, q) in [(a, b), (b, a)] {
            if only(p, x, y) && only(q, y, x) {
                let (first, second) = (staged(p, x)?, staged(q, y)?);
                return Some(format!(
                    "they are at different stages: `{}` and `{}`",
                    first.written, second.written
                ));
            }
        }
    }
    for (p, q) in [(a, b), (b, a)] {
        let will = |profile: &Profile| {
            let mut words = profile.title.iter();
            words
                .find(|word| is_future(word, &profile.language))
                .cloned()
        };
        if let Some(word) = will(p)
            && only(q, Stage::Done, Stage::Ahead)
            && will(q).is_none()
            && !p.is_at(Stage::Done)
        {
            let done = staged(q, Stage::Done)?;
            return Some(format!(
                "they are at different stages: `{}` and `{}`",
                word.written, done.written
            ));
        }
        if p.is_at(Stage::Off) && !q.mentions(Stage::Off) && !one_day(p, q) {
            let off = staged(p, Stage::Off)?;
            return Some(format!("only one says `{}`", off.written));
        }
    }
    // What is to come is told before it comes.
    let (first, second) = match (a.published, b.published) {
        (Some(at), Some(other)) if at + LATER <= other => (a, b),
        (Some(at), Some(other)) if other + LATER <= at => (b, a),
        _ => return None,
    };
    if let Some(word) = announced(first, second) {
        return Some(format!("`{word}` lies between them"));
    }
    [Stage::Ahead, Stage::Call].into_iter().find_map(|stage| {
        let passed = first.is_at(stage) && !second.mentions(stage);
        let word = passed.then(|| staged(first, stage)).flatten()?;
        // What begins is still said to begin, in other words.
        let repeated = second.words().any(|other| {
            let mut meanings = word.meanings.iter();
            meanings.any(|meaning| other.meanings.contains(meaning))
        });
        (!repeated).then(|| format!("the later one no longer says `{}`", word.written))
    })
}

/// Whether both titles name one day, as two reports of a new date do.
fn one_day(a: &Profile, b: &Profile) -> bool {
    let days = |profile: &Profile| {
        let numbers = profile.title.iter().filter_map(Word::number);
        numbers
            .filter(|number| matches!(number, Number::Day { .. }))
            .collect::<Vec<_>>()
    };
    days(a).iter().any(|day| days(b).contains(day))
}

/// A day that was to come when the first was published, and had come when the second was.
fn announced(first: &Profile, second: &Profile) -> Option<String> {
    let (from, to) = (
        first.published?.date_naive(),
        second.published?.date_naive(),
    );
    let comes = |word: &&Word| {
        let day = match word.number() {
            Some(Number::Day { month, day }) => {
                NaiveDate::from_ymd_opt(from.year(), month.into(), day.into())
            }
            Some(_) => None,
            // Short words and words that mean something else are no weekdays.
            None if word.folded.chars().count() < 4
                || word
                    .meanings
                    .iter()
                    .any(|meaning| !matches!(meaning.mark, Mark::Value(_))) =>
            {
                None
            }
            None => date::weekday(&word.written, &first.language).map(|day| {
                let days =
                    (day.num_days_from_monday() + 7 - from.weekday().num_days_from_monday()) % 7;
                from + Days::new(days.into())
            }),
        };
        // On the day itself it may have happened.
        day.is_some_and(|day| from < day && day <= to)
    };
    let repeated = |word: &Word| {
        let mut others = second.words();
        others.any(|other| affinity(word, other, false).is_some())
    };
    let word = first.words().filter(comes).find(|word| !repeated(word))?;
    (!first.is_at(Stage::Done)).then(|| word.written.clone())
}

/// Whether a word is a verb in the future tense, in the languages where its ending says so.
fn is_future(word: &Word, language: &str) -> bool {
    let endings: &[&str] = match language {
        "it" => &["rà", "ranno"],
        "es" => &["rá", "rán"],
        "pt" => &["rá", "rão"],
        "fr" => &["era", "ront"],
        _ => &[],
    };
    let small = word.written.starts_with(char::is_lowercase) && word.written.chars().count() > 4;
    small && endings.iter().any(|ending| word.written.ends_with(ending))
}

/// The word of a title that tells its stage.
fn staged(profile: &Profile, stage: Stage) -> Option<&Word> {
    let mut words = profile.title.iter();
    words.find(|word| word.is_marked(Mark::Stage(stage)))
}
