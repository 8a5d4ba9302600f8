//! New rules from where the known items stand now.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::align::align;
use super::health::{Sight, Why};
use super::known::{Roll, day};
use super::mend::{Change, FIELDS, Mend, of};
use super::{Ground, Normalize, Repair};
use crate::config::Listing;
use crate::date;
use crate::extract::cut::Parsed;
use crate::extract::detect::{self, Found, Located, Stand};
use crate::extract::rules::{self, Field, Written};
use crate::extract::text::visible;
use crate::extract::{Ask, Extracted, extract, listing, without_items};
use crate::model::{DateText, Item, Page, Place, RawItem};

/// The most sets of elements for which rules are drafted.
const DRAFTS: usize = 8;
/// A text of more bytes is no date.
const DATE: usize = 80;
/// The fewest known items that can vouch for new rules.
const FEW: usize = 3;

/// Items that stand outside of the part of the page that has all known ones.
pub(super) fn apart(
    page: &Parsed,
    rules: &Listing,
    dates: &date::Context<'_>,
    sight: &Sight<'_>,
) -> Option<Why> {
    let fresh: HashSet<usize> = sight.fresh().map(|item| item.position).collect();
    if fresh.len() < FEW || sight.pairs.len() < FEW {
        return None;
    }
    let document = &page.document;
    let read = listing::read(page, rules, dates).ok()?.elements;
    let places = |wanted: &dyn Fn(usize) -> bool, all: &[NodeId]| -> Vec<NodeId> {
        let places = all.iter().enumerate().filter(|(at, _)| wanted(*at));
        places.map(|(_, id)| *id).collect()
    };
    let kept: HashSet<usize> = sight
        .pairs
        .iter()
        .map(|pair| sight.items[pair.item].position)
        .collect();
    let region = common(document, &places(&|at| kept.contains(&at), &read))?;
    let outside = places(&|at| fresh.contains(&at), &read)
        .into_iter()
        .filter(|id| !is_inside(document, *id, region))
        .count();
    (outside >= FEW).then_some(Why::Apart { count: outside })
}

/// The smallest element around all of some.
fn common(document: &Html, ids: &[NodeId]) -> Option<NodeId> {
    let path = |id: NodeId| -> Vec<NodeId> {
        let node = document.tree.get(id);
        let mut path: Vec<NodeId> = node
            .iter()
            .flat_map(|node| node.ancestors().map(|above| above.id()))
            .collect();
        path.reverse();
        path
    };
    let mut ids = ids.iter();
    let mut shared = path(*ids.next()?);
    for id in ids {
        let other = path(*id);
        let same = shared
            .iter()
            .zip(&other)
            .take_while(|(a, b)| a == b)
            .count();
        shared.truncate(same);
    }
    shared.pop()
}

fn is_inside(document: &Html, id: NodeId, outer: NodeId) -> bool {
    let node = document.tree.get(id);
    node.is_some_and(|node| node.ancestors().any(|above| above.id() == outer))
}

/// Looks for new rules.
pub(super) struct Search<'a> {
    pub(super) page: &'a Page,
    pub(super) ground: &'a Ground,
    pub(super) ask: &'a Ask<'a>,
    pub(super) roll: &'a Roll<'a>,
    /// The known items that stand on the page.
    pub(super) shown: &'a HashSet<usize>,
    pub(super) today: NaiveDate,
    pub(super) normalize: &'a Normalize<'a>,
}

/// Some elements of the page that may be its list, and what speaks for them.
struct Set<'a> {
    located: Vec<Located<'a>>,
    items: Vec<Item>,
    /// How many known items it has.
    kept: usize,
}

impl<'a> Search<'a> {
    /// Rules that give the known items back with what was known of them, and nothing that is unlike them.
    pub(super) fn repair(&self) -> Option<Repair> {
        if self.shown.len() < FEW {
            return None;
        }
        let mut sets = Vec::new();
        for located in self.candidates() {
            self.add(&mut sets, located);
        }
        sets.sort_by_key(|set| std::cmp::Reverse(set.kept));
        let most = sets.first()?.kept;
        let best = sets.iter().take(DRAFTS).filter(|set| set.kept == most);
        best.filter_map(|set| self.mend(set)).next()
    }

