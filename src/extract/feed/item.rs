//! From an item's or a channel's elements to what they say, in the words of all dialects of RSS and Atom.

use url::Url;

use crate::model::{DateText, Enclosure, Place, RawItem};

use super::element::{Element, trimmed};
use super::lenient::Scoped;
use super::vocabulary::is_textual;

/// Where items say when they were published, best first.
const PUBLISHED: &[&str] = &[
    "pubDate",
    "published",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "dcterms:date",
    "atom:published",
];

/// Where items say when they were changed, best first.
const UPDATED: &[&str] = &["updated", "dcterms:modified", "atom:updated"];

/// What an item says.
pub(super) fn item(scoped: &Scoped) -> RawItem {
    let Scoped {
        element,
        base,
        language,
    } = scoped;
    let updated = dates(element, UPDATED).into_iter().next();
    let updated = updated.or_else(|| Some(date(element.attribute("lastmod")?)));
    let mut published = dates(element, PUBLISHED);
    if published.is_empty() {
        published.extend(updated.clone());
    }
    RawItem {
        guid: guid(element),
        title: title(element),
        link: link(element, base, language.as_deref()).or_else(|| permalink(element, base)),
        base: Some(content_base(element, base)),
        published,
        updated,
        summary: summary(element),
        html: content(element),
        image: image(element, base),
        authors: authors(element),
        categories: categories(element),
        enclosures: enclosures(element, base),
        language: element.text_of("dc:language").or_else(|| language.clone()),
        rights: rights(element),
        alternates: alternates(element, base),
    }
}

/// A title, the item's own before that of its media.
pub(super) fn title(element: &Element) -> Option<String> {
    let own = element
        .named("title")
        .find_map(|title| match title.attribute("type") {
            Some("xhtml") => title.markup(),
            _ if title.has_children() => title.markup(),
            _ => title.text(),
        });
    own.or_else(|| {
        ["dc:title", "dcterms:title", "atom:title", "media:title"]
            .iter()
            .find_map(|name| element.text_of(name))
    })
}

/// The address of the item's or the channel's page, absolute; of several in Atom, that of the page in `language`.
pub(super) fn link(element: &Element, base: &Url, language: Option<&str>) -> Option<String> {
    let resolved = |link: &Element, address: &str| absolute(address, &link.base(base));
    let is_page = |link: &Element| {
        let is_html = link
            .attribute("type")
            .is_none_or(|media_type| media_type.contains("html"));
        is_html && is_alternate(link)
    };
    // RSS has the address as text. Of several the last counts, as with other readers.
    let mut in_text = None;
    for link in element.named("link") {
        let own = link.text().is_some();
        let address = link
            .text()
            .or_else(|| Some(link.attribute("href").filter(|_| is_page(link))?.to_owned()));
        if own || in_text.is_some() {
            in_text = address.map(|address| resolved(link, &address)).or(in_text);
        }
    }
    let atom = |wanted: &dyn Fn(&Element) -> bool| {
        ["link", "atom:link"]
            .iter()
            .flat_map(|name| element.named(name))
            .find_map(|link| {
                Some(resolved(
                    link,
                    link.attribute("href").filter(|_| wanted(link))?,
                ))
            })
    };
    let in_language = |link: &Element| {
        let same = |told: &str| language.is_some_and(|own| primary(told) == primary(own));
        is_page(link) && link.attribute("hreflang").is_some_and(same)
    };
    in_text
        .or_else(|| atom(&in_language))
        .or_else(|| atom(&is_page))
        .or_else(|| atom(&is_alternate))
        .or_else(|| {
            let content = element
                .named("content")
                .find(|content| content.attribute("src").is_some())?;
            Some(resolved(content, content.attribute("src")?))
        })
        .or_else(|| of_cdf(element, base))
}

fn is_alternate(link: &Element) -> bool {
    link.attribute("rel")
        .is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"))
}

