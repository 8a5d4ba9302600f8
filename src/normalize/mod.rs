//! Raw items → items in our own terms. The only place where "can this be used?" is asked.

mod dates;
mod html;
mod title;
pub mod url;

use ::url::Url;
use chrono::{DateTime, Utc};

use crate::config::Source;
use crate::date;
use crate::extract::Extracted;
use crate::extract::text::{plain, squash};
use crate::language::{self, Language};
use crate::model::{Enclosure, Item, RawItem};

/// The most characters of a title that are kept.
const TITLE: usize = 1_000;
/// The most characters of a teaser that are kept.
const SUMMARY: usize = 10_000;
/// The most bytes of an item's content that are kept.
const CONTENT: usize = 500_000;
/// The most authors, categories or enclosures that are kept.
const LIST: usize = 30;

/// What of a page can be used.
#[derive(Debug, Clone, Default)]
pub struct Normalized {
    /// Its items, in the page's order.
    pub items: Vec<Item>,
    /// Why other items were left out, and what was odd about dates; a sentence each.
    pub warnings: Vec<String>,
}

/// Gives every raw item the form that we compare and publish, or says why it can't be used.
#[must_use]
pub fn normalize(
    extracted: Extracted,
    source: &Source,
    page: &Url,
    now: DateTime<Utc>,
) -> Normalized {
    let mut out = Normalized::default();
    let declared = extracted.language.as_deref().and_then(Language::parse);
    let reader = dates::Reader::new(source, now);
    for (position, raw) in extracted.items.into_iter().enumerate() {
        match one(
            raw,
            position,
            source,
            page,
            declared.as_ref(),
            &reader,
            &mut out.warnings,
        ) {
            Ok(mut item) => {
                item.rights = item
                    .rights
                    .or_else(|| source.rights.clone())
                    .or_else(|| extracted.rights.as_deref().map(plain));
                out.items.push(item);
            }
            Err(why) => out.warnings.push(format!("item {}: {why}", position + 1)),
        }
    }
    url::part(&mut out.items, page);
    squeeze(&mut out.warnings);
    out
}

fn one(
    raw: RawItem,
    position: usize,
    source: &Source,
    page: &Url,
    declared: Option<&Language>,
    reader: &dates::Reader<'_>,
    warnings: &mut Vec<String>,
) -> Result<Item, String> {
    let base = raw.base.as_ref().unwrap_or(page);
    let address = |written: &str| url::published(written, base);
    let link = match &raw.link {
        Some(written) => match address(written) {
            Ok(url) => Some(url),
            Err(why) => {
                warnings.push(format!(
                    "item {}: its link cannot be used: {why}",
                    position + 1
                ));
                None
            }
        },
        None => None,
    };
    let summary_text = raw
        .summary
        .as_deref()
        .map(title::without_more)
        .unwrap_or_default();
    let html = raw
        .html
        .as_deref()
        .filter(|html| html.len() <= CONTENT)
        .map(|html| html::safe(html, base))
        .unwrap_or_default();
    let title = raw
        .title
        .as_deref()
        .map(title::clean)
        .filter(|title| !title.is_empty());
    // Notes and statuses have no title: their first words stand for it.
    let first_words = || {
        [summary_text.as_str(), &plain(&html)]
            .into_iter()
            .find(|text| !text.is_empty())
            .map(|text| shorten(text, 80))
    };
    let title = title
        .or_else(first_words)
        .ok_or("it has neither a title nor a text")?;
    let published = reader.read(&raw.published, link.as_ref(), declared, position, warnings);
    let updated = raw
        .updated
        .and_then(|text| reader.read(&[text], None, declared, position, &mut Vec::new()));
    let language = language_of(&raw.language, &title, &summary_text, declared, source);
    let image = raw.image.as_deref().and_then(|image| address(image).ok());
    let enclosures = raw.enclosures.into_iter().filter_map(|enclosure| {
        let url = url::resolved(&enclosure.url, base).ok()?;
        Some(Enclosure {
            url: url.into(),
            ..enclosure
        })
    });
    Ok(Item {
        source: source.id.clone(),
        position,
        guid: raw
            .guid
            .map(|guid| squash(&guid))
            .filter(|guid| !guid.is_empty()),
        url: link,
        title: shorten(&title, TITLE),
        published,
        updated: updated.map(|dated| dated.at.to_utc()),
        summary: shorten(&summary_text, SUMMARY),
        html,
        image,
        authors: texts(raw.authors),
        categories: texts(raw.categories),
        enclosures: enclosures.take(LIST).collect(),
        language,
        rights: raw
            .rights
            .as_deref()
            .map(plain)
            .filter(|text| !text.is_empty()),
    })
}

/// The language of an item: what it declares, what its text shows, what the page declares, the source's first.
fn language_of(
    own: &Option<String>,
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
    own.as_deref()
        .and_then(Language::parse)
        .and_then(allow)
        .or_else(|| language::detect(&format!("{title} {summary}"), allowed))
        .or_else(|| page.cloned().and_then(allow))
        .or_else(|| allowed.first().cloned())
        .unwrap_or_else(Language::undetermined)
}

fn texts(list: Vec<String>) -> Vec<String> {
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
    }
}
