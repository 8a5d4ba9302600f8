//! What a poll came to, and what recording it changed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::asked::Asked;
use super::bodies::Packed;
use crate::config::Follow;
use crate::dedup::health::{Doubted, Picture, Trust};
use crate::extract::Rate;
use crate::extract::drift::Known as Listed;
use crate::fetch::Pause;
use crate::model::{Item, Key, Kind, Pace, SourceId, Validators};

/// What a poll of a source came to.
#[derive(Debug, Clone)]
pub struct Poll {
    /// Which source.
    pub source: SourceId,
    /// The rules that it was read under.
    pub rules: Key,
    /// Its time zone, for items without a date.
    pub timezone: Tz,
    /// When it was fetched.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
    /// The pauses that hosts have asked for meanwhile.
    pub pauses: Vec<Pause>,
    /// From when on its items decide when it is due again; nothing where they don't.
    pub news_since: Option<DateTime<Utc>>,
    /// What came, to be kept.
    pub kept: Option<Packed>,
}

/// What an answer says about itself, apart from its items.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Its validators.
    pub validators: Validators,
    /// Until when it is good.
    pub fresh_until: Option<DateTime<Utc>>,
    /// Where permanent redirects led to it.
    pub moved: Option<Url>,
}

/// What came of a poll.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A document with items.
    Read(Box<Fetched>),
    /// A document whose items are not believed to be the source's news: nothing is taken from it.
    Doubted(Box<Doubted>),
    /// `304 Not Modified`, with whatever validators it carried.
    NotModified(Told),
    /// The very bytes of last time, although sent again.
    Identical(Told),
    /// Nothing was asked, for the host wants to be left alone until then.
    Held(DateTime<Utc>),
    /// Nothing that can be used.
    Failed {
        /// What happened, for people.
        error: String,
        /// Whether the server says that it is gone for good (410).
        gone: bool,
    },
}

/// A document that was read.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What it was read as.
    pub kind: Kind,
    /// The announced feed that it came from, if it is not the configured page.
    pub feed_url: Option<Url>,
    /// What it says about itself.
    pub told: Told,
    /// The digest of its body.
    pub body: Key,
    /// Its items.
    pub items: Vec<Item>,
    /// How those of its first page look.
    pub picture: Picture,
    /// Its list was found again by the known items after its layout had changed.
    pub mended: bool,
    /// Those items by which its list will be found again.
    pub roll: Vec<Listed>,
    /// Why they are believed.
    pub trust: Trust,
    /// How many of them had each field.
    pub rates: Vec<Rate>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// It was cut short.
    pub partial: bool,
    /// A further page of its list could not be had for now, so that what stands there is still to be read.
    pub unread: bool,
    /// How often it wants to be asked.
    pub pace: Pace,
    /// Which of its items are placed only with their articles.
    pub follow: Follow,
    /// What came of asking for articles.
    pub asked: Vec<Asked>,
}

/// What a poll changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The rules changed while it was under way: nothing was taken from it.
    pub stale: bool,
    /// The answer was the same as last time.
    pub unchanged: bool,
    /// The poll failed.
    pub failed: bool,
    /// It answered, and nothing was taken from that: what it lists is not believed.
    pub degraded: bool,
    /// Nothing was asked: its host wants to be left alone.
    pub held: bool,
    /// It has moved for good, and is asked at its new address from now on.
    pub adopted: bool,
    /// It was not asked: what it answered before was read again.
    pub replayed: bool,
    /// It is gone for good, and is hardly asked any more.
    pub paused: bool,
    /// Items in the document.
    pub listed: usize,
    /// Stories opened.
    pub new: usize,
    /// Items that joined a story of another source.
    pub joined: usize,
    /// Items changed in place, moved ones included.
    pub edited: usize,
    /// Items remembered and not published, because they were there before we came.
    pub seen: usize,
    /// New items that wait for their articles.
    pub waiting: usize,
    /// Items that were withdrawn because the source has removed them.
    pub withdrawn: usize,
    /// New items that are held back, because they are too many at once.
    pub withheld: usize,
    /// New items that are left out, since neither the list nor their articles tell a title.
    pub nameless: usize,
    /// When the source is due again.
    pub next_run: DateTime<Utc>,
}

impl Recorded {
    /// Whether a feed may have changed.
    #[must_use]
    pub fn matters(&self) -> bool {
        self.new + self.joined + self.edited + self.withdrawn > 0
    }
}
