//! Headings with a date that hold for the units after them.

use super::Stand;
use super::groups::Unit;
use super::reader::Reader;
use crate::model::{DateText, Place};

/// A text of more bytes is no heading with a date.
const LONGEST: usize = 60;
/// Words of a date that is not of publication, folded.
const OTHER: &[&str] = &[
    "updat",
    "aggiorn",
    "modif",
    "aktualis",
    "mise à jour",
    "actualiz",
    "atualiz",
    "copyright",
    "©",
];
/// How many headings before a unit are looked at.
const BACK: usize = 20;

/// The headings of a list.
pub(super) struct Heads<'a>(Vec<Head<'a>>);

struct Head<'a> {
    /// Where it stands, and inside which cell it holds.
    at: usize,
    within: usize,
    stand: Stand<'a>,
    text: String,
}

impl<'a> Heads<'a> {
    /// Finds what reads as a date and nothing else between the units of a list, and right before them.
    pub(super) fn of(reader: &Reader<'_, 'a, '_>, units: &[Unit]) -> Self {
        let cells = &reader.plot.cells;
        let (Some(first), Some(last)) = (units.first(), units.last()) else {
            return Self(Vec::new());
        };
        let holds_all = |at: &usize| {
            reader.plot.holds(*at, first.first()) && reader.plot.holds(*at, last.first())
        };
        let mut common = reader.plot.around(first.first()).filter(holds_all);
        let Some(inner) = common.next() else {
            return Self(Vec::new());
        };
        let region = common.next().unwrap_or(inner);
        let mut heads: Vec<Head<'a>> = Vec::new();
        let mut next = 0;
        let mut at = region + 1;
        while at < cells[region].end {
            while next < units.len() && units[next].first() < at {
                next += 1;
            }
            if next < units.len() && units[next].first() == at {
                at = units[next]
                    .run
                    .last()
                    .map_or(at + 1, |&last| cells[last].end);
                continue;
            }
            let cell = &cells[at];
            let has_unit = units.get(next).is_some_and(|unit| unit.first() < cell.end);
            let text = reader.plot.text(at);
            let reads = !has_unit
                && !cell.aside
                && (1..=LONGEST).contains(&text.len())
                && text.chars().any(char::is_numeric)
                && reader.is_bare_date(&text)
                && !OTHER.iter().any(|word| text.to_lowercase().contains(word))
                && reader.day(&text, false).is_some();
            if reads {
                let mut outer = at;
                while cells[outer].parent != region && !has_any(reader, cells[outer].parent, units)
                {
                    outer = cells[outer].parent;
                }
                let stand = Stand {
                    element: cell.element,
                    attribute: None,
                };
                heads.push(Head {
                    at: outer,
                    within: cells[outer].parent,
                    stand,
                    text,
                });
                at = cell.end;
            } else {
                at += 1;
            }
        }
        let strong = |head: &Head<'a>| {
            let at = reader.plot.place(head.stand.element);
            at.is_some_and(|at| {
                cells[at].heading().is_some()
                    || matches!(cells[at].name(), "th" | "dt" | "strong" | "b" | "caption")
                    || cells[at].has_word(&["date", "data", "day"])
            })
        };
        // One date over all of the list may be anything, unless it looks like a heading.
        if heads.len() == 1 && !heads.first().is_some_and(strong) {
            heads.clear();
        }
        Self(heads)
    }

    /// The nearest heading before a unit that holds for it.
    pub(super) fn over(
        &self,
        reader: &Reader<'_, 'a, '_>,
        unit: &Unit,
    ) -> Option<(Stand<'a>, DateText)> {
        let end = self.0.partition_point(|head| head.at < unit.first());
        let head = self.0[..end]
            .iter()
            .rev()
            .take(BACK)
            .find(|head| reader.plot.holds(head.within, unit.first()))?;
        let text = head.text.clone();
        Some((
            head.stand,
            DateText {
                text,
                place: Place::Heading,
                machine: false,
            },
        ))
    }
}

fn has_any(reader: &Reader<'_, '_, '_>, at: usize, units: &[Unit]) -> bool {
    let next = units.partition_point(|unit| unit.first() < at);
    units
        .get(next)
        .is_some_and(|unit| reader.plot.holds(at, unit.first()))
}
