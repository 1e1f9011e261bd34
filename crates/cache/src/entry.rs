//! A value in memory: its stamp, when it was born by this process' monotonic clock, and how long it lives.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::rule::Stamp;
use crate::value::Value;

/// What an entry costs besides its key and its value: itself, the table's slot and the table's books.
pub(crate) const OVERHEAD_BYTES: usize = 320;
/// A value is refreshed when read in the last part of its life, one in so many.
const REFRESH_PART: u32 = 5;

/// One cached answer. Whether it may be given is the rule's business, not its own.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) stamp: Stamp,
    /// When its load began, so that the age is never understated.
    pub(crate) born: Duration,
    /// How long it is fresh.
    pub(crate) life: Duration,
    /// `None`: the source said that there is nothing.
    payload: Option<Arc<dyn Any + Send + Sync>>,
    weight: usize,
    /// Until when a failed refresh is not tried again, in milliseconds of the clock.
    rests_until_ms: AtomicU64,
    is_refresh_claimed: AtomicBool,
}

impl Entry {
    pub(crate) fn new<V: Value>(
        stamp: Stamp,
        born: Duration,
        life: Duration,
        value: Option<Arc<V>>,
    ) -> Self {
        Self {
            stamp,
            born,
            life,
            weight: value.as_ref().map_or(0, |value| value.weight()),
            payload: value.map(|value| value as Arc<dyn Any + Send + Sync>),
            rests_until_ms: AtomicU64::new(0),
            is_refresh_claimed: AtomicBool::new(false),
        }
    }

    /// The value; a value of another type cannot be under this kind's key, and would count as nothing.
    pub(crate) fn value<V: Value>(&self) -> Option<Arc<V>> {
        let payload = self.payload.clone()?;
        payload.downcast().ok()
    }

    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.born)
    }

    pub(crate) fn is_fresh(&self, now: Duration) -> bool {
        self.age(now) < self.life
    }

    /// Whether this reader is the one to have it refreshed: in the last fifth of its life, once.
    pub(crate) fn claims_refresh(&self, now: Duration) -> bool {
        self.is_in_last_part(now)
            && !self.is_refresh_claimed.load(Ordering::Relaxed)
            && !self.is_refresh_claimed.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn is_in_last_part(&self, now: Duration) -> bool {
        self.age(now) >= self.life - self.life / REFRESH_PART
    }

    /// Says that its load has failed: it is not tried again for a while.
    pub(crate) fn rest(&self, until: Duration) {
        let until_ms = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.rests_until_ms.store(until_ms, Ordering::Relaxed);
    }

    pub(crate) fn rests(&self, now: Duration) -> bool {
        now.as_millis() < u128::from(self.rests_until_ms.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reader_in_the_last_fifth_refreshes() {
        let stamp = Stamp { epoch: 1, as_of: 1 };
        let life = Duration::from_secs(10);
        let entry = Entry::new::<bytes::Bytes>(stamp, Duration::from_secs(100), life, None);
        assert!(!entry.claims_refresh(Duration::from_secs(107)));
        assert!(entry.claims_refresh(Duration::from_secs(108)));
        assert!(!entry.claims_refresh(Duration::from_secs(109)));
        assert!(entry.is_fresh(Duration::from_secs(109)));
        assert!(!entry.is_fresh(Duration::from_secs(110)));
        // A clock that reads earlier than the birth makes no age of centuries.
        assert_eq!(entry.age(Duration::ZERO), Duration::ZERO);
    }
}
