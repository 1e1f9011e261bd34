//! What the person should know of (contract 4.10).

use askama::Template;

use crate::chrome::Chrome;
use crate::icon::Icon;

/// What a notification tells; decides its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationKind {
    /// Leads were added.
    LeadsGenerated,
    /// E-mails were sent.
    EmailsSent,
    /// Anything else.
    Info,
}

impl NotificationKind {
    fn icon(self) -> Icon {
        match self {
            Self::LeadsGenerated => Icon::Inbox,
            Self::EmailsSent => Icon::Mail,
            Self::Info => Icon::Info,
        }
    }
}

/// One notification.
#[derive(Debug, Clone)]
pub struct Notification {
    /// What it tells.
    pub kind: NotificationKind,
    /// Its heading.
    pub title: String,
    /// Its text.
    pub message: String,
    /// Relative: `2 hours ago`; may be empty.
    pub time_ago: String,
    /// Whether it was seen.
    pub is_read: bool,
    /// Where it leads.
    pub href: Option<String>,
}

/// `GET /notifications`
#[derive(Debug, Clone, Template)]
#[template(path = "pages/notifications.html")]
pub struct NotificationsPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Newest first; empty where there is nothing to tell.
    pub items: Vec<Notification>,
}
