//! `[feed.ID]` and the feed that each language has by itself: filters, titles, old names.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Declared;
use crate::config::problem::{Place, Report, did_you_mean, listed, nearest};
use crate::config::tree::{Entry, Table};
use crate::config::{Feed, Filter, Needle, Site, leaf};
use crate::language::Language;
use crate::model::FeedId;

/// As many names are listed in a message; more would bury it.
const LISTED: usize = 12;

/// What filters may name.
struct Known<'a> {
    /// The sources behind each name: its own, or its table's.
    sources: BTreeMap<&'a str, Vec<&'a str>>,
    tags: BTreeSet<&'a str>,
    languages: BTreeSet<&'a Language>,
}

/// All feeds that are published: the languages in the site's order, then the others in that of their ids.
pub(super) fn feeds(
    root: &Table,
    site: &Site,
    sources: &[Declared],
    report: &mut Report,
) -> Vec<Feed> {
    let known = known(site, sources);
    let none = Table::default();
    let mut feeds: Vec<(Feed, &Table)> = Vec::new();
    for language in &site.languages {
        let table = root
            .table("feed")
            .and_then(|feeds| feeds.table(language.tag()))
            .unwrap_or(&none);
        feeds.push((of_language(language, table, site, &known, report), table));
    }
    for (id, entry, table) in root.tables("feed") {
        if site.languages.iter().all(|language| language.tag() != id) {
            feeds.push((of_filter(id, entry, table, site, &known, report), table));
        }
    }
    feeds.retain(|(_, table)| table.boolean("enabled") != Some(false));
    aliases(&feeds, report);
    let feeds: Vec<Feed> = feeds.into_iter().map(|(feed, _)| feed).collect();
    unpublished(site, sources, &feeds, report);
    feeds
}

fn known<'a>(site: &'a Site, sources: &'a [Declared]) -> Known<'a> {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for declared in sources {
        let id = declared.source.id.0.as_str();
        names.entry(id).or_default().push(id);
        if declared.table != id {
            names.entry(&declared.table).or_default().push(id);
        }
    }
    Known {
        sources: names,
        tags: sources
            .iter()
            .flat_map(|declared| &declared.source.tags)
            .map(String::as_str)
            .collect(),
        languages: sources
            .iter()
            .flat_map(|declared| &declared.source.languages)
            .chain(&site.languages)
            .collect(),
    }
}

fn of_language(
    language: &Language,
    table: &Table,
    site: &Site,
    known: &Known<'_>,
    report: &mut Report,
) -> Feed {
    let title = match site.languages.as_slice() {
        [_] => site.title.clone(),
        _ => format!("{} ({})", site.title, language.name()),
    };
    let mut filter = filter(table.table("where"), known, report);
    if let Some(entry) = table
        .table("where")
        .and_then(|asked| asked.entry("language"))
        && filter.language.iter().any(|other| other != language)
    {
        let message = format!("the feed `{language}` has one language");
        report.at(
            entry.node.place,
            message,
            "expected no `language`, or a feed with another id",
        );
    }
    filter.language = vec![language.clone()];
    feed(language.tag(), title, table, filter)
}

fn of_filter(
    id: &str,
    entry: &Entry,
    table: &Table,
    site: &Site,
    known: &Known<'_>,
    report: &mut Report,
) -> Feed {
    if table.entry("where").is_none() {
        let languages = || site.languages.iter().map(Language::tag);
        let message = format!("`{id}` is not a language of the site, and has no `where`");
        let expected = match site.languages.as_slice() {
            [] => "expected `where`; `where = {}` takes everything".to_owned(),
            _ => format!("expected `where`, or one of {}", listed(languages())),
        };
        report.at(
            entry.key,
            message,
            did_you_mean(&expected, nearest(id, languages())),
        );
    }
    let mut filter = filter(table.table("where"), known, report);
    if let (true, Some(only), 1) = (
        filter.language.is_empty(),
        known.languages.first(),
        known.languages.len(),
    ) {
        filter.language = vec![(*only).clone()];
    }
    feed(id, format!("{}: {id}", site.title), table, filter)
}

fn feed(id: &str, title: String, table: &Table, filter: Filter) -> Feed {
    Feed {
        id: FeedId(id.to_owned()),
        title: table.read("title", leaf::words).unwrap_or(title),
        description: table.read("description", leaf::words).unwrap_or_default(),
        filter,
        aliases: table
            .read_all("aliases", leaf::feed_id)
            .into_iter()
            .map(|(alias, _)| FeedId(alias))
            .collect(),
        group: None,
    }
}

