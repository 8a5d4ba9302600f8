//! What other commands ask of the daemon.

use std::collections::BTreeSet;

use chrono::Utc;
use tokio::time::Instant;

use super::Daemon;
use crate::model::SourceId;
use crate::store::StoreError;

impl Daemon {
    /// Takes what other commands asked for, and answers what is done and published.
    pub(super) async fn take_requests(&mut self) -> Result<(), StoreError> {
        for mut request in self.engine.store.take_requests(Utc::now()).await? {
            if let Some(source) = request.source.as_ref().filter(|_| request.release) {
                let released = self.engine.store.release(source, Utc::now()).await?;
                tracing::info!(source.id = %source, released, "{source}: {released} items that were held are published");
                self.changed = Some(Instant::now());
                self.requests.push((request, BTreeSet::new()));
                continue;
            }
            if let Some(aim) = request.withdraw.take() {
                let store = &self.engine.store;
                let withdrawn = store
                    .withdraw_as_asked(request.number, aim, Utc::now())
                    .await?;
                tracing::info!(
                    entries = withdrawn.entries,
                    tellings = withdrawn.tellings,
                    "withdrawn: {} entries, {} tellings",
                    withdrawn.entries,
                    withdrawn.tellings
                );
                // It is answered when the feeds are without it.
                self.changed.get_or_insert_with(Instant::now);
                self.requests.push((request, BTreeSet::new()));
                continue;
            }
            let all = self
                .engine
                .config
                .sources
                .iter()
                .map(|source| source.id.clone());
            let wanted: BTreeSet<SourceId> = all
                .filter(|id| request.source.as_ref().is_none_or(|one| one == id))
                .collect();
            self.start(&wanted);
            self.requests.push((request, wanted));
        }
        if self.changed.is_none() && self.publishing.is_empty() {
            let (done, waiting) = std::mem::take(&mut self.requests)
                .into_iter()
                .partition::<Vec<_>, _>(|(_, waiting)| waiting.is_empty());
            self.requests = waiting;
            for (request, _) in done {
                self.engine
                    .store
                    .finish_request(request.number, Utc::now())
                    .await?;
            }
        }
        Ok(())
    }
}
