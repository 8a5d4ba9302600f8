//! The text of an article written as HTML: its structure without the boxes that it stood in.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use html_escape::{encode_double_quoted_attribute, encode_text};
use scraper::{ElementRef, Node};

use super::clean::Cut;
use crate::extract::text::INLINE;

/// Blocks that are written as they are.
const BLOCKS: &[&str] = &[
    "p",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "figure",
    "figcaption",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];
/// Blocks that hold nothing but other blocks.
const FRAMES: &[&str] = &[
    "ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "figure",
];
/// Inline elements that are written as they are.
const MARKS: &[&str] = &[
    "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "strong", "sub", "sup", "u", "var",
];
/// Attributes that are kept.
const ATTRIBUTES: &[&str] = &[
    "href", "hreflang", "title", "lang", "dir", "colspan", "rowspan", "start",
];
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
/// How deep elements are followed.
const DEPTH: usize = 450;

/// The content of an element as HTML, without the dropped nodes.
pub(super) fn html(root: ElementRef<'_>, cut: &Cut) -> String {
    let mut writer = Writer {
        out: String::new(),
        cut,
        blocks: with_blocks(root, cut),
        paragraph: None,
        broken: false,
    };
    writer.flow(*root, DEPTH);
    writer.end_paragraph();
    writer.out
}

/// The inline elements around blocks, as in `<a><figure>`.
fn with_blocks(root: ElementRef<'_>, cut: &Cut) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    for element in root.descendants().filter_map(ElementRef::wrap) {
        let name = element.value().name();
        if INLINE.contains(&name)
            || matches!(name, "img" | "br" | "picture" | "source")
            || cut.dropped.contains(&element.id())
        {
            continue;
        }
        for outer in element.ancestors().filter_map(ElementRef::wrap) {
            if !found.insert(outer.id()) || outer.id() == root.id() {
                break;
            }
        }
    }
    found
}

struct Writer<'a> {
    out: String,
    cut: &'a Cut,
    blocks: HashSet<NodeId>,
    /// Where the paragraph began that was opened for text that stands in no block of its own.
    paragraph: Option<usize>,
    /// A line break was seen that is not written yet.
    broken: bool,
}

