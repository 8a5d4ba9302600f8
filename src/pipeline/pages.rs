//! The further pages of a list: read at the first success, and after a gap in which more came than one page holds.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use url::Url;

use super::Reading;
use super::answer::{Failure, Visit, get, read_apart};
use crate::fetch::Fetched as Answer;
use crate::model::{Item, Kind, Validators};
use crate::normalize::url::identity;
use crate::store::{Fetched, Store, StoreError};

/// Why a further page gave nothing.
enum Stop {
    Failed(Failure),
    NotModified,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(Failure::Told(why) | Failure::Gone(why)) => f.write_str(why),
            Self::Failed(Failure::Held(_)) => f.write_str("its host wants to be left alone"),
            Self::NotModified => {
                f.write_str("the server answered 304, though no version was known")
            }
        }
    }
}

/// Adds the items of a list's further pages, as many as the source may have, until one has an item that is known.
pub(super) async fn read_on(
    visit: Visit<'_>,
    store: &Store,
    fetched: &mut Fetched,
    next: Option<Url>,
) -> Result<(), StoreError> {
    let source = visit.source;
    if fetched.kind != Kind::Listing || fetched.partial || source.post.is_some() {
        return Ok(());
    }
    let mut next = next;
    let mut asked = HashSet::from([source.url.clone()]);
    let mut listed: HashSet<(Option<String>, String)> = fetched.items.iter().map(told).collect();
    // Where the items of the latest page begin.
    let mut begin = 0;
    for number in 2..=source.pages {
        let Some(url) = next.take().filter(|url| asked.insert(url.clone())) else {
            break;
        };
        let latest = fetched.items.get(begin..).unwrap_or_default().to_vec();
        let known = store.knows_any(&source.id, latest, fetched.follow);
        if known.await? {
            break;
        }
        let reading = match page(visit, &url).await {
            Ok(reading) => reading,
            Err(why) => {
                fetched.warnings.push(format!(
                    "page {number} of the list could not be read: {why}"
                ));
                break;
            }
        };
        begin = fetched.items.len();
        for mut item in reading.normalized.items {
            // A page that says the same again, as the last one of some lists does, brings nothing.
            if listed.insert(told(&item)) {
                item.position = fetched.items.len();
                fetched.items.push(item);
            }
        }
        if fetched.items.len() == begin {
            break;
        }
        next = reading.extracted.next;
    }
    Ok(())
}

/// What makes an item the same on two pages of one list.
pub(super) fn told(item: &Item) -> (Option<String>, String) {
    (item.url.as_ref().map(identity), item.title.clone())
}

async fn page(visit: Visit<'_>, url: &Url) -> Result<Reading, Stop> {
    let answer = get(visit, url, &Validators::default(), visit.source.robots).await;
    match answer.map_err(|why| Stop::Failed(why.into()))? {
        Answer::Page(page) => read_apart(visit, Some(Kind::Listing), Arc::new(page))
            .await
            .map_err(Stop::Failed),
        Answer::NotModified { .. } => Err(Stop::NotModified),
    }
}
