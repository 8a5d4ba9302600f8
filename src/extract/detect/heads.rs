//! Headings with a date that hold for the units after them.

use std::collections::{BTreeMap, HashSet};

use super::Stand;
use super::groups::Unit;
use super::plot::Plot;
use super::reader::Reader;
use crate::model::{DateText, Place};

/// A text of more bytes is no heading with a date.
const LONGEST: usize = 60;
/// Words of a date that is not of publication, folded.
const OTHER: &[&str] = &[
    "updat",
    "aggiorn",
    "modif",
    "aktualis",
    "mise à jour",
    "actualiz",
    "atualiz",
    "copyright",
    "©",
];
/// How many headings before a unit are looked at.
const BACK: usize = 20;
/// So many headings that hold for equally many units each are no chance.
const EVEN: usize = 4;

/// The headings of a list.
pub(super) struct Heads<'a>(Vec<Head<'a>>);

struct Head<'a> {
    /// Where it stands, and inside which cell it holds.
    at: usize,
    within: usize,
    stand: Stand<'a>,
    text: String,
}

impl<'a> Heads<'a> {
    /// Finds what reads as a date and nothing else between the units of a list, and right before them.
    pub(super) fn of(reader: &Reader<'_, 'a, '_>, units: &[Unit]) -> Self {
        let cells = &reader.plot.cells;
        let (Some(first), Some(last)) = (units.first(), units.last()) else {
            return Self(Vec::new());
        };
        let holds_all = |at: &usize| {
            reader.plot.holds(*at, first.first()) && reader.plot.holds(*at, last.first())
        };
        let mut common = reader.plot.around(first.first()).filter(holds_all);
        let Some(inner) = common.next() else {
            return Self(Vec::new());
        };
        let region = common.next().unwrap_or(inner);
        let mut heads: Vec<Head<'a>> = Vec::new();
        let mut next = 0;
        let mut at = region + 1;
        while at < cells[region].end {
            while next < units.len() && units[next].first() < at {
                next += 1;
            }
            if next < units.len() && units[next].first() == at {
                at = units[next]
                    .run
                    .last()
                    .map_or(at + 1, |&last| cells[last].end);
                continue;
            }
            let cell = &cells[at];
            let has_unit = units.get(next).is_some_and(|unit| unit.first() < cell.end);
            if !has_unit && let Some(text) = reader.heading_date(at) {
                let mut outer = at;
                while cells[outer].parent != region && !has_any(reader, cells[outer].parent, units)
                {
                    outer = cells[outer].parent;
                }
                let stand = Stand {
                    element: cell.element,
                    attribute: None,
                };
                heads.push(Head {
                    at: outer,
                    within: cells[outer].parent,
                    stand,
                    text,
                });
                at = cell.end;
            } else {
                at += 1;
            }
        }
        let strong = |head: &Head<'a>| {
            let at = reader.plot.place(head.stand.element);
            at.is_some_and(|at| {
                cells[at].heading().is_some()
                    || matches!(cells[at].name(), "th" | "dt" | "strong" | "b" | "caption")
                    || cells[at].has_word(&["date", "data", "day"])
            })
        };
        // One date over all of the list may be anything, unless it looks like a heading.
        let over_all = |head: &Head<'a>| {
            head.at < first.first()
                && reader.plot.holds(head.within, first.first())
                && reader.plot.holds(head.within, last.first())
        };
        if let [head] = heads.as_slice()
            && over_all(head)
            && !strong(head)
        {
            heads.clear();
        }
        Self(heads)
    }

    /// Whether each holds for as many units as the others, and for more than one: it stands inside of an item then,
    /// before several parts of that, such as its title and a download.
    pub(super) fn share_evenly(&self, reader: &Reader<'_, 'a, '_>, units: &[Unit]) -> bool {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for place in units.iter().filter_map(|unit| self.place(reader, unit)) {
            *counts.entry(place).or_default() += 1;
        }
        let each = counts.values().next().copied().unwrap_or_default();
        counts.len() >= EVEN && each > 1 && counts.values().all(|count| *count == each)
    }

    /// Which is the nearest heading before a unit that holds for it.
    fn place(&self, reader: &Reader<'_, 'a, '_>, unit: &Unit) -> Option<usize> {
        let end = self.0.partition_point(|head| head.at < unit.first());
        let mut nearest = (0..end).rev().take(BACK);
        nearest.find(|head| reader.plot.holds(self.0[*head].within, unit.first()))
    }

    /// What the nearest heading before a unit tells that holds for it.
    pub(super) fn over(
        &self,
        reader: &Reader<'_, 'a, '_>,
        unit: &Unit,
    ) -> Option<(Stand<'a>, DateText)> {
        let head = self.0.get(self.place(reader, unit)?)?;
        let text = head.text.clone();
        Some((
            head.stand,
            DateText {
                text,
                place: Place::Heading,
                machine: false,
            },
        ))
    }
}

impl Reader<'_, '_, '_> {
    /// The text of a cell that reads as a date of publication and nothing else.
    fn heading_date(&self, at: usize) -> Option<String> {
        let cell = &self.plot.cells[at];
        if cell.aside || cell.from == cell.to || cell.to - cell.from > LONGEST + 2 {
            return None;
        }
        let text = self.plot.text(at);
        let reads = (1..=LONGEST).contains(&text.len())
            && text.chars().any(char::is_numeric)
            && self.is_bare_date(&text)
            && !OTHER.iter().any(|word| text.to_lowercase().contains(word))
            && self.day(&text, false).is_some();
        reads.then_some(text)
    }

    /// The largest elements that read as a date and nothing else, in the page's order.
    pub(super) fn days(&self) -> Vec<usize> {
        let mut days = Vec::new();
        let mut at = 0;
        while let Some(cell) = self.plot.cells.get(at) {
            if self.heading_date(at).is_some() {
                days.push(at);
                at = cell.end;
            } else {
                at += 1;
            }
        }
        days
    }
}

/// The days that are headings over the roots of a group: one stands before the first root, none after the last.
/// Nothing between a root and the heading after it belongs to that heading.
pub(super) fn headings(plot: &Plot<'_>, roots: &[usize], days: &[usize]) -> HashSet<usize> {
    let none = HashSet::new;
    let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else {
        return none();
    };
    let Some(region) = plot.around(first).find(|at| plot.holds(*at, last)) else {
        return none();
    };
    let after = days.partition_point(|day| *day < plot.cells[last].end);
    let trailing = days.get(after).is_some_and(|day| plot.holds(region, *day));
    let nearest = |root: usize, from: usize| {
        let before = days.partition_point(|day| *day < root).checked_sub(1)?;
        let day = *days.get(before)?;
        (day >= from && plot.cells[day].end <= root).then_some(day)
    };
    if trailing || nearest(first, region + 1).is_none() {
        return none();
    }
    let starts = std::iter::once(region + 1).chain(roots.iter().map(|&root| plot.cells[root].end));
    let headings = roots.iter().zip(starts);
    headings
        .filter_map(|(&root, from)| nearest(root, from))
        .collect()
}

fn has_any(reader: &Reader<'_, '_, '_>, at: usize, units: &[Unit]) -> bool {
    let next = units.partition_point(|unit| unit.first() < at);
    units
        .get(next)
        .is_some_and(|unit| reader.plot.holds(at, unit.first()))
}
