//! From a detected listing to rules: the shortest selectors with lasting names that read from the page what the
//! detection read. They are tried with the reader that will use them, so what they give is known.

mod candidates;
mod fields;
mod stable;
#[cfg(test)]
mod tests;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use thiserror::Error;

use super::cut::{self, Parsed};
use super::detect::{self, Found, Located, Stand};
use super::listing::{self, Headings, Outline};
use super::text::{squash, visible};
use super::{Ask, charset, one};
use crate::config::{Pick, pick};
use crate::date::{self, Moment};
use crate::model::{DateText, Kind, Page, Place};
use candidates::{Scope, candidates};
use fields::{Budget, Items, Reading, Target, Verdict};
pub use written::Written;

/// The most elements that are looked at to find the rules of one page.
const WORK: usize = 4_000_000;
/// The most ways to find the items that are offered.
const WAYS: usize = 4;
/// The most selectors that name the items together.
const TOGETHER: usize = 3;
/// The most selectors of headings that are tried.
const HEADINGS: usize = 60;

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
    fn default(self) -> Option<&'static str> {
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

/// What a page calls the site that it belongs to (`og:site_name`).
#[must_use]
pub fn site_name(page: &Page) -> Option<String> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
    let parsed = cut::parse(&decoded.text)?;
    let select = one("meta[property='og:site_name'][content]")?;
    let name = squash(parsed.document.select(&select).next()?.attr("content")?);
    (!name.is_empty()).then_some(name)
}

fn of_found(page: &Parsed, found: &Found<'_>, dates: &date::Context<'_>) -> Result<Draft, NoRules> {
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
    let budget = Budget::new(WORK);
    let seeker = Seeker {
        page,
        found,
        dates,
        elements: &elements,
        budget: &budget,
    };
    let picks = seeker.picks();
    let item = seeker.item(picks.get(&Field::Title).map(Vec::as_slice));
    if item.is_empty() {
        return Err(NoRules::NoSelector);
    }
    Ok(Draft { item, picks })
}

/// The one element that holds all parts of an item, if there is one.
fn whole<'a>(located: &Located<'a>) -> Option<ElementRef<'a>> {
    let is_in = |inner: ElementRef<'a>, outer: ElementRef<'a>| {
        inner.id() == outer.id() || inner.ancestors().any(|above| above.id() == outer.id())
    };
    let (date, image) = (
        located.date.map(|stand| stand.element),
        located.image.map(|stand| stand.element),
    );
    let parts = || {
        [located.title, located.link, date, image]
            .into_iter()
            .flatten()
            .chain(located.summary.iter().copied())
    };
    // A link around the item is the item as well.
    let link = located
        .link
        .filter(|link| located.run.iter().all(|element| is_in(*element, *link)));
    let mut outer = link.into_iter().chain(located.run.iter().copied());
    match located.run.as_slice() {
        [one] if link.is_none() => Some(*one),
        _ => outer.find(|outer| parts().all(|part| is_in(part, *outer))),
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

struct Seeker<'a, 'b> {
    page: &'b Parsed,
    found: &'b Found<'a>,
    dates: &'b date::Context<'b>,
    /// The element of each item.
    elements: &'b [ElementRef<'a>],
    budget: &'b Budget,
}

