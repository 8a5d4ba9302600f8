//! Items by rules: each field is looked for inside its item, and headings hold for the items after them.

use std::cell::LazyCell;
use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::cut::Parsed;
use super::text::{squash, visible};
use super::{NoNews, Rate, alike, detect};
use crate::config::{From, Listing, Pick};
use crate::date;
use crate::model::{DateText, Place, RawItem};

/// What the rules gave.
pub(super) struct Read {
    pub(super) items: Vec<RawItem>,
    /// The element of each.
    pub(super) elements: Vec<NodeId>,
    pub(super) fields: Vec<Rate>,
    pub(super) warnings: Vec<String>,
}

/// The items of a page, by its rules. A field that is missing never drops its item; a missing title does.
pub(super) fn read(
    page: &Parsed,
    rules: &Listing,
    dates: &date::Context<'_>,
) -> Result<Read, NoNews> {
    let document = &page.document;
    let mut elements: Vec<ElementRef<'_>> = document.select(&rules.item).collect();
    if elements.is_empty() {
        return Err(NoNews::NothingMatched);
    }
    elements.retain(|element| !page.open.contains(&element.id()));
    if elements.is_empty() {
        return Err(NoNews::CutShort);
    }
    let outline = Outline::of(document, &elements);
    let day = Headings::find(document, &outline, &rules.group.date, |text| {
        date::read(text, dates).is_ok()
    });
    let topic = Headings::find(document, &outline, &rules.group.category, |_| true);
    let mut warnings = Vec::new();
    let mut without_title = 0;
    let mut items = Vec::new();
    let mut places = Vec::new();
    let mut kept = Vec::new();
    // What the elements say by themselves; where the rules name all that is there, nobody asks.
    let seen = LazyCell::new(|| detect::read(page, &elements, dates));
    for (at, element) in elements.iter().enumerate() {
        let mut item = fields(*element, rules, || {
            seen.get(at).cloned().unwrap_or_default()
        });
        if let Some(text) = day.over(*element) {
            item.published.push(DateText {
                text,
                place: Place::Heading,
                machine: false,
            });
        }
        item.categories.extend(topic.over(*element));
        if item.title.is_some() {
            items.push(item);
            places.push(element.id());
            kept.push(at);
        } else {
            without_title += 1;
        }
    }
    if items.is_empty() {
        return Err(NoNews::NoTitles(elements.len()));
    }
    alike::refuse(&items, || {
        let kept = kept.iter().filter_map(|at| seen.get(*at));
        kept.cloned().collect()
    })?;
    if without_title > 0 {
        warnings.push(format!(
            "{without_title} of {} items have no title and were left out",
            elements.len()
        ));
    }
    let fields = rates(&items);
    for (field, told) in asked(rules) {
        if told
            && fields
                .iter()
                .any(|rate| rate.field == field && rate.found == 0)
        {
            warnings.push(format!("the rule for `{field}` found nothing in any item"));
        }
    }
    Ok(Read {
        items,
        elements: places,
        fields,
        warnings,
    })
}

/// How many items have each field.
pub(super) fn rates(items: &[RawItem]) -> Vec<Rate> {
    let rate = |field: &str, has: fn(&RawItem) -> bool| Rate {
        field: field.to_owned(),
        found: items.iter().filter(|item| has(item)).count(),
        of: items.len(),
    };
    vec![
        rate("title", |item| item.title.is_some()),
        rate("link", |item| item.link.is_some()),
        rate("date", |item| !item.published.is_empty()),
        rate("summary", |item| item.summary.is_some()),
        rate("image", |item| item.image.is_some()),
        rate("author", |item| !item.authors.is_empty()),
        rate("category", |item| !item.categories.is_empty()),
    ]
}

