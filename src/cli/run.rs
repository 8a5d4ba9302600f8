//! `rassegna run`

use super::out::say;
use super::signals::System;
use super::{Exit, Place, block_on, failed, logging};
use crate::daemon;

/// Runs the daemon until a signal ends it.
pub(super) fn run(place: &Place) -> Result<(), Exit> {
    logging::start("info");
    let config = place.config.load()?;
    let data = daemon::data_folder(place.data.as_deref());
    block_on(async {
        let signals = System::listen().map_err(|error| {
            say!(err, "error: the system gives no signals: {error}");
            Exit::Store
        })?;
        daemon::run(config, &data, signals).await.map_err(failed)
    })
}
