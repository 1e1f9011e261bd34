//! What the edge has to know of the routes: which one matched, whether one exists, and how axum's own answers look.

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{Method, StatusCode, Uri};
use tower::Service;

use crate::error::Failure;
use crate::request::RequestScope;

/// Asks whether a route exists without running it.
#[derive(Clone, Copy)]
struct Probe;

/// Innermost part: knows the route.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if request.extensions().get::<Probe>().is_some() {
        let found = if route.is_some() {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::NOT_FOUND
        };
        return found.into_response();
    }
    if let (Some(scope), Some(route)) = (request.extensions().get::<RequestScope>(), route) {
        scope.note_route(route.as_str());
    }
    next.run(request).await
}

/// Axum's own 405 has no body; the contract's has.
pub(super) fn in_contract_shape(response: Response) -> Response {
    let is_bare = !response.headers().contains_key(CONTENT_TYPE);
    if response.status() != StatusCode::METHOD_NOT_ALLOWED || !is_bare {
        return response;
    }
    let mut shaped =
        Failure::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
    if let Some(allow) = response.headers().get(ALLOW) {
        shaped.headers_mut().insert(ALLOW, allow.clone());
    }
    shaped
}

/// Whether there is a route, of whatever method.
pub(super) async fn is_routed(mut router: Router, method: &Method, uri: Uri) -> bool {
    let mut probe = Request::new(Body::empty());
    *probe.method_mut() = method.clone();
    *probe.uri_mut() = uri;
    probe.extensions_mut().insert(Probe);
    let Ok(response) = router.call(probe).await;
    response.status() != StatusCode::NOT_FOUND
}
