//! One piece of news from its own page: what its head says (JSON-LD, OpenGraph and others), what its markup says, what
//! it shows; and its text.

mod authors;
mod body;
mod dates;
mod jsonld;
mod layout;
mod meta;
mod microdata;
mod site;
#[cfg(test)]
mod tests;
mod title;
mod words;

use scraper::ElementRef;
use url::Url;

use super::cut::Parsed;
use super::text::squash;
use crate::config::units::fold;
use crate::date;
use crate::language::Language;
use crate::model::RawItem;
use layout::{Layout, Line};

/// A page seen as one article.
pub(super) struct Read {
    /// The article, if there is a title at all.
    pub(super) item: Option<RawItem>,
    /// The page itself says that it is an article.
    pub(super) certain: bool,
}

/// Reads a page as one article; a text that breaks off is left out.
pub(super) fn read(page: &Parsed, base: &Url, dates: &date::Context<'_>) -> Read {
    let document = &page.document;
    let ld = jsonld::Linked::of(document);
    let meta = meta::Meta::of(document);
    let microdata = microdata::Microdata::of(document);
    let certain = ld.is_article()
        || meta
            .get("og:type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let site = site::Site::of(&meta, base);
    let headline = title::headline(document, &ld, &meta, &microdata, &site, base);
    let Some(title) = headline.title else {
        return Read {
            item: None,
            certain,
        };
    };
    let layout = Layout::of(document);
    let lines = layout.lines();
    let at = headline
        .element
        .and_then(|element| line_of(&lines, element, &title));
    // The page's own language, where the source does not name it.
    let mut languages = dates.languages.to_vec();
    let own = document
        .root_element()
        .attr("lang")
        .and_then(Language::parse);
    languages.extend(own.filter(|own| !languages.contains(own)));
    let context = date::Context {
        languages: &languages,
        ..*dates
    };
    let dates = dates::Dates {
        layout: &layout,
        ld: &ld,
        meta: &meta,
        microdata: &microdata,
        lines: &lines,
        headline: at,
        context: &context,
    };
    let authors = authors::Authors {
        ld: &ld,
        meta: &meta,
        microdata: &microdata,
        lines: &lines,
        headline: at,
        site: &site,
    }
    .names();
    let summary = meta
        .first(&[
            "og:description",
            "description",
            "dc.description",
            "twitter:description",
        ])
        .or_else(|| ld.text("description"));
    let known = body::Known {
        layout: &layout,
        lines: &lines,
        headline: at,
        title: Some(&title),
        authors: &authors,
        description: summary.as_deref(),
        microdata: &microdata,
    };
    let html = body::read(page, &known).or_else(|| body::told(&ld.text("articleBody")?));
    let mut categories = meta.all("article:tag");
    categories.extend(meta.all("article:section"));
    if categories.is_empty() {
        categories = ld.list("articleSection");
    }
    let item = RawItem {
        link: Some(meta.canonical(base)),
        published: dates.published(),
        updated: dates.updated(),
        html,
        image: ld.image("image").or_else(|| {
            meta.first(&[
                "og:image",
                "og:image:url",
                "og:image:secure_url",
                "twitter:image",
                "twitter:image:src",
            ])
        }),
        categories,
        language: ld
            .text("inLanguage")
            .or_else(|| meta.first(&["content-language", "dc.language", "og:locale"])),
        rights: meta
            .first(&["dc.rights", "dcterms.rights", "copyright"])
            .or_else(|| ld.text("copyrightNotice")),
        alternates: meta.alternates(base),
        title: Some(title),
        authors,
        summary,
        ..RawItem::default()
    };
    Read {
        item: Some(item),
        certain,
    }
}

/// The line that shows the headline.
fn line_of(lines: &[Line<'_>], headline: ElementRef<'_>, title: &str) -> Option<usize> {
    let within = |line: &Line<'_>| {
        line.element.id() == headline.id()
            || line
                .element
                .ancestors()
                .take(8)
                .any(|around| around.id() == headline.id())
    };
    let folded = fold(&squash(title));
    lines
        .iter()
        .position(within)
        .or_else(|| lines.iter().position(|line| fold(&line.text) == folded))
}
