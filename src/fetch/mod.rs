//! Gets one document, over HTTP or from a file, and takes no harm from any answer: addresses are vetted, sizes and
//! times bounded, hosts spared. It neither retries nor looks into the document, and what it returns is whole.

mod error;
mod fault;
mod file;
mod fresh;
mod host;
mod http;
mod resolve;
mod retry;

pub mod address;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use url::Url;

pub use error::{FetchError, Redirect, Wait};

use crate::config;
use crate::config::Auth;
use crate::model::{Page, Validators};
use http::Http;

/// What is to be fetched, and how to ask for it. It is not for printing: headers may be secret.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The address. A user and password in it stand for [`Auth::Basic`].
    pub url: &'a Url,
    /// What is known of the version that we have; empty for an unconditional request.
    pub validators: &'a Validators,
    /// Headers of the source, before which our own give way. They go to the origin of `url` only.
    pub headers: &'a [(String, String)],
    /// What proves who asks. It goes to the origin of `url` only.
    pub auth: Option<&'a Auth>,
    /// What the answer should be where the server has a choice.
    pub accept: Accept,
    /// Whether a `file:` URL may be read: only if the address stands in the configuration.
    pub local: bool,
}

/// What is preferred where a server has several documents at one address (RFC 9110 §12.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// A feed, else JSON or a page.
    Feed,
    /// A page for people.
    Page,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The version that we have is still the current one.
    NotModified {
        /// The validators of this answer; those that it leaves out remain as they were.
        validators: Validators,
        /// As of a page.
        fresh_until: Option<DateTime<Utc>>,
        /// As of a page.
        moved: Option<Url>,
    },
    /// A document, complete, maybe empty.
    Page(Page),
}

/// Fetches documents. One for all tasks: it is what knows the hosts' turns.
pub struct Fetcher {
    http: Http,
    max_body: usize,
    timeout: Duration,
}

impl Fetcher {
    /// A fetcher that keeps the configured limits and calls itself `user_agent`.
    ///
    /// # Errors
    /// [`FetchError::Setup`] if the user agent cannot stand in a header, or TLS cannot be set up.
    pub fn new(config: &config::Fetch, user_agent: &str) -> Result<Self, FetchError> {
        let http = Http::new(config, user_agent)?;
        Ok(Self {
            http,
            max_body: config.max_body,
            timeout: config.timeout,
        })
    }

    /// Gets one document. The configured time counts from when the host's turn has come. May be dropped at any
    /// time, which ends the request.
    ///
    /// # Errors
    /// Any [`FetchError`]; nothing of an answer is kept then. A pause that it asks for holds the whole host.
    pub async fn get(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        match request.url.scheme() {
            "http" | "https" => self.http.get(request).await,
            "file" if request.local => {
                file::get(request.url, request.validators, self.max_body, self.timeout).await
            }
            other => Err(FetchError::Scheme(other.to_owned())),
        }
    }

    /// Lets no request to the host of `url` start before a moment, as after a pause that was asked for before the
    /// last restart.
    pub fn hold(&self, url: &Url, until: Instant) {
        self.http.hold(url, until);
    }
}

#[cfg(test)]
mod tests;
