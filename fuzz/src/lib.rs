//! What the fuzz targets share: a page out of bytes, read by sources of several kinds, and what must then hold.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use rassegna::config::{self, Source};
use rassegna::model::{Kind, Page, Validators};
use rassegna::pipeline;
use url::Url;

/// Sources with rules, by their ids.
static SOURCES: LazyLock<Vec<Arc<Source>>> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources.toml");
    match config::load(&file) {
        Ok(config) => config.sources,
        Err(problems) => panic!("{problems}"),
    }
});

/// The moment at which everything is read.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_757_500_000, 0).unwrap_or_default()
}

/// A source of `sources.toml`.
#[must_use]
pub fn source(id: &str) -> &'static Source {
    SOURCES
        .iter()
        .find(|source| source.id.0 == id)
        .unwrap_or_else(|| panic!("sources.toml has no {id}"))
}

/// Reads bytes as a page of a source. What comes of it must be fit to be stored and published.
pub fn read(source: &Source, kind: Option<Kind>, content_type: Option<&str>, body: &[u8]) {
    let Ok(url) = Url::parse("https://agenzia.example/notizie/") else {
        return;
    };
    let page = Page {
        url,
        content_type: content_type.map(str::to_owned),
        body: body.to_vec(),
        validators: Validators::default(),
        fetched_at: now(),
        fresh_until: None,
        moved: None,
        links: None,
    };
    let Ok(reading) = pipeline::read(source, kind, &page, now()) else {
        return;
    };
    let items = reading.normalized.items;
    assert!(items.len() <= rassegna::extract::MAX_ITEMS);
    for item in items {
        assert!(!item.title.trim().is_empty());
        assert!(
            item.url
                .is_none_or(|url| matches!(url.scheme(), "http" | "https"))
        );
    }
}
