//! The picks of all fields: what the rules' reader must find in each item, and where it may look.

use std::collections::{BTreeMap, BTreeSet};

use scraper::ElementRef;

use super::candidates::{Scope, candidates};
use super::fields::{Budget, Items, Reading, Target, Verdict};
use super::{Field, Written};
use crate::config::Pick;
use crate::date::{self, Moment};
use crate::extract::cut::Parsed;
use crate::extract::detect::{Found, Located, Stand};
use crate::extract::listing::{self, Headings, Outline};
use crate::extract::text::{squash, visible};
use crate::model::{DateText, Place};

/// The most selectors of headings that are tried.
const HEADINGS: usize = 60;

/// Looks for picks.
pub(super) struct Seeker<'a, 'b> {
    pub(super) page: &'b Parsed,
    pub(super) found: &'b Found<'a>,
    pub(super) dates: &'b date::Context<'b>,
    /// The element of each item.
    pub(super) elements: &'b [ElementRef<'a>],
    pub(super) budget: &'b Budget,
}

impl<'a> Seeker<'a, '_> {
    /// The picks of every field that has some which are never wrong.
    pub(super) fn picks(&self) -> BTreeMap<Field, Vec<Written>> {
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
pub(super) fn title_at<'a>(element: ElementRef<'a>, wanted: &str) -> Target<'a> {
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
