//! `rassegna demo`: the normal pipeline over bundled pages, fetched by real HTTP from a port of this machine.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use clap::Args;
use tokio::net::TcpListener;
use url::Url;

use super::once::{cycle, show};
use super::out::say;
use super::signals::System;
use super::{Exit, block_on, failed, logging};
use crate::config::{self, Config, Problems};
use crate::daemon::{self, Engine};
use crate::model::SourceId;
use crate::store::{Access, Store};

/// The demo's configuration, with the ports that it is written for.
const CONFIG: &str = include_str!("../../config/demo.toml");
const PORTS: Ports = Ports {
    feeds: 8077,
    admin: 8078,
    origin: 8079,
};
/// Where the configuration that is in use stands, in the data folder.
const FILE: &str = "demo.toml";
/// When the bundled pages were last changed.
const MODIFIED: &str = "Tue, 24 Nov 2026 08:00:00 GMT";

/// The bundled documents: path, media type, text.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "/agenzia/notizie/",
        "text/html; charset=utf-8",
        include_str!("../../demo/agenzia-it.html"),
    ),
    (
        "/en/news/",
        "text/html; charset=utf-8",
        include_str!("../../demo/agenzia-en.html"),
    ),
    (
        "/regione/notizie/laboratorio-condiviso-spazio",
        "text/html; charset=utf-8",
        include_str!("../../demo/regione-articolo.html"),
    ),
    (
        "/agence/rss.xml",
        "application/rss+xml",
        include_str!("../../demo/agence.rss"),
    ),
    (
        "/agentur/atom.xml",
        "application/atom+xml",
        include_str!("../../demo/agentur.atom"),
    ),
    (
        "/pictures/telescope.svg",
        "image/svg+xml",
        include_str!("../../demo/pictures/telescope.svg"),
    ),
    (
        "/pictures/agreement.svg",
        "image/svg+xml",
        include_str!("../../demo/pictures/agreement.svg"),
    ),
    (
        "/pictures/crate.svg",
        "image/svg+xml",
        include_str!("../../demo/pictures/crate.svg"),
    ),
    (
        "/pictures/chamber.svg",
        "image/svg+xml",
        include_str!("../../demo/pictures/chamber.svg"),
    ),
];

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where the database and the feeds go; else a temporary folder, removed at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Stop after one cycle
    #[arg(long)]
    exit: bool,
}

/// The ports of this machine that the demo uses.
#[derive(Clone, Copy)]
struct Ports {
    feeds: u16,
    admin: u16,
    origin: u16,
}

impl Ports {
    /// The ports that a configuration names: with them the sources are those of the last run. What it names no more is as
    /// in the beginning.
    fn of(config: &Config) -> Self {
        let bundled = |url: &Url| DOCUMENTS.iter().any(|(path, ..)| *path == url.path());
        let admin = config.serve.admin.as_ref().map(ToString::to_string);
        let admin = admin.and_then(|admin| admin.rsplit(':').next()?.parse().ok());
        let origin = config.sources.iter().find(|source| bundled(&source.url));
        Self {
            feeds: config.site.url.port().unwrap_or(PORTS.feeds),
            admin: admin.unwrap_or(PORTS.admin),
            origin: origin
                .and_then(|source| source.url.port())
                .unwrap_or(PORTS.origin),
        }
    }

    fn all(self) -> [u16; 3] {
        [self.feeds, self.admin, self.origin]
    }
}

/// Shows the whole of it.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("warn");
    let folder = Folder::make(options.data.as_deref())?;
    block_on(async {
        let written = Written::of(&folder.path)?;
        // Whoever has the folder already keeps its configuration, and with it its ports.
        let database = folder.path.join(&written.config.store.path);
        let store = Store::open(&database, Access::Write).map_err(failed)?;
        let wanted = Ports::of(&written.config);
        let origin = TcpListener::bind(("127.0.0.1", wanted.origin)).await;
        let origin = match origin {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind(("127.0.0.1", 0)).await.map_err(no_port)?,
        };
        let ports = Ports {
            feeds: free(wanted.feeds).await?,
            admin: free(wanted.admin).await?,
            origin: origin.local_addr().map_err(no_port)?.port(),
        };
        tokio::spawn(async move { axum::serve(origin, pages()).await });
        let config = written.with(wanted, ports)?;
        say!(
            "rassegna demo: {} sources on http://127.0.0.1:{}, no network needed\n",
            config.sources.len(),
            ports.origin
        );
        let sources: Vec<SourceId> = config
            .sources
            .iter()
            .map(|source| source.id.clone())
            .collect();
        let engine = Engine::with_store(store, config.clone(), &folder.path).map_err(failed)?;
        let first = cycle(&engine, &sources).await?;
        show(&engine, &sources, &first).await?;
        let well = first.polls.values().all(|recorded| !recorded.failed);
        if options.exit {
            engine.store.close().await;
            if options.data.is_none() {
                say!(
                    "\nNothing is kept: `--data DIR` names a folder for the feeds, and without `--exit` they are served."
                );
                return if well { Ok(()) } else { Err(Exit::Failed) };
            }
            announce(&config, |feed, file| {
                folder
                    .path
                    .join(&config.publish.directory)
                    .join(feed)
                    .join(file)
                    .display()
                    .to_string()
            });
            return if well { Ok(()) } else { Err(Exit::Failed) };
        }
        let second = cycle(&engine, &sources).await?;
        let unchanged = second
            .polls
            .values()
            .filter(|recorded| recorded.unchanged)
            .count();
        let written = second.published.written.len();
        say!(
            "second cycle: {unchanged} of {} sources answered 304 Not Modified, {written} files changed",
            sources.len()
        );
        engine.store.close().await;
        announce(&config, |feed, file| {
            format!(
                "{}{feed}{}{file}",
                config.site.url,
                if feed.is_empty() { "" } else { "/" }
            )
        });
        say!(
            "\nAll feeds on a page: {}   Sources: http://127.0.0.1:{}/status",
            config.site.url,
            ports.admin
        );
        say!("Serving until Ctrl-C; polling every minute.");
        let signals = System::listen().map_err(no_port)?;
        daemon::run(config, &folder.path, signals)
            .await
            .map_err(failed)
    })
}

