//! What nobody asks for and must be done all the same: emptying the trash, forgetting what is over.
//! Each call does a bounded part; several processes may call at once.

use std::collections::HashSet;
use std::time::Duration;

use store::{attempts, imports, jobs, leads, sessions};

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

/// Does a bounded part of what has piled up; gives how many rows and files went.
pub async fn sweep(app: &App) -> Result<u64> {
    let now = app.now();
    let mut gone = leads::sweep_trash(app.store(), now.minus(TRASH_KEPT)).await?;
    gone += jobs::sweep(app.store(), now.minus(JOBS_KEPT)).await?;
    gone += sessions::sweep(app.store(), now).await?;
    gone += attempts::sweep(app.store()).await?;
    gone += sweep_files(app).await?;
    Ok(gone)
}

/// A file that an import has yet to read stays, however old it is. One that comes meanwhile is too young to go.
async fn sweep_files(app: &App) -> Result<u64> {
    let keys = imports::keys_in_use(app.store(), IMPORTS_WAITING_MAX).await?;
    let in_use = keys.map(HashSet::<String>::from_iter);
    let keep = |key: &str| in_use.as_ref().is_none_or(|keys| keys.contains(key));
    let files = app.uploads().sweep(keep, FILES_KEPT).await;
    files.map_err(|error| Error::Unavailable(error.to_string()))
}
