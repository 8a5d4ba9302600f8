//! Raw items → items in our own terms. The only place where "can this be used?" is asked.

pub mod article;
mod dates;
mod html;
mod title;
pub mod url;

use ::url::Url;
use chrono::{DateTime, Utc};

use crate::config::{Follow, Source};
use crate::date;
use crate::extract::Extracted;
use crate::extract::text::{plain, squash};
use crate::language::{self, Language};
use crate::model::{Alternate, DateText, Enclosure, Item, RawItem};

/// The most characters of a title that are kept.
const TITLE: usize = 1_000;
/// The length of a teaser made from the text, in characters.
pub const TEASER: usize = 300;
/// The most characters of a teaser that are kept.
const SUMMARY: usize = 10_000;
/// The most bytes of an item's content that are kept.
const CONTENT: usize = 500_000;
/// The most authors, categories or enclosures that are kept.
const LIST: usize = 30;

/// What of a page can be used.
#[derive(Debug, Clone, Default)]
pub struct Normalized {
    /// Its items, in the page's order. One without a title has it from its article.
    pub items: Vec<Item>,
    /// Items with neither a title nor a text, and no article that would tell: shown to people, never stored.
    pub unusable: Vec<Item>,
    /// Why items can't be used, and what was odd about links and dates; a sentence each.
    pub warnings: Vec<String>,
}

impl AsRef<[Item]> for Normalized {
    fn as_ref(&self) -> &[Item] {
        &self.items
    }
}

/// Gives every raw item the form that we compare and publish, or says why it can't be used.
#[must_use]
pub fn normalize(
    extracted: &Extracted,
    source: &Source,
    page: &Url,
    now: DateTime<Utc>,
) -> Normalized {
    let desk = Desk {
        source,
        page,
        language: extracted.language.as_deref().and_then(Language::parse),
        rights: source
            .rights
            .as_deref()
            .or(extracted.rights.as_deref())
            .map(plain),
        reader: dates::Reader::new(source, extracted.order.as_ref(), now),
    };
    let follows = source.follows(extracted.kind) != Follow::Never;
    let mut warnings = Vec::new();
    let raw = extracted.items.iter().enumerate();
    let all = raw
        .map(|(position, raw)| desk.item(raw, position, &mut warnings))
        .collect::<Vec<_>>();
    let (mut items, unusable) = all
        .into_iter()
        .partition::<Vec<_>, _>(|item| !item.title.is_empty() || follows && item.url.is_some());
    for item in &unusable {
        warnings.push(format!(
            "item {}: it has neither a title nor a text",
            item.position + 1
        ));
    }
    url::part(&mut items, page);
    squeeze(&mut warnings);
    Normalized {
        items,
        unusable,
        warnings,
    }
}

/// What all items of a page have in common.
struct Desk<'a> {
    source: &'a Source,
    page: &'a Url,
    /// The language that the page declares.
    language: Option<Language>,
    /// The notice for items that have none of their own.
    rights: Option<String>,
    reader: dates::Reader<'a>,
}

