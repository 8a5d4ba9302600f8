//! `rassegna check` and `rassegna schema`

use super::out::say;
use super::{ConfigFile, Exit};
use crate::config;

/// Checks the configuration: `ok`, or everything that is wrong with it.
pub(super) fn run(file: &ConfigFile) -> Result<(), Exit> {
    let config = file.load()?;
    say!(
        "ok: {} sources, {} feeds",
        config.sources.len(),
        config.feeds.len()
    );
    Ok(())
}

/// Prints the JSON Schema of the configuration.
pub(super) fn schema() -> Result<(), Exit> {
    say!("{:#}", config::schema());
    Ok(())
}