    fn candidates(&self) -> Vec<Vec<Located<'a>>> {
        let page = &self.ground.parsed;
        let base = &self.ground.base;
        let is_known = |item: &RawItem| {
            let url = item.link.as_deref().and_then(|link| base.join(link).ok());
            url.is_some_and(|url| self.roll.at(&url).is_some())
                || item
                    .title
                    .as_deref()
                    .is_some_and(|title| self.roll.has_title(title))
        };
        let mut candidates = Vec::new();
        if let Some(old) = self.ask.rules {
            let elements: Vec<ElementRef<'a>> = page.document.select(&old.item).collect();
            candidates.push(detect::located(page, &elements, self.ask.dates));
        }
        candidates.extend(detect::lists(page, base, self.ask.dates, &is_known));
        candidates
    }

    /// Adds a list, without what stands apart, and without what is unlike the known items, if it is healthy then.
    fn add(&self, sets: &mut Vec<Set<'a>>, mut located: Vec<Located<'a>>) {
        let document = &self.ground.parsed.document;
        let items = self.items_of(&located);
        let pairs = self.roll.pairs(&items);
        if pairs.len() < FEW {
            return;
        }
        align(&mut located, &items, &pairs, self.roll, &self.ground.base);
        let items = self.items_of(&located);
        let pairs = self.roll.pairs(&items);
        for pair in &pairs {
            let (was, now) = (self.roll.known[pair.known].day, day(&items[pair.item]));
            if let (Some(was), Some(now)) = (was, now)
                && was != now
            {
                self.redate(&mut located[items[pair.item].position], was);
            }
        }
        let kept: BTreeSet<usize> = pairs.iter().map(|pair| items[pair.item].position).collect();
        without_odd_dates(&mut located, &kept);
        let items = self.items_of(&located);
        let first = |at: usize| located[at].run.first().map(|first| first.id());
        let places: Vec<NodeId> = kept.iter().filter_map(|at| first(*at)).collect();
        let Some(region) = common(document, &places) else {
            return;
        };
        let inside: Vec<bool> = (0..located.len())
            .map(|at| first(at).is_some_and(|id| is_inside(document, id, region)))
            .collect();
        let dated: Vec<bool> = {
            let mut dated = vec![false; located.len()];
            for item in &items {
                dated[item.position] = day(item).is_some();
            }
            dated
        };
        let choices: [&dyn Fn(usize) -> bool; 3] = [
            &|at| inside[at],
            &|at| inside[at] && (dated[at] || kept.contains(&at)),
            &|at| kept.contains(&at),
        ];
        for choice in choices {
            let some: Vec<Located<'a>> = located
                .iter()
                .enumerate()
                .filter(|(at, _)| choice(*at))
                .map(|(_, located)| located.clone())
                .collect();
            let items = self.items_of(&some);
            if let Some(kept) = self.kept(&items) {
                sets.push(Set {
                    located: some,
                    items,
                    kept,
                });
                return;
            }
        }
    }

    /// Gives an item the one of its dates, or of the texts in it, that tells its known day.
    fn redate(&self, one: &mut Located<'a>, known: NaiveDate) {
        let tells = |text: &DateText| {
            let raw = RawItem {
                title: Some("dated".to_owned()),
                published: vec![text.clone()],
                ..RawItem::default()
            };
            self.items(vec![raw]).first().and_then(day) == Some(known)
        };
        let at = one.item.published.iter().position(tells);
        if let Some(at) = at {
            one.item.published = vec![one.item.published.swap_remove(at)];
        }
        let of_heading = |text: &DateText| text.place == Place::Heading;
        if at.is_some() && one.item.published.iter().any(of_heading) {
            one.date = None;
            return;
        }
        let inner = one.run.iter().flat_map(|unit| unit.descendants());
        let found = inner.filter_map(ElementRef::wrap).find_map(|element| {
            let short = element.text().map(str::len).sum::<usize>() <= DATE;
            let text = short
                .then(|| visible(element))
                .filter(|text| !text.is_empty())?;
            let text = DateText {
                text,
                place: Place::Item,
                machine: false,
            };
            tells(&text).then_some((element, text))
        });
        if let Some((element, text)) = found {
            one.item.published = vec![text];
            one.date = Some(Stand {
                element,
                attribute: None,
            });
        }
    }

    /// How many known items there are among these; nothing unless they are healthy and nearly all that stand on the page.
    fn kept(&self, items: &[Item]) -> Option<usize> {
        let sight = self.sight(items);
        let kept = sight.pairs.len();
        // A page that shows no dates any more takes nothing from items that keep title and link.
        let fault = sight
            .fault()
            .filter(|why| !(matches!(why, Why::Undated { .. }) && sight.is_undated()));
        let enough = kept >= FEW && 10 * sight.missing().len() <= kept;
        // New items may be many after a pause, but they don't vouch for themselves.
        let fresh = items.len() - kept;
        let known = fresh <= kept.max(FEW);
        let exact = sight.contradictions() == 0;
        (enough && known && exact && fault.is_none()).then_some(kept)
    }

    fn sight<'b>(&'b self, items: &'b [Item]) -> Sight<'b> {
        Sight {
            roll: self.roll,
            items,
            pairs: self.roll.pairs(items),
            shown: self.shown,
            today: self.today,
            teasers: false,
        }
    }

    fn items_of(&self, located: &[Located<'_>]) -> Vec<Item> {
        self.items(located.iter().map(|located| located.item.clone()).collect())
    }

    fn items(&self, mut raw: Vec<RawItem>) -> Vec<Item> {
        for item in &mut raw {
            item.base.get_or_insert_with(|| self.ground.base.clone());
        }
        (self.normalize)(&Extracted {
            items: raw,
            ..without_items(&self.ground.parsed, &self.ground.base)
        })
    }

    fn mend(&self, set: &Set<'a>) -> Option<Repair> {
        let found = Found {
            items: set.located.clone(),
            ..Found::default()
        };
        let draft = rules::of_found(&self.ground.parsed, &found, self.ask.dates).ok()?;
        let (item, picks) = draft
            .item
            .iter()
            .find_map(|item| Some((item, self.fitted(item, draft.picks.clone(), set)?)))?;
        let mend = self.least(item, picks, set)?;
        let rules = mend.rules(self.ask.rules)?;
        let ask = Ask {
            rules: Some(&rules),
            ..*self.ask
        };
        let extracted = extract(self.page, &ask).ok()?;
        self.kept(&(self.normalize)(&extracted))?;
        Some(Repair {
            patch: mend.toml(),
            rules,
            extracted,
        })
    }

    /// The picks of a draft that read what the set has; those that don't are left out.
    fn fitted(
        &self,
        item: &str,
        mut picks: BTreeMap<Field, Vec<Written>>,
        set: &Set<'_>,
    ) -> Option<BTreeMap<Field, Vec<Written>>> {
        loop {
            let mend = whole(item, &picks);
            let read = self.read(&mend.rules(None)?);
            let others = misfits(&set.items, &read.unwrap_or_default());
            if others.is_empty() {
                return Some(picks);
            }
            let before = picks.len();
            picks.retain(|field, _| !others.contains(field));
            if picks.len() == before {
                return None;
            }
        }
    }

    /// The least change of the old rules that reads the same.
    fn least(
        &self,
        item: &str,
        picks: BTreeMap<Field, Vec<Written>>,
        set: &Set<'_>,
    ) -> Option<Mend> {
        let Some(old) = self.ask.rules else {
            return Some(whole(item, &picks));
        };
        let mut mend = Mend {
            item: Some(item.to_owned()),
            fields: FIELDS
                .into_iter()
                .map(|field| match picks.get(&field) {
                    Some(picks) => (field, Change::Set(picks.clone())),
                    None => (field, Change::Drop),
                })
                .collect(),
        };
        mend.fields
            .retain(|field, change| *change != Change::Drop || !of(old, *field).is_empty());
        let reads = |mend: &Mend| {
            let read = mend.rules(Some(old)).and_then(|rules| self.read(&rules));
            read.is_some_and(|read| misfits(&set.items, &read).is_empty())
        };
        if !reads(&mend) {
            return None;
        }
        let mut less = Mend {
            item: None,
            ..mend.clone()
        };
        if reads(&less) {
            mend = less;
        }
        for field in FIELDS {
            less = mend.clone();
            if less.fields.remove(&field).is_some() && reads(&less) {
                mend = less;
            }
        }
        Some(mend)
    }

    fn read(&self, rules: &Listing) -> Option<Vec<Item>> {
        let read = listing::read(&self.ground.parsed, rules, self.ask.dates).ok()?;
        Some(self.items(read.items))
    }
}

