//! An item as it is compared: its words with their meanings, its addresses, its time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use url::Url;

use super::address::{Address, Relation, image};
use super::form;
use super::lexicon::{self, Mark, Meaning, Stage};
use super::sketch::Term;
use super::words::{self, SUMMARY, TITLE, Word};

/// What is compared of an item. All but the title may be missing.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// The name of its source.
    pub source: &'a str,
    /// Where it is told.
    pub url: Option<&'a Url>,
    /// Its title as plain text.
    pub title: &'a str,
    /// Its teaser as plain text.
    pub summary: &'a str,
    /// The tag of its language.
    pub language: &'a str,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// Its lead image.
    pub image: Option<&'a Url>,
    /// Where it is told in other languages, by their tags (`hreflang`).
    pub alternates: &'a BTreeMap<String, Url>,
}

/// An item, read for being compared.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(super) source: String,
    pub(super) language: String,
    pub(super) address: Option<Address>,
    pub(super) title: Vec<Word>,
    pub(super) summary: Vec<Word>,
    /// Its title begins or ends with something in brackets, as a revised one does.
    pub(super) tagged: bool,
    pub(super) published: Option<DateTime<Utc>>,
    pub(super) image: Option<String>,
    pub(super) alternates: BTreeMap<String, Address>,
    /// Stems of what the source and its site are called: they say nothing of a story.
    pub(super) own: Vec<String>,
    /// The places that they are called after.
    pub(super) home: BTreeSet<Meaning>,
}

impl Profile {
    /// Reads an item. The cost is bounded, whatever it says.
    #[must_use]
    pub fn new(telling: &Telling<'_>) -> Self {
        let host = telling.url.and_then(Url::host_str).unwrap_or_default();
        let parts: Vec<String> = telling
            .source
            .split(|c: char| !c.is_alphanumeric())
            .chain(host.split(['.', '-']))
            .filter(|part| part.len() > 2)
            .map(form::fold)
            .collect();
        let places = parts.iter().flat_map(|part| lexicon::names(part));
        let home = places.filter(|name| name.mark == Mark::Name).collect();
        Self {
            source: telling.source.to_owned(),
            language: telling.language.to_owned(),
            address: telling.url.map(Address::new),
            title: words::read(telling.title, telling.language, TITLE),
            tagged: telling.title.trim().starts_with('[')
                || telling.title.trim().ends_with([']', ')']),
            summary: words::read(telling.summary, telling.language, SUMMARY),
            published: telling.published,
            image: telling.image.and_then(image),
            alternates: telling
                .alternates
                .iter()
                .map(|(language, url)| (language.clone(), Address::new(url)))
                .collect(),
            own: parts.iter().map(|part| form::stem(part)).collect(),
            home,
        }
    }

    /// Whether its page names the other's page as its version in that language.
    pub(super) fn names(&self, other: &Self) -> bool {
        let version = self.alternates.get(&other.language);
        matches!((version, &other.address), (Some(version), Some(address))
            if version.relation(address) >= Relation::OneArticle)
    }

    /// The tag of its language.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Takes to heart how rare these words of it are.
    pub fn heed(&mut self, terms: &[Term]) {
        let mut words: Vec<&mut Word> = self.title.iter_mut().chain(&mut self.summary).collect();
        for term in terms {
            for at in &term.at {
                if let Some(word) = words.get_mut(*at) {
                    word.rarity = term.rarity;
                }
            }
        }
    }

    /// All its words, those of the title first.
    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.title.iter().chain(&self.summary)
    }

    /// Whether its title or its summary says that the affair is at this stage.
    pub(super) fn mentions(&self, stage: Stage) -> bool {
        self.words().any(|word| word.is_marked(Mark::Stage(stage)))
    }

    /// Whether its title says that the affair is at this stage.
    pub(super) fn is_at(&self, stage: Stage) -> bool {
        self.title
            .iter()
            .any(|word| word.is_marked(Mark::Stage(stage)))
    }
}
