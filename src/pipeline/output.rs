//! Documents → files and shelf: every format of every feed, the list of feeds and the style sheets.

use std::collections::BTreeMap;

use crate::config::{Config, Content, Feed, Format};
use crate::model::FeedId;
use crate::publish::{Folder, PublishError};
use crate::render::{self, FeedDocument};
use crate::serve::Shelf;
use crate::store::StoreError;

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

/// What the entries of a source carry; sources that are no longer configured have what all have.
pub(super) fn content(config: &Config, source: &str) -> Content {
    config
        .sources
        .iter()
        .find(|other| other.id.0 == source)
        .map_or(config.publish.content, |source| source.content)
}

/// Renders every document, writes what changed and puts all of it on the shelf.
pub(super) fn put_out(
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
    let mut failure = None;
    for (name, text) in files {
        // A file that can't be replaced holds none of the others back, and its document is served all the same.
        match folder.write(&name, text.as_bytes()) {
            Ok(true) => published.written.push(name.clone()),
            Ok(false) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
        let modified = folder.modified(&name);
        shelved.push((name, text, modified));
    }
    shelf.fill(shelved);
    match failure {
        None => Ok(published),
        Some(error) => Err(error.into()),
    }
}

/// The folders of a feed: its own, and those of its old names.
fn names(feed: &Feed) -> impl Iterator<Item = &str> {
    std::iter::once(&feed.id)
        .chain(&feed.aliases)
        .map(|id| id.0.as_str())
}
