//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// Asks `condition` again and again until it answers `Some`, and hands that value back.
///
/// # Panics
/// When `timeout` passes first; the message carries the caller's line.
#[track_caller]
pub fn eventually<T, C>(timeout: Duration, condition: C) -> impl Future<Output = T>
where
    C: AsyncFnMut() -> Option<T>,
{
    let caller = std::panic::Location::caller();
    async move {
        let mut condition = condition;
        let started = Instant::now();
        let mut pause = PAUSE_MIN;
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            assert!(
                started.elapsed() < timeout,
                "{caller}: not within {timeout:?}"
            );
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// The same as [`eventually`] for tests without a runtime.
///
/// # Panics
/// When `timeout` passes first.
#[track_caller]
pub fn eventually_blocking<T>(timeout: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    let mut pause = PAUSE_MIN;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(started.elapsed() < timeout, "not within {timeout:?}");
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
