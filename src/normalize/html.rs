//! Content that is safe to publish: an allow-list, absolute addresses, pictures that load.
//!
//! Two hands do it. [`Writer`] walks the parsed tree and writes the allowed part of it anew, in good order; ammonia
//! then reads what was written, and must find nothing to take away and nothing to set right. So what is published
//! parses as it is written, and cleaning it again changes nothing.

mod tags;
mod writer;

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::extract::shallow;
use crate::extract::text::{legible, plain};
use writer::Writer;

/// So often what was written is read and written again until it stays the same; then its text alone is published.
const ROUNDS: usize = 4;
/// The most bytes that are written: broken nesting can multiply the elements around each paragraph.
const LONGEST: usize = 2_000_000;

/// The allow-list. Nothing in it runs, frames, submits, styles or names.
static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(tags::all().collect())
        .clean_content_tags(tags::UNSEEN.iter().copied().collect())
        .tag_attributes(
            tags::ATTRIBUTES
                .iter()
                .map(|(tag, names)| (*tag, names.iter().copied().collect()))
                .collect(),
        )
        .generic_attributes(tags::EVERYWHERE.iter().copied().collect())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(tags::REL))
        .strip_comments(true);
    builder
});

/// Untrusted HTML made safe; text alone where its nesting is too deep to be parsed.
pub(super) fn safe(html: &str, base: &Url) -> String {
    let mut html: String = html.chars().filter_map(legible).collect();
    if !html.contains(['<', '>', '&', '\u{a0}']) {
        return if plain(&html).is_empty() {
            String::new()
        } else {
            html.trim().to_owned()
        };
    }
    for _ in 0..ROUNDS {
        if !shallow(&html) {
            break;
        }
        let written = Writer::write(&html, base, LONGEST);
        let cleaned = ALLOWED.clean(&written).to_string();
        if cleaned == written {
            return if plain(&cleaned).is_empty() && !cleaned.contains("<img") {
                String::new()
            } else {
                cleaned
            };
        }
        html = cleaned;
    }
    let text = plain(&html);
    if text.is_empty() {
        text
    } else {
        format!("<p>{}</p>", html_escape::encode_text(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(html: &str) -> String {
        safe(
            html,
            &Url::parse("https://agenzia.example/notizie/uno").expect("an address"),
        )
    }

    #[test]
    fn what_runs_or_frames_is_gone() {
        let hostile = "<p onclick=x style=y id=z>a<script>b</script><iframe src=c></iframe><svg><a href=x></svg></p>";
        assert_eq!(clean(hostile), "<p>a</p>");
        assert_eq!(clean("<a href='javascript:x'>a</a>"), "a");
        assert_eq!(clean("x<img src='data:image/svg+xml,x'>"), "x");
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
        assert_eq!(clean("x<img src='mailto:a@b.example'>"), "x");
        let named = clean("<img src='mailtime.jpg'>");
        assert_eq!(
            named,
            "<img src=\"https://agenzia.example/notizie/mailtime.jpg\">"
        );
    }

    #[test]
    fn groups_become_paragraphs_and_what_is_empty_goes() {
        for (written, wanted) in [
            ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
            (
                "<section>a <b>b</b><p>c</p>d<div><h2>e</h2></div></section>f",
                "<p>a <b>b</b></p><p>c</p><p>d</p><h2>e</h2>f",
            ),
            (
                "<div><a href='x'><div>T</div></a><br></div>",
                "<a href=\"https://agenzia.example/notizie/x\" rel=\"noopener noreferrer\"><p>T</p></a><br>",
            ),
            ("<h2><div>a</div><div>b</div></h2>", "<h2>a b </h2>"),
            ("a<p>&nbsp;</p>b<b> </b>c<ul><li></li></ul>", "a b c"),
            ("<b>a<b>b</b></b>", "<b>ab</b>"),
            (
                "<table><tr><td><td>x</table>",
                "<table><tbody><tr><td></td><td>x</td></tr></tbody></table>",
            ),
            (
                "<form>Ask <input value=x><button>y</button></form>",
                "<p>Ask </p>",
            ),
            ("<p hidden>a</p><math><mi>x</mi></math>b", "b"),
        ] {
            assert_eq!(clean(written), wanted, "{written}");
        }
    }

    #[test]
    fn attributes_have_the_values_that_they_can_have() {
        for (written, wanted) in [
            ("<p dir=RTL lang=ar>x", "<p lang=\"ar\" dir=\"rtl\">x</p>"),
            (
                "<p dir=x lang='a\"b' title='<i>&quot;'>x",
                "<p title=\"&lt;i&gt;&quot;\">x</p>",
            ),
            ("<td>x", "x"),
            (
                "<time datetime='2025-09-09T10:00:00+02:00'>x</time>",
                "<time datetime=\"2025-09-09T10:00:00+02:00\">x</time>",
            ),
            (
                "<img src=a.jpg width=100% height=40px>",
                "<img src=\"https://agenzia.example/notizie/a.jpg\" height=\"40\">",
            ),
            (
                "<a href='mailto:a@b.example'>x</a>",
                "<a href=\"mailto:a@b.example\" rel=\"noopener noreferrer\">x</a>",
            ),
            (
                "<a href='http://me:secret@b.example/'>x</a>",
                "<a href=\"http://b.example/\" rel=\"noopener noreferrer\">x</a>",
            ),
        ] {
            assert_eq!(clean(written), wanted, "{written}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing_and_depth_is_survived() {
        for html in [
            "<table><td>x",
            "<p>a & b &lt;i&gt;",
            "<ul><li>x<li>y</ul>",
            "a\u{1}b&#1;c&#x202e;d",
            "<pre>\n\nx</pre>",
            "<p><marquee><p>a<table><td>b<a href=x>c<a href=y>d</marquee>e",
            "<a href=x><table><tr><td><a href=y>z</a></table>w",
            "<b><i><p>a</b>b</i>c",
            "<ul><b><li>a</b><li>b</ul>",
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x&gt;'>",
            "<svg></p><style><a id='</style><img src=1 onerror=x>'>",
            "<plaintext>a<b>c",
            "<h1><applet><h2>a</applet>b",
            "<p><button><p>a</button>b",
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
