//! Deleting a campaign: hidden at once with its leads, removed row by row by a job.

use domain::events::{Event, EventName};
use domain::ids::CampaignId;
use domain::jobs::Job;
use serde_json::json;
use store::{campaigns, jobs};

use crate::caller::Administrator;
use crate::context::{App, Done};
use crate::error::Result;

/// Deletes a campaign and its leads.
pub async fn delete(app: &App, caller: &Administrator<'_>, id: CampaignId) -> Result<Done<()>> {
    let caller = caller.member();
    let mut writing = caller.write(app).await?;
    let campaign = super::lock(&writing, id).await?;
    campaigns::delete(&mut writing, &campaign).await?;
    jobs::enqueue(&writing, &Job::PurgeCampaign { campaign_id: id }).await?;
    let data = json!({"name": campaign.name, "leads": campaign.leads_count});
    writing.record(Event::new(
        EventName::CampaignDeleted,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, ()).await
}
