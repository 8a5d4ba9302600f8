//! The summary and the image of a unit.

use scraper::ElementRef;

use super::Stand;
use super::groups::Unit;
use super::plot::weight;
use super::reader::Reader;
use crate::extract::text::{squash, visible_without};

/// Words in the class of a teaser.
const TEASER: &[&str] = &[
    "summary",
    "excerpt",
    "teaser",
    "description",
    "abstract",
    "intro",
    "snippet",
    "sommario",
    "lead",
    "text",
    "body",
    "content",
    "testo",
    "dek",
    "standfirst",
    "introtext",
    "blurb",
    "synopsis",
];
/// Words in the class of what stands beside it.
const BESIDE: &[&str] = &[
    "author",
    "byline",
    "meta",
    "date",
    "category",
    "categories",
    "tags",
    "tag",
    "share",
    "social",
    "comments",
    "more",
    "readmore",
    "caption",
    "credit",
    "info",
    "footer",
    "label",
];
/// A text of less weight is no teaser unless it is a paragraph.
const LEAST: usize = 40;
/// No further paragraph is taken once the teaser has so many bytes: the item is a whole article.
const ENOUGH: usize = 600;
/// Where the address of a picture stands, the real one first where it is loaded late.
const SOURCES: &[&str] = &[
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "src",
];

impl<'a> Reader<'_, 'a, '_> {
    /// The paragraphs of a unit, or what else looks like its teaser: neither its title, its date nor a caption.
    pub(super) fn teaser(
        &self,
        unit: &Unit,
        title: Option<usize>,
        dated: Option<usize>,
    ) -> (Vec<ElementRef<'a>>, Option<String>) {
        let cells = &self.plot.cells;
        let all: Vec<usize> = unit.cells(self.plot).collect();
        let other = |at: usize| {
            title.is_some_and(|title| self.plot.holds(title, at))
                || dated.is_some_and(|dated| self.plot.holds(dated, at))
                || std::iter::once(at)
                    .chain(self.plot.around(at))
                    .take_while(|cell| !unit.run.contains(cell) || *cell == at)
                    .any(|cell| matches!(cells[cell].name(), "figure" | "figcaption"))
        };
        let text = |at: usize| {
            let known = [title, dated].map(|cell| cell.map(|cell| cells[cell].element.id()));
            let within = [title, dated]
                .iter()
                .flatten()
                .any(|&cell| self.plot.holds(at, cell));
            if within {
                visible_without(cells[at].element, |inner| known.contains(&Some(inner.id())))
            } else {
                self.plot.text(at)
            }
        };
        let mut chosen: Vec<(usize, String)> = Vec::new();
        let mut length = 0;
        for &at in all.iter().filter(|at| cells[**at].name() == "p") {
            if other(at) || self.is_more(at) || length > ENOUGH {
                continue;
            }
            let text = text(at);
            let beside = cells[at].has_word(BESIDE) && weight(&text) < 2 * LEAST;
            if !text.is_empty() && !beside {
                length += text.len();
                chosen.push((at, text));
            }
        }
        if chosen.is_empty() {
            let named = |at: &usize| {
                cells[*at].has_word(TEASER) && !matches!(cells[*at].name(), "a" | "article" | "li")
            };
            let apart = |at: &usize| {
                !other(*at)
                    && !title.is_some_and(|title| self.plot.holds(*at, title))
                    && !cells[*at].has_word(BESIDE)
            };
            let told = |at: usize| Some((at, text(at))).filter(|(_, text)| weight(text) >= LEAST);
            let by_name = all
                .iter()
                .copied()
                .filter(named)
                .filter(apart)
                .find_map(told);
            let leaf = |at: &usize| {
                matches!(
                    cells[*at].name(),
                    "div" | "span" | "td" | "dd" | "blockquote" | "section"
                ) && (*at + 1..cells[*at].end).all(|inner| {
                    !matches!(
                        cells[inner].name(),
                        "div" | "td" | "ul" | "h2" | "h3" | "h4"
                    )
                })
            };
            let longest = || {
                let leaves = all
                    .iter()
                    .copied()
                    .filter(leaf)
                    .filter(apart)
                    .filter_map(told);
                leaves.max_by_key(|(at, text)| (text.len(), std::cmp::Reverse(*at)))
            };
            chosen.extend(by_name.or_else(longest));
        }
        if chosen.is_empty() {
            return (Vec::new(), self.bare(unit, title, dated));
        }
        let whole: Vec<&str> = chosen.iter().map(|(_, text)| text.as_str()).collect();
        let whole = whole.join(" ");
        (
            chosen.iter().map(|(at, _)| cells[*at].element).collect(),
            Some(whole),
        )
    }

    /// The longest text that stands bare in a unit.
    fn bare(&self, unit: &Unit, title: Option<usize>, dated: Option<usize>) -> Option<String> {
        let words = self.plot.words(unit.from, unit.to).iter().filter(|words| {
            let linked = self.plot.cells[words.cell].href().is_some();
            let titled = title.is_some_and(|title| self.plot.holds(title, words.cell));
            !linked && !titled && Some(words.cell) != dated
        });
        let longest = words.max_by_key(|words| words.to - words.from)?;
        let text = self.plot.slice(longest.from, longest.to);
        let text = text
            .trim_start_matches(['-', '–', '—', ':', ' '])
            .to_owned();
        (weight(&text) >= LEAST).then_some(text)
    }

    /// A paragraph that only leads on to the article: a link and nothing else, and a short one.
    fn is_more(&self, at: usize) -> bool {
        let cell = &self.plot.cells[at];
        let linked: usize = (at + 1..cell.end)
            .filter(|inner| self.plot.cells[*inner].href().is_some())
            .map(|inner| self.plot.length(inner))
            .sum();
        cell.to > cell.from
            && linked + 3 >= self.plot.length(at)
            && weight(&self.plot.text(at)) < LEAST
    }

    /// The address of a unit's first picture.
    pub(super) fn image(&self, unit: &Unit) -> Option<(Stand<'a>, String)> {
        let images = unit
            .cells(self.plot)
            .filter(|at| is_image(self.plot.cells[*at].name()));
        images
            .filter_map(|at| {
                let element = self.plot.cells[at].element;
                let tiny = ["width", "height"].iter().any(|side| {
                    element
                        .attr(side)
                        .and_then(|size| size.parse::<u32>().ok())
                        .is_some_and(|size| size < 32)
                });
                let usable = |name: &&&str| {
                    element.attr(name).is_some_and(|source| {
                        let source = source.trim();
                        !source.is_empty() && !source.starts_with("data:")
                    })
                };
                let name = SOURCES.iter().find(usable).filter(|_| !tiny)?;
                let stand = Stand {
                    element,
                    attribute: Some(name),
                };
                Some((stand, squash(element.attr(name)?)))
            })
            .next()
    }
}

/// Whether an element of this name is an image, or a component that stands for one.
pub(super) fn is_image(name: &str) -> bool {
    name == "img" || name.ends_with("-img")
}
