//! Connections and their limits: how many, how large a request may be, and how long a client may take.

use std::convert::Infallible;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::counts::Traffic;
use super::listener::Listener;
use super::places::{Place, Places};
use super::stream::Watched;

/// The most bytes of a request's line and header fields together.
const HEAD: usize = 16 << 10;
/// The most header fields of a request.
const FIELDS: usize = 64;
/// After a failure to take a connection, such as too many open files, the next is taken after so long.
const BREATH: Duration = Duration::from_millis(50);
/// Such failures are logged once in so long.
const SILENCE: Duration = Duration::from_secs(60);

/// What holds for each connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most open ones.
    pub connections: usize,
    /// How long a client may take for its request, between two requests, or without taking anything of the answer.
    pub timeout: Duration,
    /// Whether each request is logged.
    pub log: bool,
}

/// Serves until told to stop; then connections without a request end at once, the others with its answer.
pub async fn serve<S, B>(
    listener: Listener,
    service: S,
    limits: Limits,
    traffic: Traffic,
    stopped: CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + From<Bytes> + Send + 'static,
{
    let places = Places::new(limits.connections, limits.timeout);
    let mut looks = interval(places.pause());
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let tasks = TaskTracker::new();
    let mut told: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = looks.tick(), if places.in_use() => {
                places.let_slow_go();
                continue;
            }
            () = stopped.cancelled() => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            // It ended before it was taken.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                if told.is_none_or(|at| at.elapsed() >= SILENCE) {
                    tracing::warn!("connections can't be taken: {error}; idle ones make room");
                    told = Some(Instant::now());
                }
                places.make_room();
                sleep(BREATH).await;
                continue;
            }
        };
        let place = Arc::new(places.take());
        let open = traffic.connected(place.made_room);
        let answering = Answering {
            service: service.clone(),
            traffic: traffic.clone(),
            place: Arc::clone(&place),
            peer,
            log: limits.log,
        };
        let stopped = stopped.clone();
        tasks.spawn(async move {
            let lost = place.lost();
            let socket = Watched::new(socket, place);
            tokio::select! {
                biased;
                () = converse(socket, &answering, stopped) => {}
                () = lost.cancelled() => tracing::debug!("a connection lost its place"),
            }
            drop(open);
        });
    }
    // Nothing more is taken, and the address is free.
    drop(listener);
    tasks.close();
    let mut ended = pin!(tasks.wait());
    loop {
        tokio::select! {
            () = &mut ended => break,
            _ = looks.tick() => places.let_slow_go(),
        }
    }
}

/// One connection, from its first request to its last. Its place minds the time.
async fn converse<S, B>(
    socket: Watched<impl AsyncRead + AsyncWrite + Unpin>,
    answering: &Answering<S>,
    stopped: CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync> + From<Bytes> + 'static,
{
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(HEAD)
            .max_headers(FIELDS)
            .serve_connection(
                TokioIo::new(socket),
                service_fn(|request| answering.answer(request)),
            )
    );
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = stopped.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients break off or send what is no request: their affair, and no news.
        tracing::debug!("a connection ended: {error}");
    }
}

struct Answering<S> {
    service: S,
    traffic: Traffic,
    place: Arc<Place>,
    peer: Option<SocketAddr>,
    log: bool,
}

impl<S, B> Answering<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: Body + From<Bytes>,
{
    fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<B>, Infallible>> {
        self.place.asked();
        let noted = self.log.then(|| note(&request));
        let has_body = !request.body().is_end_stream();
        let refused = refusal(&request, has_body);
        async move {
            let mut response = match refused {
                Some((status, text)) => super::plain(status, text),
                None => self.service.call(request).await?,
            };
            if has_body || refused.is_some() {
                // Nobody reads the body, so that what follows on this connection can't be taken for a request.
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            let size = response.body().size_hint().exact().unwrap_or(0);
            self.traffic.answered(response.status(), size);
            if let Some((line, agent)) = noted {
                let peer = self.peer.map_or("unix".to_owned(), |peer| peer.to_string());
                let status = response.status().as_u16();
                tracing::info!("{peer} \"{line}\" {status} {size} {agent:?}");
            }
            self.place.answered();
            Ok(response)
        }
    }
}

/// A request and its agent, for the log.
fn note(request: &Request<Incoming>) -> (String, String) {
    let agent = request.headers().get(header::USER_AGENT);
    let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    let line = format!("{} {}", request.method(), request.uri().path());
    (line, agent.unwrap_or_default())
}

/// Why a request is not answered, whatever it asks for (RFC 9112 §3.2, RFC 9110 §9.3.1).
fn refusal<B>(request: &Request<B>, has_body: bool) -> Option<(StatusCode, &'static str)> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() >= Version::HTTP_11) {
        return Some((StatusCode::BAD_REQUEST, "one Host, please\n"));
    }
    if has_body && matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some((StatusCode::BAD_REQUEST, "a request has no body here\n"));
    }
    None
}
