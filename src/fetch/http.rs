//! One request over HTTP (RFC 9110), redirects included: it sends to permitted addresses only, sends what is private
//! to one origin only, and takes in a body within its limits or not at all.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use ipnet::IpNet;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LINK, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::address::permitted;
use super::client::{Clients, HEADERS, Route};
use super::cookies::Jar;
use super::host::{Hosts, Pause};
use super::kept::Kept;
use super::rulings::Rulings;
use super::sending::{Private, Sending};
use super::{
    FetchError, Fetched, Load, Redirect, Request, Wait, body, fault, fresh, headers, retry, robots,
};
use crate::config;
use crate::model::Page;

/// So many redirects are followed.
const REDIRECTS: usize = 5;

/// robots.txt gets a third of the time, which is taken from what it was asked for: a page that is read in time
/// leaves the whole no later than if nobody had asked.
const ROBOTS: u32 = 3;

/// No time is longer, so that no sum of times overflows.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The clients and what they keep to.
pub(super) struct Http {
    clients: Clients,
    /// A play of the network instead of the network itself.
    #[cfg(test)]
    pub(super) play: Option<super::simulation::Network>,
    hosts: Hosts,
    kept: Kept,
    rulings: Rulings,
    allow: Arc<[IpNet]>,
    timeout: Duration,
    max_body: usize,
}

