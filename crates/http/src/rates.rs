//! Rate limits: whose request it is, which paths are free, and what the reply says about it.

use std::net::IpAddr;
use std::time::Duration;

use http::header::HeaderName;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use limits::{Decision, Limiter, Rate, Window};

const LIMIT_MINUTE: HeaderName = HeaderName::from_static("x-ratelimit-limit-minute");
const REMAINING_MINUTE: HeaderName = HeaderName::from_static("x-ratelimit-remaining-minute");
const LIMIT_HOUR: HeaderName = HeaderName::from_static("x-ratelimit-limit-hour");
const REMAINING_HOUR: HeaderName = HeaderName::from_static("x-ratelimit-remaining-hour");

/// Keys remembered at once: 1.5 MiB for each limiter.
const KEYS_MAX: usize = 65_536;
/// Paths that no limit applies to.
const FREE: [&str; 6] = [
    "/health",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/livez",
    "/readyz",
];
/// Beginnings of paths that no limit applies to: immutable files, and sockets, whose upgrades have a limit of
/// their own.
const FREE_UNDER: [&str; 2] = ["/assets/", "/ws/"];
/// Ends of paths that take files.
const UPLOADS: [&str; 3] = ["/upload-leads", "/upload", "/import"];

/// How much one user or address may ask; 0 turns a window off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateSettings {
    /// Requests in a minute.
    pub per_minute: u32,
    /// How many of them at once.
    pub burst: u32,
    /// Requests in an hour.
    pub per_hour: u32,
    /// Uploads in a second.
    pub uploads_per_second: u32,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            per_minute: 6000,
            burst: 200,
            per_hour: 0,
            uploads_per_second: 10,
        }
    }
}

/// Whose account a request goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// A signed-in user, by what their token says.
    User(String),
    /// Anybody else, by address.
    Address(IpAddr),
}

/// The limits of this process.
pub struct RateLimits {
    minute: Option<u32>,
    general: Limiter,
    uploads: Option<Limiter>,
}

/// What the limits say to a request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Verdict {
    pub(crate) headers: RateHeaders,
    /// Set on a refusal.
    pub(crate) retry_after_seconds: Option<u64>,
}

/// The reply's headers about it; empty on free paths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RateHeaders {
    minute: Option<Window>,
    hour: Option<Window>,
}

impl RateLimits {
    /// The limits that these settings describe.
    pub fn new(settings: RateSettings) -> Self {
        let on = |limit: u32| (limit > 0).then_some(limit);
        let minute = on(settings.per_minute);
        let rates: Vec<Rate> = [
            minute.map(|limit| Rate::per_minute(limit).with_burst(settings.burst)),
            on(settings.per_hour).map(Rate::per_hour),
        ]
        .into_iter()
        .flatten()
        .collect();
        Self {
            minute,
            general: Limiter::new(&rates, KEYS_MAX),
            uploads: on(settings.uploads_per_second)
                .map(|limit| Limiter::new(&[Rate::per_second(limit)], KEYS_MAX)),
        }
    }

    /// Counts the request at this monotonic reading, unless it is refused.
    pub(crate) fn take(&self, parts: &Parts, key: &RateKey, now: Duration) -> Verdict {
        if is_free(&parts.method, parts.uri.path()) {
            return Verdict::default();
        }
        if let Some(uploads) = self.uploads.as_ref().filter(|_| is_upload(parts)) {
            // Both must have room, and a refusal by either counts in neither.
            let mut verdict = self.judge(&self.general.peek(key, now));
            if verdict.retry_after_seconds.is_none() {
                let decision = uploads.take(key, now);
                verdict.retry_after_seconds =
                    (!decision.is_allowed).then(|| decision.retry_after_seconds());
            }
            if verdict.retry_after_seconds.is_some() {
                return verdict;
            }
        }
        self.judge(&self.general.take(key, now))
    }

    fn judge(&self, decision: &Decision) -> Verdict {
        let seconds = (!decision.is_allowed).then(|| decision.retry_after_seconds());
        Verdict {
            headers: self.headers(decision),
            retry_after_seconds: seconds,
        }
    }

    fn headers(&self, decision: &Decision) -> RateHeaders {
        match (self.minute, decision.windows) {
            (Some(_), [minute, hour]) => RateHeaders { minute, hour },
            (None, [hour, _]) => RateHeaders { minute: None, hour },
        }
    }
}

impl RateHeaders {
    /// Writes those of the windows that are on.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let windows = [
            (self.minute, LIMIT_MINUTE, REMAINING_MINUTE),
            (self.hour, LIMIT_HOUR, REMAINING_HOUR),
        ];
        for (window, limit, remaining) in windows {
            if let Some(window) = window {
                headers.insert(limit, HeaderValue::from(window.limit));
                headers.insert(remaining, HeaderValue::from(window.remaining));
            }
        }
    }
}

fn is_free(method: &Method, path: &str) -> bool {
    method == Method::OPTIONS
        || FREE.contains(&path)
        || FREE_UNDER
            .iter()
            .any(|beginning| path.starts_with(beginning))
}

fn is_upload(parts: &Parts) -> bool {
    parts.method == Method::POST && UPLOADS.iter().any(|end| parts.uri.path().ends_with(end))
}
