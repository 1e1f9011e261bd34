//! One job at a time: do it while showing that we live, then end it.

use std::time::Duration;

use app::App;
use app::jobs::{self, Claimed, Turn};
use tokio::time::{MissedTickBehavior, interval};

use crate::handler::{is_lost, perform};

/// How often a working slot shows that it lives.
const BEAT_EVERY: Duration = Duration::from_secs(3);

/// Does a claimed job to its end.
pub(crate) async fn work(app: App, claimed: Claimed, turn: Turn) {
    let outcome = tokio::select! {
        outcome = perform(&app, &claimed, &turn) => outcome,
        () = beat(&app, &claimed) => None,
    };
    let Some(outcome) = outcome else {
        tracing::warn!(job = %claimed.id, kind = claimed.job.kind(), "a job was taken over by another worker");
        return;
    };
    if let Err(error) = jobs::end(&app, &claimed, &outcome).await
        && !is_lost(&error)
    {
        // Its lease runs out and the next worker finds what was committed.
        tracing::warn!(job = %claimed.id, kind = claimed.job.kind(), %error, "the end of a job was not kept");
    }
}

/// Shows that the worker lives; returns when the job belongs to somebody else.
async fn beat(app: &App, claimed: &Claimed) {
    let mut ticks = interval(BEAT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        match jobs::beat(app, claimed).await {
            Ok(()) => {}
            Err(error) if is_lost(&error) => return,
            Err(error) => tracing::warn!(job = %claimed.id, %error, "a heartbeat was not kept"),
        }
    }
}
