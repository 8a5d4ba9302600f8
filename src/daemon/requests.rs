//! What other commands ask of the daemon.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Utc;
use tokio::time::Instant;

use super::Daemon;
use crate::config::Source;
use crate::model::SourceId;
use crate::store::{Aim, Request, StoreError, Wish};

impl Daemon {
    /// Takes what other commands asked for, and answers what is done and published.
    pub(super) async fn take_requests(&mut self) -> Result<(), StoreError> {
        for request in self.engine.store.take_requests(Utc::now()).await? {
            let wanted = match &request.wish {
                Wish::Poll => self.poll_for(&request).await?,
                Wish::Replay { .. } => self.replay_for(&request).await?,
                Wish::Release => self.release_for(&request).await?,
                Wish::Withdraw(aim) => self.withdraw_for(&request, aim.clone()).await?,
            };
            self.requests.push((request, wanted));
        }
        self.start_replays();
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

    /// Polls what is asked for; gives what is to be waited for.
    async fn poll_for(&mut self, request: &Request) -> Result<BTreeSet<SourceId>, StoreError> {
        let meant = |id: &SourceId| request.source.as_ref().is_none_or(|one| one == id);
        let all = self.engine.config.sources.iter().map(|source| &source.id);
        let mut wanted: BTreeSet<SourceId> = all.filter(|id| meant(id)).cloned().collect();
        if wanted.iter().any(|id| !self.due.contains_key(id)) {
            // What was held may have been accepted.
            self.schedule().await?;
        }
        wanted.retain(|id| self.due.contains_key(id));
        self.start(&wanted);
        Ok(wanted)
    }

    /// Puts a replay in line, or answers why there is none.
    async fn replay_for(&mut self, request: &Request) -> Result<BTreeSet<SourceId>, StoreError> {
        let rules = |source: &Source| matches!(request.wish, Wish::Replay { rules, .. } if rules == source.rules);
        let source = request.source.as_ref().and_then(|id| self.configured(id));
        let trouble = match source {
            Some(source) if !rules(source) => {
                "the daemon runs under other rules for it; make it read the configuration again (SIGHUP)"
            }
            Some(source) if !self.due.contains_key(&source.id) => "it is held: see `rassegna plan`",
            Some(source) => {
                let wanted = BTreeSet::from([source.id.clone()]);
                self.replays.push(request.clone());
                return Ok(wanted);
            }
            None => "the daemon does not poll it; make it read the configuration again (SIGHUP)",
        };
        let store = &self.engine.store;
        store
            .refuse_request(request.number, trouble.to_owned())
            .await?;
        Ok(BTreeSet::new())
    }

    /// Lets out what is held of a source; the request is answered when that is published.
    async fn release_for(&mut self, request: &Request) -> Result<BTreeSet<SourceId>, StoreError> {
        if let Some(source) = &request.source {
            let released = self.engine.store.release(source, Utc::now()).await?;
            tracing::info!(source.id = %source, released, "{source}: {released} items that were held are published");
            self.changed.get_or_insert_with(Instant::now);
        }
        Ok(BTreeSet::new())
    }

    /// Withdraws; the request is answered when the feeds are without it.
    async fn withdraw_for(
        &mut self,
        request: &Request,
        aim: Aim,
    ) -> Result<BTreeSet<SourceId>, StoreError> {
        let store = &self.engine.store;
        let withdrawn = store
            .withdraw_as_asked(request.number, aim, Utc::now())
            .await?;
        let (entries, tellings) = (withdrawn.entries, withdrawn.tellings);
        tracing::info!(
            entries,
            tellings,
            "withdrawn: {entries} entries, {tellings} tellings"
        );
        self.changed.get_or_insert_with(Instant::now);
        Ok(BTreeSet::new())
    }

    fn configured(&self, id: &SourceId) -> Option<&Arc<Source>> {
        let mut sources = self.engine.config.sources.iter();
        sources.find(|source| source.id == *id)
    }

    /// Starts the replays whose source is not being polled.
    fn start_replays(&mut self) {
        for request in std::mem::take(&mut self.replays) {
            let Some(id) = &request.source else { continue };
            if self.polling.contains_key(id) {
                self.replays.push(request);
                continue;
            }
            let (Wish::Replay { since, .. }, Some(source)) = (request.wish, self.configured(id))
            else {
                // It went with a reload.
                for (_, waiting) in &mut self.requests {
                    waiting.remove(id);
                }
                continue;
            };
            let task = self.polls.spawn(self.engine.replay(source, since));
            self.polling.insert(id.clone(), task.id());
        }
    }
}
