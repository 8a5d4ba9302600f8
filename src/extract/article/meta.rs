//! What the head of a page says: `<meta>` of OpenGraph, Dublin Core and many others, `<link>`, `<title>`.

use scraper::Html;
use url::Url;

use crate::extract::one;
use crate::extract::text::squash;

/// The most `<meta>` elements that are looked at.
const MOST: usize = 1_000;

/// The page's `<meta>` elements, names in lower case, and what stands beside them.
pub(super) struct Meta<'a> {
    document: &'a Html,
    named: Vec<(String, String)>,
}

impl<'a> Meta<'a> {
    pub(super) fn of(document: &'a Html) -> Self {
        let mut named = Vec::new();
        let select = one("meta[content]");
        let elements = select.iter().flat_map(|select| document.select(select));
        for element in elements.take(MOST) {
            let content = squash(&html_escape::decode_html_entities(
                element.attr("content").unwrap_or_default(),
            ));
            let names = ["property", "name", "itemprop"].map(|key| element.attr(key));
            for name in names.into_iter().flatten().filter(|_| !content.is_empty()) {
                named.push((name.trim().to_ascii_lowercase(), content.clone()));
            }
        }
        Self { document, named }
    }

    /// All contents under a name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let found = self.named.iter().filter(|(other, _)| other == name);
        found.map(|(_, content)| content.clone()).collect()
    }

    /// The first content under a name.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found = self.named.iter().find(|(other, _)| other == name);
        found.map(|(_, content)| content.clone())
    }

    /// The first content under one of several names, the first name first.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Names and contents in the page's order.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_str()))
    }

    /// The text of `<title>`.
    pub(super) fn title(&self) -> Option<String> {
        let select = one("head > title, title")?;
        let mut titles = self
            .document
            .select(&select)
            .map(|title| squash(&title.text().collect::<String>()));
        titles.find(|text| !text.is_empty())
    }

    /// What the site calls itself.
    pub(super) fn site(&self) -> Option<String> {
        self.first(&[
            "og:site_name",
            "application-name",
            "twitter:app:name:iphone",
            "publisher",
            "dc.publisher",
        ])
    }

    /// The page's own address, as it tells it.
    pub(super) fn canonical(&self, base: &Url) -> String {
        let link = one("link[rel~='canonical' i][href]").and_then(|select| {
            let href = self.document.select(&select).next()?.attr("href")?;
            base.join(href.trim()).ok()
        });
        // A canonical address that is the site's front page says nothing about this page.
        let own = link
            .filter(|link| link.path() != "/" || base.path() == "/")
            .map(String::from);
        let graph = || {
            let url = base.join(&self.get("og:url")?).ok()?;
            (url.path() != "/").then(|| url.into())
        };
        own.or_else(graph).unwrap_or_else(|| base.to_string())
    }

    /// The same page in other languages: `hreflang` and address, in the page's order.
    pub(super) fn alternates(&self, base: &Url) -> Vec<(String, String)> {
        let select = one("link[rel~='alternate' i][hreflang][href]");
        let links = select
            .iter()
            .flat_map(|select| self.document.select(select));
        let mut alternates = Vec::new();
        for link in links.take(MOST) {
            let language = link.attr("hreflang").unwrap_or_default().trim();
            let address = link
                .attr("href")
                .and_then(|href| base.join(href.trim()).ok());
            if let Some(address) = address
                && !language.is_empty()
                && !language.eq_ignore_ascii_case("x-default")
                && alternates.len() < 100
            {
                alternates.push((language.to_owned(), address.into()));
            }
        }
        alternates
    }
}
