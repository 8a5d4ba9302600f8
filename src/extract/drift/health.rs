//! Whether what was read can be the same list: its known items, their fields, and what is new among them.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use thiserror::Error;

use super::known::{Pair, Roll, day, path_key};
use crate::extract::NoNews;
use crate::model::Item;

/// A day may differ by so many: "yesterday" is read again on another day.
const APART: u64 = 1;

/// Why the rules are thought to be broken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Why {
    /// They give nothing.
    #[error("{0}")]
    Nothing(#[from] NoNews),
    /// None of the known items is read.
    #[error("none of the {known} items known from before is in the list any more{}", also_on_page(.shown))]
    Strange {
        /// How many are known.
        known: usize,
        /// How many of them stand on the page.
        shown: usize,
    },
    /// Known items stand on the page and are not read.
    #[error(
        "{missed} known items stand on the page and are not in the list that was read, of {of}"
    )]
    Missed {
        /// How many.
        missed: usize,
        /// Out of so many that were read or stand there.
        of: usize,
    },
    /// The titles are others.
    #[error("{count} of {of} known items have another title, such as \"{example}\"")]
    Titles {
        /// How many.
        count: usize,
        /// Out of so many that were found again by their links.
        of: usize,
        /// One of them.
        example: String,
    },
    /// The links are gone, or lead to other items.
    #[error("{count} of {of} known items have lost their link, or have that of another item")]
    Links {
        /// How many.
        count: usize,
        /// Out of so many that were found again.
        of: usize,
    },
    /// The dates are gone.
    #[error("{count} of {of} known items have lost their date")]
    Undated {
        /// How many.
        count: usize,
        /// Out of so many that had one.
        of: usize,
    },
    /// The dates are others.
    #[error("{count} of {of} known items have another date than before")]
    Dates {
        /// How many.
        count: usize,
        /// Out of so many that have one.
        of: usize,
    },
    /// New items are from the future.
    #[error("{count} new items have a date that is still to come")]
    Future {
        /// How many.
        count: usize,
    },
    /// New items all have one date.
    #[error("{count} new items all have the same date, {day}")]
    OneDay {
        /// How many.
        count: usize,
        /// The day.
        day: NaiveDate,
    },
    /// What is new is no news.
    #[error("{count} new items have no date, which all known ones have")]
    Unlike {
        /// How many.
        count: usize,
    },
    /// What is new stands elsewhere.
    #[error("{count} new items stand in another part of the page than all known ones")]
    Apart {
        /// How many.
        count: usize,
    },
    /// The teasers are gone.
    #[error("no item has a teaser any more, which the known ones had")]
    Teasers,
}

fn also_on_page(shown: &usize) -> String {
    match shown {
        0 => String::new(),
        shown => format!(", though {shown} of them stand on the page"),
    }
}

/// Items beside what is known.
pub(super) struct Sight<'a> {
    pub(super) roll: &'a Roll<'a>,
    pub(super) items: &'a [Item],
    pub(super) pairs: Vec<Pair>,
    /// The known items that stand in the main part of the page.
    pub(super) shown: &'a HashSet<usize>,
    pub(super) today: NaiveDate,
    /// A rule finds the teasers.
    pub(super) teasers: bool,
}

impl<'a> Sight<'a> {
    /// What is wrong, the worst first; nothing where all is as usual.
    pub(super) fn fault(&self) -> Option<Why> {
        self.strange()
            .or_else(|| self.titles())
            .or_else(|| self.links())
            .or_else(|| self.dates())
            .or_else(|| self.missed())
            .or_else(|| self.unlike())
            .or_else(|| self.teasers())
    }

    /// The known items that would be missing if they stood on the page: those that are not read.
    pub(super) fn unread(&self) -> Vec<usize> {
        let kept: HashSet<usize> = self.pairs.iter().map(|pair| pair.known).collect();
        let oldest = self
            .pairs
            .iter()
            .filter_map(|pair| self.roll.known[pair.known].day)
            .min();
        (0..self.roll.known.len())
            .filter(|known| !kept.contains(known))
            // What is older than all that is read has only left the list.
            .filter(|known| match (self.roll.known[*known].day, oldest) {
                (Some(day), Some(oldest)) => day >= oldest,
                _ => true,
            })
            .collect()
    }

    /// The known items that stand on the page without being read.
    pub(super) fn missing(&self) -> Vec<usize> {
        let mut missing = self.unread();
        missing.retain(|known| self.shown.contains(known));
        missing
    }

    /// The items that are not known.
    pub(super) fn fresh(&self) -> impl Iterator<Item = &'a Item> + use<'a> {
        let kept: HashSet<usize> = self.pairs.iter().map(|pair| pair.item).collect();
        let items = self.items.iter().enumerate();
        items
            .filter(move |(at, _)| !kept.contains(at))
            .map(|(_, item)| item)
    }

    /// How many known items are told otherwise: another day, or the address of another item.
    pub(super) fn contradictions(&self) -> usize {
        let other = |pair: &&Pair| {
            let item = &self.items[pair.item];
            let (was, now) = (self.roll.known[pair.known].day, day(item));
            let at = item.url.as_ref().and_then(|url| self.roll.at(url));
            (now.is_some() && was.is_some() && now != was) || at.is_some_and(|at| at != pair.known)
        };
        self.pairs.iter().filter(other).count()
    }

    /// Whether no item has a day, and all known ones have their title and lead where they led.
    pub(super) fn is_undated(&self) -> bool {
        let same = |pair: &Pair| {
            let item = &self.items[pair.item];
            self.roll.known[pair.known].url.is_some()
                && self.roll.same_path(pair.known, item)
                && self.roll.same_title(pair.known, item)
        };
        self.items.iter().all(|item| day(item).is_none()) && self.pairs.iter().all(same)
    }

