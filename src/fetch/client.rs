//! The HTTP clients: one for each way to a server, all of which decide nothing by themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::header::{FROM, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, redirect};

use super::kept::KEPT;
use super::resolve::Resolver;
use super::{FetchError, fault};
use crate::config::Proxy;

/// The longest wait for a connection, or half of the whole time if that is less.
const CONNECT: Duration = Duration::from_secs(10);

/// At least so many connections to one server wait to be used again: all that may be in use at once, where they are more.
const IDLE: usize = 4;

/// The most bytes of a header section. (The client itself stops at 100 fields or 408 KiB.)
pub(super) const HEADERS: u32 = 64 * 1024;

/// How a server is reached: what needs a client of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Route {
    /// The proxy that connects for us.
    pub(super) proxy: Option<Proxy>,
    /// Whether any certificate will do.
    pub(super) insecure: bool,
    /// Whether each request has a connection of its own.
    pub(super) single: bool,
}

/// A client, and whether it has certificates to trust; without them there is HTTP, but no HTTPS.
#[derive(Clone)]
struct Made {
    client: Client,
    trusting: bool,
}

/// The clients that were needed so far.
pub(super) struct Clients {
    user_agent: String,
    from: Option<HeaderValue>,
    allow: Arc<[IpNet]>,
    /// How long a connection is waited for.
    pub(super) patience: Duration,
    /// How many connections to one server wait to be used again.
    idle: usize,
    made: Mutex<HashMap<Route, Made>>,
}

impl Clients {
    pub(super) fn new(
        user_agent: &str,
        from: Option<&str>,
        allow: Arc<[IpNet]>,
        timeout: Duration,
        per_host: usize,
    ) -> Result<Self, FetchError> {
        let from = from
            .map(HeaderValue::from_str)
            .transpose()
            .map_err(|_| FetchError::Header("From".to_owned()))?;
        let clients = Self {
            user_agent: user_agent.to_owned(),
            from,
            allow,
            patience: CONNECT.min(timeout / 2),
            idle: per_host.max(IDLE),
            made: Mutex::default(),
        };
        // What is wrong with the common settings is said at the start.
        clients.made(&Route::default())?;
        Ok(clients)
    }

    /// The client for a route, if it can be used for a scheme.
    pub(super) fn get(&self, route: &Route, scheme: &str) -> Result<Client, FetchError> {
        let made = self.made(route)?;
        if scheme == "https" && !made.trusting {
            return Err(FetchError::Tls(
                "this system has no certificates to trust (install ca-certificates)".to_owned(),
            ));
        }
        Ok(made.client)
    }

    fn made(&self, route: &Route) -> Result<Made, FetchError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.get(route) {
            return Ok(made.clone());
        }
        let new = self.make(route)?;
        made.insert(route.clone(), new.clone());
        Ok(new)
    }

    fn make(&self, route: &Route) -> Result<Made, FetchError> {
        let setup = |error: &reqwest::Error| FetchError::Setup(fault::deepest(error));
        if let Ok(client) = self.builder(route)?.build() {
            return Ok(Made {
                client,
                trusting: true,
            });
        }
        // Trusting nobody is also a way to verify.
        let client = self.builder(route)?.tls_certs_only([]).build();
        Ok(Made {
            client: client.map_err(|error| setup(&error))?,
            trusting: route.insecure,
        })
    }

    /// No redirects, retries, referer, or proxies from the environment, which would connect for us to addresses that
    /// we never see.
    fn builder(&self, route: &Route) -> Result<ClientBuilder, FetchError> {
        let mut common = HeaderMap::new();
        if let Some(from) = &self.from {
            common.insert(FROM, from.clone());
        }
        let builder = Client::builder()
            .user_agent(&self.user_agent)
            .default_headers(common)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .tls_danger_accept_invalid_certs(route.insecure)
            .connect_timeout(self.patience)
            .http2_max_header_list_size(HEADERS)
            .pool_idle_timeout(KEPT)
            .pool_max_idle_per_host(if route.single { 0 } else { self.idle });
        let Some(proxy) = &route.proxy else {
            return Ok(builder.dns_resolver(Resolver::new(Arc::clone(&self.allow))));
        };
        // The one name that is resolved is now the proxy's, which the configuration chose wherever it is.
        let mut through = reqwest::Proxy::all(proxy.url.clone())
            .map_err(|error| FetchError::Setup(fault::deepest(&error)))?;
        if let Some((user, password)) = &proxy.auth {
            through = through.basic_auth(user, password);
        }
        Ok(builder.proxy(through))
    }
}
