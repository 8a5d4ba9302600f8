//! Sitemaps of news: what has come in the last days, for search engines, with titles and times; and their indexes.
//!
//! See <https://www.sitemaps.org/protocol.html> and Google's `news:` names.

mod entries;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use thiserror::Error;
use url::Url;

use super::{Extracted, Instead, NoNews, charset, listing, newest, standing};
use crate::model::{DateText, Kind, Pace, Page, Place, RawItem};
use entries::{Entries, Entry};

/// How much of a body is looked at to tell what it is, in bytes.
const SNIFFED: usize = 4096;
/// The most bytes that are unpacked of a sitemap that is packed by itself, as many as a page may have by default.
const UNPACKED: u64 = 10 << 20;
/// The most parts of an index that are named.
const PARTS: usize = 3;

/// Why a sitemap gave nothing.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum NoSitemap {
    /// It is something else.
    #[error("a sitemap was expected, but the answer has neither <urlset> nor <sitemapindex>")]
    Other,
    /// It breaks off.
    #[error("the sitemap breaks off before its first entry is complete")]
    CutShort,
    /// It has addresses and says nothing of what is there.
    #[error(
        "the sitemap lists addresses and calls none of them news (`news:`); look for the site's sitemap of news, or say \
         `kind = \"sitemap\"`, and whatever has a `lastmod` is taken for news"
    )]
    NoNews,
    /// An index of nothing that can be asked for.
    #[error("the sitemap index names no sitemap of its own site")]
    NoParts,
}

/// Whether a body begins as a sitemap or an index of sitemaps.
pub(super) fn looks_like_one(body: &[u8], content_type: Option<&str>) -> bool {
    let body = unpacked(body, SNIFFED as u64).0;
    let head = body.get(..SNIFFED).unwrap_or(&body);
    let text = charset::decode(head, content_type, charset::Markup::Xml).text;
    matches!(root(&text), Some("urlset" | "sitemapindex"))
}

/// Reads a sitemap, or an index of sitemaps, whose items are in its parts. What it calls news may lack a title, for the
/// articles have one. A sitemap that calls nothing news is one of news where that was `told`: then those of its addresses
/// are that say when they changed.
pub(super) fn read(page: &Page, told: bool) -> Result<Extracted, NoNews> {
    let content_type = page.content_type.as_deref();
    let (body, mut cut) = unpacked(&page.body, UNPACKED);
    let decoded = charset::decode(&body, content_type, charset::Markup::Xml);
    let index = match root(&decoded.text) {
        Some("urlset") => false,
        Some("sitemapindex") => true,
        _ => {
            let blank = NoNews::Instead(Instead::Blank);
            let known = standing(page).filter(|why| *why != blank);
            return Err(known.unwrap_or(NoSitemap::Other.into()));
        }
    };
    let Entries { mut list, whole } = entries::read(&decoded.text);
    cut |= !whole;
    if list.is_empty() && cut {
        return Err(NoSitemap::CutShort.into());
    }
    let mut extracted = Extracted {
        kind: Kind::Sitemap,
        title: None,
        language: None,
        rights: None,
        items: Vec::new(),
        fields: Vec::new(),
        warnings: decoded.warnings,
        partial: cut,
        announced: Vec::new(),
        parts: Vec::new(),
        next: None,
        pace: Pace::default(),
        order: None,
    };
    if cut {
        let warning = "The sitemap breaks off; its complete entries were kept.";
        extracted.warnings.push(warning.to_owned());
    }
    if index {
        extracted.parts = parts(&list, &page.url);
        return match extracted.parts.is_empty() {
            true => Err(NoSitemap::NoParts.into()),
            false => Ok(extracted),
        };
    }
    let all = list.len();
    let news = list.iter().any(Entry::is_news);
    if news || !told {
        list.retain(Entry::is_news);
    } else {
        list.retain(|entry| entry.changed.is_some());
        list.sort_by(|one, other| other.changed.cmp(&one.changed));
    }
    if list.is_empty() && all > 0 {
        return Err(NoSitemap::NoNews.into());
    }
    if list.len() < all {
        let why = if news {
            "are not called news"
        } else {
            "have no `lastmod`"
        };
        extracted.warnings.push(format!(
            "{} of {all} addresses {why} and were left out",
            all - list.len()
        ));
    }
    extracted.title = list.iter().find_map(|entry| entry.publication.clone());
    extracted.items = list.into_iter().map(item).collect();
    bound(&mut extracted);
    extracted.fields = listing::rates(&extracted.items);
    Ok(extracted)
}

