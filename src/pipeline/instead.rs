//! What is read in place of a page, since it tells the page's news better: a feed, or the posts of WordPress.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::Reading;
use super::answer::{Failure, Visit, get, read_apart};
use crate::extract::text::plain;
use crate::extract::{self, NoNews};
use crate::fetch::Fetched as Answer;
use crate::model::{Item, Kind, Page, Validators};
use crate::normalize::url::identity;

/// So many of the feeds that a page announces are tried: the first is often that of its comments.
const TRIED: usize = 3;

/// A document that is read in place of a page.
pub(super) struct Instead {
    pub(super) url: Url,
    pub(super) page: Arc<Page>,
    pub(super) reading: Reading,
}

/// What tells the news of a page better than the page itself: a feed that it announces; where it lists nothing, as
/// when scripts do that, the posts of its WordPress.
pub(super) async fn instead(
    visit: Visit<'_>,
    page: &Arc<Page>,
    read: &Result<Reading, Failure>,
) -> Option<Instead> {
    match read {
        Ok(reading) => match announced(visit, reading).await {
            None if is_bare(reading) => posts(visit, page).await,
            feed => feed,
        },
        Err(Failure::Unread(
            NoNews::NothingFound
            | NoNews::Instead(extract::Instead::Script | extract::Instead::Blank),
        )) => posts(visit, page).await,
        Err(_) => None,
    }
}

/// Whether what was taken for an article is the little that stands around a list that is not there.
fn is_bare(page: &Reading) -> bool {
    const WORDS: usize = 600;
    let bare = |item: &Item| {
        let text = [item.summary.as_str(), &plain(&item.html)].concat();
        item.published.is_none() && text.chars().count() < WORDS
    };
    page.extracted.kind == Kind::Article && page.normalized.items.iter().all(bare)
}

/// The posts of the WordPress that made a page.
async fn posts(visit: Visit<'_>, page: &Arc<Page>) -> Option<Instead> {
    let named = Arc::clone(page);
    let url = visit
        .apart
        .run(move || extract::posts(&named))
        .await
        .ok()??;
    other(visit, url, Kind::Json).await
}

/// Another document, if it can be had and read.
async fn other(visit: Visit<'_>, url: Url, kind: Kind) -> Option<Instead> {
    let answer = get(visit, &url, &Validators::default(), visit.source.robots).await;
    let Ok(Answer::Page(page)) = answer else {
        return None;
    };
    let page = Arc::new(page);
    let reading = read_apart(visit, Some(kind), Arc::clone(&page))
        .await
        .ok()?;
    Some(Instead { url, page, reading })
}

/// A feed that the page announces, if at least half of its links are on the page: then it is the better source.
async fn announced(visit: Visit<'_>, page: &Reading) -> Option<Instead> {
    let on_page: HashSet<String> = addresses(page).collect();
    for url in page.extracted.announced.iter().take(TRIED) {
        let Some(feed) = other(visit, url.clone(), Kind::Feed).await else {
            continue;
        };
        let in_feed: Vec<String> = addresses(&feed.reading).collect();
        let shared = in_feed.iter().filter(|address| on_page.contains(*address));
        let shared = shared.count();
        if shared > 0 && 2 * shared >= in_feed.len() {
            return Some(feed);
        }
    }
    None
}

fn addresses(reading: &Reading) -> impl Iterator<Item = String> {
    let items = reading.normalized.items.iter();
    items.filter_map(|item| item.url.as_ref().map(identity))
}
