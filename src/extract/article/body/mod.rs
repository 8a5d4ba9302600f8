//! The text of an article: the part of the page that says it, less what is strewn in, as HTML with its structure.

mod clean;
mod picture;
mod score;
mod write;

use scraper::ElementRef;

use super::layout::{Layout, Line, width};
use super::microdata::Microdata;
use super::words::{Sign, signed};
use crate::config::units::fold;
use crate::extract::cut::Parsed;
use crate::extract::text::plain;

/// A shorter text is no article.
const LEAST: usize = 140;
/// How far after the headline a summing paragraph can stand, in lines.
const NEAR: usize = 12;
/// The shortest and longest summing paragraph, in characters.
const LEAD: std::ops::RangeInclusive<usize> = 40..=700;

/// What is known of an article when its text is read.
pub(super) struct Known<'a, 'b> {
    pub(super) layout: &'b Layout<'a>,
    pub(super) lines: &'b [Line<'a>],
    /// The line of the headline.
    pub(super) headline: Option<usize>,
    pub(super) title: Option<&'b str>,
    pub(super) authors: &'b [String],
    pub(super) description: Option<&'b str>,
    pub(super) microdata: &'b Microdata<'a>,
}

/// The text as HTML; nothing where there is none, or where it breaks off.
pub(super) fn read(page: &Parsed, known: &Known<'_, '_>) -> Option<String> {
    let root = score::root(known)?;
    if page.open.contains(&root.id()) || known.layout.measure(root).text < LEAST {
        return None;
    }
    let cut = clean::cut(root, known);
    let mut html = lead(root, known).unwrap_or_default();
    html.push_str(&write::html(root, &cut));
    Some(html).filter(|html| !html.is_empty())
}

/// A text that is told without markup, as paragraphs.
pub(super) fn told(text: &str) -> Option<String> {
    let text = plain_lines(text);
    let html: String = text
        .iter()
        .map(|line| format!("<p>{}</p>", html_escape::encode_text(line)))
        .collect();
    (width(&html) >= LEAST).then_some(html)
}

fn plain_lines(text: &str) -> Vec<String> {
    text.lines()
        .map(plain)
        .filter(|line| !line.is_empty())
        .collect()
}

/// The summing paragraph between the headline and the text, where it stands outside of the text.
fn lead(root: ElementRef<'_>, known: &Known<'_, '_>) -> Option<String> {
    let headline = known.headline?;
    let description = known.description.map(fold).unwrap_or_default();
    let within = |line: &Line<'_>, outer: ElementRef<'_>| {
        line.element.id() == outer.id()
            || line
                .element
                .ancestors()
                .any(|around| around.id() == outer.id())
    };
    let after = known.lines.iter().skip(headline + 1).take(NEAR);
    let before = after.take_while(|line| !within(line, root));
    for line in before {
        let around = || {
            std::iter::once(line.element)
                .chain(line.element.ancestors().filter_map(ElementRef::wrap))
                .take(3)
        };
        let folded = fold(&line.text);
        let told = !description.is_empty() && alike(&folded, &description);
        let called = around().any(|element| {
            signed(element, &[Sign::Lead]) || element.attr("itemprop") == Some("description")
        });
        let captioned = around().any(|element| {
            matches!(element.value().name(), "figure" | "figcaption" | "a" | "li")
                || signed(element, &[Sign::Caption, Sign::Credit])
        });
        let sentence = line
            .text
            .ends_with(['.', '!', '?', '…', '"', '”', '»', '“', '。'])
            && matches!(
                line.element.value().name(),
                "p" | "h2" | "h3" | "strong" | "div"
            )
            && line.text.chars().count() >= 60;
        let measure = known.layout.measure(line.element);
        if (told || called || sentence)
            && !captioned
            && !measure.is_linked(30)
            && LEAD.contains(&line.text.chars().count())
        {
            return Some(format!("<p>{}</p>", html_escape::encode_text(&line.text)));
        }
    }
    None
}

/// Whether one folded text says what the other says, or its beginning.
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    width(short) >= 30
        && long.starts_with(short.get(..short.floor_char_boundary(80)).unwrap_or(short))
}
