//! `publish.by`: a feed for each source, and one for each tag.

use std::collections::BTreeSet;

use super::source::Declared;
use crate::config::{By, Feed, Filter, Site};
use crate::language::Language;
use crate::model::FeedId;

/// The feeds of single sources and tags that are wanted, of what is polled.
pub(super) fn feeds(by: &[By], site: &Site, declared: &[Declared]) -> Vec<Feed> {
    let polled: Vec<&Declared> = declared.iter().filter(|one| one.enabled).collect();
    by.iter()
        .flat_map(|by| match by {
            By::Source => of_sources(site, &polled),
            By::Tag => of_tags(site, &polled),
        })
        .collect()
}

fn of_sources(site: &Site, polled: &[&Declared]) -> Vec<Feed> {
    let title = |declared: &Declared| {
        let source = &declared.source;
        let alike = |other: &&&Declared| other.source.title == source.title;
        match source.languages.as_slice() {
            [language] if polled.iter().filter(alike).count() > 1 => {
                format!("{} ({})", source.title, language.name())
            }
            _ => source.title.clone(),
        }
    };
    let feed = |declared: &&Declared| Feed {
        id: FeedId(format!("source/{}", declared.source.id)),
        title: format!("{}: {}", site.title, title(declared)),
        description: String::new(),
        filter: Filter {
            language: only(declared.source.languages.iter().collect()),
            source: vec![declared.source.id.0.clone()],
            ..Filter::default()
        },
        aliases: Vec::new(),
        group: Some(By::Source),
    };
    polled.iter().map(feed).collect()
}

/// A tag is a name that stands in addresses as it is.
fn of_tags(site: &Site, polled: &[&Declared]) -> Vec<Feed> {
    let tags: BTreeSet<&String> = polled
        .iter()
        .flat_map(|declared| &declared.source.tags)
        .collect();
    let feed = |tag: &String| {
        let tagged = polled
            .iter()
            .filter(|declared| declared.source.tags.contains(tag));
        Feed {
            id: FeedId(format!("tag/{tag}")),
            title: format!("{}: {tag}", site.title),
            description: String::new(),
            filter: Filter {
                language: only(
                    tagged
                        .flat_map(|declared| &declared.source.languages)
                        .collect(),
                ),
                tag: vec![tag.clone()],
                ..Filter::default()
            },
            aliases: Vec::new(),
            group: Some(By::Tag),
        }
    };
    tags.into_iter().map(feed).collect()
}

/// The language, where it is one.
fn only(languages: BTreeSet<&Language>) -> Vec<Language> {
    match languages.len() {
        1 => languages.into_iter().cloned().collect(),
        _ => Vec::new(),
    }
}
