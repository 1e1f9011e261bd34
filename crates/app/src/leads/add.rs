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
    let mut added = add_all(app, caller, campaign, vec![fields]).await?;
    let lead = added.value.pop();
    let value =
        lead.ok_or_else(|| Error::Internal("one lead was added and none came back".into()))?;
    Ok(Done {
        value,
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
    let added = add_all(app, caller, campaign, fields).await?;
    Ok(added.map(|leads| leads.iter().map(|lead| lead.id).collect()))
}

/// The leads as they are now in the database.
async fn add_all(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    fields: Vec<LeadFields>,
) -> Result<Done<Vec<Lead>>> {
    let mut writing = caller.write(app).await?;
    let mut campaign = crate::campaigns::lock(&writing, campaign).await?;
    let make = |fields| NewLead {
        id: LeadId(writing.fresh_id()),
        import_row: None,
        fields,
    };
    let new: Vec<NewLead> = fields.into_iter().map(make).collect();
    if !new.is_empty() {
        if app.options().quota_enforced {
            writing.enforce_quota();
        }
        leads::insert(&mut writing, &mut campaign, None, &new).await?;
        let one = (new.len() == 1).then_some(new[0].id);
        let data = json!({"count": new.len(), "lead_id": one});
        let event = Event::new(EventName::LeadsCreated, campaign.id.0, caller.actor(), data);
        writing.record(event);
    }
    let now = writing.now();
    let made = |new: NewLead| Lead {
        id: new.id,
        campaign_id: campaign.id,
        revision: 1,
        import_id: None,
        fields: new.fields,
        email_sent: false,
        whatsapp_sent: false,
        replied: false,
        created_at: now,
    };
    app.commit(writing, new.into_iter().map(made).collect())
        .await
}
