//! Changing a campaign: its texts, or its state.

use domain::campaigns::{Campaign, CampaignPatch, changed_event};
use domain::events::Event;
use domain::ids::CampaignId;
use serde_json::json;
use store::campaigns;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Applies the change; one that changes nothing leaves no event.
pub async fn update(
    app: &App,
    caller: &Member,
    id: CampaignId,
    patch: CampaignPatch,
) -> Result<Done<Campaign>> {
    let mut writing = caller.write(app).await?;
    let campaign = super::lock(&writing, id).await?;
    let before = campaign.status;
    let (campaign, changed) = campaign.patched(patch, writing.now());
    if !changed.is_empty() {
        campaigns::save(&mut writing, &campaign, before).await?;
        let name = changed_event(before, campaign.status);
        let data = json!({"changed": changed, "status": campaign.status.as_str()});
        writing.record(Event::new(name, id.0, caller.actor(), data));
    }
    app.commit(writing, campaign).await
}