/// What an index and its parts say together: the newest items, each address once.
#[must_use]
pub fn join(index: Extracted, parts: Vec<(Url, Extracted)>) -> Extracted {
    let mut whole = Extracted {
        parts: Vec::new(),
        ..index
    };
    let mut seen = HashSet::new();
    for (url, part) in parts {
        whole.title = whole.title.or(part.title);
        whole.partial |= part.partial;
        whole.warnings.extend(part.warnings);
        let new = part.items.into_iter().filter(|item| {
            let link = item.link.clone();
            link.is_none_or(|link| seen.insert(link))
        });
        whole.items.extend(new.map(|item| RawItem {
            base: item.base.or_else(|| Some(url.clone())),
            ..item
        }));
    }
    bound(&mut whole);
    whole.fields = listing::rates(&whole.items);
    whole
}

/// Keeps the newest of too many items; their dates are written so that they sort as texts.
fn bound(extracted: &mut Extracted) {
    let date = |item: &RawItem| {
        let date = item.published.first().or(item.updated.as_ref());
        Some(date?.text.clone())
    };
    if newest::keep(&mut extracted.items, date) {
        extracted.warnings.push(newest::warning("sitemap"));
    }
}

fn item(entry: Entry) -> RawItem {
    let date = |text: String| DateText {
        text,
        place: Place::Feed,
        machine: true,
    };
    let keywords = entry.keywords.unwrap_or_default();
    let keywords = keywords.split(',').map(str::trim);
    RawItem {
        title: entry.title,
        link: entry.address,
        published: entry.published.map(date).into_iter().collect(),
        updated: entry.changed.map(date),
        image: entry.image,
        categories: keywords
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        language: entry.language,
        ..RawItem::default()
    }
}

/// Which parts of an index to ask for: of its own site, those first that are named for news, then the newest.
fn parts(list: &[Entry], index: &Url) -> Vec<Url> {
    let mut parts: Vec<(bool, Reverse<&str>, Url)> = Vec::new();
    for entry in list {
        let written = entry.address.as_deref().unwrap_or_default();
        let Ok(url) = index.join(written) else {
            continue;
        };
        let own = matches!(url.scheme(), "http" | "https") && host(&url) == host(index);
        if own && url != *index && parts.iter().all(|(.., other)| *other != url) {
            let news = url.path().to_ascii_lowercase().contains("news");
            let changed = entry.changed.as_deref().unwrap_or_default();
            parts.push((!news, Reverse(changed), url));
        }
    }
    parts.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    parts.into_iter().map(|(.., url)| url).take(PARTS).collect()
}

fn host(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host))
}

/// A body out of gzip, if it is in it: sitemaps are packed by themselves, as `.xml.gz`. At most so many bytes; the
/// flag tells that there would have been more.
fn unpacked(body: &[u8], most: u64) -> (Cow<'_, [u8]>, bool) {
    if !body.starts_with(&[0x1F, 0x8B]) {
        return (Cow::Borrowed(body), false);
    }
    let mut out = Vec::new();
    let broken = MultiGzDecoder::new(body)
        .take(most + 1)
        .read_to_end(&mut out)
        .is_err();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let longer = out.len() > most;
    out.truncate(most);
    (Cow::Owned(out), broken || longer)
}

/// The name of a document's root element, without prefix.
fn root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace());
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") || rest.starts_with("<!") => ">",
            _ => break,
        };
        let (_, after) = rest.split_once(end)?;
        rest = after.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    name.take(1).next()?.rsplit(':').next()
}
