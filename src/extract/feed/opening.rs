//! The beginning of a document: is this a feed, and where does it start?

/// The root element of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// `<rss>`, or a `<channel>` without it.
    Rss,
    /// `<rdf:RDF>`: RSS 0.90, 1.0 and 1.1.
    Rdf,
    /// `<feed>`.
    Atom,
    /// An Atom `<entry>` by itself.
    AtomEntry,
}

/// What a document begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening<'a> {
    /// A feed whose root element's tag starts at this byte.
    Feed(Root, usize),
    /// An HTML page.
    Html,
    /// Some other XML, with the name of its root element.
    Other(&'a str),
    /// No element at all.
    Text,
}

/// Elements of HTML that error messages before a feed are made of.
const JUNK: &[&str] = &[
    "a", "b", "br", "center", "code", "div", "em", "font", "hr", "i", "p", "pre", "span", "strong",
    "table", "td", "tr", "u",
];

/// How many elements of junk are looked at.
const MAX_JUNK: usize = 200;

/// Finds a document's root element.
pub(super) fn opening(text: &str) -> Opening<'_> {
    let mut at = 0;
    let mut junk = 0;
    let mut seen_html = false;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + open;
        let rest = text.get(start..).unwrap_or_default();
        at = start + skipped(rest);
        let name = element_name(rest);
        if name.is_empty() {
            let doctype = rest
                .get(2..)
                .and_then(|rest| rest.get(..12))
                .unwrap_or_default();
            if rest.starts_with("<!") && doctype.eq_ignore_ascii_case("doctype html") {
                return Opening::Html;
            }
            continue;
        }
        if let Some(root) = root_named(name, rest) {
            return Opening::Feed(root, start);
        }
        if !JUNK.iter().any(|junk| junk.eq_ignore_ascii_case(name)) {
            return if seen_html || is_html(name) {
                Opening::Html
            } else {
                Opening::Other(name)
            };
        }
        seen_html = true;
        junk += 1;
        if junk > MAX_JUNK {
            break;
        }
    }
    if seen_html {
        Opening::Html
    } else {
        Opening::Text
    }
}

/// How many bytes to go on from a `<` to pass over a comment, an instruction, a doctype or the sign itself.
pub(super) fn skipped(rest: &str) -> usize {
    let past = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
    if rest.starts_with("<!--") {
        past("-->")
    } else if rest.starts_with("<?") {
        past(">")
    } else if rest.starts_with("<!") {
        past_doctype(rest)
    } else {
        1
    }
}

/// Where a `<!DOCTYPE …>` ends, its internal subset included.
pub(super) fn past_doctype(rest: &str) -> usize {
    let mut depth = 0_i32;
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
            (None, b'[') => depth += 1,
            (None, b']') => depth -= 1,
            (None, b'>') if depth <= 0 => return at + 1,
            (None, _) => {}
        }
    }
    rest.len()
}

/// The name in a start tag, empty if `rest` does not begin with one.
pub(super) fn element_name(rest: &str) -> &str {
    let name = rest.get(1..).unwrap_or_default();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return "";
    }
    let end = name
        .find(|c: char| !(c.is_alphanumeric() || "_-.:".contains(c)))
        .unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

fn root_named(name: &str, rest: &str) -> Option<Root> {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    // An entry by itself is taken for Atom only if it says so; RDF is many things besides news.
    let tag = || {
        rest.split('>')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    match local.as_str() {
        "rss" => Some(Root::Rss),
        // RSS 1.1 and CDF have the channel as their root.
        "channel" if has_items(rest) => Some(Root::Rss),
        "feed" => Some(Root::Atom),
        "entry" if tag().contains("atom") => Some(Root::AtomEntry),
        "rdf"
            if tag().contains("rss")
                || tag().contains("netscape")
                || rest.contains("<channel")
                || has_items(rest) =>
        {
            Some(Root::Rdf)
        }
        _ => None,
    }
}

fn has_items(rest: &str) -> bool {
    ["<item", "<Item", "<ITEM"]
        .iter()
        .any(|tag| rest.contains(tag))
}

fn is_html(name: &str) -> bool {
    [
        "html", "head", "body", "title", "meta", "script", "link", "style", "h1", "h2", "form",
    ]
    .iter()
    .any(|html| html.eq_ignore_ascii_case(name))
}

/// The title of an HTML page, its white space squashed, at most 100 characters long.
pub(super) fn page_title(text: &str) -> Option<String> {
    let lower = text
        .get(..text.floor_char_boundary(65_536))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let title = html_escape::decode_html_entities(text.get(start..end)?);
    let title: String = title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(100)
        .collect();
    (!title.is_empty()).then_some(title)
}
