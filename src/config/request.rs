//! What goes with a request and is nobody else's business: credentials, bodies, proxies. None of it is shown by `Debug`.

use std::fmt;

use url::Url;

use super::Source;

/// A secret that stays out of the configuration and of the log.
#[derive(Clone)]
pub enum Auth {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer(String),
    /// `Authorization: Basic …` (RFC 7617): user and password.
    Basic(String, String),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(…)",
            Self::Basic(..) => "Basic(…)",
        })
    }
}

/// A proxy that is asked by HTTP.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// `http` or `https`, without user, path and query.
    pub url: Url,
    /// User and password for `Proxy-Authorization: Basic` (RFC 7617).
    pub auth: Option<(String, String)>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let auth = self.auth.as_ref().map(|_| "…");
        f.debug_struct("Proxy")
            .field("url", &self.url.as_str())
            .field("auth", &auth)
            .finish()
    }
}

/// What a source's address is asked with by POST.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// The content of the request.
    pub body: Vec<u8>,
    /// Its media type, for `Content-Type`.
    pub content_type: String,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    /// Of headers and cookies, whose values may be secrets, only the names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn names(pairs: &[(String, String)]) -> Vec<&str> {
            pairs.iter().map(|(name, _)| name.as_str()).collect()
        }
        f.debug_struct("Source")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("languages", &self.languages)
            .field("listing", &self.listing)
            .field("plan", &self.plan)
            .field("headers", &names(&self.headers))
            .field("cookies", &names(&self.cookies))
            .field("post", &self.post)
            .field("auth", &self.auth)
            .field("robots", &self.robots)
            .field("proxy", &self.proxy)
            .field("tls_insecure", &self.tls_insecure)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
