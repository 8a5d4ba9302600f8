//! **Start here.** The whole way of the news on one page: [`poll`] goes from the wire to the store, [`publish`]
//! from the store to the files, and [`read`] is the pure part in the middle.

mod again;
mod answer;
mod apart;
mod archive;
mod articles;
mod hub;
mod instead;
mod look;
mod mend;
mod output;
mod pages;
mod parts;
mod reread;
mod verify;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;
use url::Url;

pub use again::{ReadAgain, View, read_again, view, view_of};
pub use apart::Apart;
pub use hub::{Word, tell};
pub use look::{Look, look};
pub use output::{PublishFailure, Published};
pub use reread::{Drifted, Repaired, reread};
pub use verify::{VerifyFailure, verify};

use output::Contents;

use answer::{Answered, Asked, Visit};

use crate::config::{Bodies, Config, Source};
use crate::dedup::health::Verdict;
use crate::extract::{self, Ask, Extracted, NoNews};
use crate::fetch::Fetcher;
use crate::model::{Item, Key, Kind, Page};
use crate::normalize::{self, Normalized};
use crate::publish::Folder;
use crate::render::{self, History};
use crate::schedule;
use crate::serve::Shelf;
use crate::store::{
    Outcome, Packed, Poll, Recorded, Reviewed, Shown, SourceState, Store, StoreError,
};

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
    // That a page looked like an article once, as one does that reports an outage, decides nothing for later.
    let kind = kind.filter(|kind| *kind != Kind::Article);
    let ask = Ask {
        kind: source.kind.or(kind),
        told: source.kind.is_some(),
        next: true,
        rules: source.listing.as_deref(),
        json: source.json.as_deref(),
        dates: &dates,
    };
    let extracted = extract::extract(page, &ask)?;
    let normalized = normalize::normalize(&extracted, source, &page.url, now);
    Ok(Reading {
        extracted,
        normalized,
    })
}

/// Reads the page of one item, as far as it can be believed: synchronous and pure, as [`read`].
///
/// # Errors
///
/// [`NoNews`] where it is no article.
pub fn read_article(source: &Source, page: &Page, now: DateTime<Utc>) -> Result<Item, NoNews> {
    let dates = normalize::date_context(source, now);
    let ask = Ask {
        kind: Some(Kind::Article),
        told: false,
        next: true,
        rules: None,
        json: None,
        dates: &dates,
    };
    let extracted = extract::extract(page, &ask)?;
    let mut items = normalize::normalize(&extracted, source, &page.url, now).items;
    let article = items.pop().ok_or(NoNews::NothingFound)?;
    Ok(normalize::article::believed(
        article,
        &page.url,
        &source.url,
    ))
}

/// Polls one source: fetch, read, go on to the list's next pages, judge whether that can be its news, go on to the
/// articles of what is new, record, and keep of what came as much as `limits` let. That a source fails is an outcome to
/// record, not an error.
///
/// # Errors
///
/// [`StoreError`] where the outcome can't be recorded.
pub async fn poll(
    fetcher: &Fetcher,
    apart: &Apart,
    store: &Store,
    source: &Source,
    state: &SourceState,
    limits: Bodies,
) -> Result<Recorded, StoreError> {
    let (asked, coming) = (Utc::now(), store.expect());
    let (came, load) = (Mutex::default(), fetcher.load());
    let visit = Visit {
        fetcher,
        apart,
        source,
        state,
        came: &came,
        load: &load,
    };
    let answer = match answer::ask(visit).await {
        Ok(Asked::Same(outcome)) => Ok(outcome.into()),
        Ok(Asked::Other { page, body }) => {
            let is_list = source.listing.is_some() || state.kind == Some(Kind::Listing);
            let known = if is_list {
                store.roll(&source.id).await?
            } else {
                Vec::new()
            };
            // In boxes, as all that follows, since thousands of polls may wait for their answers.
            Box::pin(answer::outcome(visit, page, body, known)).await
        }
        Err(failure) => Err(failure),
    };
    let Answered {
        mut outcome,
        next,
        misgiving,
        mending,
    } = answer.unwrap_or_else(|failure| Outcome::from(failure).into());
    let mended = mend::keep(store, source, state, mending).await?;
    let visit = Visit {
        source: mended.as_ref().unwrap_or(source),
        ..visit
    };
    if let Outcome::Read(fetched) = &mut outcome {
        fetched.mended = mended.is_some();
        Box::pin(pages::read_on(visit, store, fetched, next)).await?;
        let judged = store.examine(&source.id, fetched, misgiving, source.timezone, Utc::now());
        match judged.await? {
            Verdict::Taken(trust) => {
                fetched.trust = trust;
                Box::pin(articles::ask(visit, store, fetched)).await?;
            }
            Verdict::Doubted(doubted) => outcome = Outcome::Doubted(Box::new(doubted)),
        }
    }
    let came = came.into_inner().unwrap_or_else(PoisonError::into_inner);
    let kept = pack(apart, came, &outcome, state, limits).await;
    let (plan, id, at) = (source.plan.clone(), source.id.clone(), Utc::now());
    let poll = Poll {
        source: source.id.clone(),
        rules: source.rules,
        timezone: source.timezone,
        at,
        outcome,
        pauses: fetcher.pauses(),
        news_since: schedule::news_since(&plan, at),
        kept,
    };
    drop(coming);
    store
        .record(poll, move |known| {
            schedule::due(&plan, &id, asked, at, known)
        })
        .await
}