fn asked(rules: &Listing) -> [(&'static str, bool); 7] {
    [
        ("title", !rules.title.is_empty()),
        ("link", !rules.link.is_empty()),
        (
            "date",
            !rules.date.is_empty() || !rules.group.date.is_empty(),
        ),
        ("summary", !rules.summary.is_empty()),
        ("image", !rules.image.is_empty()),
        ("author", !rules.author.is_empty()),
        (
            "category",
            !rules.category.is_empty() || !rules.group.category.is_empty(),
        ),
    ]
}

/// The fields of one item. What the rules don't name is looked for as the detection does (`seen`).
fn fields(element: ElementRef<'_>, rules: &Listing, seen: impl Fn() -> RawItem) -> RawItem {
    let seen = LazyCell::new(seen);
    let link = if rules.link.is_empty() {
        seen.link.clone()
    } else {
        first(element, &rules.link, None)
    };
    let within = link.as_deref();
    let or = |picks: &[Pick], seen: &dyn Fn() -> Option<String>| {
        if picks.is_empty() {
            seen()
        } else {
            first(element, picks, within)
        }
    };
    let published = if rules.date.is_empty() && rules.group.date.is_empty() {
        seen.published.clone()
    } else {
        rules
            .date
            .iter()
            .flat_map(|pick| date_text(element, pick, within))
            .collect()
    };
    RawItem {
        title: or(&rules.title, &|| seen.title.clone()),
        published,
        summary: or(&rules.summary, &|| seen.summary.clone()),
        image: or(&rules.image, &|| {
            detect::may_have_image(element).then(|| seen.image.clone())?
        }),
        authors: rules
            .author
            .first()
            .map(|_| many(element, &rules.author, within))
            .unwrap_or_default(),
        categories: rules
            .category
            .first()
            .map(|_| many(element, &rules.category, within))
            .unwrap_or_default(),
        link,
        ..RawItem::default()
    }
}

/// The first of the picks that gives something.
pub(super) fn first(element: ElementRef<'_>, picks: &[Pick], link: Option<&str>) -> Option<String> {
    picks.iter().find_map(|pick| {
        let values = values(element, pick, link);
        (!values.is_empty()).then(|| values.join(" "))
    })
}

/// All values of the first of the picks that gives something, for fields that are lists.
fn many(element: ElementRef<'_>, picks: &[Pick], link: Option<&str>) -> Vec<String> {
    picks
        .iter()
        .map(|pick| values(element, pick, link))
        .find(|values| !values.is_empty())
        .unwrap_or_default()
}

/// The date that a pick reads.
pub(super) fn date_text(
    element: ElementRef<'_>,
    pick: &Pick,
    link: Option<&str>,
) -> Option<DateText> {
    let text = values(element, pick, link).join(" ");
    let place = if matches!(pick.from, From::Address) {
        Place::Address
    } else {
        Place::Item
    };
    (!text.is_empty()).then(|| DateText {
        text,
        place,
        machine: pick.attribute.is_some(),
    })
}

/// What a pick reads, empty texts left out: the first match, or all of them where it says so.
pub(super) fn values(element: ElementRef<'_>, pick: &Pick, link: Option<&str>) -> Vec<String> {
    let of = |found: ElementRef<'_>| -> Option<String> {
        let text = match &pick.attribute {
            Some(name) => squash(found.attr(name)?),
            None => visible(found),
        };
        cut(pick, text)
    };
    let most = if pick.all { usize::MAX } else { 1 };
    match &pick.from {
        From::Item => of(element).into_iter().collect(),
        From::Address => link
            .and_then(|link| cut(pick, link.to_owned()))
            .into_iter()
            .collect(),
        From::Select(selector) => {
            // A rule may name the item itself: `item = "a.card"`, `link = "a.card"`.
            let itself = selector.matches(&element).then_some(element);
            itself
                .into_iter()
                .chain(element.select(selector))
                .filter_map(of)
                .take(most)
                .collect()
        }
    }
}

fn cut(pick: &Pick, text: String) -> Option<String> {
    let text = match &pick.regex {
        None => text,
        Some(regex) => {
            let found = regex.captures(&text)?;
            let part = found
                .iter()
                .skip(1)
                .flatten()
                .next()
                .or_else(|| found.get(0))?;
            squash(part.as_str())
        }
    };
    (!text.is_empty()).then_some(text)
}