fn announce(config: &Config, address: impl Fn(&str, &str) -> String) {
    say!("\nSubscribe in any feed reader:");
    for feed in &config.feeds {
        say!("  {:<4} {}", feed.id.0, address(&feed.id.0, "atom.xml"));
    }
}

fn no_port(error: std::io::Error) -> Exit {
    say!(err, "error: the demo gets no port on 127.0.0.1: {error}");
    Exit::Store
}

/// The port that is wanted, or another one where that is taken.
async fn free(wanted: u16) -> Result<u16, Exit> {
    let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    match TcpListener::bind(address(wanted)).await {
        Ok(_) => Ok(wanted),
        Err(_) => Ok(TcpListener::bind(address(0))
            .await
            .map_err(no_port)?
            .local_addr()
            .map_err(no_port)?
            .port()),
    }
}

/// The demo's configuration as it stands in its folder, or will.
struct Written {
    file: PathBuf,
    /// None: it is not there yet.
    text: Option<String>,
    config: Config,
}

impl Written {
    fn of(folder: &Path) -> Result<Self, Exit> {
        let file = folder.join(FILE);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                say!(err, "error: {} cannot be read: {error}", file.display());
                return Err(Exit::Usage);
            }
        };
        let config = match text {
            Some(_) => config::load(&file),
            None => config::load_text(CONFIG),
        };
        let config = config.map_err(invalid)?;
        Ok(Self { file, text, config })
    }

    /// The same with other ports. What people wrote into the file stays.
    fn with(self, written: Ports, used: Ports) -> Result<Config, Exit> {
        let text = moved(self.text.as_deref().unwrap_or(CONFIG), written, used);
        if self.text.as_ref() != Some(&text) {
            std::fs::write(&self.file, text).map_err(|error| {
                let file = self.file.display();
                say!(err, "error: {file} cannot be written: {error}");
                Exit::Store
            })?;
        }
        config::load(&self.file).map_err(invalid)
    }
}

fn invalid(problems: Problems) -> Exit {
    say!(err, "{problems}");
    Exit::Usage
}

/// A text with other ports of this machine in the place of those that it names.
fn moved(text: &str, written: Ports, used: Ports) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit());
        let (port, rest) = part.split_at(end.unwrap_or(part.len()));
        let mut pairs = written.all().into_iter().zip(used.all());
        let other = pairs.find(|(written, _)| port == written.to_string());
        let port = other.map_or_else(|| port.to_owned(), |(_, used)| used.to_string());
        out.extend([HOST, &port, rest]);
    }
    out
}

/// Serves the bundled documents, with validators.
fn pages() -> Router {
    let documents: BTreeMap<&str, (&str, &str)> = DOCUMENTS
        .iter()
        .map(|(path, kind, text)| (*path, (*kind, *text)))
        .collect();
    Router::new().fallback(page).with_state(Arc::new(documents))
}

async fn page(
    State(documents): State<Arc<BTreeMap<&'static str, (&'static str, &'static str)>>>,
    uri: Uri,
    asked: HeaderMap,
) -> Response {
    let Some((kind, text)) = documents.get(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..16]);
    let validators = [
        (header::ETAG, etag.clone()),
        (header::LAST_MODIFIED, MODIFIED.to_owned()),
    ];
    if asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == etag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    (validators, [(header::CONTENT_TYPE, *kind)], *text).into_response()
}

/// The demo's folder; a temporary one goes at the end.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn make(given: Option<&Path>) -> Result<Self, Exit> {
        let temporary = given.is_none();
        let path = given.map_or_else(
            || std::env::temp_dir().join(format!("rassegna-demo-{}", std::process::id())),
            Path::to_owned,
        );
        // A temporary folder must be new: what stands under its name already is somebody else's.
        if path.exists() && !path.is_dir() {
            say!(err, "error: {} is no folder", path.display());
            return Err(Exit::Usage);
        }
        let made = if temporary {
            std::fs::create_dir(&path)
        } else {
            std::fs::create_dir_all(&path)
        };
        made.map_err(|error| {
            say!(err, "error: {} cannot be made: {error}", path.display());
            Exit::Store
        })?;
        Ok(Self { path, temporary })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
