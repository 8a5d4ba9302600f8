//! What stands within an article without being of it: lists of other articles, buttons, bylines, captions of nothing.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use super::Known;
use crate::config::units::fold;
use crate::extract::article::layout::{Measure, is_block, is_silent, width};
use crate::extract::article::words::{Phrase, Sign, begins, is, signed};
use crate::extract::text::squash;

/// A longer line is no label.
const LABEL: usize = 120;
/// More text is no caption.
const CAPTION: usize = 500;
/// A longer line is a paragraph, whatever it begins with.
const SHORT: usize = 200;

/// A block of text within the article.
struct Leaf<'a> {
    element: ElementRef<'a>,
    text: String,
    folded: String,
    measure: Measure,
}

/// What becomes of the nodes of a text.
pub(super) struct Cut {
    /// Nodes that are left out, with all that is in them.
    pub(super) dropped: HashSet<NodeId>,
    /// Boxes that hold a picture with what is written under it.
    pub(super) pictures: HashSet<NodeId>,
}

/// Tells what is of the text and what is strewn in.
pub(super) fn cut(root: ElementRef<'_>, known: &Known<'_, '_>) -> Cut {
    let mut cut = parts(root, known);
    let leaves = leaves(root, &cut, known);
    let kept = lines(&leaves, root, known);
    for (leaf, keep) in leaves.iter().zip(&kept) {
        if !keep {
            cut.dropped.insert(leaf.element.id());
        }
    }
    cut
}

/// Whole parts, by what they are.
fn parts(root: ElementRef<'_>, known: &Known<'_, '_>) -> Cut {
    let layout = known.layout;
    let whole = layout.measure(root);
    let (mut dropped, mut pictures) = (HashSet::new(), HashSet::new());
    let mut skipped: Option<NodeId> = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() && node.id() != root.id() => {
                let Some(element) = ElementRef::wrap(node) else {
                    continue;
                };
                let measure = layout.measure(element);
                // A small part: what has much of the prose is of the article, whatever it is called.
                let small = 10 * measure.prose < 3 * whole.prose.max(1);
                let name = element.value().name();
                let heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
                let pictured = matches!(name, "figure" | "img" | "picture");
                let gone = is_silent(element)
                    || layout.is_around(element)
                    || !pictured && small && layout.is_label(element) && !heading
                    || !pictured && small && is_links(element, measure) && !is_announced(element)
                    || small && name == "article"
                    || name == "figure" && shows_nothing(element)
                    || small
                        && signed(element, &[Sign::Caption, Sign::Credit])
                        && !pictured
                        && !has_picture(element);
                if gone {
                    dropped.insert(node.id());
                    skipped = Some(node.id());
                } else if (name == "figure"
                    || measure.text < CAPTION
                        && matches!(name, "div" | "section" | "p" | "span")
                        && signed(element, &[Sign::Picture]))
                    && has_picture(element)
                {
                    pictures.insert(node.id());
                    skipped = Some(node.id());
                }
            }
            Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
            _ => {}
        }
    }
    Cut { dropped, pictures }
}

fn has_picture(element: ElementRef<'_>) -> bool {
    let mut inner = element.descendants().filter_map(ElementRef::wrap).take(30);
    inner.any(|inner| matches!(inner.value().name(), "img" | "noscript"))
}

/// Whether a figure has neither a picture nor anything else that it could be the frame of.
fn shows_nothing(figure: ElementRef<'_>) -> bool {
    let mut inner = figure.descendants().filter_map(ElementRef::wrap);
    !inner.any(|inner| {
        matches!(
            inner.value().name(),
            "img" | "noscript" | "table" | "blockquote" | "pre" | "p" | "ul" | "ol"
        )
    })
}

/// Whether a block is links and little else.
fn is_links(element: ElementRef<'_>, measure: Measure) -> bool {
    match element.value().name() {
        "ul" | "ol" | "dl" | "table" => measure.is_linked(60),
        "div" | "section" | "header" => measure.is_linked(70),
        "p" | "h2" | "h3" | "h4" | "h5" | "h6" => measure.is_linked(90),
        _ => false,
    }
}

