//! How many requests there were and how they went, for the probes and the metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A request that took longer than this counts as slow and is logged as a warning.
pub const SLOW: Duration = Duration::from_secs(1);

/// The counters of one process; they only grow, but for `in_flight`.
#[derive(Debug, Default)]
pub struct Counters {
    requests: AtomicU64,
    errors: AtomicU64,
    slow: AtomicU64,
    in_flight: AtomicU64,
}

/// The counters as read at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Requests answered or being answered.
    pub requests: u64,
    /// Answers of 500 and above.
    pub errors: u64,
    /// Answers that took longer than [`SLOW`].
    pub slow: u64,
    /// Requests being answered now.
    pub in_flight: u64,
}

impl Counters {
    /// Reads them.
    pub fn read(&self) -> Counts {
        Counts {
            requests: self.requests.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            slow: self.slow.load(Ordering::Relaxed),
            in_flight: self.in_flight.load(Ordering::Relaxed),
        }
    }

    /// Counts a request in; it is in flight until the guard goes, also when the client goes away.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let others = self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight {
            counters: self,
            others,
        }
    }

    pub(crate) fn end(&self, is_error: bool, elapsed: Duration) {
        self.errors
            .fetch_add(u64::from(is_error), Ordering::Relaxed);
        self.slow
            .fetch_add(u64::from(elapsed > SLOW), Ordering::Relaxed);
    }
}

pub(crate) struct InFlight<'a> {
    counters: &'a Counters,
    pub(crate) others: u64,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.counters.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
