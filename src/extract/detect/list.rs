//! A group of units read as a list: which parts are titles, links and dates is learned from all of them.

use std::collections::{BTreeMap, HashSet};

use ego_tree::NodeId;
use url::Url;

use super::consensus::{Candidate, Ranking};
use super::dates::Dated;
use super::groups::{Unit, is_entry};
use super::heads::Heads;
use super::plot::weight;
use super::reader::Reader;
use super::undated::Undated;
use super::{Located, Stand};
use crate::extract::text::squash;
use crate::model::{DateText, Place, RawItem};

/// So many units are enough to learn from.
const SAMPLE: usize = 24;
/// A text of less weight is no second title.
const LEAST: usize = 12;

/// What the units of a group have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Pattern {
    title: Ranking,
    link: Ranking,
    date: Ranking,
    /// Titles have their date in their own text.
    split: bool,
    /// The links of the titles lead to one page, so others count.
    elsewhere: bool,
    /// How many titles there are where each unit's own stands, for each unit; more than one where units are several
    /// items each.
    crowd: f64,
}

impl Pattern {
    pub(super) fn of(reader: &Reader<'_, '_, '_>, units: &[Unit]) -> Self {
        let step = units.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<&Unit> = units.iter().step_by(step).collect();
        let titles: Vec<Vec<Candidate>> = sample.iter().map(|unit| reader.titles(unit)).collect();
        let title = Ranking::of(&titles, 2);
        let crowd = titles.iter().map(|unit| crowd(reader, unit, &title));
        let crowd = crowd.sum::<usize>() as f64 / sample.len().max(1) as f64;
        let titles: Vec<Option<Candidate>> = titles
            .into_iter()
            .map(|unit| title.order(unit).into_iter().next())
            .collect();
        let anchors: Vec<&str> = titles
            .iter()
            .flatten()
            .filter_map(|title| reader.plot.cells[reader.anchor_of(title.cell)?].href())
            .collect();
        let leads: HashSet<&&str> = anchors.iter().collect();
        let elsewhere = anchors.len() > 2 && 2 * leads.len() < anchors.len();
        let links: Vec<Vec<Candidate>> = sample.iter().map(|unit| reader.links(unit)).collect();
        let mut dates: Vec<Vec<Candidate>> = sample
            .iter()
            .zip(&titles)
            .map(|(unit, title)| {
                let title = title.as_ref().and_then(Candidate::own);
                reader
                    .dated(unit, title)
                    .into_iter()
                    .map(|(candidate, _)| candidate)
                    .collect()
            })
            .collect();
        without_clock(&mut dates);
        let split = titles
            .iter()
            .flatten()
            .filter(|title| reader.split_title(&title.text).is_some())
            .count();
        Self {
            title,
            link: Ranking::of(&links, 2),
            date: Ranking::of(&dates, 0),
            split: 2 * split > sample.len(),
            elsewhere,
            crowd,
        }
    }
}

/// How many titles that lead to pages of their own stand in a unit at the place of its title; at least one.
fn crowd(reader: &Reader<'_, '_, '_>, unit: &[Candidate], title: &Ranking) -> usize {
    let first = title.order(unit.to_vec()).into_iter().next();
    let Some(first) = first.filter(|first| !first.bare) else {
        return 1;
    };
    let alike = unit
        .iter()
        .filter(|other| other.key == first.key && weight(&other.text) >= LEAST);
    let pages: HashSet<&str> = alike
        .filter_map(|other| reader.plot.cells[reader.anchor_of(other.cell)?].href())
        .collect();
    pages.len().max(1)
}

/// Drops a number of seconds that is the same in all of several units: it tells when the page was made.
fn without_clock(units: &mut [Vec<Candidate>]) {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut texts: BTreeMap<u64, (usize, HashSet<String>)> = BTreeMap::new();
    for candidate in units.iter().flatten() {
        let (count, texts) = texts.entry(candidate.key).or_default();
        *count += 1;
        texts.insert(candidate.text.clone());
    }
    let is_clock = |candidate: &Candidate| {
        let known = texts.get(&candidate.key);
        is_number(&candidate.text)
            && known.is_some_and(|(count, texts)| *count > 2 && texts.len() == 1)
    };
    for unit in units {
        unit.retain(|candidate| !is_clock(candidate));
    }
}

