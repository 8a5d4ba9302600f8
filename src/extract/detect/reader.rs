//! What the detection knows of a page while it reads units: the page laid flat, and its dates.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::groups::Unit;
use super::plot::Plot;
use crate::date;
use crate::language::Language;

/// Reads the parts of units.
pub(super) struct Reader<'p, 'a, 'd> {
    pub(super) plot: &'p Plot<'a>,
    dates: date::Context<'d>,
    known: RefCell<HashMap<(String, bool), Option<NaiveDate>>>,
}

impl<'p, 'a, 'd> Reader<'p, 'a, 'd> {
    pub(super) fn new(plot: &'p Plot<'a>, dates: date::Context<'d>) -> Self {
        Self {
            plot,
            dates,
            known: RefCell::default(),
        }
    }

    /// The day that a text tells, if it is a date and little else.
    pub(super) fn day(&self, text: &str, machine: bool) -> Option<NaiveDate> {
        let key = (text.to_owned(), machine);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let read = if machine {
            date::read_machine(text, &self.dates)
        } else {
            date::read(text, &self.dates)
        };
        let zone = self.dates.timezone;
        let day = read.ok().map(|read| read.resolve(zone, false).date_naive());
        self.known.borrow_mut().insert(key, day);
        day
    }

    /// The time of reading, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.dates.now.timestamp()
    }

    /// A day that is still to come is no day of publication.
    pub(super) fn is_ahead(&self, day: NaiveDate) -> bool {
        let today = self.dates.now.date_naive();
        today
            .checked_add_days(Days::new(2))
            .is_some_and(|limit| day > limit)
    }

    /// The place of a cell within a unit, the same for all units of a group that are built alike: its tags up to
    /// the unit's own, its classes and those of what is around it, its column.
    pub(super) fn key(&self, unit: &Unit, at: usize) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        let parent = self.plot.cells[at].parent;
        let own = self.plot.classes(at);
        let outer = (!unit.run.contains(&at) && !unit.run.contains(&parent))
            .then(|| self.plot.classes(parent));
        for class in own.chain(outer.into_iter().flatten()) {
            class.hash(&mut hasher);
        }
        let mut cell = at;
        loop {
            let name = self.plot.cells[cell].name();
            name.hash(&mut hasher);
            let parent = self.plot.cells[cell].parent;
            if matches!(name, "td" | "th") {
                let column = self
                    .plot
                    .siblings(parent + 1)
                    .take_while(|&other| other < cell);
                column.count().hash(&mut hasher);
            }
            if unit.run.contains(&cell) || parent == cell {
                break;
            }
            cell = parent;
        }
        hasher.finish()
    }
}

/// The languages of the configuration, then the one that the page declares.
pub(super) fn languages(known: &[Language], declared: Option<&str>) -> Vec<Language> {
    let mut languages = known.to_vec();
    let own = declared.and_then(Language::parse);
    languages.extend(own.filter(|own| !known.contains(own)));
    languages
}
