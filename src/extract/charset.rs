//! Bytes to text: byte order mark, then the HTTP header, then the document's own declaration, then a guess.
//!
//! Declarations are checked against the bytes, since pages lie. Never fails: what can't be decoded becomes U+FFFD.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much of a document's beginning is searched for a declaration, in bytes.
const DECLARATION_WINDOW: usize = 4096;

/// The family of a document, which says where it declares its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// `<?xml encoding="…"?>`.
    Xml,
    /// `<meta charset>` or `<meta http-equiv>`, or an XML declaration (XHTML).
    Html,
    /// Nowhere: JSON is UTF-8 (RFC 8259 §8.1) unless the header says otherwise.
    Json,
}

/// A document's text and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without its byte order mark.
    pub text: String,
    /// The encoding it was read as, by its name in the Encoding Standard.
    pub encoding: &'static str,
    /// What was wrong, one sentence each.
    pub warnings: Vec<String>,
}

/// Decodes `body`, whose `Content-Type` header is `content_type`.
#[must_use]
pub fn decode(body: &[u8], content_type: Option<&str>, markup: Markup) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return decoded(body.get(mark..).unwrap_or_default(), encoding, Vec::new());
    }
    if let Some(encoding) = utf16_without_mark(body) {
        return decoded(body, encoding, Vec::new());
    }
    let mut warnings = Vec::new();
    let window = body.get(..DECLARATION_WINDOW).unwrap_or(body);
    let labels = [
        content_type.and_then(header_charset),
        declared_charset(window, markup),
    ];
    let mut claimed = None;
    for label in labels.into_iter().flatten() {
        match Encoding::for_label(label.as_bytes()) {
            // A declaration that could be read as ASCII can't be UTF-16.
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
                warnings.push(format!("It says {label}, but it isn't."));
            }
            Some(encoding) => {
                claimed = Some(encoding);
                break;
            }
            None => warnings.push(format!(
                "The encoding \"{}\" is unknown.",
                label.escape_debug()
            )),
        }
    }
    let encoding = corrected(body, claimed, &mut warnings);
    decoded(body, encoding, warnings)
}

/// The encoding to use, given what the document claims and what its bytes allow.
fn corrected(
    body: &[u8],
    claimed: Option<&'static Encoding>,
    warnings: &mut Vec<String>,
) -> &'static Encoding {
    let is_utf8 = std::str::from_utf8(body).is_ok();
    match claimed {
        Some(encoding) if encoding == UTF_8 && !is_utf8 => {
            let guess = guessed(body);
            warnings.push(format!(
                "It says UTF-8, but isn't; it was read as {}.",
                guess.name()
            ));
            guess
        }
        // Text in Western Europe's single bytes is hardly ever valid UTF-8 by accident.
        Some(encoding) if encoding == WINDOWS_1252 && is_utf8 && !body.is_ascii() => {
            warnings.push("It says ISO-8859-1 or windows-1252, but is UTF-8.".to_owned());
            UTF_8
        }
        Some(encoding) => encoding,
        None if is_utf8 => UTF_8,
        None => guessed(body),
    }
}

/// A guess by the statistics of the bytes. Never UTF-8: that was ruled out, or but a few bytes are broken.
fn guessed(body: &[u8]) -> &'static Encoding {
    // A long text with a stray byte or a cut last character is UTF-8 all the same.
    let (text, _) = UTF_8.decode_without_bom_handling(body);
    let (broken, sound) =
        text.chars()
            .filter(|c| !c.is_ascii())
            .fold((0, 0), |(broken, sound), c| {
                if c == char::REPLACEMENT_CHARACTER {
                    (broken + 1, sound)
                } else {
                    (broken, sound + 1)
                }
            });
    if sound > 4 * broken {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    detector.guess(None, Utf8Detection::Deny)
}

fn decoded(body: &[u8], encoding: &'static Encoding, mut warnings: Vec<String>) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(body);
    if broken {
        warnings.push(format!(
            "Some bytes are not {}; they were replaced.",
            encoding.name()
        ));
    }
    Decoded {
        text: text.into_owned(),
        encoding: encoding.name(),
        warnings,
    }
}

/// UTF-16 by the pattern of NUL bytes around the first ASCII characters (XML 1.0 appendix F).
fn utf16_without_mark(body: &[u8]) -> Option<&'static Encoding> {
    match body.get(..4)? {
        [0, first, 0, second] if *first != 0 && *second != 0 => Some(UTF_16BE),
        [first, 0, second, 0] if *first != 0 && *second != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// The `charset` parameter of a `Content-Type`, quotes dropped.
fn header_charset(content_type: &str) -> Option<&str> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).trim())
        .filter(|value| !value.is_empty())
}

/// The encoding that a document's beginning names.
fn declared_charset(window: &[u8], markup: Markup) -> Option<&str> {
    match markup {
        Markup::Json => None,
        Markup::Xml => xml_declaration(window),
        Markup::Html => meta_charset(window).or_else(|| xml_declaration(window)),
    }
}

fn xml_declaration(window: &[u8]) -> Option<&str> {
    let start = find(window, b"<?xml")?;
    let declaration = window.get(start..)?;
    let declaration = declaration.get(..find(declaration, b">")?)?;
    value_after(declaration, b"encoding")
}

