//! How a page is laid out: how much its elements say, which of them stand around the article, and its lines of text
//! in the order in which they are read.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};

use super::words::{Sign, signed};
use crate::extract::text::{INLINE, squash};

/// Elements without any text for readers.
const SILENT: &[&str] = &[
    "script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "embed",
    "canvas", "select", "button", "textarea", "input", "audio", "video", "map", "datalist",
    "progress", "meter",
];
/// Elements that stand around an article.
const AROUND: &[&str] = &["nav", "footer", "aside", "dialog", "menu"];
/// Roles that stand around an article.
const ROLES: &[&str] = &[
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
    "toolbar",
    "button",
];
/// A shorter block is no paragraph.
const PARAGRAPH: usize = 40;
/// The most characters of a line that are kept, and the most lines.
const LINE: usize = 600;
const LINES: usize = 5_000;

/// How much an element says, in widths of its characters without white space.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Measure {
    /// All text.
    pub(super) text: usize,
    /// Text that is a link.
    pub(super) linked: usize,
    /// Text of paragraphs.
    pub(super) prose: usize,
    /// Text of its own paragraph, if it is one.
    pub(super) own: usize,
}

impl Measure {
    /// More than this share of the text is links, in hundredths.
    pub(super) fn is_linked(self, hundredths: usize) -> bool {
        self.text > 0 && 100 * self.linked >= hundredths * self.text
    }
}

/// A block of text.
pub(super) struct Line<'a> {
    /// The element that it is the text of.
    pub(super) element: ElementRef<'a>,
    /// Its text, white space squashed, the beginning of it if it is long.
    pub(super) text: String,
}

/// A page with what its elements say.
pub(super) struct Layout<'a> {
    pub(super) document: &'a Html,
    /// What is said with everything that surrounds the article.
    all: HashMap<NodeId, Measure>,
    /// What is said without it.
    own: HashMap<NodeId, Measure>,
    /// The prose of the whole page.
    prose: usize,
    /// The elements that stand around the article.
    around: HashSet<NodeId>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(document: &'a Html) -> Self {
        let all = measured(document, is_silent);
        let prose = all
            .get(&document.root_element().id())
            .map_or(0, |measure| measure.prose);
        let mut layout = Self {
            document,
            all,
            own: HashMap::new(),
            prose,
            around: HashSet::new(),
        };
        layout.mark(false);
        // Some pages hide their text until a script shows it.
        if 3 * layout.measure(document.root_element()).prose < prose {
            layout.mark(true);
        }
        layout
    }

    /// Tells what stands around the article, and measures what is left.
    fn mark(&mut self, hidden_too: bool) {
        let elements = self
            .document
            .root_element()
            .descendants()
            .filter_map(ElementRef::wrap);
        self.around = elements
            .filter(|element| self.looks_around(*element, hidden_too))
            .map(|element| element.id())
            .collect();
        let skip = |element: ElementRef<'_>| is_silent(element) || self.is_around(element);
        self.own = measured(self.document, skip);
    }

    /// What an element says, less what stands around the article.
    pub(super) fn measure(&self, element: ElementRef<'_>) -> Measure {
        self.own.get(&element.id()).copied().unwrap_or_default()
    }

    /// Whether an element stands around the article: a menu, comments, buttons for sharing.
    pub(super) fn is_around(&self, element: ElementRef<'_>) -> bool {
        self.around.contains(&element.id())
    }

    /// Names mislead (`<body class="popup">`, a form around the whole page): what has a good part of the page's prose
    /// is not around it.
    fn looks_around(&self, element: ElementRef<'_>, hidden_too: bool) -> bool {
        let value = element.value();
        if matches!(value.name(), "html" | "body" | "main") || is_silent(element) {
            return false;
        }
        let label = || signed(element, &[Sign::Label]);
        let built = AROUND.contains(&value.name())
            || value
                .attr("role")
                .is_some_and(|role| ROLES.contains(&role.trim()))
            || !hidden_too && is_unseen(element)
            || signed(element, &[Sign::Apart]) && !label();
        let named = || value.name() == "form" || signed(element, &[Sign::Around]) && !label();
        built && !self.has(element, 60) || named() && !self.has(element, 30)
    }

    /// Whether an element is a line about the article, such as its byline.
    pub(super) fn is_label(&self, element: ElementRef<'_>) -> bool {
        !matches!(element.value().name(), "html" | "body" | "main" | "article")
            && signed(element, &[Sign::Label])
            && self.measure(element).text < 400
            && !self.has(element, 30)
    }

    /// Whether so many hundredths of the page's prose are in an element.
    fn has(&self, element: ElementRef<'_>, hundredths: usize) -> bool {
        let prose = self
            .all
            .get(&element.id())
            .map_or(0, |measure| measure.prose);
        prose > 0 && 100 * prose >= hundredths * self.prose
    }

    /// Whether an element beside the article says something of it, and does not only lead elsewhere.
    fn is_note(&self, element: ElementRef<'_>) -> bool {
        let measure = self.all.get(&element.id()).copied().unwrap_or_default();
        element.value().name() == "aside"
            && !signed(element, &[Sign::Around, Sign::Apart])
            && measure.text < 1_000
            && !measure.is_linked(60)
    }

    /// The lines of the page, without what stands around the article.
    pub(super) fn lines(&self) -> Vec<Line<'a>> {
        let mut lines: Vec<Line<'a>> = Vec::new();
        // The open elements: is it a block, and its line if it has one already.
        let mut open: Vec<(ElementRef<'a>, bool)> = Vec::new();
        let mut hidden: Option<NodeId> = None;
        let mut broken = true;
        for edge in self.document.root_element().traverse() {
            match edge {
                Edge::Open(node) => {
                    if hidden.is_some() || lines.len() > LINES {
                        continue;
                    }
                    if let Some(element) = ElementRef::wrap(node) {
                        if is_silent(element) || self.is_around(element) && !self.is_note(element) {
                            hidden = Some(node.id());
                            continue;
                        }
                        let block = is_block(element.value().name());
                        broken |= block;
                        open.push((element, block));
                    } else if let Node::Text(text) = node.value()
                        && let Some((element, _)) = open.iter().rev().find(|(_, block)| *block)
                    {
                        match lines.last_mut() {
                            Some(line) if !broken && line.text.len() < LINE => {
                                line.text.push_str(beginning(text));
                            }
                            Some(_) if !broken => {}
                            _ if !text.trim().is_empty() => {
                                lines.push(Line {
                                    element: *element,
                                    text: beginning(text).to_owned(),
                                });
                                broken = false;
                            }
                            _ => {}
                        }
                    }
                }
                Edge::Close(node) => {
                    if hidden == Some(node.id()) {
                        hidden = None;
                    } else if hidden.is_none() && node.value().is_element() {
                        broken |= open.pop().is_some_and(|(_, block)| block);
                    }
                }
            }
        }
        for line in &mut lines {
            line.text = squash(&line.text);
        }
        lines
    }
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LINE)).unwrap_or(text)
}

