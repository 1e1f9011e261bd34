//! The counters of the dashboard, read from one row.

use domain::clock::Timestamp;
use domain::insights::{Month, MonthlyLeads, Stats, percentage};
use sea_orm::EntityTrait;

use crate::error::{Error, Result};
use crate::read::Read;
use crate::rows::spines;

/// The figures at `now`.
pub async fn stats(db: &impl Read, now: Timestamp) -> Result<Stats> {
    let row = spines::Entity::find_by_id(db.scope().tenant().0)
        .one(db.connection())
        .await?;
    let row = row.ok_or_else(|| Error::Defect("a tenant without a spine".into()))?;
    let month = Month::of(now);
    let counted = MonthlyLeads {
        month: row.month,
        current: row.leads_month,
        previous: row.leads_previous,
    };
    let monthly = counted.rolled_to(month);
    Ok(Stats {
        total_leads: row.leads,
        total_campaigns: row.campaigns,
        active_campaigns: row.active_campaigns,
        emails_sent: row.emails_sent,
        leads_this_month: monthly.current,
        leads_last_month: monthly.previous,
        response_rate: percentage(row.replied, row.emails_sent),
    })
}
