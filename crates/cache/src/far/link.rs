//! The connection to Redis: one, shared by all, kept up by a heartbeat beside the requests. A request never connects, never
//! waits longer than its budget, and asks nothing while the breaker is open.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::timeout;

use crate::far::breaker::{Breaker, BreakerState};
use crate::far::{FarFigures, FarSettings, Unusable};
use crate::metrics::Timings;
use crate::settings::World;

/// How long connecting may take; only the heartbeat waits for it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The heartbeat's pauses differ by up to one part in so many, so that processes do not beat together.
const JITTER_PART: u32 = 4;

/// Why an operation has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Redis is not asked, or did not answer as it should.
    Down,
    /// Redis answers, and refuses to write: it is full, or a replica.
    RefusesWrites,
}

#[derive(Debug)]
pub(crate) struct Link {
    client: Client,
    pub(crate) settings: FarSettings,
    world: World,
    breaker: Mutex<BreakerState>,
    connection: Mutex<Option<MultiplexedConnection>>,
    permits: Semaphore,
    /// Wakes the heartbeat before its time.
    wake: Arc<Notify>,
    is_up: watch::Sender<bool>,
    timings: Timings,
    errors: AtomicU64,
    timeouts: AtomicU64,
    refused_writes: AtomicU64,
    skipped: AtomicU64,
}

impl Link {
    /// A link whose heartbeat is started; it ends with the link.
    pub(crate) fn start(settings: &FarSettings, world: &World) -> Result<Arc<Self>, Unusable> {
        let client = Client::open(settings.url.as_str()).map_err(|error| Unusable::new(&error))?;
        let link = Arc::new(Self {
            client,
            breaker: Mutex::new(BreakerState::new(world.now(), settings.failures_max)),
            permits: Semaphore::new(settings.under_way_max),
            settings: settings.clone(),
            world: world.clone(),
            connection: Mutex::new(None),
            wake: Arc::new(Notify::new()),
            is_up: watch::Sender::new(false),
            timings: Timings::default(),
            errors: AtomicU64::new(0),
            timeouts: AtomicU64::new(0),
            refused_writes: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        });
        let wake = Arc::clone(&link.wake);
        world.spawn(beat_on(Arc::downgrade(&link), wake));
        Ok(link)
    }

    /// Whether Redis is asked at present.
    pub(crate) fn is_up(&self) -> bool {
        *self.is_up.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.is_up.subscribe()
    }

    /// Asks Redis within the budget.
    pub(crate) async fn ask<T, F>(
        &self,
        question: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, Trouble>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if !self.is_up() {
            return Err(Trouble::Down);
        }
        let (Ok(_permit), Some(connection)) = (self.permits.try_acquire(), self.connection())
        else {
            self.skipped.fetch_add(1, Ordering::Relaxed);
            return Err(Trouble::Down);
        };
        let begun = self.world.now();
        let answered = timeout(self.settings.budget, question(connection)).await;
        let now = self.world.now();
        self.timings.record(now.saturating_sub(begun));
        match answered {
            Ok(Ok(answer)) => {
                self.breaker.lock().succeeded();
                Ok(answer)
            }
            Ok(Err(error)) if is_write_refused(&error) => {
                self.breaker.lock().succeeded();
                self.refused_writes.fetch_add(1, Ordering::Relaxed);
                Err(Trouble::RefusesWrites)
            }
            Ok(Err(error)) => {
                self.errors.fetch_add(1, Ordering::Relaxed);
                if error.is_unrecoverable_error() {
                    self.disconnect();
                }
                self.failed(now, &error);
                Err(Trouble::Down)
            }
            Err(elapsed) => {
                self.timeouts.fetch_add(1, Ordering::Relaxed);
                self.failed(now, &elapsed);
                Err(Trouble::Down)
            }
        }
    }

    /// Asks outside of any request: with time, and whatever the breaker says.
    pub(crate) async fn ask_patiently<T, F>(
        &self,
        question: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let connection = self.connection()?;
        let answered = timeout(CONNECT_TIMEOUT, question(connection)).await;
        answered.ok()?.ok()
    }

    pub(crate) fn figures(&self) -> FarFigures {
        let breaker = self.breaker.lock();
        FarFigures {
            breaker: breaker.state(),
            breaker_for: self.world.now().saturating_sub(breaker.since()),
            time: self.timings.read(),
            errors: self.errors.load(Ordering::Relaxed),
            timeouts: self.timeouts.load(Ordering::Relaxed),
            refused_writes: self.refused_writes.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
        }
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.lock().clone()
    }

    fn disconnect(&self) {
        // The connection is dropped outside the lock.
        let gone = self.connection.lock().take();
        drop(gone);
        self.wake.notify_one();
    }

    fn failed(&self, now: Duration, why: &(dyn std::error::Error + Sync)) {
        let is_opened = self.breaker.lock().failed(now);
        if is_opened {
            self.is_up.send_replace(false);
            tracing::warn!(%why, "Redis is not asked any more until it answers the heartbeat");
            self.wake.notify_one();
        }
    }

    /// One beat: connects if need be, and asks Redis for a sign of life.
    async fn beat(&self) {
        self.breaker.lock().tries();
        let is_alive = self.is_alive().await;
        let now = self.world.now();
        if is_alive {
            let is_closed = self.breaker.lock().beat(now);
            if is_closed {
                tracing::info!("Redis answers");
                self.is_up.send_replace(true);
            }
            return;
        }
        let gone = self.connection.lock().take();
        drop(gone);
        let is_opened = self.breaker.lock().missed(now);
        if is_opened {
            tracing::warn!("Redis does not answer the heartbeat; it is not asked until it does");
            self.is_up.send_replace(false);
        }
    }

    async fn is_alive(&self) -> bool {
        let mut connection = match self.connection() {
            Some(connection) => connection,
            None => match self.connect().await {
                Some(connection) => connection,
                None => return false,
            },
        };
        let ping = redis::cmd("PING");
        let answered = timeout(
            self.settings.budget,
            ping.query_async::<String>(&mut connection),
        );
        matches!(answered.await, Ok(Ok(_)))
    }

    async fn connect(&self) -> Option<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(CONNECT_TIMEOUT));
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(CONNECT_TIMEOUT, connecting).await.ok()?.ok()?;
        *self.connection.lock() = Some(connection.clone());
        Some(connection)
    }

    fn pause(&self) -> Duration {
        let pause = match self.breaker.lock().state() {
            Breaker::Closed => self.settings.beat_every,
            Breaker::Open | Breaker::HalfOpen => self.settings.probe_every,
        };
        self.world.jittered(pause, JITTER_PART)
    }
}

/// Beats until the link is gone.
async fn beat_on(link: Weak<Link>, wake: Arc<Notify>) {
    loop {
        let Some(held) = link.upgrade() else {
            return;
        };
        held.beat().await;
        let pause = held.pause();
        drop(held);
        // A wake-up comes when the connection has just been lost: beat at once, but never without any pause.
        let _ = timeout(pause, wake.notified()).await;
        tokio::time::sleep(PAUSE_MIN).await;
    }
}

const PAUSE_MIN: Duration = Duration::from_millis(20);

/// Redis answers but does not write: out of memory, a replica, not able to save, or not allowed.
fn is_write_refused(error: &RedisError) -> bool {
    const CODES: [&str; 5] = ["OOM", "READONLY", "MISCONF", "NOREPLICAS", "NOPERM"];
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension)
        && error.code().is_some_and(|code| CODES.contains(&code))
}
