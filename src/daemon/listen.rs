//! Serves what is published, and the state of things, on their two addresses.

use std::future::Future;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use axum::Router;
use hyper_util::service::TowerToHyperService;
use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Engine, Failure, Shared};
use crate::config::Listen;
use crate::serve::{self, Health, Limits, Listener, Public};

/// How long connections may wait for the first publish, before they are answered that there is nothing yet.
const EARLY: Duration = Duration::from_secs(10);

/// Listens on the configured addresses until told to stop; gives the tasks that serve.
pub(super) async fn listen(
    engine: &Engine,
    health: &Health,
    shown: &watch::Sender<Shared>,
    stopped: &CancellationToken,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    let config = &engine.config.serve;
    let limits = |log| Limits {
        connections: config.connections,
        timeout: config.timeout,
        log,
    };
    let mut sockets = Sockets::default();
    let mut servers = Vec::new();
    if let Some(listener) = sockets
        .open(config.listen.as_ref(), "listen", 0o666)
        .await?
    {
        let service = Public::new(engine.shelf.clone(), engine.config.site.url.path());
        let traffic = engine.counts.public.clone();
        let limits = limits(config.access_log);
        let (shelf, stopped) = (engine.shelf.clone(), stopped.clone());
        let serving = async move {
            // Who comes early waits for the first publish, but not for one that fails.
            tokio::select! {
                () = shelf.filled() => {}
                () = sleep(EARLY) => {}
                () = stopped.cancelled() => {}
            }
            serve::serve(listener, service, limits, traffic, stopped).await;
        };
        servers.push(spawn(serving, config.listen.as_ref()));
    }
    if let Some(listener) = sockets.open(config.admin.as_ref(), "admin", 0o660).await? {
        let router: Router = serve::admin(
            engine.store.clone(),
            health.clone(),
            engine.counts.clone(),
            shown.subscribe(),
        );
        let service = TowerToHyperService::new(router);
        let traffic = engine.counts.admin.clone();
        let serving = serve::serve(listener, service, limits(false), traffic, stopped.clone());
        servers.push(spawn(serving, config.admin.as_ref()));
    }
    Ok(servers)
}

/// Serves as a task of its own; a Unix socket of ours goes with it.
fn spawn(
    serving: impl Future<Output = ()> + Send + 'static,
    listen: Option<&Listen>,
) -> JoinHandle<()> {
    let listen = listen.cloned();
    tokio::spawn(async move {
        serving.await;
        if let Some(Listen::Unix(path)) = listen {
            let _ = std::fs::remove_file(path);
        }
    })
}

/// Opens sockets, or takes those that systemd has passed.
#[derive(Default)]
struct Sockets {
    passed: Option<ListenFd>,
}

impl Sockets {
    /// Opens what `serve` has under a key. The mode is that of a Unix socket.
    async fn open(
        &mut self,
        listen: Option<&Listen>,
        key: &'static str,
        mode: u32,
    ) -> Result<Option<Listener>, Failure> {
        let Some(address) = listen else {
            return Ok(None);
        };
        let listener = match address {
            Listen::Tcp(address) => tcp(address).await,
            Listen::Unix(path) => unix(path, mode).await,
            Listen::Systemd => self.passed(key),
        };
        let listener = listener.map_err(|why| Failure::Listen {
            address: address.clone(),
            key,
            why,
        })?;
        match address {
            Listen::Tcp(address) => tracing::info!("serve.{key}: http://{address}/"),
            other => tracing::info!("serve.{key}: {other}"),
        }
        Ok(Some(listener))
    }

    /// The socket that systemd has passed under this name; for `listen`, another one where none has it.
    fn passed(&mut self, key: &str) -> io::Result<Listener> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let names: Vec<&str> = names.split(':').collect();
        let other = || (key == "listen").then(|| names.iter().position(|name| *name != "admin"));
        let place = names.iter().position(|name| *name == key);
        let place = place.or_else(|| other().flatten());
        let passed = self.passed.get_or_insert_with(ListenFd::from_env);
        let missing = || {
            let why = format!("systemd has passed no socket with `FileDescriptorName={key}`");
            io::Error::new(io::ErrorKind::NotFound, why)
        };
        let place = place.ok_or_else(missing)?;
        if let Ok(Some(listener)) = passed.take_tcp_listener(place) {
            listener.set_nonblocking(true)?;
            return TcpListener::from_std(listener).map(Listener::Tcp);
        }
        let listener = passed.take_unix_listener(place)?.ok_or_else(missing)?;
        listener.set_nonblocking(true)?;
        UnixListener::from_std(listener).map(Listener::Unix)
    }
}

async fn tcp(address: &str) -> io::Result<Listener> {
    TcpListener::bind(address)
        .await
        .map(Listener::Tcp)
        .map_err(in_use)
}

/// Opens a Unix socket, in place of one that nobody listens at any more.
async fn unix(path: &Path, mode: u32) -> io::Result<Listener> {
    let is_socket = path
        .symlink_metadata()
        .is_ok_and(|file| file.file_type().is_socket());
    if is_socket {
        match UnixStream::connect(path).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path)?;
            }
            _ => return Err(in_use(io::ErrorKind::AddrInUse.into())),
        }
    }
    let listener = UnixListener::bind(path).map_err(in_use)?;
    // Whatever the umask keeps private: what is published is for everybody who may enter the folder.
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode))?;
    Ok(Listener::Unix(listener))
}

fn in_use(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::AddrInUse {
        io::Error::new(error.kind(), "another program listens there")
    } else {
        error
    }
}
