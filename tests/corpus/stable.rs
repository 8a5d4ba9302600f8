//! The same answers at the same times make the same files, whatever database they come to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rassegna::config::{Config, Follow, Source};
use rassegna::dedup::health::{Picture, Trust};
use rassegna::model::{Key, Page, Validators};
use rassegna::pipeline;
use rassegna::publish::Folder;
use rassegna::serve::Shelf;
use rassegna::store::{Access, Fetched, Outcome, Poll, Store};

/// What was answered: for which source, when, and what.
pub(crate) type Answer = (Source, DateTime<Utc>, Vec<u8>);

/// Every published file, by its path, after these answers came to a fresh database one after the other.
pub(crate) fn published(config: &Arc<Config>, answers: &[Answer]) -> BTreeMap<PathBuf, Vec<u8>> {
    let place = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(&place.path().join("rassegna.db"), Access::Write).unwrap();
        store.register(&config.sources).await.unwrap();
        let folder = Folder::open(&place.path().join("feeds")).unwrap();
        let shelf = Shelf::default();
        for (source, at, body) in answers {
            if let Some(poll) = poll(source, *at, body) {
                let next = *at + TimeDelta::days(1);
                store.record(poll, move |_| next).await.unwrap();
            }
            pipeline::publish(&store, config, &folder, &shelf)
                .await
                .unwrap();
        }
    });
    let mut files = BTreeMap::new();
    gather(&place.path().join("feeds"), Path::new(""), &mut files);
    files
}

/// A poll that was answered so; nothing where there is no news in it.
fn poll(source: &Source, at: DateTime<Utc>, body: &[u8]) -> Option<Poll> {
    let page = Page {
        url: source.url.clone(),
        content_type: None,
        body: body.to_vec(),
        validators: Validators::default(),
        fetched_at: at,
        fresh_until: None,
        moved: None,
        links: None,
    };
    let reading = pipeline::read(source, source.kind, &page, at).ok()?;
    let fetched = Fetched {
        kind: reading.extracted.kind,
        feed_url: None,
        told: rassegna::store::Told::default(),
        body: Key::of(&[&String::from_utf8_lossy(body)]),
        items: reading.normalized.items,
        picture: Picture::default(),
        mended: false,
        roll: Vec::new(),
        trust: Trust::Usual,
        rates: Vec::new(),
        warnings: Vec::new(),
        partial: reading.extracted.partial,
        unread: false,
        pace: reading.extracted.pace,
        follow: Follow::Never,
        asked: Vec::new(),
    };
    Some(Poll {
        kept: None,
        source: source.id.clone(),
        rules: source.rules,
        timezone: source.timezone,
        at,
        outcome: Outcome::Read(Box::new(fetched)),
        pauses: Vec::new(),
        news_since: None,
    })
}

fn gather(root: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let name = below.join(entry.unwrap().file_name());
        let path = root.join(&name);
        if path.is_dir() {
            gather(root, &name, files);
        } else if !name.ends_with(".changed") {
            files.insert(name, fs::read(path).unwrap());
        }
    }
}

/// The files in which two runs differ.
pub(crate) fn differing<'a>(
    one: &'a BTreeMap<PathBuf, Vec<u8>>,
    other: &'a BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<&'a Path> {
    let names = one.keys().chain(other.keys());
    let mut differing: Vec<&Path> = names
        .filter(|name| one.get(*name) != other.get(*name))
        .map(PathBuf::as_path)
        .collect();
    differing.dedup();
    differing
}
