//! When two items are one piece of news, and when one is the other's translation: a pure judgement, with its reason.
//!
//! Evidence is weighed (`evidence.rs`), objections are heard (`veto.rs`), and a threshold that grows with the time
//! between the two decides. Doubt means "different": two entries for one story annoy, two stories in one entry mislead.

mod address;
mod evidence;
mod form;
mod generic;
mod kin;
mod lettered;
mod lexicon;
mod named;
mod numbers;
mod numerals;
mod opposed;
mod parallel;
mod profile;
mod rarity;
mod runs;
mod script;
mod signs;
mod sketch;
mod stage;
#[cfg(test)]
mod tests;
mod veto;
mod words;

use std::cmp::Ordering;
use std::fmt;

use address::Relation;
use evidence::{Evidence, Shared};
pub use kin::{Bond, Candidate, Kin};
use lexicon::Stage;
pub use profile::{Profile, Telling};
pub use rarity::{is_everywhere, rarity};
pub use sketch::{Term, pairs, places, sketch, terms};

/// Hours beyond which two tellings are not of one story, whatever they share.
const WINDOW: f64 = 12.0 * 24.0;
/// The same for translations, which take their time.
const TRANSLATED: f64 = 14.0 * 24.0;
/// Hours that one source may take to revise its text.
const REVISION: f64 = 72.0;
/// Hours in which one source tells how a story goes on.
const UPDATE: f64 = 24.0;
/// Hours assumed between two items of which one has no date.
const UNKNOWN: f64 = 36.0;
/// What part of one title the other must have for a source to tell the same story on.
const RETITLED: f64 = 0.55;
/// The same for a text that says it was revised, at any time.
const RENEWED: f64 = 0.8;
/// The evidence that two sources tell one story, if they do so on one day.
const SAME: f64 = 1.5;
/// The same where both name something that is rarely in the news.
const DESIGNATED: f64 = 1.2;
/// Hours in which two stories of such a thing are one.
const NEAR: f64 = 50.0;
/// The evidence for a translation.
const TRANSLATION: f64 = 2.0;
/// How much more is asked for where only the summaries have something in common.
const UNTITLED: f64 = 1.2;
/// How much more is asked for where the titles name different things.
const STRANGERS: f64 = 0.4;
/// How much more is asked for where only one name is shared.
const ALONE: f64 = 0.6;
/// The same in two languages.
const LONE: f64 = 0.4;
/// What must be shared besides one name, for the name not to stand alone.
const ASIDE: f64 = 0.5;
/// How much more evidence each day between them asks for.
const DAY: f64 = 0.05;
/// The same in two languages.
const DAY_APART: f64 = 0.2;
/// What each topic of either title costs that the other item does not have, as far as both have one.
const LOOSE: f64 = 0.35;
/// What a lead image is worth that both show.
const IMAGE: f64 = 2.8;
/// What a page's name is worth that two sites share.
const NAME: f64 = 2.0;
/// What one number or one name on one site is worth.
const ARTICLE: f64 = 4.0;

/// What two items are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// One story in one language.
    Same,
    /// One story in two languages.
    Translation,
    /// Two stories.
    Different,
}

impl Kinship {
    /// The word for it in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Translation => "translation",
            Self::Different => "different",
        }
    }
}

impl fmt::Display for Kinship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What two items are to each other, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What they are.
    pub kinship: Kinship,
    /// A sentence for people.
    pub why: String,
    /// How much speaks for it, in tenths of what one rare word says; nothing where they are two stories.
    pub evidence: usize,
}

impl Judgement {
    fn new(kinship: Kinship, why: impl Into<String>) -> Self {
        Self {
            kinship,
            why: why.into(),
            evidence: 0,
        }
    }

    fn different(why: impl Into<String>) -> Self {
        Self::new(Kinship::Different, why)
    }
}

/// Compares two items. The order of the two makes no difference.
#[must_use]
pub fn compare(a: &Profile, b: &Profile) -> Judgement {
    // What is looked for in one item may be found in the other and not the other way round: one order decides.
    let (a, b) = if order(a, b).is_gt() { (b, a) } else { (a, b) };
    let relation = match (&a.address, &b.address) {
        (Some(a), Some(b)) => a.relation(b),
        _ => Relation::None,
    };
    let apart = match (a.published, b.published) {
        (Some(a), Some(b)) => {
            #[allow(clippy::cast_precision_loss, reason = "minutes of a lifetime")]
            let minutes = (a - b).num_minutes().abs() as f64;
            minutes / 60.0
        }
        _ => UNKNOWN,
    };
    let evidence = Evidence::new(a, b);
    let pair = Pair {
        a,
        b,
        relation,
        apart,
        evidence,
    };
    let mut judgement = if a.language == b.language {
        pair.same()
    } else {
        pair.translation()
    };
    if judgement.kinship != Kinship::Different {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative, and small"
        )]
        let tenths = (pair.weight() * 10.0) as usize;
        judgement.evidence = tenths;
    }
    judgement
}

