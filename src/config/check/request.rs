//! What shapes a request to a source: proxies, bodies, and what of them excludes each other.

use url::{Url, form_urlencoded};

use super::{Secrets, auth};
use crate::config::problem::Report;
use crate::config::tree::{Node, Table, Value};
use crate::config::{Post, Proxy, leaf};

/// A proxy; nothing for `false`.
pub(super) fn proxy(node: &Node, secrets: &Secrets<'_>, report: &mut Report) -> Option<Proxy> {
    let Some(table) = node.table() else {
        let url = leaf::proxy_url(node.text()?).ok()?;
        return Some(Proxy { url, auth: None });
    };
    let url = table.read("url", leaf::proxy_url)?;
    let basic = table.table("auth").and_then(|auth| auth.table("basic"));
    let auth = basic.and_then(|basic| auth::basic(basic, secrets, report));
    Some(Proxy { url, auth })
}

/// The address of mail that the header `From` carries.
pub(super) fn from(node: &Node, contact: Option<&str>, report: &mut Report) -> Option<String> {
    if let Some(text) = node.text() {
        return leaf::mail(text).ok();
    }
    if !matches!(node.value, Value::Boolean(true)) {
        return None;
    }
    let mail = contact.and_then(|contact| leaf::mail(contact).ok());
    if mail.is_none() {
        report.at(
            node.place,
            "`from = true` takes the address of mail in `site.contact`, which has none",
            "expected one there, or here",
        );
    }
    mail
}

/// The content of a request.
pub(super) fn post(table: &Table, secrets: &Secrets<'_>, report: &mut Report) -> Option<Post> {
    let (body, content_type) = if let Some(form) = table.table("form") {
        let fields = auth::texts(form, leaf::any, secrets, report);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        (body, "application/x-www-form-urlencoded".to_owned())
    } else if let Some(json) = table.read("json", leaf::json) {
        (json, "application/json".to_owned())
    } else {
        let content_type = table.read("type", leaf::media_type);
        let content_type = content_type.unwrap_or_else(|| "text/plain; charset=utf-8".to_owned());
        (table.text("body")?.to_owned(), content_type)
    };
    Some(Post {
        body: body.into_bytes(),
        content_type,
    })
}

/// Keys of a source that say the same thing twice, or say what cannot be done.
pub(super) fn contradictions(table: &Table, report: &mut Report) {
    let post = table.entry("post");
    let content = post.and_then(|post| post.node.table());
    if let Some(kind) = content.and_then(|post| post.entry("type"))
        && content.is_some_and(|post| post.entry("body").is_none())
    {
        report.at_secret(
            kind.key,
            "`type` cannot stand beside `form` or `json`, which say it themselves",
            "expected `type` beside `body` only",
        );
    }
    let one = table.node("url").into_iter();
    let many = table.table("urls").into_iter();
    let many = many.flat_map(|urls| urls.0.values().map(|entry| &entry.node));
    let is_file = |node: &&Node| {
        let url = node.text().and_then(|text| leaf::page_url(text).ok());
        url.is_some_and(|url: Url| url.scheme() == "file")
    };
    if let Some(post) = post
        && let Some(file) = one.chain(many).find(is_file)
    {
        report.at_secret(
            post.key,
            "a file cannot be asked by POST",
            "expected an `http` or `https` address beside `post`",
        );
        report.see("the file is at", file.place);
    }
    let cookies = table.entry("cookies");
    let cookies = cookies.filter(|cookies| cookies.node.table().is_some_and(|t| !t.0.is_empty()));
    for (header, entry) in table
        .table("headers")
        .into_iter()
        .flat_map(|table| &table.0)
    {
        let (rival, rival_name) = match header.to_ascii_lowercase().as_str() {
            "cookie" => (cookies, "cookies"),
            "content-type" => (post, "post"),
            _ => continue,
        };
        if let Some(rival) = rival {
            report.at_secret(
                entry.key,
                format!("the header `{header}` cannot stand beside `{rival_name}`, which sets it"),
                "expected one of the two",
            );
            report.see(&format!("`{rival_name}` is at"), rival.key);
        }
    }
}
