//! The articles of what is new: asked for once each, before the items are placed, and within the politeness of all
//! fetching.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::answer::Visit;
use super::read_article;
use crate::config::{Content, Source};
use crate::extract::drift::own_text;
use crate::fetch::{Accept, FetchError, Fetched as Answer, Request};
use crate::model::{Item, Key, Page, Validators};
use crate::normalize::article::{is_elsewhere, is_of, is_wanted, repeated};
use crate::normalize::shorten;
use crate::store::{Again, Asked, Fetched, Store, StoreError, Trouble, Wanted};

/// So many articles are asked for in one poll of a source; what else is new waits for the next one.
const BUDGET: usize = 10;
/// After so long no further one is asked for in this poll: its list is to be recorded.
const TIME: Duration = Duration::from_secs(60);
/// So many articles that gave nothing are told one by one.
const TOLD: usize = 5;
/// So much of the headline of another page is told.
const NAMED: usize = 60;

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
    let mut answers = Vec::with_capacity(granted.len());
    for wanted in granted {
        let answer = if begun.elapsed() < TIME {
            one(visit, &source, &wanted).await
        } else {
            Err(Trouble {
                why: "there was no time left to ask for it".into(),
                again: Again::Uncounted,
                gone: false,
            })
        };
        answers.push((wanted, answer));
    }
    refuse_repeated(&mut answers);
    let mut failed = 0;
    for (Wanted { article, url, .. }, answer) in answers {
        let answer = answer.map(|read| read.article);
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

/// The page of an item, as it was read.
struct Read {
    article: Box<Item>,
    /// What it says, whosever it is.
    said: Key,
}

/// Refuses the pages that are one page for the addresses of several items.
fn refuse_repeated(answers: &mut [(Wanted, Result<Read, Trouble>)]) {
    let read = answers.iter().enumerate();
    let read = read.filter_map(|(at, (wanted, answer))| {
        let said = answer.as_ref().ok()?.said;
        Some((at, (wanted.title.as_str(), said)))
    });
    let (places, read): (Vec<usize>, Vec<(&str, Key)>) = read.unzip();
    for (at, repeated) in places.into_iter().zip(repeated(&read)) {
        if repeated && let Some((_, answer)) = answers.get_mut(at) {
            *answer = Err(never(
                "the site gives the same page for other items, too".into(),
            ));
        }
    }
}

/// An answer that will not be better.
fn never(why: String) -> Trouble {
    Trouble {
        why,
        again: Again::Never,
        gone: false,
    }
}

/// Asks for one article.
async fn one(visit: Visit<'_>, source: &Source, wanted: &Wanted) -> Result<Read, Trouble> {
    let url = &wanted.url;
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
    let (source, title, now) = (source.clone(), wanted.title.clone(), page.fetched_at);
    let read = visit.apart.run(move || read(&source, &title, &page, now));
    match read.await {
        Ok(read) => read.map_err(never),
        Err(spoiled) => Err(never(spoiled.to_string())),
    }
}

/// Reads the page of an item that is listed under a title. Its text is kept where it is published.
fn read(source: &Source, title: &str, page: &Page, now: DateTime<Utc>) -> Result<Read, String> {
    let mut article = read_article(source, page, now).map_err(|why| why.to_string())?;
    if !is_of(title, &article.title, || own_text(page), &source.title) {
        return Err(format!(
            "the page is another one, \"{}\"",
            shorten(&article.title, NAMED)
        ));
    }
    let at = article.published.as_ref().map(|dated| dated.at.to_string());
    let said = Key::of(&[&article.title, &article.html, &at.unwrap_or_default()]);
    if source.content == Content::Summary {
        article.html.clear();
    }
    Ok(Read {
        article: Box::new(article),
        said,
    })
}

/// Whether an article that could not be had may be had another time.
fn again(why: &FetchError) -> Again {
    match why {
        FetchError::Held { .. } => Again::Uncounted,
        why if why.may_pass() => Again::Later,
        _ => Again::Never,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use url::Url;

    use super::*;

    /// Reads an article as that of an item which is listed under a title.
    fn read_as(title: &str, content: Content) -> Result<Read, String> {
        let source = Source {
            content,
            ..Source::unknown(Url::parse("https://agenzia.example/notizie/").unwrap())
        };
        let text = "<p>La sonda ha lasciato la Terra questa notte, e arriva fra nove mesi.</p>";
        let page = Page {
            url: Url::parse("https://agenzia.example/n/1").unwrap(),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            body: format!(
                "<!doctype html><title>La sonda Gheppio parte per Venere</title><main><article>\
                 <h1>La sonda Gheppio parte per Venere</h1><time datetime=2026-05-28>28 maggio 2026</time>\
                 {}</article></main>",
                text.repeat(4)
            )
            .into_bytes(),
            validators: Validators::default(),
            fetched_at: Utc::now(),
            fresh_until: None,
            moved: None,
            links: None,
        };
        read(&source, title, &page, page.fetched_at)
    }

    #[test]
    fn without_a_licence_for_the_text_only_a_teaser_is_kept() {
        let whole = read_as("Gheppio è in viaggio", Content::Full).unwrap();
        let part = read_as("Gheppio è in viaggio", Content::Summary).unwrap();
        assert!(whole.article.html.contains("<p>La sonda"));
        assert_eq!(part.article.html, "");
        assert!(part.article.summary.contains("La sonda"));
        assert_eq!(part.said, whole.said);
    }

    #[test]
    fn a_page_that_is_about_something_else_is_refused_by_name() {
        let refused = read_as("Nuovo acquedotto a Pietralta", Content::Full);
        let why = refused.map(|_| ()).unwrap_err();
        assert!(why.contains("Gheppio"), "{why}");
    }

    #[test]
    fn one_page_for_several_items_is_refused_for_all_of_them() {
        let wanted = |title: &str| Wanted {
            article: Key::of(&[title]),
            url: Url::parse("https://agenzia.example/n/1").unwrap(),
            title: title.to_owned(),
        };
        let answer = |title: &str| {
            let read = read_as(title, Content::Summary).map_err(never);
            (wanted(title), read)
        };
        let mut answers = [
            answer("Gheppio è in viaggio"),
            answer("Verso Venere, nove mesi di viaggio"),
        ];
        assert!(answers.iter().all(|(_, answer)| answer.is_ok()));
        refuse_repeated(&mut answers);
        assert!(answers.iter().all(|(_, answer)| answer.is_err()));
    }
}
