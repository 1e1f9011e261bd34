//! The job that reads an uploaded file into its campaign.

use domain::events::{Actor, Event, EventName};
use domain::ids::ImportId;
use domain::imports::{Import, ImportState, PPM};
use domain::refusal::Refusal;
use serde_json::json;
use store::imports;
use store::jobs::{self, Claimed, Outcome};

use super::chunk::{self, Committed};
use super::{read, upload};
use crate::context::App;
use crate::error::{Error, Result};
use crate::jobs::Turn;

/// How the reason of an import begins that the quota ended.
const QUOTA_EXCEEDED: &str = "Monthly lead quota exceeded";

/// Reads the whole rest of the file in one turn; see [`run_turn`].
pub async fn run(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    run_turn(app, claimed, id, &Turn::endless())
        .await
        .map(|_outcome| ())
}

/// Reads the file from where the last committed chunk ended, until its end or the end of the turn. An error means that
/// another try may succeed; whatever cannot is written into the import, with exact counts, and is `Ok`.
pub async fn run_turn(app: &App, claimed: &Claimed, id: ImportId, turn: &Turn) -> Result<Outcome> {
    let db = app.store().read(claimed.scope).await?;
    let found = imports::find(&db, id).await?;
    drop(db);
    let Some(mut import) = found.filter(|import| !import.state.is_final()) else {
        return Ok(Outcome::Done);
    };
    let began = app.now();
    let path = app
        .uploads()
        .path(&import.object_key)
        .map_err(upload::storage)?;
    if !path.exists() {
        let reason = "The uploaded file is gone. Please upload it again.".to_owned();
        return finish(app, claimed, import, ImportState::Failed, Some(reason)).await;
    }
    let mut pieces = read::chunks(app, path, &import);
    while let Some(piece) = pieces.recv().await {
        let chunk = match piece.map_err(upload::unreadable) {
            Ok(chunk) => chunk,
            Err(Error::Refused(refusal)) => {
                let reason = Some(refusal.text.into_owned());
                return finish(app, claimed, import, ImportState::Failed, reason).await;
            }
            Err(error) => return Err(error),
        };
        match chunk::commit(app, claimed, &mut import, began, chunk).await {
            Ok(Committed::Done) => {}
            Ok(Committed::Stopped(why)) => {
                let reason = Some(why.to_owned());
                return finish(app, claimed, import, ImportState::Cancelled, reason).await;
            }
            Err(Error::QuotaExceeded { quota, used }) => {
                let reason = Some(format!("{QUOTA_EXCEEDED} ({used} of {quota} used)"));
                return finish(app, claimed, import, ImportState::Failed, reason).await;
            }
            Err(error) => return Err(error),
        }
        if app.tasks().stopping().is_cancelled() {
            return Err(Error::Unavailable(
                "the program stops; the rest follows".into(),
            ));
        }
        // After the last chunk there is only the end to write.
        if import.progress_ppm < PPM && turn.is_over(app, claimed).await? {
            return Ok(Outcome::Again);
        }
    }
    finish(app, claimed, import, ImportState::Completed, None).await
}

/// Ends an import whose job was tried too often.
pub async fn give_up(app: &App, claimed: &Claimed, id: ImportId, error: &str) -> Result<()> {
    let db = app.store().read(claimed.scope).await?;
    let found = imports::find(&db, id).await?;
    drop(db);
    let Some(import) = found.filter(|import| !import.state.is_final()) else {
        return Ok(());
    };
    let reason = format!("The import could not go on: {error}");
    finish(app, claimed, import, ImportState::Failed, Some(reason)).await?;
    Ok(())
}

async fn finish(
    app: &App,
    claimed: &Claimed,
    mut import: Import,
    state: ImportState,
    error: Option<String>,
) -> Result<Outcome> {
    let mut writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    import.state = state;
    import.error = error;
    import.finished_at = Some(writing.now());
    imports::save(&writing, &import).await?;
    let name = match state {
        ImportState::Completed => EventName::ImportCompleted,
        ImportState::Cancelled => EventName::ImportCancelled,
        ImportState::Failed | ImportState::Queued | ImportState::Running | ImportState::Undone => {
            EventName::ImportFailed
        }
    };
    let data = json!({
        "campaign_id": import.campaign_id,
        "rows_read": import.counts.rows_read,
        "leads_created": import.counts.leads_created,
        "leads_updated": import.counts.leads_updated,
        "leads_skipped": import.counts.leads_skipped,
        "leads_failed": import.counts.leads_failed,
    });
    writing.record(Event::new(
        name,
        import.id.0,
        Actor::User(import.user_id),
        data,
    ));
    app.commit(writing, ()).await?;
    // The file has served; one that cannot be removed now is swept later.
    if let Err(error) = app.uploads().remove(&import.object_key).await {
        tracing::warn!(%error, import = %import.id, "an uploaded file was not removed");
    }
    Ok(Outcome::Done)
}

/// The error that a waiting client gets for an import that ended without completing.
pub(super) fn as_error(import: &Import) -> Option<Error> {
    let text = import.error.clone().unwrap_or_default();
    match import.state {
        ImportState::Completed
        | ImportState::Queued
        | ImportState::Running
        | ImportState::Undone => None,
        ImportState::Cancelled => Some(Refusal::conflict(format!("Import stopped: {text}")).into()),
        ImportState::Failed => Some(Refusal::rule(text).into()),
    }
}
