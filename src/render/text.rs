//! What every published text and address goes through: no character that XML forbids or that deceives the
//! eye, one line where one line is meant, no address but of the web. It refuses to judge wording or markup.

use std::borrow::Cow;

use url::{Position, Url};

use crate::extract::text::{is_legible, legible};

/// The longest address that is published, in bytes; a longer one is left out.
const LONGEST_ADDRESS: usize = 4096;

/// The text without the characters that may not stand in a published document.
///
/// Those are all that XML 1.0 forbids, noncharacters, DEL and the C1 controls, and the characters that turn the
/// direction of what follows them. NEL becomes a space, U+FFFD a question mark, and every line end a line feed, as an
/// XML parser would read it, so the text that is written is the text that is read back.
#[must_use]
pub fn xml_safe(text: &str) -> Cow<'_, str> {
    let mut safe = decoded(text);
    // What is taken out of a line may leave one that was encoded twice: what was made safe once stays as it is.
    while !is_legible(&safe) {
        safe = Cow::Owned(decoded(&without_illegible(&safe)).into_owned());
    }
    safe
}

fn without_illegible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' {
            if chars.peek() != Some(&'\n') {
                safe.push('\n');
            }
        } else if let Some(c) = legible(c) {
            safe.push(c);
        }
    }
    safe
}

/// The text with those lines read once more that were encoded as UTF-8 twice (`cittÃ\u{a0}`), or more often: such a line
/// has only characters of Latin-1, which are bytes of UTF-8. No other text has both by chance.
fn decoded(text: &str) -> Cow<'_, str> {
    let lead = |c: char| matches!(c, '\u{c2}'..='\u{f4}');
    if !text.contains(lead) {
        return Cow::Borrowed(text);
    }
    let once = |line: &str| -> Option<String> {
        let bytes: Option<Vec<u8>> = line.chars().map(|c| u8::try_from(c).ok()).collect();
        let read = String::from_utf8(bytes?).ok()?;
        (read.len() < line.len()).then_some(read)
    };
    let again = |line: &str| std::iter::successors(once(line), |read| once(read)).last();
    let lines: Vec<Cow<'_, str>> = text
        .split_inclusive('\n')
        .map(|line| again(line).map_or(Cow::Borrowed(line), Cow::Owned))
        .collect();
    if lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(lines.concat())
}

/// The text as one line, white space squashed, of at most `most` bytes; no-break spaces stay.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let safe = xml_safe(text);
    let words = safe
        .split([' ', '\t', '\n', '\u{2028}', '\u{2029}'])
        .filter(|word| !word.is_empty());
    let mut line = String::with_capacity(safe.len().min(most));
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > most {
            break;
        }
    }
    cut(line, most)
}

/// The text as one line, or something else where that line would be blank.
#[must_use]
pub fn named(text: &str, most: usize, otherwise: &str) -> String {
    let name = line(text, most);
    if name.trim().is_empty() {
        otherwise.to_owned()
    } else {
        name
    }
}

/// The text, cut to at most `most` bytes; a cut falls between words where it can and shows as an ellipsis.
#[must_use]
pub fn cut(mut text: String, most: usize) -> String {
    const ELLIPSIS: char = '…';
    if text.len() <= most {
        return text;
    }
    text.truncate(text.floor_char_boundary(most.saturating_sub(ELLIPSIS.len_utf8())));
    // A word of its own length beyond half of the text is no word: then the cut falls inside it.
    if let Some(space) = text
        .rfind(char::is_whitespace)
        .filter(|space| *space > most / 2)
    {
        text.truncate(space);
    }
    text.push(ELLIPSIS);
    text
}

