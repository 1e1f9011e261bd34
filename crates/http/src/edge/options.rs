//! What the edge has to be told by whoever starts it.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use crate::address::TrustedProxies;
use crate::cors::Origins;
use crate::headers::Transport;
use crate::rates::RateLimits;
use crate::request::RequestId;

/// How long a request may take unless its route lifts the bound.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How many requests one process answers at once.
pub const IN_FLIGHT_MAX: u64 = 1000;

/// Makes request ids: full UUIDs in text.
pub type MakeId = Arc<dyn Fn() -> String + Send + Sync>;
/// Checks the signature of the request's token, nothing more; puts the claims into the extensions and gives the user's id.
pub type Identify = Arc<dyn Fn(&mut Parts) -> Option<String> + Send + Sync>;
/// Renders an error as a page: status, text, request id.
pub type RenderError = Arc<dyn Fn(StatusCode, &str, &RequestId) -> Response + Send + Sync>;

/// What the edge has to be told.
pub struct EdgeOptions {
    /// Whose forwarding headers and request ids are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whose scripts may call.
    pub origins: Origins,
    /// Whether plain HTTP is refused.
    pub transport: Transport,
    /// One line for each request at info.
    pub logs_access: bool,
    /// How long a request may take.
    pub timeout: Duration,
    /// How many requests may be in flight.
    pub in_flight_max: u64,
    /// The limits; `None` turns them off.
    pub rates: Option<RateLimits>,
    /// How ids are made.
    pub make_id: MakeId,
    /// How a caller is known before any session is looked up.
    pub identify: Option<Identify>,
    /// How an error looks outside `/api` to who accepts HTML.
    pub render_error: Option<RenderError>,
}

impl EdgeOptions {
    /// Development's: no proxies, no foreign origins, no limits.
    pub fn new(make_id: MakeId) -> Self {
        Self {
            trusted_proxies: TrustedProxies::default(),
            origins: Origins::default(),
            transport: Transport::Any,
            logs_access: false,
            timeout: REQUEST_TIMEOUT,
            in_flight_max: IN_FLIGHT_MAX,
            rates: None,
            make_id,
            identify: None,
            render_error: None,
        }
    }
}
