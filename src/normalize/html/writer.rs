//! The allowed part of a tree, written anew in good order.

use std::collections::HashSet;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use super::tags::{ATTRIBUTES, BLOCK, EVERYWHERE, GROUP, INLINE, NARROW, REL, UNSEEN, VOID};
use crate::extract::text::{legible, squash};
use crate::normalize::url::resolved;

/// Attributes in which pages keep the real address of a picture that is loaded late.
const LATE: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-srcset",
];
/// The most characters of an attribute that is text.
const TEXT: usize = 1_000;

/// What is written so far, and which elements stand open.
pub(super) struct Writer<'a> {
    base: &'a Url,
    out: String,
    most: usize,
    open: Vec<Open>,
    /// Where in `open` those stand that are more than their content.
    solid: Vec<usize>,
    /// How many open elements can't hold blocks.
    narrow: usize,
    /// How deep it is inside an element of which nothing is written.
    unseen: usize,
    /// Elements with blocks somewhere in them.
    with_blocks: HashSet<NodeId>,
}

/// An element that stands open.
enum Open {
    /// Only its content is written; whether it stands apart from what is around it.
    Bare(bool),
    /// A group with blocks in it: its content is written, and loose words between the blocks as paragraphs. Where the
    /// paragraph that stands open begins.
    Group(Option<usize>),
    /// An element that is written: where its tag begins, and where its content does.
    Tag(&'static str, usize, usize),
}

impl<'a> Writer<'a> {
    /// Writes what of `html` may be published, as far as about `most` bytes.
    pub(super) fn write(html: &str, base: &'a Url, most: usize) -> String {
        let fragment = Html::parse_fragment(html);
        let mut writer = Self {
            base,
            out: String::with_capacity(html.len()),
            most,
            open: Vec::new(),
            solid: Vec::new(),
            narrow: 0,
            unseen: 0,
            with_blocks: with_blocks(&fragment),
        };
        // The root is the page around it, whatever attributes a stray tag gives it.
        for edge in fragment.root_element().traverse().skip(1) {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Element(element) => writer.begin(element, node.id()),
                    Node::Text(text) => writer.text(text),
                    _ => {}
                },
                Edge::Close(node) if node.value().is_element() => writer.end(),
                Edge::Close(_) => {}
            }
        }
        let blank = writer.out.trim_end().len();
        writer.out.truncate(blank);
        let leading = writer.out.len() - writer.out.trim_start().len();
        writer.out.drain(..leading);
        writer.out
    }

    fn begin(&mut self, element: &Element, id: NodeId) {
        let name = element.name();
        let foreign = &*element.name.ns != "http://www.w3.org/1999/xhtml";
        let unseen = foreign || UNSEEN.contains(&name) || element.attr("hidden").is_some();
        if self.unseen > 0 || unseen || self.out.len() > self.most {
            self.unseen += 1;
            return;
        }
        if VOID.contains(&name) {
            self.void(element);
            self.open.push(Open::Bare(false));
            return;
        }
        let blocks = self.with_blocks.contains(&id);
        if GROUP.contains(&name) {
            self.group(blocks);
        } else if let Some(name) = known(BLOCK, name) {
            self.block();
            self.tag(name, element);
        } else if let Some(name) = known(INLINE, name) {
            if blocks {
                self.block();
            } else {
                self.inline();
            }
            self.inline_tag(name, element);
        } else {
            self.open.push(Open::Bare(false));
        }
    }

    fn end(&mut self) {
        if self.unseen > 0 {
            self.unseen -= 1;
            return;
        }
        let Some(ended) = self.open.pop() else { return };
        if !matches!(ended, Open::Bare(_)) {
            self.solid.pop();
        }
        match ended {
            Open::Bare(false) => {}
            Open::Bare(true) => self.part(),
            Open::Group(None) => {}
            Open::Group(Some(paragraph)) => self.close("p", paragraph, paragraph + "<p>".len()),
            Open::Tag(name, begin, content) => {
                self.narrow -= usize::from(NARROW.contains(&name));
                self.close(name, begin, content);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.unseen > 0 {
            return;
        }
        if !text.chars().all(char::is_whitespace) {
            self.inline();
        }
        escape(&mut self.out, text.chars(), false);
    }

    /// A group of blocks gives way to them; without blocks it is a paragraph.
    fn group(&mut self, blocks: bool) {
        if self.narrow > 0 {
            self.part();
            self.open.push(Open::Bare(true));
        } else if blocks {
            self.block();
            self.solid.push(self.open.len());
            self.open.push(Open::Group(None));
        } else {
            self.block();
            self.push("p", |_| {});
        }
    }

    fn tag(&mut self, name: &'static str, element: &Element) {
        self.push(name, |writer| writer.attributes(name, element));
    }

    fn inline_tag(&mut self, name: &'static str, element: &Element) {
        let address = match name {
            "a" => element.attr("href").and_then(|href| self.link(href)),
            _ => None,
        };
        let again = name != "span"
            && self
                .open
                .iter()
                .any(|open| matches!(open, Open::Tag(outer, ..) if *outer == name));
        // What leads nowhere is no link, and what is bold twice is bold.
        if name == "a" && address.is_none() || again && name != "q" {
            self.open.push(Open::Bare(false));
        } else {
            self.push(name, |writer| {
                if let Some(address) = address {
                    writer.attribute("href", &address);
                }
                writer.attributes(name, element);
            });
        }
    }

    fn push(&mut self, name: &'static str, attributes: impl FnOnce(&mut Self)) {
        let begin = self.out.len();
        self.out.push('<');
        self.out.push_str(name);
        attributes(self);
        self.out.push('>');
        self.narrow += usize::from(NARROW.contains(&name));
        self.solid.push(self.open.len());
        self.open.push(Open::Tag(name, begin, self.out.len()));
    }

    /// Writes an end tag; an element in which nothing is to be seen is taken back.
    fn close(&mut self, name: &str, begin: usize, content: usize) {
        let cell = matches!(name, "td" | "th");
        if !cell && is_blank(&self.out[content..]) {
            let blank = self.out.len() > content || BLOCK.contains(&name);
            self.out.truncate(begin);
            if blank {
                self.part();
            }
        } else {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    /// Words that come next belong to a line, for which a group opens a paragraph.
    fn inline(&mut self) {
        let begin = self.out.len();
        if let Some(Open::Group(paragraph @ None)) = self.around() {
            *paragraph = Some(begin);
            self.out.push_str("<p>");
        }
    }

    /// A block comes next, which ends the paragraph that a group has opened.
    fn block(&mut self) {
        if let Some(Open::Group(paragraph)) = self.around()
            && let Some(begin) = paragraph.take()
        {
            self.close("p", begin, begin + "<p>".len());
        }
    }

    /// The innermost open element that is more than its content.
    fn around(&mut self) -> Option<&mut Open> {
        let place = *self.solid.last()?;
        self.open.get_mut(place)
    }

    /// Parts words that stood in two elements.
    fn part(&mut self) {
        let begun = match self.solid.last().and_then(|place| self.open.get(*place)) {
            Some(Open::Tag(_, _, content)) => *content,
            _ => 0,
        };
        if self.out.len() > begun && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
    }

    fn void(&mut self, element: &Element) {
        match element.name() {
            "img" => {
                if let Some(address) = self.picture(element) {
                    self.inline();
                    self.out.push_str("<img");
                    self.attribute("src", &address);
                    self.attributes("img", element);
                    self.out.push('>');
                }
            }
            "hr" => {
                self.block();
                self.out.push_str("<hr>");
            }
            "br" => self.out.push_str("<br>"),
            _ => self.out.push_str("<wbr>"),
        }
    }

    /// The address of a picture, a late one before that of what stands in its place; nothing for what only counts
    /// readers.
    fn picture(&self, element: &Element) -> Option<String> {
        let address = |name: &&str| {
            let written = element.attr(name)?;
            let written = if name.ends_with("srcset") {
                first_of_set(written)
            } else {
                written
            };
            resolved(written, self.base).ok()
        };
        if let Some(late) = LATE.iter().find_map(address) {
            return Some(late.into());
        }
        let tiny = |name| {
            element
                .attr(name)
                .is_some_and(|size| pixels(size).is_some_and(|size| size <= 1))
        };
        if tiny("width") || tiny("height") {
            return None;
        }
        ["src", "srcset"].iter().find_map(address).map(String::from)
    }

    /// The address that a link leads to: one of the web, or of mail.
    fn link(&self, href: &str) -> Option<String> {
        if let Ok(address) = resolved(href, self.base) {
            return Some(address.into());
        }
        let mail = Url::parse(href.trim())
            .ok()
            .filter(|url| url.scheme() == "mailto");
        mail.map(String::from).filter(|mail| mail.len() <= TEXT)
    }

    /// The attributes of an element, but for its address.
    fn attributes(&mut self, tag: &str, element: &Element) {
        let own = ATTRIBUTES.iter().find(|(name, _)| *name == tag);
        let own = own.map_or(&[][..], |(_, names)| names);
        for name in own.iter().chain(EVERYWHERE) {
            if matches!(*name, "href" | "src") {
                continue;
            }
            let Some(written) = element.attr(name) else {
                continue;
            };
            if let Some(value) = value(name, written) {
                self.attribute(name, &value);
            }
        }
        if tag == "a" {
            self.attribute("rel", REL);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value.chars(), true);
        self.out.push('"');
    }
}

/// The elements that have a block, or a group, somewhere in them.
fn with_blocks(fragment: &Html) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    let nodes: Vec<_> = fragment.root_element().descendants().collect();
    for node in nodes.iter().rev() {
        let Some(element) = node.value().as_element() else {
            continue;
        };
        let name = element.name();
        let block = BLOCK.contains(&name) || GROUP.contains(&name) || name == "hr";
        if (block || found.contains(&node.id()))
            && let Some(parent) = node.parent()
        {
            found.insert(parent.id());
        }
    }
    found
}

fn known(list: &'static [&'static str], name: &str) -> Option<&'static str> {
    list.iter().copied().find(|known| *known == name)
}

