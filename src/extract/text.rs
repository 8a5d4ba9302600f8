//! Text out of markup, as a reader would see it: from a parsed element, or from a snippet without parsing it.

use std::borrow::Cow;

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

/// Elements whose content nobody reads.
const HIDDEN: &[&str] = &[
    "script", "style", "template", "noscript", "head", "svg", "iframe", "object",
];
/// Elements that don't part words: `<b>A</b>ustria` is one word.
pub(super) const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr",
];

/// The visible text of an element, white space squashed.
#[must_use]
pub fn visible(element: ElementRef<'_>) -> String {
    visible_without(element, |_| false)
}

/// The visible text of an element, leaving out the descendants that `skip` names.
#[must_use]
pub fn visible_without(element: ElementRef<'_>, skip: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut text = String::new();
    let mut hidden = None;
    for edge in element.traverse() {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        if let Some(inner) = ElementRef::wrap(node) {
            if hidden == Some(node.id()) {
                hidden = None;
            } else if opens && hidden.is_none() && inner != element {
                hidden = (is_hidden(inner) || skip(inner)).then(|| node.id());
            }
            if !is_inline(inner) {
                text.push(' ');
            }
        } else if let Node::Text(part) = node.value()
            && opens
            && hidden.is_none()
        {
            text.push_str(part);
        }
    }
    squash(&text)
}

/// Whether nobody sees what is in an element.
pub(super) fn is_hidden(element: ElementRef<'_>) -> bool {
    let value = element.value();
    HIDDEN.contains(&value.name()) || value.attr("hidden").is_some()
}

/// Whether an element parts no words.
pub(super) fn is_inline(element: ElementRef<'_>) -> bool {
    INLINE.contains(&element.value().name())
}

/// White space, no-break spaces included, squashed to single spaces; invisible marks dropped.
#[must_use]
pub fn squash(text: &str) -> String {
    if is_squashed(text.as_bytes()) {
        text.to_owned()
    } else {
        squash_words(text)
    }
}

