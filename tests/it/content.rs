//! What a published feed must never contain, whatever a source says: it is made of anything, normalised, rendered in every
//! format and read again by other parsers.

use std::fs;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use rassegna::config::{self, Config, Content};
use rassegna::extract::Extracted;
use rassegna::model::{Enclosure, Item, Kind, Precision, RawItem, Story, Told};
use rassegna::normalize::{normalize, teaser};
use rassegna::render::{self, History};
use scraper::{Html, Node};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

/// Elements that content may have.
const ELEMENTS: &str = " a abbr b blockquote br caption cite code dd del dfn dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i \
    img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul \
    var wbr ";
/// Attributes that they may have.
const ATTRIBUTES: &str = " lang dir title a@href a@hreflang a@rel img@src img@alt img@width img@height ol@start td@colspan \
    td@rowspan th@colspan th@rowspan th@scope time@datetime ";
/// The largest document that readers take.
const DOCUMENT: usize = 5_000_000;

/// Names of which hostile elements are made.
const NAMES: &[&str] = &[
    "a",
    "b",
    "p",
    "div",
    "span",
    "h2",
    "ul",
    "li",
    "dl",
    "dd",
    "table",
    "tr",
    "td",
    "caption",
    "pre",
    "br",
    "img",
    "ruby",
    "rt",
    "script",
    "style",
    "svg",
    "math",
    "mtext",
    "mglyph",
    "foreignObject",
    "annotation-xml",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "select",
    "option",
    "textarea",
    "title",
    "plaintext",
    "xmp",
    "base",
    "meta",
    "link",
    "body",
    "html",
    "head",
    "frameset",
    "marquee",
    "applet",
    "details",
    "font",
    "nobr",
    "video",
    "x-y",
    "image",
];
/// Attributes.
const KEYS: &[&str] = &[
    "href",
    "src",
    "srcset",
    "data-src",
    "data-srcset",
    "width",
    "height",
    "style",
    "id",
    "name",
    "onclick",
    "onerror",
    "title",
    "alt",
    "lang",
    "dir",
    "hidden",
    "srcdoc",
    "formaction",
    "xlink:href",
    "cite",
    "datetime",
    "rel",
    "target",
    "/",
    "=",
    "\"",
];
/// Their values, and what else is said.
const VALUES: &[&str] = &[
    "1",
    "0",
    "x.jpg",
    "//evil.example/x",
    "https://evil.example/x y",
    "https://me:secret@evil.example/",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "mailto:a@b.example?subject=\"><b>",
    "blob:x",
    "http://[::1",
    "</title><script>",
    "--><img src=x onerror=alert(1)>",
    "&quot;><script>",
    "&#1;&#x202e;",
    "&NewLine;",
    "x\u{202e}y",
    "a\0b",
    "\u{fffe}\u{85}\u{9f}",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "--!>",
    "<!DOCTYPE x [",
    "<?x ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;b&amp;gt;",
    "&#60;i&#62;",
    "<<b>i>",
    "\n\n",
    "\u{a0}",
    "\u{2028}",
    "Prima luce, ",
    "R&D ",
    "'",
    "\"",
    "`",
    "<",
    ">",
    "&",
    "=",
];

fn hostile() -> impl Strategy<Value = String> {
    let value = || {
        prop_oneof![
            prop::sample::select(VALUES).prop_map(str::to_owned),
            "\\PC{0,6}"
        ]
    };
    let attribute =
        (prop::sample::select(KEYS), 0..4_usize, value()).prop_map(|(key, quote, value)| {
            let quote = ["\"", "'", "", "`"][quote];
            format!(" {key}={quote}{value}{quote}")
        });
    let name = || prop::sample::select(NAMES);
    let tag = (
        name(),
        prop::collection::vec(attribute, 0..3),
        any::<bool>(),
    )
        .prop_map(|(name, attributes, whole)| {
            format!(
                "<{name}{}{}",
                attributes.concat(),
                if whole { ">" } else { "" }
            )
        });
    let piece = prop_oneof![
        4 => tag,
        2 => name().prop_map(|name| format!("</{name}>")),
        3 => value(),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rassegna.toml");
    let text = "site = { title = \"Prova\", url = \"https://rassegna.example/\", languages = [\"it\"] }\n\
                publish = { content = \"full\" }\n[source.a]\nurl = \"https://agenzia.example/notizie/\"\n";
    fs::write(&file, text).unwrap();
    config::load(&file).unwrap()
});

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_757_500_000, 0).unwrap()
}

