//! Whether what a source lists can be its news: judged before anything of it is stored. Pure.
//!
//! An answer is compared with how the source's answers usually look ([`Picture`]) and with the items that are known of
//! it. Nothing new, new news and a list that was turned over in a pause are told from a page that became another one.
//! Lists that were scraped are judged strictly, for a change of layout makes news of anything; feeds leniently, for
//! what is in one is meant to be news. A doubt that stays the same for a day is given up where all else is in order:
//! then the site has changed its list.

mod report;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::LATE;
use crate::model::{Item, Kind};
use report::is_report;

/// Of fewer items nothing can be told.
const FEW: usize = 3;
/// Dates so much later than now are no dates of publication.
const AHEAD: TimeDelta = TimeDelta::days(2);
/// A list of so many items at least is missed when it shrinks to a quarter.
const LONG: usize = 8;
/// So many answers in a row must look the same before they are believed after all,
const SIGHTINGS: u32 = 3;
/// and over so long a time.
const SETTLES: TimeDelta = TimeDelta::hours(24);
/// So many items of a doubted answer are remembered, to tell whether the next one is the same.
const SAMPLE: usize = 24;

/// How the items of an answer look, apart from what they say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Picture {
    /// All items.
    pub items: usize,
    /// Those with a link.
    pub linked: usize,
    /// Those with a date.
    pub dated: usize,
    /// Those with a teaser or a text.
    pub told: usize,
    /// The most that share a title.
    pub one_title: usize,
    /// The most that share a day.
    pub one_day: usize,
    /// Those dated in the future.
    pub ahead: usize,
}

impl Picture {
    /// The picture of the items of one page.
    #[must_use]
    pub fn of(items: &[Item], now: DateTime<Utc>) -> Self {
        let count = |has: &dyn Fn(&Item) -> bool| items.iter().filter(|item| has(item)).count();
        let date = |item: &Item| item.published.as_ref().map(|dated| dated.at);
        Self {
            items: items.len(),
            linked: count(&|item| item.url.is_some()),
            dated: count(&|item| item.published.is_some()),
            told: count(&|item| !item.summary.is_empty() || !item.html.is_empty()),
            one_title: most(items.iter().map(|item| item.title.as_str())),
            one_day: most(items.iter().filter_map(date).map(|at| at.date_naive())),
            ahead: count(&|item| date(item).is_some_and(|at| at.to_utc() > now + AHEAD)),
        }
    }
}

/// How often the most frequent value occurs.
fn most<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> usize {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_values().max().unwrap_or_default()
}

/// What is known of a listed item from earlier answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Familiar {
    /// The day that it was published, as first told; nothing where it had no date.
    pub day: Option<NaiveDate>,
    /// Whether it has another title now.
    pub renamed: bool,
}

/// An answer that is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// What it was read as.
    pub kind: Kind,
    /// It was cut short.
    pub partial: bool,
    /// Its list was found again by the known items after its layout had changed.
    pub mended: bool,
    /// The picture of its first page.
    pub picture: Picture,
    /// Its items, those of its further pages too.
    pub items: &'a [Item],
    /// What is known of each of them; nothing of those that were never seen.
    pub known: &'a [Option<Familiar>],
    /// What each of them is recognised by.
    pub marks: &'a [String],
    /// When it came.
    pub now: DateTime<Utc>,
}

/// What speaks against an answer by what was on its page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misgiving {
    /// What it is, for people.
    pub reason: String,
    /// Whether time can settle it.
    pub passes: bool,
}

/// What is remembered of its source.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// How its last good answer looked; nothing before its first, and after its rules changed.
    pub usual: Option<Picture>,
    /// When that came, or was last confirmed.
    pub since: Option<DateTime<Utc>>,
    /// How many new items were to be expected since then, as it had them before.
    pub expected: f64,
    /// What part of its items of late had a date in its list; nothing where there were none.
    pub dated: Option<f64>,
    /// The answers in a row that were not believed.
    pub doubted: Option<Doubted>,
    /// What the page itself says against this one.
    pub misgiving: Option<Misgiving>,
}

