//! Feeds and pages for everybody: GET and HEAD of what is on the shelf, nothing else.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::{BoxFuture, Either};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::coding::Accepted;
use super::condition::{Verdict, judge};
use super::media;
use super::shelf::{Form, Sheet, Shelf};

/// What is served on `serve.listen`.
#[derive(Debug, Clone)]
pub struct Public {
    shelf: Shelf,
    /// The path of the site's root, for a proxy that passes it on; begins and ends with `/`.
    root: Arc<str>,
}

type Answer = Result<Response<Full<Bytes>>, Infallible>;

/// What a request gets: most have their answer at once, others the file of an archive page.
type Found = Either<Response<Full<Bytes>>, String>;

impl<B> Service<Request<B>> for Public {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, BoxFuture<'static, Answer>>;

    fn call(&self, request: Request<B>) -> Self::Future {
        match self.answer(&request) {
            Found::Left(answer) => Either::Left(ready(Ok(answer))),
            Found::Right(file) => {
                let (public, asked) = (self.clone(), request.headers().clone());
                Either::Right(Box::pin(
                    async move { Ok(public.archived(file, &asked).await) },
                ))
            }
        }
    }
}

impl Public {
    /// Serves a shelf; `root` is the path of the site's public root.
    #[must_use]
    pub fn new(shelf: Shelf, root: &str) -> Self {
        Self {
            shelf,
            root: root.into(),
        }
    }

    fn answer<B>(&self, request: &Request<B>) -> Found {
        let asks = request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if *request.method() == Method::OPTIONS && asks {
            return Found::Left(preflight());
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refusal = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            refusal.headers_mut().insert(header::ALLOW, allowed);
            return Found::Left(refusal);
        }
        let Some(sheets) = self.shelf.sheets() else {
            let mut wait = plain(StatusCode::SERVICE_UNAVAILABLE, "just starting\n");
            wait.headers_mut().insert(header::RETRY_AFTER, 5.into());
            return Found::Left(wait);
        };
        let path = request.uri().path();
        let Some(name) = self.name(path) else {
            return Found::Left(missing());
        };
        if let Some(sheet) = sheets.get(&*name) {
            return Found::Left(self.send(sheet, request.headers()));
        }
        if let Some(file) = self.shelf.archived(&name) {
            return Found::Right(file);
        }
        let page = format!("{name}/index.html");
        let folder = self.root.strip_suffix('/') == Some(path)
            || sheets.contains_key(&page)
            || self.shelf.archived(&page).is_some();
        let last = path.rsplit('/').next().unwrap_or(path);
        match HeaderValue::from_str(&format!("{last}/")) {
            Ok(place) if folder => {
                let mut moved = plain(StatusCode::PERMANENT_REDIRECT, "");
                moved.headers_mut().insert(header::LOCATION, place);
                Found::Left(moved)
            }
            _ => Found::Left(missing()),
        }
    }

    async fn archived(&self, file: String, asked: &HeaderMap) -> Response<Full<Bytes>> {
        let page = self.shelf.page(file).await;
        page.map_or_else(missing, |sheet| self.send(&sheet, asked))
    }

    /// The name of the document that a path means. It is only looked up, so there is nothing that it could lead out of.
    fn name<'a>(&self, path: &'a str) -> Option<Cow<'a, str>> {
        // Behind a proxy the path may come with the public prefix or without it.
        let path = path
            .strip_prefix(&*self.root)
            .or_else(|| path.strip_prefix('/'))?;
        let name = if path.contains('%') {
            percent_decode_str(path).decode_utf8().ok()?
        } else {
            path.into()
        };
        if name.is_empty() || name.ends_with('/') {
            Some(format!("{name}index.html").into())
        } else {
            Some(name)
        }
    }

    fn send(&self, sheet: &Sheet, asked: &HeaderMap) -> Response<Full<Bytes>> {
        let accepted = Accepted::of(asked);
        let Some(chosen) = choose(sheet, &accepted) else {
            return missing();
        };
        let (status, head, body) = match judge(asked, sheet, chosen, &accepted) {
            Verdict::Send => (StatusCode::OK, &chosen.head, chosen.body.clone()),
            Verdict::Fresh(form) => (StatusCode::NOT_MODIFIED, &form.brief, Bytes::new()),
            Verdict::Failed => {
                return plain(
                    StatusCode::PRECONDITION_FAILED,
                    "the document is another one\n",
                );
            }
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = head.clone();
        let own = head.get(header::CONTENT_TYPE);
        let own = own.and_then(|own| own.to_str().ok());
        if let Some(other) = own.and_then(|own| media::instead(own, asked)) {
            response.headers_mut().insert(header::CONTENT_TYPE, other);
        }
        let now = SystemTime::now();
        // Both fields are there already, so that nothing grows.
        let mut put = |name, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        };
        let age = self.shelf.max_age(now);
        put(header::CACHE_CONTROL, format!("max-age={age}"));
        if now < sheet.modified {
            // No time to come may be told (RFC 9110 §8.8.2.1). Asked with this one, we send the document again.
            put(header::LAST_MODIFIED, httpdate::fmt_http_date(now));
        }
        response
    }
}

