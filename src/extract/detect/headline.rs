//! The title of a unit and where it leads.

use std::collections::HashMap;

use super::consensus::Candidate;
use super::dates::split;
use super::groups::{Unit, hash};
use super::plot::weight;
use super::reader::Reader;
use crate::extract::text::{squash, visible_without};

/// Words in the class of a title.
const TITLED: &[&str] = &[
    "title", "titolo", "headline", "heading", "titulo", "titre", "titel", "subject", "name",
];
/// Words in the class of what stands beside a title: who, what kind, when.
const BESIDE: &[&str] = &[
    "author",
    "autore",
    "byline",
    "by",
    "category",
    "categories",
    "categoria",
    "cat",
    "tag",
    "tags",
    "label",
    "badge",
    "kicker",
    "meta",
    "comment",
    "comments",
    "share",
    "social",
    "date",
    "data",
    "topic",
    "location",
    "caption",
    "button",
    "btn",
    "more",
];
/// Classes of texts that only screen readers read.
const UNSEEN: &[&str] = &[
    "sr-only",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
    "element-invisible",
    "sr",
    "screenreader",
    "assistive-text",
    "hidden-accessible",
];
/// Parts of addresses of those who write and of what kinds there are.
const OTHERS: &[&str] = &[
    "/author/",
    "/authors/",
    "/autore/",
    "/autor/",
    "/category/",
    "/categories/",
    "/categoria/",
    "/kategorie/",
    "/tag/",
    "/tags/",
    "/topic/",
    "/topics/",
    "/user/",
    "/users/",
    "#comment",
    "#respond",
    "/share?",
    "facebook.com/",
    "twitter.com/",
    "//x.com/",
    "linkedin.com/",
];
/// Labels before a title.
const LABELS: &[&str] = &[
    "title", "titolo", "oggetto", "subject", "objet", "titre", "asunto", "título", "betreff",
    "titel", "headline", "caption",
];
/// A text of more bytes is no title.
const LONGEST: usize = 400;

impl<'a> Reader<'_, 'a, '_> {
    /// What may be the title of a unit.
    pub(super) fn titles(&self, unit: &Unit) -> Vec<Candidate> {
        let cells = &self.plot.cells;
        let all: Vec<usize> = unit.cells(self.plot).collect();
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut counts: HashMap<u64, usize> = HashMap::new();
        for &at in &all {
            let cell = &cells[at];
            if cell.to - cell.from > LONGEST || cell.to == cell.from {
                continue;
            }
            let Some(mut points) = self.looks(at) else {
                continue;
            };
            let text = self.plot.text(at);
            points *= length(weight(&text)) * lettered(&text);
            if self.is_beside(at, unit) {
                points *= 0.15;
            }
            // A whole card in a link, with the title inside.
            let inner = at + 1..cell.end;
            let card = cell.heading().is_none()
                && inner.clone().any(|inner| {
                    cells[inner].to > cells[inner].from
                        && (cells[inner].heading().is_some()
                            || cells[inner].name() == "p"
                            || self.is_titled(inner))
                });
            if card {
                points *= 0.2;
            }
            if points > 0.0 && self.day(&text, false).is_some() && self.is_bare_date(&text) {
                points *= 0.01;
            }
            let mut key = self.key(unit, at);
            if cell.heading().is_none() {
                // Of several alike the first, the second and so on: before a title may stand a link to its category.
                let count = counts.entry(key).or_default();
                *count += 1;
                key = hash((key, *count));
            }
            candidates.push(Candidate {
                key,
                cell: at,
                points,
                text,
                bare: false,
            });
        }
        candidates.extend(self.labelled(unit));
        candidates
    }

    /// Texts that stand bare after a label, as in `<b>Title:</b> …`.
    fn labelled(&self, unit: &Unit) -> Vec<Candidate> {
        let words = self.plot.words(unit.from, unit.to);
        let texts = words.windows(2).filter_map(|pair| {
            let [label, words] = pair else { return None };
            let short = label.to - label.from <= 40 && words.to - words.from <= LONGEST;
            let label = short.then(|| self.plot.slice(label.from, label.to))?;
            let label = label.strip_suffix(':')?.to_lowercase();
            let text = self.plot.slice(words.from, words.to);
            if text.ends_with(':') || self.day(&text, false).is_some() {
                return None;
            }
            let named = LABELS.iter().any(|word| label.contains(word));
            let base = if named { 2.4 } else { 0.6 };
            Some(Candidate {
                key: hash((self.key(unit, words.cell), label)),
                cell: words.cell,
                points: base * length(weight(&text)) * lettered(&text),
                text,
                bare: true,
            })
        });
        texts.collect()
    }

