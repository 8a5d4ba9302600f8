//! Pairs of news items: whether an index that knows one of them would propose the other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use rassegna::dedup::alike::{Kinship, Profile, Telling, compare, sketch};
use rassegna::model::Key;
use serde_json::Value;
use url::Url;

use super::find;

/// Days within which an index looks for other tellings of a story.
const WINDOW: i64 = 14;

/// Of the pairs that are one story, and of those that are translations, the share with a key in common; and how many
/// other items of the window an item's keys propose.
pub(super) fn pairs(corpus: &Path) -> String {
    let mut rows: Vec<Value> = Vec::new();
    for file in find(&corpus.join("pairs"), ".jsonl") {
        let text = std::fs::read_to_string(file).unwrap();
        rows.extend(text.lines().map(|line| serde_json::from_str(line).unwrap()));
    }
    let read: Vec<[Profile; 2]> = rows
        .iter()
        .map(|row| [profile(&row["a"]), profile(&row["b"])])
        .collect();
    let keyed: Vec<[HashSet<Key>; 2]> = read
        .iter()
        .map(|[a, b]| [a, b].map(|profile| sketch(profile).into_iter().collect()))
        .collect();
    for ((row, [a, b]), [keys_a, keys_b]) in rows.iter().zip(&read).zip(&keyed) {
        let kin = compare(a, b).kinship != Kinship::Different;
        let met = !keys_a.is_disjoint(keys_b);
        assert!(met || !kin, "{} would not be found", row["id"]);
    }
    let share = |truth: &str| {
        let of: Vec<_> = rows
            .iter()
            .zip(&keyed)
            .filter(|(row, _)| row["truth"] == truth)
            .collect();
        let met = of.iter().filter(|(_, [a, b])| !a.is_disjoint(b)).count();
        #[allow(clippy::cast_precision_loss)]
        let share = met as f64 / of.len() as f64;
        (share, format!("{met} of {} {truth}", of.len()))
    };
    let mut items: Vec<(usize, DateTime<Utc>, &HashSet<Key>)> = Vec::new();
    for (at, (row, keys)) in rows.iter().zip(&keyed).enumerate() {
        items.push((at, moment(&row["a"]), &keys[0]));
        items.push((at, moment(&row["b"]), &keys[1]));
    }
    let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
    for (at, (_, _, keys)) in items.iter().enumerate() {
        for key in *keys {
            by_key.entry(*key).or_default().push(at);
        }
    }
    let (mut proposed, mut near, mut ever) = (0, 0, 0);
    for (pair, at, keys) in &items {
        let others: HashSet<usize> = keys.iter().flat_map(|key| &by_key[key]).copied().collect();
        let others = others.iter().filter(|other| items[**other].0 != *pair);
        let close = |other: &DateTime<Utc>| (*other - *at).num_days().abs() < WINDOW;
        for other in others {
            ever += 1;
            proposed += usize::from(close(&items[*other].1));
        }
        near += items
            .iter()
            .filter(|(other, when, _)| other != pair && close(when))
            .count();
    }
    let total: usize = items.iter().map(|(_, _, keys)| keys.len()).sum();
    let ((same, told), (translation, told_too)) = (share("same"), share("translation"));
    assert!(same >= 0.9, "{told} share a key");
    assert!(translation >= 0.9, "{told_too} share a key");
    format!(
        "{told} and {told_too} share a key; {} keys an item; an item is proposed {proposed} of {near} others of its \
         window, and {ever} of {} without one, in all",
        total / items.len(),
        items.len() * (items.len() - 2)
    )
}

fn profile(item: &Value) -> Profile {
    let url = |value: &Value| value.as_str().and_then(|text| Url::parse(text).ok());
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    let alternates: BTreeMap<String, Url> = item["alternates"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(language, value)| Some((language.clone(), url(value)?)))
        .collect();
    let (address, image) = (url(&item["url"]), url(&item["image"]));
    Profile::new(&Telling {
        source: text("source"),
        url: address.as_ref(),
        title: text("title"),
        summary: text("summary"),
        language: text("language"),
        published: Some(moment(item)),
        image: image.as_ref(),
        alternates: &alternates,
    })
}

fn moment(item: &Value) -> DateTime<Utc> {
    let text = item["published"].as_str().unwrap();
    DateTime::parse_from_rfc3339(text).map_or_else(
        |_| {
            let day: NaiveDate = text.parse().unwrap();
            day.and_hms_opt(12, 0, 0).unwrap().and_utc()
        },
        |moment| moment.to_utc(),
    )
}
