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
    let (body, _, _) =
        encoding_rs::KOI8_R.encode("<?xml version='1.0' encoding='windows-1251'?><a>Новости</a>");
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
    let body =
        b"<?xml version='1.0' encoding='utf-8'?><a>La citt\xE0 \xE8 pi\xF9 bella, perch\xE9 no</a>";
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
    let (text, encoding, warnings) = text_of(&body, Some("text/html; charset=utf-8"), Markup::Html);
    assert_eq!(text, "è già più così lunedì à ");
    assert_eq!((encoding, warnings), ("UTF-8", 1));
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

const ITALIAN: &str = "Perché la città è più bella di lunedì";
const RUSSIAN: &str = "Новости космического агентства сегодня вечером";
const CZECH: &str = "Příliš žluťoučký kůň úpěl ďábelské ódy";
const JAPANESE: &str = "宇宙機関のニュースをお届けします";
const CHINESE: &str = "航天局今天发布了新的消息和图片";

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = Encoding::for_label(label.as_bytes()).unwrap().encode(text);
    assert!(!unmappable, "{label}: {text}");
    bytes.into_owned()
}

/// What bytes, header and declaration say together; what is read then; whether that is worth a warning.
#[test]
fn whatever_header_and_declaration_say_the_text_is_read() {
    // The text, its real encoding, the header's charset, the document's, the encoding found, warnings.
    let rows: [(&str, &str, &str, &str, &str, usize); 34] = [
        (ITALIAN, "utf-8", "", "", "UTF-8", 0),
        (ITALIAN, "utf-8", "utf-8", "iso-8859-1", "UTF-8", 0),
        (ITALIAN, "utf-8", "iso-8859-1", "utf-8", "UTF-8", 1),
        (ITALIAN, "utf-8", "windows-1252", "", "UTF-8", 1),
        (ITALIAN, "utf-8", "", "iso-8859-15", "UTF-8", 1),
        (ITALIAN, "utf-8", "us-ascii", "", "UTF-8", 1),
        (ITALIAN, "utf-8", "", "utf-16", "UTF-8", 1),
        (ITALIAN, "utf-8", "x-klingon", "", "UTF-8", 1),
        (ITALIAN, "utf-8", "utf-7", "", "UTF-8", 1),
        (ITALIAN, "utf-8", "iso-2022-kr", "", "UTF-8", 1),
        (ITALIAN, "windows-1252", "", "", "windows-1252", 0),
        (ITALIAN, "windows-1252", "utf-8", "", "windows-1252", 1),
        (
            ITALIAN,
            "windows-1252",
            "utf-8",
            "iso-8859-1",
            "windows-1252",
            1,
        ),
        (ITALIAN, "windows-1252", "", "utf-8", "windows-1252", 1),
        (ITALIAN, "windows-1252", "", "iso-8859-1", "windows-1252", 0),
        (
            ITALIAN,
            "windows-1252",
            "x-user-defined",
            "",
            "windows-1252",
            0,
        ),
        (
            "“Città” – 5 €",
            "windows-1252",
            "iso-8859-1",
            "",
            "windows-1252",
            0,
        ),
        (
            "Città 5 €",
            "iso-8859-15",
            "",
            "iso-8859-15",
            "ISO-8859-15",
            0,
        ),
        (CZECH, "iso-8859-2", "", "iso-8859-2", "ISO-8859-2", 0),
        (CZECH, "windows-1250", "", "windows-1250", "windows-1250", 0),
        (CZECH, "utf-8", "", "windows-1250", "UTF-8", 1),
        (RUSSIAN, "koi8-r", "koi8-r", "windows-1251", "KOI8-R", 0),
        (RUSSIAN, "koi8-r", "koi8-r", "utf-8", "KOI8-R", 0),
        (
            RUSSIAN,
            "windows-1251",
            "",
            "windows-1251",
            "windows-1251",
            0,
        ),
        (
            RUSSIAN,
            "windows-1251",
            "utf-8",
            "windows-1251",
            "windows-1251",
            1,
        ),
        (
            RUSSIAN,
            "windows-1251",
            "iso-8859-1",
            "windows-1251",
            "windows-1251",
            1,
        ),
        (RUSSIAN, "utf-8", "windows-1251", "", "UTF-8", 1),
        (JAPANESE, "shift_jis", "", "shift_jis", "Shift_JIS", 0),
        (JAPANESE, "euc-jp", "", "euc-jp", "EUC-JP", 0),
        (JAPANESE, "iso-2022-jp", "", "iso-2022-jp", "ISO-2022-JP", 0),
        (JAPANESE, "utf-8", "", "shift_jis", "UTF-8", 1),
        (CHINESE, "gb18030", "", "gb18030", "gb18030", 0),
        (CHINESE, "utf-8", "", "gb2312", "UTF-8", 1),
        ("太空總署今天發布新消息", "big5", "", "big5", "Big5", 0),
    ];
    for (text, real, header, declared, wanted, warnings) in rows {
        let header = (!header.is_empty()).then(|| format!("text/html; Charset = \"{header}\""));
        for markup in [Markup::Html, Markup::Xml] {
            let head = match (declared, markup) {
                ("", _) => "<p>".to_owned(),
                (label, Markup::Xml) => format!("<?xml version='1.0' encoding='{label}'?><p>"),
                (label, _) => format!(
                    "<head><meta http-equiv=Content-Type content='text/html; charset={label}'><p>"
                ),
            };
            let body = [head.as_bytes(), &encoded(real, text)].concat();
            let read = decode(&body, header.as_deref().or(Some("text/xml")), markup);
            let told = format!(
                "{real} {header:?} {declared} {markup:?} {:?}",
                read.warnings
            );
            assert_eq!(read.text, format!("{head}{text}"), "{told}");
            assert_eq!(
                (read.encoding, read.warnings.len()),
                (wanted, warnings),
                "{told}"
            );
        }
    }
}

