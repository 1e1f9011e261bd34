//! Where a sign-in comes from.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use domain::accounts::Origin;
use http::header::USER_AGENT;
use http::request::Parts;
use http_edge::ClientAddress;

/// The client's address and what it calls itself, as a login remembers them.
#[derive(Debug, Clone)]
pub(crate) struct From(pub(crate) Origin);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(USER_AGENT);
        Ok(Self(Origin {
            address: Some(address.to_string()),
            user_agent: user_agent
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        }))
    }
}
