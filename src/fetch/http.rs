//! One GET over HTTP (RFC 9110), redirects included: it sends to permitted addresses only, sends credentials to
//! one origin only, and takes in a body within its limits or not at all.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use ipnet::IpNet;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Client, ClientBuilder, Response, StatusCode, redirect};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::address::permitted;
use super::host::Hosts;
use super::resolve::Resolver;
use super::{Accept, FetchError, Fetched, Redirect, Request, Wait, fault, fresh, retry};
use crate::config;
use crate::config::Auth;
use crate::model::{Page, Validators};

/// So many redirects are followed.
const REDIRECTS: usize = 5;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The most bytes of a header section. (The client itself stops at 100 fields or 408 KiB.)
const HEADERS: u32 = 64 * 1024;

/// No time is longer, so that no sum of times overflows.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The client and what it keeps to.
pub(super) struct Http {
    client: Client,
    /// Whether the system has certificates to trust; without them there is HTTP, but no HTTPS.
    trusting: bool,
    hosts: Hosts,
    allow: Arc<[IpNet]>,
    timeout: Duration,
    max_body: usize,
}

/// When an answer must be complete, and how long that is from its beginning, for messages.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    after: Duration,
}

impl Http {
    pub(super) fn new(config: &config::Fetch, user_agent: &str) -> Result<Self, FetchError> {
        let allow: Arc<[IpNet]> = config.allow.clone().into();
        let timeout = config.timeout.min(DAY);
        let builder = || client(user_agent, timeout, &allow);
        let (client, trusting) = match builder().build() {
            Ok(client) => (client, true),
            // Trusting nobody is also a way to verify.
            Err(_) => (
                builder()
                    .tls_certs_only([])
                    .build()
                    .map_err(|error| setup(&error))?,
                false,
            ),
        };
        let hosts = Hosts::new(config.concurrency, config.per_host, config.gap.min(DAY));
        Ok(Self {
            client,
            trusting,
            hosts,
            allow,
            timeout,
            max_body: config.max_body,
        })
    }

    pub(super) fn hold(&self, url: &Url, until: Instant) {
        self.hosts.hold(url, until);
    }

    pub(super) async fn get(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        let conditions = conditions(request.validators);
        let mut url = bare(request.url);
        let mut private = private(&self.client, &request)?;
        let secret = private.contains_key(AUTHORIZATION);
        let mut passed = Vec::new();
        let mut left = self.timeout;
        loop {
            self.vet(&url)?;
            let turn = self.hosts.turn(&url).await?;
            let deadline = Deadline {
                at: Instant::now() + left,
                after: self.timeout,
            };
            let mut headers = HeaderMap::from_iter([(ACCEPT, accept(request.accept))]);
            headers.extend(conditions.clone());
            headers.extend(private.clone());
            let response = self.send(&url, headers, deadline).await?;
            if !redirects(response.status()) {
                return self
                    .receive(url, response, !conditions.is_empty(), deadline)
                    .await;
            }
            let target = target(&url, &response)?;
            // The body of a redirect is not read: the connection is closed.
            drop((response, turn));
            left = deadline.at.saturating_duration_since(Instant::now());
            if secret && url.scheme() == "https" && target.scheme() == "http" {
                return Err(Redirect::Downgrade.into());
            }
            if target.origin() != url.origin() {
                private.clear();
            }
            passed.push(url);
            if passed.contains(&target) {
                return Err(Redirect::Circle.into());
            }
            if passed.len() > REDIRECTS {
                return Err(Redirect::TooMany { limit: REDIRECTS }.into());
            }
            url = target;
        }
    }

    /// Checks an address that is written as a number; names are checked when they are resolved.
    fn vet(&self, url: &Url) -> Result<(), FetchError> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if permitted(address, &self.allow) {
            Ok(())
        } else {
            Err(FetchError::Address {
                address,
                name: None,
            })
        }
    }

    async fn send(
        &self,
        url: &Url,
        headers: HeaderMap,
        deadline: Deadline,
    ) -> Result<Response, FetchError> {
        if !self.trusting && url.scheme() == "https" {
            return Err(FetchError::Tls(
                "this system has no certificates to trust (install ca-certificates)".to_owned(),
            ));
        }
        let sent = self.client.get(url.clone()).headers(headers).send();
        match timeout_at(deadline.at, sent).await {
            Ok(Ok(response)) if weight(response.headers()) > HEADERS as usize => {
                Err(FetchError::Headers)
            }
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(fault::unanswered(&error, CONNECT.min(self.timeout))),
            Err(_) => Err(FetchError::Timeout {
                what: Wait::Answer,
                after: deadline.after,
            }),
        }
    }

    /// Takes in an answer that is no redirect; `conditional` says whether 304 was asked for.
    async fn receive(
        &self,
        url: Url,
        response: Response,
        conditional: bool,
        deadline: Deadline,
    ) -> Result<Fetched, FetchError> {
        let validators = validators(response.headers());
        let fresh_until = fresh::until(response.headers(), Utc::now());
        match response.status() {
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                let content_type = text(response.headers(), &CONTENT_TYPE);
                let body = self.body(response, deadline).await?;
                Ok(Fetched::Page(Page {
                    url,
                    content_type,
                    body,
                    validators,
                    fetched_at: Utc::now(),
                    fresh_until,
                    moved: None,
                }))
            }
            StatusCode::NOT_MODIFIED if conditional => Ok(Fetched::NotModified {
                validators,
                fresh_until,
                moved: None,
            }),
            StatusCode::GONE => Err(FetchError::Gone),
            status => {
                let value = text(response.headers(), &RETRY_AFTER);
                let retry_after = value.and_then(|value| retry::pause(&value, Utc::now()));
                if let Some(pause) = retry_after {
                    self.hosts.hold(&url, Instant::now() + pause);
                }
                Err(FetchError::Status {
                    code: status.as_u16(),
                    retry_after,
                })
            }
        }
    }

    /// The decoded body, which grows only by what has really come.
    async fn body(
        &self,
        mut response: Response,
        deadline: Deadline,
    ) -> Result<Vec<u8>, FetchError> {
        let limit = self.max_body;
        // The client has removed both headers from an answer that it decodes.
        if let Some(coding) = response
            .headers()
            .get_all(CONTENT_ENCODING)
            .iter()
            .find(|coding| !is_identity(coding))
        {
            let coding = String::from_utf8_lossy(coding.as_bytes())
                .chars()
                .take(40)
                .collect::<String>();
            return Err(FetchError::Coding(format!("unknown coding {coding:?}")));
        }
        let announced =
            text(response.headers(), &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if announced
            .is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
        {
            return Err(FetchError::TooLarge { limit });
        }
        let mut body = Vec::new();
        loop {
            match timeout_at(deadline.at, response.chunk()).await {
                Ok(Ok(Some(chunk))) if chunk.len() > limit - body.len() => {
                    return Err(FetchError::TooLarge { limit });
                }
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Ok(None)) => return Ok(body),
                Ok(Err(error)) => return Err(fault::incomplete(&error)),
                Err(_) => {
                    return Err(FetchError::Timeout {
                        what: Wait::Body,
                        after: deadline.after,
                    });
                }
            }
        }
    }
}

