//! For the operator: whether all is well, and how each source fares.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::counts::Counts;
use super::metrics::{self, Told};
use super::notes::{Around, Note, hidden, minute, state_of};
use super::opml;
use crate::config::Config;
use crate::store::{Store, StoreError, Summary};

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
        .route("/status", get(status))
        .route("/metrics", get(numbers))
        .route("/sources.opml", get(sources))
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

fn unavailable(error: &StoreError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'a> {
    site: &'a str,
    trouble: Option<String>,
    now: String,
    well: usize,
    failing: usize,
    paused: usize,
    notes: Vec<Note>,
    rows: Vec<Row>,
}

/// A source, as the page shows it.
struct Row {
    id: String,
    title: String,
    url: String,
    state: &'static str,
    words: String,
    notes: Vec<Note>,
    detail: Vec<String>,
    kind: &'static str,
    items: u32,
    last_success: String,
    last_new: String,
    next_run: String,
}

async fn status(State(admin): State<Admin>) -> Response {
    let now = Utc::now();
    let asked = (
        admin.store.sources().await,
        admin.store.waiting_hosts(now).await,
    );
    let (sources, waiting) = match asked {
        (Ok(sources), Ok(waiting)) => (sources, waiting),
        (Err(error), _) | (_, Err(error)) => {
            return unavailable(&error);
        }
    };
    let config = Arc::clone(&admin.config.borrow());
    let around = Around {
        config: &config,
        waiting: &waiting,
    };
    let page = page(around, &sources, admin.health.get(), now);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, super::POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    match page.render() {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn page<'a>(
    around: Around<'a>,
    sources: &[Summary],
    trouble: Option<String>,
    now: DateTime<Utc>,
) -> Page<'a> {
    let rows: Vec<Row> = sources
        .iter()
        .map(|source| row(around, source, now))
        .collect();
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let site = &around.config.site;
    Page {
        site: &site.title,
        trouble,
        now: now
            .with_timezone(&site.timezone)
            .format("%Y-%m-%d %H:%M %Z")
            .to_string(),
        well: count("ok"),
        failing: count("failing"),
        paused: count("paused"),
        notes: around.whole(),
        rows,
    }
}

fn row(around: Around<'_>, source: &Summary, now: DateTime<Utc>) -> Row {
    let state = &source.state;
    let when = |at: Option<DateTime<Utc>>| match at {
        None => "never".to_owned(),
        Some(at) => format!(
            "{} ({})",
            minute(at, around.config.site.timezone),
            ago(at, now)
        ),
    };
    let kept = if source.items > 0 {
        "; its last good entries stay published"
    } else {
        ""
    };
    let paused = around.paused(state);
    let name = state_of(state);
    let words = match name {
        "off" => "not polled any more: disabled, or gone from the configuration".to_owned(),
        "held" => format!(
            "held: {}; `rassegna plan {1}` shows it, `rassegna plan --accept {1}` accepts it",
            state.held.as_deref().unwrap_or_default(),
            source.id
        ),
        "paused" => format!("{}{kept}", paused.unwrap_or_default()),
        "failing" => {
            let error = state.error.as_deref().unwrap_or_default();
            format!("{error} (failed {}){kept}", times(state.failures))
        }
        "waiting" => "not polled yet".to_owned(),
        _ => format!(
            "{} items in the last answer",
            state.listed.unwrap_or_default()
        ),
    };
    let mut detail: Vec<String> = Vec::new();
    let rates: Vec<String> = state
        .rates
        .iter()
        .map(|rate| format!("{} {}/{}", rate.field, rate.found, rate.of))
        .collect();
    if !rates.is_empty() {
        detail.push(rates.join(", "));
    }
    detail.extend(state.warnings.iter().cloned());
    Row {
        id: source.id.to_string(),
        title: source.title.clone(),
        url: hidden(&source.url),
        state: name,
        words,
        notes: around.source(source),
        detail,
        kind: state.kind.map_or("", |kind| kind.as_str()),
        items: source.items,
        last_success: when(state.last_success),
        last_new: when(state.last_new),
        next_run: when(state.next_run),
    }
}

fn times(count: u32) -> String {
    if count == 1 {
        "once".into()
    } else {
        format!("{count} times in a row")
    }
}

/// The distance of two times in the coarsest unit that tells something.
#[must_use]
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    let (count, unit) = match seconds.abs() {
        0..60 => (seconds.abs(), "s"),
        60..3_600 => (seconds.abs() / 60, "min"),
        3_600..172_800 => (seconds.abs() / 3_600, "h"),
        _ => (seconds.abs() / 86_400, "days"),
    };
    if seconds >= 0 {
        format!("{count} {unit} ago")
    } else {
        format!("in {count} {unit}")
    }
}

#[cfg(test)]
mod tests;