impl<'a> Seeker<'a, '_> {
    fn picks(&self) -> BTreeMap<Field, Vec<Written>> {
        let items = Items::new(self.elements, self.budget);
        let text = |field: Field,
                    target: &dyn Fn(&Located<'a>) -> Option<Target<'a>>,
                    wanted: &dyn Fn(&Located<'a>) -> Option<String>| {
            let targets: Vec<Option<Target<'a>>> = self.found.items.iter().map(target).collect();
            let wanted: Vec<Option<String>> = self.found.items.iter().map(wanted).collect();
            let judge = |at: usize, element: ElementRef<'a>, pick: &Pick| {
                let read = listing::first(element, std::slice::from_ref(pick), None);
                match (read, wanted.get(at).and_then(Option::as_ref)) {
                    (None, _) => Verdict::Nothing,
                    (Some(read), Some(wanted)) if squash(&read) == squash(wanted) => Verdict::Right,
                    (Some(_), _) => Verdict::Wrong,
                }
            };
            Some((field, items.picks(&targets, field.default(), &judge)?))
        };
        let plain = |elements: Vec<ElementRef<'a>>| {
            (!elements.is_empty()).then(|| Target {
                elements,
                reading: Reading::default(),
            })
        };
        let title = text(
            Field::Title,
            &|located| Some(title_at(located.title?, located.item.title.as_deref()?)),
            &|located| located.item.title.clone(),
        );
        let link = text(
            Field::Link,
            &|located| located.link.map(|link| at_attribute(link, "href", None)),
            &|located| located.item.link.clone(),
        );
        let summary = text(
            Field::Summary,
            &|located| plain(located.summary.clone()),
            &|located| located.item.summary.clone(),
        );
        let image = text(
            Field::Image,
            &|located| {
                located
                    .image
                    .map(|stand| image_at(stand, located.item.image.as_deref()))
            },
            &|located| located.item.image.clone(),
        );
        let date = self.date(&items).map(|picks| (Field::Date, picks));
        let headings = self.headings().map(|picks| (Field::GroupDate, picks));
        [title, link, summary, image, date, headings]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The moment that a date tells.
    fn moment(&self, date: &DateText) -> Option<Moment> {
        let read = if date.machine {
            date::read_machine
        } else {
            date::read
        };
        read(&date.text, self.dates)
            .ok()
            .map(|reading| reading.moment)
    }

    /// The first of an item's dates that reads, among those inside it or those of headings.
    fn wanted(&self, located: &Located<'_>, heading: bool) -> Option<Moment> {
        let of = located
            .item
            .published
            .iter()
            .filter(|date| (date.place == Place::Heading) == heading);
        of.filter(|date| date.place != Place::Address)
            .find_map(|date| self.moment(date))
    }

    fn date(&self, items: &Items<'a, '_>) -> Option<Vec<Written>> {
        let wanted: Vec<Option<Moment>> = self
            .found
            .items
            .iter()
            .map(|located| self.wanted(located, false))
            .collect();
        let target = |stand: Stand<'a>| match stand.attribute {
            Some(name) => at_attribute(stand.element, name, None),
            None => Target {
                elements: vec![stand.element],
                reading: Reading::default(),
            },
        };
        let targets: Vec<Option<Target<'a>>> = self
            .found
            .items
            .iter()
            .zip(&wanted)
            .map(|(located, wanted)| wanted.and(located.date).map(target))
            .collect();
        let judge = |at: usize, element: ElementRef<'a>, pick: &Pick| {
            let read = listing::date_text(element, pick, None).and_then(|text| self.moment(&text));
            match (read, wanted.get(at).copied().flatten()) {
                (None, _) => Verdict::Nothing,
                (Some(read), Some(wanted)) if read == wanted => Verdict::Right,
                (Some(_), _) => Verdict::Wrong,
            }
        };
        items.picks(&targets, None, &judge)
    }

    /// The headings that date the items after them.
    fn headings(&self) -> Option<Vec<Written>> {
        let mut seen = BTreeSet::new();
        let stands: Vec<Stand<'a>> = self
            .found
            .items
            .iter()
            .filter_map(|located| located.group_date)
            .filter(|stand| seen.insert(stand.element.id()))
            .collect();
        let document = &self.page.document;
        let outline = Outline::of(document, self.elements);
        let size = document.tree.nodes().len();
        let mut groups: BTreeMap<(&str, Option<&str>), Vec<ElementRef<'a>>> = BTreeMap::new();
        for stand in &stands {
            groups
                .entry((stand.element.value().name(), stand.attribute))
                .or_default()
                .push(stand.element);
        }
        // Headings of several kinds would take several picks; so far no page needs them.
        let ((_, attribute), elements) = groups
            .into_iter()
            .max_by_key(|(_, elements)| elements.len())?;
        candidates(&elements, Scope::Page)
            .into_iter()
            .take(HEADINGS)
            .find_map(|candidate| {
                let written = Written::select(candidate.text, attribute, None, false);
                let picks = [written.pick(None)?];
                if !self.budget.spend(2 * size) {
                    return None;
                }
                let reads = |text: &str| date::read(text, self.dates).is_ok();
                let headings = Headings::find(document, &outline, &picks, reads);
                let fits = self
                    .found
                    .items
                    .iter()
                    .zip(self.elements)
                    .all(|(located, element)| {
                        let over = headings.over(*element).and_then(|text| {
                            self.moment(&DateText {
                                text,
                                place: Place::Heading,
                                machine: false,
                            })
                        });
                        // An item's own date goes before that of a heading.
                        self.wanted(located, false).is_some() || over == self.wanted(located, true)
                    });
                fits.then(|| vec![written])
            })
    }

    /// Selectors that find the items, each by itself, the best first: one that finds nothing else, or some together
    /// that don't; else those that find more, of which nothing has a title.
    fn item(&self, title: Option<&[Written]>) -> Vec<String> {
        let wanted: BTreeSet<NodeId> = self.elements.iter().map(|element| element.id()).collect();
        let mut open = wanted.clone();
        let mut exact: Vec<String> = Vec::new();
        let mut larger: Vec<String> = Vec::new();
        while !open.is_empty() && exact.len() < TOGETHER {
            let left: Vec<ElementRef<'a>> = self
                .elements
                .iter()
                .filter(|element| open.contains(&element.id()))
                .copied()
                .collect();
            let Some(first) = left.first().copied() else {
                break;
            };
            let name = first.value().name();
            let same: Vec<ElementRef<'a>> = left
                .iter()
                .filter(|element| element.value().name() == name)
                .copied()
                .collect();
            let whole = same.len() == self.elements.len();
            let mut best: Option<(String, BTreeSet<NodeId>)> = None;
            for elements in [same.as_slice(), &[first]] {
                for candidate in candidates(elements, Scope::Page) {
                    let Some(matched) = self.matched(&candidate.text) else {
                        continue;
                    };
                    if matched.is_subset(&wanted) {
                        let read: BTreeSet<NodeId> = matched.intersection(&open).copied().collect();
                        if read.len() > best.as_ref().map_or(0, |(_, read)| read.len()) {
                            let all = elements.iter().all(|element| read.contains(&element.id()));
                            best = Some((candidate.text, read));
                            if all {
                                break;
                            }
                        }
                    } else if whole
                        && larger.len() < WAYS
                        && wanted.is_subset(&matched)
                        && self.nothing_more(&matched, &wanted, title)
                    {
                        larger.push(candidate.text);
                    }
                }
                if best.is_some() {
                    break;
                }
            }
            let Some((selector, read)) = best else { break };
            open.retain(|id| !read.contains(id));
            exact.push(selector);
        }
        let mut ways = Vec::new();
        if open.is_empty() {
            ways.push(exact.join(", "));
        }
        ways.extend(larger);
        ways
    }

    /// What a selector finds on the page, as a listing takes it.
    fn matched(&self, selector: &str) -> Option<BTreeSet<NodeId>> {
        let document: &Html = &self.page.document;
        if !self.budget.spend(document.tree.nodes().len()) {
            return None;
        }
        let selector = pick::selector(selector).ok()?;
        let matched = document.select(&selector).map(|element| element.id());
        Some(matched.filter(|id| !self.page.open.contains(id)).collect())
    }

    /// Whether nothing that a selector finds beside the items has a title.
    fn nothing_more(
        &self,
        matched: &BTreeSet<NodeId>,
        wanted: &BTreeSet<NodeId>,
        title: Option<&[Written]>,
    ) -> bool {
        let picks: Vec<Pick> = title
            .into_iter()
            .flatten()
            .filter_map(|written| written.pick(None))
            .collect();
        let nodes = matched
            .difference(wanted)
            .filter_map(|id| self.page.document.tree.get(*id));
        !picks.is_empty()
            && nodes.filter_map(ElementRef::wrap).all(|other| {
                self.budget.spend(other.descendants().count())
                    && listing::first(other, &picks, None).is_none()
            })
    }
}

