//! What a page says of itself as JSON-LD (schema.org): graphs, arrays, several types at once, broken JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use scraper::Html;
use serde_json::Value;

use super::{bounded, one};

/// Types of schema.org that are one piece of news; every type that ends in `Article` is one too.
const ARTICLES: &[&str] = &[
    "BlogPosting",
    "PressRelease",
    "SocialMediaPosting",
    "LiveBlogPosting",
    "Report",
];
/// Types of pages: what they say counts where there is no article.
const PAGES: &[&str] = &["WebPage", "ItemPage"];
/// How deep the search goes.
const DEPTH: usize = 8;
/// The most articles of one page that are looked at.
const MOST: usize = 20;

/// The articles and pages that a page's JSON-LD describes, in its order.
#[derive(Default)]
pub(super) struct Linked {
    articles: Vec<Value>,
    pages: Vec<Value>,
    /// What stands elsewhere under an id, and is only named where it is used.
    nodes: HashMap<String, Value>,
}

impl Linked {
    pub(super) fn of(document: &Html) -> Self {
        Self::of_values(values(document))
    }

    pub(super) fn of_values(values: Vec<Value>) -> Self {
        let mut linked = Self::default();
        for value in values {
            linked.find(value, DEPTH);
        }
        linked
    }

    /// Whether an article is described.
    pub(super) fn is_article(&self) -> bool {
        !self.articles.is_empty()
    }

    fn find(&mut self, value: Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match value {
            Value::Array(list) => list.into_iter().for_each(|value| self.find(value, depth)),
            Value::Object(mut map) => {
                for key in ["@graph", "mainEntity", "mainEntityOfPage"] {
                    if map
                        .get(key)
                        .is_some_and(|value| value.is_array() || value.is_object())
                        && let Some(inner) = map.remove(key)
                    {
                        self.find(inner, depth);
                    }
                }
                let value = Value::Object(map);
                if is_article(&value) {
                    if self.articles.len() < MOST {
                        self.articles.push(value);
                    }
                } else if has_type(&value, |name| PAGES.contains(&name)) {
                    self.pages.push(value);
                } else if let Some(id) = text(&value, "@id") {
                    self.nodes.insert(id, value);
                }
            }
            _ => {}
        }
    }

    /// A property as text: of the first article that has it.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.articles.iter().find_map(|article| text(article, key))
    }

    /// A property as text of the page that the article is on.
    pub(super) fn page_text(&self, key: &str) -> Option<String> {
        self.pages.iter().find_map(|page| text(page, key))
    }

    /// A property with several texts, or with several in one, parted by commas.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let lists = self.articles.iter().map(|article| match &article[key] {
            Value::Array(list) => list
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Value::String(text) => text.split(',').map(str::to_owned).collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        let mut lists = lists.map(|list| {
            let trimmed = list.iter().map(|text| text.trim().to_owned());
            trimmed.filter(|text| !text.is_empty()).collect::<Vec<_>>()
        });
        lists.find(|list| !list.is_empty()).unwrap_or_default()
    }

    /// The names of a property that holds people or organisations, or plain names.
    pub(super) fn names(&self, key: &str) -> Vec<String> {
        let named = |id: &str| text(self.nodes.get(id)?, "name");
        let lists = self
            .articles
            .iter()
            .map(|article| names(article, key, named));
        let mut lists = lists.filter(|list| list.iter().any(|name| !name.trim().is_empty()));
        lists.next().unwrap_or_default()
    }

    /// The address of a property that holds an image: itself, its `url`, or the first of several.
    pub(super) fn image(&self, key: &str) -> Option<String> {
        let named = |id: &str| text(self.nodes.get(id)?, "url");
        self.articles
            .iter()
            .find_map(|article| image(article, key, named))
    }
}

/// All that a page's scripts of JSON-LD say.
pub(super) fn values(document: &Html) -> Vec<Value> {
    let scripts = one("script[type*='ld+json' i]");
    let scripts = scripts.iter().flat_map(|select| document.select(select));
    scripts
        .filter_map(|script| parse(&script.text().collect::<String>()))
        .collect()
}

/// Whether a value says that it is one piece of news.
pub(super) fn is_article(value: &Value) -> bool {
    has_type(value, |name| {
        name.ends_with("Article") || ARTICLES.contains(&name)
    })
}

/// The names of a property that holds people or organisations, or plain names; `named` knows those that only an id
/// stands for.
pub(super) fn names(
    value: &Value,
    key: &str,
    named: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let name = |value: &Value| {
        let own = value.as_str().map(str::to_owned);
        own.or_else(|| text(value, "name"))
            .or_else(|| named(&text(value, "@id")?))
    };
    match &value[key] {
        Value::Array(list) => list.iter().filter_map(name).collect(),
        other => name(other).into_iter().collect(),
    }
}

/// The address of a property that holds an image: itself, its `url`, or the first of several; `named` knows those that
/// only an id stands for.
pub(super) fn image(
    value: &Value,
    key: &str,
    named: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let address = |value: &Value| {
        let own = value.as_str().map(str::to_owned);
        own.or_else(|| text(value, "url"))
            .or_else(|| text(value, "contentUrl"))
            .or_else(|| named(&text(value, "@id")?))
    };
    match &value[key] {
        Value::Array(list) => list.iter().find_map(address),
        other => address(other),
    }
}

