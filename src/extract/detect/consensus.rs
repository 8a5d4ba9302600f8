//! Which part of the units is the title, the date, the link: what is told by all units together.

use std::collections::{BTreeMap, HashSet};

/// Something in a unit that may be what is looked for.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The same for the same part of all units.
    pub(super) key: u64,
    /// The cell.
    pub(super) cell: usize,
    /// How much it looks like it by itself.
    pub(super) points: f64,
    /// What it says.
    pub(super) text: String,
    /// It is a text that stands bare in the cell, beside others.
    pub(super) bare: bool,
}

impl Candidate {
    /// The cell that it is the text of.
    pub(super) fn own(&self) -> Option<usize> {
        (!self.bare).then_some(self.cell)
    }
}

/// Parts of units, the likeliest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranking(Vec<u64>);

/// Less than this part of the best one's points is not taken for the same thing.
const LEAST: f64 = 0.1;

impl Ranking {
    /// Ranks parts by their points, by how many units have them, and by how much they differ.
    pub(super) fn of(units: &[Vec<Candidate>], differing: i32) -> Self {
        #[derive(Default)]
        struct Part<'c> {
            order: usize,
            units: usize,
            points: f64,
            texts: HashSet<&'c str>,
        }
        let mut parts: BTreeMap<u64, Part<'_>> = BTreeMap::new();
        let mut order = 0;
        for unit in units {
            let mut seen = HashSet::new();
            for candidate in unit {
                if !seen.insert(candidate.key) {
                    continue;
                }
                let part = parts.entry(candidate.key).or_insert_with(|| {
                    order += 1;
                    Part {
                        order,
                        ..Part::default()
                    }
                });
                part.units += 1;
                part.points += candidate.points;
                part.texts.insert(&candidate.text);
            }
        }
        let mut ranked: Vec<(u64, f64, usize)> = parts
            .into_iter()
            .map(|(key, part)| {
                let differ = (part.texts.len() as f64 / part.units as f64).powi(differing);
                let total = part.points / units.len() as f64 * differ;
                (key, total, part.order)
            })
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.cmp(&b.2)));
        let best = ranked.first().map_or(0.0, |first| first.1);
        ranked.retain(|(_, points, _)| *points > 0.0 && *points >= LEAST * best);
        Self(ranked.into_iter().map(|(key, ..)| key).collect())
    }

    /// The candidates of one unit, the likeliest first; of those at one place the first.
    pub(super) fn order(&self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let rank = |candidate: &Candidate| self.0.iter().position(|key| *key == candidate.key);
        let mut ranked: Vec<(usize, Candidate)> = candidates
            .into_iter()
            .filter_map(|candidate| Some((rank(&candidate)?, candidate)))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.dedup_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, candidate)| candidate).collect()
    }
}
