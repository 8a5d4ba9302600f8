//! Documents ready to be sent: in each coding, with all that goes before them, made once for each change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SubsecRound, Utc};
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::archives::{Archives, Lately};
use super::coding::{self, Coding};

/// The bounds of how long a document may be kept without asking, in seconds. Whatever is planned, a person may have
/// sources polled at any time.
const MAX_AGE: (i64, i64) = (60, 3_600);

/// One document.
#[derive(Debug)]
pub(super) struct Sheet {
    text: Bytes,
    link: Option<String>,
    /// The document in each coding that makes it smaller, and as it is: the smallest first.
    pub(super) forms: Vec<Form>,
    /// The first full second of which it has been what it is, so that a time tells two texts of one second apart. It
    /// may be to come.
    pub(super) modified: SystemTime,
}

/// A document in one coding. Two codings are two representations, so each has a strong validator of its own.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) coding: Coding,
    pub(super) body: Bytes,
    /// With its quotes.
    pub(super) etag: String,
    /// The header fields that go with the body, all but those that change by themselves.
    pub(super) head: HeaderMap,
    /// Those that go with a 304.
    pub(super) brief: HeaderMap,
}

/// A document to be served.
#[derive(Debug)]
pub struct Document {
    /// Its path, without the leading slash.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When its file got that text.
    pub modified: DateTime<Utc>,
    /// The header `Link` that goes with it (RFC 8288).
    pub link: Option<String>,
}

/// All documents that are served, by their path without the leading slash. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<Inner>);

type Sheets = HashMap<String, Arc<Sheet>>;

#[derive(Debug, Default)]
struct Inner {
    /// Nothing until it is filled for the first time.
    sheets: watch::Sender<Option<Arc<Sheets>>>,
    archives: RwLock<Option<Arc<Archives>>>,
    lately: Lately,
    /// Archive pages are read one at a time, whoever walks through all of them.
    turn: tokio::sync::Mutex<()>,
    /// When the next poll may change something, in Unix seconds.
    due: AtomicI64,
}

impl Shelf {
    /// Replaces everything on the shelf by these documents. Those that did not change keep what was made of them.
    /// Compresses, so it is not for the threads that serve.
    pub fn fill(&self, documents: Vec<Document>, archives: Option<Archives>) {
        let mut place = self
            .0
            .archives
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *place = archives.map(Arc::new);
        drop(place);
        let old = self.sheets().unwrap_or_default();
        let mut new = HashMap::with_capacity(documents.len());
        for document in documents {
            let Document {
                name,
                text,
                modified,
                link,
            } = document;
            let sheet = match old.get(&name) {
                Some(same) if same.text == text.as_bytes() && same.link == link => Arc::clone(same),
                before => {
                    let before = before.map(|before| before.modified);
                    Arc::new(Sheet::new(&name, text, modified, link, before))
                }
            };
            new.insert(name, sheet);
        }
        self.0.sheets.send_replace(Some(Arc::new(new)));
    }

    /// How many archive pages a feed has that are served.
    #[must_use]
    pub fn pages(&self, feed: &str) -> u32 {
        let archives = self.archives();
        let feed = archives
            .as_ref()
            .and_then(|archives| archives.feeds.get(feed));
        feed.map_or(0, |(_, pages)| *pages)
    }

