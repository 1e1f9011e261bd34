//! Accepting connections and serving them until told to stop. `axum::serve` bounds neither the time that a client takes to
//! send its headers nor the number of connections, so this stands on hyper-util itself.

mod activity;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::address::PeerAddress;
use activity::{Activity, Patience, Tracked, Watched};

/// How long to wait after an accept that failed for want of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The bounds of a server.
#[derive(Debug, Clone, Copy)]
pub struct ServerOptions {
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// How long a connection may stay open between two requests.
    pub idle_max: Duration,
    /// How long a client may take nothing of an answer.
    pub write_stall_max: Duration,
    /// How large a request's head may be.
    pub header_bytes_max: usize,
    /// How many headers a request may have.
    pub headers_max: usize,
    /// How many requests one HTTP/2 connection may have open.
    pub streams_max: u32,
    /// How many connections may be open; further ones wait in the listener's queue.
    pub connections_max: u32,
    /// How long running requests get after the stop.
    pub drain_max: Duration,
    /// How long idle connections are kept after the stop, for a proxy that is about to use one; each that is used
    /// is answered with `Connection: close`.
    pub idle_grace: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            idle_max: Duration::from_secs(75),
            write_stall_max: Duration::from_secs(60),
            header_bytes_max: 64 * 1024,
            headers_max: 100,
            streams_max: 100,
            connections_max: 10_000,
            drain_max: Duration::from_secs(30),
            idle_grace: Duration::ZERO,
        }
    }
}

/// Serves `app` on `listener` until `shutdown`; then accepts no more, lets running requests end within
/// [`ServerOptions::drain_max`], and returns. Connections run on `tracker`. Sockets that were upgraded are
/// their handlers' business.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    options: ServerOptions,
    shutdown: CancellationToken,
    tracker: TaskTracker,
) {
    let connections_max = options.connections_max.max(1);
    let places = Arc::new(Semaphore::new(connections_max as usize));
    let builder = Arc::new(builder(&options));
    let accepting = async {
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            let place = place.expect("the semaphore is never closed");
            let (stream, peer) = accept(&listener).await;
            let connection = Connection {
                builder: Arc::clone(&builder),
                app: app.clone(),
                options,
                shutdown: shutdown.clone(),
                peer,
                _place: place,
            };
            tracker.spawn(connection.run(stream));
        }
    };
    tokio::select! {
        () = accepting => {}
        () = shutdown.cancelled() => {}
    }
    drop(listener);
    // Each connection keeps to the deadline itself; this only waits for the last to go.
    let _ = timeout(options.drain_max, places.acquire_many(connections_max)).await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn builder(options: &ServerOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Hyper's own bound counts idle time too; `Activity` tells the two apart.
        .header_read_timeout(None)
        .max_headers(options.headers_max)
        .max_buf_size(options.header_bytes_max.max(8192));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(options.streams_max)
        .max_header_list_size(u32::try_from(options.header_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(options.idle_max)
        .keep_alive_timeout(options.header_timeout);
    builder
}

struct Connection {
    builder: Arc<Builder<TokioExecutor>>,
    app: Router,
    options: ServerOptions,
    shutdown: CancellationToken,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        // Answers are written whole; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let activity = Arc::new(Activity::new(Patience {
            header_timeout: self.options.header_timeout,
            idle_max: self.options.idle_max,
            write_stall_max: self.options.write_stall_max,
        }));
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
        let service = service_fn(|request| self.answer(&activity, request));
        let connection = self.builder.serve_connection_with_upgrades(io, service);
        let mut connection = std::pin::pin!(connection);
        let mut draining: Option<Draining> = None;
        loop {
            let check_at = activity.check_at();
            let wake_at = draining.map_or(check_at, |draining| draining.next().min(check_at));
            tokio::select! {
                biased;
                outcome = connection.as_mut() => {
                    if let Err(error) = outcome {
                        tracing::debug!(peer = %self.peer, "a connection broke: {error}");
                    }
                    return;
                }
                () = self.shutdown.cancelled(), if draining.is_none() => {
                    draining = Some(Draining::begin(&self.options));
                }
                () = sleep_until(wake_at) => {}
            }
            if activity.is_overdue() {
                return;
            }
            if let Some(draining) = &mut draining {
                let now = Instant::now();
                if now >= draining.end_at {
                    return;
                }
                if !draining.is_closing && now >= draining.close_at {
                    draining.is_closing = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    fn answer(
        &self,
        activity: &Arc<Activity>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Tracked>, Infallible>> + use<> {
        let version = request.version();
        let running = activity.begin(version == Version::HTTP_2);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(PeerAddress(self.peer));
        let mut app = self.app.clone();
        let shutdown = self.shutdown.clone();
        async move {
            let mut response = app.call(request).await?;
            if shutdown.is_cancelled() && version < Version::HTTP_2 && !is_upgrade(&response) {
                response
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| Tracked::new(body, running)))
        }
    }
}

fn is_upgrade(response: &Response<Body>) -> bool {
    response.status() == http::StatusCode::SWITCHING_PROTOCOLS
}

/// The two times that matter once a stop was asked for.
#[derive(Debug, Clone, Copy)]
struct Draining {
    close_at: Instant,
    end_at: Instant,
    is_closing: bool,
}

impl Draining {
    fn begin(options: &ServerOptions) -> Self {
        let now = Instant::now();
        Self {
            close_at: now + options.idle_grace,
            end_at: now + options.drain_max,
            is_closing: false,
        }
    }

    fn next(&self) -> Instant {
        if self.is_closing {
            self.end_at
        } else {
            self.close_at.min(self.end_at)
        }
    }
}

#[cfg(test)]
mod tests;