#[test]
fn marks_are_believed_as_far_as_the_bytes_are_what_they_say() {
    let text = "<p>Perché è così";
    let big = |text: &str| -> Vec<u8> {
        text.chars()
            .flat_map(|c| (c as u32).to_be_bytes())
            .collect()
    };
    let little = |text: &str| -> Vec<u8> {
        text.chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect()
    };
    let mark = b"\xEF\xBB\xBF".as_slice();
    let rows: [(Vec<u8>, &str); 7] = [
        ([mark, text.as_bytes()].concat(), "UTF-8"),
        ([mark, mark, text.as_bytes()].concat(), "UTF-8"),
        (
            [mark, &encoded("windows-1252", text)].concat(),
            "windows-1252",
        ),
        (
            utf16(&format!("\u{FEFF}{text}"), u16::to_be_bytes),
            "UTF-16BE",
        ),
        (
            utf16(&format!("\u{FEFF}\u{FEFF}{text}"), u16::to_le_bytes),
            "UTF-16LE",
        ),
        (big(&format!("\u{FEFF}{text}")), "UTF-32"),
        (little(&format!("\u{FEFF}{text}")), "UTF-32"),
    ];
    for (body, encoding) in rows {
        let read = decode(&body, Some("text/html"), Markup::Html);
        assert_eq!((read.text.as_str(), read.encoding), (text, encoding));
    }
}

#[test]
fn broken_bytes_in_utf8_cost_only_themselves() {
    let good = "già così più là perché “sì” e “no”";
    let rows: [(&[u8], &str); 5] = [
        (b"universit\xE0", "università"),
        (b"\x93tra virgolette\x94", "“tra virgolette”"),
        (b"cut \xE2\x80", "cut \u{FFFD}"),
        (b"cut \xC3", "cut \u{FFFD}"),
        (b"never \xFF\xFE", "never \u{FFFD}\u{FFFD}"),
    ];
    for (stray, wanted) in rows {
        let body = [good.as_bytes(), b" ", stray, b" ", good.as_bytes()].concat();
        for header in [
            None,
            Some("text/html; charset=utf-8"),
            Some("text/html; charset=latin1"),
        ] {
            let read = decode(&body, header, Markup::Html);
            assert_eq!(read.text, format!("{good} {wanted} {good}"));
            assert!(
                read.warnings.iter().any(|text| text.contains("not UTF-8")),
                "{:?}",
                read.warnings
            );
        }
    }
}

#[test]
fn a_few_stray_bytes_are_no_reason_to_change_the_alphabet() {
    for bytes in [
        &b"<rss><title>Item \xff\xfe3</title>"[..],
        b"<rss><title>Citt\xe0 e universit\xe0</title>",
    ] {
        let decoded = decode(bytes, None, Markup::Xml);
        assert!(
            decoded.text.chars().all(|c| c < '\u{400}'),
            "{}",
            decoded.text
        );
    }
}
