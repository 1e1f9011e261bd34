//! Sweeping now and then.

use std::time::Duration;

use app::App;
use app::housekeeping::sweep;
use tokio::time::sleep;

/// The pause between two sweeps when there is little to do.
const REST: Duration = Duration::from_secs(300);
/// The pause when a sweep was full, so that what has piled up goes without crowding out others.
const BREATH: Duration = Duration::from_secs(1);
/// From so many on a sweep counts as full.
const FULL: u64 = 1_000;

/// Runs until the program wants to stop.
pub(crate) async fn run(app: App) {
    let stopping = app.tasks().stopping().clone();
    let mut pause = REST;
    loop {
        tokio::select! {
            () = sleep(pause) => {}
            () = stopping.cancelled() => return,
        }
        pause = match sweep(&app).await {
            Ok(gone) if gone >= FULL => BREATH,
            Ok(_) => REST,
            Err(error) => {
                tracing::warn!(%error, "housekeeping was put off");
                REST
            }
        };
    }
}
