//! What surrounds a page: who is signed in, where they are, and what the last action left to say.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::assets;
use crate::icon::Icon;
use crate::text::Role;

/// The part of the site that the navigation marks as current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `/`
    Dashboard,
    /// `/campaigns` and all below it, leads and imports included.
    Campaigns,
    /// `/team`
    Team,
    /// `/activity`
    Activity,
    /// `/notifications`
    Notifications,
    /// `/company`
    Company,
    /// `/profile`
    Profile,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// It worked, with something to know.
    Warn,
    /// It did not work.
    Bad,
    /// Neither.
    Info,
    /// Nothing to draw the eye.
    Quiet,
}

impl Tone {
    /// The class of badges and flashes.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "is-good",
            Self::Warn => "is-warn",
            Self::Bad => "is-bad",
            Self::Info => "is-info",
            Self::Quiet => "",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::Check,
            Self::Warn | Self::Bad => Icon::Warning,
            Self::Info | Self::Quiet => Icon::Info,
        }
    }

    fn live_role(self) -> &'static str {
        if self == Self::Bad { "alert" } else { "status" }
    }
}

/// A message about what just happened, shown once; a fragment of its own.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "components/flash.html")]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    /// What it says, in plain text.
    pub text: String,
}

impl HtmlSafe for Flash {}

impl Flash {
    /// It worked.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
        }
    }

    /// It worked, with something to know.
    pub fn warn(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Warn,
            text: text.into(),
        }
    }

    /// It did not work.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            text: text.into(),
        }
    }
}

/// What each signed-in page shows around its content.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// Full name, or the address where no name is known.
    pub user_name: String,
    /// The address with which the person signs in.
    pub user_email: String,
    /// What they may do.
    pub role: Role,
    /// The company's name.
    pub tenant_name: String,
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
    /// What the navigation marks.
    pub section: Section,
    /// Unread notifications.
    pub unread: u32,
    /// What the last action left to say.
    pub flash: Option<Flash>,
}

impl Chrome {
    pub(crate) fn header(&self) -> Header<'_> {
        Header { chrome: self }
    }

    fn current(&self, section: Section) -> Current {
        Current(self.section == section)
    }
}

/// The brand, the sections and the account menu.
#[derive(Template)]
#[template(path = "layout/header.html")]
pub(crate) struct Header<'a> {
    chrome: &'a Chrome,
}

impl HtmlSafe for Header<'_> {}

/// Writes `aria-current` where a link leads to where the reader is.
struct Current(bool);

impl std::fmt::Display for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0 { " aria-current=page" } else { "" })
    }
}

/// What each page before sign-in shows around its content.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// The token that every form sends back as `_csrf`.
    pub csrf: String,
    /// What the last action left to say.
    pub flash: Option<Flash>,
}
