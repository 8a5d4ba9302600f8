//! The listing that nobody described: the elements of a page that repeat, and look like news.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::cut::Parsed;
use super::text::{squash, visible, visible_without};
use crate::date;
use crate::model::{DateText, Place, RawItem};

mod found;

pub(crate) use found::{Found, Located, Stand};

/// Parts of a page where no news stands.
const ASIDE: &[&str] = &["nav", "header", "footer", "aside", "form", "dialog"];
/// The most elements that one item may have; larger ones are parts of the page.
const LARGEST: usize = 600;
/// The most links that one item may have.
const MOST_LINKS: usize = 30;
/// A text of more characters is no date.
const DATE_LENGTH: usize = 60;
/// A paragraph of more words is no date.
const PROSE: usize = 6;

/// The items of the page's news listing; none where nothing on it looks like one.
pub(crate) fn find<'a>(page: &'a Parsed, base: &Url, dates: &date::Context<'_>) -> Found<'a> {
    let document = &page.document;
    let mut groups: BTreeMap<String, Vec<ElementRef<'a>>> = BTreeMap::new();
    let sizes = sizes(document);
    let root = document.root_element();
    for element in root.descendants().filter_map(ElementRef::wrap) {
        let (elements, links) = sizes.get(&element.id()).copied().unwrap_or_default();
        let cut = page.open.contains(&element.id());
        if links == 0 || links > MOST_LINKS || elements > LARGEST || cut || is_aside(element) {
            continue;
        }
        let name = element.value().name();
        if let Some(parent) = element.parent() {
            groups
                .entry(format!("{:?} {name}", parent.id()))
                .or_default()
                .push(element);
        }
        for class in element
            .value()
            .classes()
            .filter(|class| !class.contains(|c: char| c.is_ascii_digit()))
        {
            groups
                .entry(format!(".{class} {name}"))
                .or_default()
                .push(element);
        }
    }
    let mut known: HashMap<NodeId, Option<Located<'a>>> = HashMap::new();
    let mut best: Option<(usize, Vec<ElementRef<'a>>)> = None;
    for elements in groups
        .into_values()
        .filter(|elements| (2..=500).contains(&elements.len()))
    {
        for element in &elements {
            known
                .entry(element.id())
                .or_insert_with(|| locate(*element, dates));
        }
        let items: Vec<&RawItem> = elements
            .iter()
            .filter_map(|e| known.get(&e.id())?.as_ref())
            .map(|located| &located.item)
            .collect();
        let score = score(&items, base);
        // Of the same items told twice, the outer elements, which come first, may have more of each.
        if score > best.as_ref().map_or(0, |(score, _)| *score) {
            best = Some((score, elements));
        }
    }
    let Some((_, mut elements)) = best else {
        return Found::default();
    };
    elements.sort_by_cached_key(|element| position(*element));
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for element in elements {
        let Some(mut located) = known.get(&element.id()).cloned().flatten() else {
            continue;
        };
        if !seen.insert((located.item.link.clone(), located.item.title.clone())) {
            continue;
        }
        if located.item.published.is_empty()
            && let Some((heading, date)) = heading_before(element, dates)
        {
            located.group_date = Some(heading);
            located.item.published.push(date);
        }
        items.push(located);
    }
    Found {
        items,
        others: Vec::new(),
    }
}

/// The elements and the links inside each element, itself included.
fn sizes(document: &Html) -> HashMap<NodeId, (usize, usize)> {
    let mut sizes: HashMap<NodeId, (usize, usize)> = HashMap::new();
    for edge in document.tree.root().traverse() {
        let ego_tree::iter::Edge::Close(node) = edge else {
            continue;
        };
        let Some(element) = ElementRef::wrap(node) else {
            continue;
        };
        let own = usize::from(element.value().name() == "a" && element.attr("href").is_some());
        let inner = sizes.get(&node.id()).copied().unwrap_or_default();
        let sum = (inner.0 + 1, inner.1 + own);
        sizes.insert(node.id(), sum);
        if let Some(parent) = node.parent() {
            let total = sizes.entry(parent.id()).or_default();
            *total = (total.0 + sum.0, total.1 + sum.1);
        }
    }
    sizes
}

fn is_aside(element: ElementRef<'_>) -> bool {
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .any(|around| {
            let inside_article = around.value().name() == "header"
                && around.ancestors().any(|a| is_named(a, "article"));
            (ASIDE.contains(&around.value().name()) && !inside_article)
                || matches!(
                    around.attr("role"),
                    Some("navigation" | "banner" | "contentinfo" | "menu" | "search")
                )
        })
}

fn is_named(node: ego_tree::NodeRef<'_, scraper::Node>, name: &str) -> bool {
    node.value()
        .as_element()
        .is_some_and(|element| element.name() == name)
}

/// The path of an element from the root, by positions: sorts in the order of the document.
fn position(element: ElementRef<'_>) -> Vec<usize> {
    let mut path: Vec<usize> = std::iter::successors(Some(*element), |node| node.parent())
        .map(|node| node.prev_siblings().count())
        .collect();
    path.reverse();
    path
}

/// How much a group of elements looks like a listing of news; nothing where it looks like a menu.
fn score(items: &[&RawItem], base: &Url) -> usize {
    let mut links = BTreeSet::new();
    let (mut points, mut dated, mut told, mut words) = (0, 0, 0, 0);
    for item in items {
        let Some(title) = &item.title else { continue };
        let link = item.link.as_deref().and_then(|link| base.join(link).ok());
        if link
            .as_ref()
            .is_some_and(|link| !matches!(link.scheme(), "http" | "https"))
        {
            continue;
        }
        if !links.insert((link, item.link.is_none().then_some(title))) {
            continue;
        }
        let length = title.split_whitespace().count();
        words += length;
        dated += usize::from(!item.published.is_empty());
        told += usize::from(item.summary.is_some());
        points += length.min(12)
            + 20 * usize::from(!item.published.is_empty())
            + 6 * usize::from(item.summary.is_some());
    }
    let count = links.len();
    let news = 2 * dated >= count || (2 * told >= count && count >= 3);
    // Titles with a date may be short, those of a menu are.
    let least = if 2 * dated >= count { 2 } else { 3 };
    if count < 2 || !news || words < least * count {
        0
    } else {
        points
    }
}

/// What one element says, if it is an item at all: if it has a title.
pub(super) fn item(element: ElementRef<'_>, dates: &date::Context<'_>) -> Option<RawItem> {
    locate(element, dates).map(|located| located.item)
}

fn locate<'a>(element: ElementRef<'a>, dates: &date::Context<'_>) -> Option<Located<'a>> {
    let headline = Headline::of(element)?;
    let (stand, date) = date_in(element, &headline, dates).unzip();
    let dated_by = stand.map(|stand: Stand<'_>| stand.element.id());
    let paragraphs = paragraphs(element, &headline, dated_by);
    let (picture, image) = image(element).unzip();
    let summary: Vec<&str> = paragraphs.iter().map(|(_, text)| text.as_str()).collect();
    Some(Located {
        item: RawItem {
            title: Some(headline.title.clone()),
            link: headline.link.clone(),
            summary: Some(summary.join(" ")).filter(|text| !text.is_empty()),
            image,
            published: date.into_iter().collect(),
            ..RawItem::default()
        },
        run: vec![element],
        title: Some(headline.element),
        link: headline.anchor,
        date: stand,
        group_date: None,
        summary: paragraphs.into_iter().map(|(element, _)| element).collect(),
        image: picture,
    })
}

/// The element that carries the title, and where it leads.
struct Headline<'a> {
    element: ElementRef<'a>,
    anchor: Option<ElementRef<'a>>,
    id: NodeId,
    /// The elements around it.
    around: HashSet<NodeId>,
    title: String,
    link: Option<String>,
}

impl<'a> Headline<'a> {
    fn of(element: ElementRef<'a>) -> Option<Self> {
        let inner = || element.descendants().filter_map(ElementRef::wrap);
        let heading =
            inner().filter(|e| matches!(e.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"));
        let linked = |e: &ElementRef<'_>| e.value().name() == "a" && e.attr("href").is_some();
        let mut links: Vec<(ElementRef<'a>, String)> =
            inner().filter(linked).map(|a| (a, visible(a))).collect();
        let headings: Vec<ElementRef<'a>> = heading
            .filter(|heading| !visible(*heading).is_empty())
            .collect();
        // A heading with a link before one without: the latter may be a date or a rubric.
        let chosen = headings.iter().copied().find(|heading| {
            heading
                .descendants()
                .filter_map(ElementRef::wrap)
                .any(|e| linked(&e))
                || heading
                    .ancestors()
                    .filter_map(ElementRef::wrap)
                    .any(|e| linked(&e))
        });
        if let Some(heading) = chosen.or_else(|| headings.first().copied()) {
            let own = heading
                .descendants()
                .chain(heading.ancestors())
                .filter_map(ElementRef::wrap)
                .find(linked);
            let link = own.or_else(|| links.first().map(|(a, _)| *a));
            return Some(Self::new(heading, visible(heading), link));
        }
        links.sort_by_key(|(_, text)| std::cmp::Reverse(text.chars().count()));
        let (a, title) = links
            .into_iter()
            .next()
            .filter(|(_, text)| !text.is_empty())?;
        Some(Self::new(a, title, Some(a)))
    }

    fn new(element: ElementRef<'a>, title: String, anchor: Option<ElementRef<'a>>) -> Self {
        Self {
            element,
            anchor,
            id: element.id(),
            around: element.ancestors().map(|node| node.id()).collect(),
            title,
            link: anchor.and_then(|a| a.attr("href")).map(squash),
        }
    }

    fn holds(&self, element: ElementRef<'_>) -> bool {
        element.id() == self.id || element.ancestors().any(|ancestor| ancestor.id() == self.id)
    }
}

/// The first thing in an item that reads as a date and is not part of its title.
fn date_in<'a>(
    element: ElementRef<'a>,
    headline: &Headline<'_>,
    dates: &date::Context<'_>,
) -> Option<(Stand<'a>, DateText)> {
    let inner = || {
        element
            .descendants()
            .filter_map(ElementRef::wrap)
            .filter(|inner| !headline.holds(*inner) && !headline.around.contains(&inner.id()))
    };
    let stamped = inner()
        .filter(|inner| inner.value().name() == "time")
        .find_map(|time| {
            let stand = Stand {
                element: time,
                attribute: Some("datetime"),
            };
            Some((stand, machine_date(time, dates)?))
        });
    stamped.or_else(|| inner().find_map(|inner| Some((text_of(inner), human_date(inner, dates)?))))
}

fn machine_date(time: ElementRef<'_>, dates: &date::Context<'_>) -> Option<DateText> {
    let text = squash(time.attr("datetime")?);
    date::read_machine(&text, dates)
        .is_ok()
        .then_some(DateText {
            text,
            place: Place::Item,
            machine: true,
        })
}

/// A date that is the text of a small element: not of a sentence that happens to name a day.
fn human_date(element: ElementRef<'_>, dates: &date::Context<'_>) -> Option<DateText> {
    let mut texts = element
        .descendants()
        .filter_map(|node| node.value().as_text());
    let length: usize = texts
        .by_ref()
        .take(20)
        .map(|text| text.trim().chars().count())
        .sum();
    if length == 0
        || length > DATE_LENGTH
        || !element.text().any(|text| text.contains(char::is_numeric))
    {
        return None;
    }
    let text = visible(element);
    let prose = element.value().name() == "p" && text.split(' ').count() > PROSE;
    let reads = !prose && date::read(&text, dates).is_ok();
    reads.then_some(DateText {
        text,
        place: Place::Item,
        machine: false,
    })
}

/// The date in a heading that stands before an item among its siblings.
fn heading_before<'a>(
    element: ElementRef<'a>,
    dates: &date::Context<'_>,
) -> Option<(Stand<'a>, DateText)> {
    let before = element
        .prev_siblings()
        .filter_map(ElementRef::wrap)
        .take(50);
    let mut dated = before.filter_map(|sibling| Some((sibling, human_date(sibling, dates)?)));
    let (heading, text) = dated.next()?;
    let place = Place::Heading;
    Some((text_of(heading), DateText { place, ..text }))
}

fn text_of(element: ElementRef<'_>) -> Stand<'_> {
    Stand {
        element,
        attribute: None,
    }
}

/// The paragraphs of an item: not its caption, not its date, not its title.
fn paragraphs<'a>(
    element: ElementRef<'a>,
    headline: &Headline<'_>,
    dated_by: Option<NodeId>,
) -> Vec<(ElementRef<'a>, String)> {
    let in_figure = |e: ElementRef<'_>| {
        let figure = |e: ElementRef<'_>| matches!(e.value().name(), "figure" | "figcaption");
        figure(e)
            || e.ancestors()
                .take_while(|a| a.id() != element.id())
                .filter_map(ElementRef::wrap)
                .any(figure)
    };
    element
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter(|e| e.value().name() == "p" && !headline.holds(*e) && !in_figure(*e))
        .filter(|e| Some(e.id()) != dated_by)
        .map(|e| {
            let text = visible_without(e, |inner| {
                inner.id() == headline.id || Some(inner.id()) == dated_by
            });
            (e, text)
        })
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// The address of an item's first picture, the real one where it is loaded late.
fn image(element: ElementRef<'_>) -> Option<(Stand<'_>, String)> {
    const SOURCES: &[&str] = &["data-src", "data-lazy-src", "data-original", "src"];
    let images = element
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter(|e| e.value().name() == "img");
    images
        .filter_map(|element| {
            let name = *SOURCES.iter().find(|name| element.attr(name).is_some())?;
            let source = squash(element.attr(name)?);
            let attribute = Some(name);
            let usable = !source.is_empty() && !source.starts_with("data:");
            usable.then_some((Stand { element, attribute }, source))
        })
        .next()
}