fn squash_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text
        .split(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{200b}' || c == '\u{feff}')
    {
        let word = word.trim_matches(['\u{ad}', '\u{2060}']);
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// Whether there is surely nothing to be squashed, as most texts are: single spaces between the words, and no character
/// that begins with the same byte as a space or an invisible mark beyond ASCII.
fn is_squashed(text: &[u8]) -> bool {
    let mut before = b' ';
    text.iter().all(|byte| {
        let fits = match byte {
            b' ' => before != b' ',
            b'\t'..=b'\r' | 0xc2 | 0xe1..=0xe3 | 0xef => false,
            _ => true,
        };
        before = *byte;
        fits
    }) && (before != b' ' || text.is_empty())
}

/// The text of a snippet that may be HTML or may be plain, as feeds leave open: tags taken out, references
/// decoded, white space squashed. Linear, whatever the snippet is.
#[must_use]
pub fn plain(snippet: &str) -> String {
    decoded(strip_tags(snippet, HIDDEN))
}

/// The running text of an article, as [`plain`], without what is written under its pictures.
#[must_use]
pub fn running(html: &str) -> String {
    let left_out = [HIDDEN, &["figure", "figcaption"]].concat();
    decoded(strip_tags(html, &left_out))
}

fn decoded(text: Cow<'_, str>) -> String {
    // Most texts stand for themselves.
    if !text.contains(['&', '<']) && is_legible(&text) {
        return squash(&text);
    }
    let mut decoded = html_escape::decode_html_entities(text.as_ref());
    // Twice-escaped markup is common in titles: what is a tag after decoding was meant as one.
    if text.contains("&lt;") || text.contains("&amp;") {
        let again = strip_tags(&decoded, HIDDEN).into_owned();
        decoded = html_escape::decode_html_entities(&again)
            .into_owned()
            .into();
    }
    // What nobody sees goes first, or it would hide a tag until it is taken out.
    let seen: String = decoded.chars().filter_map(legible).collect();
    let mut plain = squash(&seen);
    // What is left after that is a trick: tags written in references of several kinds, or around each other.
    for _ in 0..2 {
        if has_markup(&plain) {
            plain = squash(&strip_tags(&plain, HIDDEN));
        }
    }
    if has_markup(&plain) {
        plain = squash(&plain.replace('<', " "));
    }
    plain
}

/// What of a character may stand in what is published: all that XML 1.0 allows but C1 controls, noncharacters, byte
/// order marks, and what turns the direction of the text after it. Line ends and NEL are white space.
#[must_use]
pub fn legible(c: char) -> Option<char> {
    match c {
        '\t' | '\n' => Some(c),
        '\r' | '\u{85}' => Some(' '),
        // Where a byte could not be read; readers and validators take the sign for a broken document.
        '\u{fffd}' => Some('?'),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => None,
        // Embeddings, overrides and isolates: left open, they would turn the reader's own page around.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        // A byte order mark that came along, and is no text.
        '\u{feff}' | '\u{fdd0}'..='\u{fdef}' => None,
        c if u32::from(c) & 0xfffe == 0xfffe => None,
        c => Some(c),
    }
}

/// Whether all of a text may stand as it is in what is published.
#[must_use]
pub fn is_legible(text: &str) -> bool {
    text.chars().all(|c| legible(c) == Some(c))
}

/// Whether a text has tags in it.
#[must_use]
pub fn has_markup(text: &str) -> bool {
    tags(text).next().is_some()
}

/// The tags of a snippet: byte ranges, `<` to `>`, of what looks like a tag or a comment.
fn tags(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut at = 0;
    let mut comments_end = true;
    std::iter::from_fn(move || {
        while let Some(found) = text.get(at..)?.find('<') {
            let start = at + found;
            let rest = &text[start + 1..];
            let comment = comments_end && rest.starts_with("!--");
            if comment && !rest.contains("-->") {
                // Then no later one does, and it is as good as any other tag.
                comments_end = false;
                continue;
            }
            let named = rest.starts_with(|c: char| c.is_ascii_alphabetic());
            // What follows these is the end of an element, or a comment that is badly written.
            if comment || named || rest.starts_with(['/', '!', '?']) {
                let end = if comment {
                    rest.find("-->").map(|e| e + 3)
                } else {
                    rest.find('>').map(|e| e + 1)
                };
                // A tag that never ends is text; nothing after it can end either.
                let end = end?;
                at = start + 1 + end;
                return Some(start..at);
            }
            at = start + 1;
        }
        None
    })
}

fn strip_tags<'a>(snippet: &'a str, left_out: &[&str]) -> Cow<'a, str> {
    let mut out = String::new();
    let mut at = 0;
    let mut hidden: Option<String> = None;
    for tag in tags(snippet) {
        let body = snippet[tag.start + 1..tag.end].trim_start_matches('/');
        let name: String = body
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let closing = snippet[tag.start..].starts_with("</");
        if hidden.is_none() {
            out.push_str(snippet.get(at..tag.start).unwrap_or_default());
            if !name.is_empty() && !INLINE.contains(&name.as_str()) {
                out.push(' ');
            }
        }
        match &hidden {
            Some(open) if closing && *open == name => hidden = None,
            None if !closing && left_out.contains(&name.as_str()) && !body.ends_with("/>") => {
                hidden = Some(name)
            }
            _ => {}
        }
        at = tag.end;
    }
    if at == 0 {
        return Cow::Borrowed(snippet);
    }
    if hidden.is_none() {
        out.push_str(snippet.get(at..).unwrap_or_default());
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    #[test]
    fn what_is_left_as_it_is_has_nothing_to_be_squashed() {
        let signs = [
            "a", "à", " ", "\t", "\n", "\u{b}", "\u{85}", "\u{a0}", "\u{ad}", "\u{1680}",
            "\u{2003}", "\u{200b}", "\u{2028}", "\u{202f}", "\u{205f}", "\u{2060}", "\u{3000}",
            "\u{feff}", "’", "宇", "🚀", "",
        ];
        for first in signs {
            for second in signs {
                for third in signs {
                    let text = [first, second, third].concat();
                    assert_eq!(squash(&text), squash_words(&text), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn blocks_part_words_and_inline_elements_do_not() {
        let page = Html::parse_fragment(
            "<div><b>A</b>ustria<p>two</p><p>three<br>four</p><script>x</script></div>",
        );
        assert_eq!(visible(page.root_element()), "Austria two three four");
    }

    #[test]
    fn snippets_lose_tags_and_references() {
        assert_eq!(plain("Ricerca &amp; sviluppo"), "Ricerca & sviluppo");
        assert_eq!(plain("A &amp;amp; B &lt;b&gt;x&lt;/b&gt;"), "A & B x");
        assert_eq!(
            plain("<p>One</p><p>two <em>th</em>ree</p>"),
            "One two three"
        );
        assert_eq!(plain("5 < 6 and 7 > 6"), "5 < 6 and 7 > 6");
        assert_eq!(plain("a </ b=\"> c"), "a c");
        assert_eq!(plain("a <\u{8}b>c"), "a c");
        assert_eq!(plain("<style>p{}</style>seen<!-- not -->"), "seen");
        assert_eq!(plain("a\u{a0}b&nbsp;&egrave;"), "a b è");
        assert_eq!(plain("&#60;img src=x onerror=y&#x3e;x"), "x");
        assert_eq!(plain("<<b>i>x"), "x");
        assert_eq!(plain("a<!--<b>c"), "ac");
        assert_eq!(plain("&amp;lt;b&amp;gt;x"), "x");
    }

    #[test]
    fn running_text_leaves_out_pictures_and_their_captions() {
        let html = "<p>One</p><figure><img src=x><figcaption>not</figcaption></figure><p>two</p>";
        assert_eq!(running(html), "One two");
        assert_eq!(plain(html), "One not two");
    }

    #[test]
    fn a_tag_that_never_ends_is_text() {
        assert_eq!(plain("x <b y"), "x <b y");
        let hostile = "<a".repeat(200_000);
        assert_eq!(plain(&hostile).len(), hostile.len());
    }
}