/// The address, if it is an absolute one of the web: `http` or `https`, without user and password, every
/// character that RFC 3986 has no place for percent-encoded, and no `&amp;`: some readers would decode it.
#[must_use]
pub fn web(address: &str) -> Option<String> {
    let address = address.trim().replace("&amp;", "&");
    let mut url = Url::parse(&address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let mut written = String::with_capacity(url.as_str().len());
    // The brackets of an IPv6 address stay.
    written.push_str(&url[..Position::BeforePath]);
    for (at, c) in url[Position::BeforePath..].char_indices() {
        let digits = |from: usize| {
            let two = url[Position::BeforePath..].as_bytes().get(from..from + 2);
            two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
        };
        match c {
            '%' if !digits(at + 1) => written.push_str("%25"),
            '"' | '<' | '>' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | ' ' => {
                written.push_str(&format!("%{:02X}", u32::from(c)))
            }
            c => written.push(c),
        }
    }
    (written.len() <= LONGEST_ADDRESS).then_some(written)
}

/// Plain text as HTML text, written as a browser would write it.
#[must_use]
pub fn html(text: &str) -> String {
    html_escape::encode_text(text).replace('\u{a0}', "&nbsp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_and_deceiving_characters_go_and_all_others_stay() {
        assert_eq!(
            xml_safe("a\0b\u{b}c\u{1f}d\u{7f}e\u{9f}f\u{fffe}g\u{1ffff}h\u{fdd0}i\u{202e}j"),
            "abcdefghij"
        );
        assert_eq!(xml_safe("a\u{85}b"), "a b");
        assert_eq!(xml_safe("a\r\nb\rc"), "a\nb\nc");
        assert_eq!(xml_safe("caff\u{fffd}"), "caff?");
        let fine = "R&D <b> ]]> 🚀 日本 שלום\u{200f} \u{d7ff}\u{e000}\u{10000}\t\n";
        assert!(matches!(xml_safe(fine), Cow::Borrowed(same) if same == fine));
    }

    #[test]
    fn a_line_is_one_line_and_keeps_no_break_spaces() {
        assert_eq!(line("  a \n\t b\u{2028}c\u{a0}d ", 100), "a b c\u{a0}d");
    }

    #[test]
    fn what_was_encoded_twice_is_decoded_and_nothing_else() {
        let twice = |text: &str| text.bytes().map(char::from).collect::<String>();
        assert_eq!(
            xml_safe(&twice("Perché l’Italia: città")),
            "Perché l’Italia: città"
        );
        let mixed = format!("Già letto\n{}\n日本", twice("è così"));
        assert_eq!(xml_safe(&mixed), "Già letto\nè così\n日本");
        for fine in ["È già così", "Ã© 日本", "Ã", "São Tomé Â®é"] {
            assert_eq!(xml_safe(fine), fine);
        }
    }

    #[test]
    fn what_was_made_safe_once_stays_as_it_is() {
        for (text, safe) in [
            ("Ã\u{83}Â\u{a1}", "á"),
            ("Â¡\u{85}", "¡ "),
            ("Ã\u{fdd0}©", "é"),
            ("×¦\u{a0}", "×¦\u{a0}"),
        ] {
            assert_eq!(xml_safe(text), safe, "{text:?}");
            assert_eq!(xml_safe(safe), safe, "{text:?}");
        }
    }

    #[test]
    fn a_cut_falls_between_words_and_never_inside_a_character() {
        assert_eq!(line("uno due tre quattro", 16), "uno due tre…");
        assert_eq!(cut("àààààààà".into(), 9), "ààà…");
        assert_eq!(cut("whole".into(), 5), "whole");
    }

    #[test]
    fn only_addresses_of_the_web_are_published_and_none_with_a_password() {
        assert_eq!(
            web("https://me:secret@a.example/b").as_deref(),
            Some("https://a.example/b")
        );
        assert_eq!(
            web("https://a.example/[1]/%zz%C3%?q={x}|y&amp;b=2").as_deref(),
            Some("https://a.example/%5B1%5D/%25zz%C3%25?q=%7Bx%7D%7Cy&b=2")
        );
        assert_eq!(
            web("http://[2001:db8::1]/a").as_deref(),
            Some("http://[2001:db8::1]/a")
        );
        assert_eq!(
            web("http://città.example/è").as_deref(),
            Some("http://xn--citt-3na.example/%C3%A8")
        );
        for address in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/relative",
            "data:text/html,x",
            "mailto:a@b.example",
            "",
        ] {
            assert_eq!(web(address), None, "{address}");
        }
        assert_eq!(
            web(&format!("https://a.example/{}", "x".repeat(5000))),
            None
        );
    }
}
