//! **Start here.** The whole way of the news on one page: [`poll`] goes from the wire to the store, [`publish`]
//! from the store to the files, and [`read`] is the pure part in the middle.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::spawn_blocking;
use url::Url;

use crate::config::{Config, Content, Feed, Format, Source};
use crate::extract::{self, Ask, Extracted, NoNews};
use crate::fetch::{Accept, FetchError, Fetched as Answer, Fetcher, Request};
use crate::model::{FeedId, Item, Key, Kind, Page, Validators};
use crate::normalize::{self, Normalized, url::identity};
use crate::publish::{Folder, PublishError};
use crate::render::{self, FeedDocument};
use crate::schedule;
use crate::serve::Shelf;
use crate::store::{
    Fetched, Outcome, Poll, Recorded, Reviewed, Shown, SourceState, Store, StoreError,
};

/// After so long the source is asked without conditions once, in case its validators are stuck.
const WHOLE_AFTER: TimeDelta = TimeDelta::days(7);

/// Everything that a page gave, ready to be placed.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What the page said.
    pub extracted: Extracted,
    /// What of it can be used.
    pub normalized: Normalized,
}

/// Extracts and normalises: synchronous and pure, the part that runs off the async threads.
///
/// # Errors
///
/// [`NoNews`] where nothing can be made of the page.
pub fn read(
    source: &Source,
    kind: Option<Kind>,
    page: &Page,
    now: DateTime<Utc>,
) -> Result<Reading, NoNews> {
    let dates = normalize::date_context(source, now);
    let ask = Ask {
        kind: source.kind.or(kind),
        rules: source.listing.as_ref(),
        dates: &dates,
    };
    let extracted = extract::extract(page, &ask)?;
    let normalized = normalize::normalize(extracted.clone(), source, &page.url, now);
    Ok(Reading {
        extracted,
        normalized,
    })
}

/// Polls one source: fetch, read, record. That a source fails is an outcome to record, not an error.
///
/// # Errors
///
/// [`StoreError`] where the outcome can't be recorded.
pub async fn poll(
    fetcher: &Fetcher,
    store: &Store,
    source: &Source,
    state: &SourceState,
) -> Result<Recorded, StoreError> {
    let asked = Utc::now();
    let outcome = match outcome(fetcher, source, state).await {
        Ok(outcome) => outcome,
        Err(failure) => Outcome::Failed {
            error: failure.text,
            wait: failure.wait,
        },
    };
    let (plan, id, at) = (source.plan.clone(), source.id.clone(), Utc::now());
    let poll = Poll {
        source: source.id.clone(),
        rules: source.rules,
        timezone: source.timezone,
        at,
        outcome,
    };
    store
        .record(poll, move |failures| {
            schedule::due(&plan, &id, asked, at, failures)
        })
        .await
}

/// Why a poll gave nothing, in words, and how long its host wants to be left alone.
struct Failure {
    text: String,
    wait: Option<(String, DateTime<Utc>)>,
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

async fn outcome(
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
        Answer::NotModified { validators } => return Ok(Outcome::NotModified(validators)),
        Answer::Page(page) => page,
    };
    let body = digest(&page.body);
    if state.body == Some(body) && fresh {
        return Ok(Outcome::Identical(page.validators));
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
        return Ok(fetched(reading_of(announced.0, announced.1), Some(feed)));
    }
    Ok(fetched(reading_of(page, reading), state.feed_url.clone()))
}

/// A reading with the page that it came from.
struct Read {
    page: Arc<Page>,
    reading: Reading,
}

fn reading_of(page: Arc<Page>, reading: Reading) -> Read {
    Read { page, reading }
}

