//! How far an upload is, and giving it up.

use domain::ids::UploadId;
use domain::uploads::{Upload, already_used};
use store::uploads;

use super::{find, storage};
use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Waiting files that are listed, at most.
const WAITING_SHOWN_MAX: u64 = 5;

/// How far it is.
pub async fn show(app: &App, caller: &Member, id: UploadId) -> Result<Done<Upload>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let value = find(app, &db, id).await?;
    Ok(Done { value, seq })
}

/// The caller's own whole files that wait for an import, newest first, as many as a page shows.
pub async fn waiting(app: &App, caller: &Member) -> Result<Done<Vec<Upload>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let user = caller.user().id;
    let value = uploads::waiting(&db, user, app.now(), WAITING_SHOWN_MAX).await?;
    Ok(Done { value, seq })
}

/// Removes an upload that no import has taken, and its file.
pub async fn remove(app: &App, caller: &Member, id: UploadId) -> Result<Done<()>> {
    let writing = caller.write(app).await?;
    let upload = find(app, &writing, id).await?;
    if upload.import_id.is_some() || !uploads::remove(&writing, id).await? {
        return Err(already_used().into());
    }
    let done = app.commit(writing, ()).await?;
    // Nobody finds it any more; a file that cannot be removed now is swept later.
    if let Err(error) = app.uploads().remove(&upload.object_key()).await {
        tracing::warn!(error = %storage(error), upload = %id, "the file of an upload was not removed");
    }
    Ok(done)
}
