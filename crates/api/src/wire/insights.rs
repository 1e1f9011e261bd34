//! The dashboard's figures.

use domain::insights::Stats;
use serde::Serialize;
use utoipa::ToSchema;

/// The figures of the company.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DashboardStats {
    /// Leads of all campaigns.
    pub total_leads: i64,
    /// Campaigns.
    pub total_campaigns: i64,
    /// Campaigns that are active.
    pub active_campaigns: i64,
    /// Leads that got an e-mail.
    pub emails_sent: i64,
    /// Leads created since the first of this month, UTC.
    pub leads_this_month: i64,
    /// Leads created in the month before.
    pub leads_last_month: i64,
    /// Replied leads per e-mailed lead, in percent with one decimal.
    pub response_rate: f64,
}

impl From<Stats> for DashboardStats {
    fn from(stats: Stats) -> Self {
        Self {
            total_leads: stats.total_leads,
            total_campaigns: stats.total_campaigns,
            active_campaigns: stats.active_campaigns,
            emails_sent: stats.emails_sent,
            leads_this_month: stats.leads_this_month,
            leads_last_month: stats.leads_last_month,
            response_rate: stats.response_rate,
        }
    }
}
