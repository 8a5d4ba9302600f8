//! Repairs the text of an XML feed so that a strict reader can take it, and bounds what it may cost.
//!
//! One pass, linear in the text. Entities of a DTD are replaced where they are plain text, DTDs never kept, namespaces
//! replaced by a fixed set of prefixes, the feed's own words put into their proper case. It does not balance elements.

use std::collections::HashMap;

use super::entities::Entities;
use super::fault::{Fault, Faults};
use super::opening::{Root, element_name, past_doctype};
use super::references::Escaper;
use super::vocabulary::{
    DECLARATIONS, is_textual, prefix_of_namespace, proper_word, text_type, undeclared_prefix,
};

/// More attributes than this in one tag are dropped.
const MAX_ATTRIBUTES: usize = 64;

/// Text ready to be read, and what had to be done to it.
pub(super) struct Repaired {
    /// Text without declarations, comments and instructions.
    pub(super) text: String,
    /// What was repaired.
    pub(super) faults: Faults,
    /// How deep elements are nested.
    pub(super) depth: usize,
}

/// Repairs `text`, which starts with the tag of `root` and may use these entities.
pub(super) fn repair(text: &str, root: Root, entities: Entities<'_>) -> Repaired {
    let mut repair = Repair {
        text,
        at: 0,
        root,
        out: Escaper::new(entities, text.len() + DECLARATIONS.len()),
        prefixes: HashMap::new(),
        depth: 0,
        deepest: 0,
        quoteless: [false; 2],
    };
    while repair.at < text.len() && repair.step().is_some() {}
    Repaired {
        text: repair.out.text,
        faults: repair.out.faults,
        depth: repair.deepest,
    }
}

struct Repair<'a> {
    text: &'a str,
    at: usize,
    root: Root,
    out: Escaper<'a>,
    /// The document's prefixes with the usual ones for their namespaces.
    prefixes: HashMap<&'a str, &'static str>,
    depth: usize,
    deepest: usize,
    /// Whether there are no more double or single quotes from here on.
    quoteless: [bool; 2],
}

