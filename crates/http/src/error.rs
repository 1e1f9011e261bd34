//! The one place where a refusal, a list of field problems or a fault becomes an answer. It is logged by the edge,
//! once, with the request's id; what a fault was never reaches the client.

use axum::response::{IntoResponse, Response};
use domain::problems::{FieldProblem, Problem, Step};
use domain::refusal::{Refusal, RefusalKind};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::answers::{Cause, ErrorText, Json};
use crate::input;

/// What a client is told to wait after a 503.
pub const RETRY_AFTER_SECONDS: u32 = 5;
/// How many field problems one answer lists; a body can have a million.
pub const PROBLEMS_MAX: usize = 100;
/// The text of every 503.
pub const UNAVAILABLE: &str = "Service temporarily unavailable. Please retry.";
const UPGRADE_URL: &str = "/billing/upgrade";

/// An answer that is an error, ready to be sent.
#[derive(Debug)]
pub struct Failure(Box<Answer>);

/// The result of a handler.
pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    detail: Value,
    text: String,
    retry_after_seconds: Option<u32>,
    cause: Option<Cause>,
}

impl Failure {
    fn new(status: StatusCode, detail: Value, text: impl Into<String>) -> Self {
        let text = text.into();
        Self(Box::new(Answer {
            status,
            detail,
            text,
            retry_after_seconds: None,
            cause: None,
        }))
    }

    /// `{"detail": text}` with a status that no refusal has.
    pub fn plain(status: StatusCode, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(status, Value::String(text.clone()), text)
    }

    /// 503: what is missing goes to the log, nothing was changed.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        let mut failure = Self::plain(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE);
        failure.0.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        failure.0.cause = Some(Cause::Unavailable(cause.into()));
        failure
    }

    /// 500: a defect of ours, described for the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut failure = Self::plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        failure.0.cause = Some(Cause::Defect(cause.into()));
        failure
    }

    /// 402: the plan's leads are used up.
    pub fn quota_exceeded(quota: i64, used: i64) -> Self {
        let text = "Monthly lead quota exceeded";
        let detail =
            json!({"message": text, "quota": quota, "used": used, "upgrade_url": UPGRADE_URL});
        Self::new(StatusCode::PAYMENT_REQUIRED, detail, text)
    }

    /// 413 for a file, whose bound is told in whole mebibytes.
    pub fn file_too_large(bytes_max: u64) -> Self {
        Self::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("File is larger than {} MB", mebibytes(bytes_max)),
        )
    }

    /// 413 for any other body.
    pub fn body_too_large(bytes_max: usize) -> Self {
        Self::plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "Request body is larger than {} MB",
                mebibytes(bytes_max as u64)
            ),
        )
    }

    /// 422: one entry for each problem, at most [`PROBLEMS_MAX`].
    pub fn invalid(problems: Vec<FieldProblem>) -> Self {
        let texts: Vec<String> = problems
            .iter()
            .take(PROBLEMS_MAX)
            .map(|problem| problem.problem.message())
            .collect();
        let entries = problems.into_iter().take(PROBLEMS_MAX).map(entry).collect();
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            Value::Array(entries),
            texts.join(", "),
        )
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What the answer says, as one text for a person.
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

fn mebibytes(bytes: u64) -> u64 {
    (bytes / (1024 * 1024)).max(1)
}

fn entry(problem: FieldProblem) -> Value {
    let location: Vec<Value> = problem
        .location
        .iter()
        .map(|step| match step {
            Step::Name(name) => json!(name),
            Step::Index(index) => json!(index),
        })
        .collect();
    // What a missing field shows is the whole object, whose secrets are hidden one by one.
    let is_secret =
        problem.problem != Problem::Missing && problem.field().is_some_and(input::is_secret);
    let received = if is_secret {
        Value::Null
    } else {
        input::bounded(&problem.input)
    };
    let mut entry = json!({
        "type": problem.problem.code(),
        "loc": location,
        "msg": problem.problem.message(),
        "input": received,
    });
    if let Some(context) = problem.problem.context() {
        entry["ctx"] = context;
    }
    entry
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let mut retry_after = None;
        let status = match refusal.kind {
            RefusalKind::Rule => StatusCode::BAD_REQUEST,
            RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::QuotaExceeded => StatusCode::PAYMENT_REQUIRED,
            RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalKind::Throttled {
                retry_after_seconds,
            } => {
                retry_after = Some(retry_after_seconds.max(1));
                StatusCode::TOO_MANY_REQUESTS
            }
        };
        let mut failure = Self::plain(status, refusal.text);
        failure.0.retry_after_seconds = retry_after;
        failure
    }
}

impl From<Vec<FieldProblem>> for Failure {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::invalid(problems)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let answer = *self.0;
        let mut body = json!({"detail": answer.detail});
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            body["retry_after"] = json!(answer.retry_after_seconds);
        }
        let mut response = (answer.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if answer.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = answer.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(ErrorText(answer.text));
        if let Some(cause) = answer.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}

/// 429 as the rate limit answers it.
pub(crate) fn rate_limited(retry_after_seconds: u64) -> Response {
    let seconds = u32::try_from(retry_after_seconds).unwrap_or(u32::MAX);
    let kind = RefusalKind::Throttled {
        retry_after_seconds: seconds,
    };
    Failure::from(Refusal::new(
        kind,
        "Rate limit exceeded. Please try again later.",
    ))
    .into_response()
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
