//! A look at markup before it is parsed: the parser takes quadratic time in the depth of nesting and cannot be
//! cancelled, so what is nested too deep is refused by one linear scan.

/// The deepest nesting of elements that is parsed.
pub(super) const DEPTH: usize = 400;
/// The most elements, comments and stray signs that are parsed: each takes some hundred bytes of memory, and a page
/// has a few thousand.
pub(super) const ELEMENTS: usize = 400_000;
/// The most attributes of one element: the parser compares each of them with all others.
pub(super) const ATTRIBUTES: usize = 1_000;
/// The most formatting elements that may stand open: the parser opens each of them again in every paragraph.
const FORMATTING: usize = 200;

/// Elements that have no end tag.
const EMPTY: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements whose end tag may be left out: which ones the next of them ends, and inside what it does not look
/// further out for them.
const IMPLIED: &[(&str, &[&str], &[&str])] = &[
    (
        "p",
        &["p"],
        &[
            "table", "td", "th", "caption", "button", "object", "template",
        ],
    ),
    ("li", &["li"], &["ul", "ol"]),
    ("dt", &["dt", "dd"], &["dl"]),
    ("dd", &["dt", "dd"], &["dl"]),
    ("td", &["td", "th"], &["table"]),
    ("th", &["td", "th"], &["table"]),
    ("tr", &["tr"], &["table"]),
    ("option", &["option"], &["select", "datalist"]),
];
/// Elements whose content is not markup.
const RAW: &[&str] = &[
    "script", "style", "textarea", "title", "xmp", "noembed", "iframe",
];
/// Formatting elements that survive the end of the block they were opened in.
const STICKY: &[&str] = &[
    "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u",
];

/// Whether the nesting of an HTML text stays within what can be parsed in time.
#[must_use]
pub fn shallow(html: &str) -> bool {
    Shape::of(html).shallow
}

/// How the tags of an HTML text nest, as far as it can be told without parsing.
pub(super) struct Shape<'a> {
    /// The nesting stays within what can be parsed in time; if not, the rest was not looked at.
    pub(super) shallow: bool,
    /// The elements that are open at the end.
    pub(super) open: Vec<&'a str>,
    /// Where a tag, a comment or the raw text of an element begins that does not end.
    pub(super) unended: Option<usize>,
    /// `</body>` or `</html>` was seen.
    pub(super) closed: bool,
}

