//! The files that pages refer to. Their URLs name their content, so browsers keep them for ever.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ui::assets::{CACHE_CONTROL, find};

/// For how long a browser keeps the icon, whose address does not name its content.
const ICON_CACHE_CONTROL: &str = "public, max-age=86400";

/// The routes of the files.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{name}", get(async |uri: Uri| asset(uri.path())))
        .route("/favicon.ico", get(icon))
}

fn asset(path: &str) -> Response {
    match find(path) {
        Some(found) => sent(found, CACHE_CONTROL),
        None => http_edge::Failure::plain(StatusCode::NOT_FOUND, "Not Found").into_response(),
    }
}

async fn icon() -> Response {
    asset_named("favicon.svg")
}

fn asset_named(name: &str) -> Response {
    match ui::assets::all().iter().find(|asset| asset.name == name) {
        Some(found) => sent(found, ICON_CACHE_CONTROL),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn sent(asset: &'static ui::assets::Asset, cache_control: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, cache_control),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, Body::from(&*asset.bytes)).into_response()
}
