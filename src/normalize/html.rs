//! Content that is safe to publish: an allow-list, absolute addresses, pictures that load.

use std::cell::OnceCell;

use ammonia::{Builder, UrlRelative};
use scraper::{Html, Node};
use url::Url;

use crate::extract::shallow;
use crate::extract::text::plain;

/// Attributes in which pages keep the real address of a picture that is loaded late.
const LATE: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-srcset",
];

/// The allow-list. Nothing in it runs, frames, submits, styles or names.
fn strict(base: &Url) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(
            [
                "a",
                "abbr",
                "b",
                "blockquote",
                "br",
                "caption",
                "cite",
                "code",
                "dd",
                "del",
                "dfn",
                "div",
                "dl",
                "dt",
                "em",
                "figcaption",
                "figure",
                "h1",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "i",
                "img",
                "ins",
                "kbd",
                "li",
                "mark",
                "ol",
                "p",
                "pre",
                "q",
                "s",
                "samp",
                "small",
                "span",
                "strong",
                "sub",
                "sup",
                "table",
                "tbody",
                "td",
                "tfoot",
                "th",
                "thead",
                "time",
                "tr",
                "u",
                "ul",
                "var",
            ]
            .into(),
        )
        .clean_content_tags(
            [
                "script", "style", "template", "noscript", "svg", "math", "iframe", "object",
                "form", "button", "select", "textarea", "title",
            ]
            .into(),
        )
        .tag_attributes(
            [
                ("a", ["href", "hreflang"].into()),
                ("img", ["src", "alt", "width", "height"].into()),
                ("td", ["colspan", "rowspan"].into()),
                ("th", ["colspan", "rowspan"].into()),
                ("time", ["datetime"].into()),
                ("ol", ["start"].into()),
            ]
            .into(),
        )
        .generic_attributes(["title", "lang", "dir"].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::RewriteWithBase(base.clone()))
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            // Mail may be linked to, but is no picture.
            let mail = value
                .trim_start()
                .get(..7)
                .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
            let picture = element == "img" && attribute == "src";
            (!(picture && mail)).then(|| value.into())
        });
    builder
}

/// Makes untrusted HTML safe whose addresses are relative to one base: the allow-list is built once for all of it.
pub(super) struct Cleaner {
    base: Url,
    strict: OnceCell<Builder<'static>>,
}

impl Cleaner {
    pub(super) fn new(base: &Url) -> Self {
        Self {
            base: base.clone(),
            strict: OnceCell::new(),
        }
    }

    /// The HTML made safe; text alone where its nesting is too deep to be parsed.
    pub(super) fn safe(&self, html: &str, base: &Url) -> String {
        if *base == self.base {
            safe(html, self.strict.get_or_init(|| strict(base)))
        } else {
            safe(html, &strict(base))
        }
    }
}

fn safe(html: &str, strict: &Builder<'_>) -> String {
    let html: String = html.chars().filter(|c| is_legal(*c)).collect();
    if !shallow(&html) {
        let text = plain(&html);
        return if text.is_empty() {
            text
        } else {
            format!("<p>{}</p>", html_escape::encode_text(&text))
        };
    }
    let html = if html.contains("<img") || html.contains("<IMG") {
        pictures(&html)
    } else {
        html
    };
    let clean = strict.clean(&html).to_string();
    if plain(&clean).is_empty() && !clean.contains("<img") {
        String::new()
    } else {
        clean.trim().to_owned()
    }
}

/// What may stand in XML 1.0, less the control characters that it merely tolerates.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
        || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}'))
}

/// Pictures that a script would load are given their address; those that only count readers go.
fn pictures(html: &str) -> String {
    let mut fragment = Html::parse_fragment(html);
    let images: Vec<_> = fragment
        .tree
        .nodes()
        .filter(|node| {
            node.value()
                .as_element()
                .is_some_and(|element| element.name() == "img")
        })
        .map(|node| node.id())
        .collect();
    for id in images {
        let Some(mut node) = fragment.tree.get_mut(id) else {
            continue;
        };
        let Node::Element(element) = node.value() else {
            continue;
        };
        let tiny = |name: &str| {
            element
                .attr(name)
                .is_some_and(|value| matches!(value.trim(), "0" | "1" | "1px"))
        };
        if tiny("width") && tiny("height") {
            node.detach();
            continue;
        }
        let late = LATE.iter().find_map(|wanted| {
            element
                .attrs
                .iter()
                .find(|(name, _)| *name.local == **wanted)
        });
        if let Some((name, value)) =
            late.map(|(name, value)| (name.clone(), first_of_set(value).to_owned()))
        {
            let mut name = name;
            name.local = "src".into();
            element.attrs.insert(name, value.as_str().into());
        }
    }
    fragment.root_element().inner_html()
}

/// The first address of a `srcset`, or the address itself.
fn first_of_set(value: &str) -> &str {
    value
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_end_matches(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> String {
        let base = Url::parse("https://agenzia.example/notizie/uno").expect("an address");
        Cleaner::new(&base).safe(html, &base)
    }

    #[test]
    fn what_runs_or_frames_is_gone() {
        let hostile = "<p onclick=x style=y id=z>a<script>b</script><iframe src=c></iframe><svg><a href=x></svg></p>";
        assert_eq!(clean(hostile), "<p>a</p>");
        assert_eq!(
            clean("<a href='javascript:x'>a</a>"),
            "<a rel=\"noopener noreferrer\">a</a>"
        );
        assert_eq!(clean("<img src='data:image/svg+xml,x'>"), "<img>");
    }

    #[test]
    fn addresses_become_absolute_and_late_pictures_load() {
        assert_eq!(
            clean("<img src='/p.gif' data-src='foto.jpg' alt=x>"),
            "<img src=\"https://agenzia.example/notizie/foto.jpg\" alt=\"x\">"
        );
        assert_eq!(
            clean("<img data-srcset='a.jpg 1x, b.jpg 2x'>"),
            "<img src=\"https://agenzia.example/notizie/a.jpg\">"
        );
        assert_eq!(
            clean("<p>x<img src='/count' width=1 height=1></p>"),
            "<p>x</p>"
        );
        assert!(clean("<a href='due'>x</a>").contains("https://agenzia.example/notizie/due"));
    }

    #[test]
    fn mail_is_no_picture_and_a_picture_may_be_called_so() {
        assert_eq!(clean("<img src='mailto:a@b.example'>"), "<img>");
        let named = clean("<img src='mailtime.jpg'>");
        assert_eq!(
            named,
            "<img src=\"https://agenzia.example/notizie/mailtime.jpg\">"
        );
    }

    #[test]
    fn cleaning_twice_changes_nothing_and_depth_is_survived() {
        for html in [
            "<table><td>x",
            "<p>a & b &lt;i&gt;",
            "<ul><li>x<li>y</ul>",
            "a\u{1}b",
        ] {
            let once = clean(html);
            assert_eq!(clean(&once), once, "{html}");
        }
        assert_eq!(
            clean(&format!("{}deep", "<div>".repeat(100_000))),
            "<p>deep</p>"
        );
    }
}
