//! Bytes to text: byte order mark, then the HTTP header, then the document's own declaration, then a guess.
//!
//! Declarations are checked against the bytes, since pages lie. Never fails: what can't be decoded becomes U+FFFD.
//! UTF-7 is never read: it hides markup from whoever looks at the bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// How much of a document's beginning is searched for a declaration, in bytes.
const DECLARATION_WINDOW: usize = 4096;

/// So few bytes beyond ASCII tell nothing of an encoding.
const FEW: usize = 8;

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
    if let Some(text) = utf32(body) {
        return Decoded {
            text,
            encoding: "UTF-32",
            warnings: Vec::new(),
        };
    }
    let mut claims = Vec::new();
    let mut body = body;
    match Encoding::for_bom(body) {
        // An editor's mark before bytes that are something else all the same is but one more claim.
        Some((encoding, mark)) if encoding == UTF_8 => {
            body = body.get(mark..).unwrap_or_default();
            claims.push(UTF_8);
        }
        Some((encoding, mark)) => {
            return decoded(body.get(mark..).unwrap_or_default(), encoding, Vec::new());
        }
        None => {
            if let Some(encoding) = utf16_without_mark(body) {
                return decoded(body, encoding, Vec::new());
            }
        }
    }
    let mut warnings = Vec::new();
    let window = body.get(..DECLARATION_WINDOW).unwrap_or(body);
    let labels = [
        content_type.and_then(header_charset),
        declared_charset(window, markup),
    ];
    for label in labels.into_iter().flatten() {
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            // A declaration that could be read as ASCII can't be UTF-16.
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
                warnings.push(format!("It says {label}, but it isn't."));
            }
            Some(encoding) if encoding == X_USER_DEFINED => claims.push(WINDOWS_1252),
            Some(encoding) => claims.push(encoding),
            None => warnings.push(format!(
                "The encoding \"{}\" is unknown.",
                label.escape_debug()
            )),
        }
    }
    let encoding = corrected(body, &claims, &mut warnings);
    decoded(body, encoding, warnings)
}

/// The encoding to use, given what mark, header and document claim, in this order, and what the bytes allow.
fn corrected(
    body: &[u8],
    claims: &[&'static Encoding],
    warnings: &mut Vec<String>,
) -> &'static Encoding {
    let Some(&claimed) = claims.first() else {
        return guessed(body);
    };
    let other = claims.iter().copied().find(|other| *other != claimed);
    let instead = if claimed == UTF_8 {
        if std::str::from_utf8(body).is_ok() || is_nearly_utf8(body) {
            return UTF_8;
        }
        other.unwrap_or_else(|| guessed(body))
    } else if is_rather_utf8(body, claimed) {
        UTF_8
    } else {
        // Many servers add "ISO-8859-1" to everything; the document then knows better, if its bytes bear it out.
        let known = other.filter(|other| claimed == WINDOWS_1252 && guessed(body) == *other);
        match known {
            Some(other) => other,
            None => return claimed,
        }
    };
    warnings.push(format!(
        "It says {}, but isn't; it was read as {}.",
        claimed.name(),
        instead.name()
    ));
    instead
}

/// Whether bytes that claim another encoding are UTF-8 all the same: only UTF-8 is valid UTF-8 for long.
fn is_rather_utf8(body: &[u8], claimed: &'static Encoding) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return claimed.is_single_byte() && is_nearly_utf8(body);
    };
    let characters = text.chars().filter(|c| !c.is_ascii()).count();
    if claimed == WINDOWS_1252 {
        characters > 0
    } else if claimed.is_single_byte() {
        characters >= 3
    } else {
        characters >= 8
            || characters > 0
                && claimed
                    .decode_without_bom_handling_and_without_replacement(body)
                    .is_none()
    }
}

/// A guess by the statistics of the bytes, where nothing is claimed or the claim is false.
fn guessed(body: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() || is_nearly_utf8(body) {
        return UTF_8;
    }
    // Of a few bytes statistics make anything; what is nearly ASCII is most often of western Europe.
    if body.iter().filter(|byte| !byte.is_ascii()).count() < FEW {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether a text with stray bytes or a cut last character is UTF-8 all the same.
fn is_nearly_utf8(body: &[u8]) -> bool {
    let (mut sound, mut broken) = (0, 0);
    for chunk in body.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > 4 * broken
}

fn decoded(body: &[u8], encoding: &'static Encoding, mut warnings: Vec<String>) -> Decoded {
    let (text, broken) = if encoding == UTF_8 {
        utf8_with_strays(body)
    } else {
        let (text, broken) = encoding.decode_without_bom_handling(body);
        (text.into_owned(), broken)
    };
    if broken {
        warnings.push(format!(
            "Some bytes are not {}; they were replaced.",
            encoding.name()
        ));
    }
    Decoded {
        text: without_marks(text),
        encoding: encoding.name(),
        warnings,
    }
}

/// UTF-8 in which single letters of windows-1252 stand, as where a template of another age was pasted in: they are
/// read as such, other broken bytes become U+FFFD. The flag tells that there were any.
fn utf8_with_strays(body: &[u8]) -> (String, bool) {
    if let Ok(whole) = std::str::from_utf8(body) {
        return (whole.to_owned(), false);
    }
    let mut text = String::with_capacity(body.len());
    let mut broken = false;
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        broken |= !chunk.invalid().is_empty();
        match chunk.invalid() {
            [] => {}
            // Alone, these are rather the first byte of a character that was cut.
            [0xC2 | 0xC3 | 0xE2] => text.push(char::REPLACEMENT_CHARACTER),
            [byte @ (0x91..=0x97 | 0xC0..=0xFD)] => {
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0);
            }
            _ => text.push(char::REPLACEMENT_CHARACTER),
        }
    }
    (text, broken)
}

/// A text without the byte order marks that stand before it, of which careless programs write several.
fn without_marks(text: String) -> String {
    match text.strip_prefix('\u{FEFF}') {
        Some(rest) => rest.trim_start_matches('\u{FEFF}').to_owned(),
        None => text,
    }
}

/// UTF-32, which only its byte order mark tells (the Encoding Standard has no such encoding).
fn utf32(body: &[u8]) -> Option<String> {
    let little: fn([u8; 4]) -> u32 = u32::from_le_bytes;
    let (rest, number) = match body.strip_prefix(&[0xFF, 0xFE, 0, 0]) {
        Some(rest) => (rest, little),
        None => (
            body.strip_prefix(&[0, 0, 0xFE, 0xFF])?,
            u32::from_be_bytes as fn([u8; 4]) -> u32,
        ),
    };
    let (characters, _) = rest.as_chunks::<4>();
    let character = |bytes: &[u8; 4]| char::from_u32(number(*bytes));
    let text = characters
        .iter()
        .map(|bytes| character(bytes).unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(without_marks(text.collect()))
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
mod tests;
