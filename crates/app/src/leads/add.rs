//! Adding leads by hand or in bulk.

use domain::events::{Event, EventName};
use domain::ids::{CampaignId, LeadId};
use domain::leads::{Lead, LeadFields};
use serde_json::json;
use store::leads::{self, NewLead};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// Adds one lead.
pub async fn add(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    fields: LeadFields,
) -> Result<Done<Lead>> {
    let added = add_many(app, caller, campaign, vec![fields]).await?;
    let db = caller.read(app).await?;
    let id = added.value.first().copied();
    let id = id.ok_or_else(|| Error::Internal("one lead was added and none came back".into()))?;
    Ok(Done {
        value: super::find(&db, id).await?,
        seq: added.seq,
    })
}

/// Adds leads, all or none.
pub async fn add_many(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    fields: Vec<LeadFields>,
) -> Result<Done<Vec<LeadId>>> {
    let mut writing = caller.write(app).await?;
    let mut campaign = crate::campaigns::lock(&writing, campaign).await?;
    let make = |fields| NewLead {
        id: LeadId(writing.fresh_id()),
        import_row: None,
        fields,
    };
    let new: Vec<NewLead> = fields.into_iter().map(make).collect();
    let ids: Vec<LeadId> = new.iter().map(|lead| lead.id).collect();
    if !new.is_empty() {
        if app.options().quota_enforced {
            writing.enforce_quota();
        }
        leads::insert(&mut writing, &mut campaign, None, &new).await?;
        let data = json!({"count": ids.len(), "lead_id": (ids.len() == 1).then_some(ids[0])});
        let event = Event::new(EventName::LeadsCreated, campaign.id.0, caller.actor(), data);
        writing.record(event);
    }
    app.commit(writing, ids).await
}