impl<'a> Shape<'a> {
    pub(super) fn of(html: &'a str) -> Self {
        let bytes = html.as_bytes();
        let mut shape = Self {
            shallow: true,
            open: Vec::new(),
            unended: None,
            closed: false,
        };
        let open = &mut shape.open;
        let (mut sticky, mut elements) = (0_usize, 0_usize);
        let mut at = 0;
        while let Some(found) = find(bytes, at, b'<') {
            let closing = bytes.get(found + 1) == Some(&b'/');
            elements += usize::from(!closing);
            if elements > ELEMENTS {
                shape.shallow = false;
                break;
            }
            if bytes[found..].starts_with(b"<!--") {
                match html[found..].find("-->") {
                    Some(end) => at = found + end + 3,
                    None => {
                        shape.unended = Some(found);
                        break;
                    }
                }
                continue;
            }
            let start = found + 1 + usize::from(closing);
            if start == bytes.len() {
                shape.unended = Some(found);
                break;
            }
            let length = bytes[start..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            if length == 0 || !bytes[start].is_ascii_alphabetic() {
                at = found + 1;
                continue;
            }
            let name = &html[start..start + length];
            let end = tag_end(bytes, start + length);
            if !end.ended {
                shape.unended = Some(found);
                break;
            }
            let known = |list: &[&str]| list.iter().any(|other| other.eq_ignore_ascii_case(name));
            at = end.next;
            if end.attributes > ATTRIBUTES {
                shape.shallow = false;
                break;
            }
            if closing {
                shape.closed |= known(&["body", "html"]);
                if known(STICKY) {
                    sticky = sticky.saturating_sub(1);
                }
                if let Some(depth) = open
                    .iter()
                    .rposition(|other| other.eq_ignore_ascii_case(name))
                {
                    open.truncate(depth);
                }
            } else if known(RAW) {
                match raw_end(bytes, at, name) {
                    Some(end) => at = end,
                    None => {
                        shape.unended = Some(found);
                        break;
                    }
                }
            } else if !end.empty && !known(EMPTY) {
                end_implied(open, name);
                open.push(name);
                // Alike ones without attributes are kept three at a time by the parser itself.
                sticky += usize::from(end.attributes > 0 && known(STICKY));
                if open.len() > DEPTH || sticky > FORMATTING {
                    shape.shallow = false;
                    break;
                }
            }
        }
        shape
    }
}

/// Closes what the start of an element closes by itself.
fn end_implied(open: &mut Vec<&str>, name: &str) {
    let among =
        |list: &[&str], name: &str| list.iter().any(|other| other.eq_ignore_ascii_case(name));
    let Some((_, ended, within)) = IMPLIED
        .iter()
        .find(|(other, ..)| other.eq_ignore_ascii_case(name))
    else {
        return;
    };
    let inner = open
        .iter()
        .rposition(|other| among(within, other))
        .map_or(0, |at| at + 1);
    if let Some(at) = open[inner..].iter().rposition(|other| among(ended, other)) {
        open.truncate(inner + at);
    }
}

struct TagEnd {
    next: usize,
    empty: bool,
    /// How many there are, at most.
    attributes: usize,
    ended: bool,
}

/// The end of a tag: the first `>` outside quotes.
fn tag_end(bytes: &[u8], from: usize) -> TagEnd {
    let mut quote = None;
    let mut attributes = 0;
    let mut apart = false;
    for (offset, &byte) in bytes[from..].iter().enumerate() {
        match (quote, byte) {
            // What follows the quote is an attribute, blank or not.
            (Some(open), _) if byte == open => (quote, apart) = (None, true),
            (Some(_), _) => {}
            // A quote opens a value only after an equals sign; elsewhere it is a stray character.
            (None, b'"' | b'\'') if bytes[from..from + offset].trim_ascii_end().ends_with(b"=") => {
                quote = Some(byte)
            }
            (None, b'>') => {
                let empty = bytes[from..from + offset].ends_with(b"/");
                return TagEnd {
                    next: from + offset + 1,
                    empty,
                    attributes,
                    ended: true,
                };
            }
            (None, b'/') => apart = true,
            (None, byte) if byte.is_ascii_whitespace() => apart = true,
            (None, b'=') => apart = false,
            (None, _) => attributes += usize::from(std::mem::take(&mut apart)),
        }
    }
    TagEnd {
        next: bytes.len(),
        empty: true,
        attributes,
        ended: false,
    }
}

/// The place of the end tag that closes raw text.
fn raw_end(bytes: &[u8], from: usize, name: &str) -> Option<usize> {
    let mut at = from;
    while let Some(found) = find(bytes, at, b'<') {
        let rest = &bytes[found + 1..];
        let tag = rest
            .strip_prefix(b"/")
            .and_then(|rest| rest.get(..name.len()));
        if tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(found);
        }
        at = found + 1;
    }
    None
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> Option<usize> {
    bytes
        .get(from..)?
        .iter()
        .position(|&byte| byte == wanted)
        .map(|offset| from + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass_even_with_tags_left_open() {
        assert!(shallow("<html><body><p>One<p>Two<ul><li>a<li>b</ul>"));
        assert!(
            shallow(&"<p><b>left open".repeat(1_000)),
            "the parser itself folds these"
        );
        assert!(
            shallow(&"<div><span></div>".repeat(1_000)),
            "the end of a block closes what is in it"
        );
        assert!(shallow(&"<a title='1 > 0' href=x>".repeat(300)));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(!shallow(&"<div>".repeat(DEPTH + 1)));
        assert!(!shallow(&"<ul><li>".repeat(100_000)));
        assert!(!shallow(&"<DIV\n class=x>".repeat(DEPTH + 1)));
        assert!(!shallow(&"<font color=red><p></p>".repeat(1_000)));
    }

    #[test]
    fn markup_inside_scripts_and_comments_does_not_count() {
        let script = format!("<script>var a = '{}';</script>", "<div>".repeat(1_000));
        assert!(shallow(&script));
        assert!(shallow(&format!("<!-- {} --><p>", "<div>".repeat(1_000))));
        assert!(!shallow(&format!("{script}{}", "<div>".repeat(DEPTH + 1))));
    }

    #[test]
    fn too_many_elements_or_attributes_are_refused() {
        assert!(shallow(&"<br>".repeat(ELEMENTS)));
        for piece in ["<br>", "<p>", "<!---->", "<", "< "] {
            assert!(!shallow(&piece.repeat(ELEMENTS + 1)), "{piece}");
        }
        for attribute in [
            " a",
            " a=1",
            " a='1 2'",
            " a = 1",
            "/a",
            "\na=\"\"",
            " a=''b=''",
        ] {
            let tag = |count: usize| format!("<p{}>", attribute.repeat(count));
            assert!(shallow(&tag(200)), "{attribute}");
            assert!(!shallow(&tag(ATTRIBUTES + 1)), "{attribute}");
        }
    }

    #[test]
    fn odd_ends_are_survived() {
        for text in [
            "<",
            "</",
            "<a",
            "<a href='",
            "<!--",
            "<script>",
            "<script></scrip",
            "< b",
            "<é>",
        ] {
            assert!(shallow(text), "{text}");
        }
    }
}