/// Which of two items is the first, whatever order they come in.
fn order(a: &Profile, b: &Profile) -> Ordering {
    fn address(item: &Profile) -> Option<&str> {
        let address = item.address.as_ref();
        address.map(|address| address.identity.as_str())
    }
    fn words(item: &Profile) -> impl Iterator<Item = &str> {
        item.words().map(|word| word.written.as_str())
    }
    (a.source.cmp(&b.source))
        .then_with(|| a.language.cmp(&b.language))
        .then_with(|| a.published.cmp(&b.published))
        .then_with(|| address(a).cmp(&address(b)))
        .then_with(|| words(a).cmp(words(b)))
}

/// Two items and what is known of them together.
struct Pair<'a> {
    a: &'a Profile,
    b: &'a Profile,
    relation: Relation,
    apart: f64,
    evidence: Evidence,
}

impl Pair<'_> {
    fn same(&self) -> Judgement {
        let (a, b) = (self.a, self.b);
        if self.relation == Relation::OnePage
            && self.apart <= REVISION
            && (self.evidence.titles >= 0.3 || a.title == b.title)
        {
            return Judgement::new(Kinship::Same, "both are at one address");
        }
        if self.apart > WINDOW {
            return self.too_far();
        }
        if let Some(why) = self.other_versions() {
            return Judgement::different(why);
        }
        let one_source = !a.source.is_empty() && a.source == b.source;
        if one_source {
            return self.one_source();
        }
        if let Some(why) = veto::find(a, b) {
            return Judgement::different(why);
        }
        if self.relation == Relation::Numbered {
            return Judgement::different("the site has two pages of this name");
        }
        if let Some(why) = self.generic() {
            return Judgement::different(why);
        }
        let designated = self.apart <= NEAR && self.designated();
        let mut threshold = if designated { DESIGNATED } else { SAME };
        if self.strangers() {
            threshold += STRANGERS;
        }
        if self.evidence.rest < ASIDE && !self.one_image() && !designated {
            threshold += ALONE;
        }
        if !self.titles_speak() && !self.one_image() {
            threshold += UNTITLED;
        }
        self.weigh(threshold, Kinship::Same)
    }

    /// One source tells a story once; it may revise it, or have it at two addresses.
    fn one_source(&self) -> Judgement {
        let (a, b, evidence) = (self.a, self.b, &self.evidence);
        let says = |item: &Profile| item.is_at(Stage::Revised) || item.tagged;
        let revised = says(a) != says(b);
        let near = self.apart <= REVISION && evidence.titles >= 0.35;
        if revised && (near || evidence.titles >= RENEWED) {
            return Judgement::new(Kinship::Same, "one says that it revises the other");
        }
        if self.relation == Relation::Numbered {
            return Judgement::different("the source has two pages of this name");
        }
        if let Some(why) = veto::find(a, b) {
            return Judgement::different(why);
        }
        let close = self.apart <= REVISION / 2.0;
        let article = matches!(self.relation, Relation::OnePage | Relation::OneArticle);
        if close && evidence.titles >= 0.9 && self.summaries_agree() {
            return Judgement::new(Kinship::Same, "the source tells it twice under one title");
        }
        if close && article && evidence.titles >= 0.5 {
            return Judgement::new(Kinship::Same, "the source has it at two addresses");
        }
        if self.apart <= UPDATE && evidence.titles >= RETITLED && evidence.names > 0 {
            return Judgement::new(Kinship::Same, "the source tells it again, further on");
        }
        Judgement::different("one source tells both, under different titles")
    }

    /// Whether one summary says what the other says, or nothing.
    fn summaries_agree(&self) -> bool {
        let (a, b) = (self.a, self.b);
        if a.summary.is_empty() || b.summary.is_empty() {
            return true;
        }
        let own: f64 = a
            .summary
            .iter()
            .map(|word| evidence::weigh(word, a, b))
            .sum();
        let other: f64 = b
            .summary
            .iter()
            .map(|word| evidence::weigh(word, b, a))
            .sum();
        let shared: f64 = self
            .evidence
            .shared
            .iter()
            .filter(|shared| shared.at.0 >= a.title.len() && shared.at.1 >= b.title.len())
            .map(|shared| shared.weight * 2.0)
            .sum();
        shared >= 0.5 * own.min(other)
    }

    fn translation(&self) -> Judgement {
        let (a, b) = (self.a, self.b);
        if self.linked() {
            return Judgement::new(
                Kinship::Translation,
                "a page names the other as its version in that language",
            );
        }
        if let Some(why) = self.other_versions() {
            return Judgement::different(why);
        }
        if self.apart > TRANSLATED {
            return self.too_far();
        }
        if let Some(why) = veto::find(a, b) {
            return Judgement::different(why);
        }
        // One name is in many stories, in one language more than the other.
        let alone = self.evidence.names < 2
            && self.relation < Relation::SameName
            && !self.one_image()
            && !self.figured();
        let threshold = if alone {
            TRANSLATION + LONE
        } else {
            TRANSLATION
        };
        self.weigh(threshold, Kinship::Translation)
    }

    /// What speaks for one story: what both tell of, their image, their addresses.
    fn weight(&self) -> f64 {
        let image = if self.one_image() { IMAGE } else { 0.0 };
        let address = match self.relation {
            Relation::OnePage | Relation::OneArticle => ARTICLE,
            Relation::SameName => NAME,
            Relation::None | Relation::Numbered => 0.0,
        };
        self.evidence.weight + image + address + self.together()
    }

    fn weigh(&self, threshold: f64, kinship: Kinship) -> Judgement {
        let weight = self.weight() - self.loose() * LOOSE;
        let day = if kinship == Kinship::Same {
            DAY
        } else {
            DAY_APART
        };
        let needed = threshold + day * (self.apart / 24.0 - 1.0).max(0.0);
        if weight < needed {
            return Judgement::different(match self.terms().as_slice() {
                [] => "they have nothing in common".to_owned(),
                terms => format!("they have too little in common: {}", terms.join(", ")),
            });
        }
        let mut reasons = Vec::new();
        if self.one_image() {
            reasons.push("they show one image".to_owned());
        }
        match self.relation {
            Relation::None | Relation::Numbered => {}
            Relation::SameName => reasons.push("their pages have one name".to_owned()),
            Relation::OneArticle | Relation::OnePage => {
                reasons.push("their addresses are of one article".to_owned());
            }
        }
        let terms = self.terms();
        if !terms.is_empty() {
            reasons.push(format!("both tell of {}", terms.join(", ")));
        }
        Judgement::new(kinship, reasons.join("; "))
    }

    /// The weightiest of what both have, for people.
    fn terms(&self) -> Vec<String> {
        let shared = self.evidence.shared.iter();
        let mut terms: Vec<&Shared> = shared.filter(|shared| shared.weight > 0.2).collect();
        terms.sort_by(|x, y| {
            y.weight
                .total_cmp(&x.weight)
                .then_with(|| x.written.cmp(&y.written))
        });
        terms.truncate(6);
        terms
            .into_iter()
            .map(|shared| format!("`{}`", shared.written))
            .collect()
    }

    fn one_image(&self) -> bool {
        self.a.image.is_some() && self.a.image == self.b.image
    }

    fn too_far(&self) -> Judgement {
        Judgement::different(format!("{:.0} days lie between them", self.apart / 24.0))
    }

    /// Whether either page names the other as its version in that language.
    fn linked(&self) -> bool {
        self.a.names(self.b) || self.b.names(self.a)
    }

    /// Whether a page names another version than the one at hand, in its language or in a third one.
    fn other_versions(&self) -> Option<String> {
        let (a, b) = (self.a, self.b);
        let other = |from: &Profile, to: &Profile| {
            let version = from.alternates.get(&to.language);
            matches!((version, &to.address), (Some(version), Some(address))
                if !version.front && version.site == address.site && version.relation(address) == Relation::None)
        };
        if a.language != b.language && (other(a, b) || other(b, a)) {
            return Some("a page names another one as its version in that language".to_owned());
        }
        let third = a.alternates.iter().find(|(language, version)| {
            let rival = b.alternates.get(*language);
            **language != a.language
                && **language != b.language
                && rival.is_some_and(|rival| {
                    !version.front && !rival.front && version.relation(rival) < Relation::OneArticle
                })
        });
        third.map(|(language, _)| {
            format!("they name different pages as their versions in `{language}`")
        })
    }
}
