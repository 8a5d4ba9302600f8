//! The archives of feeds (RFC 5005 §4): pages that are full are closed, and only those are written that something on them
//! has changed.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::output::{Contents, PublishFailure, text};
use crate::config::{Config, Feed, Format};
use crate::model::Key;
use crate::publish::{Folder, PublishError};
use crate::render::{self, FeedDocument, History, archive_folder};
use crate::serve::Shelf;
use crate::store::{Archived, Store};

/// The entries of a page. A feed that shows fewer has pages of as many as it shows, so that it shows whatever is on no
/// page yet.
const PAGE: usize = 100;
/// What is on a page; where that changes within a version, so does this, and all are written anew.
const MADE: &str = "without what is excluded";

/// What the archives have come to.
#[derive(Debug, Default)]
pub(super) struct Archives {
    /// How many pages each feed has, in the order of the configuration.
    pub(super) pages: Vec<u32>,
    /// The files that were written.
    pub(super) written: Vec<String>,
    /// Why a file could not be written; it is tried again with the next publish.
    pub(super) failure: Option<PublishError>,
}

/// Closes what is full and writes what is not as it should be.
pub(super) async fn put_out(
    store: &Store,
    config: &Arc<Config>,
    folder: &Folder,
    shelf: Option<&Shelf>,
    site_id: &str,
) -> Result<Archives, PublishFailure> {
    let feeds = config.feeds.iter();
    let archived = feeds.map(|feed| Archived {
        id: feed.id.clone(),
        look: look(config, feed),
    });
    let size = PAGE.min(config.publish.entries);
    let pages = store.close_pages(archived.collect(), size).await?;
    let mut archives = Archives {
        pages,
        ..Archives::default()
    };
    for (feed, pages) in config.feeds.iter().zip(archives.pages.clone()) {
        // What is served is there. What is not yet may have been lost with its folder.
        let served = shelf.map_or(0, |shelf| shelf.pages(&feed.id.0));
        let gone = served + 1..=pages;
        let gone: Vec<u32> = gone
            .filter(|page| {
                let place = archive_folder(&feed.id.0, *page);
                let has = |format: &Format| folder.has(&format!("{place}/{}", format.file()));
                !config.publish.formats.iter().all(has)
            })
            .collect();
        if !gone.is_empty() {
            store.renew_pages(&feed.id, gone).await?;
        }
        let mut done = Vec::new();
        for stale in store.stale_pages(&feed.id).await? {
            let history = History {
                page: Some(stale.page),
                pages,
            };
            let document = page(store, config, feed, site_id, history).await?;
            let (config, folder) = (Arc::clone(config), folder.clone());
            let work = spawn_blocking(move || write(&config, &folder, &document));
            match work.await.map_err(|_| PublishFailure::Render)? {
                Ok(written) => {
                    archives.written.extend(written);
                    done.push(stale);
                }
                Err(error) => archives.failure = archives.failure.or(Some(error)),
            }
        }
        if !done.is_empty() {
            store.written(&feed.id, done).await?;
        }
    }
    Ok(archives)
}

/// Compares all pages with their files, and changes nothing.
pub(super) async fn compare(
    store: &Store,
    config: &Arc<Config>,
    folder: &Folder,
    site_id: &str,
) -> Result<Archives, PublishFailure> {
    let mut archives = Archives::default();
    for feed in &config.feeds {
        let pages = store.pages(&feed.id).await?;
        archives.pages.push(pages);
        for number in 1..=pages {
            let history = History {
                page: Some(number),
                pages,
            };
            let document = page(store, config, feed, site_id, history).await?;
            match write(config, folder, &document) {
                Ok(other) => archives.written.extend(other),
                Err(error) => archives.failure = archives.failure.or(Some(error)),
            }
        }
    }
    Ok(archives)
}

/// One page, as the database gives it now.
async fn page(
    store: &Store,
    config: &Config,
    feed: &Feed,
    site_id: &str,
    history: History,
) -> Result<FeedDocument, PublishFailure> {
    let contents = Contents::of(config);
    let stories = store
        .page(&feed.id, history.page.unwrap_or_default())
        .await?;
    Ok(render::compose(
        feed,
        &config.site,
        &config.publish,
        site_id,
        |id| contents.get(id),
        history,
        &stories,
    ))
}

/// Writes the files of one page; gives those that changed.
fn write(
    config: &Config,
    folder: &Folder,
    document: &FeedDocument,
) -> Result<Vec<String>, PublishError> {
    let mut written = Vec::new();
    for format in &config.publish.formats {
        let name = format!("{}/{}", document.folder(), format.file());
        // A page does not change with the list of feeds, so it has none.
        if folder.write(&name, text(*format, document, &[]).as_bytes())? {
            written.push(name);
        }
    }
    Ok(written)
}

/// A digest of what a feed's archive is written from besides its stories.
fn look(config: &Config, feed: &Feed) -> Key {
    let (site, publish) = (&config.site, &config.publish);
    let others = Contents::of(config).others;
    Key::of(&[
        env!("CARGO_PKG_VERSION"),
        MADE,
        site.url.as_str(),
        &site.title,
        site.timezone.name(),
        &feed.title,
        &feed.description,
        &format!(
            "{:?} {:?} {} {:?} {others:?}",
            feed.language(),
            publish.formats,
            publish.index,
            publish.content
        ),
    ])
}
