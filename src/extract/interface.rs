//! The programming interface of WordPress, which its pages name whether scripts show the news or not.

use scraper::Html;
use url::Url;

use super::{base_of, charset, cut, one};
use crate::model::Page;

/// The relation that names the root of the interface, in a `<link>` or in the `Link` header.
const RELATION: &str = "https://api.w.org/";

/// Where a page's site lists its posts as JSON, with their authors, pictures and categories.
#[must_use]
pub fn posts(page: &Page) -> Option<Url> {
    let content_type = page.content_type.as_deref();
    let decoded = charset::decode(&page.body, content_type, charset::Markup::Html);
    let document = cut::parse(&decoded.text)?.document;
    let base = base_of(&document, &page.url);
    let root = in_head(&document)
        .and_then(|written| base.join(written.trim()).ok())
        .or_else(|| page.url.join(in_header(page.links.as_deref()?)?).ok())?;
    below(root)
}

fn in_head(document: &Html) -> Option<&str> {
    let select = one("link[rel][href]")?;
    let mut links = document.select(&select);
    let link = links.find(|link| {
        let relations = link.attr("rel").unwrap_or_default();
        relations.split_ascii_whitespace().any(is_relation)
    })?;
    link.attr("href")
}

fn is_relation(word: &str) -> bool {
    word.eq_ignore_ascii_case(RELATION)
}

/// The target of the relation in a `Link` header (RFC 8288 §3).
fn in_header(mut rest: &str) -> Option<&str> {
    loop {
        let (_, opened) = rest.split_once('<')?;
        let (target, after) = opened.split_once('>')?;
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (parameters, next) = after.split_at(end.unwrap_or(after.len()));
        let relation = |parameter: &str| {
            let (name, value) = parameter.split_once('=')?;
            let value = value.trim().trim_matches('"');
            let meant = name.trim().eq_ignore_ascii_case("rel");
            (meant && value.split_ascii_whitespace().any(is_relation)).then_some(())
        };
        if parameters.split(';').find_map(relation).is_some() {
            return Some(target);
        }
        rest = next;
    }
}

/// The list of posts below the root, which is a path or, on sites without readable addresses, a field of the query.
fn below(mut root: Url) -> Option<Url> {
    const ROUTE: &str = "wp/v2/posts";
    const FIELD: &str = "rest_route";
    if !matches!(root.scheme(), "http" | "https") {
        return None;
    }
    let within = |path: &str| format!("{}/{ROUTE}", path.trim_end_matches('/'));
    let pairs: Vec<(String, String)> = root.query_pairs().into_owned().collect();
    if !pairs.iter().any(|(name, _)| name == FIELD) {
        let path = within(root.path());
        root.set_path(&path);
    }
    let told = pairs.into_iter().map(|(name, value)| {
        let value = if name == FIELD { within(&value) } else { value };
        (name, value)
    });
    let embed = ("_embed".to_owned(), "1".to_owned());
    root.query_pairs_mut()
        .clear()
        .extend_pairs(told.chain([embed]));
    root.set_fragment(None);
    Some(root)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::Utc;

    use super::*;
    use crate::model::Validators;

    fn named(head: &str, links: Option<&str>) -> Option<String> {
        let page = Page {
            url: Url::parse("https://agenzia.example/it/notizie/").unwrap(),
            content_type: None,
            body: format!("<html><head>{head}</head><body><div id=app></div></body></html>").into(),
            validators: Validators::default(),
            fetched_at: Utc::now(),
            fresh_until: None,
            moved: None,
            links: links.map(str::to_owned),
        };
        posts(&page).map(String::from)
    }

    #[test]
    fn the_posts_are_below_the_root_that_a_page_names() {
        let posts = "https://agenzia.example/wp-json/wp/v2/posts?_embed=1";
        for head in [
            "<link rel='https://api.w.org/' href='https://agenzia.example/wp-json/'>",
            "<link rel='https://api.w.org/' href='/wp-json'>",
            "<base href='https://agenzia.example/'><link rel='x HTTPS://API.W.ORG/' href=' wp-json/#x '>",
        ] {
            assert_eq!(named(head, None).as_deref(), Some(posts), "{head}");
        }
        let plain = "<link rel='https://api.w.org/' href='/index.php?rest_route=/'>";
        assert_eq!(
            named(plain, None).as_deref(),
            Some("https://agenzia.example/index.php?rest_route=%2Fwp%2Fv2%2Fposts&_embed=1")
        );
        for head in [
            "<link rel=alternate type='application/json' href='/wp-json/wp/v2/pages/2'>",
            "<link rel='https://api.w.org/'>",
            "<link rel='https://api.w.org/' href='javascript:x'>",
            "",
        ] {
            assert_eq!(named(head, None), None, "{head}");
        }
    }

    #[test]
    fn the_header_names_it_as_well() {
        let posts = "https://agenzia.example/wp-json/wp/v2/posts?_embed=1";
        for links in [
            "<https://agenzia.example/wp-json/>; rel=\"https://api.w.org/\"",
            "<https://agenzia.example/a,b>; rel=next; title=\"a, <b>\", </wp-json/>;rel=https://api.w.org/, </x>; rel=y",
            "</wp-json/>; title=x; Rel=\"index https://api.w.org/\"",
        ] {
            assert_eq!(named("", Some(links)).as_deref(), Some(posts), "{links}");
        }
        for links in [
            "</wp-json/>; rel=\"alternate\"",
            "</wp-json/; rel=\"https://api.w.org/\"",
            "<a>; title=\"rel=https://api.w.org/\"",
            "<<<>>>,,;;\"",
        ] {
            assert_eq!(named("", Some(links)), None, "{links}");
        }
    }
}
