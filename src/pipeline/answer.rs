//! One source's answer: asked for, told from what is known already, and read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::apart::Apart;
use super::instead::instead;
use super::mend::{self, Mending};
use super::{Reading, parts, read};
use crate::config::Source;
use crate::dedup::health::{Misgiving, Picture, Trust};
use crate::extract::NoNews;
use crate::extract::drift::Known;
use crate::fetch::{Accept, FetchError, Fetched as Answer, Fetcher, Load, Request};
use crate::model::{Key, Kind, Page, Validators};
use crate::store::{Fetched, Outcome, SourceState, Told};

/// After so long the source is asked without conditions once, in case its validators are stuck.
const WHOLE_AFTER: TimeDelta = TimeDelta::days(7);

/// A source, and what it takes to ask it and to read its answer.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) apart: &'a Apart,
    pub(super) source: &'a Source,
    /// What is remembered of it.
    pub(super) state: &'a SourceState,
    /// What has come so far, each page with the address that was asked.
    pub(super) came: &'a Mutex<Vec<(Url, Page)>>,
    /// What its answers take of the memory, until they are recorded.
    pub(super) load: &'a Load,
}

/// What came of asking a source.
pub(super) struct Answered {
    pub(super) outcome: Outcome,
    /// Where its list goes on.
    pub(super) next: Option<Url>,
    /// What speaks against what was read.
    pub(super) misgiving: Option<Misgiving>,
    /// What becomes of the rules that mend its list.
    pub(super) mending: Mending,
}

impl From<Outcome> for Answered {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            next: None,
            misgiving: None,
            mending: Mending::default(),
        }
    }
}

/// Why a poll gave nothing.
pub(super) enum Failure {
    /// What happened, in words.
    Told(String),
    /// Nothing can be made of what came.
    Unread(NoNews),
    /// The server says that it is gone for good.
    Gone(String),
    /// The host wants to be left alone until then: nothing was asked.
    Held(DateTime<Utc>),
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Held(until) => Self::Held(until),
            failure => Self::Failed {
                error: failure.to_string(),
                gone: matches!(failure, Failure::Gone(_)),
            },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(why) | Self::Gone(why) => f.write_str(why),
            Self::Unread(why) => why.fmt(f),
            Self::Held(until) => write!(f, "its host wants to be left alone until {until}"),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Held { left } => Self::Held(later(left)),
            FetchError::Gone => Self::Gone(error.to_string()),
            error => Self::Told(error.to_string()),
        }
    }
}

fn later(by: Duration) -> DateTime<Utc> {
    let now = Utc::now();
    let by = TimeDelta::from_std(by).unwrap_or(WHOLE_AFTER);
    now.checked_add_signed(by).unwrap_or(now)
}

/// What a source answered.
pub(super) enum Asked {
    /// Nothing new.
    Same(Outcome),
    /// A document that is not the one of last time.
    Other {
        page: Page,
        /// Its digest.
        body: Key,
    },
}

/// Whether what is remembered of the last answer is not too old to be relied on.
fn is_fresh(state: &SourceState) -> bool {
    let whole_at = state.whole_at;
    whole_at.is_some_and(|at| Utc::now() - at < WHOLE_AFTER)
}

/// Whether robots.txt is heeded: what has proved to be a feed is there to be fetched by programs.
fn heeds_robots(visit: Visit<'_>) -> bool {
    visit.source.robots && visit.state.kind != Some(Kind::Feed)
}

/// Asks a source.
pub(super) async fn ask(visit: Visit<'_>) -> Result<Asked, Failure> {
    let Visit { source, state, .. } = visit;
    let feed_or_moved = state.feed_url.as_ref().or(state.address.as_ref());
    let url = feed_or_moved.unwrap_or(&source.url);
    let fresh = is_fresh(state);
    let validators = if fresh {
        state.validators.clone()
    } else {
        Validators::default()
    };
    match get(visit, url, &validators, heeds_robots(visit)).await? {
        Answer::NotModified {
            validators,
            fresh_until,
            moved,
        } => {
            let told = Told {
                validators,
                fresh_until,
                moved: moved.filter(|to| may_move(source, to)),
            };
            Ok(Asked::Same(Outcome::NotModified(told)))
        }
        Answer::Page(page) => {
            let body = Key::of_bytes([page.body.as_slice()]);
            if state.body == Some(body) && fresh {
                return Ok(Asked::Same(Outcome::Identical(told(&page, source))));
            }
            Ok(Asked::Other { page, body })
        }
    }
}

