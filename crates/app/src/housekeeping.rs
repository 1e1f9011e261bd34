//! What nobody asks for and must be done all the same: emptying the trash, forgetting what is over.
//! Each call does a bounded part; several processes may call at once.

use std::collections::HashSet;
use std::time::Duration;

use store::{attempts, imports, jobs, leads, sessions, uploads};

use crate::context::App;
use crate::error::{Error, Result};

/// How long a deleted lead stays in the trash.
pub const TRASH_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a job that is done is remembered.
pub const JOBS_KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long an uploaded file may lie around that no running import reads.
pub const FILES_KEPT: Duration = Duration::from_secs(3 * 24 * 3600);

/// Imports that may wait, at most, where files are swept; with more of them every whole file stays.
const IMPORTS_WAITING_MAX: usize = 10_000;

/// Uploads that may wait for an import, at most, where files are swept; with more of them every whole file stays.
const UPLOADS_WAITING_MAX: usize = 100_000;
/// Expired uploads that one sweep forgets.
const UPLOADS_AT_ONCE: u32 = 200;

/// Does a bounded part of what has piled up; gives how many rows and files went.
pub async fn sweep(app: &App) -> Result<u64> {
    let now = app.now();
    let mut gone = leads::sweep_trash(app.store(), now.minus(TRASH_KEPT)).await?;
    gone += jobs::sweep(app.store(), now.minus(JOBS_KEPT)).await?;
    gone += sessions::sweep(app.store(), now).await?;
    gone += attempts::sweep(app.store()).await?;
    gone += sweep_uploads(app).await?;
    gone += sweep_files(app).await?;
    Ok(gone)
}

/// Uploads that nobody took in time go. A file that cannot be removed now is nobody's and goes with [`sweep_files`].
async fn sweep_uploads(app: &App) -> Result<u64> {
    let (gone, keys) = uploads::sweep(app.store(), app.now(), UPLOADS_AT_ONCE).await?;
    for key in keys {
        if let Err(error) = app.uploads().remove(&key).await {
            tracing::warn!(%error, "the file of an expired upload was not removed");
        }
    }
    Ok(gone)
}

/// A file that an import has yet to read stays, and one that waits for an import, however old it is. One that comes
/// meanwhile is too young to go.
async fn sweep_files(app: &App) -> Result<u64> {
    let waiting = uploads::keys_waiting(app.store(), UPLOADS_WAITING_MAX).await?;
    let read = imports::keys_in_use(app.store(), IMPORTS_WAITING_MAX).await?;
    let in_use: Option<HashSet<String>> = waiting
        .zip(read)
        .map(|(waiting, read)| waiting.into_iter().chain(read).collect());
    let keep = |key: &str| in_use.as_ref().is_none_or(|keys| keys.contains(key));
    let files = app.uploads().sweep(keep, FILES_KEPT).await;
    files.map_err(|error| Error::Unavailable(error.to_string()))
}
