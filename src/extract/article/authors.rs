//! Who wrote an article: names alone, people before organisations.

use scraper::ElementRef;

use super::jsonld::Linked;
use super::layout::Line;
use super::meta::Meta;
use super::microdata::{Microdata, value};
use super::site::Site;
use super::words::{Phrase, Sign, begins, is, signed};
use crate::config::units::fold;
use crate::extract::text::{plain, squash, visible};

/// A longer text is no list of names, a longer part of it no name.
const LONGEST: usize = 300;
const NAME: usize = 60;
const WORDS: usize = 6;
/// The most names that are kept.
const MOST: usize = 20;
/// How many nodes of a line are looked at.
const LOOKED_AT: usize = 200;
/// How many lines before and after the headline can be its byline.
const BEFORE: usize = 6;
const AFTER: usize = 30;

/// What authors are told by.
pub(super) struct Authors<'a, 'b> {
    pub(super) ld: &'b Linked,
    pub(super) meta: &'b Meta<'a>,
    pub(super) microdata: &'b Microdata<'a>,
    pub(super) lines: &'b [Line<'a>],
    pub(super) headline: Option<usize>,
    pub(super) site: &'b Site,
}

impl Authors<'_, '_> {
    /// The names, from the first evidence that names someone else than the site itself; else the site's.
    pub(super) fn names(&self) -> Vec<String> {
        let publisher = self
            .ld
            .names("publisher")
            .into_iter()
            .next()
            .map(|name| fold(&name));
        let is_site = |name: &String| self.site.is(name) || publisher.as_ref() == Some(&fold(name));
        let linked = || {
            self.ld
                .names("author")
                .iter()
                .flat_map(|name| names(name))
                .collect()
        };
        let sources: [&dyn Fn() -> Vec<String>; 4] =
            [&linked, &|| self.in_head(), &|| self.marked(), &|| {
                self.shown()
            }];
        let mut fallback = Vec::new();
        for source in sources {
            let found = source();
            if found.iter().any(|name| !is_site(name)) {
                return distinct(found);
            }
            if fallback.is_empty() {
                fallback = found;
            }
        }
        distinct(fallback)
    }

    /// `<meta>` elements whose name ends in `author` or `creator`.
    fn in_head(&self) -> Vec<String> {
        let mut all: Vec<(&str, &str)> = self.meta.named().collect();
        all.retain(|(name, _)| {
            let last = name.rsplit(['.', ':', '-', '_']).next().unwrap_or_default();
            matches!(last, "author" | "authors" | "creator" | "byl")
                && !name.contains("twitter")
                && !name.contains("og:article")
        });
        let Some((first, _)) = all
            .iter()
            .find(|(_, content)| !names(content).is_empty())
            .copied()
        else {
            return Vec::new();
        };
        all.iter()
            .filter(|(name, _)| *name == first)
            .flat_map(|(_, content)| names(content))
            .collect()
    }

    fn marked(&self) -> Vec<String> {
        let texts = self.microdata.elements("author").map(|element| {
            let inner = element.descendants().filter_map(ElementRef::wrap);
            let mut named = inner.filter(|inner| {
                inner.id() != element.id() && inner.attr("itemprop") == Some("name")
            });
            named.next().map_or_else(|| value(element), value)
        });
        texts.flat_map(|text| names(&text)).collect()
    }

    /// The byline near the headline: links to authors, what is called so, a line that begins with "by".
    fn shown(&self) -> Vec<String> {
        let headline = self.headline.unwrap_or_default();
        let near = headline.saturating_sub(BEFORE)..(headline + AFTER).min(self.lines.len());
        let lines = || {
            self.lines
                .get(near.clone())
                .unwrap_or_default()
                .iter()
                .filter(|line| line.text.len() < LONGEST)
        };
        let linked: Vec<String> = lines().flat_map(|line| linked(line.element)).collect();
        if !linked.is_empty() {
            return linked;
        }
        let called = lines().filter(|line| {
            let around = std::iter::once(line.element)
                .chain(line.element.ancestors().filter_map(ElementRef::wrap));
            let inner = line.element.descendants().filter_map(ElementRef::wrap);
            around
                .take(3)
                .chain(inner.take(8))
                .any(|element| signed(element, &[Sign::Author]))
        });
        let called: Vec<String> = called
            .map(|line| names(&line.text))
            .find(|names| !names.is_empty())
            .unwrap_or_default();
        if !called.is_empty() {
            return called;
        }
        let begun = lines().filter(|line| {
            line.text.chars().count() < 100 && begins(&fold(&line.text), Phrase::By).is_some()
        });
        begun
            .map(|line| names(&line.text))
            .find(|names| !names.is_empty())
            .unwrap_or_default()
    }
}

