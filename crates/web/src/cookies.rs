//! Cookies as values: their names, and the two lines of header that carry them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use http_edge::Scheme;

use crate::WebState;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Who is signed in.
    Session,
    /// What the forms before sign-in are bound to.
    Csrf,
    /// What the last action left to say.
    Flash,
}

/// Whether a request came over TLS, so that its cookies must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IsTls(pub(crate) bool);

impl IsTls {
    /// As the operator's public URL or the trusted proxy says.
    pub(crate) async fn of(parts: &mut Parts, state: &WebState) -> Self {
        let Ok(scheme) = Scheme::from_request_parts(parts, state).await;
        Self(state.is_public_tls || scheme == Scheme::Https)
    }
}

impl Cookie {
    /// The name; behind TLS with the prefix that keeps sister hosts and plain HTTP from setting it (RFC 6265bis, 4.1.3.2).
    fn name(self, is_tls: IsTls) -> &'static str {
        match (self, is_tls.0) {
            (Self::Session, false) => "elite_session",
            (Self::Session, true) => "__Host-elite_session",
            (Self::Csrf, false) => "elite_csrf",
            (Self::Csrf, true) => "__Host-elite_csrf",
            (Self::Flash, false) => "elite_flash",
            (Self::Flash, true) => "__Host-elite_flash",
        }
    }

    /// The value that a request brings; of two the first, which browsers send for the longer path.
    pub(crate) fn read(self, headers: &HeaderMap, is_tls: IsTls) -> Option<&str> {
        let name = self.name(is_tls);
        let lines = headers.get_all(header::COOKIE).iter();
        lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))
            .filter(|value| !value.is_empty())
    }

    /// The line that sets it, for so many seconds; `None` is until the browser is closed. A value that no header can
    /// carry sets nothing.
    pub(crate) fn set(self, value: &str, seconds: Option<u64>, is_tls: IsTls) -> HeaderValue {
        let name = self.name(is_tls);
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let secure = if is_tls.0 { "; Secure" } else { "" };
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
        HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static("elite_none=; Max-Age=0"))
    }

    /// The line that removes it.
    pub(crate) fn clear(self, is_tls: IsTls) -> HeaderValue {
        self.set("", Some(0), is_tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_tls_a_cookie_is_secure_and_of_this_host_alone() {
        let line = Cookie::Session.set("a.b", Some(60), IsTls(true));
        let expected =
            "__Host-elite_session=a.b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure";
        assert_eq!(line, expected);
        let line = Cookie::Session.set("a.b", None, IsTls(false));
        assert_eq!(line, "elite_session=a.b; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let line = "x=1; not_elite_session=no; elite_session=yes=; elite_csrf=";
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        let read = |cookie: Cookie, is_tls| cookie.read(&headers, IsTls(is_tls));
        assert_eq!(read(Cookie::Session, false), Some("yes="));
        assert_eq!(read(Cookie::Session, true), None);
        assert_eq!(read(Cookie::Csrf, false), None);
    }
}
