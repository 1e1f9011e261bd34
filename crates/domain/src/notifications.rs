//! The computed notifications of contract 4.10 (FIX-57): made from campaigns and recent mail at
//! the time of reading, in UTC, newest first.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::CampaignId;

/// Most items of the list.
pub const ITEMS_MAX: usize = 5;
/// How many of the newest campaigns are looked at.
pub const CAMPAIGNS_SEEN: u64 = 10;
/// How many of the latest e-mails are counted.
pub const EMAILS_SEEN: u64 = 5;
/// How long a sent e-mail counts as recent.
pub const EMAIL_RECENT: Duration = Duration::from_secs(7 * 24 * 3600);

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// A stable id for the item.
    pub id: String,
    /// `leads_generated`, `emails_sent` or `info`.
    pub kind: &'static str,
    /// A short heading.
    pub title: &'static str,
    /// What happened.
    pub message: String,
    /// How long ago, in words.
    pub time_ago: String,
    /// Whether it counts as read.
    pub read: bool,
    /// The campaign it is about.
    pub campaign_id: Option<CampaignId>,
}

/// A campaign with leads, as far as the list needs it.
#[derive(Debug, Clone)]
pub struct CampaignWithLeads {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Leads it holds.
    pub leads_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The list: campaigns with leads and recent e-mails by their time, newest first, at most [`ITEMS_MAX`].
pub fn compose(
    campaigns: Vec<CampaignWithLeads>,
    emails_sent_at: &[Timestamp],
    now: Timestamp,
) -> Vec<Notification> {
    let mut dated: Vec<(Timestamp, Notification)> = campaigns
        .into_iter()
        .filter(|campaign| campaign.leads_count > 0)
        .map(|campaign| (campaign.created_at, about_campaign(campaign, now)))
        .collect();
    let recent: Vec<_> = emails_sent_at
        .iter()
        .filter(|at| **at > now.minus(EMAIL_RECENT))
        .collect();
    if let Some(latest) = recent.iter().max() {
        dated.push((**latest, about_emails(recent.len())));
    }
    dated.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut items: Vec<_> = dated
        .into_iter()
        .map(|(_, item)| item)
        .take(ITEMS_MAX)
        .collect();
    if items.is_empty() {
        items.push(nothing_yet());
    }
    items
}

fn about_campaign(campaign: CampaignWithLeads, now: Timestamp) -> Notification {
    Notification {
        id: format!("campaign-{}", campaign.id),
        kind: "leads_generated",
        title: "New leads generated",
        message: format!(
            "{} leads added to \"{}\" campaign",
            campaign.leads_count, campaign.name
        ),
        time_ago: time_ago(campaign.created_at, now),
        read: false,
        campaign_id: Some(campaign.id),
    }
}

fn about_emails(count: usize) -> Notification {
    Notification {
        id: "emails-recent".into(),
        kind: "emails_sent",
        title: "Emails sent",
        message: format!("{count} emails sent recently"),
        time_ago: "Recently".into(),
        read: false,
        campaign_id: None,
    }
}

fn nothing_yet() -> Notification {
    Notification {
        id: "empty".into(),
        kind: "info",
        title: "No recent activity",
        message: "Create a campaign to get started".into(),
        time_ago: String::new(),
        read: true,
        campaign_id: None,
    }
}

/// An age in words: `just now`, `1 minute ago`, `3 hours ago`, `2 days ago`, `5 weeks ago`.
pub fn time_ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(at);
    let (count, unit) = match seconds {
        ..60 => return "just now".into(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400..604_800 => (seconds / 86_400, "day"),
        _ => (seconds / 604_800, "week"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(name: &str, leads_count: i64, created_at: i64) -> CampaignWithLeads {
        let id = CampaignId(uuid::Uuid::nil());
        CampaignWithLeads {
            id,
            name: name.into(),
            leads_count,
            created_at: Timestamp(created_at * 1_000_000),
        }
    }

    #[test]
    fn fix_57_ages_are_words_and_the_future_is_now() {
        let ago = |seconds: i64| time_ago(Timestamp(0), Timestamp(seconds * 1_000_000));
        assert_eq!(ago(-5), "just now");
        assert_eq!(ago(59), "just now");
        assert_eq!(ago(60), "1 minute ago");
        assert_eq!(ago(7_300), "2 hours ago");
        assert_eq!(ago(86_400), "1 day ago");
        assert_eq!(ago(86_400 * 15), "2 weeks ago");
    }

    #[test]
    fn fix_57_the_e_mail_item_is_not_cut_off_by_older_campaigns() {
        let now = Timestamp(1_000_000 * 1_000_000);
        let campaigns = (0..7).map(|i| campaign("c", 1, 900_000 + i)).collect();
        let items = compose(campaigns, &[Timestamp(999_000 * 1_000_000)], now);
        assert_eq!(items.len(), ITEMS_MAX);
        assert_eq!(items[0].id, "emails-recent");
    }

    #[test]
    fn an_empty_tenant_is_told_what_to_do() {
        let items = compose(vec![campaign("c", 0, 1)], &[], Timestamp(0));
        assert_eq!((items[0].id.as_str(), items[0].read), ("empty", true));
    }
}
