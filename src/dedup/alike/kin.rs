//! What a new item is to the stories that an index proposes: the one that it tells as well, and those that it
//! translates.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::profile::Profile;
use super::{Kinship, compare};

/// What it counts that a page names the other as its version in that language, against the words that two items share.
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

impl Kin {
    /// Judges one candidate, by `count` tellings of it which are read one by one, as far as they are needed; of several
    /// candidates, those with the most evidence count, of equals the older one.
    ///
    /// An item must be kin to half of the tellings, lest a story grow link by link into another one. What a page names
    /// needs no second witness.
    ///
    /// # Errors
    ///
    /// Those of reading a telling.
    pub fn consider<E>(
        &mut self,
        item: &Profile,
        candidate: &Candidate,
        count: usize,
        tellings: impl Iterator<Item = Result<Rc<Profile>, E>>,
    ) -> Result<(), E> {
        let one_language = candidate.language == item.language;
        let wanted = if one_language {
            Kinship::Same
        } else {
            Kinship::Translation
        };
        let (mut agreeing, mut named) = (Vec::new(), false);
        for (heard, telling) in (1..).zip(tellings) {
            let telling = telling?;
            let judgement = compare(item, &telling);
            named |= !one_language && (telling.names(item) || item.names(&telling));
            if judgement.kinship == wanted {
                agreeing.push(judgement);
            }
            // Those that are left can't make half of them.
            if one_language && 2 * (agreeing.len() + count.saturating_sub(heard)) < count {
                return Ok(());
            }
        }
        let evidence = agreeing.iter().map(|judgement| judgement.evidence).max();
        let enough = 2 * agreeing.len() >= count || named;
        let (Some(evidence), Some(first), true) = (evidence, agreeing.into_iter().next(), enough)
        else {
            return Ok(());
        };
        let sisters = if candidate.sisters { SISTERS } else { 0 };
        let named = if named { NAMED } else { 0 };
        let bond = Bond {
            story: candidate.story,
            evidence: evidence + sisters + named,
            why: first.why,
        };
        if one_language {
            keep_best(&mut self.same, bond);
        } else {
            let mut known = self.translated.remove(&candidate.language);
            keep_best(&mut known, bond);
            let known = known.map(|bond| (candidate.language.clone(), bond));
            self.translated.extend(known);
        }
        Ok(())
    }
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
    use std::convert::Infallible;

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

    /// A candidate and its tellings.
    type Told = (Candidate, Vec<Profile>);

    fn candidate(story: i64, language: &str, tellings: Vec<Profile>) -> Told {
        let candidate = Candidate {
            story,
            language: language.into(),
            sisters: false,
        };
        (candidate, tellings)
    }

    fn kin(item: &Profile, candidates: &[Told]) -> Kin {
        let mut kin = Kin::default();
        for (candidate, tellings) in candidates {
            let read = tellings
                .iter()
                .map(|telling| Ok::<_, Infallible>(Rc::new(telling.clone())));
            kin.consider(item, candidate, tellings.len(), read).unwrap();
        }
        kin
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
    fn no_more_tellings_are_read_than_are_needed() {
        let item = telling("regione", "it", WHALE, None);
        let (candidate, far) = candidate(
            1,
            "it",
            vec![telling("altra", "it", "Delibera n. 7 sui parcheggi", None)],
        );
        let mut read = 0;
        let tellings = std::iter::repeat_with(|| {
            read += 1;
            Ok::<_, Infallible>(Rc::new(far[0].clone()))
        });
        let mut kin = Kin::default();
        kin.consider(&item, &candidate, 3, tellings.take(3))
            .unwrap();
        assert_eq!((read, kin), (2, Kin::default()));
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
        own.0.sisters = true;
        assert_eq!(kin(&item, &[paper, own]).translated["en"].story, 2);
    }
}
