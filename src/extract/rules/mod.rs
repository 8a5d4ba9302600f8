//! From a detected listing to rules: the shortest selectors with lasting names that read from the page what the
//! detection read. They are tried with the reader that will use them, so what they give is known.

mod candidates;
mod fields;
mod items;
mod picks;
mod stable;
#[cfg(test)]
mod tests;
pub mod toml;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeId;
use scraper::ElementRef;
use thiserror::Error;

use super::cut::{self, Parsed};
use super::detect::{self, Found, Located};
use super::text::squash;
use super::{Ask, charset, one};
use crate::date;
use crate::model::{Kind, Page};
use candidates::Candidate;
use fields::Budget;
use picks::Seeker;
pub use written::Written;

/// The most elements that are looked at to find the items of one page by rules, and again for their fields.
const WORK: usize = 4_000_000;
/// The most elements within each other of which the best name is taken.
const LEVELS: usize = 4;
/// How much better a name must be to be taken from one level deeper.
const DEEPER: usize = 8;

/// A key of `listing` that can be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// `group.date`
    GroupDate,
    /// `title`
    Title,
    /// `link`
    Link,
    /// `date`
    Date,
    /// `summary`
    Summary,
    /// `image`
    Image,
}

impl Field {
    /// The key below `listing`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::GroupDate => "group.date",
            Self::Title => "title",
            Self::Link => "link",
            Self::Date => "date",
            Self::Summary => "summary",
            Self::Image => "image",
        }
    }

    /// The attribute that is read where a pick names none.
    pub(super) fn default(self) -> Option<&'static str> {
        match self {
            Self::Link => Some("href"),
            Self::Image => Some("src"),
            _ => None,
        }
    }
}

/// Rules for a page, to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Selectors of the items, each a way to find them, the best first; never empty.
    pub item: Vec<String>,
    /// The picks of each field for which there are some. Any other field is looked for as without rules.
    pub picks: BTreeMap<Field, Vec<Written>>,
}

/// Why there are no rules for a page.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum NoRules {
    /// It has no list.
    #[error("no list of news is detected on the page")]
    NoList,
    /// JSON-LD and its like.
    #[error("the page states its news as data, and no elements show it")]
    Data,
    /// `h3`, `p`, `p`, `h3`, `p`, `p`.
    #[error("the parts of an item follow each other without an element around each item")]
    Loose,
    /// Hashed names, or none at all.
    #[error("no selector with lasting names finds the items and nothing else")]
    NoSelector,
}

/// Looks for the rules of a page without rules.
///
/// # Errors
///
/// [`NoRules`] where they can't be written.
pub fn draft(page: &Page, ask: &Ask<'_>) -> Result<Draft, NoRules> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
    let parsed = cut::parse(&decoded.text).ok_or(NoRules::NoList)?;
    let base = super::base_of(&parsed.document, &page.url);
    let asked = ask.kind == Some(Kind::Listing);
    let found = detect::find(&parsed, &base, ask.dates, asked);
    if found.items.is_empty() {
        return Err(NoRules::NoList);
    }
    of_found(&parsed, &found, ask.dates)
}

/// What a page calls the site that it belongs to (`og:site_name`), and itself (`<title>`).
#[must_use]
pub fn names(page: &Page) -> (Option<String>, Option<String>) {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
    let Some(Parsed { document, .. }) = cut::parse(&decoded.text) else {
        return (None, None);
    };
    let site = one("meta[property='og:site_name'][content]").and_then(|select| {
        let name = squash(document.select(&select).next()?.attr("content")?);
        (!name.is_empty()).then_some(name)
    });
    let head = super::Head {
        document: &document,
        base: &page.url,
    };
    (site, head.title())
}

