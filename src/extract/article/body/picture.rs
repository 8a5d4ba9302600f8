//! Pictures, wherever pages keep their address until they are shown.

use scraper::{ElementRef, Html};

use crate::extract::shallow;

/// Attributes in which pages keep the address of a picture that is loaded late.
const LATE: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-hi-res-src",
    "data-full-src",
    "data-srcset",
    "data-lazy-srcset",
];
/// The most bytes of a `<noscript>` that are read.
const LONGEST: usize = 20_000;

/// A picture to be written.
pub(super) struct Picture {
    pub(super) address: String,
    pub(super) attributes: Vec<(&'static str, String)>,
}

/// The picture of an `<img>` or `<picture>`.
pub(super) fn of(element: ElementRef<'_>) -> Option<Picture> {
    let inner = || {
        std::iter::once(element)
            .chain(element.descendants().filter_map(ElementRef::wrap))
            .take(20)
    };
    let image = inner().find(|inner| inner.value().name() == "img")?;
    let mut sources = inner().filter(|inner| inner.value().name() == "source");
    let set = |source: ElementRef<'_>| {
        first_of_set(source.attr("srcset").or(source.attr("data-srcset"))?)
    };
    let address = address(image).or_else(|| sources.find_map(set))?;
    let attributes = ["alt", "width", "height"].into_iter();
    let attributes = attributes.filter_map(|name| Some((name, image.attr(name)?.to_owned())));
    Some(Picture {
        address,
        attributes: attributes.collect(),
    })
}

/// The first picture that an element keeps for readers without scripts.
pub(super) fn without_scripts(element: ElementRef<'_>) -> Option<Picture> {
    let mut inner = element.descendants().filter_map(ElementRef::wrap);
    let noscript = inner.find(|inner| inner.value().name() == "noscript")?;
    // The parser takes what is in it for text.
    let text: String = noscript.text().collect();
    if text.len() > LONGEST || !shallow(&text) {
        return None;
    }
    let fragment = Html::parse_fragment(&text);
    let mut found = fragment
        .root_element()
        .descendants()
        .filter_map(ElementRef::wrap);
    found
        .find(|inner| inner.value().name() == "img")
        .and_then(of)
}

fn address(image: ElementRef<'_>) -> Option<String> {
    let late = LATE
        .iter()
        .filter_map(|name| image.attr(name))
        .find_map(first_of_set);
    let own = image
        .attr("src")
        .map(str::trim)
        .filter(|src| !src.is_empty() && !src.starts_with("data:"));
    late.or_else(|| own.map(str::to_owned))
        .or_else(|| image.attr("srcset").and_then(first_of_set))
}

/// The first address of a `srcset`, or the address itself.
fn first_of_set(value: &str) -> Option<String> {
    let first = value.split_whitespace().next()?.trim_end_matches(',');
    (!first.is_empty() && !first.starts_with("data:")).then(|| first.to_owned())
}
