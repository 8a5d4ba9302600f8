//! One piece of news from its own page: what JSON-LD, OpenGraph and `<time>` say, else the headline.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use serde_json::Value;
use url::Url;

use super::cut::Parsed;
use super::text::{squash, visible};
use super::{jsonld, one};
use crate::model::{DateText, Place, RawItem};

/// A page seen as one article.
pub(super) struct Read {
    /// The article, if there is a title at all.
    pub(super) item: Option<RawItem>,
    /// The page itself says that it is an article.
    pub(super) certain: bool,
}

/// Reads a page as one article; a text that breaks off is left out.
pub(super) fn read(page: &Parsed, base: &Url) -> Read {
    let document = &page.document;
    let ld = jsonld::article(document).unwrap_or(Value::Null);
    let meta = Meta::of(document);
    let certain = !ld.is_null()
        || meta
            .get("og:type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let title = jsonld::text(&ld, "headline")
        .or_else(|| meta.get("og:title"))
        .or_else(|| heading(document))
        .or_else(|| meta.title());
    let item = title.map(|title| RawItem {
        title: Some(title),
        link: Some(meta.canonical(base)),
        published: published(&ld, &meta),
        updated: jsonld::text(&ld, "dateModified")
            .or_else(|| meta.get("article:modified_time"))
            .map(stamp),
        summary: meta
            .get("og:description")
            .or_else(|| meta.get("description"))
            .or_else(|| jsonld::text(&ld, "description")),
        html: body(page),
        image: jsonld::image(&ld, "image").or_else(|| meta.get("og:image")),
        authors: authors(&ld, &meta),
        categories: meta.all("article:tag"),
        language: jsonld::text(&ld, "inLanguage"),
        rights: meta.get("dc.rights").or_else(|| meta.get("copyright")),
        ..RawItem::default()
    });
    Read { item, certain }
}

fn stamp(text: String) -> DateText {
    DateText {
        text: squash(&text),
        place: Place::Metadata,
        machine: true,
    }
}

/// Candidates for the date of publication, the most deliberate first.
fn published(ld: &Value, meta: &Meta<'_>) -> Vec<DateText> {
    let mut dates: Vec<DateText> = jsonld::text(ld, "datePublished")
        .into_iter()
        .map(stamp)
        .collect();
    let names = [
        "article:published_time",
        "og:article:published_time",
        "datepublished",
        "dc.date.issued",
        "dcterms.created",
        "dc.date",
        "pubdate",
        "date",
    ];
    dates.extend(names.iter().filter_map(|name| meta.get(name)).map(stamp));
    let times = one("main time, article time, time")
        .into_iter()
        .flat_map(|select| meta.document.select(&select).take(1).collect::<Vec<_>>());
    for time in times {
        dates.extend(time.attr("datetime").map(|text| stamp(text.to_owned())));
        dates.push(DateText {
            text: visible(time),
            place: Place::Item,
            machine: false,
        });
    }
    dates.retain(|date| !date.text.is_empty());
    dates
}

fn authors(ld: &Value, meta: &Meta<'_>) -> Vec<String> {
    let mut authors = jsonld::names(ld, "author");
    if authors.is_empty() {
        // `article:author` is often the address of a profile.
        authors = meta
            .all("article:author")
            .into_iter()
            .filter(|name| !name.contains("://"))
            .collect();
    }
    if authors.is_empty() {
        authors = meta.get("author").into_iter().collect();
    }
    authors
}

fn heading(document: &Html) -> Option<String> {
    let select = one("main h1, article h1, h1")?;
    document
        .select(&select)
        .map(visible)
        .find(|text| !text.is_empty())
}

/// The text of the article: the element that marks it, else the one whose own paragraphs say the most.
fn body(page: &Parsed) -> Option<String> {
    let document = &page.document;
    let paragraphs = one("p")?;
    let mut weights: HashMap<NodeId, usize> = HashMap::new();
    let mut parents: Vec<ElementRef<'_>> = Vec::new();
    for paragraph in document.select(&paragraphs) {
        let Some(parent) = paragraph.parent().and_then(ElementRef::wrap) else {
            continue;
        };
        let length = paragraph
            .text()
            .map(|text| text.trim().len())
            .sum::<usize>();
        let weight = weights.entry(parent.id()).or_insert_with(|| {
            parents.push(parent);
            0
        });
        *weight += length;
    }
    let marked = one("[itemprop='articleBody']").and_then(|select| document.select(&select).next());
    let weight = |element: &ElementRef<'_>| weights.get(&element.id()).copied().unwrap_or_default();
    // The first of equals.
    let heaviest = parents
        .into_iter()
        .rev()
        .max_by_key(weight)
        .filter(|element| weight(element) >= 200);
    let whole = |element: &ElementRef<'_>| !page.open.contains(&element.id());
    marked
        .or(heaviest)
        .filter(whole)
        .map(|element| element.inner_html())
}

/// The page's `<meta>` elements, names in lower case, and what stands beside them.
struct Meta<'a> {
    document: &'a Html,
    named: Vec<(String, String)>,
}

impl<'a> Meta<'a> {
    fn of(document: &'a Html) -> Self {
        let mut named = Vec::new();
        for element in one("meta[content]")
            .iter()
            .flat_map(|select| document.select(select))
        {
            let content = squash(element.attr("content").unwrap_or_default());
            let names = ["property", "name", "itemprop"]
                .iter()
                .filter_map(|key| element.attr(key));
            if let Some(name) = names
                .map(|name| name.trim().to_ascii_lowercase())
                .next()
                .filter(|_| !content.is_empty())
            {
                named.push((name, content));
            }
        }
        Self { document, named }
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.named
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, content)| content.clone())
            .collect()
    }

    fn get(&self, name: &str) -> Option<String> {
        self.named
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, content)| content.clone())
    }

    fn title(&self) -> Option<String> {
        let select = one("head > title")?;
        let mut titles = self
            .document
            .select(&select)
            .map(|title| squash(&title.text().collect::<String>()));
        titles.find(|text| !text.is_empty())
    }

    fn canonical(&self, base: &Url) -> String {
        let link = one("link[rel~='canonical'][href]").and_then(|select| {
            let href = self.document.select(&select).next()?.attr("href")?;
            base.join(href.trim()).ok()
        });
        // A canonical address that is the site's front page says nothing about this page.
        let own = link
            .filter(|link| link.path() != "/" || base.path() == "/")
            .map(String::from);
        let graph = || {
            self.get("og:url")
                .filter(|url| Url::parse(url).is_ok_and(|url| url.path() != "/"))
        };
        own.or_else(graph).unwrap_or_else(|| base.to_string())
    }
}
