//! One source's answer: asked for, told from what is known already, read, and the feed that its page announces
//! preferred to the page.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::spawn_blocking;
use url::Url;

use super::{Reading, read};
use crate::config::Source;
use crate::fetch::{Accept, FetchError, Fetched as Answer, Fetcher, Request};
use crate::model::{Item, Key, Kind, Page, Validators};
use crate::normalize::url::identity;
use crate::schedule::Floor;
use crate::store::{Fetched, Outcome, SourceState};

/// After so long the source is asked without conditions once, in case its validators are stuck.
const WHOLE_AFTER: TimeDelta = TimeDelta::days(7);

/// Why a poll gave nothing, in words, and how long its host wants to be left alone.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) wait: Option<(String, DateTime<Utc>)>,
}

impl Failure {
    fn text(text: impl ToString) -> Self {
        Self {
            text: text.to_string(),
            wait: None,
        }
    }

    fn fetch(error: &FetchError, url: &Url) -> Self {
        let host = url.has_host().then(|| url.origin().ascii_serialization());
        let wait = error
            .retry_after()
            .and_then(|wait| TimeDelta::from_std(wait).ok());
        Self {
            text: error.to_string(),
            wait: host.zip(wait).map(|(host, wait)| (host, Utc::now() + wait)),
        }
    }
}

/// Asks a source and reads the answer.
pub(super) async fn outcome(
    fetcher: &Fetcher,
    source: &Source,
    state: &SourceState,
) -> Result<Outcome, Failure> {
    let url = state.feed_url.as_ref().unwrap_or(&source.url);
    let fresh = state
        .whole_at
        .is_some_and(|at| Utc::now() - at < WHOLE_AFTER);
    let validators = if fresh {
        state.validators.clone()
    } else {
        Validators::default()
    };
    let page = match get(fetcher, source, url, &validators).await? {
        Answer::NotModified {
            validators,
            fresh_until,
            ..
        } => return Ok(Outcome::NotModified(validators, fresh_until)),
        Answer::Page(page) => page,
    };
    let body = digest(&page.body);
    if state.body == Some(body) && fresh {
        return Ok(Outcome::Identical(page.validators, page.fresh_until));
    }
    let page = Arc::new(page);
    let reading = read_apart(source, state.kind, Arc::clone(&page)).await?;
    let known = state
        .kind
        .or(source.kind)
        .filter(|_| source.listing.is_none());
    if let Some(known) = known.filter(|known| *known != reading.extracted.kind) {
        let now = reading.extracted.kind;
        return Err(Failure::text(format!(
            "it was read as {known} so far and looks like {now} now; held until `kind` says which"
        )));
    }
    let choosing = state.kind.is_none() && source.kind.is_none() && source.listing.is_none();
    if choosing && let Some((feed, announced)) = announced(fetcher, source, &reading).await {
        let (page, reading) = announced;
        return Ok(fetched(&page, digest(&page.body), reading, Some(feed)));
    }
    Ok(fetched(&page, body, reading, state.feed_url.clone()))
}

/// What is recorded of a page that was read.
fn fetched(page: &Page, body: Key, reading: Reading, feed_url: Option<Url>) -> Outcome {
    let Reading {
        extracted,
        normalized,
    } = reading;
    Outcome::Read(Box::new(Fetched {
        kind: extracted.kind,
        feed_url,
        validators: page.validators.clone(),
        body,
        items: normalized.items,
        rates: extracted.fields,
        warnings: extracted
            .warnings
            .into_iter()
            .chain(normalized.warnings)
            .collect(),
        partial: extracted.partial,
        floor: Floor {
            pace: extracted.pace,
            fresh_until: page.fresh_until,
        },
    }))
}

fn digest(body: &[u8]) -> Key {
    let mut key = [0; 16];
    blake3::Hasher::new()
        .update(body)
        .finalize_xof()
        .fill(&mut key);
    Key(key)
}

async fn get(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    validators: &Validators,
) -> Result<Answer, Failure> {
    // What is meant for the page's own host is not shown to another one.
    let own = url.origin() == source.url.origin();
    let page =
        source.listing.is_some() || matches!(source.kind, Some(Kind::Listing | Kind::Article));
    let request = Request {
        url,
        validators,
        headers: if own { &source.headers } else { &[] },
        auth: source.auth.as_ref().filter(|_| own),
        accept: if page { Accept::Page } else { Accept::Feed },
        local: *url == source.url,
    };
    fetcher
        .get(request)
        .await
        .map_err(|error| Failure::fetch(&error, url))
}

/// Reads a page on a thread of its own; a panic in there is a failure of this source and of nothing else.
async fn read_apart(
    source: &Source,
    kind: Option<Kind>,
    page: Arc<Page>,
) -> Result<Reading, Failure> {
    let source = source.clone();
    let now = page.fetched_at;
    let reading = spawn_blocking(move || read(&source, kind, &page, now)).await;
    let reading = reading.map_err(|_| {
        Failure::text(
            "reading it failed in a way that should not be possible; please report this page",
        )
    })?;
    reading.map_err(Failure::text)
}

/// A feed that the page announces, if at least half of its links are on the page: then it is the better source.
async fn announced(
    fetcher: &Fetcher,
    source: &Source,
    page: &Reading,
) -> Option<(Url, (Arc<Page>, Reading))> {
    let feed = page.extracted.announced.first()?;
    let Ok(Answer::Page(answer)) = get(fetcher, source, feed, &Validators::default()).await else {
        return None;
    };
    let answer = Arc::new(answer);
    let reading = read_apart(source, Some(Kind::Feed), Arc::clone(&answer))
        .await
        .ok()?;
    let addresses = |items: &[Item]| {
        items
            .iter()
            .filter_map(|item| item.url.as_ref().map(identity))
            .collect::<Vec<_>>()
    };
    let on_page = addresses(&page.normalized.items);
    let in_feed = addresses(&reading.normalized.items);
    let shared = in_feed
        .iter()
        .filter(|address| on_page.contains(address))
        .count();
    (shared > 0 && 2 * shared >= in_feed.len()).then(|| (feed.clone(), (answer, reading)))
}
