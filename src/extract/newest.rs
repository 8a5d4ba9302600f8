//! A bound on the items of one document.

use std::cmp::Reverse;

use crate::model::RawItem;

/// More items than this are not kept of one document: the newest by their dates, else the first ones, which sources
/// put first because they are the newest.
pub const MAX_ITEMS: usize = 1_000;

/// Keeps the newest [`MAX_ITEMS`] in their order; `when` reads an item's date. Says whether any were dropped.
pub(super) fn keep<T: Ord>(items: &mut Vec<RawItem>, when: impl Fn(&RawItem) -> Option<T>) -> bool {
    if items.len() <= MAX_ITEMS {
        return false;
    }
    // What has no date comes after all that has one.
    let mut order: Vec<(Reverse<Option<T>>, usize)> = items
        .iter()
        .enumerate()
        .map(|(place, item)| (Reverse(when(item)), place))
        .collect();
    order.sort();
    let mut kept = vec![false; items.len()];
    for (_, place) in order.into_iter().take(MAX_ITEMS) {
        if let Some(kept) = kept.get_mut(place) {
            *kept = true;
        }
    }
    let mut kept = kept.into_iter();
    items.retain(|_| kept.next().unwrap_or_default());
    true
}

/// What is said where items were dropped.
pub(super) fn warning(kind: &str) -> String {
    format!("The {kind} is very long; only its {MAX_ITEMS} newest items were kept.")
}
