//! What polling and publishing need, opened once: shared by the daemon, a single cycle and the demo.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use super::{Shared, horizon};
use crate::config::{Config, Source};
use crate::fetch::{FetchError, Fetcher};
use crate::model::SourceId;
use crate::pipeline::{self, Apart, PublishFailure, Published, Word};
use crate::publish::{Folder, PublishError};
use crate::serve::{Counts, Shelf};
use crate::store::{Access, Recorded, Registration, Shown, SourceState, Store, StoreError};

/// Why it can't be started.
#[derive(Debug, Error)]
pub enum StartFailure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The publish folder.
    #[error(transparent)]
    Folder(#[from] PublishError),
    /// The client.
    #[error("cannot make requests: {0}")]
    Fetch(#[from] FetchError),
}

/// The opened parts.
pub struct Engine {
    /// What was configured.
    pub config: Shared,
    /// What is remembered.
    pub store: Store,
    /// What is served.
    pub shelf: Shelf,
    /// What was done since the start.
    pub counts: Counts,
    fetcher: Arc<Fetcher>,
    apart: Apart,
    folder: Folder,
    data: PathBuf,
}

impl Engine {
    /// Opens the store and the publish folder below `data`, and the client.
    ///
    /// # Errors
    ///
    /// [`StartFailure`]; nothing was changed then.
    pub fn start(config: Config, data: &Path) -> Result<Self, StartFailure> {
        let store = Store::open(&data.join(&config.store.path), Access::Write)?;
        Self::with_store(store, config, data)
    }

    /// The same with a store that is open already.
    ///
    /// # Errors
    ///
    /// [`StartFailure`]
    pub fn with_store(store: Store, config: Config, data: &Path) -> Result<Self, StartFailure> {
        let folder = Folder::open(&data.join(&config.publish.directory))?;
        let fetcher = Arc::new(fetcher(&config)?);
        Ok(Self {
            config: Arc::new(config),
            store,
            shelf: Shelf::default(),
            counts: Counts::default(),
            fetcher,
            apart: Apart::default(),
            folder,
            data: data.to_owned(),
        })
    }

    /// Goes on with another configuration; the database and the addresses stay what they were.
    ///
    /// # Errors
    ///
    /// [`StartFailure`]; the old configuration is in use then.
    pub(super) fn with(&mut self, mut config: Config) -> Result<(), StartFailure> {
        let (old, new) = (&self.config, &mut config);
        if old.store.path != new.store.path || old.serve != new.serve {
            tracing::warn!(
                "a change of `store.path` or of `[serve]` needs a restart; the old values stay until then"
            );
            new.store.path.clone_from(&old.store.path);
            new.serve = old.serve.clone();
        }
        // Opening clears unfinished files, so not while the same folder may be written to.
        let folder = if self.config.publish.directory == config.publish.directory {
            self.folder.clone()
        } else {
            Folder::open(&self.data.join(&config.publish.directory))?
        };
        // Open connections and turns at hosts are kept where they can be.
        if self.config.fetch != config.fetch || self.config.site.contact != config.site.contact {
            self.fetcher = Arc::new(fetcher(&config)?);
        }
        self.folder = folder;
        self.config = Arc::new(config);
        Ok(())
    }

    /// Makes the configured sources known to the store and gives their states; those whose changed rules would
    /// re-identify what is known are held instead. Leaves the hosts alone that asked for it before the last stop.
    ///
    /// # Errors
    ///
    /// [`StoreError`]
    pub async fn prepare(&self) -> Result<Vec<Registration>, StoreError> {
        let now = Utc::now();
        for (host, until) in self.store.waiting_hosts(now).await? {
            if let (Ok(host), Ok(wait)) = (Url::parse(&host), (until - now).to_std()) {
                self.fetcher.hold(&host, Instant::now() + wait);
            }
        }
        let held = self.objections().await?;
        if held.is_empty() {
            return self.store.register(&self.config.sources).await;
        }
        let free = |source: &&Arc<Source>| !held.contains_key(&source.id);
        let free: Vec<Arc<Source>> = self.config.sources.iter().filter(free).cloned().collect();
        let registered = self.store.register(&free).await?;
        let mut registered: BTreeMap<&SourceId, Registration> = free
            .iter()
            .map(|source| &source.id)
            .zip(registered)
            .collect();
        for (id, why) in &held {
            tracing::warn!(source.id = %id, "{id}: held: {why}; `rassegna plan {id}` shows it, `rassegna plan --accept {id}` accepts it");
        }
        self.store.hold(held.clone().into_iter().collect()).await?;
        let all = self.config.sources.iter().map(|source| {
            registered
                .remove(&source.id)
                .unwrap_or_else(|| Registration {
                    held: held.get(&source.id).cloned(),
                    ..Registration::default()
                })
        });
        Ok(all.collect())
    }

    /// The sources whose rules have changed in a way that nobody has accepted and that would publish known items again
    /// or lose them, and why.
    async fn objections(&self) -> Result<BTreeMap<SourceId, String>, StoreError> {
        let known = self.store.rules().await?;
        let changed = self.config.sources.iter().filter(|source| {
            known.get(&source.id).is_some_and(|(rules, accepted)| {
                *rules != source.rules && *accepted != Some(source.rules)
            })
        });
        let mut views = JoinSet::new();
        for source in changed.cloned() {
            let (apart, store) = (self.apart.clone(), self.store.clone());
            views.spawn(async move {
                let view = pipeline::view(&apart, &store, &source).await;
                (source.id.clone(), view)
            });
        }
        let mut objections = BTreeMap::new();
        while let Some(done) = views.join_next().await {
            let Ok((id, view)) = done else { continue };
            objections.extend(view?.objection().map(|why| (id, why)));
        }
        Ok(objections)
    }

    /// Reads again what a source answered since then, and records what was missed, as a task of its own.
    pub fn replay(
        &self,
        source: &Source,
        since: Option<DateTime<Utc>>,
    ) -> impl Future<Output = (SourceId, Result<Recorded, StoreError>)> + Send + use<> {
        let (apart, store, source) = (self.apart.clone(), self.store.clone(), source.clone());
        async move {
            let again = pipeline::read_again(&apart, &store, &source, since).await;
            let recorded = match again {
                Ok(again) => store.replay(again.replay, Utc::now()).await,
                Err(error) => Err(error),
            };
            (source.id, recorded)
        }
    }

    /// Polls one source, as a task of its own. `state` is what is remembered of it, where that was just looked up.
    pub fn poll(
        &self,
        source: &Arc<Source>,
        state: Option<SourceState>,
    ) -> impl Future<Output = (SourceId, Result<Recorded, StoreError>)> + Send + use<> {
        let (fetcher, apart) = (Arc::clone(&self.fetcher), self.apart.clone());
        let (store, source) = (self.store.clone(), Arc::clone(source));
        let (counts, limits) = (self.counts.clone(), self.config.store.bodies);
        let follow_removals = self.config.publish.follow_removals;
        async move {
            let (id, begun) = (source.id.clone(), Instant::now());
            let state = match state {
                Some(state) => Ok(Some(state)),
                None => store.source(&id).await,
            };
            let state = match state {
                Ok(state) => state.unwrap_or_default(),
                Err(error) => return (id, Err(error)),
            };
            let mut recorded =
                pipeline::poll(&fetcher, &apart, &store, &source, &state, limits).await;
            if let Ok(polled) = &mut recorded
                && follow_removals
            {
                match store.withdraw_removed(&id, Utc::now()).await {
                    Ok(withdrawn) => polled.withdrawn = withdrawn,
                    Err(error) => recorded = Err(error),
                }
            }
            counts.polled(recorded.as_ref().ok(), begun.elapsed());
            if let Ok(recorded) = &recorded {
                report(&id, recorded, &store).await;
            }
            (id, recorded)
        }
    }

    /// Publishes everything that changed, and serves it.
    pub fn publish(
        &self,
    ) -> impl Future<Output = Result<Published, PublishFailure>> + Send + use<> {
        let (config, store) = (Arc::clone(&self.config), self.store.clone());
        let (folder, shelf) = (self.folder.clone(), self.shelf.clone());
        let counts = self.counts.clone();
        async move {
            let begun = Instant::now();
            let result = pipeline::publish(&store, &config, &folder, &shelf).await;
            let done = result.as_ref().ok();
            let done = done.map(|published| (published.written.len(), &published.entries));
            counts.published(done, begun.elapsed(), Utc::now());
            result
        }
    }

    /// The same for a command that serves nothing and ends then.
    ///
    /// # Errors
    ///
    /// [`PublishFailure`]
    pub async fn publish_files(&self) -> Result<Published, PublishFailure> {
        pipeline::publish_files(&self.store, &self.config, &self.folder).await
    }

    /// Tells the hub what was published, where there is one.
    pub fn tell(&self) -> impl Future<Output = Result<Word, StoreError>> + Send + use<> {
        let (fetcher, store) = (Arc::clone(&self.fetcher), self.store.clone());
        let config = Arc::clone(&self.config);
        async move { pipeline::tell(&fetcher, &store, &config).await }
    }

    /// Drops what is older than `store.keep`; gives how many items went.
    ///
    /// # Errors
    ///
    /// [`StoreError`]
    pub async fn prune(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let feeds = self
            .config
            .feeds
            .iter()
            .map(|feed| feed.id.clone())
            .collect();
        let shown = Shown {
            entries: self.config.publish.entries,
            days: self.config.publish.days,
        };
        self.store
            .prune_bodies(self.config.store.bodies, now)
            .await?;
        self.store
            .prune(horizon(&self.config, now), feeds, shown)
            .await
    }
}

/// The client that a configuration asks for, which says in its name who answers for it.
///
/// # Errors
///
/// [`FetchError`] where the system gives none.
pub fn fetcher(config: &Config) -> Result<Fetcher, FetchError> {
    let contact = config
        .site
        .contact
        .as_deref()
        .map(|contact| format!(" ({contact})"))
        .unwrap_or_default();
    Fetcher::new(
        &config.fetch,
        &format!("rassegna/{}{contact}", env!("CARGO_PKG_VERSION")),
    )
}

/// One line on each poll, and another on what it decided about the source's address.
async fn report(id: &SourceId, recorded: &Recorded, store: &Store) {
    let next = recorded.next_run.format("%Y-%m-%d %H:%M UTC");
    let state = async || store.source(id).await.ok().flatten().unwrap_or_default();
    if recorded.failed {
        let error = state().await.error.unwrap_or_default();
        tracing::warn!(source.id = %id, "{id}: {error}; next try {next}");
    } else if recorded.degraded {
        let doubted = state().await.doubted;
        let reason = doubted.map(|doubted| doubted.reason).unwrap_or_default();
        tracing::warn!(source.id = %id, "{id}: degraded, for what it lists is not its news as far as can be told: {reason}; nothing was taken from that; next try {next}");
    } else if recorded.held {
        tracing::info!(source.id = %id, "{id}: not asked, for its host wants to be left alone until {next}");
    } else if recorded.stale {
        tracing::info!(source.id = %id, "{id}: its rules changed meanwhile; the answer is thrown away");
    } else if recorded.unchanged {
        tracing::debug!(source.id = %id, "{id}: unchanged");
    } else {
        let Recorded {
            listed,
            new,
            joined,
            edited,
            seen,
            waiting,
            withheld,
            ..
        } = recorded;
        tracing::info!(source.id = %id, listed, new, joined, edited, seen, waiting, withheld, "{id}: {listed} items, {new} new, {joined} joined, {edited} edited");
    }
    if recorded.withheld > 0 {
        let withheld = recorded.withheld;
        tracing::warn!(source.id = %id, withheld, "{id}: {withheld} new items at once are more than it ever had; they are held until later answers confirm them, or `rassegna release {id}` lets them out");
    }
    if recorded.withdrawn > 0 {
        let withdrawn = recorded.withdrawn;
        tracing::info!(source.id = %id, withdrawn, "{id}: {withdrawn} items withdrawn, for their source has removed them");
    }
    if recorded.paused {
        tracing::warn!(source.id = %id, "{id}: paused, for its server has said for more than a day that it is gone for good; what it gave stays. Give its new address, or disable it");
    }
    if recorded.adopted {
        let state = state().await;
        let host = state.feed_url.or(state.address);
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        tracing::warn!(source.id = %id, "{id}: moved for good, and is asked at its new address at {host} from now on; change its `url`");
    }
}

/// Where relative paths of the database and the publish folder begin: `--data`, else `$STATE_DIRECTORY`, else here.
#[must_use]
pub fn data_folder(given: Option<&Path>) -> PathBuf {
    let state =
        || std::env::var_os("STATE_DIRECTORY").and_then(|list| std::env::split_paths(&list).next());
    given
        .map(Path::to_owned)
        .or_else(state)
        .unwrap_or_else(|| PathBuf::from("."))
}
