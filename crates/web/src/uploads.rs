//! Files that the site's script sends in pieces (tus 1.0.0): the session's cookie says who sends, and what changes something
//! carries the page's token in a header. There is no page here, so every answer is the protocol's.

use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::HeaderName;
use axum::http::request::Parts;
use axum::response::Response;
use domain::refusal::Refusal;
use http_edge::{Failure, tus};

use crate::WebState;
use crate::inside::{BAD_TOKEN, Inside, require_same_origin};
use crate::trouble::Trouble;

const ALL: &str = "/uploads";
const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

pub(crate) async fn describe(State(state): State<WebState>) -> Response {
    tus::describe(&state.app)
}

pub(crate) async fn create(State(state): State<WebState>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match writer(&mut parts, &state).await {
        Ok(inside) => tus::create(&inside.app, &inside.member, &parts.headers, ALL).await,
        Err(failure) => tus::spoken(Err(failure)),
    }
}

pub(crate) async fn offset(
    State(state): State<WebState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    match reader(&mut parts, &state).await {
        Ok(inside) => tus::offset(&inside.app, &inside.member, &parts.headers, &id).await,
        Err(failure) => tus::spoken(Err(failure)),
    }
}

pub(crate) async fn append(
    State(state): State<WebState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match writer(&mut parts, &state).await {
        Ok(inside) => tus::append(&inside.app, &inside.member, &parts.headers, &id, body).await,
        Err(failure) => tus::spoken(Err(failure)),
    }
}

pub(crate) async fn remove(
    State(state): State<WebState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    match writer(&mut parts, &state).await {
        Ok(inside) => tus::remove(&inside.app, &inside.member, &parts.headers, &id).await,
        Err(failure) => tus::spoken(Err(failure)),
    }
}

/// Whoever is signed in. A script can do nothing with the way to the sign-in, so it is told.
async fn reader(parts: &mut Parts, state: &WebState) -> Result<Inside, Failure> {
    match Inside::from_request_parts(parts, state).await {
        Ok(inside) => Ok(inside),
        Err(Trouble::Failed(failure)) => Err(*failure),
        Err(Trouble::Answered(_)) => Err(Refusal::unauthenticated("Not authenticated").into()),
    }
}

/// The same, from a page of this site.
async fn writer(parts: &mut Parts, state: &WebState) -> Result<Inside, Failure> {
    let foreign = |_: Trouble| Failure::from(Refusal::forbidden(BAD_TOKEN));
    require_same_origin(parts, state).map_err(foreign)?;
    let inside = reader(parts, state).await?;
    let sent = parts.headers.get(X_CSRF_TOKEN);
    let sent = sent.and_then(|value| value.to_str().ok());
    inside
        .require_token(sent.unwrap_or_default())
        .map_err(foreign)?;
    Ok(inside)
}
