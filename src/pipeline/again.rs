//! What sources answered, read again by the rules of today: nothing is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use url::Url;

use super::apart::Apart;
use super::{Reading, pages, read};
use crate::config::Source;
use crate::dedup::FEW;
use crate::extract::{self, NoNews, NoSitemap};
use crate::model::{Item, Key, Kind, Page};
use crate::normalize;
use crate::store::{Kept, Outlook, Replay, Reread, SourceState, Store, StoreError};

/// The kept answers of a source, read again.
pub struct ReadAgain {
    /// What is to be recorded.
    pub replay: Replay,
    /// When the first and the last of all answers came; nothing where none was kept.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The answers that can't be read, and why.
    pub unread: Vec<(DateTime<Utc>, String)>,
}

/// What changed rules make of the newest answer of a source.
pub enum View {
    /// None was kept that came from where the source is asked now.
    None,
    /// It can't be read by them.
    Unreadable {
        /// When it came.
        at: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// It can.
    Read {
        /// When it came.
        at: DateTime<Utc>,
        /// What becomes of its items.
        outlook: Box<Outlook>,
        /// Whether it was read by the rules of then; else what is missing may be so because it has changed.
        compared: bool,
    },
}

impl View {
    /// Why the rules are not to be used before somebody accepts them: more than a few known items would be published
    /// again as new, or be lost.
    #[must_use]
    pub fn objection(&self) -> Option<String> {
        let Self::Read {
            outlook, compared, ..
        } = self
        else {
            return None;
        };
        let (again, gone) = (outlook.change.again.len(), outlook.change.gone.len());
        let gone = if *compared { gone } else { 0 };
        (again + gone > FEW).then(|| {
            let of = outlook.listed.len();
            format!("its changed rules would publish {again} of {of} known items again as new and lose {gone}")
        })
    }
}

/// Reads the kept answers of a source since then, the oldest first.
///
/// # Errors
///
/// [`StoreError`]
pub async fn read_again(
    apart: &Apart,
    store: &Store,
    source: &Source,
    since: Option<DateTime<Utc>>,
) -> Result<ReadAgain, StoreError> {
    let state = store.source(&source.id).await?.unwrap_or_default();
    let kept = comparable(store, source, since).await?;
    let mut kind = known_kind(source, &state);
    let span = kept.first().zip(kept.last());
    let span = span.map(|(first, last)| (first.at, last.at));
    let (mut answers, mut unread) = (Vec::new(), Vec::new());
    let mut shared = Shared::default();
    for kept in kept {
        match one(apart, store, source, kind, &kept).await? {
            Ok(reading) => {
                kind = Some(reading.extracted.kind);
                answers.push(Reread {
                    at: kept.at,
                    since: kept.since,
                    listed: kept.listed,
                    items: shared.all(reading.normalized.items),
                    partial: reading.extracted.partial,
                    follow: source.follows(reading.extracted.kind),
                });
            }
            Err(why) => unread.push((kept.at, why)),
        }
    }
    Ok(ReadAgain {
        replay: Replay {
            source: source.id.clone(),
            rules: source.rules,
            timezone: source.timezone,
            answers,
        },
        span,
        unread,
    })
}

/// What the rules of a source make of the newest of its answers that were kept.
///
/// # Errors
///
/// [`StoreError`]
pub async fn view(apart: &Apart, store: &Store, source: &Source) -> Result<View, StoreError> {
    let kept = comparable(store, source, None).await?;
    let Some(newest) = kept.last() else {
        return Ok(View::None);
    };
    let reading = match one(apart, store, source, source.kind, newest).await? {
        Ok(reading) => reading,
        Err(why) => return Ok(View::Unreadable { at: newest.at, why }),
    };
    seen(store, source, reading, newest.at, &kept).await
}

/// The same of a page that has just come.
///
/// # Errors
///
/// [`StoreError`]
pub async fn view_of(
    store: &Store,
    source: &Source,
    reading: Reading,
    at: DateTime<Utc>,
) -> Result<View, StoreError> {
    let kept = comparable(store, source, None).await?;
    let mut view = seen(store, source, reading, at, &kept).await?;
    if let View::Read { compared, .. } = &mut view {
        *compared = false;
    }
    Ok(view)
}

async fn seen(
    store: &Store,
    source: &Source,
    reading: Reading,
    at: DateTime<Utc>,
    kept: &[Kept],
) -> Result<View, StoreError> {
    let compared = kept.last().is_some_and(|kept| kept.kind.is_some());
    let read = kept.iter().rev().find(|kept| kept.kind.is_some());
    let listed = read.map(|kept| kept.listed.clone()).unwrap_or_default();
    let follow = source.follows(reading.extracted.kind);
    let items = reading.normalized.items;
    let outlook = store.outlook(&source.id, items, follow, listed, at).await?;
    Ok(View::Read {
        at,
        outlook: Box::new(outlook),
        compared,
    })
}

/// The kept answers that come from where a source is asked now: of a page that has rules, no feed that it announces.
async fn comparable(
    store: &Store,
    source: &Source,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Kept>, StoreError> {
    let mut kept = store.kept(&source.id, &source.url, since).await?;
    let chooses = source.kind.is_none()
        && source.listing.is_none()
        && source.json.is_none()
        && source.post.is_none();
    kept.retain(|kept| chooses || !kept.announced);
    Ok(kept)
}

/// What a source is read as, if its rules are those that it was read under.
fn known_kind(source: &Source, state: &SourceState) -> Option<Kind> {
    let same = state.rules == Some(source.rules);
    source.kind.or(state.kind.filter(|_| same))
}

async fn one(
    apart: &Apart,
    store: &Store,
    source: &Source,
    kind: Option<Kind>,
    kept: &Kept,
) -> Result<Result<Reading, String>, StoreError> {
    let pages = store.unpack(kept).await?;
    let source = source.clone();
    let reading = apart.run(move || reread(&source, kind, &pages)).await;
    Ok(match reading {
        Ok(Ok(reading)) => match kind.filter(|kind| *kind != reading.extracted.kind) {
            None => Ok(reading),
            Some(kind) => Err(format!(
                "it looks like {} and not like {kind}",
                reading.extracted.kind
            )),
        },
        Ok(Err(why)) => Err(why.to_string()),
        Err(spoiled) => Err(spoiled.to_string()),
    })
}

/// Reads the pages of one poll, the source's own first: synchronous and pure, as [`read`].
fn reread(source: &Source, kind: Option<Kind>, pages: &[(Url, Page)]) -> Result<Reading, NoNews> {
    let Some(((_, page), further)) = pages.split_first() else {
        return Err(NoNews::Empty);
    };
    let mut reading = read(source, kind, page, page.fetched_at)?;
    if !reading.extracted.parts.is_empty() {
        let part = |url: &Url| further.iter().find(|(asked, _)| asked == url);
        let (mut news, mut missing) = (Vec::new(), false);
        for url in &reading.extracted.parts {
            let Some((_, page)) = part(url) else {
                missing = true;
                continue;
            };
            match read(source, Some(Kind::Sitemap), page, page.fetched_at) {
                Ok(part) if part.extracted.parts.is_empty() => {
                    news.push((page.url.clone(), part.extracted));
                }
                // Most parts of an index list what is no news.
                Err(NoNews::Sitemap(NoSitemap::NoNews)) => {}
                _ => missing = true,
            }
        }
        if news.is_empty() {
            return Err(NoSitemap::NoNews.into());
        }
        let mut whole = extract::join(reading.extracted, news);
        whole.partial |= missing;
        return Ok(Reading {
            normalized: normalize::normalize(&whole, source, &page.url, page.fetched_at),
            extracted: whole,
        });
    }
    if reading.extracted.kind == Kind::Listing && !reading.extracted.partial {
        let items = &mut reading.normalized.items;
        let mut listed: HashSet<_> = items.iter().map(pages::told).collect();
        for (_, page) in further {
            let Ok(more) = read(source, Some(Kind::Listing), page, page.fetched_at) else {
                break;
            };
            for mut item in more.normalized.items {
                if listed.insert(pages::told(&item)) {
                    item.position = items.len();
                    items.push(item);
                }
            }
        }
    }
    Ok(reading)
}

/// Items that are told again and again, each kept once.
#[derive(Default)]
struct Shared(HashMap<Key, Arc<Item>>);

impl Shared {
    /// The items of an answer, each with its place.
    fn all(&mut self, items: Vec<Item>) -> Vec<(Arc<Item>, usize)> {
        let shared = items.into_iter().map(|mut item| {
            let position = std::mem::take(&mut item.position);
            let text = serde_json::to_string(&item).unwrap_or_default();
            let known = self.0.entry(Key::of(&[&text]));
            (
                Arc::clone(known.or_insert_with(|| Arc::new(item))),
                position,
            )
        });
        shared.collect()
    }
}
