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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::config::{By, load_text};

    #[test]
    fn each_polled_source_and_each_of_their_tags_has_a_feed() {
        let text = "site = { title = \"Prova\", languages = [\"it\", \"en\"] }\npublish.by = [\"tag\", \"source\"]\n\
             [source.asi]\ntitle = \"Agenzia\"\nurl = \"https://a.example/\"\nlanguage = \"it\"\ntags = [\"space\", \"agency\"]\n\
             [source.esa]\ntitle = \"Agency\"\nurls = { it = \"https://b.example/it\", en = \"https://b.example/en\" }\ntags = [\"space\"]\n\
             [source.idle]\nurl = \"https://c.example/\"\nlanguage = \"it\"\ntags = [\"idle\"]\nenabled = false\n";
        let config = load_text(text).unwrap();
        let feeds = config.feeds.iter().filter(|feed| feed.group.is_some());
        let feeds: Vec<_> = feeds
            .map(|feed| {
                let language = feed.language().map(ToString::to_string);
                (feed.id.0.as_str(), feed.title.as_str(), language)
            })
            .collect();
        let it = Some("it".to_owned());
        assert_eq!(
            feeds,
            [
                ("source/asi", "Prova: Agenzia", it.clone()),
                (
                    "source/esa.en",
                    "Prova: Agency (English)",
                    Some("en".to_owned())
                ),
                ("source/esa.it", "Prova: Agency (Italiano)", it.clone()),
                ("tag/agency", "Prova: agency", it),
                ("tag/space", "Prova: space", None),
            ]
        );
        let last = config.feeds.last().unwrap();
        assert_eq!(
            (last.group, &*last.filter.tag),
            (Some(By::Tag), &["space".to_owned()][..])
        );
        assert_eq!(config.feeds.len(), 7, "and the two languages");
    }

    #[test]
    fn a_hub_is_an_address_of_the_web() {
        let with = |hub: &str| {
            load_text(&format!(
                "publish.hub = \"{hub}\"\nsite.languages = [\"it\"]"
            ))
        };
        let config = with("https://hub.example/publish?x=1").unwrap();
        let hub = config.publish.hub.unwrap();
        assert_eq!(hub.as_str(), "https://hub.example/publish?x=1");
        for wrong in [
            "hub.example",
            "ftp://hub.example/",
            "https://hub.example/#x",
            "https://u:p@hub.example/",
        ] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }
}
