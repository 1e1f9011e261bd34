//! What the person should know of.

use app::notifications;
use axum::http::StatusCode;
use ui::chrome::Section;
use ui::notifications::{Notification, NotificationKind, NotificationsPage};

use crate::inside::Inside;
use crate::page::page;
use crate::trouble::Answer;

/// The kind of the item that says that there is nothing to tell.
const NOTHING: &str = "info";

pub(crate) async fn index(inside: Inside) -> Answer {
    let items = notifications::list(&inside.app, &inside.member).await?;
    let told = items.value.into_iter().filter(|item| item.kind != NOTHING);
    let shown = NotificationsPage {
        chrome: inside.chrome(Section::Notifications).await?,
        items: told
            .map(|item| Notification {
                kind: match item.kind {
                    "leads_generated" => NotificationKind::LeadsGenerated,
                    "emails_sent" => NotificationKind::EmailsSent,
                    _ => NotificationKind::Info,
                },
                title: item.title.into(),
                message: item.message,
                time_ago: item.time_ago,
                is_read: item.read,
                href: item.campaign_id.map(|id| format!("/campaigns/{id}")),
            })
            .collect(),
    };
    page(StatusCode::OK, &shown)
}