/// Where the item stands in other languages: links that name theirs.
fn alternates(element: &Element, base: &Url) -> Vec<(String, String)> {
    ["link", "atom:link"]
        .iter()
        .flat_map(|name| element.named(name))
        .filter(|link| is_alternate(link))
        .filter_map(|link| {
            let address = absolute(link.attribute("href")?, &link.base(base));
            Some((link.attribute("hreflang")?.to_owned(), address))
        })
        .collect()
}

/// The address of an item or a channel in CDF: an attribute of its own or of an anchor within.
fn of_cdf(element: &Element, base: &Url) -> Option<String> {
    let anchor = || {
        element
            .named("a")
            .find_map(|anchor| anchor.attribute("href"))
    };
    let address = element.attribute("href").or_else(anchor)?;
    Some(absolute(address, base))
}

/// The primary subtag of a language tag, lower case (RFC 5646 §2.1).
fn primary(tag: &str) -> String {
    let end = tag.find(['-', '_']).unwrap_or(tag.len());
    tag.get(..end).unwrap_or(tag).to_ascii_lowercase()
}

/// The notice of who holds the rights.
pub(super) fn rights(element: &Element) -> Option<String> {
    [
        "rights",
        "copyright",
        "dc:rights",
        "dcterms:rights",
        "atom:rights",
        "media:copyright",
    ]
    .iter()
    .find_map(|name| element.text_of(name))
}

/// The names of those who wrote, by whatever element says it first.
pub(super) fn authors(element: &Element) -> Vec<String> {
    for name in [
        "author",
        "dc:creator",
        "dcterms:creator",
        "atom:author",
        "itunes:author",
    ] {
        let mut names: Vec<String> = Vec::new();
        for person in element.named(name) {
            let said = person.text_of("name").or_else(|| {
                if person.has_children() {
                    None
                } else {
                    person.text()
                }
            });
            names.extend(
                said.as_deref()
                    .and_then(person_name)
                    .filter(|name| !names.contains(name)),
            );
        }
        if !names.is_empty() {
            return names;
        }
    }
    Vec::new()
}

/// The name in `Name`, `mail (Name)` or `Name <mail>`; nothing if there is only an address.
pub(super) fn person_name(text: &str) -> Option<String> {
    let is_address = |word: &str| word.contains('@') && !word.contains(char::is_whitespace);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = match text.split_once(" (") {
        Some((mail, name)) if is_address(mail) => name.strip_suffix(')').unwrap_or(name),
        Some((name, mail)) if is_address(mail) => name,
        _ => match text.split_once('<') {
            Some((name, mail)) if is_address(mail) => name,
            _ => &text,
        },
    };
    trimmed(name.trim_matches('"')).filter(|name| !is_address(name))
}

/// An address made absolute, or as it is if it can't be.
pub(super) fn absolute(address: &str, base: &Url) -> String {
    // White space within comes of addresses broken over lines, which browsers mend in the same way.
    base.join(address.trim())
        .map_or_else(|_| address.trim().to_owned(), String::from)
}

fn guid(element: &Element) -> Option<String> {
    let said = ["guid", "id", "atom:id"]
        .iter()
        .find_map(|name| element.text_of(name));
    said.or_else(|| element.attribute("rdf:about").map(str::to_owned))
        .or_else(|| element.text_of("dc:identifier"))
}

/// The guid, if it is an address: in RSS unless it denies that, elsewhere as a last resort.
fn permalink(element: &Element, base: &Url) -> Option<String> {
    let denies = |guid: &Element| {
        guid.attribute("ispermalink")
            .is_some_and(|is| is.eq_ignore_ascii_case("false"))
    };
    let said = guid(element).filter(|said| Url::parse(said).is_ok())?;
    (!element.named("guid").any(denies)).then(|| absolute(&said, base))
}

