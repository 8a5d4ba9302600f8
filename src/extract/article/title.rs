//! The headline: chosen among what the page calls itself, without the name of its site.

use std::collections::HashSet;

use scraper::{ElementRef, Html};
use url::Url;

use super::meta::Meta;
use super::microdata::Microdata;
use super::site::Site;
use crate::config::units::fold;
use crate::extract::jsonld::Linked;
use crate::extract::one;
use crate::extract::text::{plain, visible};

/// What parts a kicker from a headline.
const KICKERS: &[&str] = &[": ", " - ", " – ", " | ", " — "];
/// The most headings of a page that are looked at.
const HEADINGS: usize = 300;

/// The headline and the element that shows it.
pub(super) struct Headline<'a> {
    pub(super) title: Option<String>,
    pub(super) element: Option<ElementRef<'a>>,
}

/// Finds the headline of an article.
pub(super) fn headline<'a>(
    document: &'a Html,
    ld: &Linked,
    meta: &Meta<'_>,
    microdata: &Microdata<'a>,
    site: &Site,
    base: &Url,
) -> Headline<'a> {
    let clean = |text: Option<String>| {
        text.map(|text| plain(&text))
            .filter(|text| !text.is_empty())
    };
    let linked = clean(ld.text("headline"));
    let graph = clean(meta.get("og:title"));
    let tweet = clean(meta.get("twitter:title"));
    let head = clean(meta.title());
    let heading = heading(document, microdata, [&linked, &graph, &head], site);
    let shown = heading.as_ref().map(|(_, text)| text.clone());
    let marked = microdata.values("headline").into_iter().next();
    let others: Vec<String> = [&shown, &linked, &tweet, &marked]
        .into_iter()
        .flatten()
        .map(|text| fold(text))
        .collect();
    let bare = |text: Option<String>| {
        text.map(|text| site.without(&text, &others))
            .filter(|text| !text.is_empty() && !site.is(text))
    };
    let choice = Choice {
        shown: bare(shown),
        linked: bare(linked),
        marked: bare(marked),
        graph: bare(graph.or_else(|| {
            clean(meta.first(&[
                "dc.title",
                "dcterms.title",
                "sailthru.title",
                "parsely-title",
            ]))
        })),
        tweet: bare(tweet),
        head: bare(head),
        slug: Slug::of(base),
    };
    let title = choice.title();
    Headline {
        title,
        element: heading.map(|(element, _)| element),
    }
}

/// What a page says that its title is.
struct Choice {
    /// In its heading.
    shown: Option<String>,
    /// In JSON-LD.
    linked: Option<String>,
    /// In microdata.
    marked: Option<String>,
    /// In OpenGraph.
    graph: Option<String>,
    /// For Twitter.
    tweet: Option<String>,
    /// In `<title>`.
    head: Option<String>,
    /// In its address.
    slug: Slug,
}

/// The words of the part of an address that says the most.
struct Slug(HashSet<String>);

impl Slug {
    fn of(url: &Url) -> Self {
        let parts = url
            .path_segments()
            .into_iter()
            .flatten()
            .map(|part| part.trim_end_matches(".html"));
        let words = |part: &str| -> HashSet<String> {
            let words = part.split(|c: char| !c.is_ascii_alphanumeric());
            let words = words.filter(|word| word.bytes().any(|b| b.is_ascii_alphabetic()));
            words.map(str::to_ascii_lowercase).collect()
        };
        Self(
            parts
                .map(words)
                .max_by_key(HashSet::len)
                .unwrap_or_default(),
        )
    }

    /// How many hundredths of its words stand in a title; none where it has too few to tell.
    fn says(&self, title: &str) -> usize {
        // Umlauts are written out or lose their dots.
        let folded = fold(title);
        let spelt = [
            ('ä', "ae"),
            ('ö', "oe"),
            ('ü', "ue"),
            ('ß', "ss"),
            ('ø', "oe"),
            ('å', "aa"),
            ('æ', "ae"),
        ];
        let spelt = spelt
            .iter()
            .fold(title.to_lowercase(), |text, (c, letters)| {
                text.replace(*c, letters)
            });
        let share = |text: &str| {
            let words: HashSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            self.0
                .iter()
                .filter(|word| words.contains(word.as_str()))
                .count()
        };
        if self.0.len() < 3 {
            0
        } else {
            100 * share(&folded).max(share(&fold(&spelt))) / self.0.len()
        }
    }
}