/// Looks for the rules that find these items.
pub(super) fn of_found(
    page: &Parsed,
    found: &Found<'_>,
    dates: &date::Context<'_>,
) -> Result<Draft, NoRules> {
    if found.items.iter().any(|located| located.run.is_empty()) {
        return Err(NoRules::Data);
    }
    let elements: Vec<ElementRef<'_>> = found
        .items
        .iter()
        .map(|located| whole(located).or_else(|| around(located, &found.items)))
        .collect::<Option<_>>()
        .ok_or(NoRules::Loose)?;
    let distinct: BTreeSet<NodeId> = elements.iter().map(|element| element.id()).collect();
    if distinct.len() < elements.len() {
        return Err(NoRules::Loose);
    }
    let (budget, budget_of_picks) = (Budget::new(WORK), Budget::new(WORK));
    // Of an element and the only one inside it, the one with the better name.
    let levels = levels(found, elements);
    let ways = levels
        .iter()
        .map(|elements| items::Finder::new(page, elements, &budget).exact());
    let ways: Vec<Option<Candidate>> = ways.collect();
    let cheapest = ways
        .iter()
        .enumerate()
        .filter_map(|(at, way)| Some((way.as_ref()?.cost + DEEPER * at, at)));
    let level = cheapest.min().map_or(0, |(_, at)| at);
    let elements = &levels[level];
    let picks = Seeker {
        page,
        found,
        dates,
        elements,
        budget: &budget_of_picks,
    }
    .picks();
    let item = match ways.into_iter().nth(level).flatten() {
        Some(exact) => vec![exact.text],
        None => {
            let title = picks.get(&Field::Title).map(Vec::as_slice);
            items::Finder::new(page, elements, &budget).larger(title.unwrap_or_default())
        }
    };
    if item.is_empty() {
        return Err(NoRules::NoSelector);
    }
    Ok(Draft { item, picks })
}

/// The items' elements, and those that are alone inside them and hold all of their parts, level by level.
fn levels<'a>(found: &Found<'a>, elements: Vec<ElementRef<'a>>) -> Vec<Vec<ElementRef<'a>>> {
    let mut levels = vec![elements];
    while levels.len() < LEVELS {
        let outer = levels.last().into_iter().flatten();
        let inner: Option<Vec<ElementRef<'a>>> = outer
            .zip(&found.items)
            .map(|(outer, located)| {
                let mut children = outer.children().filter_map(ElementRef::wrap);
                let only = children.next().filter(|_| children.next().is_none())?;
                // A heading is a title and no item.
                let heading =
                    matches!(only.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
                let whole = !heading && parts(located).all(|part| is_in(part, only));
                whole.then_some(only)
            })
            .collect();
        let Some(inner) = inner else { break };
        levels.push(inner);
    }
    levels
}

/// The elements from which an item was read.
fn parts<'a, 'l>(located: &'l Located<'a>) -> impl Iterator<Item = ElementRef<'a>> + use<'a, 'l> {
    let stands = [located.date, located.image]
        .into_iter()
        .flatten()
        .map(|stand| stand.element);
    let named = [located.title, located.link].into_iter().flatten();
    named.chain(stands).chain(located.summary.iter().copied())
}

fn is_in(inner: ElementRef<'_>, outer: ElementRef<'_>) -> bool {
    inner.id() == outer.id() || inner.ancestors().any(|above| above.id() == outer.id())
}

/// The one element that holds all parts of an item, if there is one.
fn whole<'a>(located: &Located<'a>) -> Option<ElementRef<'a>> {
    // A link around the item is the item as well.
    let link = located
        .link
        .filter(|link| located.run.iter().all(|element| is_in(*element, *link)));
    let mut outer = link.into_iter().chain(located.run.iter().copied());
    match located.run.as_slice() {
        [one] if link.is_none() => Some(*one),
        _ => outer.find(|outer| parts(located).all(|part| is_in(part, *outer))),
    }
}

/// The element around a run of siblings, if it has no other items in it.
fn around<'a>(located: &Located<'a>, all: &[Located<'a>]) -> Option<ElementRef<'a>> {
    let parent = located.run.first()?.parent().and_then(ElementRef::wrap)?;
    let within = |other: &&Located<'a>| {
        let first = other.run.first();
        first.is_some_and(|first| first.ancestors().any(|above| above.id() == parent.id()))
    };
    (all.iter().filter(within).take(2).count() == 1).then_some(parent)
}
