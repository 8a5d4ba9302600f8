//! `rassegna release`

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
    block_on(async {
        match Engine::start(config.clone(), &data) {
            Ok(engine) => {
                engine.prepare().await.map_err(failed)?;
                for id in held(&engine.store, &wanted).await? {
                    engine
                        .store
                        .release(&id, Utc::now())
                        .await
                        .map_err(failed)?;
                }
                engine.publish_files().await.map_err(failed)?;
                engine.store.close().await;
                Ok(())
            }
            Err(StartFailure::Store(StoreError::Locked { .. })) => {
                let store =
                    Store::open(&data.join(&config.store.path), Access::Ask).map_err(failed)?;
                let mut numbers = Vec::new();
                for id in held(&store, &wanted).await? {
                    numbers.push(
                        store
                            .ask_for(Some(&id), Wish::Release, Utc::now())
                            .await
                            .map_err(failed)?,
                    );
                }
                await_daemon(&store, numbers).await
            }
            Err(error) => Err(failed(error)),
        }
    })
}

/// Those of the sources of which something is held; says how much.
async fn held(store: &Store, wanted: &[SourceId]) -> Result<Vec<SourceId>, Exit> {
    let mut held = Vec::new();
    for id in wanted {
        let state = store.source(id).await.map_err(failed)?.unwrap_or_default();
        match state.withheld {
            0 => say!("{id}: nothing is held"),
            1 => say!("{id}: 1 item that was held is published"),
            several => say!("{id}: {several} items that were held are published"),
        }
        if state.withheld > 0 {
            held.push(id.clone());
        }
    }
    Ok(held)
}
