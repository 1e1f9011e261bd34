//! The headers of every reply. They are set here alone and replace what is there, so that a reply never carries
//! two of a kind; a handler decides only its caching and its content security policy.

use std::time::Duration;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, EXPIRES, HeaderName, PRAGMA, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use crate::request::RequestId;

/// The name of a request.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Elapsed milliseconds, at most two decimals.
pub const X_PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PERMISSIONS: &str = "geolocation=(), microphone=(), camera=(), payment=(), usb=(), \
    magnetometer=(), gyroscope=(), accelerometer=()";
const NOT_STORED: &str = "no-store, no-cache, must-revalidate, private";
const HSTS: &str = "max-age=31536000; includeSubDomains; preload";
/// Nothing may be loaded: right for data, and safe for a page that forgot to say what it needs.
const DATA_POLICY: &str = "default-src 'none'";

/// Whether browsers are told to come back over TLS only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Development: plain HTTP is as good.
    Any,
    /// Production: HSTS, and plain requests are redirected.
    TlsOnly,
}

/// Adds them to a reply.
pub(crate) fn complete(
    headers: &mut HeaderMap,
    id: &RequestId,
    elapsed: Duration,
    transport: Transport,
) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(X_FRAME_OPTIONS, "DENY");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(PERMISSIONS_POLICY, PERMISSIONS);
    if transport == Transport::TlsOnly {
        set(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(NOT_STORED));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(EXPIRES, HeaderValue::from_static("0"));
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(DATA_POLICY));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(X_REQUEST_ID, id);
    }
    let elapsed = HeaderValue::from_str(&milliseconds(elapsed).to_string());
    headers.insert(X_PROCESS_TIME, elapsed.expect("a number is a header value"));
}

/// Milliseconds rounded to two decimals.
pub(crate) fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(mut headers: HeaderMap, transport: Transport) -> HeaderMap {
        let elapsed = Duration::from_micros(12_345);
        complete(&mut headers, &RequestId("r-1".into()), elapsed, transport);
        headers
    }

    #[test]
    fn fix_61_each_header_is_there_once_whatever_the_handler_set() {
        let mut headers = HeaderMap::new();
        headers.append(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
        headers.append(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.append(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        let headers = completed(headers, Transport::Any);
        assert_eq!(
            headers.get_all(X_FRAME_OPTIONS).iter().collect::<Vec<_>>(),
            ["DENY"]
        );
        assert_eq!(headers.get_all(REFERRER_POLICY).iter().count(), 1);
        for absent in [
            "x-powered-by",
            "x-xss-protection",
            "strict-transport-security",
        ] {
            assert!(!headers.contains_key(absent));
        }
        assert_eq!(headers["x-process-time"], "12.35");
        assert_eq!(headers["x-request-id"], "r-1");
        assert_eq!(headers["content-security-policy"], "default-src 'none'");
    }

    #[test]
    fn fix_51_a_page_sets_its_own_policy_and_nothing_upgrades_plain_requests() {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("script-src 'self'"),
        );
        let headers = completed(headers, Transport::Any);
        assert_eq!(headers["content-security-policy"], "script-src 'self'");
    }

    #[test]
    fn caching_is_off_unless_the_handler_said_how() {
        let headers = completed(HeaderMap::new(), Transport::TlsOnly);
        assert_eq!(headers["cache-control"], NOT_STORED);
        assert_eq!(
            (&headers["pragma"], &headers["expires"]),
            (&"no-cache".parse().unwrap(), &"0".parse().unwrap())
        );
        assert_eq!(headers["strict-transport-security"], HSTS);

        let mut own = HeaderMap::new();
        own.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        let headers = completed(own, Transport::Any);
        assert!(!headers.contains_key(PRAGMA) && !headers.contains_key(EXPIRES));
    }
}
