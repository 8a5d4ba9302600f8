//! News beside the list that belong to it: the lead story, which has another shape than the rest.

use std::collections::HashSet;

use url::Url;

use super::found::Located;
use super::groups::Unit;
use super::list::{List, Pattern};
use super::plot::weight;
use super::reader::Reader;

/// The most cells of a lead story.
const LARGEST: usize = 600;
/// A title of less weight is the heading of a part of the page.
const LEAST: usize = 15;

/// The stories with a linked heading that stand around the units of a list, in the element that has the list or the
/// one around that, and are told as its items are.
pub(super) fn leads<'a>(
    reader: &Reader<'_, 'a, '_>,
    list: &List<'a>,
    items: &[Located<'a>],
    base: &Url,
) -> Vec<Located<'a>> {
    let cells = &reader.plot.cells;
    let units = &list.units;
    let (Some(first), Some(last)) = (units.first(), units.last()) else {
        return Vec::new();
    };
    let holds_all =
        |at: &usize| reader.plot.holds(*at, first.first()) && reader.plot.holds(*at, last.first());
    let mut common = reader.plot.around(first.first()).filter(holds_all);
    let Some(inner) = common.next() else {
        return Vec::new();
    };
    let outer = common
        .next()
        .filter(|at| !matches!(cells[*at].name(), "html" | "body"));
    let region = outer.unwrap_or(inner);
    let resolve = |link: &str| base.join(link).ok();
    let known: HashSet<Url> = items
        .iter()
        .filter_map(|located| resolve(located.item.link.as_deref()?))
        .collect();
    let is_in_unit = |at: usize| {
        let next = units.partition_point(|unit| unit.first() <= at);
        next.checked_sub(1)
            .is_some_and(|place| units[place].holds(reader.plot, at))
    };
    let marks: Vec<usize> = (region + 1..cells[region].end)
        .filter(|&at| cells[at].heading().is_some() && !cells[at].aside)
        .filter(|&at| reader.anchor_of(at).is_some() && !is_in_unit(at))
        .filter(|&at| weight(&reader.plot.text(at)) >= LEAST)
        .collect();
    if marks.is_empty() || marks.len() > 2 + units.len() / 2 {
        return Vec::new();
    }
    let has_unit = |at: usize| {
        let next = units.partition_point(|unit| unit.first() < at);
        units
            .get(next)
            .is_some_and(|unit| reader.plot.holds(at, unit.first()))
    };
    let mut found = Vec::new();
    for (place, &mark) in marks.iter().enumerate() {
        let others = || {
            let before = place.checked_sub(1).and_then(|place| marks.get(place));
            before.into_iter().chain(marks.get(place + 1))
        };
        let free = |at: &usize| {
            !has_unit(*at)
                && *at != region
                && cells[*at].end - *at <= LARGEST
                && others().all(|other| !reader.plot.holds(*at, *other))
        };
        let root = reader
            .plot
            .around(mark)
            .take_while(free)
            .last()
            .unwrap_or(mark);
        let unit = Unit::of(reader.plot, root);
        let pattern = Pattern::of(reader, std::slice::from_ref(&unit));
        let Some((_, located)) = reader.locate(&unit, &pattern, None) else {
            continue;
        };
        let item = &located.item;
        let alike = if list.traits.dated >= 0.5 {
            !item.published.is_empty() && located.date.is_some()
        } else {
            item.summary.is_some() && list.traits.told >= 0.5
        };
        let link = item.link.as_deref().and_then(resolve);
        if alike && link.is_some_and(|link| !known.contains(&link) && link.host() == base.host()) {
            found.push(located);
        }
    }
    found
}