fn filter(table: Option<&Table>, known: &Known<'_>, report: &mut Report) -> Filter {
    let Some(table) = table else {
        return Filter::default();
    };
    let needles = |key| {
        table
            .read_all(key, Needle::parse)
            .into_iter()
            .map(|(needle, _)| needle)
            .collect()
    };
    let words = |key| {
        table
            .read_all(key, leaf::words)
            .into_iter()
            .map(|(word, _)| word)
            .collect()
    };
    Filter {
        language: languages(table, "language", known, report),
        source: sources(table, "source", known, report),
        tag: tags(table, "tag", known, report),
        category: words("category"),
        text: needles("text"),
        sources_at_least: table.integer("sources_at_least").unwrap_or(0),
        not_language: languages(table, "not_language", known, report),
        not_source: sources(table, "not_source", known, report),
        not_tag: tags(table, "not_tag", known, report),
        not_category: words("not_category"),
        not_text: needles("not_text"),
    }
}

fn languages(table: &Table, key: &str, known: &Known<'_>, report: &mut Report) -> Vec<Language> {
    let mut found = Vec::new();
    for (language, place) in table.read_all(key, leaf::language) {
        if !known.languages.contains(&language) {
            unknown(
                "no source writes in",
                language.tag(),
                place,
                known.languages.iter().map(|known| known.tag()),
                report,
            );
        }
        found.push(language);
    }
    found
}

fn sources(table: &Table, key: &str, known: &Known<'_>, report: &mut Report) -> Vec<String> {
    let mut found = Vec::new();
    for (name, place) in table.read_all(key, leaf::words) {
        match known.sources.get(name.as_str()) {
            Some(ids) => found.extend(ids.iter().map(|id| (*id).to_owned())),
            None => unknown(
                "no source is called",
                &name,
                place,
                known.sources.keys().copied(),
                report,
            ),
        }
    }
    found
}

fn tags(table: &Table, key: &str, known: &Known<'_>, report: &mut Report) -> Vec<String> {
    let mut found = Vec::new();
    for (tag, place) in table.read_all(key, leaf::words) {
        if !known.tags.contains(tag.as_str()) {
            unknown(
                "no source has the tag",
                &tag,
                place,
                known.tags.iter().copied(),
                report,
            );
        }
        found.push(tag);
    }
    found
}

fn unknown<'a>(
    what: &str,
    word: &str,
    place: Place,
    known: impl Iterator<Item = &'a str> + Clone,
    report: &mut Report,
) {
    let meant = nearest(word, known.clone());
    let expected = match known.clone().count() {
        0 => "there is none yet".to_owned(),
        1 if meant.is_some() => String::new(),
        1 => format!("expected {}", listed(known)),
        2..=LISTED => format!("expected one of {}", listed(known)),
        _ => String::new(),
    };
    report.at(
        place,
        format!("{what} `{word}`"),
        did_you_mean(&expected, meant),
    );
}

/// Old names must not lead to two feeds.
fn aliases(feeds: &[(Feed, &Table)], report: &mut Report) {
    let ids: BTreeSet<&FeedId> = feeds.iter().map(|(feed, _)| &feed.id).collect();
    let mut taken: BTreeMap<FeedId, &FeedId> = BTreeMap::new();
    for (feed, table) in feeds {
        for (alias, place) in table.read_all("aliases", leaf::feed_id) {
            let alias = FeedId(alias);
            if ids.contains(&alias) {
                let message = format!("`{alias}` is the id of a feed");
                report.at(place, message, "expected an id that no feed has any more");
            } else if let Some(other) = taken.insert(alias.clone(), &feed.id) {
                let message = format!("`{alias}` is an alias of `{other}` already");
                report.at(place, message, "expected each alias once");
            }
        }
    }
}

/// Reports sources that no feed could ever show.
fn unpublished(site: &Site, sources: &[Declared], feeds: &[Feed], report: &mut Report) {
    let taken = |language: &Language| {
        site.languages.contains(language) || feeds.iter().any(|feed| feed.takes(language))
    };
    for declared in sources.iter().filter(|declared| declared.enabled) {
        for language in declared
            .source
            .languages
            .iter()
            .filter(|language| !taken(language))
        {
            let message = format!(
                "no feed takes what `{}` writes in `{language}`",
                declared.source.id
            );
            report.at(
                declared.place,
                message,
                format!("expected `{language}` in `site.languages`, or a feed that takes it"),
            );
        }
    }
}
