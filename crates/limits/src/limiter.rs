//! Many keys, one table of fixed size. The table is set-associative: a key's hash names a set of a few slots,
//! and all the work is done within it, so that a request costs the same whatever the number of keys.
//! Keys themselves are not stored, only their hash under a secret of this table.

use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use parking_lot::Mutex;

use crate::gcra::{Gcra, Rate, Verdict, nanoseconds};

/// How many rates one limiter can hold a key to.
pub const RATES_MAX: usize = 2;
/// How many slots a set has; eight slots of 24 bytes are three cache lines.
const WAYS: usize = 8;
/// How many locks the table has.
const SHARDS: usize = 64;

/// One rate's figures after a decision, for the reply's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The rate's limit for a whole window.
    pub limit: u32,
    /// The limit less what is held against the key, this request included: `limit - 1` after a key's first
    /// request, 0 on a refusal.
    pub remaining: u32,
}

/// What the limiter says to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request may pass; only then was it counted.
    pub is_allowed: bool,
    /// How long until the next could pass; zero when this one may.
    pub retry_after: Duration,
    /// One entry for each rate, in the order in which they were given.
    pub windows: [Option<Window>; RATES_MAX],
}

impl Decision {
    /// Whole seconds until the next could pass, rounded up, so that who waits them is let in; at least 1.
    pub fn retry_after_seconds(&self) -> u64 {
        let seconds = self.retry_after.as_secs() + u64::from(self.retry_after.subsec_nanos() > 0);
        seconds.max(1)
    }

    /// What remains of the rate at `index`; 0 where there is none.
    pub fn remaining(&self, index: usize) -> u32 {
        self.windows
            .get(index)
            .copied()
            .flatten()
            .map_or(0, |window| window.remaining)
    }
}

#[derive(Clone, Copy, Default)]
struct Slot {
    fingerprint: u64,
    full_at_ns: [u64; RATES_MAX],
}

impl Slot {
    /// When nothing is held against the key any more: forgetting it then changes no decision.
    fn forgettable_at_ns(&self) -> u64 {
        self.full_at_ns.into_iter().max().unwrap_or(0)
    }
}

/// A keyed rate limiter of fixed memory, safe to share between threads.
///
/// A key that the table has no room for displaces, within its set, the one whose buckets are full again or will be
/// soonest; so who is being refused is the last to be forgotten.
pub struct Limiter {
    rates: Vec<Gcra>,
    shards: Vec<Mutex<Vec<[Slot; WAYS]>>>,
    hasher: RandomState,
}

impl Limiter {
    /// A limiter that holds each key to every one of `rates` (at most [`RATES_MAX`], further ones are ignored) and
    /// remembers at least `keys_max` keys (rounded up to a whole number of sets) at 24 bytes each.
    pub fn new(rates: &[Rate], keys_max: usize) -> Self {
        let sets_per_shard = keys_max.div_ceil(SHARDS * WAYS).max(1).next_power_of_two();
        Self {
            rates: rates
                .iter()
                .take(RATES_MAX)
                .map(|rate| Gcra::new(*rate))
                .collect(),
            shards: (0..SHARDS)
                .map(|_| Mutex::new(vec![[Slot::default(); WAYS]; sets_per_shard]))
                .collect(),
            hasher: RandomState::new(),
        }
    }

    /// Counts one request of `key` at the monotonic reading `now`, unless it has to be refused.
    pub fn take<K: Hash + ?Sized>(&self, key: &K, now: Duration) -> Decision {
        self.decide(key, now, true)
    }

    /// Says what [`Limiter::take`] would, and counts nothing.
    pub fn peek<K: Hash + ?Sized>(&self, key: &K, now: Duration) -> Decision {
        self.decide(key, now, false)
    }

    /// How many keys the table has room for.
    pub fn capacity(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().len() * WAYS)
            .sum()
    }

    fn decide<K: Hash + ?Sized>(&self, key: &K, now: Duration, counts: bool) -> Decision {
        let now_ns = nanoseconds(now);
        let hash = self.hasher.hash_one(key);
        // Zero marks a slot that was never used.
        let fingerprint = hash.max(1);
        let mut shard = self.shards[hash as usize % SHARDS].lock();
        let index = (hash >> 32) as usize & (shard.len() - 1);
        let set = &mut shard[index];

        let known = set.iter().position(|slot| slot.fingerprint == fingerprint);
        let before = known.map_or([0; RATES_MAX], |at| set[at].full_at_ns);
        let mut after = before;
        let mut wait_ns = 0;
        for (rate, full_at_ns) in self.rates.iter().zip(&mut after) {
            match rate.ask(*full_at_ns, now_ns) {
                Verdict::Room { full_at_ns: later } => *full_at_ns = later,
                Verdict::Full { wait_ns: longer } => wait_ns = wait_ns.max(longer),
            }
        }
        let is_allowed = wait_ns == 0;
        if is_allowed && counts {
            let at = known.unwrap_or_else(|| most_forgettable(set));
            set[at] = Slot {
                fingerprint,
                full_at_ns: after,
            };
        }
        drop(shard);

        let mut windows = [None; RATES_MAX];
        for (index, rate) in self.rates.iter().enumerate() {
            let remaining = if is_allowed {
                rate.remaining(after[index], now_ns)
            } else {
                0
            };
            windows[index] = Some(Window {
                limit: rate.limit,
                remaining,
            });
        }
        Decision {
            is_allowed,
            retry_after: Duration::from_nanos(wait_ns),
            windows,
        }
    }
}

fn most_forgettable(set: &[Slot; WAYS]) -> usize {
    (0..WAYS)
        .min_by_key(|at| set[*at].forgettable_at_ns())
        .unwrap_or(0)
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
