//! The last gate before the formats: a document with every text and address cleaned, and small enough.
//!
//! It drops and shortens, always the same for the same input; it never adds and never cuts markup.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::model::Enclosure;
use crate::render::text::{cut, line, named, web, xml_safe};
use crate::render::{Entry, FeedDocument, Sister, Telling};

/// The most bytes of a title.
const TITLE: usize = 1_000;
/// The most bytes of a summary, a description or a notice.
const SUMMARY: usize = 8_000;
/// The most bytes of a name: an author, a category, a source.
const NAME: usize = 300;
/// The most bytes of an entry's content; beyond, the summary stands alone, because cut markup is broken markup.
const CONTENT: usize = 250_000;
/// The most authors, categories, enclosures and tellings of an entry.
const MANY: usize = 50;
/// The most bytes of a document, escaping included. Validators and readers refuse at 5 MB.
const DOCUMENT: usize = 4_500_000;
/// What the markup around an entry takes at most, in bytes, and around each name or address in it.
const FRAME: usize = 2_000;
const MARKUP: usize = 120;

/// The document as it may be published: see the constants above for what is cut.
#[must_use]
pub(super) fn publishable(document: &FeedDocument) -> FeedDocument {
    let page = document.address("");
    let mut entries = document
        .entries
        .iter()
        .map(|entry| clean_entry(entry, &page))
        .collect();
    fit(&mut entries);
    FeedDocument {
        name: document.name.clone(),
        id: document.id,
        title: named(&document.title, TITLE, &document.name),
        description: line(&document.description, SUMMARY),
        language: document.language.clone(),
        site: document.site.clone(),
        site_title: named(&document.site_title, TITLE, &document.name),
        updated: if entries.is_empty() {
            never(&document.updated.timezone())
        } else {
            document.updated
        },
        index: document.index,
        formats: document.formats.clone(),
        hub: document.hub.clone(),
        history: document.history,
        entries,
    }
}

/// What stands for the last change of a feed that never had an entry: validators take a date before 1990 for a
/// mistake, and a date of today would change with every day.
fn never(zone: &Tz) -> DateTime<Tz> {
    let noon = Utc
        .with_ymd_and_hms(2000, 1, 1, 12, 0, 0)
        .earliest()
        .unwrap_or_default();
    noon.with_timezone(zone)
}

fn clean_entry(entry: &Entry, page: &str) -> Entry {
    let sources: Vec<Telling> = entry
        .sources
        .iter()
        .take(MANY)
        .map(|telling| clean_telling(telling, page))
        .collect();
    let teller = sources.first().map_or("", |leading| leading.title.as_str());
    let mut authors = names(&entry.authors);
    if authors.is_empty() && !teller.is_empty() {
        authors.push(teller.to_owned());
    }
    // An item without an address of its own stands on the page that lists it.
    let listed = sources.first().map(|leading| leading.url.clone());
    let content = if entry.content.len() <= CONTENT {
        xml_safe(&entry.content).into_owned()
    } else {
        String::new()
    };
    Entry {
        id: entry.id,
        link: entry.link.as_deref().and_then(web).or(listed),
        title: named(
            &entry.title,
            TITLE,
            if teller.is_empty() { "…" } else { teller },
        ),
        summary: cut(xml_safe(&entry.summary).trim().to_owned(), SUMMARY),
        content,
        authors,
        categories: names(&entry.categories),
        image: entry.image.as_deref().and_then(web),
        enclosures: entry
            .enclosures
            .iter()
            .filter_map(clean_enclosure)
            .take(MANY)
            .collect(),
        language: entry.language.clone(),
        rights: entry
            .rights
            .as_ref()
            .map(|rights| line(rights, SUMMARY))
            .filter(|rights| !rights.is_empty()),
        published: entry.published,
        day_only: entry.day_only,
        updated: entry.updated,
        sources,
        translations: entry
            .translations
            .iter()
            .filter_map(clean_sister)
            .take(MANY)
            .collect(),
    }
}