/// The answers in a row that were not believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubted {
    /// Why the last one was not, for people.
    pub reason: String,
    /// When the first of them came.
    pub since: DateTime<Utc>,
    /// When the first came that looked as the last one does.
    pub alike_since: DateTime<Utc>,
    /// How many have looked so.
    pub seen: u32,
    /// Whether half of the items were known when the first of these came; what is new since can't be.
    familiar: bool,
    /// What some of the last one's items are recognised by.
    marks: Vec<String>,
}

impl Doubted {
    /// With one more.
    fn again(before: Option<Self>, reason: String, answer: &Answer<'_>) -> Self {
        let marks: Vec<String> = answer.marks.iter().take(SAMPLE).cloned().collect();
        let since = before.as_ref().map_or(answer.now, |before| before.since);
        let same = before.filter(|before| {
            let shared = marks.iter().filter(|mark| before.marks.contains(mark));
            2 * shared.count() >= marks.len()
        });
        match same {
            Some(same) => Self {
                reason,
                seen: same.seen.saturating_add(1),
                marks,
                ..same
            },
            None => Self {
                reason,
                since,
                alike_since: answer.now,
                seen: 1,
                familiar: 2 * familiar(answer) >= answer.items.len(),
                marks,
            },
        }
    }

    fn is_settled(&self, now: DateTime<Utc>) -> bool {
        self.seen >= SIGHTINGS && now - self.alike_since >= SETTLES
    }
}

/// Why an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Doubt {
    /// The titles are not those of the items.
    #[error("{same} of {of} items have the same title, and they never had")]
    OneTitle {
        /// How many.
        same: usize,
        /// Of how many.
        of: usize,
    },
    /// A field is gone.
    #[error("{found} of {of} items have {field}, and {usual} of {usually} had one before")]
    Lost {
        /// The field.
        field: &'static str,
        /// How many have it.
        found: usize,
        /// Of how many.
        of: usize,
        /// How many had it.
        usual: usize,
        /// Of how many.
        usually: usize,
    },
    /// The dates are not those of the items.
    #[error("{ahead} of {of} dates are in the future, and they never were")]
    Ahead {
        /// How many.
        ahead: usize,
        /// Of how many.
        of: usize,
    },
    /// The same.
    #[error("{same} of {of} items have the same date, and those that are known had other ones")]
    OneDay {
        /// How many.
        same: usize,
        /// Of how many.
        of: usize,
    },
    /// There is no news in it.
    #[error("all that it lists is the report of an error, and {usually} items were usual")]
    Report {
        /// How many there were.
        usually: usize,
    },
    /// It is another list.
    #[error("none of its {of} items is known, and so many can't be new")]
    Strange {
        /// How many there are.
        of: usize,
    },
    /// Most of the list is gone.
    #[error("it lists {items} items, none of them new, and {usually} were usual")]
    Shrunk {
        /// How many there are.
        items: usize,
        /// How many there were.
        usually: usize,
    },
}

impl Doubt {
    /// Whether time can settle it: all but what it doubts is in order. Titles and links that say nothing and wrong dates
    /// never get better by waiting; but what a feed calls all its items when it has only new ones, it means.
    fn passes(self, answer: &Answer<'_>, doubted: &Doubted) -> bool {
        match self {
            Self::OneTitle { .. } => answer.kind == Kind::Feed && familiar(answer) == 0,
            Self::Ahead { .. } | Self::OneDay { .. } | Self::Report { .. } => false,
            Self::Lost { field, .. } => field != LINK && doubted.familiar,
            Self::Strange { .. } | Self::Shrunk { .. } => true,
        }
    }
}

/// What becomes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Taken(Trust),
    /// Nothing is taken from it.
    Doubted(Doubted),
}

/// Why an answer is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nothing speaks against it.
    Usual,
    /// It was doubted before, and has stayed what it is.
    Settled,
    /// The same, and none of its items is known: its source is as new.
    Anew,
    /// It is the first list of a source that looked like a single article before: the source is as new.
    Found,
}