fn at_attribute<'a>(element: ElementRef<'a>, name: &str, regex: Option<&str>) -> Target<'a> {
    Target {
        elements: vec![element],
        reading: Reading {
            attribute: Some(name.to_owned()),
            regex: regex.map(str::to_owned),
        },
    }
}

/// A title may be the whole text of its element, or what stands there after or before a date or a label.
fn title_at<'a>(element: ElementRef<'a>, wanted: &str) -> Target<'a> {
    let text = visible(element);
    let before = text.strip_suffix(wanted).filter(|rest| !rest.is_empty());
    let after = text.strip_prefix(wanted).filter(|rest| !rest.is_empty());
    let regex = before
        .map(|rest| format!("^{}(.+)", shape(rest)))
        .or_else(|| after.map(|rest| format!("^(.+?){}$", shape(rest))));
    Target {
        elements: vec![element],
        reading: Reading {
            attribute: None,
            regex,
        },
    }
}

/// A pattern for texts such as this one: other numbers, other words, the same marks.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars() {
        let part = match c {
            c if c.is_numeric() => r"\d+".to_owned(),
            c if c.is_alphabetic() => r"\pL+".to_owned(),
            c if c.is_whitespace() => r"\s+".to_owned(),
            '-' | ',' => c.to_string(),
            c => regex::escape(c.encode_utf8(&mut [0; 4])),
        };
        if !(shape.ends_with(&part) && part.ends_with('+')) {
            shape.push_str(&part);
        }
    }
    shape
}

/// An image's address may be the whole of an attribute, or stand in a style or among sizes.
fn image_at<'a>(stand: Stand<'a>, wanted: Option<&str>) -> Target<'a> {
    let name = stand.attribute.unwrap_or("src");
    let whole = stand.element.attr(name).map(squash);
    let regex = match name {
        _ if whole.as_deref() == wanted => None,
        "style" => Some(r#"url\(\s*['"]?([^'")]+)"#),
        _ => Some(r"^\s*([^\s,]+)"),
    };
    at_attribute(stand.element, name, regex)
}
