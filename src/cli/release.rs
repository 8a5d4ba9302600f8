//! `rassegna release`

use std::path::Path;

use chrono::Utc;
use clap::Args;

use super::out::say;
use super::{Exit, Place, await_daemon, block_on, failed, logging, once};
use crate::daemon::{Engine, StartFailure, data_folder};
use crate::model::SourceId;
use crate::store::{Access, Store, StoreError, Wish};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// The source whose items are held
    #[arg(value_name = "SOURCE")]
    source: String,
}

/// Publishes what is held of a source; beside a running daemon, asks it to do so.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = options.place.config.load()?;
    let data = data_folder(options.place.data.as_deref());
    let wanted = once::wanted(&config, Some(&options.source))?;
    let path = data.join(&config.store.path);
    block_on(async {
        // Where nothing was ever read, nothing is made.
        if !path.exists() {
            return Err(failed(StoreError::Missing(path)));
        }
        let released = match Engine::start(config.clone(), &data) {
            Ok(engine) => release(engine, &wanted).await?,
            Err(StartFailure::Store(StoreError::Locked { .. })) => ask(&path, &wanted).await?,
            Err(error) => return Err(failed(error)),
        };
        for (id, count) in released {
            match count {
                0 => say!("{id}: nothing is held"),
                1 => say!("{id}: 1 item that was held is published"),
                several => say!("{id}: {several} items that were held are published"),
            }
        }
        Ok(())
    })
}

/// Releases and publishes; gives how much it was of each source.
async fn release(engine: Engine, wanted: &[SourceId]) -> Result<Vec<(SourceId, usize)>, Exit> {
    engine.prepare().await.map_err(failed)?;
    let mut released = Vec::new();
    for id in wanted {
        let count = engine.store.release(id, Utc::now()).await.map_err(failed)?;
        released.push((id.clone(), count));
    }
    if released.iter().any(|(_, count)| *count > 0) {
        engine.publish_files().await.map_err(failed)?;
    }
    engine.store.close().await;
    Ok(released)
}

/// Has the daemon do it; gives how much is held of each source.
async fn ask(path: &Path, wanted: &[SourceId]) -> Result<Vec<(SourceId, usize)>, Exit> {
    let store = Store::open(path, Access::Ask).map_err(failed)?;
    let (mut held, mut requests) = (Vec::new(), Vec::new());
    for id in wanted {
        let state = store.source(id).await.map_err(failed)?.unwrap_or_default();
        if state.withheld > 0 {
            let request = store.ask_for(Some(id), Wish::Release, Utc::now());
            requests.push(request.await.map_err(failed)?);
        }
        held.push((
            id.clone(),
            usize::try_from(state.withheld).unwrap_or_default(),
        ));
    }
    await_daemon(&store, requests).await?;
    Ok(held)
}
