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

use url::Url;

use super::cut::{self, Parsed};
use super::{Ask, Extracted, NoNews, base_of, charset, detect, extract, without_items};
use crate::config::Listing;
use crate::model::{Item, Kind, Page};

pub use health::Why;
pub use known::Known;

use health::Sight;
use known::Roll;

/// With fewer known items, nothing can be told from them.
const FEW: usize = 3;

/// Gives raw items the form in which they are known, as `normalize` does.
pub type Normalize<'a> = dyn Fn(&Extracted) -> Vec<Item> + 'a;

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
pub fn judge(
    page: &Page,
    ask: &Ask<'_>,
    known: &[Known],
    normalize: &Normalize<'_>,
) -> Result<Extracted, Box<Broken>> {
    let read = extract(page, ask);
    let told = |why: NoNews| {
        Box::new(Broken {
            why: why.into(),
            repair: None,
        })
    };
    let is_list = ask.rules.is_some() || ask.kind == Some(Kind::Listing);
    if !is_list || known.len() < FEW {
        return read.map_err(told);
    }
    let roll = Roll::of(known);
    let today = ask
        .dates
        .now
        .with_timezone(&ask.dates.timezone)
        .date_naive();
    let mut ground = None;
    let why: Why = match read {
        Ok(extracted) => {
            let items = normalize(&extracted);
            let pairs = roll.pairs(&items);
            // The page is parsed once more only if something is not as it was.
            if pairs.len() < known.len() || pairs.len() < items.len() {
                ground = Ground::of(page);
            }
            let shown = ground
                .as_ref()
                .map(|ground| ground.shown(&roll))
                .unwrap_or_default();
            let sight = Sight {
                roll: &roll,
                items: &items,
                pairs,
                shown: &shown,
                today,
                teasers: ask.rules.is_some_and(|rules| !rules.summary.is_empty()),
            };
            let apart = || {
                let ground = ground.as_ref()?;
                repair::apart(&ground.parsed, ask.rules?, ask.dates, &sight)
            };
            match sight.fault().or_else(apart) {
                None => return Ok(extracted),
                Some(why) => why,
            }
        }
        Err(why) => why.into(),
    };
    let Some(ground) = ground.or_else(|| Ground::of(page)) else {
        return Err(Box::new(Broken { why, repair: None }));
    };
    let shown = ground.shown(&roll);
    let search = repair::Search {
        page,
        ground: &ground,
        ask,
        roll: &roll,
        shown: &shown,
        today,
        normalize,
    };
    let nothing = matches!(
        why,
        Why::Nothing(NoNews::NothingMatched | NoNews::NothingFound)
    );
    if nothing && shown.is_empty() && empty::is_empty(&ground.parsed, ask.rules) {
        return Ok(without_items(&ground.parsed, &ground.base));
    }
    let repair = search.repair();
    Err(Box::new(Broken { why, repair }))
}

/// The parsed page.
struct Ground {
    parsed: Parsed,
    base: Url,
}

impl Ground {
    fn of(page: &Page) -> Option<Self> {
        let content_type = page.content_type.as_deref();
        let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
        let parsed = cut::parse(&decoded.text)?;
        let base = base_of(&parsed.document, &page.url);
        Some(Self { parsed, base })
    }

    /// The known items whose title or address stands in the main part of the page.
    fn shown(&self, roll: &Roll<'_>) -> HashSet<usize> {
        let (texts, links) = detect::said(&self.parsed);
        let titled = texts.iter().flat_map(|text| roll.titled(text)).copied();
        let resolved = links.iter().filter_map(|link| self.base.join(link).ok());
        let linked = resolved.filter_map(|url| roll.at(&url));
        titled.chain(linked).collect()
    }
}
