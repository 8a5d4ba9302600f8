//! For the operator: whether all is well, and how each source fares.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chrono::Utc;
use tokio::sync::watch;

use super::counts::Counts;
use super::metrics::{self, Told};
use super::notes::Around;
use super::status::{self, Known, View};
use super::{opml, spark, troubles};
use crate::config::Config;
use crate::extract::text::legible;
use crate::store::{Store, StoreError};

/// A part of the daemon that can be in trouble by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The configuration on disk.
    Configuration,
    /// Writing to the database.
    Recording,
    /// Writing the files.
    Publishing,
}

/// How the daemon fares, apart from its sources. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Health {
    troubles: Arc<Mutex<BTreeMap<Part, String>>>,
}

impl Health {
    /// Says what is wrong with a part, or that nothing is; what is wrong with another one stays.
    pub fn set(&self, part: Part, trouble: Option<String>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) => troubles.insert(part, trouble),
            None => troubles.remove(&part),
        };
    }

    fn get(&self) -> Option<String> {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<&str> = troubles.values().map(String::as_str).collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }
}

#[derive(Clone)]
struct Admin {
    store: Store,
    health: Health,
    counts: Counts,
    config: watch::Receiver<Arc<Config>>,
}

/// What is served on `serve.admin`; `config` is the configuration in use.
pub fn router(
    store: Store,
    health: Health,
    counts: Counts,
    config: watch::Receiver<Arc<Config>>,
) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/status", get(sources_page))
        .route("/metrics", get(numbers))
        .route("/sources.opml", get(sources))
        .route("/health/atom.xml", get(incidents))
        .route(
            "/style.css",
            get(|| async {
                (
                    [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
                    include_str!("status.css"),
                )
            }),
        )
        .route(
            "/",
            get(|| async { axum::response::Redirect::temporary("status") }),
        )
        .with_state(Admin {
            store,
            health,
            counts,
            config,
        })
        .layer(map_response(secured))
}

/// What holds for every answer: it is what it says it is, nobody frames it, and nobody is told of it.
async fn secured(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, super::POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// `ok`, or 503 and what is wrong: the store does not answer or publishing fails. Sources that fail are no reason,
/// since nothing is wrong with the daemon then.
async fn healthz(State(admin): State<Admin>) -> Response {
    let store = admin
        .store
        .sources()
        .await
        .err()
        .map(|error| error.to_string());
    match store.or_else(|| admin.health.get()) {
        None => "ok\n".into_response(),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, format!("{trouble}\n")).into_response(),
    }
}

async fn numbers(State(admin): State<Admin>) -> Response {
    let sources = match admin.store.sources().await {
        Ok(sources) => sources,
        Err(error) => return unavailable(&error),
    };
    let counts = &admin.counts;
    let text = metrics::write(&Told {
        sources: &sources,
        work: &counts.now(),
        served: [
            ("listen", counts.public.now()),
            ("admin", counts.admin.now()),
        ],
        healthy: admin.health.get().is_none(),
    });
    ([(header::CONTENT_TYPE, metrics::MEDIA_TYPE)], text).into_response()
}

async fn sources(State(admin): State<Admin>) -> Response {
    match admin.store.sources().await {
        Ok(known) => {
            let text = opml::sources(&admin.config.borrow(), &known);
            let media_type = "text/x-opml; charset=utf-8";
            ([(header::CONTENT_TYPE, media_type)], text).into_response()
        }
        Err(error) => unavailable(&error),
    }
}

/// What happened to the sources, as a feed. Links lead to where the reader has found it.
async fn incidents(State(admin): State<Admin>, headers: HeaderMap) -> Response {
    let asked = (admin.store.incidents().await, admin.store.site().await);
    let (incidents, site_id) = match asked {
        (Ok(incidents), Ok(site_id)) => (incidents, site_id),
        (Err(error), _) | (_, Err(error)) => return unavailable(&error),
    };
    let config = Arc::clone(&admin.config.borrow());
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let root = host.map_or_else(String::new, |host| format!("http://{host}"));
    let site_id = site_id.unwrap_or_else(|| config.site.url.to_string());
    let text = troubles::feed(&incidents, &config.site, &site_id, &root);
    let headers = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    (headers, text).into_response()
}

fn unavailable(error: &StoreError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()
}

async fn sources_page(State(admin): State<Admin>, address: Uri) -> Response {
    let now = Utc::now();
    let asked = tokio::try_join!(
        admin.store.sources(),
        admin.store.waiting_hosts(now),
        admin.store.published_since(spark::since(now)),
        admin.store.incidents(),
    );
    let (sources, waiting, published, incidents) = match asked {
        Ok(known) => known,
        Err(error) => return unavailable(&error),
    };
    let config = Arc::clone(&admin.config.borrow());
    let trouble = admin.health.get();
    let known = Known {
        around: Around {
            config: &config,
            waiting: &waiting,
        },
        sources: &sources,
        published: &published,
        incidents: &incidents,
        trouble: trouble.as_deref(),
        now,
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    match status::page(known, View::of(address.query())) {
        // Titles and errors say whatever sources and people wrote.
        Ok(html) => {
            let html: String = html.chars().filter_map(legible).collect();
            (headers, Html(html)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
