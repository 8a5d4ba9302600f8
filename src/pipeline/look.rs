//! One look at a source, as a poll would read it for the first time; nothing is recorded.

use std::sync::{Arc, Mutex};

use url::Url;

use super::answer::{Visit, get, read_apart};
use super::instead::{Instead, instead};
use super::{Apart, Reading};
use crate::config::Source;
use crate::fetch::{Fetched, Fetcher};
use crate::model::{Page, Validators};
use crate::store::SourceState;

/// What a source gives.
pub struct Look {
    /// The page at its address.
    pub page: Arc<Page>,
    /// Where the document is that is read in place of the page, if one is.
    pub instead: Option<Url>,
    /// The document that is read.
    pub document: Arc<Page>,
    /// What it says.
    pub reading: Reading,
}

/// Looks at a source.
///
/// # Errors
///
/// Why it gives nothing, in words.
pub async fn look(fetcher: &Fetcher, apart: &Apart, source: &Source) -> Result<Look, String> {
    let visit = Visit {
        fetcher,
        apart,
        source,
        state: &SourceState::default(),
        came: &Mutex::default(),
        load: &fetcher.load(),
    };
    let answer = get(visit, &source.url, &Validators::default(), source.robots).await;
    let page = match answer.map_err(|error| error.to_string())? {
        Fetched::Page(page) => Arc::new(page),
        Fetched::NotModified { .. } => {
            return Err("the server answered 304 although nothing is known of it".to_owned());
        }
    };
    let read = read_apart(visit, None, Arc::clone(&page)).await;
    let better = match source.kind {
        None => instead(visit, &page, &read).await,
        Some(_) => None,
    };
    if let Some(Instead {
        url,
        page: document,
        reading,
    }) = better
    {
        return Ok(Look {
            page,
            instead: Some(url),
            document,
            reading,
        });
    }
    Ok(Look {
        document: Arc::clone(&page),
        page,
        instead: None,
        reading: read.map_err(|failure| failure.to_string())?,
    })
}