/// Takes their dates from items that are not known where those stand in another kind of element than all known ones:
/// better none than a wrong one.
fn without_odd_dates(located: &mut [Located<'_>], kept: &BTreeSet<usize>) {
    let sign = |located: &Located<'_>| {
        let stand = located.date?;
        Some((
            stand.element.value().name().to_owned(),
            stand.attribute.map(str::to_owned),
        ))
    };
    let usual: BTreeSet<_> = kept.iter().map(|at| sign(&located[*at])).collect();
    for (at, one) in located.iter_mut().enumerate() {
        if !kept.contains(&at) && !usual.contains(&sign(one)) {
            one.item
                .published
                .retain(|text| text.place == Place::Heading);
            one.date = None;
        }
    }
}

fn whole(item: &str, picks: &BTreeMap<Field, Vec<Written>>) -> Mend {
    Mend {
        item: Some(item.to_owned()),
        fields: picks
            .iter()
            .map(|(field, picks)| (*field, Change::Set(picks.clone())))
            .collect(),
    }
}

/// The fields in which some items are others than those that are wanted.
fn misfits(wanted: &[Item], read: &[Item]) -> BTreeSet<Field> {
    // An item more or less: what reads its title reads another one.
    if wanted.len() != read.len() {
        return BTreeSet::from([Field::Title]);
    }
    let date = |item: &Item| {
        item.published
            .as_ref()
            .map(|date| (date.at, date.precision))
    };
    let mut fields = BTreeSet::new();
    for (wanted, read) in wanted.iter().zip(read) {
        for (differs, of) in [
            (wanted.title != read.title, &[Field::Title][..]),
            (wanted.url != read.url, &[Field::Link]),
            (date(wanted) != date(read), &[Field::Date, Field::GroupDate]),
            (wanted.summary != read.summary, &[Field::Summary]),
            (wanted.image != read.image, &[Field::Image]),
        ] {
            if differs {
                fields.extend(of);
            }
        }
    }
    fields
}
