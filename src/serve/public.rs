//! Feeds and pages for everybody: GET and HEAD, conditional requests (RFC 9110 §13), gzip.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::shelf::{Sheet, Shelf};

/// How long a reader may keep a document without asking, in seconds.
const MAX_AGE: &str = "max-age=300";

#[derive(Clone)]
struct Public {
    shelf: Shelf,
    /// The path of the site's root, for a proxy that passes it on; ends in `/`.
    root: Arc<str>,
}

/// What is served on `serve.listen`; `root` is the path of the site's public root.
pub fn router(shelf: Shelf, root: &str) -> Router {
    Router::new().fallback(answer).with_state(Public {
        shelf,
        root: root.into(),
    })
}

async fn answer(State(public): State<Public>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
            "only GET and HEAD\n",
        )
            .into_response();
    }
    let path = request.uri().path();
    // Behind a proxy the path may come with the public prefix or without it.
    let name = path
        .strip_prefix(&*public.root)
        .or_else(|| path.strip_prefix('/'))
        .unwrap_or(path);
    let name = if name.is_empty() || name.ends_with('/') {
        format!("{name}index.html")
    } else {
        name.to_owned()
    };
    if let Some(sheet) = public.shelf.get(&name) {
        return send(&sheet, request.headers());
    }
    if public.shelf.get(&format!("{name}/index.html")).is_some() {
        let last = name.rsplit('/').next().unwrap_or(&name);
        if let Ok(place) = HeaderValue::from_str(&format!("{last}/")) {
            return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response();
        }
    }
    (StatusCode::NOT_FOUND, "there is no such document here\n").into_response()
}

fn send(sheet: &Sheet, asked: &HeaderMap) -> Response {
    let zipped = sheet.gzip.as_ref().filter(|_| accepts_gzip(asked));
    // The two codings are two representations, so each has a strong validator of its own.
    let etag = format!(
        "\"{}{}\"",
        sheet.digest,
        if zipped.is_some() { "-gz" } else { "" }
    );
    let mut response = if fresh(sheet, asked) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body: Bytes = zipped.unwrap_or(&sheet.body).clone();
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(sheet.media_type),
        );
        if zipped.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let modified = sheet
        .modified
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    for (name, value) in [(header::ETAG, &etag), (header::LAST_MODIFIED, &modified)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if sheet.media_type.starts_with("text/html") {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(super::POLICY),
        );
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
    }
    if sheet.media_type.starts_with("application/feed+json") {
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    }
    response
}

fn accepts_gzip(asked: &HeaderMap) -> bool {
    let codings = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|weight| weight.parse() == Ok(0.0_f32));
        named && !refused
    })
}

/// Whether the reader has the document already. `If-None-Match` goes before `If-Modified-Since`.
fn fresh(sheet: &Sheet, asked: &HeaderMap) -> bool {
    let tags: Vec<&str> = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if !tags.is_empty() {
        return tags.iter().flat_map(|value| value.split(',')).any(|tag| {
            let tag = tag.trim();
            let opaque = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
            tag == "*" || opaque.strip_suffix("-gz").unwrap_or(opaque) == sheet.digest
        });
    }
    let since = asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok());
    since.is_some_and(|since| sheet.modified <= since.with_timezone(&Utc))
}
