//! A list whose rules stopped matching: read by those that mend them, where some were found and the configuration lets
//! them be used, and held against what was on it before.

use chrono::Utc;

use crate::config::{self, Listing, Repair as Wish, Source};
use crate::dedup::health::Misgiving;
use crate::extract::NoNews;
use crate::extract::drift::{Known, Why};
use crate::model::{Kind, Page};
use crate::store::{Repair, SourceState, Store, StoreError};

use super::reread::{Repaired, reread};
use super::{Reading, read};

/// How a page was read that may have drifted.
pub(super) struct Read {
    pub(super) reading: Result<Reading, NoNews>,
    /// What speaks against it although it could be read.
    pub(super) misgiving: Option<Misgiving>,
    /// What becomes of the rules that mend the source.
    pub(super) mending: Mending,
}

/// What becomes of the rules that mend a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Mending {
    /// What was remembered of them stays.
    #[default]
    Stays,
    /// Those of the configuration fit.
    Needless,
    /// These were found.
    Found(Repair),
}

impl Read {
    fn well(reading: Reading, mending: Mending) -> Self {
        Self {
            reading: Ok(reading),
            misgiving: None,
            mending,
        }
    }
}

/// A source as it is read: by the rules that mend it, if they were taken into use.
pub(super) fn in_use(source: &Source, state: &SourceState) -> Option<Source> {
    let wanted = source.repair == Wish::Auto;
    let repair = state
        .repair
        .as_ref()
        .filter(|repair| repair.used && wanted)?;
    Some(Source {
        listing: Some(Box::new(amended(source.listing.as_deref(), repair)?)),
        ..source.clone()
    })
}

/// Remembers what becomes of the rules that mend a source; gives the source as it is read from now on, where that is
/// not as it is configured.
pub(super) async fn keep(
    store: &Store,
    source: &Source,
    state: &SourceState,
    mending: Mending,
) -> Result<Option<Source>, StoreError> {
    let known = state.repair.as_ref();
    let repair = match mending {
        Mending::Stays => return Ok(in_use(source, state)),
        Mending::Needless => None,
        // One that stays the same was told already.
        Mending::Found(found) => Some(match known {
            Some(known) if known.patch == found.patch && known.used == found.used => known.clone(),
            _ => found,
        }),
    };
    if repair.as_ref() != known {
        let kept = store.mend(&source.id, source.rules, repair.clone(), Utc::now());
        kept.await?;
    }
    let state = SourceState {
        repair,
        ..SourceState::default()
    };
    Ok(in_use(source, &state))
}

/// Rules with the change that a repair makes; nothing where it does not read.
fn amended(old: Option<&Listing>, repair: &Repair) -> Option<Listing> {
    let mut text =
        "site.languages = [\"en\"]\n[source.a]\nurl = \"https://a.invalid/\"\n".to_owned();
    text.push_str(&repair.patch);
    let has_item = repair
        .patch
        .lines()
        .any(|line| line.starts_with("listing.item"));
    if !has_item {
        text.push_str("\nlisting.item = \"*\"\n");
    }
    let made = config::load_text(&text).ok()?.sources.pop()?;
    let new = made.listing.as_deref().cloned()?;
    let Some(mut rules) = old.cloned() else {
        return has_item.then_some(new);
    };
    if has_item {
        rules.item = new.item;
    }
    for (key, old, new) in [
        ("listing.group.date", &mut rules.group.date, new.group.date),
        ("listing.title", &mut rules.title, new.title),
        ("listing.link", &mut rules.link, new.link),
        ("listing.date", &mut rules.date, new.date),
        ("listing.summary", &mut rules.summary, new.summary),
        ("listing.image", &mut rules.image, new.image),
    ] {
        if !new.is_empty() || repair.dropped.iter().any(|dropped| dropped == key) {
            *old = new;
        }
    }
    Some(rules)
}

/// The keys of the rules that are not among the mended ones any more.
fn dropped(old: Option<&Listing>, new: &Listing) -> Vec<String> {
    let Some(old) = old else { return Vec::new() };
    let fields = [
        ("listing.group.date", &old.group.date, &new.group.date),
        ("listing.title", &old.title, &new.title),
        ("listing.link", &old.link, &new.link),
        ("listing.date", &old.date, &new.date),
        ("listing.summary", &old.summary, &new.summary),
        ("listing.image", &old.image, &new.image),
    ];
    let gone = fields
        .into_iter()
        .filter(|(_, old, new)| !old.is_empty() && new.is_empty());
    gone.map(|(key, ..)| key.to_owned()).collect()
}

/// Reads a page of a source as configured and, where it is mended, as mended. Synchronous and pure.
pub(super) fn read_list(
    source: &Source,
    mended: Option<&Source>,
    kind: Option<Kind>,
    known: &[Known],
    page: &Page,
) -> Read {
    let now = page.fetched_at;
    let by_mended = mended.map(|mended| (mended, reread(mended, kind, known, page, now)));
    let drifted_again = match by_mended {
        Some((_, Ok(reading))) => return Read::well(reading, Mending::Stays),
        Some((mended, Err(drifted))) => Some((mended, drifted)),
        None => None,
    };
    let drifted = match reread(source, kind, known, page, now) {
        Ok(reading) => return Read::well(reading, Mending::Needless),
        Err(drifted) => *drifted,
    };
    let found = drifted
        .repair
        .filter(|_| source.repair != Wish::Never)
        .map(|repaired| {
            let Repaired {
                patch,
                rules,
                reading,
            } = repaired;
            let repair = Repair {
                patch,
                dropped: dropped(source.listing.as_deref(), &rules),
                reason: drifted.why.to_string(),
                since: now,
                used: source.repair == Wish::Auto,
            };
            (repair, reading)
        });
    let mending = match found {
        Some((repair, reading)) if repair.used => {
            return Read::well(reading, Mending::Found(repair));
        }
        Some((repair, _)) => Mending::Found(repair),
        None => Mending::Stays,
    };
    // Where neither fits nor others were found, the mended ones are those that fitted last.
    let (source, why) = match drifted_again {
        Some((mended, drifted)) if mending == Mending::Stays => (mended, drifted.why),
        _ => (source, drifted.why),
    };
    Read {
        reading: read(source, kind, page, now),
        misgiving: misgiving(&why),
        mending,
    }
}

/// What drift says against a list that could be read. That nothing of what was on it is on the page any more is told
/// from a list that was turned over by its health.
fn misgiving(why: &Why) -> Option<Misgiving> {
    let passes = match why {
        Why::Strange { shown: 0, .. } | Why::Nothing(_) => return None,
        Why::Titles { .. } | Why::Links { .. } | Why::Future { .. } | Why::OneDay { .. } => false,
        _ => true,
    };
    Some(Misgiving {
        reason: why.to_string(),
        passes,
    })
}
