//! When an article was published: what its head says, else what its byline shows.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::layout::{Layout, Line, is_block};
use super::meta::Meta;
use super::microdata::Microdata;
use super::words::{Phrase, Sign, begins, signed};
use crate::config::units::fold;
use crate::date;
use crate::extract::jsonld::Linked;
use crate::extract::one;
use crate::extract::text::squash;
use crate::model::{DateText, Place};

/// Names under which pages tell the date of publication, the most telling first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.published",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "citation_publication_date",
    "citation_online_date",
];
/// Names under which some pages tell the date of publication and others that of the last change.
const VAGUE: &[&str] = &["date", "dc.date"];
/// Names under which pages tell the date of a change.
const UPDATED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
];
/// A longer line is no byline.
const BYLINE: usize = 160;
/// How many lines before and after the headline can be its byline.
const ABOVE: usize = 3;
const BEFORE: usize = 8;
const NEAR: usize = 8;
const AFTER: usize = 40;
/// The most lines that are read for dates.
const READ: usize = 400;

/// What dates are told by.
pub(super) struct Dates<'a, 'b> {
    pub(super) layout: &'b Layout<'a>,
    pub(super) ld: &'b Linked,
    pub(super) meta: &'b Meta<'a>,
    pub(super) microdata: &'b Microdata<'a>,
    pub(super) lines: &'b [Line<'a>],
    /// The line of the headline.
    pub(super) headline: Option<usize>,
    pub(super) context: &'b date::Context<'b>,
}

impl Dates<'_, '_> {
    /// When the article was changed.
    pub(super) fn updated(&self) -> Option<DateText> {
        let told = self
            .ld
            .text("dateModified")
            .or_else(|| self.meta.first(UPDATED));
        told.or_else(|| self.microdata.values("dateModified").into_iter().next())
            .map(stamp)
    }

    /// Candidates for the date of publication, the most deliberate first.
    pub(super) fn published(&self) -> Vec<DateText> {
        let mut dates: Vec<DateText> = Vec::new();
        dates.extend(self.ld.text("datePublished").map(stamp));
        dates.extend(
            PUBLISHED
                .iter()
                .filter_map(|name| self.meta.get(name))
                .map(stamp),
        );
        dates.extend(
            self.microdata
                .values("datePublished")
                .into_iter()
                .map(stamp),
        );
        let published = |name: &str| {
            name.contains("publish") || name.contains("pubdate") || name.contains("pub-date")
        };
        let named = self.meta.named().filter(|(name, _)| published(name));
        dates.extend(named.map(|(_, content)| stamp(content.to_owned())));
        let vague = || VAGUE.iter().filter_map(|name| self.meta.get(name));
        // One with a time of day was not typed by hand.
        dates.extend(vague().filter(|text| text.contains(':')).map(stamp));
        dates.extend(self.shown());
        dates.extend(vague().map(stamp));
        dates.extend(self.ld.text("dateCreated").map(stamp));
        dates.extend(self.microdata.values("dateCreated").into_iter().map(stamp));
        dates.extend(self.ld.page_text("datePublished").map(stamp));
        // A date of change is better than none.
        dates.extend(self.updated());
        dates.extend(self.changed());
        dates.retain(|date| !date.text.is_empty() && self.reads(date));
        dates.dedup();
        dates
    }

    fn reads(&self, date: &DateText) -> bool {
        let read = if date.machine {
            date::read_machine
        } else {
            date::read
        };
        read(&date.text, self.context).is_ok()
    }

    /// The dates that the page shows where a byline stands, the likeliest first.
    fn shown(&self) -> Vec<DateText> {
        let mut found: Vec<(i32, DateText)> = Vec::new();
        let times = places(self.layout.document);
        for (at, line) in self
            .lines
            .iter()
            .enumerate()
            .take(READ.max(self.headline.unwrap_or_default() + READ))
        {
            let times = times
                .get(&line.element.id())
                .map(Vec::as_slice)
                .unwrap_or_default();
            let digits = line.text.chars().any(|c| c.is_numeric());
            if line.text.len() > 2 * BYLINE || !digits && times.is_empty() {
                continue;
            }
            let (text, told) = self.told(&line.text);
            let bonus = told + self.place(at);
            let moments = times.iter().take(3).zip(0..).filter_map(|(time, later)| {
                let date = stamp(time.attr("datetime")?.to_owned());
                // The first of several is the publication, if their names do not tell.
                let score = bonus + 3 + sign(*time, line.element) - later;
                (!date.text.is_empty() && self.reads(&date)).then_some((score, date))
            });
            let before = found.len();
            found.extend(moments);
            if found.len() > before {
                continue;
            }
            let bonus = bonus + sign(times.first().copied().unwrap_or(line.element), line.element);
            let date = DateText {
                text,
                place: Place::Item,
                machine: false,
            };
            if date.text.len() <= BYLINE && self.reads(&date) {
                let short = date.text.chars().count() <= 40;
                found.push((bonus + i32::from(short), date));
            }
        }
        found.retain(|(score, _)| *score >= 2);
        // The first of equals.
        found.sort_by_key(|(score, _)| -score);
        let shown: Vec<DateText> = found.into_iter().map(|(_, date)| date).take(5).collect();
        if shown.is_empty() {
            self.elsewhere()
        } else {
            shown
        }
    }

