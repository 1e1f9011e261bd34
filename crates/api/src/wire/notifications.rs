//! Notifications.

use domain::notifications::Notification as Item;
use serde::Serialize;
use utoipa::ToSchema;

/// The latest notifications.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notifications {
    /// One to five items.
    pub notifications: Vec<Notification>,
    /// Those that were not read.
    pub unread_count: usize,
}

/// A notification.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Notification {
    /// A stable id.
    pub id: String,
    /// `leads_generated`, `emails_sent` or `info`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A short heading.
    pub title: &'static str,
    /// What happened.
    pub message: String,
    /// How long ago, in words.
    pub time_ago: String,
    /// Whether it was read.
    pub read: bool,
    /// The campaign, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub campaign_id: Option<String>,
}

impl From<Vec<Item>> for Notifications {
    fn from(items: Vec<Item>) -> Self {
        Self {
            unread_count: items.iter().filter(|item| !item.read).count(),
            notifications: items.into_iter().map(Notification::from).collect(),
        }
    }
}

impl From<Item> for Notification {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            kind: item.kind,
            title: item.title,
            message: item.message,
            time_ago: item.time_ago,
            read: item.read,
            campaign_id: item.campaign_id.map(|id| id.to_string()),
        }
    }
}
