//! A page read by who remembers what was on it.

use chrono::{DateTime, Utc};

use super::Reading;
use crate::config::{Listing, Source};
use crate::extract::drift::{self, Known, Why};
use crate::extract::{Ask, Extracted};
use crate::model::{Kind, Page};
use crate::normalize;

/// A page on which a source's rules no longer work.
#[derive(Debug, Clone)]
pub struct Drifted {
    /// What is wrong, for people.
    pub why: Why,
    /// Rules that work, where some were found.
    pub repair: Option<Repaired>,
}

/// What new rules read.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// What changes in the source's table: a line of TOML for each rule.
    pub patch: String,
    /// The rules, for use at once: `source.listing` becomes this.
    pub rules: Listing,
    /// What they read from the page.
    pub reading: Reading,
}

/// Reads a page as [`read`](super::read) does, and holds it against what is known of the source's list: the items of
/// its last good fetch, and of those before it where the list is short. Synchronous and pure. With fewer than three
/// known items, and for anything else than a list on a page, it is the same as `read`.
///
/// # Errors
///
/// [`Drifted`] where nothing can be read, or what was read can't be the same list. Nothing of it should be stored then,
/// but for what a repair read, if the source has `repair = "auto"`.
pub fn reread(
    source: &Source,
    kind: Option<Kind>,
    known: &[Known],
    page: &Page,
    now: DateTime<Utc>,
) -> Result<Reading, Box<Drifted>> {
    let dates = normalize::date_context(source, now);
    let ask = Ask {
        kind: source.kind.or(kind),
        rules: source.listing.as_deref(),
        json: source.json.as_deref(),
        told: source.kind.is_some(),
        next: source.pages > 1,
        dates: &dates,
    };
    let normalize = |extracted: &Extracted| normalize::normalize(extracted, source, &page.url, now);
    match drift::judge(page, &ask, known, &normalize) {
        Ok((extracted, normalized)) => Ok(Reading {
            extracted,
            normalized,
        }),
        Err(broken) => {
            let repair = broken.repair.map(|repair| Repaired {
                patch: repair.patch,
                rules: repair.rules,
                reading: Reading {
                    normalized: normalize(&repair.extracted),
                    extracted: repair.extracted,
                },
            });
            Err(Box::new(Drifted {
                why: broken.why,
                repair,
            }))
        }
    }
}
