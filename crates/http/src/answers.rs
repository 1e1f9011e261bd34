//! The bodies of replies: JSON, the number that a write reached, nothing at all.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::error::Failure;

/// The last event number that a reply is at least as new as.
pub const X_EVENT_SEQ: HeaderName = HeaderName::from_static("x-event-seq");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A reply of JSON in UTF-8, non-ASCII as it is.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(CONTENT_TYPE, JSON)], Body::from(bytes)).into_response(),
            Err(error) => {
                Failure::internal(format!("a reply cannot be written: {error}")).into_response()
            }
        }
    }
}

/// Sets `X-Event-Seq`; stands before the body: `(EventSeq(n), Json(campaign))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSeq(pub i64);

impl IntoResponseParts for EventSeq {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts
            .headers_mut()
            .insert(X_EVENT_SEQ, HeaderValue::from(self.0));
        Ok(parts)
    }
}

/// 204 after a write that reached `seq`.
pub fn no_content(seq: EventSeq) -> Response {
    (StatusCode::NO_CONTENT, seq, ()).into_response()
}

/// Rides on a reply: its text, for a page to be rendered in place of the JSON.
#[derive(Debug, Clone)]
pub(crate) struct ErrorText(pub(crate) String);

/// Rides on a reply: what went wrong on our side, for the log alone.
#[derive(Debug, Clone)]
pub(crate) enum Cause {
    /// Something that we depend on is not there.
    Unavailable(String),
    /// A defect.
    Defect(String),
}