/// Packs what came of a poll, to be kept; nothing where it is what came last time.
async fn pack(
    apart: &Apart,
    mut came: Vec<(Url, Page)>,
    outcome: &Outcome,
    state: &SourceState,
    limits: Bodies,
) -> Option<Packed> {
    let feed = match outcome {
        Outcome::Read(fetched) => fetched.feed_url.as_ref(),
        Outcome::Failed { .. } | Outcome::Doubted(_) => state.feed_url.as_ref(),
        _ => return None,
    };
    // The page that announces a feed is not what is read.
    if let Some(feed) = feed {
        came.retain(|(asked, _)| asked == feed);
    }
    let announced = feed.is_some();
    let pack = move || Packed::of(&came, announced, limits);
    apart.run(pack).await.ok().flatten()
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
    review(store, config).await?;
    let (published, _) = documents(store, config, folder, Some(shelf)).await?;
    Ok(published)
}

/// The same for who serves nothing: where nothing has changed since the last time, and the files are as they were left
/// then, nothing is rendered.
///
/// # Errors
///
/// [`PublishFailure`]
pub async fn publish_files(
    store: &Store,
    config: &Arc<Config>,
    folder: &Folder,
) -> Result<Published, PublishFailure> {
    review(store, config).await?;
    let look = |folder: &Folder| Key::of(&[&output::look(config), &folder.stamp()]);
    if let Some(entries) = store.is_published(look(folder)).await? {
        return Ok(Published {
            entries,
            ..Published::default()
        });
    }
    let (published, changes) = documents(store, config, folder, None).await?;
    let (look, entries) = (look(folder), &published.entries);
    store.note_published(changes, look, entries).await?;
    Ok(published)
}

/// Enters new stories into the ledgers of the feeds that they belong to.
async fn review(store: &Store, config: &Config) -> Result<(), StoreError> {
    let tags = tags(config);
    let feeds = config.feeds.iter().map(|feed| Reviewed::new(feed, &tags));
    store.review(feeds.collect()).await
}

/// Renders every feed from its ledger and puts it out; tells the store's number of changes that was rendered at least.
async fn documents(
    store: &Store,
    config: &Arc<Config>,
    folder: &Folder,
    shelf: Option<&Shelf>,
) -> Result<(Published, i64), PublishFailure> {
    let site_id = store.site_id(&config.site.url).await?;
    let shown = Shown {
        entries: config.publish.entries,
        days: config.publish.days,
    };
    // The archives come first: a feed leads to no page that is not there.
    let archives = if folder.writes() {
        archive::put_out(store, config, folder, shelf, &site_id).await?
    } else {
        archive::compare(store, config, folder, &site_id).await?
    };
    let changes = store.changes().await?;
    let contents = Contents::of(config);
    let mut documents = Vec::with_capacity(config.feeds.len());
    for (feed, pages) in config.feeds.iter().zip(&archives.pages) {
        let stories = store.stories(&feed.id, shown).await?;
        documents.push(render::compose(
            feed,
            &config.site,
            &config.publish,
            &site_id,
            |id| contents.get(id),
            History {
                page: None,
                pages: *pages,
            },
            &stories,
        ));
    }
    let (hub, writes) = (hub::name(config), folder.writes());
    let (config, folder, shelf) = (Arc::clone(config), folder.clone(), shelf.cloned());
    let work = spawn_blocking(move || {
        output::put_out(&config, &documents, archives, &folder, shelf.as_ref())
    });
    let published = work.await.map_err(|_| PublishFailure::Render)??;
    if writes {
        let topics = published.topics.clone();
        store.owe(hub, topics, Utc::now()).await?;
    }
    Ok((published, changes))
}

/// The tags of all sources in one text, which changes when any of them does.
#[must_use]
pub fn tags(config: &Config) -> String {
    let tags = config.sources.iter();
    let tags: Vec<String> = tags
        .map(|source| format!("{}={:?}", source.id, source.tags))
        .collect();
    tags.join("\n")
}
