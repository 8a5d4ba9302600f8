//! The articles of what is new: asked for once each, before the items are placed, and within the politeness of all
//! fetching.

use std::time::Duration;

use chrono::Utc;
use tokio::time::Instant;
use url::Url;

use super::answer::Visit;
use super::read_article;
use crate::config::Source;
use crate::fetch::{Accept, FetchError, Fetched as Answer, Request};
use crate::model::{Item, Page, Validators};
use crate::normalize::article::{is_elsewhere, is_wanted};
use crate::store::{Again, Asked, Fetched, Store, StoreError, Trouble};

/// So many articles are asked for in one poll of a source; what else is new waits for the next one.
const BUDGET: usize = 10;
/// After so long no further one is asked for in this poll: its list is to be recorded.
const TIME: Duration = Duration::from_secs(60);
/// So many articles that gave nothing are told one by one.
const TOLD: usize = 5;

/// Asks for the articles that the items of a fetch need before they can be placed.
pub(super) async fn ask(
    visit: Visit<'_>,
    store: &Store,
    fetched: &mut Fetched,
) -> Result<(), StoreError> {
    let source = visit.source;
    let wanted = |item: &Item| is_wanted(item, fetched.follow);
    if visit.state.waiting == 0 && !fetched.items.iter().any(wanted) {
        return Ok(());
    }
    let items = fetched.items.clone();
    let unread = store.unread(
        &source.id,
        items,
        fetched.follow,
        fetched.partial,
        Utc::now(),
    );
    let unread = unread.await?;
    if unread.is_empty() {
        return Ok(());
    }
    visit.load.put_down();
    let granted = store.claim(unread, BUDGET, Utc::now()).await?;
    // What its list is asked with is not for its articles.
    let source = Source {
        post: None,
        ..source.clone()
    };
    let begun = Instant::now();
    let mut failed = 0;
    for (article, url) in granted {
        let answer = if begun.elapsed() < TIME {
            one(visit, &source, &url).await
        } else {
            Err(Trouble {
                why: "there was no time left to ask for it".into(),
                again: Again::Uncounted,
                gone: false,
            })
        };
        if let Err(Trouble { why, again, .. }) = &answer
            && *again != Again::Uncounted
        {
            failed += 1;
            if failed <= TOLD {
                fetched
                    .warnings
                    .push(format!("the article at {}: {why}", url.path()));
            }
        }
        fetched.asked.push(Asked { article, answer });
    }
    if failed > TOLD {
        let more = failed - TOLD;
        fetched
            .warnings
            .push(format!("and {more} more articles gave nothing"));
    }
    Ok(())
}

/// Asks for one article.
async fn one(visit: Visit<'_>, source: &Source, url: &Url) -> Result<Box<Item>, Trouble> {
    let request = Request {
        source,
        url,
        validators: &Validators::default(),
        accept: Accept::Page,
        own: url.origin() == source.url.origin(),
        robots: source.robots,
        local: false,
        load: None,
    };
    let never = |why: String| Trouble {
        why,
        again: Again::Never,
        gone: false,
    };
    let page = match visit.fetcher.get(request).await {
        Ok(Answer::Page(page)) => page,
        Ok(Answer::NotModified { .. }) => {
            return Err(never(
                "the server answered 304, though no version was known".into(),
            ));
        }
        Err(why) => {
            return Err(Trouble {
                again: again(&why),
                gone: matches!(why, FetchError::Gone | FetchError::Status { code: 404, .. }),
                why: why.to_string(),
            });
        }
    };
    if page.url != *url && !is_elsewhere(&page.url, &source.url) {
        return Err(never(
            "it redirects to a page of the site that is no article".into(),
        ));
    }
    read_apart(visit, source, page).await.map_err(never)
}

/// Reads an article apart from everything else.
async fn read_apart(visit: Visit<'_>, source: &Source, page: Page) -> Result<Box<Item>, String> {
    let (source, now) = (source.clone(), page.fetched_at);
    let read = visit.apart.run(move || read_article(&source, &page, now));
    match read.await {
        Ok(read) => read.map(Box::new).map_err(|why| why.to_string()),
        Err(spoiled) => Err(spoiled.to_string()),
    }
}

/// Whether an article that could not be had may be had another time.
fn again(why: &FetchError) -> Again {
    match why {
        FetchError::Held { .. } => Again::Uncounted,
        why if why.may_pass() => Again::Later,
        _ => Again::Never,
    }
}