fn fetched(read: Read, feed_url: Option<Url>) -> Outcome {
    let Reading {
        extracted,
        normalized,
    } = read.reading;
    Outcome::Read(Box::new(Fetched {
        kind: extracted.kind,
        feed_url,
        validators: read.page.validators.clone(),
        body: digest(&read.page.body),
        items: normalized.items,
        rates: extracted.fields,
        warnings: extracted
            .warnings
            .into_iter()
            .chain(normalized.warnings)
            .collect(),
        partial: extracted.partial,
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

/// What a publish did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The files that were written, relative to the publish folder.
    pub written: Vec<String>,
    /// How many entries each feed shows.
    pub entries: BTreeMap<FeedId, usize>,
}

/// Why nothing could be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishFailure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] PublishError),
    /// Rendering stopped in the middle.
    #[error("rendering failed in a way that should not be possible; the files stay as they are")]
    Render,
}

/// Publishes every feed: enters new stories into the ledgers, renders, writes what changed and puts all of it on
/// the shelf from which it is served.
///
/// # Errors
///
/// [`PublishFailure`]; each file is then whole, the old one or the new one.
pub async fn publish(
    store: &Store,
    config: &Arc<Config>,
    folder: &Folder,
    shelf: &Shelf,
) -> Result<Published, PublishFailure> {
    let tags: Vec<String> = config
        .sources
        .iter()
        .map(|source| format!("{}={:?}", source.id, source.tags))
        .collect();
    let tags = tags.join("\n");
    store
        .review(
            config
                .feeds
                .iter()
                .map(|feed| Reviewed::new(feed, &tags))
                .collect(),
        )
        .await?;
    let site_id = store.site_id(&config.site.url).await?;
    let shown = Shown {
        entries: config.publish.entries,
        days: config.publish.days,
    };
    let mut documents = Vec::with_capacity(config.feeds.len());
    for feed in &config.feeds {
        let stories = store.stories(&feed.id, shown).await?;
        documents.push(render::compose(
            feed,
            &config.site,
            &config.publish,
            &site_id,
            |id| content(config, id),
            &stories,
        ));
    }
    let (config, folder, shelf) = (Arc::clone(config), folder.clone(), shelf.clone());
    let work = spawn_blocking(move || put_out(&config, &documents, &folder, &shelf));
    work.await.map_err(|_| PublishFailure::Render)?
}

/// What the entries of a source carry; sources that are no longer configured have what all have.
fn content(config: &Config, source: &str) -> Content {
    config
        .sources
        .iter()
        .find(|other| other.id.0 == source)
        .map_or(config.publish.content, |source| source.content)
}

fn put_out(
    config: &Config,
    documents: &[FeedDocument],
    folder: &Folder,
    shelf: &Shelf,
) -> Result<Published, PublishFailure> {
    let mut published = Published::default();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut shelved = Vec::new();
    let links = render::links(&config.feeds);
    for (feed, document) in config.feeds.iter().zip(documents) {
        published
            .entries
            .insert(feed.id.clone(), document.entries.len());
        for format in &config.publish.formats {
            let text = match format {
                Format::Rss => render::rss::render(document),
                Format::Atom => render::atom::render(document),
                Format::Json => render::json::render(document),
                Format::Html => render::html::page(document, &links),
            };
            for name in names(feed) {
                files.push((format!("{name}/{}", format.file()), text.clone()));
            }
        }
    }
    let site = render::site(&config.site, &config.publish, documents);
    files.push(("opml.xml".into(), render::opml::feeds(&site)));
    files.extend(render::STYLESHEETS.map(|(name, text)| (name.to_owned(), text.to_owned())));
    if config.publish.formats.contains(&Format::Html) {
        files.push(("index.html".into(), render::html::index(&site)));
    }
    for (name, text) in files {
        if folder.write(&name, text.as_bytes())? {
            published.written.push(name.clone());
        }
        let modified = folder.modified(&name);
        shelved.push((name, text, modified));
    }
    shelf.fill(shelved);
    Ok(published)
}

/// The folders of a feed: its own, and those of its old names.
fn names(feed: &Feed) -> impl Iterator<Item = &str> {
    std::iter::once(&feed.id)
        .chain(&feed.aliases)
        .map(|id| id.0.as_str())
}
