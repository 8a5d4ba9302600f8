//! Serves what is published, and the state of things, on their two addresses.

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Engine, Failure, Shared};
use crate::serve::{self, Health};

/// Listens on the configured addresses until told to stop; gives the tasks that serve.
pub(super) async fn listen(
    engine: &Engine,
    health: &Health,
    shown: &watch::Sender<Shared>,
    stopped: &CancellationToken,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let config = &engine.config;
    let mut servers = Vec::new();
    let public = serve::public(engine.shelf.clone(), config.site.url.path());
    let admin = serve::admin(engine.store.clone(), health.clone(), shown.subscribe());
    for (address, key, router) in [
        (&config.serve.listen, "serve.listen", public),
        (&config.serve.admin, "serve.admin", admin),
    ] {
        let Some(address) = address else { continue };
        let failed = |why| Failure::Listen {
            address: address.clone(),
            key,
            why,
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        tracing::info!("{key}: http://{address}/");
        let stopped = stopped.clone();
        servers.push(tokio::spawn(async move {
            let served = axum::serve(listener, router)
                .with_graceful_shutdown(stopped.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!("serving ended: {error}");
            }
        }));
    }
    Ok(servers)
}