/// Reads what a source answered; `known` are the items that its list had last.
pub(super) async fn outcome(
    visit: Visit<'_>,
    page: Page,
    body: Key,
    known: Vec<Known>,
) -> Result<Answered, Failure> {
    let Visit { source, state, .. } = visit;
    let mut page = Arc::new(page);
    let read = read_list_apart(visit, known, Arc::clone(&page)).await?;
    let (misgiving, mending) = (read.misgiving, read.mending);
    let read = read.reading.map_err(Failure::Unread);
    let choosing = state.kind.is_none() && is_open(source);
    if choosing && let Some(better) = instead(visit, &page, &read).await {
        let body = Key::of_bytes([better.page.body.as_slice()]);
        return Ok(fetched(
            source,
            &better.page,
            body,
            better.reading,
            Some(better.url),
        ));
    }
    let mut reading = match read {
        Ok(reading) => reading,
        Err(why) => {
            return Ok(Answered {
                mending,
                ..Answered::from(Outcome::from(why))
            });
        }
    };
    let mut body = body;
    if !reading.extracted.parts.is_empty() {
        let robots = heeds_robots(visit);
        let (whole, pages) = parts::read_all(visit, robots, &page, reading.extracted).await?;
        reading = whole;
        // An index may stay as it is while its parts change: whether there is news, only they tell.
        body = Key::of_bytes(pages.iter().map(|page| page.body.as_slice()));
        Arc::make_mut(&mut page).validators = Validators::default();
        if state.body == Some(body) && is_fresh(state) {
            return Ok(Outcome::Identical(told(&page, source)).into());
        }
    }
    let known = state
        .kind
        .or(source.kind)
        .filter(|_| source.listing.is_none() && source.json.is_none());
    if let Some(known) = known.filter(|known| *known != reading.extracted.kind) {
        let now = reading.extracted.kind;
        return Err(Failure::Told(format!(
            "it was read as {known} so far and looks like {now} now; held until `kind` says which"
        )));
    }
    let fetched = fetched(source, &page, body, reading, state.feed_url.clone());
    Ok(Answered {
        misgiving,
        mending,
        ..fetched
    })
}

/// What is recorded of a page that was read, and where it goes on.
fn fetched(
    source: &Source,
    page: &Page,
    body: Key,
    reading: Reading,
    feed_url: Option<Url>,
) -> Answered {
    let Reading {
        extracted,
        normalized,
    } = reading;
    let listed = normalized
        .items
        .iter()
        .filter(|_| extracted.kind == Kind::Listing);
    let roll = listed.map(Known::of).collect();
    let picture = Picture::of(&normalized.items, page.fetched_at);
    let fetched = Fetched {
        kind: extracted.kind,
        feed_url,
        told: told(page, source),
        body,
        items: normalized.items,
        picture,
        mended: false,
        roll,
        trust: Trust::Usual,
        rates: extracted.fields,
        warnings: extracted
            .warnings
            .into_iter()
            .chain(normalized.warnings)
            .collect(),
        partial: extracted.partial,
        unread: false,
        pace: extracted.pace,
        follow: source.follows(extracted.kind),
        asked: Vec::new(),
    };
    Answered {
        next: extracted.next,
        ..Answered::from(Outcome::Read(Box::new(fetched)))
    }
}

/// What a page says about itself.
fn told(page: &Page, source: &Source) -> Told {
    Told {
        validators: page.validators.clone(),
        fresh_until: page.fresh_until,
        moved: page.moved.clone().filter(|to| may_move(source, to)),
    }
}

/// Whether a source's new address can be adopted: what is private to its old origin is not sent to another one, so
/// that a source with such things goes on being asked where it was configured.
fn may_move(source: &Source, to: &Url) -> bool {
    let private = !source.headers.is_empty()
        || !source.cookies.is_empty()
        || source.auth.is_some()
        || source.post.is_some();
    !private || to.origin() == source.url.origin()
}

pub(super) async fn get(
    visit: Visit<'_>,
    url: &Url,
    validators: &Validators,
    robots: bool,
) -> Result<Answer, FetchError> {
    let source = visit.source;
    // What is meant for the page's own host is not shown to another one.
    let own = url.origin() == source.url.origin();
    let page =
        source.listing.is_some() || matches!(source.kind, Some(Kind::Listing | Kind::Article));
    let request = Request {
        source,
        url,
        validators,
        accept: if page { Accept::Page } else { Accept::Feed },
        own,
        robots,
        local: *url == source.url,
        load: Some(visit.load),
    };
    let answer = visit.fetcher.get(request).await?;
    if let Answer::Page(page) = &answer {
        let mut came = visit.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.push((url.clone(), page.clone()));
    }
    Ok(answer)
}

/// Reads a page apart from everything else; what becomes of that is a matter of this source alone.
pub(super) async fn read_apart(
    visit: Visit<'_>,
    kind: Option<Kind>,
    page: Arc<Page>,
) -> Result<Reading, Failure> {
    let source = visit.source.clone();
    let now = page.fetched_at;
    let apart = visit.apart;
    let reading = apart.run(move || read(&source, kind, &page, now)).await;
    let reading = reading.map_err(|spoiled| Failure::Told(spoiled.to_string()))?;
    reading.map_err(Failure::Unread)
}

/// The same for the page of a list, which is held against what was on it before.
async fn read_list_apart(
    visit: Visit<'_>,
    known: Vec<Known>,
    page: Arc<Page>,
) -> Result<mend::Read, Failure> {
    let (source, kind) = (visit.source.clone(), visit.state.kind);
    let mended = mend::in_use(&source, visit.state);
    let work = move || mend::read_list(&source, mended.as_ref(), kind, &known, &page);
    let read = visit.apart.run(work).await;
    read.map_err(|spoiled| Failure::Told(spoiled.to_string()))
}

/// Whether the configuration leaves open what a source is read as, and so whether another document may stand for it.
fn is_open(source: &Source) -> bool {
    source.kind.is_none()
        && source.listing.is_none()
        && source.json.is_none()
        && source.post.is_none()
}
