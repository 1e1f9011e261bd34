//! The one layer around the whole router. In order: request id and client address, preflight, redirect to TLS, the token's
//! signature, rate limit, then the routes under a time-out with panics caught; and on every way out the same
//! headers, one count and at most one line for each log.

mod body;
mod options;
mod outcome;
mod routing;

use std::any::Any;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;
use tower::Service;
use tracing::Instrument;

use crate::address::{ClientAddress, PeerAddress};
use crate::counters::Counters;
use crate::error::{Failure, rate_limited};
use crate::headers::{Transport, X_REQUEST_ID, complete};
use crate::rates::{RateHeaders, RateKey};
use crate::redirects::{self, PROBES};
use crate::request::{RequestId, RequestScope, Scheme};

pub use options::{EdgeOptions, IN_FLIGHT_MAX, Identify, MakeId, REQUEST_TIMEOUT, RenderError};

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

struct Shared {
    options: EdgeOptions,
    counters: Arc<Counters>,
    started: Instant,
}

/// The layer; clones share options, limits and counters.
#[derive(Clone)]
pub struct Edge(Arc<Shared>);

impl Edge {
    /// An edge with these options.
    pub fn new(options: EdgeOptions) -> Self {
        let counters = Arc::default();
        Self(Arc::new(Shared {
            options,
            counters,
            started: Instant::now(),
        }))
    }

    /// The counters of everything that passes.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.0.counters)
    }

    /// Puts the edge around a complete router, whose own fallback it replaces.
    pub fn around(&self, router: Router) -> Router {
        let router = router
            .fallback(async || not_found())
            .layer(axum::middleware::from_fn(routing::note_route));
        Router::new().fallback_service(Outer {
            edge: self.clone(),
            router,
        })
    }
}

#[derive(Clone)]
struct Outer {
    edge: Edge,
    router: Router,
}

impl Service<Request> for Outer {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { edge, router } = self.clone();
        Box::pin(async move { Ok(edge.0.handle(router, request).await) })
    }
}

/// What is known of a request from its head.
struct Seen {
    id: RequestId,
    client: ClientAddress,
    scheme: Scheme,
    scope: RequestScope,
    method: Method,
    origin: Option<HeaderValue>,
    wants_page: bool,
}

impl Shared {
    async fn handle(&self, router: Router, request: Request) -> Response {
        let begun = Instant::now();
        let in_flight = self.counters.begin();
        let (mut parts, body) = request.into_parts();
        let seen = self.look(&mut parts);
        let (body, rest) = body::watch(&parts, body);
        let span = tracing::info_span!("request", id = %seen.id.0);
        let mut rates = RateHeaders::default();
        let answered = self.answer(router, parts, body, &seen, in_flight.others, &mut rates);
        let answered = AssertUnwindSafe(answered.instrument(span))
            .catch_unwind()
            .await;
        let mut response = answered.unwrap_or_else(|panic| {
            Failure::internal(format!("panic: {}", panic_text(&*panic))).into_response()
        });

        let elapsed = begun.elapsed();
        self.counters
            .end(response.status().is_server_error(), elapsed);
        outcome::log(&seen, &mut response, elapsed, self.options.logs_access);
        outcome::render(&seen, &mut response, self.options.render_error.as_ref());
        rates.write(response.headers_mut());
        complete(
            response.headers_mut(),
            &seen.id,
            elapsed,
            self.options.transport,
        );
        self.options
            .origins
            .allow(seen.origin.as_ref(), response.headers_mut());
        drop(in_flight);
        if !response.status().is_success() {
            rest.discard().await;
        }
        response
    }

