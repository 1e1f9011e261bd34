//! Deleting one lead, or all of a campaign.

use domain::events::{Event, EventName};
use domain::ids::{CampaignId, LeadId};
use domain::jobs::Job;
use serde_json::json;
use store::{campaigns, jobs, leads};

use crate::caller::{Administrator, Member};
use crate::context::{App, Done};
use crate::error::Result;

/// Puts a lead into the trash, from which nothing but housekeeping takes it; gives its campaign.
pub async fn delete(app: &App, caller: &Member, id: LeadId) -> Result<Done<CampaignId>> {
    let mut writing = caller.write(app).await?;
    // The campaign is locked first, as everywhere, so that two writers never wait for each other.
    let found = leads::find(&writing, id)
        .await?
        .ok_or_else(super::missing)?;
    let campaign = crate::campaigns::lock(&writing, found.campaign_id).await?;
    let lead = leads::lock(&writing, id)
        .await?
        .ok_or_else(super::missing)?;
    let campaign_id = campaign.id;
    leads::trash(&mut writing, &lead, campaign).await?;
    let data = json!({"campaign_id": campaign_id});
    writing.record(Event::new(
        EventName::LeadDeleted,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, campaign_id).await
}

/// Deletes all leads of a campaign: hidden at once, removed row by row by a job.
pub async fn clear(app: &App, caller: &Administrator<'_>, id: CampaignId) -> Result<Done<()>> {
    let caller = caller.member();
    let mut writing = caller.write(app).await?;
    let campaign = crate::campaigns::lock(&writing, id).await?;
    let count = campaign.leads_count;
    if count > 0 {
        campaigns::clear_leads(&mut writing, campaign).await?;
        jobs::enqueue(&writing, &Job::PurgeCampaign { campaign_id: id }).await?;
        let data = json!({"leads": count});
        writing.record(Event::new(
            EventName::LeadsCleared,
            id.0,
            caller.actor(),
            data,
        ));
    }
    app.commit(writing, ()).await
}
