//! Documents ready to be sent: bytes, compressed bytes and validators, made once for each change.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

/// One document.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) body: Bytes,
    /// Only where it is smaller.
    pub(super) gzip: Option<Bytes>,
    /// A digest of the body, without quotes.
    pub(super) digest: String,
    /// When the document became what it is.
    pub(super) modified: DateTime<Utc>,
    pub(super) media_type: &'static str,
}

/// All documents that are served, by their path without the leading slash. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    sheets: Arc<RwLock<HashMap<String, Arc<Sheet>>>>,
}

impl Shelf {
    /// Replaces everything on the shelf by these documents: name, text and when the file got that text. Those that
    /// did not change keep what was made of them.
    pub fn fill(&self, documents: Vec<(String, String, DateTime<Utc>)>) {
        let old = self
            .sheets
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut new = HashMap::with_capacity(documents.len());
        for (name, text, modified) in documents {
            let same = old
                .get(&name)
                .filter(|sheet| sheet.body == text.as_bytes())
                .map(Arc::clone);
            let sheet = same.unwrap_or_else(|| Arc::new(sheet(&name, text, modified)));
            new.insert(name, sheet);
        }
        *self.sheets.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Sheet>> {
        self.sheets
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .map(Arc::clone)
    }
}

fn sheet(name: &str, text: String, modified: DateTime<Utc>) -> Sheet {
    let media_type = match name.rsplit('/').next().unwrap_or(name) {
        "rss.xml" => "application/rss+xml; charset=utf-8",
        "atom.xml" => "application/atom+xml; charset=utf-8",
        "feed.json" => "application/feed+json; charset=utf-8",
        "opml.xml" => "text/x-opml; charset=utf-8",
        name if name.ends_with(".css") => "text/css; charset=utf-8",
        _ => "text/html; charset=utf-8",
    };
    let digest = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
    let body = Bytes::from(text);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let gzip = encoder
        .write_all(&body)
        .and_then(|()| encoder.finish())
        .ok()
        .filter(|gzip| gzip.len() < body.len());
    Sheet {
        body,
        gzip: gzip.map(Bytes::from),
        digest,
        modified: modified.trunc_subsecs(0),
        media_type,
    }
}
