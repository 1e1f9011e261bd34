//! The way back: a job takes an import's untouched leads away again.

use domain::events::{Actor, Event, EventName};
use domain::ids::{CampaignId, ImportId};
use domain::imports::{Import, ImportState, Undo};
use domain::jobs::Job;
use domain::refusal::Refusal;
use serde_json::json;
use store::imports::undo;
use store::jobs::{self, Claimed, Outcome};
use store::{campaigns, imports};

use super::show::missing;
use crate::caller::Administrator;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::jobs::Turn;

/// Asks for the way back. An import that runs has to be cancelled first; one that went back, or is about to, is a conflict.
pub async fn ask_undo(
    app: &App,
    caller: &Administrator<'_>,
    campaign: CampaignId,
    id: ImportId,
) -> Result<Done<Import>> {
    let caller = caller.member();
    let mut writing = caller.write(app).await?;
    crate::campaigns::lock(&writing, campaign).await?;
    let found = imports::lock(&writing, id).await?;
    let mut import = found
        .filter(|import| import.campaign_id == campaign)
        .ok_or_else(missing)?;
    if !import.state.is_final() {
        return Err(Refusal::conflict("This import runs. Cancel it first.").into());
    }
    if import.state == ImportState::Undone {
        return Err(Refusal::conflict("This import was undone already").into());
    }
    if import.undo.is_some() {
        return Err(Refusal::conflict("This import is being undone already").into());
    }
    import.undo = Some(Undo {
        asked_at: writing.now(),
        row: 0,
        removed: 0,
        kept: 0,
    });
    imports::save(&writing, &import).await?;
    jobs::enqueue(&writing, &Job::UndoImport { import_id: id }).await?;
    let data = json!({"campaign_id": campaign, "leads_removed": 0, "leads_kept": 0});
    writing.record(Event::new(
        EventName::ImportUndoing,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, import).await
}

/// Goes back chunk by chunk, from where the last committed one ended, until it is done or the turn is over.
pub async fn undo(app: &App, claimed: &Claimed, id: ImportId, turn: &Turn) -> Result<Outcome> {
    while step(app, claimed, id).await? {
        if app.tasks().stopping().is_cancelled() || turn.is_over(app, claimed).await? {
            return Ok(Outcome::Again);
        }
    }
    Ok(Outcome::Done)
}

/// Commits a chunk's removal, the counters, the progress and the event together; says whether there may be more.
async fn step(app: &App, claimed: &Claimed, id: ImportId) -> Result<bool> {
    let mut writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    let Some(import) = imports::find(&writing, id).await? else {
        return Ok(false);
    };
    // The campaign first, as everywhere, so that two writers never wait for each other.
    let campaign = campaigns::lock(&writing, import.campaign_id).await?;
    let found = imports::lock(&writing, id).await?;
    let Some((mut import, mut undone)) =
        found.and_then(|import| import.undo.map(|undo| (import, undo)))
    else {
        return Ok(false);
    };
    if import.state == ImportState::Undone {
        return Ok(false);
    }
    let step = match campaign {
        Some(mut campaign) => undo::step(&mut writing, &mut campaign, id, undone.row).await?,
        None => None,
    };
    let is_done = step.is_none();
    let name = match step {
        Some(step) => {
            undone.row = step.row;
            undone.removed += step.removed;
            undone.kept += step.kept;
            EventName::ImportUndoing
        }
        None => {
            import.state = ImportState::Undone;
            EventName::ImportUndone
        }
    };
    import.undo = Some(undone);
    imports::save(&writing, &import).await?;
    let data = json!({
        "campaign_id": import.campaign_id,
        "leads_removed": undone.removed,
        "leads_kept": undone.kept,
    });
    writing.record(Event::new(name, id.0, Actor::User(import.user_id), data));
    app.commit(writing, ()).await?;
    Ok(!is_done)
}

/// Lets a way back that was tried too often be asked for again; what went is gone.
pub async fn give_up_undo(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    let writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    let found = imports::lock(&writing, id).await?;
    if let Some(mut import) = found.filter(|import| import.state != ImportState::Undone) {
        import.undo = None;
        imports::save(&writing, &import).await?;
    }
    writing.commit().await.map_err(Error::from)?;
    Ok(())
}
