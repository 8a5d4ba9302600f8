//! Reading dates in text for people: the languages in turn, the weekday as a checksum, one date out of several.
//!
//! It refuses whatever leaves a doubt about the day.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::calendar::Years;
use super::clock;
use super::day::{Finder, Found, is_glue};
use super::names::{self, Order, View};
use super::relative;
use super::token::Text;
use super::{Context, Reading, Refusal};

/// How the words begin that say "published", folded.
const PUBLISHED: &str = "pubblicat pubblicazion inserit publicad publicacion published posted publie publication \
    ligne veroffentlicht erschienen gepubliceerd geplaatst publicerad publisert julkaistu \
    опубликован опубліковано opublikowan publikovano objavljeno yayinlan publicat data";

/// How the words begin that say "changed since".
const CHANGED: &str = "aggiornat modificat updated modified edited actualizad modificad jour modifie aktualisiert \
    geandert stand atualizad bijgewerkt uppdaterad oppdatert paivitetty обновлен zaktualizowan";

/// Words between the two ends of a range ("3 to 5 May 2025").
const UNTIL: &str = "to until till through and al a e ed fino bis und au et y o ate tot en do i по до и och og \
    til";

/// English-speaking places that write the day first, and those that write the month first, by their zones' beginnings.
const ENGLISH: &[(&str, Order)] = &[
    ("America/", Order::Mdy),
    ("US/", Order::Mdy),
    ("UTC", Order::Mdy),
    ("Etc/", Order::Mdy),
    ("GMT", Order::Mdy),
    ("Pacific/Honolulu", Order::Mdy),
    ("Europe/London", Order::Dmy),
    ("Europe/Dublin", Order::Dmy),
    ("Australia/", Order::Dmy),
    ("Pacific/Auckland", Order::Dmy),
    ("Africa/", Order::Dmy),
    ("Asia/Kolkata", Order::Dmy),
];

/// Reads a date or an age.
pub(super) fn read(text: &Text, context: &Context) -> Result<Reading, Refusal> {
    let mut refusal = Refusal::NoDate;
    for finder in finders(text, context) {
        match absolute(finder) {
            Err(none @ (Refusal::NoDate | Refusal::NoYear)) => {
                if refusal == Refusal::NoDate {
                    refusal = none;
                }
            }
            certain => return certain,
        }
    }
    relative::read(text, context).unwrap_or(Err(refusal))
}

/// Names that are compiled when they are asked for.
type Names = fn() -> View;

/// One pass for each language, and one with all languages for a page that is not in the language it claims.
fn finders<'a>(text: &'a Text, context: &Context) -> impl Iterator<Item = Finder<'a>> {
    let order = context
        .languages
        .iter()
        .find_map(|language| order(language.tag(), context.timezone))
        .or(context.order);
    let told: Vec<View> = context
        .languages
        .iter()
        .filter_map(|language| View::of(language.tag()))
        .collect();
    let thai = |c: char| ('\u{E00}'..='\u{E7F}').contains(&c);
    let mut years = context
        .languages
        .iter()
        .map(|language| Years::of(language.tag()))
        .find(|years| *years != Years::Common)
        .unwrap_or(Years::Common);
    if years == Years::Common && text.folded().contains(thai) {
        years = Years::Thai;
    }
    // Short names of one language are words of another ("lab", "les", "tra"), so a stranger has to spell them out.
    let strangers: &[(Names, usize)] = if told.is_empty() {
        &[(View::main, 3), (View::all, 3)]
    } else {
        &[(View::all, 5)]
    };
    // Built on demand: most texts are read by the first pass.
    let strangers = strangers.iter().map(|(view, least)| (view(), *least));
    let passes = told.into_iter().map(|view| (view, 2)).chain(strangers);
    passes.map(move |(view, least)| Finder {
        text,
        view,
        order,
        least,
        years,
    })
}

/// The order of numbers in a language. English writes both ways, so the place decides, and where that tells nothing, no order.
fn order(tag: &str, zone: Tz) -> Option<Order> {
    let order = names::order(tag).filter(|order| *order != Order::Ymd)?;
    match tag {
        "en" => ENGLISH
            .iter()
            .find(|(place, _)| zone.name().starts_with(place))
            .map(|(_, order)| *order),
        _ => Some(order),
    }
}

fn absolute(finder: Finder) -> Result<Reading, Refusal> {
    let Finder { text, view, .. } = finder;
    let search = finder.search();
    let mut days: Vec<(NaiveDate, &Found)> = Vec::with_capacity(search.found.len());
    for found in &search.found {
        if is_range(text, view, found) {
            return Err(Refusal::Ambiguous("it is a range of days".into()));
        }
        days.push((checked(text, view, found)?, found));
    }
    let day = match days.as_slice() {
        [] => return Err(search.trouble.unwrap_or(Refusal::NoDate)),
        [(first, _), rest @ ..] if rest.iter().all(|(day, _)| day == first) => *first,
        several => published(text, several)?,
    };
    let same = || days.iter().filter(|(other, _)| *other == day);
    // A weekday that fits leaves nothing open.
    let sure = |found: &Found| found.order.is_none() || weekday(text, view, found).is_some();
    let order = if same().any(|(_, found)| sure(found)) {
        None
    } else {
        same().find_map(|(_, found)| found.order)
    };
    let mut reading = Reading::day(day);
    for (_, found) in same() {
        if let Some(clock) = clock::after(text, view, found.after)?
            .or_else(|| clock::before(text, view, found.first))
        {
            reading = Reading::new(day, Some(clock));
            break;
        }
    }
    Ok(Reading { order, ..reading })
}

