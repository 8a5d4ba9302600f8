//! Which element of a page holds the article: paragraphs speak for the elements around them, the nearest most.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::Known;
use crate::extract::article::layout::is_silent;
use crate::extract::article::words::{Sign, signed};

/// How many levels up a paragraph speaks.
const LEVELS: usize = 6;

/// The element that holds the article's text, if any says enough.
pub(super) fn root<'a>(known: &Known<'a, '_>) -> Option<ElementRef<'a>> {
    let layout = known.layout;
    let marked = known
        .microdata
        .elements("articleBody")
        .max_by_key(|element| layout.measure(*element).prose);
    let marked = marked.filter(|element| {
        4 * layout.measure(*element).prose >= layout.measure(layout.document.root_element()).prose
    });
    let top = marked.or_else(|| nearest(known))?;
    Some(widened(known, top))
}

/// The element whose paragraphs say the most, those further down counting less.
fn nearest<'a>(known: &Known<'a, '_>) -> Option<ElementRef<'a>> {
    let layout = known.layout;
    let mut scores: HashMap<NodeId, f64> = HashMap::new();
    let mut elements: Vec<ElementRef<'a>> = Vec::new();
    for element in layout
        .document
        .root_element()
        .descendants()
        .filter_map(ElementRef::wrap)
    {
        let own = layout.measure(element).own;
        if own == 0 || is_silent(element) {
            continue;
        }
        // A `<p>` is no container; a `<div>` with text of its own is.
        let is_paragraph = !matches!(
            element.value().name(),
            "div" | "section" | "article" | "main" | "td" | "body"
        );
        let around =
            std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
        for (level, outer) in around
            .skip(usize::from(is_paragraph))
            .take(LEVELS)
            .enumerate()
        {
            let score = scores.entry(outer.id()).or_insert_with(|| {
                elements.push(outer);
                0.0
            });
            *score += own as f64 / (level + 1) as f64;
        }
    }
    let bonus = |element: ElementRef<'_>| {
        let named = signed(element, &[Sign::Text]) || element.value().name() == "article";
        if named { 1.2 } else { 1.0 }
    };
    let score = |element: &ElementRef<'a>| {
        scores.get(&element.id()).copied().unwrap_or_default() * bonus(*element)
    };
    let scored = elements
        .into_iter()
        .map(|element| (score(&element), element));
    scored
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, element)| element)
}

/// The element, or one around it that holds more of the same text and little else.
fn widened<'a>(known: &Known<'a, '_>, top: ElementRef<'a>) -> ElementRef<'a> {
    let layout = known.layout;
    let mut best = top;
    for outer in top.ancestors().filter_map(ElementRef::wrap) {
        if matches!(outer.value().name(), "html" | "body") {
            break;
        }
        let (inside, all) = (layout.measure(best), layout.measure(outer));
        let (prose, text, linked) = (
            all.prose - inside.prose,
            all.text - inside.text,
            all.linked - inside.linked,
        );
        // More text, of which most is prose and little is links.
        if prose >= 150
            && 20 * prose >= inside.prose
            && 100 * prose >= 55 * text
            && 100 * linked < 25 * text
        {
            best = outer;
        }
    }
    best
}
