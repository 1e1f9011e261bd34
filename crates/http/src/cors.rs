//! Cross-origin requests: which sites' scripts may call, and what they may read.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
const MAX_AGE_SECONDS: &str = "600";
const EXPOSED: &str = "X-Request-ID, X-Process-Time, X-RateLimit-Limit-Minute, \
    X-RateLimit-Remaining-Minute, X-RateLimit-Limit-Hour, X-RateLimit-Remaining-Hour, Retry-After, \
    X-Event-Seq, X-Cache, ETag, Age, Link, Location, Tus-Resumable, Tus-Version, Tus-Extension, \
    Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";

/// The origins whose scripts may call with credentials, compared exactly.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Takes each origin as a browser sends it: scheme, host, port, no slash; the error is the one that cannot be sent.
    pub fn new<T: AsRef<str>>(origins: &[T]) -> std::result::Result<Self, String> {
        let parse = |origin: &T| {
            let origin = origin.as_ref().trim();
            HeaderValue::from_str(origin).map_err(|_| origin.to_owned())
        };
        origins
            .iter()
            .map(parse)
            .collect::<std::result::Result<_, _>>()
            .map(Self)
    }

    /// Whether scripts of this origin may call.
    pub fn contains(&self, origin: &HeaderValue) -> bool {
        self.0.contains(origin)
    }

    /// The answer to a preflight; `None` for every other request.
    pub(crate) fn preflight(&self, parts: &Parts) -> Option<Response> {
        let method = parts.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        let origin = parts
            .headers
            .get(ORIGIN)
            .filter(|_| parts.method == Method::OPTIONS)?;
        let mut refused = Vec::new();
        if !self.contains(origin) {
            refused.push("origin");
        }
        // Browsers let HEAD through whatever the list says; with headers of its own it is asked for all the same.
        if !METHODS
            .split(", ")
            .chain(["HEAD"])
            .any(|known| known.as_bytes() == method.as_bytes())
        {
            refused.push("method");
        }
        let (status, text) = if refused.is_empty() {
            (StatusCode::OK, "OK".to_owned())
        } else {
            (
                StatusCode::BAD_REQUEST,
                format!("Disallowed CORS {}", refused.join(", ")),
            )
        };
        let mut response = (status, Body::from(text)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(METHODS),
        );
        headers.insert(
            ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static(MAX_AGE_SECONDS),
        );
        if let Some(requested) = parts.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, requested.clone());
        }
        Some(response)
    }

    /// Adds to any reply what its origin's scripts may know; to a foreign origin's nothing but `Vary`.
    pub(crate) fn allow(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let Some(origin) = origin else { return };
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if self.contains(origin) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            headers.insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED),
            );
        }
    }
}
