//! Which handler does which job.

use app::jobs::{Claimed, Outcome, Turn};
use app::{App, Error, Result};
use domain::jobs::{ATTEMPTS_MAX, Job, backoff};

use crate::{fill_search, purge_campaign, run_import, undo_import};

/// Short jobs, which have a slot of their own, so that none waits for a long import.
pub(crate) const SHORT: &[&str] = &["fill_search", "purge_campaign"];
/// Every job.
pub(crate) const ALL: &[&str] = &["run_import", "undo_import", "fill_search", "purge_campaign"];
/// Long jobs.
const LONG: &[&str] = &["run_import", "undo_import"];

/// The jobs for which this one gives way on a lane: a long one for long ones alone, since short ones have a lane of their own.
pub(crate) fn rivals(job: &Job, lane: &'static [&'static str]) -> &'static [&'static str] {
    if LONG.contains(&job.kind()) {
        LONG
    } else {
        lane
    }
}

/// Does a job and says how the try ended. `None` means that the job is somebody else's by now.
pub(crate) async fn perform(app: &App, claimed: &Claimed, turn: &Turn) -> Option<Outcome> {
    if claimed.is_exhausted() {
        // Its worker died each time before the job came forward; a last word, then it is dead.
        let error = "it ended its worker each time it was tried".to_owned();
        return Some(bury(app, claimed, error).await);
    }
    let outcome = match &claimed.job {
        Job::RunImport { import_id } => run_import::run(app, claimed, *import_id, turn).await,
        Job::UndoImport { import_id } => undo_import::run(app, claimed, *import_id, turn).await,
        Job::PurgeCampaign { campaign_id } => {
            purge_campaign::run(app, claimed, *campaign_id, turn).await
        }
        Job::FillSearch => fill_search::run(app, claimed, turn).await,
    };
    match outcome {
        Ok(outcome) => Some(outcome),
        Err(error) if is_lost(&error) => None,
        Err(error) => Some(after(app, claimed, &error).await),
    }
}

/// What follows a failed try: another one later, or the end.
async fn after(app: &App, claimed: &Claimed, error: &Error) -> Outcome {
    let error = error.to_string();
    tracing::warn!(job = %claimed.id, kind = claimed.job.kind(), attempts = claimed.attempts, %error, "a job failed");
    // A stop of the program is nobody's failure; the job goes on as soon as somebody is there.
    if app.tasks().stopping().is_cancelled() {
        return Outcome::Again;
    }
    if claimed.attempts >= ATTEMPTS_MAX {
        return bury(app, claimed, error).await;
    }
    let jitter = app.entropy().below(1_001) as f64 / 1_000.0;
    Outcome::Retry {
        after: backoff(claimed.attempts, jitter),
        error,
    }
}

async fn bury(app: &App, claimed: &Claimed, error: String) -> Outcome {
    tracing::error!(job = %claimed.id, kind = claimed.job.kind(), %error, "a job is given up");
    let told = match &claimed.job {
        Job::RunImport { import_id } => run_import::give_up(app, claimed, *import_id).await,
        Job::UndoImport { import_id } => undo_import::give_up(app, claimed, *import_id).await,
        Job::PurgeCampaign { .. } | Job::FillSearch => Ok(()),
    };
    match told {
        Ok(()) => Outcome::Dead { error },
        // The last word could not be written; the next try starts with it.
        Err(problem) => Outcome::Retry {
            after: domain::jobs::BACKOFF_MAX,
            error: problem.to_string(),
        },
    }
}

/// Whether an error says that the job belongs to somebody else.
pub(crate) fn is_lost(error: &Error) -> bool {
    matches!(error, Error::LeaseLost)
}

/// How a handler of small steps goes on: until nothing is left, its turn is over, or the program wants to stop.
pub(crate) async fn step_by_step<F>(
    app: &App,
    claimed: &Claimed,
    turn: &Turn,
    mut step: impl FnMut() -> F,
) -> Result<Outcome>
where
    F: Future<Output = Result<bool>>,
{
    while step().await? {
        if app.tasks().stopping().is_cancelled() || turn.is_over(app, claimed).await? {
            return Ok(Outcome::Again);
        }
    }
    Ok(Outcome::Done)
}
