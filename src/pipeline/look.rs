//! One look at a source, as a poll would read it for the first time; nothing is recorded.

use std::sync::Arc;

use url::Url;

use super::answer::{Visit, announced, get, read_apart};
use super::{Apart, Reading};
use crate::config::Source;
use crate::fetch::{Fetched, Fetcher};
use crate::model::{Page, Validators};
use crate::store::SourceState;

/// What a source gives.
pub struct Look {
    /// Its page.
    pub page: Arc<Page>,
    /// What the page says.
    pub reading: Reading,
    /// The feed that is read in place of the page, which announces it.
    pub feed: Option<Announced>,
}

/// A feed that a page announces, with at least half of its links on the page.
pub struct Announced {
    /// Its address.
    pub url: Url,
    /// Its document.
    pub page: Arc<Page>,
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
    };
    let answer = get(visit, &source.url, &Validators::default(), source.robots).await;
    let page = match answer.map_err(|error| error.to_string())? {
        Fetched::Page(page) => Arc::new(page),
        Fetched::NotModified { .. } => {
            return Err("the server answered 304 although nothing is known of it".to_owned());
        }
    };
    let reading = read_apart(visit, None, Arc::clone(&page)).await;
    let reading = reading.map_err(|failure| failure.to_string())?;
    let feed = match source.kind {
        None => announced(visit, &reading).await,
        Some(_) => None,
    };
    let feed = feed.map(|(url, (page, reading))| Announced { url, page, reading });
    Ok(Look {
        page,
        reading,
        feed,
    })
}
