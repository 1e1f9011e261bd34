//! Reading imports, and waiting for the end of one.

use std::time::Duration;

use domain::ids::{CampaignId, ImportId};
use domain::imports::Import;
use domain::refusal::Refusal;
use store::imports;

use super::run::as_error;
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// How often a waiting client's import is looked at when no bell rings.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The least time between two looks, however often the bell rings.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// One.
pub async fn show(app: &App, caller: &Member, id: ImportId) -> Result<Done<Import>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let found = imports::find(&db, id).await?;
    let value = found.ok_or_else(missing)?;
    Ok(Done { value, seq })
}

/// One of a campaign.
pub async fn show_of(
    app: &App,
    caller: &Member,
    campaign: CampaignId,
    id: ImportId,
) -> Result<Done<Import>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    crate::campaigns::find(&db, campaign).await?;
    let found = imports::find(&db, id).await?;
    let value = found.filter(|import| import.campaign_id == campaign);
    Ok(Done {
        value: value.ok_or_else(missing)?,
        seq,
    })
}

/// What is said of an import that is not there.
pub fn missing() -> Refusal {
    Refusal::not_found("Import not found")
}

/// Those of a campaign, newest first.
pub async fn list(app: &App, caller: &Member, id: CampaignId) -> Result<Done<Vec<Import>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    crate::campaigns::find(&db, id).await?;
    let value = imports::list(&db, id).await?;
    Ok(Done { value, seq })
}

/// Notes that a person has been shown how an import ended, so that the same file may be added again. Where that
/// cannot be noted now, the same file leads to this import once more.
pub async fn set_delivered(app: &App, caller: &Member, import: &Import) {
    if let Err(error) = note_delivered(app, caller, import).await {
        tracing::warn!(%error, import = %import.id, "an import was shown and is not noted as delivered");
    }
}

async fn note_delivered(app: &App, caller: &Member, import: &Import) -> Result<()> {
    let db = caller.read(app).await?;
    if !import.state.is_final() || imports::is_delivered(&db, import.id).await? {
        return Ok(());
    }
    drop(db);
    let writing = caller.write(app).await?;
    imports::set_delivered(&writing, import.id).await?;
    app.commit(writing, ()).await?;
    Ok(())
}

/// Waits until an import has ended, as long as the client stays; one that did not complete is the
/// error that says why. The answer counts as delivered from here on.
pub async fn wait(app: &App, caller: &Member, id: ImportId) -> Result<Done<Import>> {
    let mut bell = app.bell().listen();
    loop {
        let done = show(app, caller, id).await?;
        if done.value.state.is_final() {
            let writing = caller.write(app).await?;
            imports::set_delivered(&writing, id).await?;
            let by_quota = imports::quota_exceeded(&writing, id).await?;
            app.commit(writing, ()).await?;
            return match as_error(&done.value, by_quota) {
                Some(error) => Err(error),
                None => Ok(done),
            };
        }
        if app.tasks().stopping().is_cancelled() {
            let text = "the program stops; the same upload attaches to this import again";
            return Err(Error::Unavailable(text.into()));
        }
        // A ring or the time, whichever comes first, and then a moment for more rings.
        let _time_out = tokio::time::timeout(LOOK_EVERY, bell.rang()).await;
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}
