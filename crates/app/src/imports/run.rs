//! The job that reads an uploaded file into its campaign.

use std::time::Duration;

use domain::events::{Actor, Event, EventName};
use domain::ids::ImportId;
use domain::imports::{Import, ImportState, PPM};
use domain::refusal::Refusal;
use serde_json::json;
use store::jobs::{self, Claimed, Outcome};
use store::leads::words;
use store::{Engine, imports};

use super::ahead::Ahead;
use super::chunk::{self, Committed};
use super::read;
use crate::context::App;
use crate::error::{Error, Result};
use crate::jobs::Turn;

/// How long an import waits whose file cannot be read here and now.
const GIVEN_BACK_FOR: Duration = Duration::from_secs(5);
/// How often it is given back, at most: for an hour.
const GIVEN_BACK_MAX: i32 = 720;
/// Why an import failed whose file nobody has.
const GONE: &str = "The uploaded file is gone. Please upload it again.";
/// Why one failed whose file could not be read for long.
const OUT_OF_REACH: &str = "The uploaded file could not be read. Please try again later.";
/// Why one failed that was tried too often; the error itself is for the log alone.
const GIVEN_UP: &str =
    "The import could not go on because of a fault on our side; the program's log says which.";
/// Why one is given back, for the log.
const ELSEWHERE: &str = "the uploaded file is not in this node's folder";

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
    let path = match app.uploads().local(&import.object_key).await {
        Ok(Some(path)) => path,
        Ok(None) if is_lost(app) => {
            return finish(app, claimed, import, End::Failed(GONE.to_owned())).await;
        }
        Ok(None) => return give_back(app, claimed, import, ELSEWHERE, GONE).await,
        Err(error) => {
            return give_back(app, claimed, import, &error.to_string(), OUT_OF_REACH).await;
        }
    };
    let mut ahead = Ahead::new(app, claimed, &import, read::chunks(app, path, &import));
    loop {
        let ready = match ahead.next().await {
            Ok(Some(ready)) => ready,
            Ok(None) => return finish(app, claimed, import, End::Completed).await,
            Err(Error::Refused(refusal)) => {
                let end = End::Failed(refusal.text.into_owned());
                return finish(app, claimed, import, end).await;
            }
            Err(error) => return Err(error),
        };
        let (committed, ()) = tokio::join!(
            chunk::commit(app, claimed, &mut import, began, ready),
            ahead.fill(),
        );
        match committed {
            Ok(Committed::Done) => {}
            Ok(Committed::Stopped(why)) => {
                drop(ahead);
                return finish(app, claimed, import, End::Cancelled(why)).await;
            }
            Err(Error::QuotaExceeded { quota, used }) => {
                drop(ahead);
                return finish(app, claimed, import, End::ByQuota { quota, used }).await;
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
}

/// Whether a file that is not to be found here is nowhere: a SQLite database is one node's alone, a bucket is everybody's.
fn is_lost(app: &App) -> bool {
    app.store().engine() == Engine::Sqlite || app.uploads().is_shared()
}

/// Leaves an import to the node whose folder has the file, or until the store of files answers again; after long waiting
/// it fails with `end`. A lost lease says that the job waits for others.
async fn give_back(
    app: &App,
    claimed: &Claimed,
    import: Import,
    why: &str,
    end: &str,
) -> Result<Outcome> {
    let writing = app.store().write(claimed.scope).await?;
    let is_cancelled = jobs::hold(&writing, claimed).await?;
    let times = imports::give_back(&writing, import.id).await?;
    if is_cancelled || times > GIVEN_BACK_MAX {
        drop(writing);
        let end = match is_cancelled {
            true => End::Cancelled(chunk::ASKED_FOR),
            false => End::Failed(end.to_owned()),
        };
        return finish(app, claimed, import, end).await;
    }
    let outcome = Outcome::Retry {
        after: GIVEN_BACK_FOR,
        error: why.to_owned(),
    };
    jobs::end(&writing, claimed, &outcome).await?;
    app.commit(writing, ()).await?;
    tracing::warn!(import = %import.id, times, why, "an import was given back");
    Err(Error::LeaseLost)
}

/// Ends an import whose job was tried too often.
pub async fn give_up(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    let db = app.store().read(claimed.scope).await?;
    let found = imports::find(&db, id).await?;
    drop(db);
    let Some(import) = found.filter(|import| !import.state.is_final()) else {
        return Ok(());
    };
    finish(app, claimed, import, End::Failed(GIVEN_UP.to_owned())).await?;
    Ok(())
}

/// How an import ends.
enum End {
    Completed,
    Cancelled(&'static str),
    Failed(String),
    ByQuota { quota: i64, used: i64 },
}

async fn finish(app: &App, claimed: &Claimed, mut import: Import, end: End) -> Result<Outcome> {
    let mut writing = app.store().write(claimed.scope).await?;
    jobs::hold(&writing, claimed).await?;
    if let End::ByQuota { quota, used } = end {
        imports::set_quota_exceeded(&writing, import.id, quota, used).await?;
    }
    let (state, name, error) = match end {
        End::Completed => (ImportState::Completed, EventName::ImportCompleted, None),
        End::Cancelled(why) => {
            let why = Some(why.to_owned());
            (ImportState::Cancelled, EventName::ImportCancelled, why)
        }
        End::Failed(why) => (ImportState::Failed, EventName::ImportFailed, Some(why)),
        End::ByQuota { quota, used } => {
            let why = format!("Monthly lead quota exceeded ({used} of {quota} used)");
            (ImportState::Failed, EventName::ImportFailed, Some(why))
        }
    };
    import.state = state;
    import.error = error;
    import.finished_at = Some(writing.now());
    imports::save(&writing, &import).await?;
    words::ask(&writing).await?;
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

/// The error that a waiting client gets for an import that ended without completing; `by_quota` are the figures
/// where the quota ended it.
pub(super) fn as_error(import: &Import, by_quota: Option<(i64, i64)>) -> Option<Error> {
    if let Some((quota, used)) = by_quota {
        return Some(Error::QuotaExceeded { quota, used });
    }
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
