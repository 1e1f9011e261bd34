//! Taking jobs away from workers that died. A lease ends when its beat has stood still for
//! [`LEASE`] by this process's monotonic clock; no wall clock takes part (I12).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use app::jobs::{self, Lease};
use app::{App, Result};
use tokio::time::sleep;

/// How long a beat may stand still.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Runs until the program wants to stop.
pub(crate) async fn run(app: App) {
    let mut seen = HashMap::new();
    let stopping = app.tasks().stopping().clone();
    while !stopping.is_cancelled() {
        match look(&app, &seen).await {
            Ok(next) => seen = next,
            Err(error) => tracing::warn!(%error, "the leases of jobs could not be watched"),
        }
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// Looks at every lease once: since when its beat stands still, and whether that is too long.
async fn look(app: &App, seen: &HashMap<Lease, Instant>) -> Result<HashMap<Lease, Instant>> {
    let now = Instant::now();
    let mut next = HashMap::new();
    for lease in jobs::running(app).await? {
        let since = seen.get(&lease).copied().unwrap_or(now);
        if now.duration_since(since) < LEASE {
            next.insert(lease, since);
        } else if jobs::expire(app, lease).await? {
            tracing::warn!(job = %lease.id, "a job was taken from a worker that no longer answers");
        }
    }
    Ok(next)
}
