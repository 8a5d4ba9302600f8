//! What repeats on a page: groups of units, each around one of several things that are alike.
//!
//! Links, headings, dates and elements with a class are marks; those with the same tags and classes around them are
//! a group. The unit of a mark is the largest element that has no other mark of its group, so it does not matter
//! whether the items of a list stand side by side, in rows, or each in wrappers of its own. Where the marks
//! themselves are siblings, a unit is a run of siblings.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use super::heads::headings;
use super::plot::{Plot, weight};

/// The most cells that one unit may have; larger ones are parts of the page.
const LARGEST: usize = 3_000;
/// The most units of a group; what comes after them is left out.
const MOST: usize = 5_000;
/// The most groups that are looked at closely.
const CLOSELY: usize = 40;
/// A link with a text of more weight may be a title.
const LONG: usize = 15;
/// The most siblings of a run.
const RUN: usize = 12;

/// What may be one item: an element, or a run of siblings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Unit {
    /// Its cells, the first of the page first.
    pub(super) run: Vec<usize>,
    /// Its text in the text of the page.
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Unit {
    pub(super) fn of(plot: &Plot<'_>, cell: usize) -> Self {
        Self {
            run: vec![cell],
            from: plot.cells[cell].from,
            to: plot.cells[cell].to,
        }
    }

    pub(super) fn first(&self) -> usize {
        self.run.first().copied().unwrap_or_default()
    }

    /// All cells of the unit.
    pub(super) fn cells(&self, plot: &Plot<'_>) -> impl Iterator<Item = usize> + use<> {
        let ranges: Vec<_> = self
            .run
            .iter()
            .map(|&cell| cell..plot.cells[cell].end)
            .collect();
        ranges.into_iter().flatten()
    }

    pub(super) fn holds(&self, plot: &Plot<'_>, cell: usize) -> bool {
        self.run.iter().any(|&run| plot.holds(run, cell))
    }
}

/// The groups of a page that may be lists, the most promising first.
pub(super) fn groups(
    plot: &Plot<'_>,
    usable: impl Fn(usize) -> bool,
    days: &[usize],
    asked: bool,
) -> Vec<Vec<Unit>> {
    let mut marks: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for at in 0..plot.cells.len() {
        for key in keys(plot, at, asked) {
            marks.entry(key).or_default().push(at);
        }
    }
    let mut known: HashSet<Vec<usize>> = HashSet::new();
    let mut groups: Vec<(usize, Vec<Unit>)> = Vec::new();
    for marks in marks.into_values() {
        let mut roots: Vec<usize> = roots(plot, &marks)
            .into_iter()
            .filter(|root| usable(*root))
            .take(MOST)
            .collect();
        // A picture with a link beside those of the titles, such as the page's emblem, is no item, and what stands
        // around it says nothing about them.
        let has_text = |root: &usize| plot.cells[*root].to > plot.cells[*root].from;
        if 2 * roots.iter().filter(|root| has_text(root)).count() > roots.len() {
            roots.retain(has_text);
        }
        if roots.len() < 2 || !known.insert(roots.clone()) {
            continue;
        }
        let units = runs(plot, &roots, &headings(plot, &roots, days));
        let promise = units
            .iter()
            .map(|unit| (unit.to - unit.from).min(300))
            .sum();
        groups.push((promise, units));
    }
    groups.sort_by_key(|(promise, _)| std::cmp::Reverse(*promise));
    groups.truncate(CLOSELY);
    groups.into_iter().map(|(_, units)| units).collect()
}

/// The keys under which a cell is a mark.
fn keys(plot: &Plot<'_>, at: usize, asked: bool) -> Vec<u64> {
    let cell = &plot.cells[at];
    // Where there is a list for sure, it may stand in a dialog or a side bar.
    let beside = if asked { cell.menu } else { cell.aside };
    if beside || matches!(cell.name(), "html" | "body") {
        return Vec::new();
    }
    let mut keys = Vec::new();
    let link = cell.href().is_some();
    let heading = cell.heading().is_some() && cell.to > cell.from;
    let dated = cell.name() == "time" || cell.has_word(&["date", "data", "datum", "fecha"]);
    if link || heading || dated {
        let near = path(plot, at, 3);
        keys.push(hash((0, near)));
        keys.push(hash((1, near, named(plot, at), named(plot, cell.parent))));
        keys.push(hash((2, path(plot, at, usize::MAX))));
        if link && cell.to - cell.from > LONG && weight(&plot.text(at)) > LONG {
            keys.push(hash((3, near)));
            keys.push(hash((4, path(plot, at, usize::MAX))));
        }
    }
    if plot.links(at, cell.end) > 0 || heading {
        keys.push(hash((5, cell.parent, cell.name())));
        for class in plot.classes(at) {
            keys.push(hash((6, class, cell.name())));
        }
        if is_entry(plot, at) {
            keys.push(hash((7, 0)));
        }
        if cell.name() == "article" {
            keys.push(hash((7, 1)));
        }
    }
    keys
}

