//! Making a campaign.

use domain::campaigns::{Campaign, NewCampaign};
use domain::events::{Event, EventName};
use domain::ids::CampaignId;
use serde_json::json;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Makes a draft.
pub async fn create(app: &App, caller: &Member, new: NewCampaign) -> Result<Done<Campaign>> {
    let mut writing = caller.write(app).await?;
    let campaign = new.begin(CampaignId(writing.fresh_id()), writing.now());
    store::campaigns::insert(&mut writing, &campaign).await?;
    let data = json!({"name": campaign.name});
    writing.record(Event::new(
        EventName::CampaignCreated,
        campaign.id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, campaign).await
}
