//! Verifying: what is published is read back as a reader would, compared with the ledgers, and rendered anew.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;
use url::Url;

use super::{PublishFailure, documents};
use crate::config::Config;
use crate::extract::feed;
use crate::model::{FeedId, RawItem};
use crate::normalize::url::identity;
use crate::publish::Folder;
use crate::store::{Fault, Proof, Seen, Store, StoreError};

/// How deep files are looked for below the publish folder.
const DEPTH: usize = 4;
const PUBLISH: &str = "`rassegna once`, or a restart of `rassegna run`, writes it anew";

/// Why it can't be verified.
#[derive(Debug, Error)]
pub enum VerifyFailure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The publish folder or a file in it.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The documents.
    #[error(transparent)]
    Publish(#[from] PublishFailure),
}

/// Checks everything once, at one moment of the database. What is published while it looks makes faults that are none:
/// they are gone when it looks again.
///
/// # Errors
///
/// [`VerifyFailure`] where it can't be checked.
pub async fn verify(
    store: &Store,
    config: &Arc<Config>,
    root: &Path,
    now: DateTime<Utc>,
) -> Result<Proof, VerifyFailure> {
    // An entry is in its ledger before it is in a file, so the files are read first.
    let (seen, mut faults) = read_back(config, root)?;
    store.begin_snapshot().await?;
    let proved = store.prove(seen, now).await;
    let folder = Folder::compare_with(root);
    let rendered = documents(store, config, &folder, None).await;
    store.end_snapshot().await?;
    let mut proof = proved?;
    proof.faults.append(&mut faults);
    for file in rendered?.0.written {
        let what = if root.join(&file).exists() {
            format!("{file} is not what the database gives with this configuration")
        } else {
            format!("{file} is missing")
        };
        proof.faults.push(Fault {
            what,
            remedy: PUBLISH,
        });
    }
    proof.counts.insert("files", files(root)?.len() as u64);
    proof.faults.sort();
    Ok(proof)
}

/// The entries of all files that are feeds, and what is wrong with a file in itself.
fn read_back(config: &Config, root: &Path) -> Result<(Vec<Seen>, Vec<Fault>), VerifyFailure> {
    let mut feeds: BTreeMap<&str, &FeedId> = BTreeMap::new();
    for feed in &config.feeds {
        for name in std::iter::once(&feed.id).chain(&feed.aliases) {
            feeds.insert(&name.0, &feed.id);
        }
    }
    let (mut seen, mut faults) = (Vec::new(), Vec::new());
    for path in files(root)? {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if !matches!(ending, Some("xml" | "json")) {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|why| unreadable(&path, why))?;
        let name = path.strip_prefix(root).unwrap_or(&path);
        let file = name.to_string_lossy().into_owned();
        let feed = file.split('/').next().and_then(|name| feeds.get(name));
        if !feed::looks_like_feed(&bytes, None) {
            // Lists of feeds, style sheets and the like are compared as they are.
            continue;
        }
        let reading = match feed::read(&bytes, None, &config.site.url) {
            Ok(reading) => reading,
            Err(why) => {
                faults.push(Fault {
                    what: format!("{file} can't be read: {why}"),
                    remedy: PUBLISH,
                });
                continue;
            }
        };
        if reading.partial {
            faults.push(Fault {
                what: format!("{file} is cut short"),
                remedy: PUBLISH,
            });
        }
        let entries: Vec<Seen> = reading
            .items
            .iter()
            .map(|item| entry(item, &file, feed.map(|feed| (*feed).clone())))
            .collect();
        if feed.is_some() {
            faults.extend(repeated(&file, &entries));
        }
        seen.extend(entries);
    }
    Ok((seen, faults))
}

fn entry(item: &RawItem, file: &str, feed: Option<FeedId>) -> Seen {
    let date = item.published.first().and_then(|date| {
        let text = &date.text;
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_rfc2822(text))
            .ok()
    });
    Seen {
        file: file.to_owned(),
        feed,
        id: item.guid.clone().unwrap_or_default(),
        link: item.link.as_deref().and_then(|link| Url::parse(link).ok()),
        published: date.map(|date| date.to_utc()),
    }
}

/// No id and no address stands in a feed twice.
fn repeated(file: &str, entries: &[Seen]) -> Vec<Fault> {
    let (mut ids, mut links) = (HashSet::new(), HashSet::new());
    let mut faults = BTreeSet::new();
    for entry in entries {
        if !ids.insert(&entry.id) {
            faults.insert(format!("{file} has {} twice", entry.id));
        } else if let Some(link) = &entry.link
            && !links.insert(identity(link))
        {
            faults.insert(format!("{file} has {link} twice"));
        }
    }
    let fault = |what| Fault {
        what,
        remedy: PUBLISH,
    };
    faults.into_iter().map(fault).collect()
}

/// The files below the publish folder, in their order.
fn files(root: &Path) -> Result<Vec<PathBuf>, VerifyFailure> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|why| unreadable(&folder, why))? {
            let entry = entry.map_err(|why| unreadable(&folder, why))?;
            let kind = entry
                .file_type()
                .map_err(|why| unreadable(&entry.path(), why))?;
            if kind.is_dir() && depth < DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && !crate::publish::is_unfinished(&entry.file_name()) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path, why: io::Error) -> VerifyFailure {
    VerifyFailure::Unreadable {
        path: path.to_owned(),
        why,
    }
}