/// Whether an element parts its text from what is around it.
pub(super) fn is_block(name: &str) -> bool {
    !INLINE.contains(&name)
        && !matches!(
            name,
            "time" | "data" | "label" | "nobr" | "img" | "picture" | "source"
        )
}

/// Whether an element has no text for readers.
pub(super) fn is_silent(element: ElementRef<'_>) -> bool {
    SILENT.contains(&element.value().name())
}

/// Whether an element says that it is not shown.
fn is_unseen(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let style = || {
        let style = value.attr("style").unwrap_or_default();
        let mut rules = style.split(';').filter_map(|rule| rule.split_once(':'));
        rules.any(|(name, value)| {
            let (name, value) = (name.trim(), value.trim());
            name.eq_ignore_ascii_case("display") && value.starts_with("none")
                || name.eq_ignore_ascii_case("visibility") && value.starts_with("hidden")
        })
    };
    value.attr("hidden").is_some()
        || value.attr("aria-hidden") == Some("true")
        || style()
        || signed(element, &[Sign::Unseen])
}

/// The width of a text without white space: signs of which each is a word count twice.
pub(super) fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}');
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if wide(c) { 2 } else { 1 })
        .sum()
}

/// What each element says, less the elements to be skipped.
fn measured(document: &Html, skip: impl Fn(ElementRef<'_>) -> bool) -> HashMap<NodeId, Measure> {
    struct Open {
        id: NodeId,
        measure: Measure,
        /// Text and linked text of this block alone.
        own: (usize, usize),
        block: bool,
        link: bool,
        /// Half of what its paragraphs say counts, or nothing of it.
        share: usize,
    }
    let mut measures = HashMap::new();
    let mut open: Vec<Open> = Vec::new();
    let mut skipped: Option<NodeId> = None;
    for edge in document.root_element().traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => {
                if let Some(element) = ElementRef::wrap(node) {
                    if skip(element) {
                        skipped = Some(node.id());
                        continue;
                    }
                    let name = element.value().name();
                    let (link, share) = open
                        .last()
                        .map_or((false, 2), |outer| (outer.link, outer.share));
                    open.push(Open {
                        id: node.id(),
                        measure: Measure::default(),
                        own: (0, 0),
                        block: is_block(name),
                        link: link || name == "a" && element.attr("href").is_some(),
                        share: match name {
                            "figure" | "figcaption" | "address" => 0,
                            "li" | "td" | "th" | "dd" => share.min(1),
                            _ => share,
                        },
                    });
                } else if let Node::Text(text) = node.value()
                    && let Some(last) = open.last_mut()
                {
                    let width = width(text);
                    let linked = if last.link { width } else { 0 };
                    last.measure.text += width;
                    last.measure.linked += linked;
                    if let Some(block) = open.iter_mut().rev().find(|open| open.block) {
                        block.own.0 += width;
                        block.own.1 += linked;
                    }
                }
            }
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none()
                    && node.value().is_element()
                    && let Some(mut done) = open.pop()
                {
                    let (text, linked) = done.own;
                    if done.block && text >= PARAGRAPH && 2 * linked < text {
                        done.measure.own = (text - linked) * done.share / 2;
                        done.measure.prose += done.measure.own;
                    }
                    if let Some(outer) = open.last_mut() {
                        outer.measure.text += done.measure.text;
                        outer.measure.linked += done.measure.linked;
                        outer.measure.prose += done.measure.prose;
                    }
                    measures.insert(done.id, done.measure);
                }
            }
            Edge::Open(_) => {}
        }
    }
    measures
}
