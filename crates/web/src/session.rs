//! The login of a browser: a cookie that names a session and proves it.

use app::App;
use app::accounts::{Login, LoginKey};
use app::caller::{SignedIn, by_cookie};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use domain::accounts::{LOGIN_LIFE, Origin};
use http_edge::{ClientAddress, Failure};

use crate::WebState;
use crate::cookies::{Cookie, IsTls};
use crate::page::see_other;
use crate::trouble::Trouble;

/// Who the cookie says is there; `None` when it says nothing that holds.
pub(crate) async fn signed_in(
    app: &App,
    headers: &HeaderMap,
    is_tls: IsTls,
) -> Result<Option<SignedIn>, Trouble> {
    match Cookie::Session.read(headers, is_tls) {
        Some(value) => Ok(by_cookie(app, value).await?),
        None => Ok(None),
    }
}

/// Sends somebody who has just signed in to a page, with the cookie.
pub(crate) fn begin(login: Login, to: &str, is_tls: IsTls) -> Result<Response, Trouble> {
    let LoginKey::Cookie(value) = login.key else {
        let text = "a login of the site came without a cookie";
        return Err(Failure::internal(text).into());
    };
    let line = Cookie::Session.set(&value, Some(LOGIN_LIFE.as_secs()), is_tls);
    let mut response = see_other(to);
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}

/// Where a request comes from, for the list of sign-ins.
pub(crate) async fn origin(parts: &mut Parts, state: &WebState) -> Origin {
    let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
    let agent = parts.headers.get(header::USER_AGENT);
    Origin {
        address: Some(address.to_string()),
        user_agent: agent
            .and_then(|agent| agent.to_str().ok())
            .map(str::to_owned),
    }
}
