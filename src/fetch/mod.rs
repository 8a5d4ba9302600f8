//! Gets one document, over HTTP or from a file, and takes no harm from any answer: addresses are vetted, sizes and
//! times bounded, hosts spared. It neither retries nor looks into the document, and what it returns is whole.

mod body;
mod client;
mod cookies;
mod error;
mod fault;
mod file;
mod fresh;
mod headers;
mod host;
mod http;
mod kept;
mod load;
mod resolve;
mod retry;
mod robots;
mod rulings;
mod sending;

pub mod address;
pub mod history;

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use url::Url;

pub use error::{FetchError, Redirect, Wait};
pub use host::Pause;
pub use load::Load;

use crate::config;
use crate::config::{Post, Proxy, Source};
use crate::model::{Page, Validators};
use http::Http;

/// What is to be fetched, and how to ask for it. It is not for printing: what a source sends may be secret.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Whose request it is: its headers, cookies, credentials, body, proxy and trust. A user and password in the
    /// address stand for [`config::Auth::Basic`].
    pub source: &'a Source,
    /// The address.
    pub url: &'a Url,
    /// What is known of the version that we have; empty for an unconditional request.
    pub validators: &'a Validators,
    /// What the answer should be where the server has a choice.
    pub accept: Accept,
    /// Whether the address is the source's own, so that what is private to it is sent there (and to no other origin).
    pub own: bool,
    /// Whether robots.txt is heeded.
    pub robots: bool,
    /// Whether a `file:` URL may be read: only if the address stands in the configuration.
    pub local: bool,
    /// What its answer adds to, if it is to be recorded.
    pub load: Option<&'a Load>,
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

impl Fetched {
    /// The same, reached by permanent redirects up to an address.
    fn moved_to(mut self, to: Option<Url>) -> Self {
        match &mut self {
            Self::NotModified { moved, .. } => *moved = to,
            Self::Page(page) => page.moved = to,
        }
        self
    }
}

/// Fetches documents. One for all tasks: it is what knows the hosts' turns.
pub struct Fetcher {
    http: Http,
    max_body: usize,
    timeout: Duration,
    proxy: Option<Proxy>,
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
            proxy: config.proxy.clone(),
        })
    }

    /// Sends a form by POST, the same way and within the same limits as a document is asked for. Any answer of success
    /// will do.
    ///
    /// # Errors
    /// Any [`FetchError`].
    pub async fn tell(&self, url: &Url, form: &[(&str, &str)]) -> Result<(), FetchError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let post = Post {
            body: body.into_bytes(),
            content_type: "application/x-www-form-urlencoded".to_owned(),
        };
        let sender = Source {
            post: Some(post),
            proxy: self.proxy.clone(),
            ..Source::unknown(url.clone())
        };
        let request = Request {
            source: &sender,
            url,
            validators: &Validators::default(),
            accept: Accept::Page,
            own: true,
            robots: false,
            local: false,
            load: None,
        };
        match self.http.get(request).await {
            // After some redirects, a document was asked for and nothing told.
            Ok(Fetched::Page(page)) if page.url != *url => Err(Redirect::Post.into()),
            Ok(_)
            | Err(FetchError::Status {
                code: 201..=299, ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
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

    /// The load of one poll, not taken up yet.
    #[must_use]
    pub fn load(&self) -> Load {
        self.http.load()
    }

    /// Lets no request to the host of `url` start before a moment, as after a pause that was asked for before the
    /// last restart.
    pub fn hold(&self, url: &Url, until: Instant) {
        self.http.hold(url, until);
    }

    /// The pauses that hosts asked for since this was last asked; they are kept here, but do not survive a restart.
    #[must_use]
    pub fn pauses(&self) -> Vec<Pause> {
        self.http.pauses()
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
