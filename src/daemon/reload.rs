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
                    self.schedule().await?;
                    self.changed.get_or_insert_with(Instant::now);
                    self.health.set(Part::Configuration, None);
                    tracing::info!(
                        sources = self.engine.config.sources.len(),
                        "configuration read again"
                    );
                }
                Err(error) => self.keep_old(&error.to_string()),
            },
            Err(problems) => self.keep_old(&problems.to_string()),
        }
        notify::ready();
        Ok(())
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