impl<'a> Repair<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Copies one run of text or one piece of markup; nothing if the document ends before its time.
    fn step(&mut self) -> Option<()> {
        let rest = self.rest();
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            self.out.text(rest.get(..end)?);
            self.at += end;
            return Some(());
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = self.found(data.find("]]>"))?;
            self.out.cdata(data.get(..end)?);
            self.at += "<![CDATA[".len() + end + "]]>".len();
        } else if rest.starts_with("<!--") {
            self.at += self.found(rest.find("-->"))? + "-->".len();
        } else if rest.starts_with("<?") {
            self.at += self.found(rest.find('>'))? + 1;
        } else if rest.starts_with("<!") {
            self.at += past_doctype(rest);
        } else if let Some(close) = rest.strip_prefix("</") {
            let end = self.found(close.find(['>', '<']))?;
            let name = close.get(..end)?.trim_end();
            self.at += "</".len() + end + usize::from(close.get(end..)?.starts_with('>'));
            self.end_tag(name);
        } else if element_name(rest).is_empty() {
            self.out.bare_less();
            self.at += 1;
        } else {
            self.start_tag(element_name(rest))?;
        }
        Some(())
    }

    /// Passes on what was found; else the document is cut here.
    fn found(&mut self, position: Option<usize>) -> Option<usize> {
        if position.is_none() {
            self.out.faults.insert(Fault::Cut);
        }
        position
    }

    fn end_tag(&mut self, name: &'a str) {
        if name.is_empty() {
            self.out.faults.insert(Fault::Unbalanced);
            return;
        }
        let name = self.proper_name(name);
        self.out.raw(&["</", &name, ">"]);
        self.depth = self.depth.saturating_sub(1);
    }

    fn start_tag(&mut self, name: &'a str) -> Option<()> {
        self.at += 1 + name.len();
        let (attributes, empty) = self.attributes()?;
        for (attribute, value) in &attributes {
            if let Some(prefix) = attribute.strip_prefix("xmlns:") {
                self.prefixes.insert(prefix, prefix_of_namespace(value));
            }
        }
        let name = self.proper_name(name);
        let first = self.out.text.is_empty();
        self.out.raw(&["<", &name]);
        if first {
            self.out.raw(&[DECLARATIONS]);
            self.version(&attributes);
        }
        self.write_attributes(&name, &attributes, first);
        self.out.raw(&[if empty { "/>" } else { ">" }]);
        if !empty {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }
        Some(())
    }

    /// The version of RSS as feed-rs wants it; a wrong one is a fault.
    fn version(&mut self, attributes: &[(&str, &str)]) {
        if self.root != Root::Rss {
            return;
        }
        let version = attributes
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("version"));
        let version = version.map_or("", |(_, version)| version.trim());
        if !["2.0", "0.91", "0.92", "0.93", "0.94"].contains(&version) {
            self.out.faults.insert(Fault::OddVersion);
        }
        self.out.raw(&[" version=\"2.0\""]);
    }

    fn write_attributes(&mut self, element: &str, attributes: &[(&str, &str)], first: bool) {
        let is_text = matches!(
            element,
            "title" | "subtitle" | "summary" | "rights" | "content"
        );
        let is_atom = matches!(self.root, Root::Atom | Root::AtomEntry);
        let mode = attributes
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("mode"))
            .map(|(_, mode)| *mode);
        let has_source = attributes
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("src"));
        for (name, value) in attributes {
            let lower = name.to_ascii_lowercase();
            if lower == "xmlns"
                || lower.starts_with("xmlns:")
                || (first && lower == "version" && !is_atom)
            {
                continue;
            }
            if is_atom && is_text && lower == "type" && element != "content" && !is_textual(value) {
                // A text of a type that is none is in base 64, as content would be (RFC 4287 §4.1.3.3).
                if mode.is_none() {
                    self.out.raw(&[" mode=\"base64\""]);
                }
                continue;
            }
            self.out.raw(&[" ", &lower, "=\""]);
            if is_atom
                && is_text
                && lower == "type"
                && (element != "content" || !has_source && is_textual(value))
            {
                self.out.raw(&[text_type(value, mode)]);
            } else {
                self.out.attribute(value);
            }
            self.out.raw(&["\""]);
        }
    }

    /// Reads the attributes of a tag and its end; nothing if the document is cut within it.
    fn attributes(&mut self) -> Option<(Vec<(&'a str, &'a str)>, bool)> {
        let mut attributes = Vec::new();
        loop {
            let rest = self.rest();
            let body = rest.trim_start();
            self.at += rest.len() - body.len();
            let next = self.found(body.chars().next().map(char::len_utf8))?;
            if body.starts_with('>') {
                self.at += 1;
                return Some((attributes, false));
            } else if body.starts_with("/>") {
                self.at += 2;
                return Some((attributes, true));
            } else if body.starts_with('<') {
                self.out.faults.insert(Fault::Unbalanced);
                return Some((attributes, false));
            }
            let end = body
                .find(|c: char| c.is_whitespace() || "=/><\"'".contains(c))
                .unwrap_or(body.len());
            let name = body.get(..end).unwrap_or_default();
            if name.is_empty() {
                self.at += next;
                continue;
            }
            self.at += end;
            let value = self.attribute_value()?;
            if attributes.len() < MAX_ATTRIBUTES
                && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            {
                attributes.push((name, value));
            } else {
                self.out.faults.insert(Fault::Attributes);
            }
        }
    }

    fn attribute_value(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            self.out.faults.insert(Fault::Attributes);
            return Some("");
        };
        let value = value.trim_start();
        self.at += rest.len() - value.len();
        for (kind, quote) in ['"', '\''].into_iter().enumerate() {
            let Some(quoted) = value.strip_prefix(quote) else {
                continue;
            };
            let end = if self.quoteless.get(kind) == Some(&true) {
                None
            } else {
                quoted.find(quote)
            };
            let Some(end) = end else {
                if let Some(known) = self.quoteless.get_mut(kind) {
                    *known = true;
                }
                break;
            };
            self.at += end + 2;
            return quoted.get(..end);
        }
        self.out.faults.insert(Fault::Attributes);
        let end = self.found(value.find(|c: char| c.is_whitespace() || c == '>'))?;
        let value = value.get(..end)?;
        let slash = value.ends_with('/') && self.rest().get(end..)?.starts_with('>');
        let value = if slash {
            value.strip_suffix('/')?
        } else {
            value
        };
        self.at += value.len();
        Some(value.trim_matches(['"', '\'']))
    }

    /// An element's name with the usual prefix, none if it is of the feed's own vocabulary.
    fn proper_name(&mut self, name: &str) -> String {
        let (prefix, local) = name.rsplit_once(':').unwrap_or(("", name));
        let prefix = if prefix.is_empty() {
            ""
        } else if let Some(usual) = self.prefixes.get(prefix) {
            usual
        } else {
            self.out.faults.insert(Fault::UndeclaredPrefix);
            undeclared_prefix(prefix)
        };
        let is_own = prefix.is_empty()
            || prefix == "atom" && matches!(self.root, Root::Atom | Root::AtomEntry);
        if prefix == "rdf" && local.eq_ignore_ascii_case("rdf")
            || is_own && local.eq_ignore_ascii_case("rdf")
        {
            return "rdf:RDF".to_owned();
        }
        if !is_own {
            return format!("{prefix}:{local}");
        }
        let proper = proper_word(local, self.root);
        let is_capital = local.starts_with(|c: char| c.is_ascii_uppercase());
        if is_capital
            && matches!(
                proper.as_str(),
                "rss" | "feed" | "channel" | "item" | "entry" | "title" | "link"
            )
        {
            self.out.faults.insert(Fault::Case);
        }
        proper
    }
}
