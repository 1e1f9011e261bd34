//! The job that reads an uploaded file into its campaign.

use domain::events::{Actor, Event, EventName};
use domain::ids::ImportId;
use domain::imports::{Import, ImportState};
use domain::refusal::Refusal;
use serde_json::json;
use store::imports;
use store::jobs::{self, Claimed};

use super::chunk::{self, Committed};
use super::{read, upload};
use crate::context::App;
use crate::error::{Error, Result};

/// How the reason of an import begins that the quota ended.
const QUOTA_EXCEEDED: &str = "Monthly lead quota exceeded";

/// Reads the file from where the last committed chunk ended. An error means that another try may
/// succeed; whatever cannot is written into the import, with exact counts, and is `Ok`.
pub async fn run(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    let db = app.store().read(claimed.scope).await?;
    let found = imports::find(&db, id).await?;
    drop(db);
    let Some(mut import) = found.filter(|import| !import.state.is_final()) else {
        return Ok(());
    };
    let path = app
        .uploads()
        .path(&import.object_key)
        .map_err(upload::storage)?;
    if !path.exists() {
        let reason = "The uploaded file is gone. Please upload it again.".to_owned();
        return finish(app, claimed, import, ImportState::Failed, Some(reason)).await;
    }
    let skip = u64::try_from(import.counts.rows_read).unwrap_or(0);
    let mut pieces = read::chunks(app, path, import.file_name.clone(), skip);
    while let Some(piece) = pieces.recv().await {
        let chunk = match piece.map_err(upload::unreadable) {
            Ok(chunk) => chunk,
            Err(Error::Refused(refusal)) => {
                let reason = Some(refusal.text.into_owned());
                return finish(app, claimed, import, ImportState::Failed, reason).await;
            }
            Err(error) => return Err(error),
        };
        match chunk::commit(app, claimed, &mut import, chunk).await {
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
    finish(app, claimed, import, ImportState::Failed, Some(reason)).await
}

async fn finish(
    app: &App,
    claimed: &Claimed,
    mut import: Import,
    state: ImportState,
    error: Option<String>,
) -> Result<()> {
    let mut writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    import.state = state;
    import.error = error;
    import.finished_at = Some(writing.now());
    imports::save(&writing, &import).await?;
    let name = match state {
        ImportState::Completed => EventName::ImportCompleted,
        ImportState::Cancelled => EventName::ImportCancelled,
        ImportState::Failed | ImportState::Queued | ImportState::Running => EventName::ImportFailed,
    };
    let data = json!({
        "campaign_id": import.campaign_id,
        "rows_read": import.counts.rows_read,
        "leads_created": import.counts.leads_created,
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
    Ok(())
}

/// The error that a waiting client gets for an import that ended without completing.
pub(super) fn as_error(import: &Import) -> Option<Error> {
    let text = import.error.clone().unwrap_or_default();
    match import.state {
        ImportState::Completed | ImportState::Queued | ImportState::Running => None,
        ImportState::Cancelled => Some(Refusal::conflict(format!("Import stopped: {text}")).into()),
        ImportState::Failed => Some(Refusal::rule(text).into()),
    }
}