/// The one day that a date can be, its printed weekday considered.
fn checked(text: &Text, view: View, found: &Found) -> Result<NaiveDate, Refusal> {
    let printed = weekday(text, view, found);
    let fits = |day: &&NaiveDate| {
        printed
            .as_ref()
            .is_none_or(|(name, _)| name.has_weekday(day.weekday().num_days_from_sunday()))
    };
    let mut fitting = found.days.iter().filter(fits);
    match (fitting.next(), fitting.next(), printed) {
        (Some(day), None, _) => Ok(*day),
        (None, _, Some((_, printed))) => {
            let date = found.days.first().copied().unwrap_or_default();
            Err(Refusal::WrongWeekday { date, printed })
        }
        (Some(one), Some(other), _) => Err(Refusal::Ambiguous(format!("{one} or {other}"))),
        _ => Err(Refusal::NoDate),
    }
}

/// The weekday printed beside a date, and how. Two letters count only with a mark behind them, being words as well.
fn weekday(text: &Text, view: View, found: &Found) -> Option<(names::Name, String)> {
    let known = |word: &str| {
        view.name(word)
            .filter(|name| name.is_weekday())
            .map(|name| (name, word.to_owned()))
    };
    let passable = |index: &usize| {
        text.is_mark(*index, ",.()-|:'")
            || is_glue(text, *index)
            || text
                .word(*index)
                .is_some_and(|word| ["il", "le", "am", "on", "feira"].contains(&word))
    };
    let before = (0..found.first)
        .rev()
        .take(5)
        .find(|index| text.name_until(*index, known).is_some() || !passable(index));
    let before = before.and_then(|last| text.name_until(last, known).map(|(name, _)| (name, last)));
    let long = |word: &str| word.chars().count() > 2 || !word.is_ascii();
    if let Some((name, last)) = before
        && (long(&name.1) || text.is_mark(last + 1, ".,"))
    {
        return Some(name);
    }
    let at = (found.after..text.len())
        .take(5)
        .find(|index| !text.is_mark(*index, ",.()") && !is_glue(text, *index))?;
    // Behind a date a short word begins the next thought as often as it is a weekday.
    let (name, after) = text.name_from(at, known)?;
    let enclosed = text.is_mark(at.checked_sub(1)?, "(") && text.is_mark(after, ")");
    (name.1.chars().count() > 3 || !name.1.is_ascii() || enclosed).then_some(name)
}

/// Whether a date is the end of a range: a day or a month before it, with "to" or a dash between.
fn is_range(text: &Text, view: View, found: &Found) -> bool {
    let connector = |index: usize| {
        text.is_mark(index, "-&")
            || text
                .word(index)
                .is_some_and(|word| UNTIL.split(' ').any(|until| until == word))
    };
    let Some(mut at) = found.first.checked_sub(1).filter(|at| connector(*at)) else {
        return false;
    };
    while at > 0 && (connector(at) || text.is_mark(at, ".,") || is_glue(text, at)) {
        at -= 1;
    }
    let month = text
        .name_until(at, |word| view.name(word)?.months().next())
        .is_some();
    let time = at >= 1 && text.is_mark(at - 1, ":") || text.is_mark(at + 1, ":");
    let day = text
        .number(at)
        .is_some_and(|(value, digits)| digits <= 2 && (1..=31).contains(&value))
        && !time;
    day || month
}

/// The date of publication among several days: the one that words say it of, or the only one that is not of a change.
fn published(text: &Text, days: &[(NaiveDate, &Found)]) -> Result<NaiveDate, Refusal> {
    let said = |found: &Found, words: &str| {
        let near = (0..found.first)
            .rev()
            .take(5)
            .take_while(|index| text.number(*index).is_none());
        near.filter_map(|index| text.word(index))
            .any(|word| words.split(' ').any(|stem| word.starts_with(stem)))
    };
    let mut candidates: Vec<NaiveDate> = days
        .iter()
        .filter(|(_, found)| said(found, PUBLISHED))
        .map(|(day, _)| *day)
        .collect();
    if candidates.is_empty() && days.iter().any(|(_, found)| said(found, CHANGED)) {
        candidates = days
            .iter()
            .filter(|(_, found)| !said(found, CHANGED))
            .map(|(day, _)| *day)
            .collect();
    }
    candidates.dedup();
    match (candidates.as_slice(), days) {
        ([day], _) => Ok(*day),
        (_, [(one, _), (other, _), ..]) => {
            Err(Refusal::Ambiguous(format!("it has {one} and {other}")))
        }
        _ => Err(Refusal::NoDate),
    }
}

/// Whether a folded word begins an announcement of the date ("Published …", "Pubblicato il …").
pub(super) fn announces(word: &str) -> bool {
    PUBLISHED
        .split(' ')
        .chain(CHANGED.split(' '))
        .any(|stem| word.starts_with(stem))
}