fn clean_sister(sister: &Sister) -> Option<Sister> {
    Some(Sister {
        id: sister.id,
        language: sister.language.clone(),
        title: named(&sister.title, TITLE, sister.language.name()),
        link: web(&sister.link)?,
    })
}

fn clean_telling(telling: &Telling, page: &str) -> Telling {
    let link = telling.link.as_deref().and_then(web);
    // A source that is a file has no address to publish.
    let url = web(&telling.url)
        .or_else(|| link.clone())
        .unwrap_or_else(|| page.to_owned());
    Telling {
        id: telling.id.clone(),
        title: named(&telling.title, NAME, &telling.id),
        url,
        link,
        updated: telling.updated,
    }
}

fn clean_enclosure(enclosure: &Enclosure) -> Option<Enclosure> {
    let url = web(&enclosure.url)?;
    let declared = enclosure.media_type.trim().to_ascii_lowercase();
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    let valid = declared
        .split_once('/')
        .is_some_and(|(kind, name)| plain(kind) && plain(name));
    let media_type = if valid {
        declared
    } else {
        media_type(&url)
            .unwrap_or("application/octet-stream")
            .to_owned()
    };
    Some(Enclosure {
        url,
        media_type,
        length: enclosure.length,
    })
}

/// The media type that an address's ending suggests.
pub(super) fn media_type(address: &str) -> Option<&'static str> {
    let path = Url::parse(address).ok()?.path().to_ascii_lowercase();
    Some(match path.rsplit_once('.')?.1 {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "pdf" => "application/pdf",
        _ => return None,
    })
}

fn names(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .map(|text| line(text, NAME))
        .filter(|name| !name.trim().is_empty())
        .take(MANY)
        .collect()
}

/// Takes contents away from the oldest entries, then the oldest entries themselves, until all fits.
fn fit(entries: &mut Vec<Entry>) {
    let mut weight: usize = entries
        .iter()
        .map(|entry| frame_weight(entry) + text_weight(&entry.content))
        .sum();
    for entry in entries.iter_mut().rev() {
        if weight <= DOCUMENT {
            return;
        }
        weight -= text_weight(&entry.content);
        entry.content.clear();
    }
    while weight > DOCUMENT
        && let Some(oldest) = entries.pop()
    {
        weight -= frame_weight(&oldest);
    }
}

/// What an entry takes without its content.
fn frame_weight(entry: &Entry) -> usize {
    let addresses = entry
        .link
        .iter()
        .chain(&entry.image)
        .chain(entry.enclosures.iter().map(|enclosure| &enclosure.url));
    let tellings = entry.sources.iter().flat_map(|telling| {
        [&telling.title, &telling.url]
            .into_iter()
            .chain(&telling.link)
    });
    let sisters = entry
        .translations
        .iter()
        .flat_map(|sister| [&sister.title, &sister.link]);
    let texts = entry
        .authors
        .iter()
        .chain(&entry.categories)
        .chain(&entry.rights)
        .chain(addresses)
        .chain(tellings)
        .chain(sisters);
    // RSS names files and images as Media RSS too, and each category has its scheme.
    let again = entry
        .image
        .iter()
        .chain(entry.enclosures.iter().map(|enclosure| &enclosure.url));
    let again: usize = again
        .map(|address| 2 * (text_weight(address) + MARKUP))
        .sum();
    let scheme = entry
        .sources
        .first()
        .map_or(0, |leading| text_weight(&leading.url));
    let schemes = entry.categories.len() * (scheme + MARKUP);
    // The summary stands twice where it is the content as well, and without one the address does.
    let teaser = if entry.summary.is_empty() {
        entry.link.as_deref().unwrap_or_default()
    } else {
        &entry.summary
    };
    let body = text_weight(&entry.title) + 2 * text_weight(teaser);
    FRAME + body + again + schemes + texts.map(|text| text_weight(text) + MARKUP).sum::<usize>()
}

/// The bytes of a text once escaped, in the format that takes most for each character.
fn text_weight(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'&' | b'<' | b'>' | b'"' | b'\'' => 6,
            b'\n' | b'\t' | b'\\' => 2,
            _ => 1,
        })
        .sum()
}
