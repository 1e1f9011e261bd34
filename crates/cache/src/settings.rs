//! What a cache is told when it is made: its bounds, its time limits, and the world around it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::rule::Stamp;
use crate::scope::Tenant;

/// How many bytes the near level holds unless told otherwise.
pub const NEAR_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How heavy one value may be unless told otherwise; a heavier one is given out and not kept.
pub const VALUE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The bounds of a cache.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many bytes the near level holds, keys and its own books included; 0 is no near level.
    pub near_bytes_max: u64,
    /// How heavy a value may be that is kept.
    pub value_bytes_max: usize,
    /// How long a failed load is not tried again while an old value can be served instead.
    pub retry_after: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            near_bytes_max: NEAR_BYTES_MAX,
            value_bytes_max: VALUE_BYTES_MAX,
            retry_after: Duration::from_secs(1),
        }
    }
}

/// The time limits of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// How long a value is fresh; each value's own is up to a tenth shorter, so that they do not end together.
    pub life: Duration,
    /// The same for the answer that there is nothing.
    pub life_absent: Duration,
    /// How old a value may be that is served because the source does not answer.
    pub stale_max: Duration,
    /// How long a reader waits for a load before such a value is served.
    pub soft_timeout: Duration,
}

impl Times {
    /// A value that is fresh so long, with the usual proportions for the rest.
    pub const fn fresh_for(life: Duration) -> Self {
        Self {
            life,
            life_absent: Duration::from_secs(2),
            stale_max: Duration::from_secs(3600),
            soft_timeout: Duration::from_millis(500),
        }
    }
}

/// A task to be run beside the request.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads a tenant's number from the source; `None` where that fails.
pub type NumberSource =
    Arc<dyn Fn(Tenant) -> Pin<Box<dyn Future<Output = Option<Stamp>> + Send>> + Send + Sync>;

/// The world around a cache, given to it so that tests can repeat themselves.
#[derive(Clone)]
pub struct World {
    /// A monotonic reading, from any start.
    pub clock: Arc<dyn Fn() -> Duration + Send + Sync>,
    /// Random bits, for jitter and tokens.
    pub random: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Starts a task on the runtime; what is refused is dropped.
    pub spawn: Arc<dyn Fn(Task) + Send + Sync>,
    /// Reads the number of a tenant of whom nothing is known, so that Redis can be asked before the source is. Without
    /// it the first read of a tenant is a load.
    pub number: Option<NumberSource>,
}

impl World {
    /// The clock's reading, moved so far ahead that a value older than this process has its birth too.
    pub(crate) fn now(&self) -> Duration {
        const AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);
        AHEAD + (self.clock)()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        (self.spawn)(Box::pin(task));
    }

    /// A span less up to one part in so many of itself.
    pub(crate) fn jittered(&self, span: Duration, part: u32) -> Duration {
        const STEPS: u64 = 1024;
        let step = u32::try_from((self.random)() % STEPS).unwrap_or(0);
        span - span / part * step / 1024
    }
}

impl fmt::Debug for World {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("World").finish_non_exhaustive()
    }
}