/// Whether an element says by itself that it is one piece of news: h-feed, hAtom, microdata.
pub(super) fn is_entry(plot: &Plot<'_>, at: usize) -> bool {
    let element = plot.cells[at].element;
    let typed = element.attr("itemtype").is_some_and(|kind| {
        ["Article", "NewsArticle", "BlogPosting", "PressRelease"]
            .iter()
            .any(|name| {
                kind.trim_end_matches('/')
                    .ends_with(&format!("schema.org/{name}"))
            })
    });
    typed
        || element
            .value()
            .classes()
            .any(|class| matches!(class, "h-entry" | "hentry"))
}

/// A number that stands for a value.
pub(super) fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The tags of a cell and of so many around it.
fn path(plot: &Plot<'_>, at: usize, levels: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    plot.cells[at].name().hash(&mut hasher);
    for around in plot.around(at).take(levels) {
        plot.cells[around].name().hash(&mut hasher);
    }
    hasher.finish()
}

fn named(plot: &Plot<'_>, at: usize) -> Vec<String> {
    plot.classes(at).map(str::to_owned).collect()
}

/// The largest element around each mark that has no other mark of the group, but no larger ones than most have.
fn roots(plot: &Plot<'_>, marks: &[usize]) -> Vec<usize> {
    let mut leaders: Vec<usize> = Vec::new();
    for &mark in marks {
        // The picture and the title of an item often lead to the same page.
        let same = leaders.last().is_some_and(|&last| {
            let href = plot.cells[mark].href();
            (href.is_some() && href == plot.cells[last].href()) || plot.holds(last, mark)
        });
        if !same {
            leaders.push(mark);
        }
    }
    let climb = |place: usize, most: usize| {
        let mark = leaders[place];
        let before = place.checked_sub(1).and_then(|before| leaders.get(before));
        let after = leaders.get(place + 1);
        let free = |at: usize| {
            let cell = &plot.cells[at];
            before.is_none_or(|&before| before < at)
                && after.is_none_or(|&after| cell.end <= after)
                && cell.end - at <= LARGEST
                && !matches!(cell.name(), "html" | "body" | "main" | "tbody")
        };
        let path = plot.around(mark).take(most).take_while(|&at| free(at));
        path.fold((mark, 0), |(_, height), at| (at, height + 1))
    };
    let heights: Vec<usize> = (0..leaders.len())
        .map(|place| climb(place, usize::MAX).1)
        .collect();
    let usual = most_frequent(&heights);
    (0..leaders.len())
        .map(|place| climb(place, usual).0)
        .collect()
}