    fn strange(&self) -> Option<Why> {
        let known = self.roll.known.len();
        if !self.pairs.is_empty() || known < 3 {
            return None;
        }
        // A busy list may be all new, if it says so.
        let newest = self.roll.known.iter().filter_map(|one| one.day).max();
        let newer = newest.is_some_and(|newest| {
            self.items
                .iter()
                .all(|item| day(item).is_some_and(|day| day >= newest))
        });
        (!newer || !self.shown.is_empty()).then_some(Why::Strange {
            known,
            shown: self.shown.len(),
        })
    }

    fn missed(&self) -> Option<Why> {
        let missed = self.missing().len();
        let of = self.pairs.len() + missed;
        let many = missed >= 2 && 5 * missed > of;
        let one = missed >= 1 && 10 * missed > of && self.dated();
        (many || one).then_some(Why::Missed { missed, of })
    }

    fn titles(&self) -> Option<Why> {
        let linked: Vec<&Pair> = self
            .pairs
            .iter()
            .filter(|pair| self.roll.same_path(pair.known, &self.items[pair.item]))
            .collect();
        let other: Vec<&&Pair> = linked
            .iter()
            .filter(|pair| !self.roll.same_title(pair.known, &self.items[pair.item]))
            .collect();
        (linked.len() >= 3 && 2 * other.len() >= linked.len()).then(|| Why::Titles {
            count: other.len(),
            of: linked.len(),
            example: other
                .first()
                .map(|pair| self.items[pair.item].title.clone())
                .unwrap_or_default(),
        })
    }

    fn links(&self) -> Option<Why> {
        let linked: Vec<&Pair> = self
            .pairs
            .iter()
            .filter(|pair| self.roll.known[pair.known].url.is_some())
            .collect();
        let wrong = |pair: &&&Pair| match &self.items[pair.item].url {
            None => true,
            Some(url) => self.roll.at(url).is_some_and(|other| other != pair.known),
        };
        let mut count = linked.iter().filter(wrong).count();
        // Links that are all new are a move of the site, but not to one page, and not while the old ones are there.
        let moved: Vec<&&Pair> = linked
            .iter()
            .filter(|pair| {
                let item = &self.items[pair.item];
                item.url.is_some() && !self.roll.same_path(pair.known, item)
            })
            .collect();
        let pages: HashSet<Option<String>> = moved
            .iter()
            .map(|pair| self.items[pair.item].url.as_ref().and_then(path_key))
            .collect();
        if moved.len() >= 3 && 4 * pages.len() < 3 * moved.len() {
            count += moved.len();
        }
        (count >= 2 && 3 * count > linked.len()).then_some(Why::Links {
            count: count.min(linked.len()),
            of: linked.len(),
        })
    }

    fn dates(&self) -> Option<Why> {
        let dated: Vec<(NaiveDate, Option<NaiveDate>)> = self
            .pairs
            .iter()
            .filter_map(|pair| {
                Some((
                    self.roll.known[pair.known].day?,
                    day(&self.items[pair.item]),
                ))
            })
            .collect();
        let lost = dated.iter().filter(|(_, now)| now.is_none()).count();
        let far = |(was, now): &&(NaiveDate, Option<NaiveDate>)| {
            now.is_some_and(|now| was.signed_duration_since(now).num_days().unsigned_abs() > APART)
        };
        let other = dated.iter().filter(far).count();
        let of = dated.len();
        if lost > 0 && 4 * lost > of {
            return Some(Why::Undated { count: lost, of });
        }
        (other > 0 && 4 * other > of).then_some(Why::Dates {
            count: other,
            of: of - lost,
        })
    }

    /// Whether all known items have a day, about.
    fn dated(&self) -> bool {
        let known = self.roll.known;
        10 * known.iter().filter(|one| one.day.is_some()).count() >= 9 * known.len()
    }

    fn unlike(&self) -> Option<Why> {
        let fresh: Vec<Option<NaiveDate>> = self.fresh().map(day).collect();
        let dates: Vec<NaiveDate> = fresh.iter().flatten().copied().collect();
        let undated = fresh.len() - dates.len();
        if self.dated() && undated >= 2 && 10 * undated > self.items.len() {
            return Some(Why::Unlike { count: undated });
        }
        let limit = self
            .today
            .checked_add_days(Days::new(2))
            .unwrap_or(self.today);
        let ahead =
            |days: &mut dyn Iterator<Item = NaiveDate>| days.filter(|day| *day > limit).count();
        let future = ahead(&mut dates.iter().copied());
        let usual = ahead(&mut self.roll.known.iter().filter_map(|one| one.day));
        if future >= 2 && 2 * future > dates.len() && usual == 0 {
            return Some(Why::Future { count: future });
        }
        let known: HashSet<NaiveDate> = self.roll.known.iter().filter_map(|one| one.day).collect();
        let days: HashSet<NaiveDate> = dates.iter().copied().collect();
        let alike = dates.len() >= 4 && days.len() == 1 && 2 * dates.len() > self.items.len();
        if alike && 2 * known.len() > self.roll.known.len() {
            return days.into_iter().next().map(|day| Why::OneDay {
                count: dates.len(),
                day,
            });
        }
        None
    }

    fn teasers(&self) -> Option<Why> {
        let told = self.roll.known.iter().filter(|one| one.told).count();
        let usual = 10 * told >= 9 * self.roll.known.len();
        let now = self.items.iter().any(|item| !item.summary.is_empty());
        (self.teasers && usual && !now && self.items.len() > 2).then_some(Why::Teasers)
    }
}