/// Whether a list follows a paragraph that ends with a colon: "The new rules concern:".
fn is_announced(list: ElementRef<'_>) -> bool {
    let mut before = list.prev_siblings().filter_map(ElementRef::wrap);
    matches!(list.value().name(), "ul" | "ol")
        && before.next().is_some_and(|before| {
            let text: String = before.text().collect();
            let text = text.trim();
            before.value().name() == "p"
                && text.ends_with(':')
                && text.len() > 30
                && begins(
                    &fold(
                        text.get(..text.floor_char_boundary(SHORT))
                            .unwrap_or_default(),
                    ),
                    Phrase::Skip,
                )
                .is_none()
        })
}

/// The blocks of text that are left, in order.
fn leaves<'a>(root: ElementRef<'a>, cut: &Cut, known: &Known<'a, '_>) -> Vec<Leaf<'a>> {
    let mut found: Vec<(ElementRef<'a>, String)> = Vec::new();
    let mut open: Vec<ElementRef<'a>> = Vec::new();
    let mut skipped: Option<NodeId> = None;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => {
                if cut.dropped.contains(&node.id()) || cut.pictures.contains(&node.id()) {
                    skipped = Some(node.id());
                } else if let Some(element) = ElementRef::wrap(node) {
                    if is_block(element.value().name()) {
                        open.push(element);
                    }
                } else if let Node::Text(text) = node.value()
                    && let Some(block) = open.last()
                {
                    match found.last_mut() {
                        Some((last, line)) if last.id() == block.id() => line.push_str(text),
                        _ if text.trim().is_empty() => {}
                        _ => found.push((*block, text.to_string())),
                    }
                }
            }
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none()
                    && let Some(element) = ElementRef::wrap(node)
                    && is_block(element.value().name())
                {
                    open.pop();
                }
            }
            Edge::Open(_) => {}
        }
    }
    let leaf = |(element, text): (ElementRef<'a>, String)| {
        let text = squash(&text);
        let start = text
            .get(..text.floor_char_boundary(2 * SHORT))
            .unwrap_or_default();
        Leaf {
            element,
            folded: fold(start),
            measure: known.layout.measure(element),
            text,
        }
    };
    found.into_iter().map(leaf).collect()
}

