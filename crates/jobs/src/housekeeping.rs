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

/// How often a SQLite file's mark is moved; what a restored copy lacks of the time since is not noticed.
const MARK_EVERY: Duration = Duration::from_secs(5);

/// Moves the mark beside a SQLite file after its spine; runs until the program wants to stop.
pub(crate) async fn mark(app: App) {
    let stopping = app.tasks().stopping().clone();
    let mut bell = app.bell().listen();
    loop {
        tokio::select! {
            () = bell.rang() => {}
            () = stopping.cancelled() => return,
        }
        if let Err(error) = app.store().mark_position().await {
            tracing::warn!(%error, "the mark beside the database was not moved");
        }
        tokio::select! {
            () = sleep(MARK_EVERY) => {}
            () = stopping.cancelled() => return,
        }
    }
}

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
