//! What the edge knows about a request, for handlers to read, and the little that a route may tell the edge.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;

/// How long an id from a trusted proxy may be.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// The name of one request in logs and in the reply's `X-Request-ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    /// The id as a proxy wrote it, where it is short and plain enough to stand in a log.
    pub fn from_proxy(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_fit = !text.is_empty() && text.len() <= REQUEST_ID_BYTES_MAX;
        (is_fit && text.bytes().all(is_plain)).then(|| Self(text.into()))
    }
}

/// The scheme that the client used, as far as trusted proxies tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Behind TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

#[derive(Debug, Default)]
struct Notes {
    route: OnceLock<String>,
    is_untimed: AtomicBool,
}

/// What a route says about itself while it answers; the edge reads it even if the answer never comes.
#[derive(Debug, Clone, Default)]
pub struct RequestScope(Arc<Notes>);

impl RequestScope {
    /// Lifts the request's time-out: for uploads and streams, which keep time themselves.
    pub fn lift_time_out(&self) {
        self.0.is_untimed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_untimed(&self) -> bool {
        self.0.is_untimed.load(Ordering::Relaxed)
    }

    pub(crate) fn note_route(&self, route: &str) {
        // Set once for each request; nested routers see the same full path.
        let _ = self.0.route.set(route.to_owned());
    }

    /// The pattern of the route that matched, such as `/api/v1/campaigns/{campaign_id}`.
    pub fn route(&self) -> Option<&str> {
        self.0.route.get().map(String::as_str)
    }
}

/// Middleware for routes that may take longer than the request time-out:
/// `post(upload).layer(axum::middleware::from_fn(http_edge::untimed))`.
pub async fn untimed(request: Request, next: Next) -> Response {
    if let Some(scope) = request.extensions().get::<RequestScope>() {
        scope.lift_time_out();
    }
    next.run(request).await
}

macro_rules! from_edge {
    ($type:ty, $missing:expr) => {
        impl<S: Send + Sync> FromRequestParts<S> for $type {
            type Rejection = Infallible;

            async fn from_request_parts(
                parts: &mut Parts,
                _: &S,
            ) -> std::result::Result<Self, Infallible> {
                Ok(parts
                    .extensions
                    .get::<Self>()
                    .cloned()
                    .unwrap_or_else(|| $missing))
            }
        }
    };
}

from_edge!(RequestId, RequestId("-".into()));
from_edge!(RequestScope, RequestScope::default());
from_edge!(Scheme, Scheme::Http);
from_edge!(
    crate::address::ClientAddress,
    crate::address::ClientAddress(std::net::Ipv4Addr::UNSPECIFIED.into())
);
