//! The pages that say that something did not work, and what to do now. They need nothing but words, so
//! that they render when the database does not answer.

use askama::Template;

/// A refusal or a failure as a page of its own.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "pages/trouble.html")]
pub struct TroublePage {
    /// The HTTP status, shown small.
    pub status: u16,
    /// What happened, as a heading.
    pub title: String,
    /// What to do now.
    pub text: String,
    /// The request's id, for whoever looks into the log.
    pub request_id: Option<String>,
    /// Whether "try again" is offered: a link to this path.
    pub retry_href: Option<String>,
    /// Whether logging out is offered, to somebody who can do nothing else: the token of its form.
    pub logout_csrf: Option<String>,
}

impl TroublePage {
    fn new(status: u16, title: &str, text: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            text: text.into(),
            request_id: None,
            retry_href: None,
            logout_csrf: None,
        }
    }

    /// 400: a form that cannot be understood, or whose `_csrf` has run out.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(400, "That did not work", text)
    }

    /// Any other refusal, with its status and a text that may be shown as it is.
    pub fn refused(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, "That did not work", text)
    }

    /// 403 with the reason, which may be shown as it is.
    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, "This is not open to you", text)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(
            404,
            "There is nothing here",
            "The address may be mistyped, or what was here has been deleted.",
        )
    }

    /// 405.
    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "That does not work here",
            "Go back, reload the page and try again.",
        )
    }

    /// 413.
    pub fn too_large(size_max_mb: u32) -> Self {
        Self::new(
            413,
            "The file is too large",
            format!(
                "File is larger than {size_max_mb} MB. Split it, or save it as CSV, and upload the parts one after the other."
            ),
        )
    }

    /// 429.
    pub fn throttled(retry_after_seconds: u32) -> Self {
        let wait = match retry_after_seconds {
            0..=1 => "a second".into(),
            2..=90 => format!("{retry_after_seconds} seconds"),
            more => format!("{} minutes", more.div_ceil(60)),
        };
        Self::new(
            429,
            "A little too fast",
            format!("There were too many attempts in a short time. Please try again in {wait}."),
        )
    }

    /// 500.
    pub fn internal() -> Self {
        Self::new(
            500,
            "Something broke on our side",
            "It has been written to the log. Your data is as it was before; please try again.",
        )
    }

    /// 503.
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "Back in a moment",
            "The service cannot answer right now. Nothing is lost; please try again shortly.",
        )
    }

    /// With the request's id.
    pub fn with_request_id(self, id: impl Into<String>) -> Self {
        Self {
            request_id: Some(id.into()),
            ..self
        }
    }

    /// With logging out in the place of the way to the start, which is shut too.
    pub fn with_logout(self, csrf: impl Into<String>) -> Self {
        Self {
            logout_csrf: Some(csrf.into()),
            ..self
        }
    }

    /// With a link that tries again.
    pub fn with_retry(self, href: impl Into<String>) -> Self {
        Self {
            retry_href: Some(href.into()),
            ..self
        }
    }
}
