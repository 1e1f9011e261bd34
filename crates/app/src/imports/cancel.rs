//! Stopping an import: rows that were read stay.

use domain::ids::{CampaignId, ImportId};
use domain::imports::Import;
use domain::jobs::Job;
use domain::refusal::Refusal;
use store::{imports, jobs};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Asks the import's job to stop at its next chunk; one that has ended is a conflict.
pub async fn cancel(app: &App, caller: &Member, id: ImportId) -> Result<Done<Import>> {
    let writing = caller.write(app).await?;
    let found = imports::find(&writing, id).await?;
    let import = found.ok_or_else(super::show::missing)?;
    let asked = jobs::request_cancel(&writing, &Job::RunImport { import_id: id }).await?;
    if import.state.is_final() || !asked {
        return Err(Refusal::conflict("This import has already ended").into());
    }
    app.commit(writing, import).await
}

/// The same for an import of this campaign.
pub async fn cancel_of(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: ImportId,
) -> Result<Done<Import>> {
    super::show_of(app, caller, campaign, id).await?;
    cancel(app, caller, id).await
}