/// The most frequent number; the smaller of equals.
fn most_frequent(numbers: &[usize]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for number in numbers {
        *counts.entry(*number).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or_default();
    counts
        .into_iter()
        .find(|(_, count)| *count == most)
        .map_or(0, |(number, _)| number)
}

/// Units from their roots: with the siblings that go with each, where the roots leave regular gaps. A heading that
/// dates the roots after it is in no unit.
fn runs(plot: &Plot<'_>, roots: &[usize], headings: &HashSet<usize>) -> Vec<Unit> {
    let parent = |at: usize| plot.cells[at].parent;
    // What follows each root before the next one.
    let gaps: Vec<Vec<usize>> = roots
        .iter()
        .enumerate()
        .map(|(place, &root)| {
            let next = roots.get(place + 1);
            let holds_next = |at: usize| next.is_some_and(|&next| plot.holds(at, next));
            let after = plot.siblings(root).skip(1);
            let own = after.take_while(|at| !holds_next(*at) && !plot.cells[*at].aside);
            let own = own.filter(|at| !headings.contains(at));
            own.take(RUN).collect()
        })
        .collect();
    let followed = |place: usize| {
        roots
            .get(place + 1)
            .is_some_and(|&next| parent(next) == parent(roots[place]))
    };
    let inner: Vec<usize> = (0..roots.len()).filter(|place| followed(*place)).collect();
    let text_after = |place: usize| {
        let next = roots
            .get(place + 1)
            .map_or(usize::MAX, |&next| plot.cells[next].from);
        plot.slice(
            plot.cells[roots[place]].to,
            next.min(plot.cells[parent(roots[place])].to),
        )
    };
    let filled = inner
        .iter()
        .filter(|place| !gaps[**place].is_empty() || weight(&text_after(**place)) > 3)
        .count();
    if inner.is_empty() || 3 * filled < 2 * inner.len() {
        return roots.iter().map(|&root| Unit::of(plot, root)).collect();
    }
    // What stands in few gaps only, such as the heading of several items, belongs to no item.
    let sign = |at: usize| hash((plot.cells[at].name(), named(plot, at)));
    let mut usual: HashMap<u64, usize> = HashMap::new();
    for place in &inner {
        let signs: HashSet<u64> = gaps[*place].iter().map(|&at| sign(at)).collect();
        for sign in signs {
            *usual.entry(sign).or_default() += 1;
        }
    }
    let lead = leading(plot, roots, &gaps, headings, &inner, &sign);
    let leads = text_leads(plot, roots);
    // A heading that stands before some of the items only holds for several.
    let shared = inner.iter().any(|place| gaps[*place].len() < lead);
    let mut units: Vec<Unit> = Vec::new();
    for (place, &root) in roots.iter().enumerate() {
        let mut run: Vec<usize> = Vec::new();
        if lead > 0 && !shared {
            let gap = place.checked_sub(1).filter(|last| followed(*last));
            let mut own: Vec<usize> = match gap.and_then(|last| gaps.get(last)) {
                Some(gap) => gap.iter().rev().take(lead).copied().collect(),
                None => before(plot, root)
                    .filter(|at| !headings.contains(at))
                    .take(lead)
                    .collect(),
            };
            own.reverse();
            run.extend(own);
        }
        run.push(root);
        let gap = &gaps[place];
        let ending = if followed(place) { lead } else { 0 };
        let trailing = gap.len().saturating_sub(ending);
        let belongs = |at: &&usize| {
            let count = usual.get(&sign(**at));
            count.is_some_and(|count| 2 * count > inner.len())
        };
        run.extend(gap[..trailing].iter().take_while(belongs));
        let last = run.last().copied().unwrap_or(root);
        let first = run.first().copied().unwrap_or(root);
        // Text that stands bare between this unit and the next thing is its own.
        let end = plot.cells[parent(last)].to;
        let next = plot.siblings(last).nth(1);
        let unit = if leads {
            let last_before = before(plot, first).next();
            let start = plot.cells[parent(first)].from;
            Unit {
                from: last_before.map_or(start, |before| plot.cells[before].to),
                to: plot.cells[last].to,
                run,
            }
        } else {
            Unit {
                from: plot.cells[first].from,
                to: next.map_or(end, |next| plot.cells[next].from),
                run,
            }
        };
        units.push(unit);
    }
    units
}

/// Whether the text that stands bare between siblings belongs to the one after it: there is some before the first and
/// none after the last.
fn text_leads(plot: &Plot<'_>, roots: &[usize]) -> bool {
    let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else {
        return false;
    };
    let start = plot.cells[plot.cells[first].parent].from;
    let start = before(plot, first)
        .next()
        .map_or(start, |before| plot.cells[before].to);
    let end = plot.cells[plot.cells[last].parent].to;
    let end = plot
        .siblings(last)
        .nth(1)
        .map_or(end, |next| plot.cells[next].from);
    let weight_of = |from, to| weight(&plot.slice(from, to));
    weight_of(start, plot.cells[first].from) > 3 && weight_of(plot.cells[last].to, end) <= 3
}

/// The siblings before a cell, the nearest first.
fn before<'p>(plot: &'p Plot<'_>, at: usize) -> impl Iterator<Item = usize> + 'p {
    let first = plot.cells[at].parent + 1;
    let siblings: Vec<usize> = if first <= at {
        plot.siblings(first)
            .take_while(|sibling| *sibling < at)
            .collect()
    } else {
        Vec::new()
    };
    siblings.into_iter().rev()
}

/// How many siblings stand before each root as a part of its own unit: as many as stand before the first root as
/// they do before the others, unless they would be missing after the last one.
fn leading(
    plot: &Plot<'_>,
    roots: &[usize],
    gaps: &[Vec<usize>],
    headings: &HashSet<usize>,
    inner: &[usize],
    sign: &impl Fn(usize) -> u64,
) -> usize {
    let mut filled: Vec<&Vec<usize>> = inner.iter().map(|place| &gaps[*place]).collect();
    filled.retain(|gap| !gap.is_empty() && gap.len() < RUN);
    filled.sort_by_key(|gap| gap.len());
    let (Some(&first), Some(last), Some(usual)) =
        (roots.first(), gaps.last(), filled.get(filled.len() / 2))
    else {
        return 0;
    };
    let own = before(plot, first).filter(|at| !headings.contains(at));
    let before_first: Vec<u64> = own.take(usual.len()).map(sign).collect();
    let agree = |count: &usize| {
        let wanted = before_first.iter().take(*count).copied();
        let same = filled.iter().filter(|gap| {
            let tail = gap.iter().rev().take(*count).map(|&at| sign(at));
            gap.len() >= *count && tail.eq(wanted.clone())
        });
        5 * same.count() >= 4 * filled.len()
    };
    let most = (1..=before_first.len())
        .rev()
        .find(agree)
        .unwrap_or_default();
    let heads = filled.iter().filter(|gap| {
        let after = last.first().map(|&at| sign(at));
        gap.first().map(|&at| sign(at)) == after
    });
    if 2 * heads.count() > filled.len() {
        most.min(usual.len().saturating_sub(last.len()))
    } else {
        most
    }
}
