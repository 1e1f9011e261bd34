//! Forms that only the site's own pages can send. Each carries a token that is made of a secret in a cookie: of the
//! session's when somebody is signed in, of one made for the purpose before. Browsers that say where a form comes from are
//! believed too.

use axum::http::header;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::WebState;

/// The form field of the token.
pub const FIELD: &str = "_csrf";

/// The token for a cookie's value. The value holds 256 random bits, so its hash under a name of its own can be shown: nobody
/// gets from it to the cookie, and every process makes the same.
pub(crate) fn token(cookie: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"elite csrf 1:")
        .chain_update(cookie.as_bytes())
        .finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether what a form sent is the token, in a time that does not tell how much of it is right.
pub(crate) fn matches(token: &str, sent: &str) -> bool {
    let (token, sent) = (token.as_bytes(), sent.as_bytes());
    let differing = token.iter().zip(sent).fold(0, |sum, (a, b)| sum | (a ^ b));
    token.len() == sent.len() && std::hint::black_box(differing) == 0
}

/// Whether the browser, as far as it says so, sends the form from a page of this site. `Sec-Fetch-Site` decides alone where
/// it is there; an `Origin` has to be the host that is asked, or the public one where a proxy renames the host.
pub(crate) fn is_from_here(parts: &Parts, state: &WebState) -> bool {
    let headers = &parts.headers;
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = |url: &str| {
        let (_, authority) = url.split_once("://")?;
        Some(authority.trim_end_matches('/').to_ascii_lowercase())
    };
    let Some(origin) = host(origin) else {
        return false;
    };
    // HTTP/2 has the host in the address instead of a header.
    let asked = parts.uri.authority().map(|authority| authority.as_str());
    let asked = text(header::HOST).or(asked).map(str::to_ascii_lowercase);
    Some(&origin) == asked.as_ref() || Some(origin) == host(&state.app.options().public_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_bound_to_its_cookie() {
        let mine = token("session.secret");
        assert_eq!(mine.len(), 64);
        assert!(matches(&mine, &token("session.secret")));
        assert!(!matches(&mine, &token("session.secreu")));
        assert!(!mine.contains("secret"));
    }

    #[test]
    fn nothing_shorter_or_longer_matches() {
        let mine = token("a");
        assert!(!matches(&mine, ""));
        assert!(!matches(&mine, &mine[..63]));
        assert!(!matches(&mine, &format!("{mine}0")));
        assert!(matches(&mine, &mine.clone()));
    }
}