impl Writer<'_> {
    /// Writes the content of something that holds blocks; text in between becomes paragraphs.
    fn flow(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for child in node
            .children()
            .filter(|child| !self.cut.dropped.contains(&child.id()))
        {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) if self.paragraph.is_some() || !text.trim().is_empty() => {
                    self.begin_paragraph();
                    self.out.push_str(&encode_text(&**text));
                }
                (_, Some(element)) => self.element(element, depth),
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>, depth: usize) {
        let name = element.value().name();
        let block = self.blocks.contains(&element.id())
            || !(INLINE.contains(&name) || matches!(name, "img" | "br" | "picture"));
        if name == "br" {
            if self.broken {
                self.end_paragraph();
            } else {
                self.broken = self.paragraph.is_some();
            }
        } else if !block {
            if matches!(name, "img" | "picture") {
                self.end_paragraph();
                self.picture(element);
            } else {
                self.begin_paragraph();
                self.inline(element, depth);
            }
        } else {
            self.end_paragraph();
            let tag = self.tag(element);
            match tag {
                "" => self.flow(*element, depth),
                "pre" => {
                    let text: String = element.text().collect();
                    self.out
                        .push_str(&format!("<pre>{}</pre>", encode_text(&text)));
                }
                _ => self.block(element, tag, depth),
            }
            self.end_paragraph();
        }
    }

    /// The tag that a block is written with; none where it is only a box.
    fn tag(&self, element: ElementRef<'_>) -> &'static str {
        let name = element.value().name();
        if name == "h1" {
            return "h2";
        }
        if name == "hr" {
            return "";
        }
        if self.cut.pictures.contains(&element.id()) {
            return "figure";
        }
        BLOCKS
            .iter()
            .find(|tag| **tag == name)
            .copied()
            .unwrap_or_default()
    }

    fn block(&mut self, element: ElementRef<'_>, tag: &str, depth: usize) {
        let start = self.out.len();
        self.open(element, tag);
        let inner = self.out.len();
        if FRAMES.contains(&tag) || self.blocks.contains(&element.id()) {
            self.flow(*element, depth);
            self.end_paragraph();
        } else {
            self.inlines(*element, depth);
        }
        let written = self.out.get(inner..).unwrap_or_default();
        if says_nothing(written) && !matches!(tag, "td" | "th") {
            self.out.truncate(start);
        } else {
            self.out.push_str(&format!("</{tag}>"));
        }
        self.broken = false;
    }

    fn open(&mut self, element: ElementRef<'_>, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        for name in ATTRIBUTES {
            if let Some(value) = element.attr(name) {
                self.out.push_str(&format!(
                    " {name}=\"{}\"",
                    encode_double_quoted_attribute(value)
                ));
            }
        }
        self.out.push('>');
    }

    fn inlines(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for child in node
            .children()
            .filter(|child| !self.cut.dropped.contains(&child.id()))
        {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) => {
                    if self.broken && !text.trim().is_empty() {
                        self.out.push_str("<br>");
                        self.broken = false;
                    }
                    self.out.push_str(&encode_text(&**text));
                }
                (_, Some(element)) => self.inline(element, depth),
                _ => {}
            }
        }
    }

    fn inline(&mut self, element: ElementRef<'_>, depth: usize) {
        let name = element.value().name();
        match name {
            "br" => self.broken = true,
            "img" | "picture" => self.picture(element),
            "a" if element.attr("href").is_some() => self.marked(element, "a", depth),
            _ if MARKS.contains(&name) => self.marked(element, name, depth),
            _ => self.inlines(*element, depth),
        }
    }

    fn marked(&mut self, element: ElementRef<'_>, tag: &str, depth: usize) {
        let start = self.out.len();
        self.open(element, tag);
        let inner = self.out.len();
        self.inlines(*element, depth);
        if says_nothing(self.out.get(inner..).unwrap_or_default()) {
            self.out.truncate(start);
            self.out.push(' ');
        } else {
            self.out.push_str(&format!("</{tag}>"));
        }
    }

    fn picture(&mut self, element: ElementRef<'_>) {
        let inner = || element.descendants().filter_map(ElementRef::wrap).take(20);
        let Some(image) = inner().find(|inner| inner.value().name() == "img") else {
            return;
        };
        let sources = inner().filter(|inner| inner.value().name() == "source");
        let address = source(image).or_else(|| {
            sources
                .filter_map(|source| {
                    first_of_set(source.attr("srcset").or(source.attr("data-srcset"))?)
                })
                .next()
        });
        let Some(address) = address else {
            return;
        };
        self.out.push_str(&format!(
            "<img src=\"{}\"",
            encode_double_quoted_attribute(&address)
        ));
        for name in ["alt", "width", "height"] {
            if let Some(value) = image.attr(name) {
                self.out.push_str(&format!(
                    " {name}=\"{}\"",
                    encode_double_quoted_attribute(value)
                ));
            }
        }
        self.out.push('>');
    }

    fn begin_paragraph(&mut self) {
        if self.paragraph.is_none() {
            self.paragraph = Some(self.out.len());
            self.out.push_str("<p>");
        } else if self.broken {
            self.out.push_str("<br>");
        }
        self.broken = false;
    }

    fn end_paragraph(&mut self) {
        self.broken = false;
        if let Some(start) = self.paragraph.take() {
            let written = self.out.get(start + 3..).unwrap_or_default();
            if says_nothing(written) {
                self.out.truncate(start);
            } else {
                self.out.push_str("</p>");
            }
        }
    }
}

/// Whether what was written has neither text nor picture.
fn says_nothing(html: &str) -> bool {
    !html.contains("<img") && {
        let mut inside = false;
        !html.chars().any(|c| {
            let tag = inside || c == '<';
            inside = tag && c != '>';
            !tag && !c.is_whitespace() && c != '\u{a0}'
        })
    }
}

/// The address of a picture, wherever it is kept until it is loaded.
fn source(image: ElementRef<'_>) -> Option<String> {
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
