//! An element of a feed as a small tree, with the two ways to read it: as text and as markup.

use quick_xml::escape::{escape, partial_escape};
use url::Url;

/// An element; its name has the usual prefix or none.
#[derive(Debug, Clone, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) nodes: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Text with its references resolved.
    Text(String),
    /// A child.
    Element(Element),
}

impl Element {
    /// The value of an attribute, trimmed; nothing if it is empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The children, in order.
    pub(super) fn children(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The children of that name, in order.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children().filter(move |child| child.name == name)
    }

    /// The text of the first child of that name that has one.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.named(name).find_map(Element::text)
    }

    /// All text within, tags left out, trimmed; nothing if it is empty.
    pub(super) fn text(&self) -> Option<String> {
        let mut text = String::new();
        self.append_text(&mut text);
        self.plain(&text)
    }

    /// The content as HTML: the text where there is only text, else the children written out.
    /// A `<div>` that holds everything (RFC 4287 §3.1.1.3) is left out.
    pub(super) fn markup(&self) -> Option<String> {
        let blank = |node: &Node| matches!(node, Node::Text(text) if text.trim().is_empty());
        let mut content = self.nodes.iter().filter(|node| !blank(node));
        let mut markup = String::new();
        match (content.next(), content.next()) {
            (Some(Node::Text(text)), None) => return self.plain(text),
            (Some(Node::Element(only)), None) if only.name == "div" => {
                only.append_inner(&mut markup)
            }
            _ => self.append_inner(&mut markup),
        }
        trimmed(&markup)
    }

    /// The element's own text, out of base 64 where Atom 0.3 says so.
    fn plain(&self, text: &str) -> Option<String> {
        let decoded = self
            .attribute("mode")
            .filter(|mode| mode.eq_ignore_ascii_case("base64"))
            .and_then(|_| base64(text));
        trimmed(decoded.as_deref().unwrap_or(text))
    }

    /// Whether an element stands within.
    pub(super) fn has_children(&self) -> bool {
        self.children().next().is_some()
    }

    /// The base of relative addresses within, given that of the element around it.
    pub(super) fn base(&self, outer: &Url) -> Url {
        // CDF has it without a prefix.
        let of_cdf = || {
            let may = matches!(self.name.as_str(), "channel" | "item");
            self.attribute("base").filter(|_| may)
        };
        self.attribute("xml:base")
            .or_else(of_cdf)
            .and_then(|base| outer.join(base).ok())
            .unwrap_or_else(|| outer.clone())
    }

    // The reader bounds the depth, so that these three may call themselves.

    fn append_text(&self, text: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(own) => text.push_str(own),
                Node::Element(child) => child.append_text(text),
            }
        }
    }

    fn append_inner(&self, markup: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => markup.push_str(&partial_escape(text.as_str())),
                Node::Element(child) => child.append_outer(markup),
            }
        }
    }

    fn append_outer(&self, markup: &mut String) {
        markup.push('<');
        markup.push_str(&self.name);
        for (name, value) in &self.attributes {
            markup.extend([" ", name, "=\"", &escape(value.as_str()), "\""]);
        }
        if self.nodes.is_empty()
            && matches!(
                self.name.as_str(),
                "br" | "hr" | "img" | "input" | "source" | "wbr"
            )
        {
            markup.push_str("/>");
            return;
        }
        markup.push('>');
        self.append_inner(markup);
        markup.extend(["</", &self.name, ">"]);
    }
}

/// A text without the white space around it; nothing if nothing is left.
pub(super) fn trimmed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Text in base 64 (RFC 4648 §4), white space within allowed.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
    {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xFF));
        }
    }
    String::from_utf8(bytes).ok()
}
