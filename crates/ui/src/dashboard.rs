//! The first page after sign-in: the figures (contract 4.11), the newest campaigns, what happened.

use askama::Template;

use crate::activity::Entry;
use crate::campaigns::CampaignCard;
use crate::chrome::Chrome;
use crate::icon::Icon;
use crate::text::grouped;

/// The figures of one tenant.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Leads of all campaigns.
    pub total_leads: i64,
    /// Leads created since the 1st of this month, UTC.
    pub leads_this_month: i64,
    /// Leads created in the month before.
    pub leads_last_month: i64,
    /// All campaigns.
    pub total_campaigns: i64,
    /// Those that are active.
    pub active_campaigns: i64,
    /// Leads that were sent an e-mail.
    pub emails_sent: i64,
    /// Replies per e-mail sent, in percent with one decimal: `12.5`.
    pub response_rate: String,
    /// Leads counted against the plan.
    pub leads_used: i64,
    /// How many the plan allows.
    pub leads_quota: i64,
}

/// The widest bar of the chart, in units of its view box.
const BAR_WIDTH_MAX: i64 = 1000;

impl Figures {
    fn bar_width(&self, leads: i64) -> i64 {
        let most = self.leads_this_month.max(self.leads_last_month).max(1);
        leads.max(0).saturating_mul(BAR_WIDTH_MAX) / most
    }

    fn bar_this_month(&self) -> i64 {
        self.bar_width(self.leads_this_month)
    }

    fn bar_last_month(&self) -> i64 {
        self.bar_width(self.leads_last_month)
    }

    /// This month against the last one, in words.
    fn trend(&self) -> String {
        let (now, before) = (self.leads_this_month, self.leads_last_month);
        match now - before {
            _ if before == 0 && now == 0 => "None in either month yet.".into(),
            _ if before == 0 => "There were none last month.".into(),
            0 => "As many as last month.".into(),
            more if more > 0 => format!("{} more than last month.", grouped(more)),
            fewer => format!("{} fewer than last month so far.", grouped(-fewer)),
        }
    }

    fn is_quota_reached(&self) -> bool {
        self.leads_used >= self.leads_quota
    }
}

/// What a new company has done of the first three steps.
#[derive(Debug, Clone, Default)]
pub struct FirstSteps {
    /// Where leads are uploaded: the upload page of a campaign, once there is one.
    pub upload_href: Option<String>,
    /// Whether there are leads.
    pub has_leads: bool,
    /// Whether somebody else was invited.
    pub has_team: bool,
}

/// `GET /`
#[derive(Debug, Clone, Template)]
#[template(path = "pages/dashboard.html")]
pub struct DashboardPage {
    /// The surroundings.
    pub chrome: Chrome,
    /// The figures.
    pub figures: Figures,
    /// The first steps, while one of them is left to do.
    pub first_steps: Option<FirstSteps>,
    /// The newest campaigns, at most five.
    pub campaigns: Vec<CampaignCard>,
    /// The newest events this person may see, at most eight.
    pub entries: Vec<Entry>,
}