impl Choice {
    /// OpenGraph's title is written for those who see it elsewhere, as our readers do. It gives way where it is cut
    /// short, abridges what all others say, or has a kicker of its own; and to JSON-LD's headline where either the page's
    /// heading or `<title>` says the same: where both do, OpenGraph's was worded anew for those elsewhere.
    fn title(self) -> Option<String> {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => fold(a) == fold(b),
            _ => false,
        };
        if let (Some(graph), Some(shown)) = (&self.graph, &self.shown) {
            if let Some(tail) = common_tail(graph, shown) {
                return Some(tail);
            }
            let cut = graph.trim_end_matches(['.', '…', ' ']);
            let cut = cut.len() < graph.trim_end().len() && fold(shown).starts_with(&fold(cut));
            let all = same(&self.linked, &self.shown) && same(&self.tweet, &self.shown);
            if cut || all && abridges(graph, shown) {
                return self.shown;
            }
            let united = same(&self.linked, &self.shown) && same(&self.linked, &self.head);
            if !united && let Some(named) = self.named() {
                return Some(named.clone());
            }
            if same(&self.linked, &self.shown) != same(&self.linked, &self.head) {
                return self.linked;
            }
        }
        self.graph
            .or(self.linked)
            .or(self.marked)
            .or(self.shown)
            .or(self.tweet)
            .or(self.head)
    }

    /// The title that the page's address is made of, where the others say something else.
    fn named(&self) -> Option<&String> {
        let mut all: Vec<(usize, &String)> = [&self.graph, &self.linked, &self.shown]
            .into_iter()
            .flatten()
            .map(|title| (self.slug.says(title), title))
            .collect();
        // The first of equals.
        all.sort_by_key(|(share, _)| std::cmp::Reverse(*share));
        let (most, least) = (all.first()?, all.last()?);
        (most.0 >= least.0 + 50).then_some(most.1)
    }
}

/// Whether all words of a title stand in another one.
fn abridges(short: &str, long: &str) -> bool {
    let long = fold(long);
    let words: HashSet<&str> = long.split(' ').collect();
    let short = fold(short);
    let found = short.split(' ').filter(|word| words.contains(word)).count();
    10 * found >= 9 * short.split(' ').count()
}

/// The headline of two titles that have nothing in common but what follows their kickers.
fn common_tail(one: &str, other: &str) -> Option<String> {
    let parts = |text: &str| -> Vec<(String, String)> {
        let cuts = KICKERS
            .iter()
            .filter_map(|mark| Some((text.find(mark)?, mark.len())));
        cuts.filter_map(|(at, length)| {
            Some((
                text.get(..at)?.to_owned(),
                text.get(at + length..)?.trim().to_owned(),
            ))
        })
        .collect()
    };
    let others = parts(other);
    let found = parts(one).into_iter().find(|(kicker, tail)| {
        fold(tail).split(' ').count() >= 4
            && others.iter().any(|(other, same)| {
                fold(same) == fold(tail) && overlap(&fold(other), &fold(kicker)) < 30
            })
    });
    found.map(|(_, tail)| tail)
}

/// The heading that shows the title: the one that says most of what the page calls itself, else the first.
fn heading<'a>(
    document: &'a Html,
    microdata: &Microdata<'a>,
    titles: [&Option<String>; 3],
    site: &Site,
) -> Option<(ElementRef<'a>, String)> {
    let titles: Vec<String> = titles
        .into_iter()
        .flatten()
        .map(|title| fold(title))
        .collect();
    let alike = |text: &str| {
        let folded = fold(text);
        titles
            .iter()
            // A kicker in the heading, or a site's name in the title, adds words that the other has not.
            .map(|title| {
                let words = |text: &str| text.split(' ').count();
                let (few, many) = (
                    words(title).min(words(&folded)),
                    words(title).max(words(&folded)),
                );
                let shared = overlap(title, &folded) * many;
                if few >= 4 && many <= 3 * few {
                    shared / few * 9 / 10
                } else {
                    shared / many.max(1)
                }
            })
            .max()
            .unwrap_or_default()
    };
    let all = |selector: &str| {
        let select = one(selector);
        let found: Vec<_> = select
            .iter()
            .flat_map(|select| document.select(select))
            .take(HEADINGS)
            .collect();
        found
    };
    let first = all("h1")
        .into_iter()
        .chain(microdata.elements("headline").take(HEADINGS));
    let told =
        |elements: &mut dyn Iterator<Item = ElementRef<'a>>| -> Vec<(ElementRef<'a>, String)> {
            let texts = elements.map(|element| (element, visible(element)));
            texts
                .filter(|(_, text)| !text.is_empty() && text.len() < 500 && !site.is(text))
                .collect()
        };
    let best = |found: &[(ElementRef<'a>, String)], least: usize| {
        let scored = found
            .iter()
            .rev()
            .map(|(element, text)| (alike(text), *element, text.clone()));
        scored
            .filter(|(score, ..)| *score >= least)
            .max_by_key(|(score, ..)| *score)
            .map(|(_, element, text)| (element, text))
    };
    let main = told(&mut first.into_iter());
    let lesser = || told(&mut all("h2, h3, .entry-title, .title").into_iter());
    best(&main, 50)
        .or_else(|| best(&lesser(), 70))
        .or_else(|| main.into_iter().next())
}

/// How much two folded texts have in common, in hundredths of the words of the longer one.
fn overlap(one: &str, other: &str) -> usize {
    let words: HashSet<&str> = one.split(' ').collect();
    let others: HashSet<&str> = other.split(' ').collect();
    100 * words.intersection(&others).count() / words.len().max(others.len()).max(1)
}