    fn look(&self, parts: &mut Parts) -> Seen {
        let peer = parts.extensions.get::<PeerAddress>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let proxies = &self.options.trusted_proxies;
        let is_proxied = proxies.contains(peer.to_canonical());
        let from_proxy = |name: &HeaderName| {
            let value = parts.headers.get(name).filter(|_| is_proxied);
            value.and_then(|value| value.to_str().ok())
        };
        let id = from_proxy(&X_REQUEST_ID).and_then(RequestId::from_proxy);
        // Of several schemes the right-most is the nearest proxy's.
        let forwarded = from_proxy(&X_FORWARDED_PROTO).and_then(|list| list.rsplit(',').next());
        let is_tls = forwarded.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"));
        let seen = Seen {
            id: id.unwrap_or_else(|| RequestId((self.options.make_id)().into())),
            client: proxies.client(peer, &parts.headers),
            scheme: if is_tls { Scheme::Https } else { Scheme::Http },
            scope: RequestScope::default(),
            method: parts.method.clone(),
            origin: parts.headers.get(http::header::ORIGIN).cloned(),
            wants_page: outcome::wants_page(parts),
        };
        parts.extensions.insert(seen.id.clone());
        parts.extensions.insert(seen.client);
        parts.extensions.insert(seen.scheme);
        parts.extensions.insert(seen.scope.clone());
        seen
    }

    async fn answer(
        &self,
        router: Router,
        mut parts: Parts,
        body: Body,
        seen: &Seen,
        others: u64,
        rates: &mut RateHeaders,
    ) -> Response {
        if let Some(preflight) = self.options.origins.preflight(&parts) {
            return preflight;
        }
        if self.options.transport == Transport::TlsOnly
            && let Some(redirect) = redirects::to_tls(&parts, seen.scheme)
        {
            return redirect;
        }
        let user = self
            .options
            .identify
            .as_ref()
            .and_then(|identify| identify(&mut parts));
        if let Some(limits) = &self.options.rates {
            let address = || RateKey::Address(seen.client.accountable());
            let key = user.map_or_else(address, RateKey::User);
            let verdict = limits.take(&parts, &key, self.started.elapsed());
            *rates = verdict.headers;
            if let Some(seconds) = verdict.retry_after_seconds {
                return rate_limited(seconds);
            }
        }
        if others >= self.options.in_flight_max && !PROBES.contains(&parts.uri.path()) {
            let text = format!("{others} requests in flight");
            return Failure::unavailable(text).into_response();
        }
        if !is_text(parts.uri.path()) {
            return not_found();
        }
        // Kept for the redirect only where the path could need one.
        let slashed = redirects::unslashed(&parts.uri).map(|uri| (uri, copy_head(&parts)));
        let request = Request::from_parts(parts, body);
        let response = self.run(router.clone(), request, seen).await;
        if response.status() == StatusCode::NOT_FOUND
            && seen.scope.route().is_none()
            && let Some((uri, head)) = slashed
            && routing::is_routed(router, &head.method, uri.clone()).await
            && let Some(redirect) = redirects::to_unslashed(&head, seen.scheme, &uri)
        {
            return redirect;
        }
        response
    }

    /// Runs the routes for as long as they may take.
    async fn run(&self, mut router: Router, request: Request, seen: &Seen) -> Response {
        let mut routes = std::pin::pin!(router.call(request));
        let outcome = match tokio::time::timeout(self.options.timeout, routes.as_mut()).await {
            Ok(outcome) => outcome,
            Err(_) if seen.scope.is_untimed() => routes.await,
            Err(_) => {
                let text = format!("no answer within {} s", self.options.timeout.as_secs());
                return Failure::unavailable(text).into_response();
            }
        };
        let Ok(response) = outcome;
        routing::in_contract_shape(response)
    }
}

/// Whether a path stands for text at all; axum would answer 400 in words of its own.
fn is_text(path: &str) -> bool {
    !path.contains('%') || percent_decode_str(path).decode_utf8().is_ok()
}

fn not_found() -> Response {
    Failure::plain(StatusCode::NOT_FOUND, "Not Found").into_response()
}

/// As much of a head as a redirect needs.
fn copy_head(parts: &Parts) -> Parts {
    let (mut head, ()) = http::Request::new(()).into_parts();
    head.method = parts.method.clone();
    head.uri = parts.uri.clone();
    if let Some(host) = parts.headers.get(http::header::HOST) {
        head.headers.insert(http::header::HOST, host.clone());
    }
    head
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
