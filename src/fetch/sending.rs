//! What is sent to one address after the other, and what of it stays behind when a redirect leaves an origin.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue,
};
use reqwest::{Method, RequestBuilder};
use url::Url;

use super::client::Route;
use super::cookies::Jar;
use super::{Load, Redirect, body};
use crate::config::{Post, Proxy};
use crate::model::Key;

/// What is sent, in the end maybe to several addresses one after the other.
pub(super) struct Sending<'a> {
    pub(super) url: Url,
    pub(super) accept: HeaderValue,
    pub(super) conditions: HeaderMap,
    /// What goes to the first origin only: headers, credentials, a body, the trust in its certificate.
    pub(super) private: Option<Private<'a>>,
    pub(super) proxy: Option<Proxy>,
    pub(super) cookies: Jar,
    /// How long all of it may take, from the first turn on.
    pub(super) time: Duration,
    pub(super) max_body: usize,
    /// Whether an answer to it shows that its host answers; robots.txt is often there where the rest stalls.
    pub(super) proves: bool,
    /// The digest of the body that is known, still coded.
    pub(super) known: Option<Key>,
    /// What its answer adds to.
    pub(super) load: Option<&'a Load>,
}

pub(super) struct Private<'a> {
    pub(super) headers: HeaderMap,
    pub(super) post: Option<&'a Post>,
    pub(super) insecure: bool,
}

impl Sending<'_> {
    /// Whether something would be betrayed if others could read it.
    pub(super) fn is_secret(&self) -> bool {
        self.private.as_ref().is_some_and(|private| {
            private.headers.contains_key(AUTHORIZATION) || private.post.is_some()
        }) || self.cookies.header(&self.url).is_some()
    }

    /// The way to its server, over a `single` connection or over one that was kept and will be.
    pub(super) fn route(&self, single: bool) -> Route {
        Route {
            single,
            proxy: self.proxy.clone(),
            insecure: self
                .private
                .as_ref()
                .is_some_and(|private| private.insecure),
        }
    }

    /// Whether it changes something, or may: it is sent once.
    pub(super) fn posts(&self) -> bool {
        let private = self.private.as_ref();
        private.is_some_and(|private| private.post.is_some())
    }

    pub(super) fn request(&self, client: &reqwest::Client) -> RequestBuilder {
        let post = self.private.as_ref().and_then(|private| private.post);
        let method = if post.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut headers = HeaderMap::from_iter([
            (ACCEPT, self.accept.clone()),
            (ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED)),
        ]);
        headers.extend(self.conditions.clone());
        if let Some(private) = &self.private {
            headers.extend(private.headers.clone());
        }
        if let Some(cookies) = self.cookies.header(&self.url) {
            headers.insert(COOKIE, cookies);
        }
        let request = client.request(method, self.url.clone());
        match post {
            Some(post) => request
                .header(CONTENT_TYPE, post.content_type.as_str())
                .headers(headers)
                .body(post.body.clone()),
            None => request.headers(headers),
        }
    }

    /// After a redirect from an address: what was private to its origin stays behind, and a body is sent on only
    /// where the server asks for the `same` method again.
    pub(super) fn part(&mut self, from: &Url, same: bool) -> Result<(), Redirect> {
        let Some(private) = &mut self.private else {
            return Ok(());
        };
        let leaves = from.origin() != self.url.origin();
        match (private.post.is_some(), same) {
            (true, true) if leaves => return Err(Redirect::Post),
            (true, false) => private.post = None,
            _ => {}
        }
        if leaves {
            self.private = None;
        }
        Ok(())
    }
}