/// A client that decides nothing by itself: no redirects, retries, referer, or proxies from the environment, which
/// would connect for us to addresses that we never see.
fn client(user_agent: &str, timeout: Duration, allow: &Arc<[IpNet]>) -> ClientBuilder {
    Client::builder()
        .user_agent(user_agent)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(Resolver::new(Arc::clone(allow)))
        .connect_timeout(CONNECT.min(timeout))
        .http2_max_header_list_size(HEADERS)
        // A server may close a kept connection just when it is used again, which looks like a refusal. Sources are
        // polled minutes apart, so there is little to gain; and each connection is vetted anew.
        .pool_max_idle_per_host(0)
}

fn setup(error: &reqwest::Error) -> FetchError {
    FetchError::Setup(fault::deepest(error))
}

/// An address as it is sent and told: without user, password and fragment, which relative links would inherit.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // These fail only for addresses without a host, which can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Where a redirect leads, if that may be followed at all.
fn target(from: &Url, response: &Response) -> Result<Url, Redirect> {
    let location = response.headers().get(LOCATION).ok_or(Redirect::Nowhere)?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| Redirect::Malformed)?;
    let target = from.join(location).map_err(|_| Redirect::Malformed)?;
    match target.scheme() {
        "http" | "https" => Ok(bare(&target)),
        other => Err(Redirect::Scheme(other.chars().take(20).collect())),
    }
}

fn redirects(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn accept(accept: Accept) -> HeaderValue {
    HeaderValue::from_static(match accept {
        Accept::Feed => {
            "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, \
             application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.8, */*;q=0.5"
        }
        Accept::Page => "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.5",
    })
}

/// The headers that go to the first origin only: the source's own, any of which may be a secret, and credentials.
fn private(client: &Client, request: &Request<'_>) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers {
        let illegal = || FetchError::Header(name.clone());
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?;
        headers.append(
            key,
            HeaderValue::from_bytes(value.as_bytes()).map_err(|_| illegal())?,
        );
    }
    // The client writes the header of credentials, those that stand in the address too; it is asked to in a
    // request that is not sent.
    let proof = match request.auth {
        Some(Auth::Bearer(token)) => client.get(bare(request.url)).bearer_auth(token),
        Some(Auth::Basic(user, password)) => client
            .get(bare(request.url))
            .basic_auth(user, Some(password)),
        None => client.get(request.url.clone()),
    };
    let proof = proof
        .build()
        .map_err(|_| FetchError::Header("Authorization".to_owned()))?;
    headers.extend(proof.headers().clone());
    Ok(headers)
}

/// The headers that make a request conditional (RFC 9110 §13.1). A validator that HTTP cannot carry is left out.
fn conditions(validators: &Validators) -> HeaderMap {
    let both = [
        (IF_NONE_MATCH, &validators.etag),
        (IF_MODIFIED_SINCE, &validators.last_modified),
    ];
    both.into_iter()
        .filter_map(|(name, text)| Some((name, value(text.as_deref()?)?)))
        .collect()
}

fn validators(headers: &HeaderMap) -> Validators {
    Validators {
        etag: text(headers, &ETAG),
        last_modified: text(headers, &LAST_MODIFIED),
    }
}

/// The first value of a header, each byte as the character of that number, so that [`value`] gives the same
/// bytes back whatever they are. Empty is none.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text: String = headers
        .get(name)?
        .as_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect();
    (!text.is_empty()).then_some(text)
}

/// The header value that [`text`] has read.
fn value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text
        .chars()
        .map(|character| u8::try_from(character).ok())
        .collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// The size of a header section on the wire.
fn weight(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}

fn is_identity(coding: &HeaderValue) -> bool {
    coding.is_empty() || coding.as_bytes().eq_ignore_ascii_case(b"identity")
}
