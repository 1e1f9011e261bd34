//! The generic cell rate algorithm (ITU-T I.371, "virtual scheduling"): one timestamp per key says when its bucket
//! will be full again; nothing ticks and nothing is swept.

use std::time::Duration;

/// How often something may happen: `limit` times in each `window`, at most `burst` of them at once.
///
/// A rate holds in the long run; over one window that starts with a full bucket `limit + burst` can pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many in one window; at least 1.
    pub limit: u32,
    /// The length of the window; longer than zero.
    pub window: Duration,
    /// How many at once; between 1 and `limit`.
    pub burst: u32,
}

impl Rate {
    /// A rate whose burst is all of it.
    pub const fn new(limit: u32, window: Duration) -> Self {
        Self {
            limit,
            window,
            burst: limit,
        }
    }

    /// So many in a second.
    pub const fn per_second(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(1))
    }

    /// So many in a minute.
    pub const fn per_minute(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(60))
    }

    /// So many in an hour.
    pub const fn per_hour(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(3600))
    }

    /// The same rate with at most `burst` at once; a burst above the limit is the limit.
    pub const fn with_burst(mut self, burst: u32) -> Self {
        self.burst = if burst < self.limit {
            burst
        } else {
            self.limit
        };
        self
    }
}

/// What one bucket says to one more request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is room; the bucket would be full again at this time.
    Room { full_at_ns: u64 },
    /// There is none for so long.
    Full { wait_ns: u64 },
}

/// A rate in the units in which it is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gcra {
    pub(crate) limit: u32,
    interval_ns: u64,
    tolerance_ns: u64,
}

impl Gcra {
    pub(crate) fn new(rate: Rate) -> Self {
        let limit = rate.limit.max(1);
        let burst = rate.burst.clamp(1, limit);
        let interval_ns = (nanoseconds(rate.window) / u64::from(limit)).max(1);
        Self {
            limit,
            interval_ns,
            tolerance_ns: interval_ns * u64::from(burst - 1),
        }
    }

    /// Asks for one more; `full_at_ns` is the key's only state, zero when it is unknown.
    pub(crate) fn ask(&self, full_at_ns: u64, now_ns: u64) -> Verdict {
        let earliest = full_at_ns.saturating_sub(self.tolerance_ns);
        if earliest > now_ns {
            return Verdict::Full {
                wait_ns: earliest - now_ns,
            };
        }
        let full_at_ns = full_at_ns.max(now_ns).saturating_add(self.interval_ns);
        Verdict::Room { full_at_ns }
    }

    /// The limit less what the bucket still holds against the key.
    pub(crate) fn remaining(&self, full_at_ns: u64, now_ns: u64) -> u32 {
        let held = full_at_ns.saturating_sub(now_ns).div_ceil(self.interval_ns);
        self.limit
            .saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    }
}

/// A reading of a monotonic clock in nanoseconds; saturates after 584 years.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