/// The charset of the first `<meta>` that has one; comments are passed over.
fn meta_charset(window: &[u8]) -> Option<&str> {
    let mut rest = window;
    loop {
        let open = find(rest, b"<")?;
        rest = rest.get(open..)?;
        if rest.starts_with(b"<!--") {
            rest = rest.get(find(rest, b"-->")?..)?;
            continue;
        }
        let end = find(rest, b">").unwrap_or(rest.len());
        let tag = rest.get(..end)?;
        let is_meta = tag
            .get(1..5)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"meta"));
        if let Some(label) = is_meta.then(|| value_after(tag, b"charset")).flatten() {
            return Some(label);
        }
        rest = rest.get(end..)?;
    }
}

/// The value in `name = "value"`, in any or no quotes.
fn value_after<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let after = tag.get(find(tag, name)? + name.len()..)?.trim_ascii_start();
    let after = after.strip_prefix(b"=")?.trim_ascii_start();
    let after = after
        .strip_prefix(b"\"")
        .or_else(|| after.strip_prefix(b"'"))
        .unwrap_or(after);
    let end = after
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.+".contains(byte)))
        .unwrap_or(after.len());
    std::str::from_utf8(after.get(..end)?)
        .ok()
        .filter(|label| !label.is_empty())
}

/// Where `needle` first stands in `hay`, ignoring case.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(
        body: &[u8],
        content_type: Option<&str>,
        markup: Markup,
    ) -> (String, &'static str, usize) {
        let decoded = decode(body, content_type, markup);
        (decoded.text, decoded.encoding, decoded.warnings.len())
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_byte_order_mark_wins_over_the_header() {
        let body = b"\xEF\xBB\xBFcitt\xC3\xA0";
        assert_eq!(
            text_of(body, Some("text/xml; charset=latin1"), Markup::Xml),
            ("città".into(), "UTF-8", 0)
        );
        let body = [b"\xFF\xFE".to_vec(), utf16("<p>è", u16::to_le_bytes)].concat();
        assert_eq!(
            text_of(&body, None, Markup::Xml),
            ("<p>è".into(), "UTF-16LE", 0)
        );
    }

    #[test]
    fn utf16_is_seen_without_a_mark() {
        let text = "<?xml version='1.0' encoding='utf-16'?><a>è</a>";
        assert_eq!(
            text_of(&utf16(text, u16::to_be_bytes), None, Markup::Xml),
            (text.into(), "UTF-16BE", 0)
        );
        assert_eq!(
            text_of(&utf16(text, u16::to_le_bytes), None, Markup::Xml),
            (text.into(), "UTF-16LE", 0)
        );
    }

    #[test]
    fn the_header_wins_over_the_declaration() {
        let (body, _, _) = encoding_rs::KOI8_R
            .encode("<?xml version='1.0' encoding='windows-1251'?><a>Новости</a>");
        let (text, encoding, warnings) =
            text_of(&body, Some("text/xml; charset=\"KOI8-R\""), Markup::Xml);
        assert!(text.contains("Новости"));
        assert_eq!((encoding, warnings), ("KOI8-R", 0));
    }

    #[test]
    fn the_declaration_counts_without_a_header() {
        let body = b"<?xml version=\"1.0\" encoding = 'ISO-8859-1' ?><a>\x93citt\xE0\x94</a>";
        let (text, encoding, _) = text_of(body, Some("text/xml"), Markup::Xml);
        assert!(text.contains("“città”"));
        assert_eq!(encoding, "windows-1252");
    }

    #[test]
    fn a_meta_element_counts_in_html_and_a_commented_one_does_not() {
        let (body, _, _) = encoding_rs::WINDOWS_1251
            .encode("<!-- <meta charset=koi8-r> --><META http-equiv=x content='text/html; charset=windows-1251'>Да");
        let (text, encoding, _) = text_of(&body, None, Markup::Html);
        assert!(text.ends_with("Да"));
        assert_eq!(encoding, "windows-1251");
    }

    #[test]
    fn what_says_utf8_but_is_not_is_guessed_with_a_warning() {
        let body = b"<?xml version='1.0' encoding='utf-8'?><a>La citt\xE0 \xE8 pi\xF9 bella, perch\xE9 no</a>";
        let (text, encoding, warnings) = text_of(body, None, Markup::Xml);
        assert!(text.contains("La città è più bella, perché no"));
        assert_eq!((encoding, warnings), ("windows-1252", 1));
    }

    #[test]
    fn what_says_latin1_but_is_utf8_is_utf8_with_a_warning() {
        let body = "<?xml version='1.0' encoding='iso-8859-1'?><a>città</a>".as_bytes();
        let (text, encoding, warnings) = text_of(body, None, Markup::Xml);
        assert!(text.contains("città"));
        assert_eq!((encoding, warnings), ("UTF-8", 1));
    }

    #[test]
    fn one_stray_byte_does_not_make_utf8_something_else() {
        let body = ["è già più così lunedì".as_bytes(), b" \xE0 ".as_slice()].concat();
        let (text, encoding, warnings) =
            text_of(&body, Some("text/html; charset=utf-8"), Markup::Html);
        assert!(text.starts_with("è già più così lunedì"));
        assert_eq!((encoding, warnings), ("UTF-8", 2));
    }

    #[test]
    fn an_unknown_encoding_is_guessed_with_a_warning() {
        let (text, _, warnings) = text_of(
            "città".as_bytes(),
            Some("text/html; charset=klingon"),
            Markup::Html,
        );
        assert_eq!((text.as_str(), warnings), ("città", 1));
    }

    #[test]
    fn nothing_is_nothing() {
        for markup in [Markup::Xml, Markup::Html, Markup::Json] {
            assert_eq!(text_of(b"", None, markup), (String::new(), "UTF-8", 0));
        }
    }
}
