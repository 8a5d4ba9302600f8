//! The names that feeds use: namespaces to their usual prefixes, dialects to Atom's and RSS's own words.

use super::opening::Root;

/// Namespaces, lower-cased, with the prefix that stands for them here; the empty one is the feed's own vocabulary.
/// The first of each prefix is the one that is written out.
const NAMESPACES: &[(&str, &str)] = &[
    ("http://www.w3.org/2005/atom", "atom"),
    ("http://purl.org/atom/ns#", "atom"),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/elements/1.0/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://purl.org/rss/1.0/modules/syndication/", "sy"),
    ("http://search.yahoo.com/mrss/", "media"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("https://podcastindex.org/namespace/1.0", "podcast"),
    ("http://wellformedweb.org/commentapi/", "wfw"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://www.w3.org/1999/xhtml", ""),
    ("http://purl.org/rss/1.0/", ""),
    ("http://purl.org/net/rss1.1#", ""),
    ("http://my.netscape.com/rdf/simple/0.9/", ""),
    ("http://channel.netscape.com/rdf/simple/0.9/", ""),
    ("http://backend.userland.com/rss2", ""),
    ("http://blogs.law.harvard.edu/tech/rss", ""),
];

/// The namespace names as feed-rs knows them, by prefix, to be declared once on the root.
pub(super) const DECLARATIONS: &str = concat!(
    r#" xmlns:atom="http://www.w3.org/2005/Atom""#,
    r#" xmlns:content="http://purl.org/rss/1.0/modules/content/""#,
    r#" xmlns:dc="http://purl.org/dc/elements/1.1/""#,
    r#" xmlns:dcterms="http://purl.org/dc/terms/""#,
    r#" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/""#,
    r#" xmlns:media="http://search.yahoo.com/mrss/""#,
    r#" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd""#,
    r#" xmlns:podcast="https://podcastindex.org/namespace/1.0""#,
    r#" xmlns:wfw="http://wellformedweb.org/CommentAPI/""#,
    r#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#""#,
    r#" xmlns:x="urn:unknown""#,
);

/// The prefix for every namespace that is not known.
const UNKNOWN: &str = "x";

/// The usual prefix of a namespace.
pub(super) fn prefix_of_namespace(namespace: &str) -> &'static str {
    let namespace = namespace.trim().to_ascii_lowercase();
    NAMESPACES
        .iter()
        .find(|(name, _)| *name == namespace)
        .map_or(UNKNOWN, |(_, prefix)| prefix)
}

/// What a prefix means that the document does not declare.
pub(super) fn undeclared_prefix(prefix: &str) -> &'static str {
    if prefix.eq_ignore_ascii_case("rss") || prefix.eq_ignore_ascii_case("xhtml") {
        return "";
    }
    NAMESPACES
        .iter()
        .map(|(_, usual)| *usual)
        .find(|usual| !usual.is_empty() && usual.eq_ignore_ascii_case(prefix))
        .unwrap_or(UNKNOWN)
}

/// The feed's own words that have capitals.
const CAPITALS: &[&str] = &["pubDate", "lastBuildDate", "managingEditor", "webMaster"];

/// A word of the feed's own vocabulary in its proper case and dialect: Atom 0.3's words become Atom 1.0's.
pub(super) fn proper_word(word: &str, root: Root) -> String {
    if let Some(proper) = CAPITALS
        .iter()
        .find(|proper| proper.eq_ignore_ascii_case(word))
    {
        return (*proper).to_owned();
    }
    let lower = word.to_ascii_lowercase();
    match (root, lower.as_str()) {
        (Root::Atom | Root::AtomEntry, "issued" | "created") => "published".to_owned(),
        (Root::Atom | Root::AtomEntry, "modified") => "updated".to_owned(),
        (Root::Atom | Root::AtomEntry, "tagline") => "subtitle".to_owned(),
        (Root::Atom | Root::AtomEntry, "copyright") => "rights".to_owned(),
        _ => lower,
    }
}

/// Atom's three text types for what a `type` and (in Atom 0.3) a `mode` attribute say.
pub(super) fn text_type(media_type: &str, mode: Option<&str>) -> &'static str {
    match media_type.trim().to_ascii_lowercase().as_str() {
        "xhtml" | "application/xhtml+xml" | "application/xhtml" => {
            if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("escaped")) {
                "html"
            } else {
                "xhtml"
            }
        }
        "html" | "text/html" => {
            if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("xml")) {
                "xhtml"
            } else {
                "html"
            }
        }
        _ => "text",
    }
}

/// Whether content of that type is text, and not, say, an image in base 64.
pub(super) fn is_textual(media_type: &str) -> bool {
    let media_type = media_type.trim().to_ascii_lowercase();
    matches!(media_type.as_str(), "" | "text" | "html" | "xhtml")
        || media_type.starts_with("text/")
        || media_type.ends_with("xml")
}
