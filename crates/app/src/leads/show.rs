//! Reading leads.

use domain::campaigns::Campaign;
use domain::ids::{CampaignId, LeadId};
use domain::leads::{Lead, LeadFilter, PAGE_MAX};
use store::leads::Cursor;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// A page of a campaign's leads.
#[derive(Debug, Clone)]
pub struct Page {
    /// The campaign.
    pub campaign: Campaign,
    /// The leads, in the order that was asked for.
    pub leads: Vec<Lead>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

/// The leads of a campaign after `after`, at most `limit` (and never more than [`PAGE_MAX`]).
pub async fn page(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    filter: &LeadFilter,
    after: Option<&Cursor>,
    limit: u64,
) -> Result<Done<Page>> {
    let db = caller.read(app).await?;
    let seq = caller.seq();
    let campaign = crate::campaigns::find(&db, campaign).await?;
    let limit = limit.clamp(1, PAGE_MAX);
    let (leads, next) = store::leads::page(&db, &campaign, filter, after, limit).await?;
    Ok(Done {
        value: Page {
            campaign,
            leads,
            next,
        },
        seq,
    })
}

/// One.
pub async fn show(app: &App, caller: &Member, id: LeadId) -> Result<Done<Lead>> {
    let db = caller.read(app).await?;
    let seq = caller.seq();
    let value = super::find(&db, id).await?;
    Ok(Done { value, seq })
}
