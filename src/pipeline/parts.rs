//! The parts of a document that is only an index: fetched, read, and put together to one list.

use std::sync::Arc;

use url::Url;

use super::answer::{Failure, Visit, get};
use super::{Reading, read};
use crate::config::Source;
use crate::extract::{self, Extracted, NoNews, NoSitemap};
use crate::fetch::{FetchError, Fetched as Answer};
use crate::model::{Kind, Page, Validators};
use crate::normalize;

/// What a part gave.
enum Part {
    News(Arc<Page>, Box<Extracted>),
    /// It lists pages that are no news, as most parts of an index do.
    Other,
    Failed(String),
}

/// Reads the parts that an index names, and gives what all of them say, with their bodies. One that can't be read takes
/// nothing from the others; without any there is no news.
pub(super) async fn read_all(
    visit: Visit<'_>,
    robots: bool,
    index: &Arc<Page>,
    named: Extracted,
) -> Result<(Reading, Vec<Arc<Page>>), Failure> {
    let (mut pages, mut news, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for url in &named.parts {
        match part(visit, robots, url).await? {
            Part::News(page, extracted) => {
                news.push((page.url.clone(), *extracted));
                pages.push(page);
            }
            Part::Other => {}
            Part::Failed(why) => failed.push(format!("the sitemap {url}: {why}")),
        }
    }
    if news.is_empty() {
        let none = NoNews::from(NoSitemap::NoNews).to_string();
        return Err(Failure::Told(failed.into_iter().next().unwrap_or(none)));
    }
    let mut whole = extract::join(named, news);
    whole.partial |= !failed.is_empty();
    whole.warnings.extend(failed);
    let (source, url, now) = (visit.source.clone(), index.url.clone(), index.fetched_at);
    let reading = visit.apart.run(move || Reading {
        normalized: normalize::normalize(&whole, &source, &url, now),
        extracted: whole,
    });
    let reading = reading
        .await
        .map_err(|spoiled| Failure::Told(spoiled.to_string()))?;
    Ok((reading, pages))
}

async fn part(visit: Visit<'_>, robots: bool, url: &Url) -> Result<Part, Failure> {
    let page = match get(visit, url, &Validators::default(), robots).await {
        Ok(Answer::Page(page)) => Arc::new(page),
        Ok(Answer::NotModified { .. }) => {
            let why = "the server answered 304, though no version was known";
            return Ok(Part::Failed(why.to_owned()));
        }
        // The host wants to be left alone, which is no fault of the source.
        Err(why @ FetchError::Held { .. }) => return Err(why.into()),
        Err(why) => return Ok(Part::Failed(why.to_string())),
    };
    // Of an index, which also has the other pages of a site, only those parts count that tell their news.
    let source = Source {
        kind: None,
        ..visit.source.clone()
    };
    let (asked, now) = (Arc::clone(&page), page.fetched_at);
    let work = move || read(&source, Some(Kind::Sitemap), &asked, now);
    Ok(match visit.apart.run(work).await {
        Ok(Ok(reading)) if reading.extracted.parts.is_empty() => {
            Part::News(page, Box::new(reading.extracted))
        }
        Ok(Ok(_)) => Part::Failed("it is an index itself".to_owned()),
        Ok(Err(NoNews::Sitemap(NoSitemap::NoNews))) => Part::Other,
        Ok(Err(why)) => Part::Failed(why.to_string()),
        Err(spoiled) => Part::Failed(spoiled.to_string()),
    })
}
