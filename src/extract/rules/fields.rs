//! The picks of a field: selectors that read from every item what the detection read, and nothing where it read
//! nothing.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeId;
use scraper::ElementRef;

use super::candidates::{Candidate, Scope, candidates};
use super::stable::worth;
use super::written::Written;
use crate::config::Pick;
use crate::extract::listing;

/// The most picks of one field.
const PICKS: usize = 3;
/// What it costs that a pick is right only because it takes the first of several.
const SEVERAL: usize = 9;

/// What a pick gives for an item, beside what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same.
    Right,
    /// Nothing.
    Nothing,
    /// Something else.
    Wrong,
}

/// Where a field stands in an item.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    /// The elements; several only where their texts together are the value.
    pub(super) elements: Vec<ElementRef<'a>>,
    /// How their value is read.
    pub(super) reading: Reading,
}

/// How a value is read from an element.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reading {
    /// The attribute; without it, the text.
    pub(super) attribute: Option<String>,
    /// What of it counts.
    pub(super) regex: Option<String>,
}

/// What a pick reads from items.
#[derive(Debug, Default)]
struct Reads {
    /// The items of which it reads the right thing.
    right: BTreeSet<usize>,
    /// In some item it finds other things as well, after the first.
    several: bool,
}

/// How many elements may still be looked at for one page.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new(elements: usize) -> Self {
        Self(Cell::new(elements))
    }

    /// Whether so many more may be looked at; they then count as looked at.
    pub(super) fn spend(&self, elements: usize) -> bool {
        let left = self.0.get().checked_sub(elements);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// The items of a page, as fields are looked for in them.
pub(super) struct Items<'a, 'b> {
    elements: &'b [ElementRef<'a>],
    ids: BTreeSet<NodeId>,
    sizes: Vec<usize>,
    budget: &'b Budget,
}

