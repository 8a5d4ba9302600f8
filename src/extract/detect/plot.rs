//! The page laid flat: its visible elements in order, the text of each a slice of one text, and what stands beside
//! the news (menus, side bars, page headers and footers).

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};

use crate::extract::text::{is_hidden, is_inline, squash};

/// Elements and roles that stand beside the news.
const ASIDE: &[&str] = &["nav", "aside", "dialog"];
const ROLES: &[&str] = &[
    "navigation",
    "banner",
    "contentinfo",
    "menu",
    "menubar",
    "search",
    "complementary",
    "dialog",
    "tablist",
];
/// Words in the class or id of what stands beside the news.
const BESIDE: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "megamenu",
    "submenu",
    "sidebar",
    "sidenav",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pager",
    "paging",
    "tagcloud",
    "offcanvas",
    "cookie",
    "cookies",
    "footer",
    "comments",
    "related",
    "correlati",
    "social",
    "share",
    "topbar",
    "masthead",
];
/// Those of them that name a menu, or the head or foot of the page, whatever is asked.
const MENUS: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "breadcrumb",
    "breadcrumbs",
    "footer",
    "sitemap",
];
/// The mean weight of the labels of a menu is less.
const LABEL: usize = 30;
/// Words that stand beside the news where they are the whole class or id.
const BESIDE_WHOLE: &[&str] = &["widget-area", "header", "site-header", "secondary"];

/// Words in the class of what has the news even if it is named after a menu beside it.
const CONTENT: &[&str] = &["content", "main", "body", "page"];

/// An element.
pub(super) struct Cell<'a> {
    pub(super) element: ElementRef<'a>,
    /// The cell around it; its own place for the root.
    pub(super) parent: usize,
    /// The cells inside it are those from the one after it to this one.
    pub(super) end: usize,
    depth: usize,
    /// Its text in the text of the page.
    pub(super) from: usize,
    pub(super) to: usize,
    /// It stands beside the news.
    pub(super) aside: bool,
    /// It is a menu, or the head or foot of the page.
    pub(super) menu: bool,
}

impl<'a> Cell<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.element.value().name()
    }

    /// The words of its classes, lower case: `entry-title` has two.
    pub(super) fn words(&self) -> impl Iterator<Item = String> + use<'a> {
        let classes = self.element.value().classes();
        classes.flat_map(|class| {
            class
                .split(['-', '_'])
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
        })
    }

    pub(super) fn has_word(&self, words: &[&str]) -> bool {
        self.words().any(|word| words.contains(&word.as_str()))
    }

    /// Whether a class says that it holds a kind, as `post-type`; in `node--type-news` it is that kind.
    pub(super) fn tells_kind(&self) -> bool {
        let mut classes = self.element.value().classes();
        classes.any(|class| {
            let last = class.rsplit(['-', '_']).next();
            last.is_some_and(|word| word.eq_ignore_ascii_case("type"))
        })
    }

    /// Whether one of its classes or its id is such, lower case; one that tells of something else (`has-menu`) is not.
    fn is_named(&self, is: impl Fn(&str) -> bool) -> bool {
        let id = self.element.attr("id");
        self.element.value().classes().chain(id).any(|written| {
            let written = written.to_ascii_lowercase();
            let about = ["has-", "no-", "with-", "without-"]
                .iter()
                .any(|start| written.starts_with(start));
            !about && is(&written)
        })
    }

    /// The level of a heading.
    pub(super) fn heading(&self) -> Option<u8> {
        match self.name().as_bytes() {
            [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
            _ => None,
        }
    }

    /// The address of a link that leads somewhere else.
    pub(super) fn href(&self) -> Option<&'a str> {
        let href = match self.name() {
            "a" | "area" => self.element.attr("href")?.trim(),
            _ => return None,
        };
        let scheme = href.split_once(':').map(|(scheme, _)| scheme);
        let leads = !href.is_empty()
            && !href.starts_with('#')
            && !scheme.is_some_and(|scheme| {
                ["javascript", "mailto", "tel", "data", "whatsapp"]
                    .iter()
                    .any(|other| scheme.eq_ignore_ascii_case(other))
            });
        leads.then_some(href)
    }
}

/// A text that stands directly in an element.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) cell: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The page laid flat.
pub(super) struct Plot<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    text: String,
    words: Vec<Words>,
    places: HashMap<NodeId, usize>,
    /// How many links with an address there are before each cell.
    links: Vec<usize>,
}