fn dates(element: &Element, names: &[&str]) -> Vec<DateText> {
    let mut dates: Vec<DateText> = Vec::new();
    for text in names.iter().filter_map(|name| element.text_of(name)) {
        let new = date(&text);
        if dates.iter().all(|date| date.text != new.text) {
            dates.push(new);
        }
    }
    dates
}

fn date(text: &str) -> DateText {
    DateText {
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        place: Place::Feed,
        machine: true,
    }
}

fn summary(element: &Element) -> Option<String> {
    [
        "description",
        "summary",
        "dc:description",
        "dcterms:abstract",
        "dcterms:description",
        "atom:summary",
        "itunes:summary",
        "media:description",
        "abstract",
    ]
    .iter()
    .find_map(|name| element.named(name).find_map(Element::markup))
    .or_else(|| {
        element
            .named("media:group")
            .find_map(|group| group.text_of("media:description"))
    })
}

/// The full text as HTML; plain text is escaped.
fn content(element: &Element) -> Option<String> {
    let atom = element
        .named("content")
        .chain(element.named("atom:content"))
        .find_map(|content| match content.attribute("type") {
            Some(media_type) if !is_textual(media_type) => None,
            Some("text") if !content.has_children() => content
                .text()
                .map(|text| html_escape::encode_text(&text).into_owned()),
            _ => content.markup(),
        });
    let others = || {
        ["content:encoded", "body", "fullitem"]
            .iter()
            .find_map(|name| element.named(name).find_map(Element::markup))
    };
    atom.or_else(others)
}

fn content_base(element: &Element, base: &Url) -> Url {
    ["content", "summary", "description"]
        .iter()
        .flat_map(|name| element.named(name))
        .find(|child| child.attribute("xml:base").is_some())
        .map_or_else(|| base.clone(), |child| child.base(base))
}

/// The lead image: the media's, the podcast's, or an enclosed one.
fn image(element: &Element, base: &Url) -> Option<String> {
    let media = element
        .children()
        .chain(element.named("media:group").flat_map(Element::children))
        .chain(element.named("media:content").flat_map(Element::children));
    let shows = |child: &Element| {
        let says = |name: &str, word: &str| {
            child
                .attribute(name)
                .is_some_and(|value| value.starts_with(word))
        };
        match child.name.as_str() {
            "media:thumbnail" => true,
            "media:content" | "enclosure" => says("medium", "image") || says("type", "image/"),
            _ => false,
        }
    };
    let found = media
        .filter(|child| shows(child))
        .find_map(|child| child.attribute("url"));
    found
        .or_else(|| {
            element
                .named("itunes:image")
                .find_map(|image| image.attribute("href"))
        })
        .map(|address| absolute(address, base))
}

fn categories(element: &Element) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for child in element.children().filter(|child| {
        matches!(
            child.name.as_str(),
            "category" | "dc:subject" | "dcterms:subject"
        )
    }) {
        let label = ["label", "term"]
            .iter()
            .find_map(|name| child.attribute(name))
            .map(str::to_owned);
        let category = label.or_else(|| child.text());
        categories.extend(category.filter(|category| !categories.contains(category)));
    }
    categories
}

fn enclosures(element: &Element, base: &Url) -> Vec<Enclosure> {
    let of_rss = element.named("enclosure").filter_map(|enclosure| {
        Some((
            enclosure,
            enclosure
                .attribute("url")
                .or_else(|| enclosure.attribute("href"))?,
        ))
    });
    let of_atom = ["link", "atom:link"]
        .into_iter()
        .flat_map(|name| element.named(name))
        .filter(|link| link.attribute("rel") == Some("enclosure"))
        .filter_map(|link| Some((link, link.attribute("href")?)));
    of_rss
        .chain(of_atom)
        .map(|(enclosure, address)| Enclosure {
            url: absolute(address, &enclosure.base(base)),
            media_type: enclosure.attribute("type").unwrap_or_default().to_owned(),
            length: enclosure
                .attribute("length")
                .and_then(|length| length.parse().ok()),
        })
        .collect()
}
