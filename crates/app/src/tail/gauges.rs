//! What an operator can see of the tail.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// How the tail fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailGauges {
    /// Whether the last look at the database succeeded.
    pub is_well: bool,
    /// Events told to the listeners.
    pub events: u64,
    /// Looks at the database.
    pub looks: u64,
    /// Events that a look in its turn found although no bell had told of them.
    pub unannounced: u64,
    /// Looks that failed.
    pub failures: u64,
    /// Epochs that began while the program ran.
    pub epochs: u64,
    /// The position up to which everything was told.
    pub position: i64,
    /// The age of the last event when it was told, by the clocks of who wrote and who read it; only to be looked at.
    pub lag: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) has_begun: AtomicBool,
    pub(super) is_well: AtomicBool,
    pub(super) events: AtomicU64,
    pub(super) looks: AtomicU64,
    pub(super) unannounced: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) epochs: AtomicU64,
    pub(super) position: AtomicI64,
    pub(super) lag_us: AtomicU64,
}

impl Counts {
    pub(super) fn read(&self) -> TailGauges {
        TailGauges {
            is_well: self.is_well.load(Ordering::Relaxed),
            events: self.events.load(Ordering::Relaxed),
            looks: self.looks.load(Ordering::Relaxed),
            unannounced: self.unannounced.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            epochs: self.epochs.load(Ordering::Relaxed),
            position: self.position.load(Ordering::Relaxed),
            lag: Duration::from_micros(self.lag_us.load(Ordering::Relaxed)),
        }
    }
}

/// Adds to a counter.
pub(super) fn count(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Ordering::Relaxed);
}
