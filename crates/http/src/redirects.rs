//! The two redirects that belong to no route: to TLS, and away from a trailing slash.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, LOCATION};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, StatusCode, Uri};

use crate::error::Failure;
use crate::request::Scheme;

/// Paths that answer over plain HTTP too: whoever probes them stands beside the program.
pub(crate) const PROBES: [&str; 5] = [
    "/health",
    "/health/detailed",
    "/metrics",
    "/livez",
    "/readyz",
];

/// 308 to the same URL over TLS, or 400 where its host cannot be told; `None` where it is over TLS already or a probe.
pub(crate) fn to_tls(parts: &Parts, scheme: Scheme) -> Option<Response> {
    if scheme == Scheme::Https || PROBES.contains(&parts.uri.path()) {
        return None;
    }
    let Some(host) = host(parts) else {
        let text = "The Host header is missing or malformed";
        return Some(Failure::plain(StatusCode::BAD_REQUEST, text).into_response());
    };
    // The port of plain HTTP is not TLS's; another one is kept, since only the operator knows what it stands for.
    let host = host.strip_suffix(":80").unwrap_or(&host);
    let rest = parts.uri.path_and_query().map_or("/", |rest| rest.as_str());
    redirect(
        StatusCode::PERMANENT_REDIRECT,
        &format!("https://{host}{rest}"),
    )
}

/// The same request without the slash at its end.
pub(crate) fn unslashed(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| path.len() > 1)?;
    match uri.query() {
        Some(query) => format!("{path}?{query}").parse().ok(),
        None => path.parse().ok(),
    }
}

/// 307 to the absolute form of `uri` on the host that was asked.
pub(crate) fn to_unslashed(parts: &Parts, scheme: Scheme, uri: &Uri) -> Option<Response> {
    let host = host(parts)?;
    redirect(
        StatusCode::TEMPORARY_REDIRECT,
        &format!("{}://{host}{uri}", scheme.as_str()),
    )
}

fn redirect(status: StatusCode, location: &str) -> Option<Response> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_str(location).ok()?);
    Some(response)
}

/// Host and port as asked for, where they are well formed.
fn host(parts: &Parts) -> Option<String> {
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = match named {
        Some(host) => host.parse::<Authority>().ok()?,
        None => parts.uri.authority()?.clone(),
    };
    // Without what could stand before an `@`.
    Some(match authority.port() {
        Some(port) => format!("{}:{port}", authority.host()),
        None => authority.host().to_owned(),
    })
}