impl<'a> Plot<'a> {
    pub(super) fn of(document: &'a Html) -> Self {
        let mut plot = Self {
            cells: Vec::new(),
            text: String::new(),
            words: Vec::new(),
            places: HashMap::new(),
            links: vec![0],
        };
        plot.lay(document);
        plot.part();
        plot
    }

    fn lay(&mut self, document: &'a Html) {
        let mut open: Vec<usize> = Vec::new();
        let mut hidden: Option<NodeId> = None;
        for edge in document.root_element().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Text(text) if hidden.is_none() => {
                        let from = self.text.len();
                        self.push(text);
                        if let Some(&cell) = open.last()
                            && self.text.len() > from + 1
                        {
                            let to = self.text.len();
                            self.words.push(Words { cell, from, to });
                        }
                    }
                    Node::Element(_) if hidden.is_none() => {
                        let Some(element) = ElementRef::wrap(node) else {
                            continue;
                        };
                        if is_hidden(element) {
                            hidden = Some(node.id());
                        } else {
                            if !is_inline(element) {
                                self.push(" ");
                            }
                            self.open(element, &mut open);
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) if hidden.is_some() => {
                    if hidden == Some(node.id()) {
                        hidden = None;
                    }
                }
                Edge::Close(node) => {
                    if let Some(element) = ElementRef::wrap(node)
                        && let Some(at) = open.pop()
                    {
                        let (end, to) = (self.cells.len(), self.text.len());
                        if let Some(cell) = self.cells.get_mut(at) {
                            cell.end = end;
                            cell.to = to;
                        }
                        if !is_inline(element) {
                            self.push(" ");
                        }
                    }
                }
            }
        }
    }

    fn open(&mut self, element: ElementRef<'a>, open: &mut Vec<usize>) {
        let at = self.cells.len();
        let cell = Cell {
            element,
            parent: open.last().copied().unwrap_or(at),
            end: at + 1,
            depth: open.len(),
            from: self.text.len(),
            to: self.text.len(),
            aside: false,
            menu: false,
        };
        let before = self.links.last().copied().unwrap_or_default();
        self.links.push(before + usize::from(cell.href().is_some()));
        self.places.insert(element.id(), at);
        self.cells.push(cell);
        open.push(at);
    }

    /// Adds a text, white space squashed.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}' {
                if !self.text.ends_with(' ') {
                    self.text.push(' ');
                }
            } else {
                self.text.push(c);
            }
        }
    }

    /// Tells apart what stands beside the news.
    fn part(&mut self) {
        let whole = self.text.len();
        let mut alike: HashMap<(&str, usize), usize> = HashMap::new();
        for cell in &self.cells {
            if matches!(cell.name(), "header" | "footer") {
                *alike.entry((cell.name(), cell.depth)).or_default() += 1;
            }
        }
        let own: Vec<bool> = (0..self.cells.len())
            .map(|at| self.is_aside(at, whole, &alike))
            .collect();
        for (at, own) in own.into_iter().enumerate() {
            let parent = self.cells[at].parent;
            let around = parent != at && self.cells[parent].aside;
            self.cells[at].aside = own || around;
            let within = parent != at && self.cells[parent].menu;
            let soft = matches!(
                self.cells[at].name(),
                "div" | "section" | "aside" | "dialog"
            );
            self.cells[at].menu = within || (own && (!soft || self.cells[at].is_named(names_menu)));
        }
    }

    fn is_aside(&self, at: usize, whole: usize, alike: &HashMap<(&str, usize), usize>) -> bool {
        let cell = &self.cells[at];
        let name = cell.name();
        if ASIDE.contains(&name) {
            return true;
        }
        if let Some(role) = cell.element.attr("role") {
            if matches!(role, "main" | "feed" | "article") {
                return false;
            }
            if ROLES.contains(&role) {
                return true;
            }
        }
        if matches!(name, "header" | "footer") {
            // The headers of items are many; they stand in articles, sections and entries of lists.
            let many = alike
                .get(&(name, cell.depth))
                .is_some_and(|count| *count > 1);
            let inside = self
                .around(at)
                .any(|around| matches!(self.cells[around].name(), "article" | "section" | "li"));
            return !many && !inside;
        }
        if matches!(
            name,
            "html" | "body" | "main" | "article" | "a" | "tr" | "td" | "li"
        ) || cell.heading().is_some()
        {
            return false;
        }
        let beside = |written: &str| {
            BESIDE_WHOLE.contains(&written)
                || written.starts_with("widget_")
                || (written
                    .split(['-', '_'])
                    .any(|word| BESIDE.contains(&word) || is_menu(word))
                    && !written
                        .split(['-', '_'])
                        .any(|word| CONTENT.contains(&word)))
        };
        // What has the class of a menu and most of the page is no menu, unless it is labels and nothing else.
        cell.is_named(beside)
            && (5 * (cell.to - cell.from) <= 2 * whole
                || (cell.is_named(names_menu) && self.is_labels(at)))
    }

    /// Whether a cell has several links with short texts and little else.
    fn is_labels(&self, at: usize) -> bool {
        let cell = &self.cells[at];
        let count = self.links(at, cell.end);
        let links = (at + 1..cell.end).filter(|inner| self.cells[*inner].href().is_some());
        let linked: usize = links.map(|inner| self.length(inner)).sum();
        count > 1 && 5 * linked >= 4 * self.length(at) && linked < LABEL * count
    }

    /// The cells around one, the nearest first.
    pub(super) fn around(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let up = |at: &usize| Some(self.cells[*at].parent).filter(|parent| parent != at);
        std::iter::successors(up(&at), up)
    }

    pub(super) fn place(&self, element: ElementRef<'_>) -> Option<usize> {
        self.places.get(&element.id()).copied()
    }

    pub(super) fn holds(&self, outer: usize, inner: usize) -> bool {
        outer <= inner && inner < self.cells[outer].end
    }

    /// The visible text of a cell.
    pub(super) fn text(&self, at: usize) -> String {
        let cell = &self.cells[at];
        self.slice(cell.from, cell.to)
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        squash(self.text.get(from..to).unwrap_or_default())
    }

    /// How many bytes of text there are in a cell, or in all.
    pub(super) fn length(&self, at: usize) -> usize {
        self.cells[at].to - self.cells[at].from
    }

    /// How many bytes of text there are that stand not beside the news.
    pub(super) fn main_length(&self) -> usize {
        let outer = |at: &usize| {
            let cell = &self.cells[*at];
            cell.aside && !self.cells[cell.parent].aside
        };
        let aside: usize = (0..self.cells.len())
            .filter(outer)
            .map(|at| self.length(at))
            .sum();
        self.text.len().saturating_sub(aside)
    }

    /// How many links with an address a range of cells has.
    pub(super) fn links(&self, from: usize, end: usize) -> usize {
        self.links[end] - self.links[from]
    }

    /// The texts that stand directly in elements, within a range of the page's text.
    pub(super) fn words(&self, from: usize, to: usize) -> &[Words] {
        let start = self.words.partition_point(|words| words.from < from);
        let end = self.words.partition_point(|words| words.from < to);
        self.words.get(start..end).unwrap_or_default()
    }

    /// The cells directly inside one, from `first` on.
    pub(super) fn siblings(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.cells[self.cells[first].parent].end;
        let step = move |at: &usize| Some(self.cells[*at].end).filter(|next| *next < end);
        std::iter::successors(Some(first), step)
    }

    /// The element's classes that mark more than one element: no numbers, no states.
    pub(super) fn classes(&self, at: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        const STATES: &[&str] = &[
            "first", "last", "odd", "even", "active", "current", "sticky", "clearfix", "selected",
        ];
        self.cells[at].element.value().classes().filter(|class| {
            !STATES.contains(class) && !class.contains(|c: char| c.is_ascii_digit())
        })
    }
}

/// Whether a word of a class or id names a menu: `menu`, `mainmenu`, `topnav`.
fn is_menu(word: &str) -> bool {
    MENUS.contains(&word)
        || word.starts_with("menu")
        || word.ends_with("menu")
        || word.ends_with("nav")
}

fn names_menu(written: &str) -> bool {
    written.split(['-', '_']).any(is_menu)
}

/// How long a text is to the eye: a sign of a script without spaces says about as much as two letters.
pub(super) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => 2,
            '\u{0e00}'..='\u{0eff}' => 1,
            c if c.is_alphanumeric() => 1,
            _ => 0,
        })
        .sum()
}
