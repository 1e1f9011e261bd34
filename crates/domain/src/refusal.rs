//! Why a rule says no. A refusal is an expected outcome with a text for the person who asked; it
//! knows nothing of HTTP. The edge maps `RefusalKind` to a status once.

use std::borrow::Cow;

/// The class of a refusal; the edge has exactly one status for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request contradicts a rule (400).
    Rule,
    /// Nobody is signed in, or not as they claim (401).
    Unauthenticated,
    /// Signed in, but not allowed (403).
    Forbidden,
    /// Not there, or not this tenant's: the two are never told apart (404).
    NotFound,
    /// The state does not allow it now (409).
    Conflict,
    /// The monthly quota is used up (402).
    QuotaExceeded,
    /// Larger than a stated bound (413).
    TooLarge,
    /// Too many attempts; come back after `retry_after_seconds` (429).
    Throttled {
        /// Seconds until the next attempt can succeed, at least 1.
        retry_after_seconds: u32,
    },
}

/// A refusal: its class, and a text that may be shown to the person as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// The class of the refusal.
    pub kind: RefusalKind,
    /// What to tell the person; never holds another tenant's data.
    pub text: Cow<'static, str>,
}

impl Refusal {
    /// A refusal of the given class.
    pub fn new(kind: RefusalKind, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// A broken rule (400).
    pub fn rule(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Rule, text)
    }

    /// Nobody is signed in (401).
    pub fn unauthenticated(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Unauthenticated, text)
    }

    /// Not allowed (403).
    pub fn forbidden(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Forbidden, text)
    }

    /// Not there (404).
    pub fn not_found(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::NotFound, text)
    }

    /// Not now (409).
    pub fn conflict(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::Conflict, text)
    }

    /// Over a bound (413).
    pub fn too_large(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(RefusalKind::TooLarge, text)
    }
}