/// Judges an answer.
#[must_use]
pub fn judge(answer: &Answer<'_>, remembered: &Remembered) -> Verdict {
    let doubt = doubt(answer, remembered);
    let reason = match (&doubt, &remembered.misgiving) {
        (Some(doubt), _) => doubt.to_string(),
        (None, Some(misgiving)) => misgiving.reason.clone(),
        (None, None) => return Verdict::Taken(Trust::Usual),
    };
    let doubted = Doubted::again(remembered.doubted.clone(), reason, answer);
    let passes = doubt.is_none_or(|doubt| doubt.passes(answer, &doubted))
        && remembered
            .misgiving
            .as_ref()
            .is_none_or(|misgiving| misgiving.passes);
    if !doubted.is_settled(answer.now) || !passes {
        Verdict::Doubted(doubted)
    } else if familiar(answer) == 0 {
        Verdict::Taken(Trust::Anew)
    } else {
        Verdict::Taken(Trust::Settled)
    }
}

const LINK: &str = "a link";
const DATE: &str = "a date";
const TEASER: &str = "a teaser";

/// What speaks against an answer, the plainest first.
fn doubt(answer: &Answer<'_>, remembered: &Remembered) -> Option<Doubt> {
    let usual = remembered.usual.filter(|usual| usual.items > 0)?;
    let now = answer.picture;
    // One article is a page of its own each time, and that a list is empty is counted elsewhere.
    if answer.kind == Kind::Article || now.items == 0 {
        return None;
    }
    let scraped = matches!(answer.kind, Kind::Listing | Kind::Json);
    report(answer, usual)
        .or_else(|| titles(answer, usual, scraped))
        .or_else(|| fields(answer, remembered, usual, scraped))
        .or_else(|| days(answer, usual, scraped))
        .or_else(|| strange(answer, remembered, usual, scraped))
        .or_else(|| shrunk(answer, remembered, usual, scraped))
}

/// A list that has nothing left but a report of why there is none. News of an error stands among other news.
fn report(answer: &Answer<'_>, usual: Picture) -> Option<Doubt> {
    let few = answer.items.len() < FEW && usual.items >= FEW && familiar(answer) == 0;
    (few && answer.items.iter().all(is_report)).then_some(Doubt::Report {
        usually: usual.items,
    })
}

/// Whether nearly all of enough items are meant; of a scraped list of some length, most.
fn nearly_all(part: usize, of: usize, scraped: bool) -> bool {
    of >= FEW && (10 * part >= 9 * of || scraped && of > FEW && 2 * part > of)
}

/// That most items have one title is no fault where those that are known keep theirs: a bulletin has one title each day.
fn titles(answer: &Answer<'_>, usual: Picture, scraped: bool) -> Option<Doubt> {
    let now = answer.picture;
    let differed = usual.items > 1 && 2 * usual.one_title <= usual.items;
    let known: Vec<&Familiar> = answer.known.iter().flatten().collect();
    let renamed = known.iter().filter(|known| known.renamed).count();
    let sure = scraped && !known.is_empty();
    if !differed || !nearly_all(now.one_title, now.items, sure) {
        return None;
    }
    (known.is_empty() || 2 * renamed > known.len()).then_some(Doubt::OneTitle {
        same: now.one_title,
        of: now.items,
    })
}

fn fields(
    answer: &Answer<'_>,
    remembered: &Remembered,
    usual: Picture,
    scraped: bool,
) -> Option<Doubt> {
    let now = answer.picture;
    // What nearly all had, and less than half as many have.
    let lost = |found: usize, had: usize| {
        let always = usual.items >= FEW && 5 * had >= 4 * usual.items;
        always && now.items >= FEW && 2 * found * usual.items < had * now.items
    };
    let doubt = |field, found, had| Doubt::Lost {
        field,
        found,
        of: now.items,
        usual: had,
        usually: usual.items,
    };
    if lost(now.linked, usual.linked) && (scraped || now.linked == 0) {
        return Some(doubt(LINK, now.linked, usual.linked));
    }
    // The list before may have been dated by chance.
    let always = remembered.dated.is_none_or(|part| part >= 0.8);
    if scraped && always && lost(now.dated, usual.dated) && !keep_dates(answer) {
        return Some(doubt(DATE, now.dated, usual.dated));
    }
    // That none at all has a teaser is the loss of a rule, unless it is the new layout that has none.
    let teasers = scraped && !answer.mended && now.told == 0 && lost(now.told, usual.told);
    teasers.then(|| doubt(TEASER, now.told, usual.told))
}

