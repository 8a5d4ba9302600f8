//! What a new item is to the stories that an index proposes: the one that it tells as well, and those that it
//! translates.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::profile::Profile;
use super::sketch::sketch;
use super::{Kinship, compare};

/// What it counts that a page names the other as its version in that language, against the keys that two items share.
const NAMED: usize = 2_000;
/// The same for the two languages of one site.
const SISTERS: usize = 1_000;

/// A story that may be a new item's.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its row in the store.
    pub story: i64,
    /// The tag of its language.
    pub language: String,
    /// Whether its source is the new item's in another language.
    pub sisters: bool,
    /// Its tellings, or the first of them.
    pub tellings: Vec<Profile>,
}

/// What ties a new item to a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    /// The story's row in the store.
    pub story: i64,
    /// How much speaks for it: comparable between the stories of one language.
    pub evidence: usize,
    /// A sentence for people.
    pub why: String,
}

/// What a new item is to the stories that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kin {
    /// The story that it tells as well.
    pub same: Option<Bond>,
    /// The stories that it translates, at most one a language.
    pub translated: BTreeMap<String, Bond>,
}

/// Judges the candidates; of several, those with the most evidence count, of equals the older one.
#[must_use]
pub fn kin(item: &Profile, candidates: &[Candidate]) -> Kin {
    let mut kin = Kin::default();
    // Of most items, no candidate is any kin.
    let keys: LazyCell<BTreeSet<_>, _> = LazyCell::new(|| sketch(item).into_iter().collect());
    for candidate in candidates {
        let one_language = candidate.language == item.language;
        let wanted = if one_language {
            Kinship::Same
        } else {
            Kinship::Translation
        };
        let Some(why) = agreed(item, candidate, wanted) else {
            continue;
        };
        let shared = |telling: &Profile| {
            let others = sketch(telling);
            others.iter().filter(|key| keys.contains(*key)).count()
        };
        let shared = candidate.tellings.iter().map(shared).max();
        let sisters = if candidate.sisters { SISTERS } else { 0 };
        let named = if candidate.is_named_with(item) {
            NAMED
        } else {
            0
        };
        let bond = Bond {
            story: candidate.story,
            evidence: shared.unwrap_or_default() + sisters + named,
            why,
        };
        if one_language {
            keep_best(&mut kin.same, bond);
        } else {
            let mut known = kin.translated.remove(&candidate.language);
            keep_best(&mut known, bond);
            kin.translated
                .extend(known.map(|bond| (candidate.language.clone(), bond)));
        }
    }
    kin
}

impl Candidate {
    /// Whether a page of either names one of the other as its version in that language.
    fn is_named_with(&self, item: &Profile) -> bool {
        let mut tellings = self.tellings.iter();
        item.language != self.language
            && tellings.any(|telling| telling.names(item) || item.names(telling))
    }
}

/// Why an item is that to a story: it must be so to half of its tellings, lest a story grow link by link into another
/// one. What a page names needs no second witness.
fn agreed(item: &Profile, candidate: &Candidate, wanted: Kinship) -> Option<String> {
    let judgements = candidate
        .tellings
        .iter()
        .map(|telling| compare(item, telling));
    let agreeing: Vec<String> = judgements
        .filter(|judgement| judgement.kinship == wanted)
        .map(|judgement| judgement.why)
        .collect();
    let enough = 2 * agreeing.len() >= candidate.tellings.len() || candidate.is_named_with(item);
    agreeing.into_iter().next().filter(|_| enough)
}

fn keep_best(known: &mut Option<Bond>, bond: Bond) {
    let better = known.as_ref().is_none_or(|known| {
        bond.evidence > known.evidence
            || bond.evidence == known.evidence && bond.story < known.story
    });
    if better {
        *known = Some(bond);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::{TimeZone, Utc};
    use url::Url;

    use super::super::Telling;
    use super::*;

    fn telling(source: &str, language: &str, title: &str, english: Option<&str>) -> Profile {
        let version = |address: &str| ("en".to_owned(), Url::parse(address).unwrap());
        let slug = title.to_lowercase().replace(' ', "-");
        Profile::new(&Telling {
            source,
            url: Url::parse(&format!("https://{source}.example/{slug}"))
                .ok()
                .as_ref(),
            title,
            summary: "",
            language,
            published: Utc.with_ymd_and_hms(2026, 9, 9, 12, 0, 0).single(),
            image: None,
            alternates: &english.map(version).into_iter().collect(),
        })
    }

    fn candidate(story: i64, language: &str, tellings: Vec<Profile>) -> Candidate {
        Candidate {
            story,
            language: language.into(),
            sisters: false,
            tellings,
        }
    }

    const WHALE: &str = "La sonda Balena fotografa i geyser di Encelado";

    #[test]
    fn a_retold_story_is_joined_and_another_one_is_not() {
        let item = telling(
            "regione",
            "it",
            "Encelado, la sonda Balena fotografa i geyser",
            None,
        );
        let other = telling("agenzia", "it", "Delibera n. 1234 sui parcheggi", None);
        let candidates = [
            candidate(1, "it", vec![other]),
            candidate(2, "it", vec![telling("agenzia", "it", WHALE, None)]),
        ];
        let kin = kin(&item, &candidates);
        let bond = kin.same.unwrap();
        assert_eq!(bond.story, 2);
        assert!(bond.why.contains("Encelado"), "{}", bond.why);
        assert!(kin.translated.is_empty());
    }

    #[test]
    fn most_tellings_must_agree() {
        let item = telling("regione", "it", WHALE, None);
        let far = |n| {
            telling(
                "altra",
                "it",
                &format!("Delibera n. {n} sui parcheggi"),
                None,
            )
        };
        let near = telling("agenzia", "it", WHALE, None);
        let half = [candidate(1, "it", vec![near.clone(), far(7)])];
        assert!(kin(&item, &half).same.is_some());
        let third = [candidate(1, "it", vec![near, far(7), far(7)])];
        assert_eq!(kin(&item, &third).same, None);
    }

    #[test]
    fn what_a_page_names_goes_before_what_only_looks_like_it() {
        let english = "Balena probe photographs the geysers of Enceladus";
        let item = telling(
            "agenzia",
            "it",
            WHALE,
            Some("https://other.example/whale-in-the-ice"),
        );
        let alike = telling("paper", "en", english, None);
        let named = telling("other", "en", "Whale in the ice", None);
        let candidates = [
            candidate(1, "en", vec![alike]),
            candidate(2, "en", vec![named]),
        ];
        let found = kin(&item, &candidates);
        assert_eq!(found.translated["en"].story, 2);
        let unnamed = telling("agenzia", "it", WHALE, None);
        assert_eq!(kin(&unnamed, &candidates).translated["en"].story, 1);
    }

    #[test]
    fn of_two_translations_that_of_the_site_itself_counts() {
        let english = "Balena probe photographs the geysers of Enceladus";
        let item = telling("agenzia", "it", WHALE, None);
        let paper = candidate(1, "en", vec![telling("paper", "en", english, None)]);
        let mut own = candidate(2, "en", vec![telling("agenzia", "en", english, None)]);
        own.sisters = true;
        assert_eq!(kin(&item, &[paper, own]).translated["en"].story, 2);
    }
}