/// Where elements stand in the document, and which of them have items inside.
pub(super) struct Outline {
    order: HashMap<NodeId, usize>,
    /// Items and everything around them.
    around_items: HashMap<NodeId, bool>,
}

impl Outline {
    pub(super) fn of(document: &Html, items: &[ElementRef<'_>]) -> Self {
        let nodes = document.tree.root().descendants().map(|node| node.id());
        let order = nodes.enumerate().map(|(at, id)| (id, at)).collect();
        let mut around_items = HashMap::new();
        for item in items {
            around_items.insert(item.id(), true);
            for ancestor in item.ancestors() {
                if around_items.contains_key(&ancestor.id()) {
                    break;
                }
                around_items.insert(ancestor.id(), false);
            }
        }
        Self {
            order,
            around_items,
        }
    }

    fn place(&self, element: ElementRef<'_>) -> usize {
        self.order.get(&element.id()).copied().unwrap_or_default()
    }
}

/// Headings by the element in which they hold.
pub(super) struct Headings {
    /// Under each parent, in the order of the document: where a heading stands and what it says, or nothing where
    /// it ends the one before without saying anything.
    under: HashMap<NodeId, Vec<(usize, Option<String>)>>,
    order: HashMap<NodeId, usize>,
}

impl Headings {
    /// Finds the headings that `picks` select. One that does not read (a heading without a date among dates) ends
    /// the one before it: better no date than a wrong one.
    pub(super) fn find(
        document: &Html,
        outline: &Outline,
        picks: &[Pick],
        reads: impl Fn(&str) -> bool,
    ) -> Self {
        let mut found: Vec<(NodeId, usize, Option<String>)> = Vec::new();
        for pick in picks {
            let From::Select(selector) = &pick.from else {
                continue;
            };
            for heading in document.select(selector) {
                let text = match &pick.attribute {
                    Some(name) => squash(heading.attr(name).unwrap_or_default()),
                    None => visible(heading),
                };
                let text = cut(pick, text).filter(|text| reads(text));
                let Some((anchor, inside)) = anchor(heading, outline) else {
                    continue;
                };
                if inside && text.is_none() {
                    continue;
                }
                let Some(parent) = anchor.parent() else {
                    continue;
                };
                found.push((parent.id(), outline.place(anchor), text));
            }
        }
        let mut under: HashMap<NodeId, Vec<(usize, Option<String>)>> = HashMap::new();
        for (parent, place, text) in found {
            under.entry(parent).or_default().push((place, text));
        }
        for list in under.values_mut() {
            // Of two at one place, the one that says something.
            list.sort_by_key(|(place, text)| (*place, text.is_some()));
        }
        Self {
            under,
            order: outline.order.clone(),
        }
    }

    /// What the nearest heading before an item says, if it holds there: a sibling of the item or of an ancestor.
    pub(super) fn over(&self, item: ElementRef<'_>) -> Option<String> {
        let place = *self.order.get(&item.id())?;
        let nearest = item
            .ancestors()
            .filter_map(|ancestor| {
                let list = self.under.get(&ancestor.id())?;
                let before = list.partition_point(|(at, _)| *at <= place);
                list.get(before.checked_sub(1)?)
            })
            .max_by_key(|(at, _)| *at)?;
        nearest.1.clone()
    }
}

/// The outermost element that a heading has to itself, without items in it: the sibling of what it heads. A
/// heading inside an item stands for the item (the flag says so).
fn anchor<'a>(heading: ElementRef<'a>, outline: &Outline) -> Option<(ElementRef<'a>, bool)> {
    let own = |element: &ElementRef<'_>| outline.around_items.get(&element.id()).copied();
    if let Some(item) = std::iter::once(heading)
        .chain(heading.ancestors().filter_map(ElementRef::wrap))
        .find(|element| own(element) == Some(true))
    {
        return Some((item, true));
    }
    let mut anchor = heading;
    while let Some(parent) = anchor.parent().and_then(ElementRef::wrap) {
        if own(&parent).is_some() {
            return Some((anchor, false));
        }
        anchor = parent;
    }
    // Nothing around it has items: it heads nothing.
    None
}
