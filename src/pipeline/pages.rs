//! The further pages of a list: read at the first success, and after a gap in which more came than one page holds. One
//! that can't be had at the time leaves the list unread, which the next success makes good.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::Reading;
use super::answer::{Visit, get, read_apart};
use crate::fetch::Fetched as Answer;
use crate::model::{Item, Kind, Validators};
use crate::normalize::url::identity;
use crate::store::{Fetched, Store, StoreError};

/// Why a further page gave nothing.
struct Stop {
    why: String,
    /// Whether it may be had another time.
    passes: bool,
}

/// Adds the items of a list's further pages, as many as the source may have, until one has an item that was known when
/// the list was last read so far.
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
            Err(Stop { why, passes }) => {
                let later = if passes {
                    "; it is asked for again at the next poll, so that no news is lost"
                } else {
                    ""
                };
                fetched.warnings.push(format!(
                    "page {number} of the list could not be read: {why}{later}"
                ));
                fetched.unread = passes;
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
    let never = |why: &str| Stop {
        why: why.to_owned(),
        passes: false,
    };
    match get(visit, url, &Validators::default(), visit.source.robots).await {
        Ok(Answer::Page(page)) => {
            let reading = read_apart(visit, Some(Kind::Listing), Arc::new(page)).await;
            reading.map_err(|failure| never(&failure.to_string()))
        }
        Ok(Answer::NotModified { .. }) => Err(never(
            "the server answered 304, though no version was known",
        )),
        Err(why) => Err(Stop {
            passes: why.may_pass(),
            why: why.to_string(),
        }),
    }
}