/// Which lines are of the text.
fn lines(leaves: &[Leaf<'_>], root: ElementRef<'_>, known: &Known<'_, '_>) -> Vec<bool> {
    let title = known.title.map(fold).unwrap_or_default();
    let first = leaves.iter().position(is_prose).unwrap_or_default();
    let mut keep: Vec<bool> = leaves
        .iter()
        .enumerate()
        .map(|(at, leaf)| {
            !(leaf.element.id() != root.id()
                && (leads_elsewhere(leaf) || at <= first && is_head(leaf, &title, known)))
        })
        .collect();
    ends(leaves, &mut keep);
    headings(leaves, &mut keep);
    trailing(leaves, &mut keep);
    keep
}

/// What follows headings such as "Related articles", until the text goes on where most of it stands.
fn ends(leaves: &[Leaf<'_>], keep: &mut [bool]) {
    let parent = |leaf: &Leaf<'_>| leaf.element.parent().map(|parent| parent.id());
    let mut shares: HashMap<Option<NodeId>, usize> = HashMap::new();
    for leaf in leaves {
        *shares.entry(parent(leaf)).or_default() += leaf.measure.own;
    }
    let all: usize = shares.values().sum();
    let main = shares
        .into_iter()
        .max_by_key(|(_, share)| *share)
        .and_then(|(parent, _)| parent);
    let goes_on =
        |leaf: &Leaf<'_>| parent(leaf) == main && is_prose(leaf) && !leaf.measure.is_linked(40);
    let mut at = 0;
    while let Some(end) = leaves
        .iter()
        .skip(at)
        .position(|leaf| is_heading(leaf) && is(&leaf.folded, Phrase::End))
    {
        let end = at + end;
        let next = leaves
            .iter()
            .skip(end)
            .position(goes_on)
            .map_or(leaves.len(), |next| end + next);
        // The heading of what goes on is of the text too.
        let headed = next > end + 1
            && leaves
                .get(next - 1)
                .is_some_and(|leaf| level(leaf.element) > 0 && parent(leaf) == main)
            && next < leaves.len();
        let next = next - usize::from(headed);
        let left_out: usize = leaves
            .get(end..next)
            .unwrap_or_default()
            .iter()
            .map(|leaf| leaf.measure.own)
            .sum();
        if 10 * left_out < 4 * all.max(1) {
            keep.iter_mut()
                .take(next)
                .skip(end)
                .for_each(|keep| *keep = false);
        }
        at = next.max(end + 1);
    }
}

/// Headings that nothing follows.
fn headings(leaves: &[Leaf<'_>], keep: &mut [bool]) {
    // The level of the heading that comes next, 0 for text.
    let mut next = Some(7);
    for (leaf, keep) in leaves.iter().zip(keep.iter_mut()).rev() {
        if !*keep {
            continue;
        }
        let level = level(leaf.element);
        if level > 0 && next.is_some_and(|next| next > 0 && (next <= level || next == 7)) {
            *keep = false;
        } else {
            next = Some(level);
        }
    }
}

fn level(element: ElementRef<'_>) -> u8 {
    match element.value().name() {
        "h1" => 1,
        "h2" => 2,
        "h3" => 3,
        "h4" => 4,
        "h5" => 5,
        "h6" => 6,
        _ => 0,
    }
}

/// Short lines after the last paragraph that are no sentences.
fn trailing(leaves: &[Leaf<'_>], keep: &mut [bool]) {
    for (leaf, keep) in leaves
        .iter()
        .zip(keep.iter_mut())
        .rev()
        .filter(|(_, keep)| **keep)
    {
        let listed = matches!(
            leaf.element.value().name(),
            "li" | "td" | "th" | "dd" | "dt" | "pre" | "blockquote"
        );
        if is_prose(leaf)
            || listed
            || leaf
                .text
                .ends_with(['.', '!', '?', '…', '"', '”', '»', '“', ')', '。'])
        {
            break;
        }
        *keep = false;
    }
}

fn is_prose(leaf: &Leaf<'_>) -> bool {
    width(&leaf.text) >= 60 && leaf.measure.own > 0
}

fn is_heading(leaf: &Leaf<'_>) -> bool {
    level(leaf.element) > 0 || leaf.text.chars().count() < 50
}

/// Whether a line leads elsewhere or is a button.
fn leads_elsewhere(leaf: &Leaf<'_>) -> bool {
    let length = leaf.text.chars().count();
    if length <= LABEL && is(&leaf.folded, Phrase::Alone) {
        return true;
    }
    if length > SHORT || level(leaf.element) == 1 {
        return false;
    }
    // A few words, a colon and a link: "Read another story here: …", in whatever language.
    let before = leaf
        .text
        .split_once(':')
        .map_or(usize::MAX, |(before, _)| before.split(' ').count());
    if before <= 5 && leaf.measure.is_linked(55) {
        return true;
    }
    let Some(end) = begins(&leaf.folded, Phrase::Skip) else {
        return false;
    };
    let words = leaf.folded.split(' ').count();
    let said = leaf
        .folded
        .get(..end)
        .unwrap_or_default()
        .split(' ')
        .count();
    let marked = leaf
        .text
        .chars()
        .take(end + 3)
        .any(|c| matches!(c, ':' | '：' | '|' | '>' | '»' | '/' | '©'));
    words == said
        || marked
        || leaf.measure.is_linked(50)
        || words <= said + 4 && !leaf.text.ends_with('.')
}

/// Whether a line before the text repeats the title, the authors or the date.
fn is_head(leaf: &Leaf<'_>, title: &str, known: &Known<'_, '_>) -> bool {
    if !title.is_empty() && leaf.folded == title || level(leaf.element) == 1 {
        return true;
    }
    if leaf.text.chars().count() > LABEL {
        return false;
    }
    let named = known.authors.iter().any(|name| {
        let name = fold(name);
        leaf.folded.contains(&name) && leaf.folded.len() < name.len() + 40
    });
    let digits = leaf.text.chars().filter(char::is_ascii_digit).count();
    let dated = digits >= 5 && digits * 6 > leaf.text.len();
    let labelled = begins(&leaf.folded, Phrase::Published).is_some()
        || begins(&leaf.folded, Phrase::Updated).is_some();
    named
        || dated
        || labelled && digits > 0
        || begins(&leaf.folded, Phrase::By).is_some() && leaf.text.chars().count() < 60
}
