//! **Start here.** The whole way of the news on one page: [`poll`] goes from the wire to the store, [`publish`]
//! from the store to the files, and [`read`] is the pure part in the middle.

mod answer;
mod apart;
mod articles;
mod instead;
mod look;
mod output;
mod pages;
mod parts;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

pub use apart::Apart;
pub use look::{Look, look};
pub use output::{PublishFailure, Published};

use answer::Visit;

use crate::config::{Config, Source};
use crate::extract::{self, Ask, Extracted, NoNews};
use crate::fetch::Fetcher;
use crate::model::{Item, Kind, Page};
use crate::normalize::{self, Normalized};
use crate::publish::Folder;
use crate::render;
use crate::schedule;
use crate::serve::Shelf;
use crate::store::{Outcome, Poll, Recorded, Reviewed, Shown, SourceState, Store, StoreError};

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
        told: source.kind.is_some(),
        rules: source.listing.as_ref(),
        json: source.json.as_ref(),
        dates: &dates,
    };
    let extracted = extract::extract(page, &ask)?;
    let normalized = normalize::normalize(extracted.clone(), source, &page.url, now);
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
        rules: None,
        json: None,
        dates: &dates,
    };
    let extracted = extract::extract(page, &ask)?;
    let mut items = normalize::normalize(extracted, source, &page.url, now).items;
    let article = items.pop().ok_or(NoNews::NothingFound)?;
    Ok(normalize::article::believed(
        article,
        &page.url,
        &source.url,
        source.content,
    ))
}

/// Polls one source: fetch, read, go on to the list's next pages and to the articles of what is new, record. That a
/// source fails is an outcome to record, not an error.
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
) -> Result<Recorded, StoreError> {
    let asked = Utc::now();
    let visit = Visit {
        fetcher,
        apart,
        source,
        state,
    };
    let answer = answer::outcome(visit).await;
    let (mut outcome, next) = answer.unwrap_or_else(|failure| (failure.into(), None));
    if let Outcome::Read(fetched) = &mut outcome {
        pages::read_on(visit, store, fetched, next).await?;
        articles::ask(visit, store, fetched).await?;
    }
    let (plan, id, at) = (source.plan.clone(), source.id.clone(), Utc::now());
    let poll = Poll {
        source: source.id.clone(),
        rules: source.rules,
        timezone: source.timezone,
        at,
        outcome,
        pauses: fetcher.pauses(),
        news_since: schedule::news_since(&plan, at),
    };
    store
        .record(poll, move |known| {
            schedule::due(&plan, &id, asked, at, known)
        })
        .await
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
            |id| output::content(config, id),
            &stories,
        ));
    }
    let (config, folder, shelf) = (Arc::clone(config), folder.clone(), shelf.clone());
    let work = spawn_blocking(move || output::put_out(&config, &documents, &folder, &shelf));
    work.await.map_err(|_| PublishFailure::Render)?
}
