//! Items that say the same where each should say its own.

use std::collections::{HashMap, HashSet};

use super::NoNews;
use crate::model::RawItem;

/// The fewest items of which it can be told that too many are alike.
const FEW: usize = 4;

/// Refuses items most of which say the same, as after a redesign: "Read more" for a title, "/login" for a link.
///
/// A daily bulletin has one title and many dates, and a list may link all of its news to one page; both are no fault
/// as long as the items, read without rules (`seen`), say the same.
pub(super) fn refuse(items: &[RawItem], seen: impl Fn() -> Vec<RawItem>) -> Result<(), NoNews> {
    let title = |item: &RawItem| item.title.clone();
    let link = |item: &RawItem| item.link.clone();
    let date = |item: &RawItem| item.published.first().map(|date| date.text.clone());
    let fault = |field, places: &[usize]| NoNews::Repeated {
        field,
        count: places.len(),
        of: items.len(),
    };
    let places = alike(items, title);
    if !places.is_empty() && (differ(&seen(), &places, title) || !differ(items, &places, date)) {
        return Err(fault("title", &places));
    }
    let places = alike(items, link);
    if !places.is_empty() && differ(&seen(), &places, link) {
        return Err(fault("link", &places));
    }
    Ok(())
}

/// The places of the items that have one value, if they are more than half of enough items to tell.
fn alike(items: &[RawItem], value: impl Fn(&RawItem) -> Option<String>) -> Vec<usize> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(value) = value(item) {
            places.entry(value).or_default().push(place);
        }
    }
    let most = places.into_values().max_by_key(Vec::len);
    most.filter(|places| items.len() >= FEW && 2 * places.len() > items.len())
        .unwrap_or_default()
}

/// Whether the items at these places have mostly different values.
fn differ(items: &[RawItem], places: &[usize], value: impl Fn(&RawItem) -> Option<String>) -> bool {
    let items = places.iter().filter_map(|place| items.get(*place));
    let values: HashSet<String> = items.filter_map(value).collect();
    2 * values.len() > places.len()
}
