//! A gate for so many at once: who comes first goes first, nobody waits longer than they said, and everything
//! that happens at the gate is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Nothing came free within the time that the caller was ready to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOut {
    /// How long the caller waited.
    pub waited: Duration,
}

impl std::fmt::Display for TimedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "no permit came free within {} ms",
            self.waited.as_millis()
        )
    }
}

impl std::error::Error for TimedOut {}

/// What happens at a gate; the sums run since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauges {
    /// How many can be inside at once.
    pub capacity: usize,
    /// How many are inside now.
    pub in_use: usize,
    /// How many are waiting now.
    pub waiting: u64,
    /// How many were let in.
    pub admitted: u64,
    /// How long all of them together waited, those who gave up included.
    pub waited_total: Duration,
    /// The longest that any one waited.
    pub waited_longest: Duration,
    /// How many gave up.
    pub time_outs: u64,
}

/// The right to be inside; dropping it lets the next one in.
#[derive(Debug)]
#[must_use = "dropping a permit gives it back"]
pub struct Permit {
    _held: OwnedSemaphorePermit,
}

#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicU64,
    admitted: AtomicU64,
    waited_total_ns: AtomicU64,
    waited_longest_ns: AtomicU64,
    time_outs: AtomicU64,
}

/// A gate with a capacity, a queue in order of arrival and gauges; clones are the same gate.
#[derive(Debug, Clone)]
pub struct Permits {
    capacity: usize,
    semaphore: Arc<Semaphore>,
    counts: Arc<Counts>,
}

impl Permits {
    /// A gate for `capacity` at once; at least 1.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            capacity,
            semaphore: Arc::new(Semaphore::new(capacity)),
            counts: Arc::default(),
        }
    }

    /// Waits for a permit, at most `wait_max`; a caller that stops polling leaves the queue.
    pub async fn acquire(&self, wait_max: Duration) -> Result<Permit, TimedOut> {
        if let Some(permit) = self.try_acquire() {
            return Ok(permit);
        }
        let wait = Wait::begin(&self.counts);
        let held = timeout(wait_max, Arc::clone(&self.semaphore).acquire_owned()).await;
        let waited = wait.end();
        match held {
            Ok(held) => Ok(self.admit(held.expect("the semaphore is never closed"))),
            Err(_) => {
                self.counts.time_outs.fetch_add(1, Ordering::Relaxed);
                Err(TimedOut { waited })
            }
        }
    }

    /// A permit if one is free now and nobody is waiting for it.
    pub fn try_acquire(&self) -> Option<Permit> {
        let held = Arc::clone(&self.semaphore).try_acquire_owned().ok()?;
        Some(self.admit(held))
    }

    /// What happens at the gate.
    pub fn gauges(&self) -> Gauges {
        let counts = &self.counts;
        Gauges {
            capacity: self.capacity,
            in_use: self
                .capacity
                .saturating_sub(self.semaphore.available_permits()),
            waiting: counts.waiting.load(Ordering::Relaxed),
            admitted: counts.admitted.load(Ordering::Relaxed),
            waited_total: Duration::from_nanos(counts.waited_total_ns.load(Ordering::Relaxed)),
            waited_longest: Duration::from_nanos(counts.waited_longest_ns.load(Ordering::Relaxed)),
            time_outs: counts.time_outs.load(Ordering::Relaxed),
        }
    }

    fn admit(&self, held: OwnedSemaphorePermit) -> Permit {
        self.counts.admitted.fetch_add(1, Ordering::Relaxed);
        Permit { _held: held }
    }
}

/// Someone in the queue; counted out however they leave it, a cancelled future included.
struct Wait<'a> {
    counts: &'a Counts,
    since: Instant,
}

impl<'a> Wait<'a> {
    fn begin(counts: &'a Counts) -> Self {
        counts.waiting.fetch_add(1, Ordering::Relaxed);
        Self {
            counts,
            since: Instant::now(),
        }
    }

    fn end(self) -> Duration {
        self.since.elapsed()
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let waited_ns = crate::gcra::nanoseconds(self.since.elapsed());
        self.counts
            .waited_total_ns
            .fetch_add(waited_ns, Ordering::Relaxed);
        self.counts
            .waited_longest_ns
            .fetch_max(waited_ns, Ordering::Relaxed);
        self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "permits_tests.rs"]
mod tests;