fn normalized(raw: RawItem) -> Option<Item> {
    let extracted = Extracted {
        kind: Kind::Feed,
        title: None,
        language: None,
        rights: None,
        items: vec![raw],
        fields: Vec::new(),
        warnings: Vec::new(),
        partial: false,
        announced: Vec::new(),
        parts: Vec::new(),
        next: None,
        pace: Default::default(),
        order: None,
    };
    let source = &CONFIG.sources[0];
    normalize(&extracted, source, &source.url, now())
        .items
        .pop()
}

/// The item as a story that its source alone tells.
fn story(item: Item, source_title: String) -> Story {
    Story {
        entry: Uuid::from_u128(7),
        language: item.language,
        published: now().with_timezone(&Tz::Europe__Rome),
        precision: Precision::Minute,
        updated: now(),
        tellings: vec![Told {
            source: item.source,
            source_title,
            source_url: "https://agenzia.example/notizie/".into(),
            priority: 0,
            url: item.url.map(String::from),
            title: item.title,
            summary: teaser(&item.summary, &item.html),
            html: item.html,
            image: item.image.map(String::from),
            authors: item.authors,
            categories: item.categories,
            enclosures: item.enclosures,
            rights: item.rights,
        }],
        translations: Vec::new(),
    }
}

/// Characters that deceive or may not be.
fn legible(text: &str) {
    let bad = |c: &char| {
        let code = u32::from(*c);
        c.is_control() && !matches!(c, '\t' | '\n')
            || matches!(code, 0x202a..=0x202e | 0x2066..=0x2069 | 0xfdd0..=0xfdef)
            || code & 0xfffe == 0xfffe
    };
    assert_eq!(text.chars().find(bad), None, "{text:?}");
}

/// A text that no reader can take for markup.
fn plain(text: &str) {
    legible(text);
    let tag = text.match_indices('<').any(|(at, _)| {
        let rest = &text[at + 1..];
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
            && rest.contains('>')
    });
    assert!(!tag, "{text:?}");
}

fn web(address: &str) {
    let url = Url::parse(address).unwrap_or_else(|why| panic!("{address:?}: {why}"));
    assert!(matches!(url.scheme(), "http" | "https"), "{address:?}");
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{address:?}"
    );
    legible(address);
}

/// A piece of HTML: it parses as it is written, and has nothing but what may be there.
fn fragment(html: &str) {
    legible(html);
    let parsed = Html::parse_fragment(html);
    assert_eq!(parsed.root_element().inner_html(), html);
    for node in parsed.root_element().descendants().skip(1) {
        let element = match node.value() {
            Node::Element(element) => element,
            Node::Text(_) => continue,
            other => panic!("{other:?} in {html:?}"),
        };
        let name = element.name();
        assert!(
            ELEMENTS.contains(&format!(" {name} ")),
            "<{name}> in {html:?}"
        );
        for (key, value) in element.attrs() {
            let known = [format!(" {key} "), format!(" {name}@{key} ")];
            assert!(
                known.iter().any(|known| ATTRIBUTES.contains(known)),
                "<{name} {key}> in {html:?}"
            );
            match key {
                "href" if value.starts_with("mailto:") => {}
                "href" | "src" => web(value),
                _ => legible(value),
            }
        }
        if name == "img" {
            assert!(element.attr("src").is_some(), "{html:?}");
            let size = |key| {
                element
                    .attr(key)
                    .is_some_and(|size| matches!(size, "0" | "1"))
            };
            assert!(!size("width") && !size("height"), "{html:?}");
        }
    }
}

/// The name of an element, its attributes, and its own text.
type Element = (String, Vec<(String, String)>, String);

/// The elements of an XML document, each with its attributes and its own text. There is nothing else in it.
fn elements(document: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(document);
    let (mut found, mut open) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        let empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = unescape(&attribute.value).unwrap();
                    (attribute.key.as_ref().to_owned(), value.into_owned())
                });
                let name = tag.name().as_ref().to_owned();
                found.push((name, attributes.collect(), String::new()));
                if !empty {
                    open.push(found.len() - 1);
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    found[*at].2.push_str(&text);
                }
            }
            Event::CData(text) => found[*open.last().unwrap()].2.push_str(&text),
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                let text = unescape(&reference).unwrap();
                found[*open.last().unwrap()].2.push_str(&text);
            }
            Event::Decl(_) => {}
            // The style sheet.
            Event::PI(_) if open.is_empty() => {}
            Event::Eof => return found,
            other => panic!("{other:?} in {document}"),
        }
    }
}

fn feed(document: &str) {
    assert!(document.len() < DOCUMENT);
    let all = elements(document);
    for (at, (name, attributes, text)) in all.iter().enumerate() {
        let html = attributes.contains(&("type".into(), "html".into()));
        match name.as_str() {
            "content:encoded" => fragment(text),
            "description" if at > 8 => fragment(text),
            "content" | "summary" if html => fragment(text),
            "link" if !text.is_empty() => web(text),
            "title" | "name" | "summary" | "rights" | "category" | "source" | "dc:creator"
            | "dc:rights" | "copyright" => plain(text),
            _ => legible(text),
        }
        for (key, value) in attributes {
            match key.as_str() {
                "href" | "url" | "domain" | "scheme" => web(value),
                "term" | "title" => plain(value),
                _ => legible(value),
            }
        }
    }
}

