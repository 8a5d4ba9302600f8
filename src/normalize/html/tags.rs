//! What HTML may be published, by name.

/// Elements that stand in a line of text.
pub(super) const INLINE: &[&str] = &[
    "a", "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "rp",
    "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
];
/// Elements that begin a line of their own.
pub(super) const BLOCK: &[&str] = &[
    "blockquote",
    "caption",
    "dd",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Elements without content.
pub(super) const VOID: &[&str] = &["br", "hr", "img", "wbr"];
/// Elements that only group: what they hold is published, in paragraphs.
pub(super) const GROUP: &[&str] = &[
    "address", "article", "aside", "center", "details", "dialog", "div", "fieldset", "footer",
    "form", "header", "hgroup", "legend", "main", "nav", "search", "section", "summary",
];
/// Elements that go with all that is in them: it runs, asks for input, or stands for what can't be shown.
pub(super) const UNSEEN: &[&str] = &[
    "applet", "audio", "button", "canvas", "datalist", "embed", "frameset", "head", "iframe",
    "math", "meter", "noembed", "noframes", "noscript", "object", "progress", "script", "select",
    "style", "svg", "template", "textarea", "title", "video",
];
/// Elements that can't hold blocks.
pub(super) const NARROW: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"];

/// The attributes that an element may have, in the order in which they are written.
pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];
/// The attributes that every element may have.
pub(super) const EVERYWHERE: &[&str] = &["lang", "dir", "title"];
/// What a link says of where it leads.
pub(super) const REL: &str = "noopener noreferrer";

/// All elements that may be published.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    [INLINE, BLOCK, VOID].into_iter().flatten().copied()
}