    fn archives(&self) -> Option<Arc<Archives>> {
        let archives = self.0.archives.read();
        archives.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The file of the archive page that a name means.
    pub(super) fn archived(&self, name: &str) -> Option<String> {
        self.archives()?.file(name)
    }

    /// An archive page from its file.
    pub(super) async fn page(&self, file: String) -> Option<Arc<Sheet>> {
        let archives = self.archives()?;
        let _turn = self.0.turn.lock().await;
        let inner = Arc::clone(&self.0);
        let work = spawn_blocking(move || inner.lately.read(&archives.folder, &file));
        work.await.ok().flatten()
    }

    /// Waits until it is filled for the first time.
    pub async fn filled(&self) {
        let mut sheets = self.0.sheets.subscribe();
        // It can't fail, since the sender is here.
        let _ = sheets.wait_for(Option::is_some).await;
    }

    /// Says when the next poll may change something; nothing means that none is planned.
    pub fn set_due(&self, due: Option<DateTime<Utc>>) {
        let due = due.map_or(i64::MAX, |due| due.timestamp());
        self.0.due.store(due, Ordering::Relaxed);
    }

    /// How long what is served now may be kept without asking, in seconds.
    pub(super) fn max_age(&self, now: SystemTime) -> i64 {
        let (least, most) = MAX_AGE;
        let due = self.0.due.load(Ordering::Relaxed);
        let now = now.duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        due.saturating_sub(now).clamp(least, most)
    }

    /// What is on the shelf now; nothing where it was never filled.
    pub(super) fn sheets(&self) -> Option<Arc<Sheets>> {
        self.0.sheets.borrow().clone()
    }
}

impl Sheet {
    pub(super) fn new(
        name: &str,
        text: String,
        modified: DateTime<Utc>,
        link: Option<String>,
        before: Option<SystemTime>,
    ) -> Self {
        let second = Duration::from_secs(1);
        let modified = SystemTime::from(modified.trunc_subsecs(0)) + second;
        // The times of one address never go back, whatever the clock does.
        let modified = match before {
            Some(before) if modified < before => before + second,
            _ => modified,
        };
        let text = Bytes::from(text);
        let digest = blake3::hash(&text).to_hex();
        let fixed = fixed(name, modified, link.as_deref());
        let forms = coding::all(&text)
            .into_iter()
            .map(|(coding, body)| Form::new(coding, body, &digest[..32], &fixed));
        Self {
            forms: forms.collect(),
            text,
            link,
            modified,
        }
    }
}

impl Form {
    fn new(coding: Coding, body: Bytes, digest: &str, fixed: &Fixed) -> Self {
        let etag = match coding.name() {
            Some(name) => format!("\"{digest}-{name}\""),
            None => format!("\"{digest}\""),
        };
        let mut brief = fixed.always.clone();
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            brief.insert(header::ETAG, etag);
        }
        let mut head = brief.clone();
        head.extend(fixed.whole.clone());
        head.insert(header::CONTENT_LENGTH, body.len().into());
        if let Some(name) = coding.name() {
            head.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Self {
            coding,
            body,
            etag,
            head,
            brief,
        }
    }
}

/// What all forms of a document have in common.
struct Fixed {
    always: HeaderMap,
    whole: HeaderMap,
}

fn fixed(name: &str, modified: SystemTime, link: Option<&str>) -> Fixed {
    let media_type = media_type(name);
    let is = |start| media_type.starts_with(start);
    let page = is("text/html");
    let mut always = HeaderMap::new();
    // What a feed is called depends on who asks: `media`.
    let vary = if is("application/rss+xml") || is("application/atom+xml") {
        "Accept-Encoding, Accept"
    } else {
        "Accept-Encoding"
    };
    put(&mut always, header::VARY, vary);
    // Each answer says its own.
    put(&mut always, header::CACHE_CONTROL, "max-age=60");
    if let Ok(modified) = HeaderValue::from_str(&httpdate::fmt_http_date(modified)) {
        always.insert(header::LAST_MODIFIED, modified);
    }
    if !page {
        // Programs in browsers may read feeds. A 304 needs it as well.
        put(&mut always, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        put(
            &mut always,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "ETag, Link",
        );
    }
    let mut whole = HeaderMap::new();
    put(&mut whole, header::CONTENT_TYPE, media_type);
    put(&mut whole, header::ACCEPT_RANGES, "none");
    if let Some(Ok(link)) = link.map(HeaderValue::from_str) {
        whole.insert(header::LINK, link);
    }
    put(&mut whole, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Browsers show XML as well, and would run what it contains.
    if page || media_type.contains("xml") {
        put(&mut whole, header::CONTENT_SECURITY_POLICY, super::POLICY);
        put(&mut whole, header::REFERRER_POLICY, "no-referrer");
    }
    Fixed { always, whole }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn media_type(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or(name);
    match file {
        "rss.xml" => "application/rss+xml; charset=utf-8",
        "atom.xml" => "application/atom+xml; charset=utf-8",
        "feed.json" => "application/feed+json; charset=utf-8",
        "opml.xml" => "text/x-opml; charset=utf-8",
        _ => match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("css") => "text/css; charset=utf-8",
            Some("json") => "application/json; charset=utf-8",
            Some("txt") => "text/plain; charset=utf-8",
            Some("xml") => "application/xml; charset=utf-8",
            _ => "text/html; charset=utf-8",
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_772_000_000_000 + millis).unwrap()
    }

    fn filled(shelf: &Shelf, text: &str, modified: DateTime<Utc>) -> Arc<Sheet> {
        let document = Document {
            name: "it/atom.xml".into(),
            text: text.into(),
            modified,
            link: None,
        };
        shelf.fill(vec![document], None);
        Arc::clone(&shelf.sheets().unwrap()["it/atom.xml"])
    }

    #[test]
    fn what_did_not_change_is_kept_with_its_validators() {
        let shelf = Shelf::default();
        assert!(shelf.sheets().is_none());
        let first = filled(&shelf, "one", at(0));
        let same = filled(&shelf, "one", at(5_000));
        assert!(Arc::ptr_eq(&first, &same));
        let other = filled(&shelf, "two", at(5_000));
        assert_ne!(first.forms[0].etag, other.forms[0].etag);
    }

    #[test]
    fn a_time_is_told_once_no_other_text_can_have_it() {
        let shelf = Shelf::default();
        let second = |millis| SystemTime::from(at(millis));
        assert_eq!(filled(&shelf, "one", at(0)).modified, second(1_000));
        assert_eq!(filled(&shelf, "two", at(999)).modified, second(1_000));
        assert_eq!(filled(&shelf, "three", at(1_000)).modified, second(2_000));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_document_older() {
        let shelf = Shelf::default();
        let first = filled(&shelf, "one", at(60_000));
        let second = filled(&shelf, "two", at(0));
        assert!(second.modified > first.modified);
    }

    #[test]
    fn documents_may_be_kept_until_the_next_poll_within_bounds() {
        let shelf = Shelf::default();
        let now = SystemTime::from(at(0));
        shelf.set_due(Some(at(600_000)));
        assert_eq!(shelf.max_age(now), 600);
        assert_eq!(shelf.max_age(now + Duration::from_secs(590)), 60);
        assert_eq!(shelf.max_age(now + Duration::from_secs(9_000)), 60);
        shelf.set_due(Some(at(86_400_000)));
        assert_eq!(shelf.max_age(now), 3_600);
        shelf.set_due(None);
        assert_eq!(shelf.max_age(now), 3_600);
    }
}