    /// The first `<time>` that stands in no list, menu or comment, wherever on the page that is.
    fn elsewhere(&self) -> Vec<DateText> {
        let alone = |time: &ElementRef<'_>| {
            let around = time.ancestors().filter_map(ElementRef::wrap);
            let listed = |element: ElementRef<'_>| {
                matches!(element.value().name(), "li" | "a" | "nav" | "footer" | "td")
            };
            !around.take(12).any(|element| {
                listed(element)
                    || element
                        .attr("class")
                        .is_some_and(|class| class.contains("comment"))
            })
        };
        let times = times(self.layout.document).into_iter().filter(alone);
        times
            .filter_map(|time| time.attr("datetime"))
            .map(|text| stamp(text.to_owned()))
            .take(1)
            .collect()
    }

    /// The first line that tells when the page was changed.
    fn changed(&self) -> Option<DateText> {
        self.lines.iter().find_map(|line| {
            let told = line.text.split('(').find(|part| {
                let start = part
                    .get(..part.floor_char_boundary(BYLINE))
                    .unwrap_or_default();
                part.len() <= BYLINE && begins(&fold(start), Phrase::Updated).is_some()
            })?;
            let date = DateText {
                text: told.to_owned(),
                place: Place::Item,
                machine: false,
            };
            self.reads(&date).then_some(date)
        })
    }

    /// What the place of a line speaks for or against it.
    fn place(&self, at: usize) -> i32 {
        let Some(headline) = self.headline else {
            return 0;
        };
        match (at.checked_sub(headline), headline.saturating_sub(at)) {
            (Some(after), _) if after <= NEAR => 3,
            (Some(after), _) if after <= AFTER => 1,
            (Some(_), _) => -1,
            (None, before) if before <= ABOVE => 2,
            (None, before) if before <= BEFORE => 1,
            (None, _) => -2,
        }
    }

    /// The part of a line that tells the date of publication, and what its words speak for or against it.
    fn told(&self, line: &str) -> (String, i32) {
        // Three boxes side by side.
        let boxes: Vec<&str> = line.split('|').map(str::trim).collect();
        if boxes.len() == 3
            && boxes
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        {
            return (boxes.join("."), 1);
        }
        let folded = fold(line);
        if begins(&folded, Phrase::Updated).is_some() {
            return (line.to_owned(), -3);
        }
        let bonus = if begins(&folded, Phrase::Published).is_some() {
            3
        } else {
            0
        };
        // "12 March 2024, updated 13 March 2024": what comes before counts.
        let words = line.char_indices().filter(|(at, c)| {
            *at > 0 && c.is_alphabetic() && !line[..*at].ends_with(char::is_alphanumeric)
        });
        let cut = words.map(|(at, _)| at).find(|at| {
            let rest = line.get(*at..).unwrap_or_default();
            let rest = rest.get(..rest.floor_char_boundary(40)).unwrap_or_default();
            begins(&fold(rest), Phrase::Updated).is_some()
        });
        (
            line.get(..cut.unwrap_or(line.len()))
                .unwrap_or(line)
                .to_owned(),
            bonus,
        )
    }
}

/// What the element of a date speaks for or against it.
fn sign(time: ElementRef<'_>, line: ElementRef<'_>) -> i32 {
    let elements = || {
        std::iter::once(time)
            .chain(time.ancestors().filter_map(ElementRef::wrap))
            .take(4)
    };
    let class = |element: ElementRef<'_>| {
        element
            .attr("class")
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let mut score = 0;
    if elements()
        .take(2)
        .any(|element| class(element).contains("updat") || class(element).contains("modif"))
    {
        score -= 4;
    } else if elements()
        .take(3)
        .any(|element| class(element).contains("publi"))
        || time.attr("pubdate").is_some()
    {
        score += 3;
    } else if elements()
        .take(3)
        .any(|element| signed(element, &[Sign::Date, Sign::Author]))
    {
        score += 2;
    }
    if elements().any(|element| matches!(element.value().name(), "li" | "a" | "td")) {
        score -= 1;
    }
    let caption = || elements().any(|element| signed(element, &[Sign::Caption, Sign::Credit]));
    if matches!(line.value().name(), "h1" | "h2" | "h3" | "figcaption") || caption() {
        score -= 2;
    }
    score
}

fn times(document: &Html) -> Vec<ElementRef<'_>> {
    let select = one("time, abbr.published[title]");
    select
        .iter()
        .flat_map(|select| document.select(select))
        .take(READ)
        .collect()
}

/// The `<time>` elements by the blocks of text that they stand in.
fn places(document: &Html) -> HashMap<NodeId, Vec<ElementRef<'_>>> {
    let mut places: HashMap<NodeId, Vec<ElementRef<'_>>> = HashMap::new();
    for time in times(document) {
        let mut around = time.ancestors().filter_map(ElementRef::wrap);
        if let Some(block) = around.find(|element| is_block(element.value().name())) {
            places.entry(block.id()).or_default().push(time);
        }
    }
    places
}

/// A date for machines.
fn stamp(text: String) -> DateText {
    DateText {
        text: squash(&text),
        place: Place::Metadata,
        machine: true,
    }
}
