//! The listing that nobody described: what a page states as data, else what repeats on it and looks like news.
//!
//! The page is laid flat (`plot`), its repeated parts become groups of units (`groups`), each group is read as a list
//! whose titles, links and dates are told by all its units together (`list`), and the one that looks most like news is
//! taken, if it looks enough like news at all.

mod consensus;
mod dates;
mod found;
mod groups;
mod headline;
mod heads;
mod known;
mod leads;
mod list;
mod plot;
mod reader;
mod stated;
mod teaser;
#[cfg(test)]
mod tests;
mod undated;

use std::collections::HashSet;

use scraper::ElementRef;
use url::Url;

use super::cut::Parsed;
use super::jsonld;
use crate::date;
use crate::model::RawItem;
use groups::Unit;
use list::{List, Pattern};
use plot::{Plot, weight};
use reader::Reader;
use stated::Stated;

pub(crate) use found::{Found, Located, Other, Stand};
pub(crate) use known::{lists, located, said};

/// The items of the page's news listing; none where nothing on it looks like one. Where the configuration says that
/// there is a listing (`asked`), less has to speak for it.
pub(crate) fn find<'a>(
    page: &'a Parsed,
    base: &Url,
    dates: &date::Context<'_>,
    asked: bool,
) -> Found<'a> {
    let plot = Plot::of(&page.document);
    let declared = page.document.root_element().attr("lang");
    let languages = reader::languages(dates.languages, declared);
    let reader = Reader::new(
        &plot,
        date::Context {
            languages: &languages,
            ..*dates
        },
    );
    let values = jsonld::values(&page.document);
    let stated = Stated::of(&values, base);
    let lists = groups::groups(&plot, whole(page, &plot), &reader.days(), asked).into_iter();
    let mut lists: Vec<List<'a>> = lists
        .filter_map(|units| List::of(&reader, units, base))
        .filter(|list| list.traits.is_news(asked))
        .collect();
    lists.sort_by(|a, b| b.points.total_cmp(&a.points));
    let mut lists = lists.into_iter();
    let Some(best) = lists.next() else {
        return Found::stated(stated);
    };
    let mut items = items(&reader, &best);
    items.extend(leads::leads(&reader, &best, &items, base));
    items.sort_by_cached_key(|located| located.run.first().and_then(|first| plot.place(*first)));
    let mut seen = HashSet::new();
    items.retain(|located| seen.insert((located.item.link.clone(), located.item.title.clone())));
    for located in &mut items {
        enrich(&mut located.item, &stated, base);
    }
    let prose = Prose::of(&reader, &best.units);
    Found {
        items,
        others: others(&reader, &best, lists),
        prose,
        dated: best.traits.dated >= 0.5,
        clear: best.traits.is_clear(),
        published: stated::is_published(&page.document, values),
    }
}

/// Whether the page does not break off inside a cell.
fn whole<'a>(page: &'a Parsed, plot: &'a Plot<'_>) -> impl Fn(usize) -> bool + use<'a> {
    |at| !page.open.contains(&plot.cells[at].element.id())
}

