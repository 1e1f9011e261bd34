//! Who calls over the API. The token's signature is checked once, before the rate limit, without the database; a
//! handler that names a caller among its parameters then has the login, the person and the tenant looked up.

use std::sync::Arc;

use app::App;
use app::caller::{Member, SignedIn, by_token_at};
use app::tokens::{Claims, Tokens};
use axum::extract::{FromRef, FromRequestParts};
use domain::refusal::Refusal;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::answers::X_EVENT_SEQ;
use crate::edge::Identify;
use crate::error::Failure;

/// What stands in a request's `Authorization`, once checked.
#[derive(Debug, Clone)]
pub enum Bearer {
    /// Nothing, or another scheme.
    Absent,
    /// A token that is not ours, or whose time is over.
    Bad,
    /// A token of ours.
    Good(Arc<Claims>),
}

impl Bearer {
    /// Checks the token of these headers; the scheme's case does not matter.
    pub fn read(headers: &HeaderMap, tokens: &Tokens) -> Self {
        match token(headers) {
            None => Self::Absent,
            Some(token) => tokens
                .verify(token)
                .map_or(Self::Bad, |claims| Self::Good(Arc::new(claims))),
        }
    }

    /// What the token says, or the contract's 401.
    pub fn claims(&self) -> Result<&Claims, Refusal> {
        match self {
            Self::Absent => Err(Refusal::unauthenticated("Not authenticated")),
            Self::Bad => Err(Refusal::unauthenticated("Invalid or expired token")),
            Self::Good(claims) => Ok(claims),
        }
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The edge's look at a request: leaves the [`Bearer`] with it and gives the user that the rate limit counts for.
pub fn identify(tokens: Tokens) -> Identify {
    Arc::new(move |parts| {
        let bearer = Bearer::read(&parts.headers, &tokens);
        let user = bearer.claims().ok().map(|claims| claims.sub.clone());
        parts.extensions.insert(bearer);
        user
    })
}

/// A live login of an active person, whatever their tenant's state (contract: U).
#[derive(Debug, Clone)]
pub struct Caller(pub SignedIn);

/// A live login whose tenant may work (contract: T).
#[derive(Debug, Clone)]
pub struct CallingMember(pub Member);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let app = App::from_ref(state);
        let known = parts.extensions.get::<Bearer>().cloned();
        let bearer = known.unwrap_or_else(|| Bearer::read(&parts.headers, app.tokens()));
        let carried = parts.headers.get(X_EVENT_SEQ);
        let carried = carried.map(|value| value.to_str().unwrap_or("?"));
        Ok(Self(by_token_at(&app, bearer.claims()?, carried).await?))
    }
}

impl<S> FromRequestParts<S> for CallingMember
where
    S: Send + Sync,
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Caller(signed_in) = Caller::from_request_parts(parts, state).await?;
        Ok(Self(signed_in.member()?))
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::{Clock, Timestamp};

    use super::*;

    fn text_for(authorization: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.parse().unwrap());
        }
        let start = Timestamp(1_700_000_000_000_000);
        let tokens = Tokens::new(b"a secret of thirty-two characters", Clock::manual(start));
        Bearer::read(&headers, &tokens)
            .claims()
            .unwrap_err()
            .text
            .into_owned()
    }

    #[test]
    fn a_missing_token_and_a_bad_one_are_told_apart() {
        for absent in [None, Some("Basic YTpi"), Some("Bearer"), Some("")] {
            assert_eq!(text_for(absent), "Not authenticated");
        }
        for bad in ["Bearer null", "bearer a.b.c", "BEARER x"] {
            assert_eq!(text_for(Some(bad)), "Invalid or expired token");
        }
    }
}
