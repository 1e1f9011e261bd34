//! Rings between nodes, through a Redis channel.
//!
//! One connection (RESP3) subscribes, publishes and carries a heartbeat of its own: a server that stands still or a network
//! that swallows everything shows nothing else. Whatever fails, the link begins again after a pause, for ever; meanwhile
//! rings are dropped, and the others find the events by polling. Nothing that comes in is believed: it wakes listeners, who
//! read in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::TenantId;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, IntoConnectionInfo,
    ProtocolVersion, PushInfo, PushKind, RedisError, cmd,
};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use crate::{Bell, message};

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// How often the server must show that it lives.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);
/// The pause after a first failure; it doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// What the channel's name begins with; the epoch follows, so that installations on one server do not wake each other.
const CHANNEL: &str = "elite:bell:";

/// Whether other nodes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisState {
    /// There is no Redis.
    Disabled,
    /// Redis answers.
    Connected,
    /// It does not; other nodes are found by polling.
    Degraded,
}

impl RedisState {
    /// The state as operators read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Connected => "connected",
            Self::Degraded => "degraded",
        }
    }
}

/// How the link fares, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisGauges {
    /// Whether Redis answers.
    pub state: RedisState,
    /// Messages told to other nodes.
    pub told: u64,
    /// Messages heard from other nodes.
    pub heard: u64,
    /// Connections that failed or were lost.
    pub failures: u64,
}

/// The URL is not that of a Redis server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUrl;

impl std::fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the URL of a Redis server")
    }
}

impl std::error::Error for InvalidUrl {}

/// The link of a bell to the bells of other nodes.
#[derive(Debug)]
pub struct RedisLink {
    bell: Bell,
    client: Client,
    node: Uuid,
}

impl RedisLink {
    /// A link that does nothing until it runs. `node` names a process that has no page.
    pub fn new(bell: &Bell, url: &str, node: Uuid) -> Result<Self, InvalidUrl> {
        let info: ConnectionInfo = url.into_connection_info().map_err(|_| InvalidUrl)?;
        let settings = info.redis_settings().clone();
        let info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
        let client = Client::open(info).map_err(|_| InvalidUrl)?;
        bell.shared.redis.enter(RedisState::Degraded);
        bell.shared.outbox.open();
        Ok(Self {
            node: bell.node().unwrap_or(node),
            bell: bell.clone(),
            client,
        })
    }

    /// Tells and hears, for ever; it ends by being dropped.
    pub async fn run(self) {
        let mut pause = PAUSE_MIN;
        loop {
            let counts = &self.bell.shared.redis;
            match self.session().await {
                // Another epoch has begun, and with it another channel.
                Ok(()) => pause = PAUSE_MIN,
                Err(error) => {
                    counts.failures.fetch_add(1, Ordering::Relaxed);
                    if counts.enter(RedisState::Degraded) == RedisState::Connected {
                        pause = PAUSE_MIN;
                        tracing::warn!(%error, "Redis is lost; events of other nodes are found by polling until it is back");
                    } else if counts.failures.load(Ordering::Relaxed) == 1 {
                        tracing::warn!(%error, "Redis does not answer; events of other nodes are found by polling until it does");
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    /// One connection's life; ends well at the end of the epoch.
    async fn session(&self) -> Result<(), RedisError> {
        let mut epoch = self.bell.shared.epoch.subscribe();
        let channel = format!("{CHANNEL}{}", *epoch.borrow_and_update());
        let lost = Arc::new(Notify::new());
        let mut connection = self.connect(Arc::clone(&lost)).await?;
        connection.subscribe(&channel).await?;
        let shared = &self.bell.shared;
        if shared.redis.enter(RedisState::Connected) == RedisState::Degraded {
            tracing::info!("Redis answers; events of other nodes are known at once");
        }
        // What was rung while nobody listened is looked for, here and there.
        shared.rung.send_replace(());
        let mut heartbeat = interval(HEARTBEAT_EVERY);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shared.outbox.filled() => self.tell(&mut connection, &channel).await?,
                _ = heartbeat.tick() => {
                    let _pong: String = cmd("PING").query_async(&mut connection).await?;
                }
                () = lost.notified() => {
                    let _pong: String = cmd("PING").query_async(&mut connection).await?;
                }
                _ = epoch.changed() => return Ok(()),
            }
        }
    }

    async fn connect(&self, lost: Arc<Notify>) -> Result<MultiplexedConnection, RedisError> {
        let (bell, node) = (self.bell.clone(), self.node);
        let hear = move |push: PushInfo| {
            match push.kind {
                PushKind::Message => hear(&bell, node, push),
                PushKind::Disconnection => lost.notify_one(),
                _ => {}
            }
            Ok::<(), redis::aio::SendError>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN))
            .set_push_sender(hear);
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    async fn tell(
        &self,
        connection: &mut MultiplexedConnection,
        channel: &str,
    ) -> Result<(), RedisError> {
        let waiting = self.bell.shared.outbox.take();
        let numbers: Vec<(TenantId, i64)> = waiting.numbers.into_iter().collect();
        for text in message::write(self.node, &numbers, waiting.more) {
            let mut publish = cmd("PUBLISH");
            let _receivers: i64 = publish
                .arg(channel)
                .arg(text)
                .query_async(connection)
                .await?;
            self.bell.shared.redis.told.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Takes note of a message; called where the connection is read, so it waits for nothing.
fn hear(bell: &Bell, node: Uuid, push: PushInfo) {
    let text = push.data.into_iter().nth(1);
    let Some(Ok(text)) = text.map(String::from_redis_value) else {
        return;
    };
    let Some((from, numbers)) = message::read(&text) else {
        return;
    };
    if from == node {
        return; // its own processes have their page
    }
    let mut heard = bell.shared.heard.lock();
    for (tenant, seq) in numbers {
        heard.raise(tenant, seq);
    }
    drop(heard);
    bell.shared.redis.heard.fetch_add(1, Ordering::Relaxed);
    bell.shared.rung.send_replace(());
}

/// The counters behind [`RedisGauges`].
#[derive(Debug, Default)]
pub(crate) struct Counts {
    state: AtomicU8,
    told: AtomicU64,
    heard: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    pub(crate) fn read(&self) -> RedisGauges {
        RedisGauges {
            state: state_of(self.state.load(Ordering::Acquire)),
            told: self.told.load(Ordering::Relaxed),
            heard: self.heard.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }

    /// Goes to a state; gives the one before.
    fn enter(&self, state: RedisState) -> RedisState {
        state_of(self.state.swap(state as u8, Ordering::AcqRel))
    }
}

fn state_of(number: u8) -> RedisState {
    match number {
        0 => RedisState::Disabled,
        1 => RedisState::Connected,
        _ => RedisState::Degraded,
    }
}
