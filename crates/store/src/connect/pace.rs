//! Spreading what happens to every connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Lets something happen at most once in an interval.
#[derive(Debug)]
pub(super) struct Pace {
    begun: Instant,
    interval: Duration,
    /// Milliseconds after `begun` from which it may happen again.
    next_ms: AtomicU64,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            begun: Instant::now(),
            interval,
            next_ms: AtomicU64::new(0),
        }
    }

    pub(super) fn is_time(&self) -> bool {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let now_ms = millis(self.begun.elapsed());
        let next_ms = self.next_ms.load(Ordering::Relaxed);
        let after = now_ms.saturating_add(millis(self.interval));
        now_ms >= next_ms
            && self
                .next_ms
                .compare_exchange(next_ms, after, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}
