//! Randomness, passed in wherever an id or a secret is made, so that a test can repeat itself.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use uuid::{Builder, Uuid};

use crate::clock::Timestamp;

/// The bits of a version 7 UUID that follow its time: 12 of `rand_a` and 62 of `rand_b`.
const TAIL_BITS: u32 = 74;

/// A source of ids and secrets; clones share one sequence, so ids of one process never repeat and only grow.
#[derive(Debug, Clone)]
pub struct Entropy(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    random: StdRng,
    last_ms: u64,
    tail: u128,
}

impl Entropy {
    /// Seeded by the operating system.
    pub fn system() -> Self {
        let mut seed = [0_u8; 32];
        fill_from_system(&mut seed);
        Self::from_random(StdRng::from_seed(seed))
    }

    /// The same sequence for the same seed; for tests.
    pub fn seeded(seed: u64) -> Self {
        Self::from_random(StdRng::seed_from_u64(seed))
    }

    fn from_random(random: StdRng) -> Self {
        Self(Arc::new(Mutex::new(State {
            random,
            last_ms: 0,
            tail: 0,
        })))
    }

    /// A version 7 UUID (RFC 9562, method 2 of section 6.2): later calls give larger ids, also
    /// within one millisecond and after the clock was set back.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let now_ms = u64::try_from(now.0 / 1_000).unwrap_or(0);
        let mut state = self.0.lock();
        if now_ms > state.last_ms {
            state.last_ms = now_ms;
            // The top bit stays clear, so that the steps below have room before they overflow.
            state.tail = state.next_u128() >> (128 - TAIL_BITS + 1);
        } else {
            let step = u128::from(state.random.next_u32()) + 1;
            state.tail += step;
            if state.tail >> TAIL_BITS != 0 {
                state.last_ms += 1;
                state.tail = state.next_u128() >> (128 - TAIL_BITS + 1);
            }
        }
        uuid_from(state.last_ms, state.tail)
    }

    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.0.lock().random.fill_bytes(&mut bytes);
        bytes
    }

    /// A number in `0..bound`, for jitter; 0 when the bound is 0.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            0
        } else {
            self.0.lock().random.next_u64() % bound
        }
    }
}

impl State {
    fn next_u128(&mut self) -> u128 {
        u128::from(self.random.next_u64()) << 64 | u128::from(self.random.next_u64())
    }
}

fn uuid_from(ms: u64, tail: u128) -> Uuid {
    let rand_a = ((tail >> 62) & 0xfff) as u16;
    let rand_b = (tail & ((1 << 62) - 1)) as u64;
    let mut rest = [0_u8; 10];
    rest[..2].copy_from_slice(&rand_a.to_be_bytes());
    rest[2..].copy_from_slice(&rand_b.to_be_bytes());
    Builder::from_unix_timestamp_millis(ms, &rest).into_uuid()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the system for randomness"
)]
fn fill_from_system(seed: &mut [u8; 32]) {
    getrandom::fill(seed).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_only_grow_whatever_the_clock_does() {
        let entropy = Entropy::seeded(7);
        let mut last = Uuid::nil();
        for step in 0..20_000_i64 {
            let now = Timestamp(1_700_000_000_000_000 + (step % 50) * 700 - step / 3);
            let id = entropy.uuid(now);
            assert!(id > last, "step {step}");
            assert_eq!(id.get_version_num(), 7);
            last = id;
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let make = || Entropy::seeded(3).uuid(Timestamp(1_700_000_000_000_000));
        assert_eq!(make(), make());
    }
}
