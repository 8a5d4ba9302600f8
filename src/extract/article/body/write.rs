//! The text of an article written as HTML: its structure without the boxes that it stood in.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use html_escape::{encode_double_quoted_attribute, encode_text};
use scraper::{ElementRef, Node};

use super::clean::Cut;
use super::picture;
use crate::extract::article::layout::is_silent;
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
        fresh: true,
        said: 0,
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
        let inline = INLINE.contains(&name) || matches!(name, "img" | "br" | "picture" | "source");
        if inline || is_silent(element) || cut.dropped.contains(&element.id()) {
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
    paragraph: Option<(usize, usize)>,
    /// A line break was seen that is not written yet.
    broken: bool,
    /// White space that comes now says nothing.
    fresh: bool,
    /// How many words and pictures were written.
    said: usize,
}

impl Writer<'_> {
    /// Writes the content of something that holds blocks; text in between becomes paragraphs.
    fn flow(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for child in node.children() {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) if self.paragraph.is_some() || !text.trim().is_empty() => {
                    self.begin_paragraph();
                    self.text(text);
                }
                (_, Some(element)) if !self.is_gone(element) => self.element(element, depth),
                _ => {}
            }
        }
    }

    fn is_gone(&self, element: ElementRef<'_>) -> bool {
        self.cut.dropped.contains(&element.id()) || is_silent(element)
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
            match self.tag(element) {
                "" => self.flow(*element, depth),
                tag => self.block(element, tag, depth),
            }
            self.end_paragraph();
        }
    }

    /// The tag that a block is written with; none where it is only a box.
    fn tag(&self, element: ElementRef<'_>) -> &'static str {
        let name = element.value().name();
        if self.cut.pictures.contains(&element.id()) {
            return "figure";
        }
        match name {
            "h1" => "h2",
            // It frames a table or a quotation.
            "figure" => "",
            "p" if self.blocks.contains(&element.id()) => "",
            _ => BLOCKS
                .iter()
                .find(|tag| **tag == name)
                .copied()
                .unwrap_or_default(),
        }
    }

    fn block(&mut self, element: ElementRef<'_>, tag: &str, depth: usize) {
        let (start, said) = (self.out.len(), self.said);
        self.open(element, tag);
        self.fresh = true;
        if tag == "pre" {
            let text: String = element.text().collect();
            self.out.push_str(&encode_text(&text));
            self.said += usize::from(!text.trim().is_empty());
        } else if FRAMES.contains(&tag)
            || self.blocks.contains(&element.id()) && !tag.starts_with('h')
        {
            self.flow(*element, depth);
            self.end_paragraph();
        } else {
            self.inlines(*element, depth);
        }
        if tag == "figure" {
            self.hidden_picture(element, start);
        }
        self.close(tag, start, said);
        (self.broken, self.fresh) = (false, true);
    }

    /// Ends an element; one that says nothing is taken back, unless it is a cell of a table.
    fn close(&mut self, tag: &str, start: usize, said: usize) {
        if self.said == said && !matches!(tag, "td" | "th") {
            self.out.truncate(start);
        } else {
            let end = self.out.trim_end_matches([' ', '\u{a0}']).len();
            if !INLINE.contains(&tag) {
                self.out.truncate(end);
            }
            self.out.push_str(&format!("</{tag}>"));
        }
    }

    fn open(&mut self, element: ElementRef<'_>, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        for name in ATTRIBUTES {
            self.attribute(name, element.attr(name));
        }
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            let value = encode_double_quoted_attribute(value);
            self.out.push_str(&format!(" {name}=\"{value}\""));
        }
    }

    /// Writes text, runs of white space as one blank.
    fn text(&mut self, text: &str) {
        if self.broken && !text.trim().is_empty() {
            self.out.push_str("<br>");
            (self.broken, self.fresh) = (false, true);
        }
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
            if word.len() < rest.len() && !self.fresh {
                self.out.push(' ');
                self.fresh = true;
            }
            let end = word
                .find(|c: char| c.is_ascii_whitespace())
                .unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            let word = if self.fresh {
                word.trim_start_matches('\u{a0}')
            } else {
                word
            };
            if !word.is_empty() {
                self.out.push_str(&encode_text(word));
                self.said += usize::from(word.chars().any(|c| !c.is_whitespace()));
                self.fresh = false;
            }
            rest = after;
        }
    }

    fn inlines(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for child in node.children() {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) => self.text(text),
                (_, Some(element)) if !self.is_gone(element) => self.inline(element, depth),
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
        if self.broken {
            self.out.push_str("<br>");
            (self.broken, self.fresh) = (false, true);
        }
        let (start, said) = (self.out.len(), self.said);
        self.open(element, tag);
        self.inlines(*element, depth);
        self.close(tag, start, said);
    }

    fn picture(&mut self, element: ElementRef<'_>) {
        if let Some(picture) = picture::of(element) {
            self.write(&picture);
        }
    }

    /// The picture of a figure that shows none unless scripts run, or do not.
    fn hidden_picture(&mut self, figure: ElementRef<'_>, start: usize) {
        let written = self.out.get(start..).unwrap_or_default();
        if !written.contains("<img")
            && let Some(picture) = picture::without_scripts(figure)
        {
            self.write(&picture);
        }
    }

    fn write(&mut self, picture: &picture::Picture) {
        self.out.push_str("<img");
        self.attribute("src", Some(&picture.address));
        for (name, value) in &picture.attributes {
            self.attribute(name, Some(value));
        }
        self.out.push('>');
        self.said += 1;
        self.fresh = false;
    }

    fn begin_paragraph(&mut self) {
        if self.paragraph.is_none() {
            self.paragraph = Some((self.out.len(), self.said));
            self.out.push_str("<p>");
            (self.broken, self.fresh) = (false, true);
        }
    }

    fn end_paragraph(&mut self) {
        self.broken = false;
        if let Some((start, said)) = self.paragraph.take() {
            self.close("p", start, said);
            self.fresh = true;
        }
    }
}