impl<'a> Reader<'_, 'a, '_> {
    /// What one unit says, and which part of it is the title; nothing where it has none.
    pub(super) fn locate(
        &self,
        unit: &Unit,
        pattern: &Pattern,
        heads: Option<&Heads<'a>>,
    ) -> Option<(u64, Located<'a>)> {
        let cells = &self.plot.cells;
        let title = pattern.title.order(self.titles(unit)).into_iter().next()?;
        let (candidates, stands): (Vec<Candidate>, Vec<Dated<'a>>) =
            self.dated(unit, title.own()).into_iter().unzip();
        let ranked = pattern.date.order(candidates.clone());
        let place = |wanted: &Candidate| {
            candidates
                .iter()
                .position(|own| own.key == wanted.key && own.cell == wanted.cell)
        };
        let dates: Vec<&Dated<'a>> = ranked
            .iter()
            .filter_map(|wanted| stands.get(place(wanted)?))
            .take(2)
            .collect();
        let inside = |dated: &&&Dated<'a>| unit.holds(self.plot, dated.cell);
        let mut stand = dates.first().filter(inside).map(|dated| dated.stand);
        let dated_by = dates
            .first()
            .filter(|_| ranked.first().is_some_and(|first| !first.bare))
            .map(|dated| dated.cell);
        let mut published: Vec<DateText> = dates.iter().map(|dated| dated.text.clone()).collect();
        let mut text = if title.bare {
            title.text.clone()
        } else {
            self.title_text(title.cell, dated_by)
        };
        if pattern.split
            && let Some((date, rest)) = self.split_title(&text)
        {
            if published.is_empty() {
                published.push(DateText {
                    text: date,
                    place: Place::Item,
                    machine: false,
                });
                stand = Some(Stand {
                    element: cells[title.cell].element,
                    attribute: None,
                });
            }
            text = rest;
        }
        let mut group_date = None;
        if let Some((head, date)) = heads.and_then(|heads| heads.over(self, unit)) {
            group_date = published.is_empty().then_some(head);
            published.push(date);
        }
        let anchor = self
            .anchor_of(title.cell)
            .filter(|_| !pattern.elsewhere && !title.bare);
        let anchor = anchor.or_else(|| {
            let links = pattern.link.order(self.links(unit));
            links.first().map(|link| link.cell)
        });
        let (summary, teaser) = self.teaser(unit, title.own(), dated_by);
        let (picture, image) = self.image(unit).unzip();
        let located = Located {
            item: RawItem {
                title: Some(text),
                link: anchor.and_then(|at| cells[at].href()).map(squash),
                summary: teaser,
                image,
                published,
                ..RawItem::default()
            },
            run: unit.run.iter().map(|&at| cells[at].element).collect(),
            title: title.own().map(|at| cells[at].element),
            link: anchor.map(|at| cells[at].element),
            date: stand,
            group_date,
            summary,
            image: picture,
        };
        Some((title.key, located))
    }
}

/// A group with its first items and how much it looks like the news of the page.
pub(super) struct List<'a> {
    pub(super) units: Vec<Unit>,
    pub(super) pattern: Pattern,
    pub(super) heads: Heads<'a>,
    pub(super) traits: Traits,
    pub(super) points: f64,
}

/// What a list is like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Traits {
    /// How many different items it has, about.
    pub(super) count: usize,
    /// The part of its items that have a date, a teaser, a heading for a title, an address on the page's own site.
    pub(super) dated: f64,
    pub(super) told: f64,
    pub(super) headed: f64,
    pub(super) home: f64,
    pub(super) pictured: f64,
    pub(super) linked: f64,
    /// The mean weight of its titles.
    pub(super) title: f64,
    /// Its part of the page's text.
    pub(super) share: f64,
    /// Its elements say that they are news.
    pub(super) marked: bool,
    /// The part of its items that have their title at the same place.
    pub(super) steady: f64,
    /// The part of its items that lead to pages of their own, and that have titles proper, not labels or names.
    pub(super) apart: f64,
    pub(super) proper: f64,
    /// How many different titles it has, for each of its items.
    pub(super) varied: f64,
    /// All of its dates are one heading's.
    pub(super) under_one: bool,
    /// No item has most of its text.
    pub(super) even: bool,
    /// It looks like news even without dates.
    pub(super) newsy: bool,
    /// It stands beside the main part of the page.
    pub(super) beside: bool,
}

