//! Rules are written only if the configuration takes them and they give what the detection gave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::{Entry, Rules};
use crate::config::{self, Site, Source};
use crate::extract::rules::toml::text;
use crate::extract::rules::{Draft, Field, Written};
use crate::language::Language;
use crate::model::{Item, Kind, Page, Place};
use crate::pipeline;

/// The source that a table comes to on a site.
///
/// # Errors
///
/// What is wrong with it, as the configuration says it.
pub(super) fn compiled(entry: &Entry, site: &Site) -> Result<Source, String> {
    let said = site
        .languages
        .iter()
        .map(Language::tag)
        .chain(entry.languages.iter().map(String::as_str));
    let languages = said.map(text).collect::<Vec<_>>().join(", ");
    let languages = match languages.as_str() {
        "" => String::new(),
        some => format!("languages = [{some}]\n"),
    };
    let head = format!(
        "[site]\n{languages}timezone = {}\n\n",
        text(site.timezone.name())
    );
    let config =
        config::load_text(&(head + &entry.toml())).map_err(|problems| problems.to_string())?;
    config
        .sources
        .into_iter()
        .next()
        .map(Arc::unwrap_or_clone)
        .ok_or_else(|| format!("`{}` is no source", entry.id))
}

/// The rules of a draft, as far as they give the same items as `wanted`: a field whose picks don't is left to be looked
/// for. Nothing where even the items themselves are others.
pub(super) fn rules(
    entry: &Entry,
    draft: &Draft,
    site: &Site,
    page: &Page,
    wanted: &[Item],
) -> Option<Rules> {
    let mut all = draft.picks.clone();
    let in_address = |item: &&Item| {
        item.published
            .as_ref()
            .is_some_and(|date| date.place == Place::Address)
    };
    if !all.contains_key(&Field::Date)
        && !all.contains_key(&Field::GroupDate)
        && wanted.iter().any(|item| in_address(&item))
    {
        all.insert(Field::Date, vec![Written::url()]);
    }
    draft
        .item
        .iter()
        .find_map(|item| fitted(entry, item, all.clone(), site, page, wanted))
}

fn fitted(
    entry: &Entry,
    item: &str,
    mut picks: BTreeMap<Field, Vec<Written>>,
    site: &Site,
    page: &Page,
    wanted: &[Item],
) -> Option<Rules> {
    // Each round but the last takes a field away.
    loop {
        let rules = Rules {
            notes: Vec::new(),
            item: item.to_owned(),
            picks: picks.clone().into_iter().collect(),
        };
        let tried = Entry {
            rules: Some(rules.clone()),
            ..entry.clone()
        };
        let source = compiled(&tried, site).ok()?;
        let read = pipeline::read(&source, Some(Kind::Listing), page, page.fetched_at)
            .map(|reading| reading.normalized.items);
        let others = match read {
            Ok(items) if items.len() == wanted.len() => misfits(wanted, &items),
            // An item more or less: what reads its title reads another one.
            _ => BTreeSet::from([Field::Title]),
        };
        if others.is_empty() {
            return Some(Rules {
                notes: notes(&rules, wanted, entry.format.as_deref()),
                ..rules
            });
        }
        let before = picks.len();
        picks.retain(|field, _| !others.contains(field));
        if picks.len() == before {
            return None;
        }
    }
}

/// The fields in which some items are others than those that are wanted.
fn misfits(wanted: &[Item], read: &[Item]) -> BTreeSet<Field> {
    let date = |item: &Item| {
        item.published
            .as_ref()
            .map(|date| (date.at, date.precision))
    };
    let mut fields = BTreeSet::new();
    for (wanted, read) in wanted.iter().zip(read) {
        let dates: &[Field] = &[Field::Date, Field::GroupDate];
        for (differs, of) in [
            (wanted.title != read.title, &[Field::Title][..]),
            (wanted.url != read.url, &[Field::Link]),
            (date(wanted) != date(read), dates),
            (wanted.summary != read.summary, &[Field::Summary]),
            (wanted.image != read.image, &[Field::Image]),
        ] {
            if differs {
                fields.extend(of);
            }
        }
    }
    fields
}

/// What people should know who look at the rules.
fn notes(rules: &Rules, wanted: &[Item], format: Option<&str>) -> Vec<String> {
    let mut notes = vec![
        "Where on the page the news stands; without these lines it is detected anew each time."
            .to_owned(),
    ];
    let has = |field: Field| rules.picks.iter().any(|(other, _)| *other == field);
    let ruled = has(Field::Date) || has(Field::GroupDate);
    notes.push(dates(wanted, ruled, format));
    let there = [
        (Field::Title, true),
        (Field::Link, wanted.iter().any(|item| item.url.is_some())),
        (
            Field::Summary,
            wanted.iter().any(|item| !item.summary.is_empty()),
        ),
        (Field::Image, wanted.iter().any(|item| item.image.is_some())),
    ];
    let left = there
        .iter()
        .filter(|(field, there)| *there && !has(*field))
        .map(|(field, _)| field.key());
    let left = left.collect::<Vec<_>>().join(", ");
    if !left.is_empty() {
        notes.push(format!(
            "No lasting selector gives the same: {left}. It is looked for in each item."
        ));
    }
    notes
}

fn dates(wanted: &[Item], ruled: bool, format: Option<&str>) -> String {
    let printed = wanted.iter().find_map(|item| {
        let date = item
            .published
            .as_ref()
            .filter(|date| date.place != Place::Address)?;
        Some((date.text.as_str(), &item.language))
    });
    let any = wanted.iter().any(|item| item.published.is_some());
    match printed {
        Some((text, language)) => {
            let words = text
                .chars()
                .any(|c| c.is_alphabetic() && !matches!(c, 'T' | 'Z'));
            let machine = text.contains('T') || text.chars().all(|c| c.is_ascii_digit());
            let read = match (words, machine) {
                (false, false) if format.is_some() => String::new(),
                (false, true) => ", written for machines".to_owned(),
                (false, false) => format!(", in the order of {}", language.name()),
                (true, _) => format!(" ({})", language.name()),
            };
            let found = if ruled {
                ""
            } else {
                "; no lasting selector gives the same, so it is looked for in each item"
            };
            format!("Dates such as \"{text}\"{read}{found}.")
        }
        None if any => "The day stands in the address of each item.".to_owned(),
        None => "The list shows no dates: an item has the time when it was first seen.".to_owned(),
    }
}
