//! Drift: a page whose rules stopped matching is noticed by the items that are known of it, and mended where it can be.
//!
//! [`judge`] is extracting with a memory. What it reads is compared with the items that the source
//! listed before (`health`): if they are there, with their titles, links and dates, all is well, whatever else changed.
//! If not, the same items are looked for on the page by what is known of them, rules are drafted from where they stand,
//! and a repair is offered only if it gives the known items back (`repair`).
//!
//! A poll has what it needs in [`pipeline::reread`](crate::pipeline::reread), which takes a source, its known items and
//! a page.

mod align;
mod empty;
mod health;
mod known;
mod mend;
mod repair;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use scraper::ElementRef;

use super::text::visible_without;
use super::{Ask, Extracted, Ground, NoNews, detect, extract_from, without_items};
use crate::config::Listing;
use crate::model::{Item, Kind, Page};

pub use health::Why;
pub use known::Known;

use health::Sight;
use known::Roll;

/// With fewer known items, nothing can be told from them.
const FEW: usize = 3;

/// Gives raw items the form in which they are known, as `normalize` does.
type Normalize<'a> = dyn Fn(&Extracted) -> Vec<Item> + 'a;

/// A page on which the rules no longer work.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What is wrong.
    pub why: Why,
    /// Rules that work, where some were found.
    pub repair: Option<Repair>,
}

/// Rules that give the known items back.
#[derive(Debug, Clone)]
pub struct Repair {
    /// What to write into the source's table: a line of TOML for each rule that changes.
    pub patch: String,
    /// All rules, those that stay included, for use at once.
    pub rules: Listing,
    /// What they read from the page.
    pub extracted: Extracted,
}

/// Reads a page, and judges what was read by the items that are known of its source: those of its last good fetches,
/// the more the better.
///
/// Only lists on HTML pages are judged: those with rules, and those that were read as a listing before (`ask.kind`).
/// Linear in the size of the page, with a budget for the search of new rules.
///
/// # Errors
///
/// [`Broken`] where nothing can be read, or what is read can't be the same list.
pub fn judge<N: AsRef<[Item]>>(
    page: &Page,
    ask: &Ask<'_>,
    known: &[Known],
    normalize: &impl Fn(&Extracted) -> N,
) -> Result<(Extracted, N), Box<Broken>> {
    let mut ground = None;
    let read = extract_from(page, ask, &mut ground);
    let normalized = |extracted: Extracted| {
        let items = normalize(&extracted);
        (extracted, items)
    };
    let told = |why: NoNews| {
        Box::new(Broken {
            why: why.into(),
            repair: None,
        })
    };
    let is_list = ask.rules.is_some() || ask.kind == Some(Kind::Listing);
    if !is_list || known.len() < FEW {
        return read.map(normalized).map_err(told);
    }
    let roll = Roll::of(known);
    let today = ask
        .dates
        .now
        .with_timezone(&ask.dates.timezone)
        .date_naive();
    let why: Why = match read {
        Ok(extracted) => {
            let (extracted, normalized) = normalized(extracted);
            let items = normalized.as_ref();
            let nothing = HashSet::new();
            let sight = Sight {
                roll: &roll,
                items,
                pairs: roll.pairs(items),
                shown: &nothing,
                today,
                teasers: ask.rules.is_some_and(|rules| !rules.summary.is_empty()),
            };
            // What the page shows is looked at only if it could show what was not read.
            let looked_at = ground.as_ref().filter(|_| !sight.unread().is_empty());
            let shown = looked_at.map(|ground| ground.shown(&roll));
            let sight = Sight {
                shown: shown.as_ref().unwrap_or(&nothing),
                ..sight
            };
            let apart = || {
                let ground = ground.as_ref()?;
                repair::apart(&ground.parsed, ask.rules?, ask.dates, &sight)
            };
            match sight.fault().or_else(apart) {
                None => return Ok((extracted, normalized)),
                Some(why) => why,
            }
        }
        Err(why) => why.into(),
    };
    let Some(ground) = ground.or_else(|| Ground::of(page)) else {
        return Err(Box::new(Broken { why, repair: None }));
    };
    let shown = ground.shown(&roll);
    let normalize = |extracted: &Extracted| normalize(extracted).as_ref().to_vec();
    let search = repair::Search {
        page,
        ground: &ground,
        ask,
        roll: &roll,
        shown: &shown,
        today,
        normalize: &normalize,
    };
    let nothing = matches!(
        why,
        Why::Nothing(NoNews::NothingMatched | NoNews::NothingFound)
    );
    if nothing && shown.is_empty() && empty::is_empty(&ground.parsed, ask.rules) {
        return Ok(normalized(without_items(&ground.parsed, &ground.base)));
    }
    let repair = search.repair();
    Err(Box::new(Broken { why, repair }))
}

/// What a page says itself: its title, and its text but for links, which say what other pages are about.
#[must_use]
pub fn own_text(page: &Page) -> String {
    let Some(ground) = Ground::of(page) else {
        return String::new();
    };
    let is = |element: ElementRef<'_>, name: &str| element.value().name() == name;
    let root = ground.parsed.document.root_element();
    let head = root.descendants().filter_map(ElementRef::wrap);
    let head = head.filter(|element| is(*element, "title"));
    let mut texts: Vec<String> = head.map(|title| title.text().collect()).collect();
    texts.push(visible_without(root, |element| is(element, "a")));
    texts.join("\n")
}

impl Ground {
    /// The known items whose title or address stands in the main part of the page.
    fn shown(&self, roll: &Roll<'_>) -> HashSet<usize> {
        let (texts, links) = detect::said(&self.parsed);
        let titled = texts.iter().flat_map(|text| roll.titled(text)).copied();
        let resolved = links.iter().filter_map(|link| self.base.join(link).ok());
        let linked = resolved.filter_map(|url| roll.at(&url));
        titled.chain(linked).collect()
    }
}