/// The value of an attribute, if it is one of those that it can have.
fn value(name: &str, written: &str) -> Option<String> {
    let written = written.trim();
    let all = |ok: fn(char) -> bool| {
        (!written.is_empty() && written.chars().all(ok)).then(|| written.to_owned())
    };
    match name {
        "lang" | "hreflang" if written.len() <= 35 => {
            all(|c| c.is_ascii_alphanumeric() || c == '-')
        }
        "dir" | "scope" => {
            let written = written.to_ascii_lowercase();
            let ok = matches!(
                &*written,
                "ltr" | "rtl" | "auto" | "row" | "col" | "rowgroup" | "colgroup"
            );
            ok.then_some(written)
        }
        "width" | "height" | "colspan" | "rowspan" => pixels(written)
            .filter(|size| *size > 0)
            .map(|size| size.to_string()),
        "start" => written.parse::<i32>().ok().map(|start| start.to_string()),
        "datetime" if written.len() <= 40 => {
            all(|c| c.is_ascii_alphanumeric() || "-+:. ".contains(c))
        }
        "title" | "alt" => Some(squash(written).chars().take(TEXT).collect()),
        _ => None,
    }
}

/// A size in pixels, as attributes write it; a share of something is none.
fn pixels(written: &str) -> Option<u32> {
    let written = written.trim();
    let digits = written
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(written.len());
    let rest = written[digits..].trim();
    let whole = rest.is_empty() || rest == "px" || rest.starts_with('.') && !rest.ends_with('%');
    written[..digits]
        .parse()
        .ok()
        .filter(|size| whole && *size < 100_000)
}

/// The first address of a `srcset`, or the address itself.
fn first_of_set(value: &str) -> &str {
    value
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_end_matches(',')
}

/// Whether nothing is to be seen.
fn is_blank(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(more) = rest.strip_prefix("&nbsp;") {
        rest = more.trim_start();
    }
    rest.is_empty()
}

/// Text as the serialisation of HTML has it (HTML, 13.3).
fn escape(out: &mut String, text: impl Iterator<Item = char>, attribute: bool) {
    for c in text.filter_map(legible) {
        match c {
            '&' => out.push_str("&amp;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '"' if attribute => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}
