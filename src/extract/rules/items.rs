//! The selector of the items.

use std::collections::BTreeSet;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::Written;
use super::candidates::{Candidate, Scope, candidates};
use super::fields::Budget;
use crate::config::{Pick, pick};
use crate::extract::cut::Parsed;
use crate::extract::listing;

/// The most selectors that name the items together.
const TOGETHER: usize = 3;
/// The most ways to find the items that are offered.
const WAYS: usize = 4;

/// Looks for the items on their page.
pub(super) struct Finder<'a, 'b> {
    page: &'b Parsed,
    elements: &'b [ElementRef<'a>],
    wanted: BTreeSet<NodeId>,
    budget: &'b Budget,
}

impl<'a, 'b> Finder<'a, 'b> {
    pub(super) fn new(
        page: &'b Parsed,
        elements: &'b [ElementRef<'a>],
        budget: &'b Budget,
    ) -> Self {
        let wanted = elements.iter().map(|element| element.id()).collect();
        Self {
            page,
            elements,
            wanted,
            budget,
        }
    }

    /// The cheapest selector that finds the items and nothing else, or some that do together.
    pub(super) fn exact(&self) -> Option<Candidate> {
        let mut open = self.wanted.clone();
        let mut found: Vec<Candidate> = Vec::new();
        while !open.is_empty() && found.len() < TOGETHER {
            let left = self
                .elements
                .iter()
                .filter(|element| open.contains(&element.id()));
            let left: Vec<ElementRef<'a>> = left.copied().collect();
            let (best, read) = same_tag(&left)
                .and_then(|same| self.part(&same, &open))
                .or_else(|| self.part(left.get(..1)?, &open))?;
            open.retain(|id| !read.contains(id));
            found.push(best);
        }
        let texts: Vec<&str> = found.iter().map(|part| part.text.as_str()).collect();
        let cost = found.iter().map(|part| part.cost).sum();
        open.is_empty().then(|| Candidate {
            cost,
            text: texts.join(", "),
        })
    }

    /// The selector that finds most of what is open and nothing that is no item.
    fn part(
        &self,
        elements: &[ElementRef<'a>],
        open: &BTreeSet<NodeId>,
    ) -> Option<(Candidate, BTreeSet<NodeId>)> {
        let mut best: Option<(Candidate, BTreeSet<NodeId>)> = None;
        for candidate in candidates(elements, Scope::Page) {
            let Some(matched) = self.matched(&candidate.text) else {
                continue;
            };
            if !matched.is_subset(&self.wanted) {
                continue;
            }
            let read: BTreeSet<NodeId> = matched.intersection(open).copied().collect();
            if read.len() > best.as_ref().map_or(0, |(_, read)| read.len()) {
                let all = elements.iter().all(|element| read.contains(&element.id()));
                best = Some((candidate, read));
                if all {
                    break;
                }
            }
        }
        best
    }

    /// Selectors that find more than the items, of which nothing has a title; the cheapest first.
    pub(super) fn larger(&self, title: &[Written]) -> Vec<String> {
        let titles: Vec<Pick> = title
            .iter()
            .filter_map(|written| written.pick(None))
            .collect();
        if titles.is_empty() {
            return Vec::new();
        }
        let harmless = |candidate: &Candidate| {
            self.matched(&candidate.text).is_some_and(|matched| {
                self.wanted.is_subset(&matched) && self.nothing_more(&matched, &titles)
            })
        };
        let all = candidates(self.elements, Scope::Page).into_iter();
        all.filter(harmless)
            .map(|candidate| candidate.text)
            .take(WAYS)
            .collect()
    }

    /// What a selector finds on the page, as a listing takes it.
    fn matched(&self, selector: &str) -> Option<BTreeSet<NodeId>> {
        let document = &self.page.document;
        if !self.budget.spend(document.tree.nodes().len()) {
            return None;
        }
        let selector = pick::selector(selector).ok()?;
        let matched = document.select(&selector).map(|element| element.id());
        Some(matched.filter(|id| !self.page.open.contains(id)).collect())
    }

    fn nothing_more(&self, matched: &BTreeSet<NodeId>, titles: &[Pick]) -> bool {
        let others = matched.difference(&self.wanted);
        let mut others =
            others.filter_map(|id| ElementRef::wrap(self.page.document.tree.get(*id)?));
        others.all(|other| {
            self.budget.spend(other.descendants().count())
                && listing::first(other, titles, None).is_none()
        })
    }
}

/// The elements with the tag of the first.
fn same_tag<'a>(elements: &[ElementRef<'a>]) -> Option<Vec<ElementRef<'a>>> {
    let tag = elements.first()?.value().name();
    let same = elements
        .iter()
        .filter(|element| element.value().name() == tag);
    Some(same.copied().collect())
}
