//! What happens to every answer on its way out: the log hears of it once, and a person gets a page.

use std::time::Duration;

use axum::response::Response;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;

use super::Seen;
use super::options::RenderError;
use crate::answers::{Cause, ErrorText};
use crate::counters::SLOW;
use crate::headers::milliseconds;

/// Writes at most one line for an error, one for slowness, and the access line where it is wanted; never a query or a body.
pub(super) fn log(seen: &Seen, response: &mut Response, elapsed: Duration, logs_access: bool) {
    let (id, method) = (&*seen.id.0, &seen.method);
    let status = response.status().as_u16();
    let route = seen.scope.route().unwrap_or("-");
    let ms = milliseconds(elapsed);
    match response.extensions_mut().remove::<Cause>() {
        Some(Cause::Defect(cause)) => {
            tracing::error!(request_id = id, %method, route, status, ms, "{cause}");
        }
        Some(Cause::Unavailable(cause)) => {
            tracing::warn!(request_id = id, %method, route, status, ms, "unavailable: {cause}");
        }
        None if response.status().is_server_error() => {
            tracing::error!(request_id = id, %method, route, status, ms, "an error without a cause");
        }
        None => {}
    }
    if elapsed > SLOW {
        tracing::warn!(request_id = id, %method, route, status, ms, "slow request");
    }
    if logs_access {
        let client = seen.client.0;
        tracing::info!(target: "access", request_id = id, %method, route, status, ms, %client, "answered");
    }
}

/// Puts a page in the place of an error's JSON for those who asked for one.
pub(super) fn render(seen: &Seen, response: &mut Response, render: Option<&RenderError>) {
    let text = response.extensions_mut().remove::<ErrorText>();
    let Some(render) = render.filter(|_| seen.wants_page) else {
        return;
    };
    let Some(ErrorText(text)) = text else { return };
    let mut page = render(response.status(), &text, &seen.id);
    *page.status_mut() = response.status();
    for name in response.headers().keys() {
        if *name != CONTENT_TYPE && *name != CONTENT_LENGTH && !page.headers().contains_key(name) {
            for value in response.headers().get_all(name) {
                page.headers_mut().append(name.clone(), value.clone());
            }
        }
    }
    *response = page;
}

/// Whether an error of this request is to be a page: outside `/api`, for those who accept HTML.
pub(super) fn wants_page(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_data = path == "/api" || path.starts_with("/api/");
    let accepts = |headers: &HeaderMap| {
        let mut lines = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|line| line.to_str().ok());
        lines.any(|line| line.to_ascii_lowercase().contains("text/html"))
    };
    !is_data && accepts(&parts.headers)
}
