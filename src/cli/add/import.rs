//! `rassegna add --opml`: the subscriptions of another reader become sources.

use std::collections::BTreeMap;
use std::path::Path;

use super::entry::Entry;
use super::opml::{self, Subscription};
use super::{Desk, compiled, names, refused, say, tags, usage};
use crate::cli::Exit;
use crate::language::Language;
use crate::normalize::url::identity;

pub(super) fn run(desk: &Desk<'_>, file: &Path) -> Result<(), Exit> {
    let name = file.display().to_string();
    let body =
        std::fs::read(file).map_err(|error| usage(&format!("{name} cannot be read: {error}")))?;
    let read = opml::read(&body);
    for broken in &read.broken {
        say!(err, "left out: {broken}");
    }
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let all = desk.config.sources.iter().chain(&desk.config.idle);
    known.extend(all.map(|source| {
        (
            identity(&source.url),
            format!("the source `{}` has it already", source.id),
        )
    }));
    let mut taken = desk.taken.clone();
    let mut text = format!(
        "# Subscriptions of {}.\n",
        file.file_name().unwrap_or_default().to_string_lossy()
    );
    let (mut ids, mut failed, mut skipped) = (Vec::new(), read.broken.len(), 0_usize);
    for feed in &read.feeds {
        let called = feed.title.as_deref().unwrap_or(feed.url.as_str());
        if let Some(why) = known.get(&identity(&feed.url)) {
            say!(err, "skipped: {called}: {why}");
            skipped += 1;
            continue;
        }
        let id = names::id_of_title(feed.title.as_deref(), &feed.url, &taken);
        let entry = entry(desk, feed, id);
        let languages = entry.languages.iter();
        let untaken = languages
            .filter_map(|tag| Language::parse(tag))
            .find(|language| !desk.config.takes(language));
        if let Some(language) = untaken {
            failed += 1;
            say!(
                err,
                "left out: {called}: no feed takes `{language}` (add it to `site.languages`)"
            );
            continue;
        }
        // What is wrong with the options is wrong with each.
        if compiled(&entry, desk).is_err() {
            failed += 1;
            say!(err, "left out: {called}");
            continue;
        }
        known.insert(identity(&feed.url), format!("it is in {name} twice"));
        taken.insert(entry.id.clone());
        text.push('\n');
        text.push_str(&entry.toml());
        ids.push(entry.id);
    }
    if ids.is_empty() {
        return match (skipped, failed) {
            (0, 0) => Err(refused(
                &name,
                "it names no feed (an `outline` with `xmlUrl`); is it OPML?",
            )),
            (_, 0) => {
                say!("nothing new: every feed of {name} is a source already");
                Ok(())
            }
            _ => Err(refused(&name, "nothing was added")),
        };
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = match names::slug(&stem).as_deref() {
        None | Some("opml") => "opml".to_owned(),
        Some(stem) => format!("opml-{}", stem.trim_start_matches("opml-")),
    };
    desk.put(&name, &text, &ids)?;
    if failed > 0 {
        Err(Exit::Failed)
    } else {
        Ok(())
    }
}

fn entry(desk: &Desk<'_>, feed: &Subscription, id: String) -> Entry {
    let mut labels = desk.options.tags.clone();
    let mut lost = Vec::new();
    for folder in &feed.folders {
        match names::slug(folder) {
            Some(tag) if labels.contains(&tag) => {}
            Some(tag) => labels.push(tag),
            None => lost.push(folder.as_str()),
        }
    }
    let mut notes = Vec::new();
    if !lost.is_empty() {
        notes.push(format!(
            "In {}, whose letters can't stand in a tag.",
            lost.join(", ")
        ));
    }
    let languages = match &feed.language {
        Some(language) => std::slice::from_ref(language),
        None => &desk.options.language,
    };
    Entry {
        notes,
        id,
        title: feed.title.clone(),
        url: feed.url.to_string(),
        languages: tags(languages),
        tags: labels,
        ..Entry::default()
    }
}