fn json_feed(value: &Value, key: &str) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| json_feed(value, key)),
        Value::Array(list) => list.iter().for_each(|value| json_feed(value, key)),
        Value::String(text) if key == "content_html" => fragment(text),
        Value::String(text) if key.contains("url") || key == "image" => web(text),
        Value::String(text)
            if matches!(key, "title" | "name" | "tags" | "summary" | "content_text") =>
        {
            plain(text)
        }
        Value::String(text) => legible(text),
        _ => {}
    }
}

/// Names of elements and attributes of a page, in the order of the alphabet.
fn shape(page: &str) -> Vec<String> {
    let parsed = Html::parse_document(page);
    let mut found = Vec::new();
    for node in parsed.tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                found.push(element.name().to_owned());
                found.extend(
                    element
                        .attrs()
                        .map(|(key, _)| format!("{}@{key}", element.name())),
                );
            }
            Node::Comment(comment) => panic!("{comment:?} in {page}"),
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

fn raw(say: impl Fn(usize) -> String) -> RawItem {
    let url = say(4);
    RawItem {
        guid: Some("1".into()),
        title: Some(say(0)),
        link: Some(say(1)),
        summary: Some(say(2)),
        html: Some(say(3)),
        image: Some(url.clone()),
        authors: vec![say(5)],
        categories: vec![say(6)],
        enclosures: vec![Enclosure {
            url,
            media_type: say(7),
            length: None,
        }],
        rights: Some(say(8)),
        alternates: vec![("en".into(), say(1))],
        ..RawItem::default()
    }
}

fn published(raw: RawItem, source_title: String) -> Option<[String; 4]> {
    let story = story(normalized(raw)?, source_title);
    let (feed, whole) = (&CONFIG.feeds[0], |_: &str| Content::Full);
    let document = render::compose(
        feed,
        &CONFIG.site,
        &CONFIG.publish,
        "x",
        whole,
        History::default(),
        &[story],
    );
    Some([
        render::rss::render(&document),
        render::atom::render(&document),
        render::json::render(&document),
        render::html::page(&document, &[]),
    ])
}

/// What the page of news has that say everything and nothing bad.
static CALM: LazyLock<Vec<String>> = LazyLock::new(|| {
    let said = [
        "Un titolo",
        "https://agenzia.example/1",
        "Un testo.",
        "<p>Un testo.</p>",
        "https://agenzia.example/1.jpg",
        "Anna",
        "Scienza",
        "image/jpeg",
        "Tutti i diritti",
    ];
    let [.., page] = published(raw(|place| said[place].into()), "Fonte".into()).unwrap();
    shape(&page)
});

/// `PROPTEST_CASES` tries more of them.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").map_or(256, |_| usual.cases),
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_a_source_says_feeds_and_pages_have_nothing_that_runs_loads_or_deceives(
        said in prop::collection::vec(hostile(), 9),
        base in prop::sample::select(&["", "https://agenzia.example/x#", "x?"][..]),
        source_title in hostile(),
    ) {
        let say = |place: usize| if matches!(place, 1 | 4) { format!("{base}{}", said[place]) } else { said[place].clone() };
        let Some([rss, atom, json, page]) = published(raw(say), source_title) else { return Ok(()) };
        feed(&rss);
        feed(&atom);
        json_feed(&serde_json::from_str(&json).unwrap(), "");
        legible(&page);
        let more: Vec<String> = shape(&page).into_iter().filter(|pair| !CALM.contains(pair)).collect();
        prop_assert_eq!(more, Vec::<String>::new(), "{}", page);
    }

    #[test]
    fn content_that_was_made_safe_is_not_changed_again(html in hostile()) {
        let raw = |html: String| RawItem { title: Some("Titolo".into()), html: Some(html), ..RawItem::default() };
        let once = normalized(raw(html)).unwrap().html;
        fragment(&once);
        let twice = normalized(raw(once.clone())).unwrap().html;
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn words_survive_whatever_stands_around_them(html in hostile(), tag in prop::sample::select(&["div", "p", "td", "b", "li", "x-y"][..])) {
        let html = format!("<p>Prima luce</p>{html}<{tag}>");
        let raw = RawItem { title: Some("Titolo".into()), html: Some(html), ..RawItem::default() };
        prop_assert!(normalized(raw).unwrap().html.starts_with("<p>Prima luce</p>"));
    }
}