impl<'a, 'b> Items<'a, 'b> {
    pub(super) fn new(elements: &'b [ElementRef<'a>], budget: &'b Budget) -> Self {
        Self {
            elements,
            ids: elements.iter().map(|element| element.id()).collect(),
            sizes: elements
                .iter()
                .map(|element| element.descendants().count())
                .collect(),
            budget,
        }
    }

    /// The picks of a field: one that reads it in all items, else the fewest that do together. Nothing where there
    /// are none, or where no item has the field.
    pub(super) fn picks(
        &self,
        targets: &[Option<Target<'a>>],
        default: Option<&str>,
        judge: &dyn Fn(usize, ElementRef<'a>, &Pick) -> Verdict,
    ) -> Option<Vec<Written>> {
        let wanted: BTreeSet<usize> = (0..targets.len())
            .filter(|at| targets[*at].is_some())
            .collect();
        let mut open = wanted.clone();
        let mut picks = Vec::new();
        while !open.is_empty() && picks.len() < PICKS {
            let of = |places: &[usize]| -> Vec<(usize, &Target<'a>)> {
                places
                    .iter()
                    .filter_map(|at| Some((*at, targets.get(*at)?.as_ref()?)))
                    .collect()
            };
            let all: Vec<usize> = open.iter().copied().collect();
            let best = self
                .best(&of(&all), &wanted, &open, default, judge)
                .or_else(|| self.best(&of(all.get(..1)?), &wanted, &open, default, judge))?;
            open.retain(|at| !best.1.contains(at));
            picks.push(best.0);
        }
        (open.is_empty() && !picks.is_empty()).then_some(picks)
    }

    /// The pick that reads most of what is open and nothing wrong anywhere; of several the cheapest, which had best find
    /// one thing only.
    fn best(
        &self,
        targets: &[(usize, &Target<'a>)],
        wanted: &BTreeSet<usize>,
        open: &BTreeSet<usize>,
        default: Option<&str>,
        judge: &dyn Fn(usize, ElementRef<'a>, &Pick) -> Verdict,
    ) -> Option<(Written, BTreeSet<usize>)> {
        let mut best: Option<(Written, BTreeSet<usize>)> = None;
        let mut least = usize::MAX;
        let done: BTreeSet<usize> = wanted.difference(open).copied().collect();
        for (cost, written) in self.pool(targets, default) {
            let full = best
                .as_ref()
                .is_some_and(|(_, read)| read.len() == open.len());
            if full && cost >= least {
                break;
            }
            let Some(pick) = written.pick(default) else {
                continue;
            };
            let Some(reads) = self.read(&pick, &done, judge) else {
                continue;
            };
            let read: BTreeSet<usize> = reads.right.intersection(open).copied().collect();
            // A place among others is trusted only where it is the same everywhere.
            if read.len() < self.elements.len() && written.pick.contains(":nth-of-type") {
                continue;
            }
            let cost = cost + if reads.several { SEVERAL } else { 0 };
            let most = best.as_ref().map_or(0, |(_, read)| read.len());
            if read.len() > most || (read.len() == most && most > 0 && cost < least) {
                (best, least) = (Some((written, read)), cost);
            }
        }
        best
    }

    /// What a pick reads; nothing if it is wrong anywhere.
    fn read(
        &self,
        pick: &Pick,
        done: &BTreeSet<usize>,
        judge: &dyn Fn(usize, ElementRef<'a>, &Pick) -> Verdict,
    ) -> Option<Reads> {
        let mut reads = Reads::default();
        let every = Pick {
            all: true,
            ..pick.clone()
        };
        for (at, (element, size)) in self.elements.iter().zip(&self.sizes).enumerate() {
            // Where a pick before this one reads something, this one is not asked.
            if done.contains(&at) {
                continue;
            }
            if !self.budget.spend(*size) {
                return None;
            }
            match judge(at, *element, pick) {
                Verdict::Right => drop(reads.right.insert(at)),
                Verdict::Nothing => {}
                Verdict::Wrong => return None,
            }
            reads.several = reads.several
                || !pick.all && {
                    let values = listing::values(*element, &every, None);
                    values.iter().any(|value| Some(value) != values.first())
                };
        }
        Some(reads)
    }

    /// All that might read the targets, the cheapest first.
    fn pool(
        &self,
        targets: &[(usize, &Target<'a>)],
        default: Option<&str>,
    ) -> Vec<(usize, Written)> {
        type Group<'t, 'a> = (Vec<ElementRef<'a>>, bool);
        let mut groups: BTreeMap<(&str, &Reading), Group<'_, 'a>> = BTreeMap::new();
        let mut pool = Vec::new();
        for (at, target) in targets {
            let several = target.elements.len() > 1;
            for element in &target.elements {
                let group = groups
                    .entry((element.value().name(), &target.reading))
                    .or_default();
                group.0.push(*element);
                group.1 |= several;
            }
            let itself = target
                .elements
                .first()
                .is_some_and(|first| Some(first.id()) == self.id(*at));
            if let Some(attribute) = target.reading.attribute.as_ref().filter(|_| itself) {
                pool.push((
                    0,
                    Written::attribute(attribute, target.reading.regex.as_deref()),
                ));
            }
        }
        for ((tag, reading), (elements, several)) in &groups {
            let mut found = candidates(elements, Scope::Items(&self.ids));
            found.extend(self.without(tag, elements));
            pool.extend(found.into_iter().map(|Candidate { cost, text }| {
                let attribute = reading
                    .attribute
                    .as_deref()
                    .filter(|name| Some(*name) != default);
                (
                    cost,
                    Written::select(text, attribute, reading.regex.as_deref(), *several),
                )
            }));
        }
        pool.sort();
        pool
    }

    fn id(&self, at: usize) -> Option<NodeId> {
        self.elements.get(at).map(|element| element.id())
    }

    /// `p:not(.date)`: a tag, less a class that others with the same tag have.
    fn without(&self, tag: &str, targets: &[ElementRef<'a>]) -> Vec<Candidate> {
        let wanted: BTreeSet<NodeId> = targets.iter().map(|element| element.id()).collect();
        let own: BTreeSet<&str> = targets
            .iter()
            .flat_map(|element| element.value().classes())
            .collect();
        let mut others: BTreeSet<&str> = BTreeSet::new();
        for (element, size) in self.elements.iter().zip(&self.sizes).take(20) {
            if !self.budget.spend(*size) {
                break;
            }
            let inner = element.descendants().filter_map(ElementRef::wrap);
            let same =
                inner.filter(|inner| inner.value().name() == tag && !wanted.contains(&inner.id()));
            others.extend(same.flat_map(|inner| inner.value().classes()));
        }
        let lasting = others
            .into_iter()
            .filter(|class| !own.contains(class) && worth(class).is_some());
        let not = |class: &str| Candidate {
            cost: 22,
            text: format!("{tag}:not(.{class})"),
        };
        lasting.take(6).map(not).collect()
    }
}
