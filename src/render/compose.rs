//! Stories → one feed document: who leads, what is shown of it, and when the whole was last changed.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use url::Url;
use uuid::Uuid;

use super::{Entry, FeedDocument, FeedLink, FeedSummary, History, Sister, SiteDocument, Telling};
use crate::config::{Content, Feed, Publish, Site};
use crate::dedup::NAMESPACE;
use crate::extract::text::{has_markup, plain};
use crate::model::{Precision, Story, Told, Translation};
use crate::normalize::teaser;
use crate::normalize::url::anchored;

/// Composes a feed from its stories. `content` says what each source's entries carry; `site_id` is the permanent
/// name of the site, of which the feed's id is made (RFC 9562 UUIDv5).
#[must_use]
pub fn compose(
    feed: &Feed,
    site: &Site,
    publish: &Publish,
    site_id: &str,
    content: impl Fn(&str) -> Content,
    history: History,
    stories: &[Story],
) -> FeedDocument {
    let mut entries: Vec<Entry> = stories
        .iter()
        .filter_map(|story| entry(story, &content))
        .collect();
    entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    set_apart(&mut entries);
    let epoch = DateTime::<Utc>::UNIX_EPOCH.with_timezone(&site.timezone);
    let updated = entries
        .iter()
        .map(|entry| entry.updated.with_timezone(&site.timezone))
        .max()
        .unwrap_or(epoch);
    FeedDocument {
        name: feed.id.0.clone(),
        id: Uuid::new_v5(
            &NAMESPACE,
            format!("feed\0{site_id}\0{}", feed.id).as_bytes(),
        ),
        title: unmarked(&feed.title),
        description: unmarked(&feed.description),
        language: feed.language().cloned(),
        site: site.url.to_string(),
        site_title: unmarked(&site.title),
        updated,
        index: publish.index,
        formats: publish.formats.clone(),
        hub: publish.hub.as_ref().map(Url::to_string),
        history,
        entries,
    }
}

/// A name as somebody configured it, without tags: readers disagree on whether a title is HTML. News have none in
/// theirs by now.
fn unmarked(name: &str) -> String {
    if has_markup(name) {
        plain(name)
    } else {
        name.to_owned()
    }
}

fn entry(story: &Story, content: &impl Fn(&str) -> Content) -> Option<Entry> {
    let tellings = ranked(&story.tellings);
    let lead = *tellings.first()?;
    let full = content(&lead.source.0) == Content::Full;
    let summary = teaser(&lead.summary, &lead.html);
    let authors = if lead.authors.is_empty() {
        vec![unmarked(&lead.source_title)]
    } else {
        lead.authors.clone()
    };
    let published = plausible(story.published);
    Some(Entry {
        id: story.entry,
        link: lead
            .url
            .clone()
            .or_else(|| place_on(&lead.source_url, &lead.title)),
        title: lead.title.clone(),
        summary,
        content: if full {
            lead.html.clone()
        } else {
            String::new()
        },
        authors,
        categories: lead.categories.clone(),
        image: lead.image.clone(),
        enclosures: lead.enclosures.clone(),
        language: story.language.clone(),
        rights: lead.rights.clone(),
        published,
        day_only: story.precision == Precision::Day,
        updated: story
            .updated
            .with_timezone(&published.timezone())
            .max(published),
        sources: tellings
            .into_iter()
            .map(|told| telling(told, story.updated.max(published.to_utc())))
            .collect(),
        translations: story.translations.iter().filter_map(sister).collect(),
    })
}

/// The time, but none before 1990, when there was no Web: it is a clock at its beginning, and readers and validators
/// take it for a mistake.
fn plausible(at: DateTime<Tz>) -> DateTime<Tz> {
    let first = Utc.with_ymd_and_hms(1990, 1, 1, 12, 0, 0).earliest();
    first.map_or(at, |first| at.max(first.with_timezone(&at.timezone())))
}

/// Gives each entry an instant of change of its own, as feed validators ask: below the second, which is as exactly as
/// anything is known, it is made of the entry's id, so that it stays when other entries come and go.
fn set_apart(entries: &mut [Entry]) {
    let mut taken = HashSet::new();
    for entry in entries {
        let own = (entry.id.as_u128() % 1_000_000) as u32;
        let whole = entry.updated.with_nanosecond(0).unwrap_or(entry.updated);
        entry.updated = whole + TimeDelta::microseconds(own.into());
        while !taken.insert(entry.updated) {
            entry.updated += TimeDelta::microseconds(1);
        }
    }
}

