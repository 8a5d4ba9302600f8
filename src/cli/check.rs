//! `rassegna check` and `rassegna schema`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::out::{count, say};
use super::{ConfigFile, Exit};
use crate::config::{self, Config};
use crate::model::SourceId;
use crate::normalize::url::identity;

/// Checks the configuration: `ok`, or everything that is wrong with it.
pub(super) fn run(file: &ConfigFile) -> Result<(), Exit> {
    let config = file.load()?;
    for warning in warnings(&config) {
        say!(err, "warning: {warning}");
    }
    say!(
        "ok: {}, {}",
        count(config.sources.len(), "source"),
        count(config.feeds.len(), "feed")
    );
    Ok(())
}

/// What is allowed and may not be meant.
fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = config.notes.clone();
    if config.sources.is_empty() {
        warnings.push("no source is enabled, so nothing is polled".to_owned());
    }
    let mut known: BTreeMap<String, &SourceId> = BTreeMap::new();
    // What is asked for with POST is told by its body.
    for source in config.sources.iter().filter(|source| source.post.is_none()) {
        match known.entry(identity(&source.url)) {
            Entry::Vacant(place) => drop(place.insert(&source.id)),
            Entry::Occupied(first) => warnings.push(format!(
                "`{}` has the address of `{}`, which is asked twice then",
                source.id,
                first.get()
            )),
        }
    }
    warnings
}

/// Prints the JSON Schema of the configuration.
pub(super) fn schema() -> Result<(), Exit> {
    say!("{:#}", config::schema());
    Ok(())
}