    /// How much an element looks like a title by itself.
    fn looks(&self, at: usize) -> Option<f64> {
        let cell = &self.plot.cells[at];
        let leaf = || {
            (at + 1..cell.end).all(|inner| {
                matches!(
                    self.plot.cells[inner].name(),
                    "br" | "wbr"
                        | "i"
                        | "b"
                        | "em"
                        | "span"
                        | "img"
                        | "strong"
                        | "sup"
                        | "sub"
                        | "mark"
                        | "abbr"
                )
            })
        };
        let property = cell.element.attr("itemprop");
        let marked = matches!(property, Some("headline" | "name"))
            || cell
                .element
                .value()
                .classes()
                .any(|class| matches!(class, "p-name" | "entry-title"));
        let base = match cell.name() {
            _ if cell.heading().is_some() => {
                let linked = self.anchor_of(at).is_some();
                let level = f64::from(cell.heading().unwrap_or(6));
                4.0 - level / 10.0 + if linked { 1.0 } else { 0.0 }
            }
            "a" if cell.href().is_some() => 2.0,
            "time" | "img" | "button" | "input" | "select" | "option" | "label" | "figcaption" => {
                return None;
            }
            _ if self.is_titled(at) || marked => 2.4,
            "dt" => 2.0,
            "header" | "summary" => 1.8,
            "strong" | "b" => 1.2,
            "td" | "th" => 1.0,
            "p" | "div" | "span" | "li" | "dd" | "em" | "font" if leaf() => 0.7,
            _ => return None,
        };
        Some(if marked { base + 1.5 } else { base })
    }

    fn is_titled(&self, at: usize) -> bool {
        self.plot.cells[at].has_word(TITLED)
    }

    /// Whether a cell tells who wrote, what kind it is or when, and not what about.
    pub(super) fn is_beside(&self, at: usize, unit: &Unit) -> bool {
        let cells = &self.plot.cells;
        let other = cells[at]
            .href()
            .is_some_and(|href| OTHERS.iter().any(|part| href.contains(part)));
        let rel = cells[at].element.attr("rel").is_some_and(|rel| {
            rel.split_whitespace()
                .any(|word| matches!(word, "author" | "tag" | "category"))
        });
        // What has a heading in it is the item and not what stands beside its title.
        let headed =
            |cell: usize| (cell + 1..cells[cell].end).any(|in_it| cells[in_it].heading().is_some());
        let named = || {
            std::iter::once(at)
                .chain(self.plot.around(at).take_while(|cell| !headed(*cell)))
                .take_while(|cell| !unit.run.contains(cell))
                .any(|cell| {
                    cells[cell].heading().is_none()
                        && (cells[cell].has_word(BESIDE) || cells[cell].tells_kind())
                        && !self.is_titled(cell)
                        || matches!(
                            cells[cell].element.attr("itemprop"),
                            Some("author" | "articleSection" | "keywords")
                        )
                })
        };
        other || rel || named()
    }

    /// Nothing but a date: few letters beside its digits.
    pub(super) fn is_bare_date(&self, text: &str) -> bool {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        letters <= 24 && text.chars().count() <= 40
    }

    /// The link that a title is in or has in it.
    pub(super) fn anchor_of(&self, at: usize) -> Option<usize> {
        let cells = &self.plot.cells;
        let usable = |at: &usize| cells[*at].href().is_some();
        std::iter::once(at)
            .chain(self.plot.around(at))
            .find(usable)
            .or_else(|| {
                let inner = (at + 1..cells[at].end).filter(usable);
                inner.max_by_key(|inner| cells[*inner].to - cells[*inner].from)
            })
    }

    /// What may be the link of a unit whose title has none.
    pub(super) fn links(&self, unit: &Unit) -> Vec<Candidate> {
        let all = unit.cells(self.plot);
        let linked = all.filter_map(|at| Some((at, self.plot.cells[at].href()?)));
        linked
            .map(|(at, href)| {
                let beside = self.is_beside(at, unit);
                Candidate {
                    key: self.key(unit, at),
                    cell: at,
                    points: if beside { 0.1 } else { 1.0 },
                    text: squash(href),
                    bare: false,
                }
            })
            .collect()
    }

    /// The text of a title without what stands in it and is none of it: dates, labels, hints for screen readers.
    pub(super) fn title_text(&self, at: usize, dated: Option<usize>) -> String {
        let cells = &self.plot.cells;
        let whole = self.plot.text(at);
        let odd: Vec<_> = (at + 1..cells[at].end)
            .filter(|&inner| {
                let cell = &cells[inner];
                let classes = || cell.element.value().classes().map(str::to_ascii_lowercase);
                Some(inner) == dated
                    || cell.name() == "time"
                    || classes().any(|class| UNSEEN.contains(&class.as_str()))
                    || (cell.has_word(&[
                        "label",
                        "badge",
                        "kicker",
                        "category",
                        "categoria",
                        "date",
                        "data",
                    ]) && !self.is_titled(inner))
            })
            .map(|inner| cells[inner].element.id())
            .collect();
        if odd.is_empty() {
            return whole;
        }
        let rest = visible_without(cells[at].element, |inner| odd.contains(&inner.id()));
        let rest = rest.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '|' | '–' | '—' | '-' | ':' | '·' | '•' | ',')
        });
        if weight(rest) >= 3 {
            rest.to_owned()
        } else {
            whole
        }
    }

    /// A title that has the date in its own text, and the date.
    pub(super) fn split_title(&self, text: &str) -> Option<(String, String)> {
        split(text, |part| {
            self.is_bare_date(part) && self.day(part, false).is_some()
        })
    }
}

/// How much the length of a text speaks for a title.
fn length(weight: usize) -> f64 {
    match weight {
        0..=2 => 0.05,
        3..=5 => 0.3,
        6..=11 => 0.6,
        12..=19 => 0.85,
        20..=160 => 1.0,
        161..=250 => 0.6,
        _ => 0.2,
    }
}

/// Titles are words: a number of a file is none.
fn lettered(text: &str) -> f64 {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    if digits > letters { 0.3 } else { 1.0 }
}