/// The items of a list without what only looks like one by its place: it has no date where the others have one, or
/// little of a title, and that elsewhere.
fn items<'a>(reader: &Reader<'_, 'a, '_>, list: &List<'a>) -> Vec<Located<'a>> {
    let units = list.units.iter();
    let all: Vec<(u64, Located<'a>)> = units
        .filter_map(|unit| reader.locate(unit, &list.pattern, Some(&list.heads)))
        .collect();
    let (place, share) = list::usual(&all);
    let parent = |located: &Located<'a>| located.run.first().and_then(|first| first.parent());
    let dated = all.iter().map(|(_, located)| located);
    let homes: HashSet<_> = dated
        .filter(|located| !located.item.published.is_empty())
        .filter_map(|located| Some(parent(located)?.id()))
        .collect();
    let fits = |(own, located): &(u64, Located<'a>)| {
        let item = &located.item;
        let title = item.title.as_deref().map_or(0, weight) as f64;
        let usual = *own == place || share < 0.6;
        if list.traits.dated >= 0.6 {
            let beside = || parent(located).is_some_and(|parent| homes.contains(&parent.id()));
            !item.published.is_empty() || (usual && beside())
        } else {
            usual || 2.0 * title >= list.traits.title
        }
    };
    let fitting = all.into_iter().filter(fits);
    let mut items: Vec<Located<'a>> = fitting.map(|(_, located)| located).collect();
    if list.traits.dated >= 0.5 {
        without_ends(&mut items);
    }
    items
}

/// Drops several items at either end of a dated list that have no date and short titles: cards of something else.
fn without_ends(items: &mut Vec<Located<'_>>) {
    let undated = |located: &&Located<'_>| located.item.published.is_empty();
    let head = items.iter().take_while(undated).count();
    let tail = items.iter().rev().take_while(undated).count();
    let title = |items: &[Located<'_>]| {
        let titles = items
            .iter()
            .filter_map(|located| located.item.title.as_deref());
        titles.map(weight).sum::<usize>() as f64 / items.len().max(1) as f64
    };
    if head + tail >= items.len() {
        return;
    }
    let end = items.len() - tail;
    let usual = title(&items[head..end]);
    let other = |part: &[Located<'_>]| part.len() > 1 && title(part) < 0.6 * usual;
    let (first, last) = (other(&items[..head]), other(&items[end..]));
    if last {
        items.truncate(end);
    }
    if first {
        items.drain(..head);
    }
}

/// Whether an element may have an image as far as its names tell.
pub(super) fn may_have_image(element: ElementRef<'_>) -> bool {
    let mut elements = element.descendants().filter_map(ElementRef::wrap);
    elements.any(|element| teaser::is_image(element.value().name()))
}

/// What the elements that rules select say by themselves, as the detection would read them.
pub(super) fn read<'a>(
    page: &'a Parsed,
    elements: &[ElementRef<'a>],
    dates: &date::Context<'_>,
) -> Vec<RawItem> {
    let plot = Plot::of(&page.document);
    let reader = Reader::new(&plot, *dates);
    let places: Vec<Option<Unit>> = elements
        .iter()
        .map(|element| Some(Unit::of(&plot, plot.place(*element)?)))
        .collect();
    let units: Vec<Unit> = places.iter().flatten().cloned().collect();
    let pattern = Pattern::of(&reader, &units);
    places
        .iter()
        .map(|unit| {
            let (_, located) = reader.locate(unit.as_ref()?, &pattern, None)?;
            Some(located.item)
        })
        .map(Option::unwrap_or_default)
        .collect()
}

/// Adds what the page states of an item as data.
fn enrich(item: &mut RawItem, stated: &Stated, base: &Url) {
    let Some(known) = item
        .link
        .as_deref()
        .and_then(|link| stated.of_link(base, link))
    else {
        return;
    };
    item.published.extend(known.published.iter().cloned());
    item.summary = item.summary.take().or_else(|| known.summary.clone());
    item.image = item.image.take().or_else(|| known.image.clone());
    item.authors.clone_from(&known.authors);
}

/// The lists beside the chosen one that look like news as well and share nothing with it.
fn others<'a>(
    reader: &Reader<'_, 'a, '_>,
    best: &List<'a>,
    lists: impl Iterator<Item = List<'a>>,
) -> Vec<Other> {
    let mut taken: Vec<Unit> = best.units.clone();
    let mut others = Vec::new();
    for list in lists.filter(|list| 2.0 * list.points >= best.points) {
        let apart = list.units.iter().all(|unit| {
            taken.iter().all(|other| {
                !other.holds(reader.plot, unit.first()) && !unit.holds(reader.plot, other.first())
            })
        });
        if apart && others.len() < 3 && taken.len() < 500 {
            let first = list.units.first().map(Unit::first).unwrap_or_default();
            let heading = (0..first)
                .rev()
                .take(60)
                .find(|at| reader.plot.cells[*at].heading().is_some())
                .map(|at| reader.plot.text(at));
            others.push(Other {
                count: list.traits.count,
                heading,
            });
            taken.extend(list.units);
        }
    }
    others
}

/// How much running text a page has, in its items and around them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// All text in items.
    pub(crate) within: usize,
    /// Paragraphs outside of items.
    pub(crate) around: usize,
    /// A heading such as articles have stands before the items, with paragraphs after it.
    pub(crate) headed: bool,
    /// A date stands before the items.
    pub(crate) dated: bool,
}

impl Prose {
    /// A text of fewer bytes is no paragraph.
    const PARAGRAPH: usize = 80;

    fn of(reader: &Reader<'_, '_, '_>, units: &[Unit]) -> Self {
        let plot = reader.plot;
        let first = units.first().map(Unit::first).unwrap_or_default();
        let mut prose = Self {
            within: units.iter().map(|unit| unit.to - unit.from).sum(),
            ..Self::default()
        };
        let (mut at, mut next, mut headline) = (0, 0, false);
        while at < plot.cells.len() {
            while next < units.len() && units[next].first() < at {
                next += 1;
            }
            if let Some(unit) = units.get(next).filter(|unit| unit.first() == at) {
                at = unit.run.last().map_or(at + 1, |&last| plot.cells[last].end);
                continue;
            }
            let cell = &plot.cells[at];
            headline |= at < first
                && cell.name() == "h1"
                && weight(&plot.text(at)) >= 20
                && plot.links(at, cell.end) == 0;
            let has_unit = units.get(next).is_some_and(|unit| unit.first() < cell.end);
            if at < first && !has_unit && !prose.dated && !cell.aside && cell.to - cell.from <= 60 {
                let text = plot.text(at);
                prose.dated = text.chars().any(char::is_numeric)
                    && reader.is_bare_date(&text)
                    && reader.day(&text, false).is_some();
            }
            if !has_unit && !cell.aside && matches!(cell.name(), "p" | "blockquote" | "div" | "td")
            {
                let own = if cell.name() == "p" {
                    plot.length(at)
                } else {
                    let words = plot.words(cell.from, cell.to).iter();
                    words
                        .filter(|words| words.cell == at)
                        .map(|words| words.to - words.from)
                        .sum()
                };
                if own >= Self::PARAGRAPH && plot.links(at, cell.end) * 60 <= own {
                    prose.around += own;
                    prose.headed |= headline && at < first;
                }
            }
            at += 1;
        }
        prose
    }
}