/// An address without the part of the page that it leads to.
fn before_fragment(link: &str) -> &str {
    link.split('#').next().unwrap_or(link)
}

/// A title to be told from others; the sizes of files don't tell them apart.
fn label(title: &str) -> String {
    let folded = title.to_lowercase();
    let sized = folded
        .split(|c: char| !c.is_alphabetic())
        .any(|word| matches!(word, "kb" | "mb" | "kib" | "mib" | "ko" | "mo"));
    if sized {
        folded.replace(|c: char| c.is_numeric(), "")
    } else {
        folded
    }
}

/// The place of most titles, and how large a part of the items has it there.
pub(super) fn usual(items: &[(u64, Located<'_>)]) -> (u64, f64) {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for (key, _) in items {
        *counts.entry(*key).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    let (key, count) = most.unwrap_or_default();
    (key, count as f64 / items.len().max(1) as f64)
}

/// Whether no unit is so much larger than the others that it may be an article, and they what stands around it.
fn even(units: &[Unit]) -> bool {
    let lengths = || units.iter().map(|unit| unit.to - unit.from);
    let largest = lengths().max().unwrap_or_default();
    let others = lengths().sum::<usize>() - largest;
    let several = units.len().saturating_sub(1).max(1);
    largest < 1_500 || largest < 5 * others / several
}

impl<'a> List<'a> {
    /// Reads a sample of a group; nothing where too few units have titles or are different.
    pub(super) fn of(reader: &Reader<'_, 'a, '_>, units: Vec<Unit>, base: &Url) -> Option<Self> {
        let pattern = Pattern::of(reader, &units);
        let heads = Heads::of(reader, &units);
        let step = units.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<&Unit> = units.iter().step_by(step).collect();
        let read = |unit: &&Unit| reader.locate(unit, &pattern, Some(&heads));
        let (titled, items): (Vec<&Unit>, Vec<(u64, Located<'a>)>) = sample
            .iter()
            .filter_map(|unit| Some((*unit, read(unit)?)))
            .unzip();
        let mut traits = Traits::of(reader, &units, &items, sample.len(), base)?;
        let title = |located: &Located<'a>| reader.plot.place(located.title?);
        let proper = titled.iter().zip(&items).filter(|(unit, (_, located))| {
            title(located).is_none_or(|title| !reader.is_beside(title, unit))
        });
        traits.proper = proper.count() as f64 / items.len() as f64;
        // Units that are several items each would lose all but the first.
        let whole = pattern.crowd.powi(-3).max(0.4);
        let parts = if heads.share_evenly(reader, &units) {
            0.3
        } else {
            1.0
        };
        Some(Self {
            points: whole * parts * traits.points(),
            units,
            pattern,
            heads,
            traits,
        })
    }
}

impl Traits {
    fn of(
        reader: &Reader<'_, '_, '_>,
        units: &[Unit],
        items: &[(u64, Located<'_>)],
        sampled: usize,
        base: &Url,
    ) -> Option<Self> {
        let mut different = HashSet::new();
        let mut traits = Self::default();
        let mut undated = Undated::default();
        let site = base
            .host_str()
            .unwrap_or_default()
            .trim_start_matches("www.");
        for (_, located) in items {
            let item = &located.item;
            let title = item.title.as_deref().unwrap_or_default();
            if !different.insert((title, item.link.as_deref())) {
                continue;
            }
            let one = |has: bool| f64::from(u8::from(has));
            // What is still to come are events, whose dates are not those of the news of them.
            traits.dated += one(item.published.first().is_some_and(|date| {
                let day = reader.day(&date.text, date.machine);
                day.is_none_or(|day| !reader.is_ahead(day))
            }));
            undated.add(item, base);
            traits.pictured += one(item.image.is_some());
            traits.headed += one(located.title.is_some_and(|title| {
                let at = reader.plot.place(title);
                at.is_some_and(|at| {
                    let mut near = std::iter::once(at).chain(reader.plot.around(at).take(2));
                    near.any(|at| reader.plot.cells[at].heading().is_some())
                        || (at..reader.plot.cells[at].end)
                            .any(|at| reader.plot.cells[at].heading().is_some())
                })
            }));
            traits.linked += one(item.link.is_some());
            let link = item.link.as_deref().and_then(|link| base.join(link).ok());
            traits.home += one(link.is_none_or(|link| {
                let host = link
                    .host_str()
                    .unwrap_or_default()
                    .trim_start_matches("www.");
                host == site
                    || host.ends_with(&format!(".{site}"))
                    || site.ends_with(&format!(".{host}"))
            }));
            traits.title += weight(title) as f64;
        }
        let titles: HashSet<String> = different.iter().map(|(title, _)| label(title)).collect();
        let links: HashSet<Option<&str>> = different.iter().map(|(_, link)| *link).collect();
        let count = different.len();
        // Items that all say the same or lead to the same page are none.
        if count < 2 || (titles.len() < 2 && links.len() < 2) {
            return None;
        }
        for sum in [
            &mut traits.dated,
            &mut traits.headed,
            &mut traits.home,
            &mut traits.pictured,
            &mut traits.linked,
            &mut traits.title,
        ] {
            *sum /= count as f64;
        }
        traits.varied = titles.len() as f64 / count as f64;
        let heads: HashSet<Option<NodeId>> = items
            .iter()
            .filter(|(_, located)| !located.item.published.is_empty())
            .map(|(_, located)| located.group_date.map(|stand| stand.element.id()))
            .collect();
        traits.under_one = heads.len() == 1 && !heads.contains(&None);
        traits.told = undated.told();
        traits.newsy = undated.is_news();
        traits.count = units.len() * count / sampled.max(1);
        let own: usize = units.iter().map(|unit| unit.to - unit.from).sum();
        traits.share = own as f64 / reader.plot.main_length().max(1) as f64;
        traits.steady = usual(items).1;
        let pages: HashSet<&str> = links
            .iter()
            .flatten()
            .map(|link| before_fragment(link))
            .collect();
        let linked = items
            .iter()
            .filter(|(_, located)| located.item.link.is_some())
            .count();
        traits.apart = if linked == 0 {
            1.0
        } else {
            pages.len() as f64 / linked as f64
        };
        traits.even = even(units);
        let beside = |unit: &&Unit| reader.plot.cells[unit.first()].aside;
        traits.beside = 2 * units.iter().filter(beside).count() > units.len();
        let marked = units
            .iter()
            .filter(|unit| is_entry(reader.plot, unit.first()));
        traits.marked = 2 * marked.count() > units.len();
        Some(traits)
    }

    fn points(&self) -> f64 {
        let item = 0.3
            + (self.title / 60.0).min(1.0)
            + 1.2 * self.dated
            + 0.5 * self.told
            + 0.2 * self.pictured
            + 0.7 * self.headed;
        let many = (self.count as f64).powf(0.6);
        let home = 0.6 + 0.4 * self.home;
        let marked = if self.marked { 1.3 } else { 1.0 };
        let steady = 0.3 + 0.7 * self.steady;
        let proper = self.proper * (0.4 + 0.6 * self.apart.min(1.0));
        // Labels such as those of downloads are the same everywhere.
        let proper = proper * self.varied.powf(1.5);
        let even = if self.even { 1.0 } else { 0.2 };
        let beside = if self.beside { 0.3 } else { 1.0 };
        item * many * home * marked * steady * proper * even * beside * (0.4 + self.share.min(1.0))
    }

    /// Whether it is the list of a page that is there for it.
    pub(super) fn is_clear(&self) -> bool {
        let told = self.dated >= 0.9 || self.told >= 0.9;
        self.count >= 5 && told && self.headed >= 0.9 && self.steady >= 0.9 && self.share >= 0.3
    }

    /// Whether it is a list of news and not a menu, a set of services, or a list of names.
    pub(super) fn is_news(&self, asked: bool) -> bool {
        // Two things are soon alike.
        let certain = self.count > 2 || (self.steady > 0.9 && self.even && self.headed > 0.9);
        if self.count < 2 || !certain {
            return false;
        }
        // One day over parts of a page may be that of the page, whose parts lead nowhere.
        if self.dated >= 0.5 && (!self.under_one || self.linked >= 0.8) {
            return self.title >= if asked { 3.0 } else { 5.0 };
        }
        if self.linked < 0.8 || self.home < 0.5 || !(self.newsy || self.marked) {
            return false;
        }
        let told = self.told >= 0.5 && (self.headed >= 0.5 || self.count >= 4);
        let bare = self.count >= 4 && self.share >= 0.4;
        let long = |least: f64| self.title >= if asked { least / 2.0 } else { least };
        (told && long(18.0)) || (bare && long(25.0))
    }
}
