//! The hub is told beside everything else: it may be slow, or down.

use chrono::{TimeDelta, Utc};

use super::{Daemon, RETRY};
use crate::pipeline::Word;
use crate::store::StoreError;

impl Daemon {
    /// Tells the hub, apart from everything else, once something is due.
    pub(super) fn tell_if_due(&mut self) {
        if self.tell_at.is_some_and(|at| at <= Utc::now()) && self.telling.is_empty() {
            self.tell_at = None;
            self.telling.spawn(self.engine.tell());
        }
    }

    /// Takes what telling the hub came to.
    pub(super) fn told(&mut self, result: Result<Word, StoreError>) {
        let next = match result {
            Ok(word) => {
                if word.told > 0 {
                    tracing::info!(feeds = word.told, "the hub was told of {} feeds", word.told);
                }
                word.next
            }
            Err(error) => {
                self.not_recording(&error);
                TimeDelta::from_std(RETRY)
                    .ok()
                    .map(|retry| Utc::now() + retry)
            }
        };
        self.tell_at = [self.tell_at, next].into_iter().flatten().min();
    }
}
