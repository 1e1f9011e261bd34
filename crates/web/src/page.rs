//! What every page of the site is sent with, and the ways to answer that are not a page.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_edge::{Failure, RequestId};
use ui::Template;

use crate::WebState;
use crate::cookies::{Cookie, IsTls};
use crate::flash::{self, Note};
use crate::trouble::{Answer, Trouble, paged};

/// What a page may load: its own files and nothing else. There is no inline script and no inline style, so no nonce is
/// needed to let one through.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// Pages hold private data; a browser may not even keep one for the way back after signing out.
pub(crate) const NOT_STORED: HeaderValue = HeaderValue::from_static("no-store");
const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HX_HISTORY: HeaderName = HeaderName::from_static("hx-history-restore-request");

/// Rides on a reply that shows the note which was waiting.
#[derive(Debug, Clone, Copy)]
struct ShowsNote;

/// Whether a fragment is asked for: by htmx, and not to put a whole page back.
pub(crate) fn wants_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key(HX_REQUEST) && !headers.contains_key(HX_HISTORY)
}

/// A page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Answer {
    let mut response = html(status, template)?;
    response.extensions_mut().insert(ShowsNote);
    Ok(response)
}

/// A part of a page.
pub(crate) fn fragment(template: &impl Template) -> Answer {
    html(StatusCode::OK, template)
}

fn html(status: StatusCode, template: &impl Template) -> Answer {
    let body = template
        .render()
        .map_err(|error| Failure::internal(format!("a page cannot be written: {error}")))?;
    Ok((status, [(header::CONTENT_TYPE, HTML)], body).into_response())
}

/// Leads to a page with a `GET`.
pub(crate) fn see_other(path: &str) -> Response {
    let to = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Leads to a page that will show a note.
pub(crate) fn see_other_with(path: &str, note: Note) -> Response {
    let mut response = see_other(path);
    response.extensions_mut().insert(note);
    response
}

/// The layer around all pages: puts a page in the place of a failure, the note into its cookie or out of it, and the
/// headers that pages have in common.
pub async fn finish(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(id) = RequestId::from_request_parts(&mut parts, &state).await;
    let is_tls = IsTls::of(&mut parts, &state).await;
    let had_note = Cookie::Flash.read(&parts.headers, is_tls).is_some();
    let response = next.run(Request::from_parts(parts, body)).await;
    let mut response = paged(response, &id);
    let leaves = response.extensions_mut().remove::<Note>();
    let shows = response.extensions_mut().remove::<ShowsNote>().is_some();
    let headers = response.headers_mut();
    if let Some(note) = leaves {
        let line = Cookie::Flash.set(note.code(), Some(flash::LIFE_SECONDS), is_tls);
        headers.append(header::SET_COOKIE, line);
    } else if had_note && shows {
        headers.append(header::SET_COOKIE, Cookie::Flash.clear(is_tls));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(NOT_STORED);
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    let vary = HeaderValue::from_static("Cookie, HX-Request");
    headers.insert(header::VARY, vary);
    response
}

/// The id of a path, or the 404 page: what cannot be an id is nobody's.
pub(crate) fn id_of<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Trouble> {
    parse(text).ok_or_else(Trouble::not_found)
}