/// Whether one of a value's types is wanted, by its name without `http://schema.org/`.
fn has_type(value: &Value, wanted: impl Fn(&str) -> bool) -> bool {
    let named = |value: &Value| {
        let name = value
            .as_str()
            .and_then(|name| name.rsplit(['/', ':', '#']).next());
        name.is_some_and(&wanted)
    };
    let types = &value["@type"];
    named(types) || types.as_array().is_some_and(|list| list.iter().any(named))
}

/// A property as text.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = match &value[key] {
        Value::Array(list) => list.first()?.as_str()?,
        other => other.as_str().or_else(|| other["@value"].as_str())?,
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn parse(text: &str) -> Option<Value> {
    let text = text.trim().trim_end_matches(';');
    bounded::parse(text).or_else(|| bounded::parse(&repaired(text)))
}

/// A JSON text with what is often wrong with it made right: comments, raw line breaks and quotes inside texts, wrong
/// escapes, commas before the end of a list, references in place of quotes.
fn repaired(text: &str) -> String {
    let text = if text.contains('"') {
        Cow::Borrowed(text)
    } else {
        html_escape::decode_html_entities(text)
    };
    let mut out = String::with_capacity(text.len() + 16);
    let mut inside = false;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        at += c.len_utf8();
        if inside {
            match c {
                '"' if ends_here(&text[at..]) => {
                    inside = false;
                    out.push('"');
                }
                '"' => out.push_str("\\\""),
                '\\' => {
                    let known = text[at..].chars().next();
                    if let Some(next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) =
                        known
                    {
                        out.extend(['\\', next]);
                        at += 1;
                    }
                }
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
            continue;
        }
        let past = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        let skipped = if rest.starts_with("<!--") || rest.starts_with("//<!--") {
            // The opening mark alone: some pages wrap the whole text into a comment.
            rest.find("<!--").map(|found| found + 4)
        } else if rest.starts_with("-->") || rest.starts_with("]]>") {
            Some(3)
        } else if rest.starts_with("<![CDATA[") {
            Some(9)
        } else if rest.starts_with("/*") {
            Some(past("*/"))
        } else if rest.starts_with("//") {
            Some(
                if rest.starts_with("//<![CDATA[") || rest.starts_with("//]]>") {
                    2
                } else {
                    past("\n")
                },
            )
        } else {
            None
        };
        if let Some(length) = skipped {
            at += length - c.len_utf8();
            continue;
        }
        match c {
            '"' => inside = true,
            '}' | ']' => {
                let kept = out.trim_end();
                if kept.ends_with(',') {
                    out.truncate(kept.len() - 1);
                }
            }
            _ => {}
        }
        out.push(c);
    }
    out.trim().trim_end_matches(';').to_owned()
}

/// Whether a quote before this text ends a JSON text, or is a quote inside of it.
fn ends_here(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with([',', ':', '}', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Linked {
        Linked::of(&Html::parse_document(&format!(
            "<script type='application/ld+json'>{json}</script>"
        )))
    }

    #[test]
    fn articles_are_found_in_graphs_arrays_and_among_several_types() {
        for json in [
            r#"{"@graph":[{"@type":"WebSite","name":"Agenzia"},{"@type":["Thing","NewsArticle"],"headline":"Uno"}]}"#,
            r#"[{"@type":"BreadcrumbList"},[{"@type":"http://schema.org/ReportageNewsArticle","headline":"Uno"}]]"#,
            r#"{"@type":"WebPage","mainEntity":{"@type":"BlogPosting","headline":["Uno","Due"]}}"#,
        ] {
            assert_eq!(of(json).text("headline").as_deref(), Some("Uno"), "{json}");
        }
        assert!(!of(r#"{"@type":"Organization","headline":"Uno"}"#).is_article());
    }

    #[test]
    fn broken_json_is_read() {
        for json in [
            "{\"@type\":\"Article\",\"headline\":\"Uno\ndue\",}",
            "<!-- {\"@type\":\"Article\",\"headline\":\"Uno due\"} -->",
            "/* x */ {\"@type\":\"Article\", // the page\n \"headline\":\"Uno due\",\"keywords\":[\"a\",],};",
            "//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"Uno due\"}\n//]]>",
            r#"{"@type":"Article","headline":"Uno due","description":"It\'s "so" called"}"#,
            "{&quot;@type&quot;:&quot;Article&quot;,&quot;headline&quot;:&quot;Uno due&quot;}",
        ] {
            assert_eq!(
                of(json).text("headline").as_deref(),
                Some("Uno due"),
                "{json}"
            );
        }
        let quoted = of(r#"{"@type":"Article","description":"It\'s "so" called"}"#);
        assert_eq!(
            quoted.text("description").as_deref(),
            Some("It's \"so\" called")
        );
    }

    #[test]
    fn authors_may_be_named_by_an_id() {
        let linked = of(r##"{"@graph":[
            {"@type":"NewsArticle","author":[{"@id":"#ada"},{"@type":"NewsMediaOrganization","name":"Agenzia"},"Bo"]},
            {"@type":"Person","@id":"#ada","name":"Ada Rossi"}]}"##);
        assert_eq!(linked.names("author"), ["Ada Rossi", "Agenzia", "Bo"]);
    }

    #[test]
    fn hostile_json_takes_linear_time() {
        for json in [
            "\"".repeat(500_000),
            "/*".repeat(250_000),
            "[,".repeat(250_000),
            "\"\\".repeat(250_000),
        ] {
            assert!(!of(&json).is_article());
        }
    }
}
