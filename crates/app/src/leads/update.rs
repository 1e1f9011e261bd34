//! Changing a lead.

use domain::events::{Event, EventName};
use domain::ids::LeadId;
use domain::leads::{Lead, LeadPatch};
use serde_json::json;
use store::leads;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Applies the change; the event names the fields, never their values.
pub async fn update(
    app: &App,
    caller: &Member,
    id: LeadId,
    patch: LeadPatch,
) -> Result<Done<Lead>> {
    let mut writing = caller.write(app).await?;
    let lead = leads::lock(&writing, id)
        .await?
        .ok_or_else(super::missing)?;
    let (lead, changed) = lead.patched(patch);
    if !changed.is_empty() {
        leads::save(&writing, &lead).await?;
        let data = json!({
            "campaign_id": lead.campaign_id, "changed": changed, "revision": lead.revision,
        });
        writing.record(Event::new(
            EventName::LeadUpdated,
            id.0,
            caller.actor(),
            data,
        ));
    }
    app.commit(writing, lead).await
}
