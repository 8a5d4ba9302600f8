//! Writes text as well-formed XML: references checked, forbidden characters dropped, lone signs escaped.

use super::entities::Entities;
use super::fault::{Fault, Faults};

/// The longest name of a character that HTML knows is 31 letters.
const MAX_REFERENCE: usize = 32;

/// How much text the entities of one document may stand for altogether, in bytes; beyond that they stay names.
const MAX_EXPANDED: usize = 1 << 20;

/// XML under construction.
pub(super) struct Escaper<'d> {
    pub(super) text: String,
    pub(super) faults: Faults,
    /// What the document declares.
    entities: Entities<'d>,
    /// How much text entities stood for so far, in bytes.
    expanded: usize,
}

impl<'d> Escaper<'d> {
    pub(super) fn new(entities: Entities<'d>, capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            faults: Faults::new(),
            entities,
            expanded: 0,
        }
    }

    /// Appends markup as it is.
    pub(super) fn raw(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.text.push_str(part));
    }

    /// Appends a `<` that begins no tag.
    pub(super) fn bare_less(&mut self) {
        self.faults.insert(Fault::BareLess);
        self.text.push_str("&lt;");
    }

    /// Appends the content of a CDATA section, as one.
    pub(super) fn cdata(&mut self, data: &str) {
        self.text.push_str("<![CDATA[");
        self.legal(data);
        self.text.push_str("]]>");
    }

    /// Appends text that may hold references.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            self.legal(before);
            rest = self.reference(after);
        }
        self.legal(rest);
    }

    /// Appends an attribute's value, without quotes around it.
    pub(super) fn attribute(&mut self, value: &str) {
        let mut rest = value;
        while let Some(at) = rest.find(['"', '<']) {
            let (before, after) = rest.split_at(at);
            self.text(before);
            self.text.push_str(if after.starts_with('<') {
                "&lt;"
            } else {
                "&quot;"
            });
            rest = after.get(1..).unwrap_or_default();
        }
        self.text(rest);
    }

    /// Appends characters except those that XML 1.0 §2.2 forbids.
    fn legal(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(|c| !is_legal(c)) {
            let (before, after) = rest.split_at(at);
            self.text.push_str(before);
            self.faults.insert(Fault::IllegalCharacter);
            let mut illegal = after.chars();
            illegal.next();
            rest = illegal.as_str();
        }
        self.text.push_str(rest);
    }

    /// Appends the reference that begins before `after`; returns what follows it.
    fn reference<'a>(&mut self, after: &'a str) -> &'a str {
        let window = after
            .get(..after.floor_char_boundary(MAX_REFERENCE))
            .unwrap_or(after);
        let name = window
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '#'))
            .unwrap_or(window.len());
        let (name, rest) = after.split_at(name);
        let Some(past) = rest.strip_prefix(';').filter(|_| !name.is_empty()) else {
            self.faults.insert(Fault::BareAmpersand);
            self.text.push_str("&amp;");
            return after;
        };
        if let Some(number) = name.strip_prefix('#') {
            match numbered(number) {
                Some(character) if is_legal(character) => self.character(character),
                _ => _ = self.faults.insert(Fault::IllegalCharacter),
            }
        } else if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
            self.raw(&["&", name, ";"]);
        } else if let Some(text) = self.entity(name) {
            self.expanded += text.len();
            // What it names in turn is left as written, so that no entity can grow.
            let entities = std::mem::take(&mut self.entities);
            self.text(text);
            self.entities = entities;
        } else {
            let written = format!("&{name};");
            let characters = html_escape::decode_html_entities(&written);
            if characters == written {
                self.faults.insert(Fault::BareAmpersand);
                self.raw(&["&amp;", name, ";"]);
            } else {
                self.faults.insert(Fault::NamedEntity);
                characters
                    .chars()
                    .for_each(|character| self.character(character));
            }
        }
        past
    }

    /// The text of a declared entity, while there is budget for it.
    fn entity(&self, name: &str) -> Option<&'d str> {
        let text = self.entities.get(name).copied()?;
        (self.expanded + text.len() <= MAX_EXPANDED).then_some(text)
    }

    fn character(&mut self, character: char) {
        match character {
            '&' => self.text.push_str("&amp;"),
            '<' => self.text.push_str("&lt;"),
            '>' => self.text.push_str("&gt;"),
            '"' => self.text.push_str("&quot;"),
            '\r' => self.text.push_str("&#13;"),
            other => self.text.push(other),
        }
    }
}

/// The character of a numeric reference; 128 to 159 mean windows-1252, as in HTML.
fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    }
    .ok()?;
    match u8::try_from(code) {
        Ok(byte @ 0x80..=0x9F) => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&[byte])
            .0
            .chars()
            .next(),
        _ => char::from_u32(code),
    }
}

fn is_legal(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