/// What came back from one address.
enum Reply {
    Done(Box<Fetched>),
    Elsewhere {
        to: Url,
        permanent: bool,
        /// Whether the same method is asked for, or GET.
        same: bool,
        /// Whether it set cookies that were not there.
        new_cookies: bool,
    },
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
        let clients = Clients::new(
            user_agent,
            config.from.as_deref(),
            Arc::clone(&allow),
            timeout,
            config.per_host,
        )?;
        Ok(Self {
            clients,
            #[cfg(test)]
            play: None,
            hosts: Hosts::new(config.concurrency, config.per_host, config.gap.min(DAY)),
            kept: Kept::default(),
            rulings: Rulings::default(),
            allow,
            timeout,
            max_body: config.max_body,
        })
    }

    pub(super) fn hold(&self, url: &Url, until: Instant) {
        self.hosts.hold(url, until);
    }

    pub(super) fn load(&self) -> Load {
        self.hosts.load()
    }

    pub(super) fn pauses(&self) -> Vec<Pause> {
        self.hosts.pauses()
    }

    pub(super) async fn get(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        let mut sending = self.sending(&request)?;
        self.follow(&mut sending, request.robots).await
    }

    fn sending<'a>(&self, request: &Request<'a>) -> Result<Sending<'a>, FetchError> {
        let source = request.source;
        let url = headers::bare(request.url);
        let mut cookies = Jar::default();
        let mut private = None;
        if request.own {
            let pen = self.clients.get(&Route::default(), "http")?;
            cookies.put(&url, &source.cookies);
            private = Some(Private {
                headers: headers::private(&pen, request.url, source)?,
                post: source.post.as_ref(),
                insecure: source.tls_insecure,
            });
        }
        // What a condition means is not defined for POST.
        let posts = private
            .as_ref()
            .is_some_and(|private| private.post.is_some());
        let conditions = (!posts).then(|| headers::conditions(request.validators));
        Ok(Sending {
            url,
            accept: headers::accept(request.accept),
            conditions: conditions.unwrap_or_default(),
            private,
            proxy: source.proxy.clone(),
            cookies,
            time: self.timeout,
            max_body: self.max_body,
            proves: true,
            known: request.validators.coded,
            load: request.load,
        })
    }

    /// Sends it, and follows where it is sent on to.
    async fn follow(&self, sending: &mut Sending<'_>, robots: bool) -> Result<Fetched, FetchError> {
        let secret = sending.is_secret();
        let mut passed = Vec::new();
        let mut moved = None;
        let mut for_good = true;
        let mut left = sending.time;
        loop {
            self.vet(&sending.url)?;
            if robots {
                let began = Instant::now();
                let file = Box::pin(self.robots(sending));
                let delay = self.rulings.heed(&sending.url, file).await?;
                self.hosts.slow_down(&sending.url, delay);
                left = left.saturating_sub(began.elapsed().min(self.timeout / ROBOTS));
            }
            let turn = self.hosts.turn(&sending.url).await?;
            let deadline = Deadline {
                at: Instant::now() + left,
                after: sending.time,
            };
            let proves = sending.proves;
            let load = sending.load;
            let in_hand = async |reply: &Result<Reply, FetchError>| {
                if let (Some(load), Ok(Reply::Done(fetched))) = (load, reply)
                    && matches!(**fetched, Fetched::Page(_))
                {
                    load.take().await;
                }
            };
            // Thousands may wait for their turn, and what each has until then is to be little.
            let ask = Box::pin(self.ask(sending, deadline));
            let reply = turn.run(ask, proves, in_hand);
            let reply = reply.await?;
            left = deadline.at.saturating_duration_since(Instant::now());
            let (to, permanent, same, new_cookies) = match reply {
                Reply::Done(fetched) => return Ok(fetched.moved_to(moved)),
                Reply::Elsewhere {
                    to,
                    permanent,
                    same,
                    new_cookies,
                } => (to, permanent, same, new_cookies),
            };
            if secret && sending.url.scheme() == "https" && to.scheme() == "http" {
                return Err(Redirect::Downgrade.into());
            }
            for_good &= permanent;
            if for_good {
                moved = Some(to.clone());
            }
            let from = std::mem::replace(&mut sending.url, to);
            sending.part(&from, same)?;
            passed.push(from);
            // A page that asks for a cookie leads back to itself, once it has set it.
            if passed.contains(&sending.url) && !new_cookies {
                return Err(Redirect::Circle.into());
            }
            if passed.len() > REDIRECTS {
                return Err(Redirect::TooMany { limit: REDIRECTS }.into());
            }
        }
    }

    /// The robots.txt for the address that something is to be sent to.
    async fn robots(&self, sending: &Sending<'_>) -> Result<Vec<u8>, FetchError> {
        let mut file = Sending {
            url: sending
                .url
                .join("/robots.txt")
                .map_err(|_| Redirect::Malformed)?,
            accept: HeaderValue::from_static("text/plain, */*;q=0.5"),
            conditions: HeaderMap::new(),
            private: sending.private.as_ref().map(|private| Private {
                headers: HeaderMap::new(),
                post: None,
                insecure: private.insecure,
            }),
            proxy: sending.proxy.clone(),
            cookies: Jar::default(),
            time: self.timeout / ROBOTS,
            max_body: self.max_body.max(robots::READ),
            proves: false,
            known: None,
            load: None,
        };
        match self.follow(&mut file, false).await? {
            Fetched::Page(page) => Ok(page.body),
            Fetched::NotModified { .. } => Ok(Vec::new()),
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

    /// One exchange with one address.
    async fn ask(
        &self,
        sending: &mut Sending<'_>,
        deadline: Deadline,
    ) -> Result<Reply, FetchError> {
        let response = match timeout_at(deadline.at, self.carry(sending)).await {
            Ok(response) => response?,
            Err(_) => {
                return Err(FetchError::Timeout {
                    what: Wait::Answer,
                    after: deadline.after,
                });
            }
        };
        if headers::weight(response.headers()) > HEADERS as usize {
            return Err(FetchError::Headers);
        }
        let status = response.status().as_u16();
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            let to = target(&sending.url, &response)?;
            // The body of a redirect is not read: the connection is closed.
            return Ok(Reply::Elsewhere {
                to,
                permanent: matches!(status, 301 | 308),
                same: matches!(status, 307 | 308),
                new_cookies: sending.cookies.take(&sending.url, response.headers()),
            });
        }
        let fetched = self.receive(sending, response, deadline).await?;
        Ok(Reply::Done(Box::new(fetched)))
    }

    async fn carry(&self, sending: &Sending<'_>) -> Result<Response, FetchError> {
        #[cfg(test)]
        if let Some(network) = &self.play {
            return Ok(network.answer(&sending.url).await);
        }
        let single = sending.posts() || !self.kept.admits(&sending.url);
        let kept = !single && self.kept.has(&sending.url);
        let mut sent = self.send(sending, single).await?;
        // A server may close a kept connection just when it is used again: that is no failure of the server.
        if kept && sent.as_ref().is_err_and(|error| !error.is_connect()) {
            sent = self.send(sending, true).await?;
        }
        let response = sent.map_err(|error| fault::unanswered(&error, self.clients.patience))?;
        if !single {
            self.kept.note(&sending.url);
        }
        Ok(response)
    }

    async fn send(
        &self,
        sending: &Sending<'_>,
        single: bool,
    ) -> Result<reqwest::Result<Response>, FetchError> {
        let route = sending.route(single);
        let client = self.clients.get(&route, sending.url.scheme())?;
        Ok(sending.request(&client).send().await)
    }

    /// Takes in an answer that is no redirect.
    async fn receive(
        &self,
        sending: &Sending<'_>,
        response: Response,
        deadline: Deadline,
    ) -> Result<Fetched, FetchError> {
        let mut validators = headers::validators(response.headers());
        let fresh_until = fresh::until(response.headers(), Utc::now());
        let retry_after = headers::text(response.headers(), &RETRY_AFTER)
            .and_then(|value| retry::pause(&value, Utc::now()));
        if let Some(pause) = retry_after {
            self.hosts.pause(&sending.url, pause);
        }
        match response.status() {
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                let content_type = headers::text(response.headers(), &CONTENT_TYPE);
                let links = headers::list(response.headers(), &LINK);
                let body = body::read(response, sending.max_body, sending.known);
                let body = timeout_at(deadline.at, body).await;
                let body = body.map_err(|_| FetchError::Timeout {
                    what: Wait::Body,
                    after: deadline.after,
                })??;
                let Some((body, coded)) = body else {
                    return Ok(Fetched::NotModified {
                        validators,
                        fresh_until,
                        moved: None,
                    });
                };
                validators.coded = Some(coded);
                Ok(Fetched::Page(Page {
                    url: sending.url.clone(),
                    content_type,
                    body,
                    validators,
                    fetched_at: Utc::now(),
                    fresh_until,
                    moved: None,
                    links,
                }))
            }
            StatusCode::NOT_MODIFIED if !sending.conditions.is_empty() => {
                Ok(Fetched::NotModified {
                    validators,
                    fresh_until,
                    moved: None,
                })
            }
            StatusCode::GONE => Err(FetchError::Gone),
            status => Err(FetchError::Status {
                code: status.as_u16(),
                retry_after,
            }),
        }
    }
}

/// Where a redirect leads, if that may be followed at all.
fn target(from: &Url, response: &Response) -> Result<Url, Redirect> {
    let location = response.headers().get(LOCATION).ok_or(Redirect::Nowhere)?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| Redirect::Malformed)?;
    let target = from.join(location).map_err(|_| Redirect::Malformed)?;
    match target.scheme() {
        "http" | "https" => Ok(headers::bare(&target)),
        other => Err(Redirect::Scheme(other.chars().take(20).collect())),
    }
}