/// The form that a request wants most, of several the smallest; without a word from it, the text as it is.
fn choose<'a>(sheet: &'a Sheet, accepted: &Accepted) -> Option<&'a Form> {
    // Of equals, the last one is the greatest.
    let wanted = sheet
        .forms
        .iter()
        .rev()
        .max_by_key(|form| accepted.weight(form.coding))?;
    if accepted.weight(wanted.coding) > 0 {
        return Some(wanted);
    }
    let plain = |form: &&Form| form.coding.name().is_none();
    sheet.forms.iter().find(plain)
}

/// What a browser is told that asks whether a program of another site may send conditions (Fetch, CORS-preflight).
fn preflight() -> Response<Full<Bytes>> {
    let mut answer = plain(StatusCode::NO_CONTENT, "");
    let headers = answer.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "If-None-Match, If-Modified-Since, Cache-Control",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn missing() -> Response<Full<Bytes>> {
    plain(StatusCode::NOT_FOUND, "there is no such document here\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    super::plain(status, text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::serve::Document;

    fn status(root: &str, path: &str) -> u16 {
        let shelf = Shelf::default();
        let names = ["index.html", "it/index.html", "it/atom.xml", "è/a b.xml"];
        let document = |name: &&str| Document {
            name: (*name).to_owned(),
            text: (*name).to_owned(),
            modified: Utc::now(),
            link: None,
        };
        shelf.fill(names.iter().map(document).collect(), None);
        let request = Request::get(path).body(()).unwrap();
        answer(&Public::new(shelf, root), &request)
            .status()
            .as_u16()
    }

    fn answer(public: &Public, request: &Request<()>) -> Response<Full<Bytes>> {
        match public.answer(request) {
            Found::Left(answer) => answer,
            Found::Right(file) => panic!("{file} is no archive page"),
        }
    }

    #[test]
    fn a_path_names_a_document_with_the_public_prefix_or_without_it() {
        for root in ["/", "/news/"] {
            for path in ["/", "/it/", "/it/atom.xml", "/it/atom.xml?x=1"] {
                assert_eq!(status(root, path), 200, "{root} {path}");
            }
        }
        assert_eq!(status("/news/", "/news/it/atom.xml"), 200);
        assert_eq!(status("/news/", "/news/"), 200);
        assert_eq!(status("/news/", "/news/it"), 308);
        assert_eq!(status("/news/", "/news"), 308);
        assert_eq!(status("/", "/news/it/atom.xml"), 404);
    }

    #[test]
    fn escapes_mean_what_they_stand_for() {
        assert_eq!(status("/", "/it/%61tom.xml"), 200);
        assert_eq!(status("/", "/%C3%A8/a%20b.xml"), 200);
        for path in [
            "/it/atom.xml%00",
            "/%",
            "/%zz",
            "/%ff",
            "//",
            "/it//atom.xml",
        ] {
            assert_eq!(status("/", path), 404, "{path}");
        }
    }

    #[test]
    fn programs_of_other_sites_may_send_conditions() {
        let request = Request::options("/it/feed.json")
            .header("Origin", "https://reader.example")
            .header("Access-Control-Request-Method", "GET");
        let request = request.body(()).unwrap();
        let answer = answer(&Public::new(Shelf::default(), "/"), &request);
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let headers = answer.headers();
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_METHODS], "GET, HEAD");
        let allowed = headers[header::ACCESS_CONTROL_ALLOW_HEADERS]
            .to_str()
            .unwrap();
        assert!(allowed.contains("If-None-Match"));
    }

    #[test]
    fn before_anything_is_published_readers_are_asked_to_come_back() {
        let request = Request::get("/it/atom.xml").body(()).unwrap();
        let answer = answer(&Public::new(Shelf::default(), "/"), &request);
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
    }
}
