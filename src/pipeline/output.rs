//! Documents → files and shelf: every format of every feed, the list of feeds and the style sheets.

use std::collections::BTreeMap;

use super::archive::Archives;
use crate::config::{Config, Content, Feed, Format};
use crate::model::{FeedId, Key};
use crate::publish::{Folder, PublishError};
use crate::render::{self, FeedDocument, FeedLink};
use crate::serve::{self, Document, Shelf};
use crate::store::StoreError;

/// What a publish did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The files that were written, relative to the publish folder.
    pub written: Vec<String>,
    /// How many entries each feed shows.
    pub entries: BTreeMap<FeedId, usize>,
    /// The addresses that readers subscribe to, each with a digest of what it gives.
    pub topics: Vec<(String, Key)>,
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

/// What the entries of each source carry; sources that are no longer configured have what all have.
pub(super) struct Contents<'a> {
    usual: Content,
    pub(super) others: BTreeMap<&'a str, Content>,
}

impl<'a> Contents<'a> {
    pub(super) fn of(config: &'a Config) -> Self {
        let usual = config.publish.content;
        let sources = config.sources.iter();
        let others = sources.filter(|source| source.content != usual);
        Self {
            usual,
            others: others
                .map(|source| (source.id.0.as_str(), source.content))
                .collect(),
        }
    }

    pub(super) fn get(&self, source: &str) -> Content {
        self.others.get(source).copied().unwrap_or(self.usual)
    }
}

/// A document in one format.
pub(super) fn text(format: Format, document: &FeedDocument, links: &[FeedLink]) -> String {
    match format {
        Format::Rss => render::rss::render(document),
        Format::Atom => render::atom::render(document),
        Format::Json => render::json::render(document),
        Format::Html => render::html::page(document, links),
    }
}

/// Renders every document, writes what changed, puts all of it on the shelf, if there is one, and says what changed.
pub(super) fn put_out(
    config: &Config,
    documents: &[FeedDocument],
    archives: Archives,
    folder: &Folder,
    shelf: Option<&Shelf>,
) -> Result<Published, PublishFailure> {
    let mut published = Published {
        written: archives.written,
        ..Published::default()
    };
    let mut files: Vec<(String, String, Option<String>)> = Vec::new();
    let mut shelved = Vec::new();
    let links = render::links(&config.feeds);
    for (feed, document) in config.feeds.iter().zip(documents) {
        published
            .entries
            .insert(feed.id.clone(), document.entries.len());
        for format in &config.publish.formats {
            let text = text(*format, document, &links);
            let link = (*format != Format::Html).then(|| {
                let topic = document.address(format.file());
                published.topics.push((topic.clone(), Key::of(&[&text])));
                let hub = document.hub.iter();
                let hub: String = hub.map(|hub| format!("<{hub}>; rel=\"hub\", ")).collect();
                format!("{hub}<{topic}>; rel=\"self\"")
            });
            for name in names(feed) {
                let file = format!("{name}/{}", format.file());
                files.push((file, text.clone(), link.clone()));
            }
        }
    }
    let site = render::site(&config.site, &config.publish, &config.feeds, documents);
    files.push(("opml.xml".into(), render::opml::feeds(&site), None));
    files.extend(render::stylesheets().map(|(name, text)| (name, text, None)));
    if config.publish.formats.contains(&Format::Html) {
        files.push(("index.html".into(), render::html::index(&site), None));
    }
    let mut failure = archives.failure;
    for (name, text, link) in files {
        // A file that can't be replaced holds none of the others back, and its document is served all the same.
        match folder.write(&name, text.as_bytes()) {
            Ok(true) => published.written.push(name.clone()),
            Ok(false) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
        if shelf.is_some() {
            let modified = folder.modified(&name);
            shelved.push(Document {
                name,
                text,
                modified,
                link,
            });
        }
    }
    if let Some(shelf) = shelf {
        let feeds = config.feeds.iter().zip(archives.pages);
        let pages = feeds.flat_map(|(feed, pages)| {
            names(feed).map(move |name| (name.to_owned(), (feed.id.0.clone(), pages)))
        });
        let archives = serve::Archives {
            folder: folder.clone(),
            feeds: pages.collect(),
        };
        shelf.fill(shelved, Some(archives));
    }
    if let Err(error) = folder.announce(&published.written) {
        failure = failure.or(Some(error));
    }
    match failure {
        None => Ok(published),
        Some(error) => Err(error.into()),
    }
}

/// All of the configuration that what is published is written from.
pub(super) fn look(config: &Config) -> String {
    let (site, publish, feeds) = (&config.site, &config.publish, &config.feeds);
    let others = Contents::of(config).others;
    let version = env!("CARGO_PKG_VERSION");
    format!("{version} {site:?} {publish:?} {feeds:?} {others:?}")
}

/// The folders of a feed: its own, and those of its old names.
fn names(feed: &Feed) -> impl Iterator<Item = &str> {
    std::iter::once(&feed.id)
        .chain(&feed.aliases)
        .map(|id| id.0.as_str())
}