/// The tellings of a story, the leading one first: that of the source of the highest priority, of those the most
/// complete, of those the first.
fn ranked(tellings: &[Told]) -> Vec<&Told> {
    let mut ranked: Vec<&Told> = tellings.iter().collect();
    if ranked.len() > 1 {
        // A stable sort: of equals the first teller leads.
        ranked.sort_by_cached_key(|told| Reverse((told.priority, completeness(told))));
    }
    ranked
}

/// How much a telling has: an address, a text, a lead image. The text counts in powers of two, so that an edit of some
/// words makes nobody else lead.
fn completeness(told: &Told) -> (bool, Option<u32>, bool) {
    let text = plain(&told.html).len().max(told.summary.len());
    (
        told.url.is_some(),
        text.checked_ilog2(),
        told.image.is_some(),
    )
}

/// The leading telling of a story in another language, if it has an address.
fn sister(translation: &Translation) -> Option<Sister> {
    let lead = *ranked(&translation.tellings).first()?;
    Some(Sister {
        id: translation.entry,
        language: translation.language.clone(),
        title: lead.title.clone(),
        link: lead.url.clone()?,
    })
}

/// Where an item without an address of its own stands: its words on the page that was read.
fn place_on(page: &str, title: &str) -> Option<String> {
    let page = Url::parse(page)
        .ok()
        .filter(|page| matches!(page.scheme(), "http" | "https"))?;
    Some(anchored(&page, title).into())
}

fn telling(told: &Told, updated: DateTime<Utc>) -> Telling {
    Telling {
        id: told.source.0.clone(),
        title: unmarked(&told.source_title),
        url: told.source_url.clone(),
        link: told.url.clone(),
        updated,
    }
}

/// The feeds as their pages link to each other.
#[must_use]
pub fn links(feeds: &[Feed]) -> Vec<FeedLink> {
    let link = |feed: &Feed| FeedLink {
        name: feed.id.0.clone(),
        title: unmarked(&feed.title),
        language: feed.language().cloned(),
    };
    // The feeds of single sources and tags may be very many.
    let main = feeds.iter().filter(|feed| feed.group.is_none());
    main.map(link).collect()
}