/// The names in links to the pages of authors.
fn linked(element: ElementRef<'_>) -> Vec<String> {
    let inner = element
        .descendants()
        .take(LOOKED_AT)
        .filter_map(ElementRef::wrap);
    let links = inner.filter(|link| {
        let rel = link.attr("rel").unwrap_or_default();
        let href = link.attr("href").unwrap_or_default();
        let leads = [
            "/author/",
            "/authors/",
            "/autor/",
            "/autoren/",
            "/autore/",
            "/autori/",
            "/auteur/",
            "/auteurs/",
            "/redacteur/",
            "/reporter/",
            "/journalist/",
        ];
        link.value().name() == "a"
            && (rel.split(' ').any(|word| word == "author")
                || leads.iter().any(|part| href.contains(part)))
    });
    links
        .take(MOST)
        .flat_map(|link| names(&visible(link)))
        .collect()
}

fn distinct(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if kept.len() < MOST && !kept.iter().any(|other| fold(other) == fold(&name)) {
            kept.push(name);
        }
    }
    kept
}

/// The names in a text that lists authors, without "by", roles, dates and addresses.
pub(super) fn names(text: &str) -> Vec<String> {
    let text = plain(text);
    if text.len() > LONGEST || text.contains("://") {
        return Vec::new();
    }
    let mut text = text.as_str();
    // What stands before the names, perhaps several words of it: "Text: ", "Ein Kommentar von ".
    while let Some(rest) = without_by(text) {
        text = rest;
    }
    let mut names: Vec<String> = Vec::new();
    for part in text
        .split([
            ';', '|', '•', '·', '、', '，', '\n', '–', '—', '(', ')', '[', ']',
        ])
        .flat_map(|part| part.split(" - "))
    {
        for name in part.split(',').flat_map(conjoined) {
            match name_of(&name) {
                Named::Name(name) => names.push(name),
                Named::Nothing => {}
                Named::Degree(degree) => {
                    if let Some(last) = names.last_mut() {
                        *last = format!("{last}, {degree}");
                    }
                }
            }
        }
    }
    names
}

/// The text after a word such as "by", if it begins with one.
fn without_by(text: &str) -> Option<&str> {
    let mut ends = text
        .match_indices([' ', ':', '：'])
        .map(|(at, mark)| (at, at + mark.len()))
        .collect::<Vec<_>>();
    ends.truncate(6);
    let (_, rest) = ends
        .into_iter()
        .rev()
        .filter_map(|(end, next)| Some((text.get(..end)?, text.get(next..)?)))
        .find(|(start, rest)| {
            let rest = rest.trim_start_matches([' ', ':', '：']);
            // "De Luca" is a name, "de Maria Luca" is not.
            is(&fold(start), Phrase::By)
                && !rest.is_empty()
                && (rest.contains(' ') || !start.starts_with(char::is_uppercase))
        })?;
    Some(rest.trim_start_matches([' ', ':', '：']))
}

/// The parts of "A and B".
fn conjoined(text: &str) -> Vec<String> {
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    for word in text.split_whitespace() {
        let joins = (word.chars().all(char::is_lowercase) || matches!(word, "&" | "UND" | "AND"))
            && (word == "&" || is(&fold(word), Phrase::And));
        match parts.last_mut() {
            Some(last) if joins && !last.is_empty() => parts.push(Vec::new()),
            Some(last) if !joins => last.push(word),
            _ => {}
        }
    }
    parts
        .into_iter()
        .map(|words| words.join(" "))
        .filter(|part| !part.is_empty())
        .collect()
}

enum Named {
    Name(String),
    /// A title that belongs to the name before it.
    Degree(String),
    Nothing,
}

/// One name, if the text is one.
fn name_of(text: &str) -> Named {
    let words = text
        .split_whitespace()
        .filter(|word| !word.contains('@') && !word.starts_with("www."));
    let text = squash(&words.collect::<Vec<_>>().join(" "));
    let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '’' | '\''));
    let text = without_by(text).unwrap_or(text);
    let folded = fold(text);
    let degrees = [
        "phd", "ph d", "md", "m d", "jr", "sr", "ii", "iii", "ll m", "mba", "msc", "ma", "ba",
        "esq",
    ];
    if degrees.contains(&folded.as_str()) {
        return Named::Degree(text.to_owned());
    }
    let number = text
        .split(' ')
        .any(|word| word.chars().all(|c| c.is_ascii_digit() || c == '.'));
    let letters = text.chars().any(char::is_alphabetic);
    let long = text.chars().count() > NAME || text.split(' ').count() > WORDS;
    if !letters
        || long
        || text.contains([':', '：'])
        || number
        || is(&folded, Phrase::Role)
        || is(&folded, Phrase::By)
        || is(&folded, Phrase::Updated)
        || is(&folded, Phrase::Published)
    {
        return Named::Nothing;
    }
    Named::Name(text.to_owned())
}