/// Whether there are known items that had a date, and half of them have one still: then it is only news that has none.
fn keep_dates(answer: &Answer<'_>) -> bool {
    let dated = |known: &Option<Familiar>| known.is_some_and(|known| known.day.is_some());
    let told = answer.items.iter().zip(answer.known);
    let told: Vec<&Item> = told
        .filter(|(_, known)| dated(known))
        .map(|(item, _)| item)
        .collect();
    let kept = told.iter().filter(|item| item.published.is_some());
    !told.is_empty() && 2 * kept.count() >= told.len()
}

fn days(answer: &Answer<'_>, usual: Picture, scraped: bool) -> Option<Doubt> {
    let now = answer.picture;
    let came = 2 * usual.ahead <= usual.dated;
    if came && nearly_all(now.ahead, now.dated, scraped) {
        return Some(Doubt::Ahead {
            ahead: now.ahead,
            of: now.dated,
        });
    }
    // Many items of one day are news as long as it is their day.
    let one_day = scraped && now.dated > FEW && 10 * now.one_day >= 9 * now.dated;
    if !one_day || 2 * usual.one_day > usual.dated {
        return None;
    }
    let told = answer.items.iter().zip(answer.known);
    let told = told.filter_map(|(item, known)| {
        let day = item.published.as_ref()?.at.date_naive();
        Some((known.as_ref()?.day? - day).num_days().abs() > 1)
    });
    let moved: Vec<bool> = told.collect();
    let others = moved.iter().filter(|moved| **moved).count();
    // One or two may have been dated anew on a busy day.
    (others >= FEW && 2 * others > moved.len()).then_some(Doubt::OneDay {
        same: now.one_day,
        of: now.dated,
    })
}

fn familiar(answer: &Answer<'_>) -> usize {
    answer.known.iter().flatten().count()
}

/// The items that are not known and are dated no earlier than the last look.
fn fresh(answer: &Answer<'_>, since: DateTime<Utc>) -> usize {
    let unknown = answer.items.iter().zip(answer.known);
    let unknown = unknown.filter(|(_, known)| known.is_none());
    let dates = unknown.filter_map(|(item, _)| Some(item.published.as_ref()?.at.to_utc()));
    dates.filter(|at| *at >= since - LATE).count()
}

/// That nothing listed is known can be: in a pause, or a busy hour, all of a list may be turned over. Then what it lists
/// is newer than the last look, or where that is not told, no more than a source of its kind has in that time.
fn strange(
    answer: &Answer<'_>,
    remembered: &Remembered,
    usual: Picture,
    scraped: bool,
) -> Option<Doubt> {
    let since = remembered.since?;
    let (of, now) = (answer.items.len(), answer.picture);
    if answer.partial || familiar(answer) > 0 || usual.items < FEW || !scraped && of < FEW {
        return None;
    }
    let fresh = fresh(answer, since);
    let dated = answer.items.iter().filter(|item| item.published.is_some());
    let few = of as f64 <= 1.0 + 3.0 * remembered.expected;
    let turned_over = if scraped {
        let one_day =
            now.dated > FEW && now.one_day == now.dated && 2 * usual.one_day <= usual.dated;
        few || 2 * fresh >= of && !one_day
    } else {
        fresh > 0 || dated.count() < of
    };
    (!turned_over).then_some(Doubt::Strange { of })
}

/// A scraped list of which little is left and nothing is new, as where the rules still fit one box of a new page.
fn shrunk(
    answer: &Answer<'_>,
    remembered: &Remembered,
    usual: Picture,
    scraped: bool,
) -> Option<Doubt> {
    let items = answer.picture.items;
    let shrunk = scraped && !answer.partial && usual.items >= LONG && 4 * items <= usual.items;
    let since = remembered.since?;
    let unknown = answer.items.iter().zip(answer.known);
    let mut unknown = unknown.filter(|(_, known)| known.is_none());
    let undated = unknown.any(|(item, _)| item.published.is_none());
    let new = undated || fresh(answer, since) > 0;
    (shrunk && !new).then_some(Doubt::Shrunk {
        items,
        usually: usual.items,
    })
}

#[cfg(test)]
mod tests;
