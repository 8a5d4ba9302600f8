//! Reads repaired XML whose elements may not match, and keeps every item that is complete.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use url::Url;

use super::element::{Element, Node};
use super::fault::{Fault, Faults};
use super::{bound, item};
use crate::extract::MAX_ITEMS;
use crate::model::RawItem;

/// Elements deeper than this within an item lose their tags, not their text.
const MAX_DEPTH: usize = 100;

/// Elements of the channel that are kept, at most.
const MAX_HEADER: usize = 200;

/// What a feed's XML holds.
pub(super) struct Outline {
    /// The elements of the channel that are not items, as one element.
    pub(super) header: Element,
    /// The base of the addresses in the header.
    pub(super) base: Url,
    /// The items, in order; the newest of too many.
    pub(super) items: Vec<RawItem>,
    /// The language of the whole, by `xml:lang`.
    pub(super) language: Option<String>,
    /// What was wrong.
    pub(super) faults: Faults,
    /// The document ends inside an item.
    pub(super) begun: bool,
}

/// An item with what it inherits.
pub(super) struct Scoped {
    pub(super) element: Element,
    /// The base of its addresses.
    pub(super) base: Url,
    /// The language it is in, by `xml:lang` on or around it.
    pub(super) language: Option<String>,
}

/// Reads `xml`, which was found at `url`.
pub(super) fn outline(xml: &str, url: &Url) -> Outline {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut outliner = Outliner::new(url);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => outliner.start(element(&tag)),
            Ok(Event::Empty(tag)) => {
                let element = element(&tag);
                let name = element.name.clone();
                outliner.start(element);
                outliner.end(&name);
            }
            Ok(Event::End(tag)) => outliner.end(tag.name().as_ref()),
            Ok(Event::Text(text)) => outliner.text(&text.xml10_content()),
            Ok(Event::CData(data)) => outliner.text(&data.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => outliner.text(character.encode_utf8(&mut [0; 4])),
                _ => outliner.text(resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                outliner.out.faults.insert(Fault::Cut);
                break;
            }
        }
    }
    outliner.finish()
}

fn element(tag: &BytesStart<'_>) -> Element {
    let mut attributes = Vec::new();
    for attribute in tag.attributes().with_checks(false).flatten() {
        let name = attribute.key.as_ref();
        let value =
            unescape(&attribute.value).map_or_else(|_| attribute.value.to_string(), String::from);
        if !name.starts_with("xmlns") {
            attributes.push((name.to_owned(), value));
        }
    }
    Element {
        name: tag.name().as_ref().to_owned(),
        attributes,
        nodes: Vec::new(),
    }
}

/// An element that holds items or the channel's own elements.
struct Container {
    name: String,
    base: Url,
    language: Option<String>,
}

struct Outliner {
    out: Outline,
    url: Url,
    containers: Vec<Container>,
    /// The item or channel element under construction and its open descendants.
    open: Vec<Element>,
    /// How many elements are open beyond [`MAX_DEPTH`].
    beyond: usize,
    /// The root is closed: what comes now is junk, unless it is an item.
    over: bool,
}

impl Outliner {
    fn new(url: &Url) -> Self {
        let out = Outline {
            header: Element::default(),
            base: url.clone(),
            items: Vec::new(),
            language: None,
            faults: Faults::new(),
            begun: false,
        };
        Self {
            out,
            url: url.clone(),
            containers: Vec::new(),
            open: Vec::new(),
            beyond: 0,
            over: false,
        }
    }

    fn start(&mut self, element: Element) {
        if is_item(&element.name) && !self.open.is_empty() {
            self.out.faults.insert(Fault::Unbalanced);
            self.close(0);
        }
        if self.over && self.open.is_empty() && !is_item(&element.name) {
            return;
        }
        if self.open.is_empty() && is_container(&element.name) {
            if self.containers.len() < MAX_DEPTH {
                let base = element.base(self.base());
                let language = language(&element).or_else(|| self.language());
                if self.out.header.nodes.is_empty() {
                    self.out.base.clone_from(&base);
                }
                if self.out.language.is_none() {
                    self.out.language.clone_from(&language);
                }
                self.containers.push(Container {
                    name: element.name,
                    base,
                    language,
                });
            }
        } else if is_void(&element.name) {
            if let Some(parent) = self.open.last_mut() {
                parent.nodes.push(Node::Element(element));
            }
        } else if self.open.len() < MAX_DEPTH {
            self.open.push(element);
        } else {
            self.out.faults.insert(Fault::TooDeep);
            self.beyond += 1;
        }
    }

    fn end(&mut self, name: &str) {
        if self.beyond > 0 && !is_item(name) && !is_container(name) {
            self.beyond -= 1;
            return;
        }
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            if at + 1 < self.open.len() {
                self.out.faults.insert(Fault::Unbalanced);
            }
            self.close(at);
        } else if let Some(at) = self.containers.iter().rposition(|open| open.name == name) {
            if !self.open.is_empty() {
                self.out.faults.insert(Fault::Unbalanced);
                self.close(0);
            }
            self.containers.truncate(at);
            self.over = at == 0;
        } else if !self.over && !is_void(name) {
            self.out.faults.insert(Fault::Unbalanced);
        }
    }

    fn text(&mut self, text: &str) {
        let Some(element) = self.open.last_mut() else {
            return;
        };
        match element.nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => element.nodes.push(Node::Text(text.to_owned())),
        }
    }

    /// Closes the open elements from the innermost to the one at `at`.
    fn close(&mut self, at: usize) {
        self.beyond = 0;
        while self.open.len() > at {
            let Some(element) = self.open.pop() else {
                return;
            };
            match self.open.last_mut() {
                Some(parent) => parent.nodes.push(Node::Element(element)),
                None => self.keep(element),
            }
        }
    }

    fn keep(&mut self, element: Element) {
        if is_item(&element.name) {
            let base = element.base(self.base());
            let language = language(&element).or_else(|| self.language());
            self.out.items.push(item::item(&Scoped {
                element,
                base,
                language,
            }));
            if self.out.items.len() >= 2 * MAX_ITEMS {
                bound(&mut self.out.items, &mut self.out.faults);
            }
        } else if self.out.header.nodes.len() < MAX_HEADER {
            self.out.header.nodes.push(Node::Element(element));
        }
    }

    fn base(&self) -> &Url {
        self.containers
            .last()
            .map_or(&self.url, |container| &container.base)
    }

    fn language(&self) -> Option<String> {
        self.containers
            .last()
            .and_then(|container| container.language.clone())
    }

    /// An item that is still open lost its end, and maybe more: it is left out.
    fn finish(mut self) -> Outline {
        if !self.open.is_empty() || !self.containers.is_empty() {
            self.out.faults.insert(Fault::Cut);
        }
        match self.open.first().map(|open| is_item(&open.name)) {
            Some(true) => self.out.begun = true,
            Some(false) => self.close(0),
            None => {}
        }
        bound(&mut self.out.items, &mut self.out.faults);
        self.out
    }
}

fn is_item(name: &str) -> bool {
    matches!(name, "item" | "entry")
}

fn is_container(name: &str) -> bool {
    matches!(name, "rss" | "rdf:RDF" | "feed" | "channel" | "items")
}

/// Whether an element of HTML never has an end tag.
fn is_void(name: &str) -> bool {
    matches!(name, "area" | "br" | "col" | "hr" | "img" | "input" | "wbr")
}

fn language(element: &Element) -> Option<String> {
    element.attribute("xml:lang").map(str::to_owned)
}
