//! SIGHUP: the configuration is read again.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Daemon, Failure, notify};
use crate::config;
use crate::serve::Part;

impl Daemon {
    /// Reads the configuration again. A broken one is reported, and the old one stays.
    pub(super) async fn reload(&mut self) -> Result<(), Failure> {
        notify::reloading();
        match config::load(&self.engine.config.file) {
            Ok(config) => match self.engine.with(config) {
                Ok(()) => {
                    self.shown.send_replace(Arc::clone(&self.engine.config));
                    self.changed.get_or_insert_with(Instant::now);
                    match self.schedule().await {
                        Ok(()) => {
                            self.health.set(Part::Configuration, None);
                            tracing::info!(
                                sources = self.engine.config.sources.len(),
                                "configuration read again"
                            );
                        }
                        // As on a full disk: the sources of before are gone on with until the next reload.
                        Err(error) if error.may_pass() => self.half_read(&error.to_string()),
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => self.keep_old(&error.to_string()),
            },
            Err(problems) => self.keep_old(&problems.in_a_line()),
        }
        notify::ready();
        Ok(())
    }

    fn half_read(&self, why: &str) {
        let text = format!(
            "the configuration was read again, but its sources could not be recorded, so that the old ones are polled: {why}; reload once more when that is mended"
        );
        tracing::error!("{text}");
        self.health.set(Part::Configuration, Some(text));
    }

    fn keep_old(&self, why: &str) {
        tracing::error!("the configuration was not read again, the old one stays: {why}");
        self.health.set(
            Part::Configuration,
            Some(format!(
                "the configuration on disk is broken, the old one is in use: {why}"
            )),
        );
    }
}
