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
    let feed = page.extracted.announced.first()?;
    let feed = other(visit, feed.clone(), Kind::Feed).await?;
    let addresses = |items: &[Item]| {
        items
            .iter()
            .filter_map(|item| item.url.as_ref().map(identity))
            .collect::<Vec<_>>()
    };
    let on_page: HashSet<String> = addresses(&page.normalized.items).into_iter().collect();
    let in_feed = addresses(&feed.reading.normalized.items);
    let shared = in_feed
        .iter()
        .filter(|address| on_page.contains(*address))
        .count();
    (shared > 0 && 2 * shared >= in_feed.len()).then_some(feed)
}
