//! How a request ends that has no page of its own: the one error of every handler, and the pages that say what went
//! wrong.

use app::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use http_edge::{Failure, RequestId};
use ui::Template;
use ui::trouble::TroublePage;

use crate::page::{HTML, NOT_STORED, POLICY};

/// Why a handler has no page: a failure that gets one, or an answer that is ready, such as a redirect to the sign-in.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A refusal or a fault.
    Failed(Box<Failure>),
    /// A finished answer.
    Answered(Box<Response>),
}

/// What a handler gives.
pub(crate) type Answer = Result<Response, Trouble>;

/// Rides on a reply whose body is still the API's: the page's words.
#[derive(Debug, Clone)]
pub(crate) struct Unpaged(String);

impl Trouble {
    /// 404.
    pub(crate) fn not_found() -> Self {
        Failure::from(Refusal::not_found("Not Found")).into()
    }

    /// 403 with the reason.
    pub(crate) fn forbidden(text: &'static str) -> Self {
        Failure::from(Refusal::forbidden(text)).into()
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<Response> for Trouble {
    fn from(response: Response) -> Self {
        Self::Answered(Box::new(response))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(response) => *response,
            Self::Failed(failure) => {
                let text = failure.text().to_owned();
                let mut response = failure.into_response();
                response.headers_mut().remove(header::WWW_AUTHENTICATE);
                response.extensions_mut().insert(Unpaged(text));
                response
            }
        }
    }
}

/// Puts the page in the place of a failure's body. What the failure leaves for the log stays with the answer.
pub(crate) fn paged(mut response: Response, id: &RequestId) -> Response {
    let Some(Unpaged(text)) = response.extensions_mut().remove::<Unpaged>() else {
        return response;
    };
    let page = render_error(response.status(), &text, id);
    let (mut parts, _) = response.into_parts();
    let (page, body) = page.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(page.headers);
    Response::from_parts(parts, body)
}

/// An error as a page, for whoever asks for HTML outside `/api`.
pub fn render_error(status: StatusCode, text: &str, id: &RequestId) -> Response {
    let page = words(status, text);
    let page = if status.is_server_error() {
        page.with_request_id(&*id.0)
    } else {
        page
    };
    // Writing into a string fails only with a template that cannot be written at all; the words are left then.
    let body = page.render().unwrap_or_else(|_| page.title.clone());
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CACHE_CONTROL, NOT_STORED),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    (status, headers, body).into_response()
}

fn words(status: StatusCode, text: &str) -> TroublePage {
    match status {
        StatusCode::FORBIDDEN => TroublePage::forbidden(role_words(text)),
        StatusCode::NOT_FOUND => TroublePage::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => TroublePage::method_not_allowed(),
        StatusCode::TOO_MANY_REQUESTS => {
            let mut page = TroublePage::throttled(1);
            page.text = text.to_owned();
            page
        }
        StatusCode::SERVICE_UNAVAILABLE => TroublePage::unavailable(),
        status if status.is_server_error() => TroublePage::internal(),
        StatusCode::BAD_REQUEST => TroublePage::bad_request(text),
        status => TroublePage::refused(status.as_u16(), text),
    }
}

/// The API's text about roles, as one says it to a person.
fn role_words(text: &str) -> String {
    if text.starts_with("Insufficient permissions") {
        "Only owners and admins can do this. Ask one of them.".into()
    } else {
        text.into()
    }
}