/// The index of all feeds.
#[must_use]
pub fn site(
    site: &Site,
    publish: &Publish,
    feeds: &[Feed],
    documents: &[FeedDocument],
) -> SiteDocument {
    let summary = |(feed, document): (&Feed, &FeedDocument)| FeedSummary {
        group: feed.group,
        name: document.name.clone(),
        title: document.title.clone(),
        description: document.description.clone(),
        language: document.language.clone(),
        entries: document.entries.len(),
        updated: (!document.entries.is_empty()).then_some(document.updated),
    };
    SiteDocument {
        title: unmarked(&site.title),
        url: site.url.to_string(),
        index: publish.index,
        language: site.languages.first().cloned(),
        formats: publish.formats.clone(),
        feeds: feeds.iter().zip(documents).map(summary).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::model::SourceId;
    use crate::normalize::TEASER;

    fn told(source: &str, priority: i64, title: &str) -> Told {
        Told {
            source: SourceId(source.into()),
            source_title: format!("Fonte {source}"),
            source_url: "https://agenzia.example/notizie/".into(),
            priority,
            url: None,
            title: title.into(),
            summary: String::new(),
            html: format!("<p>{}</p>", "parola ".repeat(100)),
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
            rights: None,
        }
    }

    fn story(tellings: Vec<Told>) -> Story {
        let at = Tz::Europe__Rome
            .with_ymd_and_hms(2025, 9, 9, 12, 0, 0)
            .unwrap();
        Story {
            entry: Uuid::nil(),
            language: Language::parse("it").unwrap(),
            published: at,
            precision: Precision::Day,
            updated: at.to_utc(),
            tellings,
            translations: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_older_than_the_web() {
        let at = |year| {
            let mut story = story(vec![told("a", 0, "Uno")]);
            story.published = Tz::Europe__Rome
                .with_ymd_and_hms(year, 7, 20, 22, 17, 40)
                .unwrap();
            story.updated = story.published.to_utc();
            entry(&story, &|_| Content::Summary).unwrap()
        };
        assert_eq!(
            at(1969).published.to_utc().to_rfc3339(),
            "1990-01-01T12:00:00+00:00"
        );
        assert_eq!(at(1969).updated, at(1969).published);
        assert_eq!(at(1969).sources[0].updated, at(1969).published.to_utc());
        assert_eq!(
            at(1990).published.to_utc().to_rfc3339(),
            "1990-07-20T20:17:40+00:00"
        );
    }

    #[test]
    fn no_two_entries_have_changed_at_the_same_instant_and_others_move_none() {
        let at = Utc.with_ymd_and_hms(2025, 9, 9, 10, 0, 0).unwrap();
        let with = |ids: &[u128]| -> Vec<DateTime<Tz>> {
            let one = entry(&story(vec![told("a", 0, "Uno")]), &|_| Content::Summary).unwrap();
            let entries = ids.iter().map(|id| Entry {
                id: Uuid::from_u128(*id),
                ..one.clone()
            });
            let mut entries: Vec<Entry> = entries.collect();
            set_apart(&mut entries);
            entries.iter().map(|entry| entry.updated).collect()
        };
        let few = with(&[7, 9]);
        assert_eq!(few[1].to_utc(), at + TimeDelta::microseconds(9));
        assert_eq!(with(&[5, 7, 8, 9])[3], few[1]);
        let many: HashSet<_> = with(&[3, 1_000_003, 4]).into_iter().collect();
        assert_eq!(many.len(), 3);
    }

    #[test]
    fn of_equal_sources_the_most_complete_leads_then_the_first() {
        let titles = |story: &Story| {
            let ranked = ranked(&story.tellings);
            ranked
                .iter()
                .map(|told| told.title.clone())
                .collect::<Vec<_>>()
        };
        let full = told("b", 0, "Tutto");
        let brief = Told {
            html: String::new(),
            summary: "In breve.".into(),
            ..told("a", 0, "In breve")
        };
        let edited = Told {
            html: full.html.replace("</p>", " e altro</p>"),
            ..told("c", 0, "Tutto, più due parole")
        };
        let illustrated = Told {
            image: Some("https://d.example/i.jpg".into()),
            ..told("d", 0, "Con foto")
        };
        let preferred = Told {
            priority: 1,
            ..brief.clone()
        };
        let story = story(vec![
            brief.clone(),
            full.clone(),
            edited,
            illustrated,
            preferred,
        ]);
        assert_eq!(
            titles(&story),
            [
                "In breve",
                "Con foto",
                "Tutto",
                "Tutto, più due parole",
                "In breve"
            ]
        );
    }

    #[test]
    fn a_translation_is_linked_where_its_leading_source_tells_it() {
        let version = |language: &str, tellings: Vec<Told>| Translation {
            entry: Uuid::from_u128(7),
            language: Language::parse(language).unwrap(),
            tellings,
        };
        let at = |source: &str, priority| Told {
            url: Some(format!("https://{source}.example/one")),
            ..told(source, priority, "One")
        };
        let mut story = story(vec![told("a", 0, "Uno")]);
        story.translations = vec![
            version("de", vec![told("d", 0, "Ohne Adresse")]),
            version("en", vec![at("b", 0), at("c", 5)]),
        ];
        let entry = entry(&story, &|_| Content::Summary).unwrap();
        let links: Vec<&str> = entry
            .translations
            .iter()
            .map(|sister| sister.link.as_str())
            .collect();
        assert_eq!(links, ["https://c.example/one"]);
    }

    #[test]
    fn the_source_of_the_higher_priority_leads_and_the_others_are_named() {
        let story = story(vec![
            told("a", 0, "Uno"),
            told("b", 5, "Uno, detto meglio"),
            told("c", 5, "Altro"),
        ]);
        let entry = entry(&story, &|_| Content::Summary).unwrap();
        assert_eq!(entry.title, "Uno, detto meglio");
        let sources: Vec<&str> = entry
            .sources
            .iter()
            .map(|source| source.id.as_str())
            .collect();
        assert_eq!(sources, ["b", "c", "a"]);
    }

    #[test]
    fn what_a_source_leaves_out_is_made_up_for() {
        let entry = entry(&story(vec![told("a", 0, "Prima luce")]), &|_| {
            Content::Summary
        })
        .unwrap();
        assert_eq!(entry.authors, ["Fonte a"]);
        assert!(
            entry.summary.ends_with('…') && entry.summary.chars().count() <= TEASER + 1,
            "{}",
            entry.summary
        );
        assert_eq!(
            entry.link.as_deref(),
            Some("https://agenzia.example/notizie/#:~:text=Prima%20luce")
        );
        assert!(entry.content.is_empty());
    }

    #[test]
    fn full_content_is_published_only_where_it_is_asked_for() {
        let story = story(vec![told("a", 0, "Uno")]);
        let full = entry(&story, &|source| {
            if source == "a" {
                Content::Full
            } else {
                Content::Summary
            }
        })
        .unwrap();
        assert!(full.content.starts_with("<p>parola"));
    }
}
