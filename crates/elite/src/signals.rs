//! When to stop: SIGTERM or Ctrl-C, the first one politely, the second one at once.

use tokio_util::sync::CancellationToken;

/// Waits for the first signal.
#[cfg(unix)]
pub(crate) async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Waits for the first signal.
#[cfg(not(unix))]
pub(crate) async fn stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Ends the process at the second signal, unless `done` comes first.
pub(crate) async fn stop_at_once(done: CancellationToken) {
    tokio::select! {
        () = stop() => std::process::exit(130),
        () = done.cancelled() => {}
    }
}