impl Desk<'_> {
    /// An item in our terms; without a title where it has no words at all.
    fn item(&self, raw: &RawItem, position: usize, warnings: &mut Vec<String>) -> Item {
        let base = raw.base.as_ref().unwrap_or(self.page);
        let link = raw.link.as_deref().and_then(|written| {
            let told = |why| {
                warnings.push(format!(
                    "item {}: its link cannot be used: {why}",
                    position + 1
                ))
            };
            url::published(written, base).map_err(told).ok()
        });
        let summary = raw
            .summary
            .as_deref()
            .map(title::without_more)
            .unwrap_or_default();
        let html = raw.html.as_deref().filter(|html| html.len() <= CONTENT);
        let html = html.map(|html| html::safe(html, base)).unwrap_or_default();
        let title = raw
            .title
            .as_deref()
            .map(title::clean)
            .filter(|title| !title.is_empty());
        // Notes and statuses have no title: their first words stand for it.
        let first_words = || {
            let text = if summary.is_empty() {
                plain(&html)
            } else {
                summary.clone()
            };
            shorten(&text, 80)
        };
        let title = title.unwrap_or_else(first_words);
        let read = |texts: &[DateText], link, warnings: &mut Vec<String>| {
            self.reader
                .read(texts, link, self.language.as_ref(), position, warnings)
        };
        let published = read(&raw.published, link.as_ref(), warnings);
        let updated = raw
            .updated
            .as_ref()
            .and_then(|text| read(std::slice::from_ref(text), None, &mut Vec::new()));
        let enclosures = raw.enclosures.iter().filter_map(|enclosure| {
            let url = url::resolved(&enclosure.url, base).ok()?;
            Some(Enclosure {
                url: url.into(),
                ..enclosure.clone()
            })
        });
        let rights = raw
            .rights
            .as_deref()
            .map(plain)
            .filter(|text| !text.is_empty());
        Item {
            source: self.source.id.clone(),
            position,
            guid: raw
                .guid
                .as_deref()
                .map(squash)
                .filter(|guid| !guid.is_empty()),
            title: shorten(&title, TITLE),
            published,
            updated: updated.map(|dated| dated.at.to_utc()),
            language: language_of(
                raw.language.as_deref(),
                &title,
                &summary,
                self.language.as_ref(),
                self.source,
            ),
            summary: shorten(&summary, SUMMARY),
            html,
            image: raw
                .image
                .as_deref()
                .and_then(|image| url::published(image, base).ok()),
            authors: texts(&raw.authors),
            categories: texts(&raw.categories),
            enclosures: enclosures.take(LIST).collect(),
            url: link,
            rights: rights.or_else(|| self.rights.clone()),
            alternates: alternates(&raw.alternates),
            sighted: None,
        }
    }
}

/// The language of an item: what it declares, what its text shows, what the page declares, the source's first.
fn language_of(
    own: Option<&str>,
    title: &str,
    summary: &str,
    page: Option<&Language>,
    source: &Source,
) -> Language {
    let allowed = &source.languages;
    if let [one] = allowed.as_slice() {
        return one.clone();
    }
    let allow = |language: Language| {
        (allowed.is_empty() || allowed.contains(&language)).then_some(language)
    };
    own.and_then(Language::parse)
        .and_then(allow)
        .or_else(|| language::detect(&format!("{title} {summary}"), allowed))
        .or_else(|| page.cloned().and_then(allow))
        .or_else(|| allowed.first().cloned())
        .unwrap_or_else(Language::undetermined)
}

/// Where an item stands in other languages: addresses of the web, one for each language.
fn alternates(told: &[(String, String)]) -> Vec<Alternate> {
    let mut out: Vec<Alternate> = Vec::new();
    for (tag, address) in told {
        let (Some(language), Ok(url)) = (Language::parse(tag), Url::parse(address)) else {
            continue;
        };
        let web = matches!(url.scheme(), "http" | "https");
        let new = out.iter().all(|other| other.language != language);
        if web && new && out.len() < LIST {
            out.push(Alternate { language, url });
        }
    }
    out
}

fn texts(list: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for text in list.iter().map(|text| shorten(&plain(text), 200)) {
        if !text.is_empty() && !out.contains(&text) && out.len() < LIST {
            out.push(text);
        }
    }
    out
}

/// A text of at most so many characters, cut at a word and marked with an ellipsis.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let word = cut
        .rfind(' ')
        .filter(|at| *at > end / 2)
        .map_or(cut, |at| &cut[..at]);
    format!(
        "{}…",
        word.trim_end_matches([' ', ',', ';', ':', '.', '–', '-'])
    )
}

/// What stands for a teaser: the source's own, else the beginning of the text.
#[must_use]
pub fn teaser(summary: &str, html: &str) -> String {
    if summary.is_empty() {
        shorten(&plain(html), TEASER)
    } else {
        summary.to_owned()
    }
}

/// Many warnings of one kind become one with a count.
fn squeeze(warnings: &mut Vec<String>) {
    const MOST: usize = 20;
    if warnings.len() > MOST {
        let more = warnings.len() - MOST;
        warnings.truncate(MOST);
        warnings.push(format!("and {more} more"));
    }
}

/// The date context of a source: how its dates are written and where.
#[must_use]
pub fn date_context<'a>(source: &'a Source, now: DateTime<Utc>) -> date::Context<'a> {
    date::Context {
        languages: &source.languages,
        timezone: source.dates.timezone.unwrap_or(source.timezone),
        now,
        format: source.dates.format.as_deref(),
        order: None,
    }
}
