//! The far level: values in Redis, for all processes of all nodes. It holds copies and decides nothing: what it gives is
//! judged by the rule, and whatever is wrong with it costs a load.

mod breaker;
mod lease;
mod link;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redis::{RedisError, cmd, pipe};
use tokio::sync::watch;

pub use crate::far::breaker::Breaker;
pub(crate) use crate::far::lease::{Lease, Leased};
use crate::far::link::Link;
use crate::key::pattern_of;
use crate::metrics::Spans;
use crate::rule::Stamp;
use crate::settings::World;

/// How many keys an operator's clearing asks for at once.
const SCAN_COUNT: u32 = 500;

/// How Redis is used.
#[derive(Debug, Clone)]
pub struct FarSettings {
    /// `redis://…` or `rediss://…`.
    pub url: String,
    /// How long one operation may take before a request goes on without it.
    pub budget: Duration,
    /// How many operations fail in a row before Redis is not asked any more.
    pub failures_max: u32,
    /// How often Redis is asked for a sign of life.
    pub beat_every: Duration,
    /// How often while it is not asked for anything else.
    pub probe_every: Duration,
    /// How long a load keeps others from loading the same, if it does not end before.
    pub lease: Duration,
    /// How long a load of another node is waited for.
    pub lease_wait: Duration,
    /// From how many bytes on a value is compressed.
    pub pack_from_bytes: usize,
    /// How many operations are under way at once; what comes on top goes without Redis.
    pub under_way_max: usize,
}

impl FarSettings {
    /// The usual settings for a server.
    pub fn of(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            budget: Duration::from_millis(50),
            failures_max: 3,
            beat_every: Duration::from_secs(1),
            probe_every: Duration::from_millis(250),
            lease: Duration::from_secs(5),
            lease_wait: Duration::from_millis(250),
            pack_from_bytes: 32 * 1024,
            under_way_max: 256,
        }
    }
}

/// An address that no Redis can be at.
#[derive(Debug, thiserror::Error)]
#[error("the address of Redis cannot be used: {0}")]
pub struct Unusable(String);

impl Unusable {
    fn new(error: &RedisError) -> Self {
        Self(error.to_string())
    }
}

/// The figures of the link to Redis, read at a moment.
#[derive(Debug, Clone)]
pub struct FarFigures {
    /// Whether Redis is asked.
    pub breaker: Breaker,
    /// For how long that has been so.
    pub breaker_for: Duration,
    /// How long operations took, failed ones included.
    pub time: Spans,
    /// Operations that Redis or the connection answered with an error.
    pub errors: u64,
    /// Operations that took longer than the budget.
    pub timeouts: u64,
    /// Writes that a living Redis refused, for instance because it is full.
    pub refused_writes: u64,
    /// Operations left out because too many were under way or there was no connection.
    pub skipped: u64,
}

/// What a look into Redis found.
pub(crate) enum Fetched {
    Found(Found),
    Nothing,
    /// Something that is broken, or of another version.
    Unreadable,
    Down,
}

/// A value as it came from Redis.
pub(crate) struct Found {
    pub(crate) stamp: Stamp,
    pub(crate) life: Duration,
    pub(crate) age: Duration,
    pub(crate) payload: Option<Bytes>,
}

/// A value to be kept in Redis.
pub(crate) struct Keep<'a> {
    pub(crate) text: &'a str,
    pub(crate) wire: u8,
    pub(crate) stamp: Stamp,
    pub(crate) life: Duration,
    /// How old it is now.
    pub(crate) age: Duration,
    /// How long Redis keeps it, from its birth.
    pub(crate) lasts: Duration,
    pub(crate) payload: Option<&'a [u8]>,
}

pub(crate) struct Far {
    link: Arc<Link>,
    world: World,
}

impl Far {
    pub(crate) fn new(settings: &FarSettings, world: &World) -> Result<Self, Unusable> {
        Ok(Self {
            link: Link::start(settings, world)?,
            world: world.clone(),
        })
    }

    pub(crate) fn is_up(&self) -> bool {
        self.link.is_up()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.link.watch()
    }

    pub(crate) fn figures(&self) -> FarFigures {
        self.link.figures()
    }

    pub(crate) fn lease_wait(&self) -> Duration {
        self.link.settings.lease_wait
    }

    /// Looks for a value.
    pub(crate) async fn fetch(&self, text: &str, wire: u8) -> Fetched {
        // What is left first: a value that is replaced between the two is then taken for older than it is, never for younger.
        let mut both = pipe();
        both.cmd("PTTL").arg(text).cmd("GET").arg(text);
        let answer = self.link.ask(async |mut connection| {
            both.query_async::<(i64, Option<Bytes>)>(&mut connection)
                .await
        });
        match answer.await {
            Err(_) => Fetched::Down,
            Ok((_, None)) => Fetched::Nothing,
            Ok((left_ms, Some(bytes))) => {
                let found = wire::decode(text, wire, bytes).and_then(|found| {
                    let left = Duration::from_millis(u64::try_from(left_ms).ok()?);
                    // More left than there was at first: somebody set Redis' clock, and the age is not to be known.
                    let age = found.lasts.checked_sub(left)?;
                    Some(Found {
                        stamp: found.stamp,
                        life: found.life,
                        age,
                        payload: found.payload,
                    })
                });
                found.map_or(Fetched::Unreadable, Fetched::Found)
            }
        }
    }

    /// Keeps a value and gives the lease back.
    pub(crate) async fn keep(&self, value: Keep<'_>, lease: Option<Lease>) {
        let left = value.lasts.saturating_sub(value.age);
        // A load that held no lease may have been overtaken. The rule would refuse the older value anyway; this only
        // saves the newer one.
        let is_overtaken = lease.is_none() && self.is_newer_there(&value).await;
        if !left.is_zero() && !is_overtaken {
            let outgoing = wire::Outgoing {
                text: value.text,
                wire: value.wire,
                stamp: value.stamp,
                life: value.life,
                lasts: value.lasts,
                payload: value.payload,
            };
            let bytes = wire::encode(&outgoing, self.link.settings.pack_from_bytes);
            let mut set = cmd("SET");
            set.arg(value.text)
                .arg(bytes)
                .arg("PX")
                .arg(wire::whole_ms(left).max(1));
            let answer = self
                .link
                .ask(async |mut connection| set.query_async::<()>(&mut connection).await);
            if let Err(trouble) = answer.await {
                tracing::debug!(?trouble, key = value.text, "a value was not kept in Redis");
            }
        }
        if let Some(lease) = lease {
            self.release(lease).await;
        }
    }

    async fn is_newer_there(&self, value: &Keep<'_>) -> bool {
        let mut head = cmd("GETRANGE");
        head.arg(value.text).arg(0).arg(wire::STAMP_END - 1);
        let answer = self
            .link
            .ask(async |mut connection| head.query_async::<Bytes>(&mut connection).await);
        let there = answer.await.ok().and_then(|head| wire::stamp_of(&head));
        there.is_some_and(|there| {
            there.epoch == value.stamp.epoch && there.as_of > value.stamp.as_of
        })
    }

    /// Removes every key of a kind, and gives how many there were. For an operator, not for requests.
    pub(crate) async fn clear(&self, noun: &str, view: &str) -> u64 {
        let pattern = pattern_of(noun, view);
        let mut cursor = 0_u64;
        let mut removed = 0;
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(cursor)
                .arg("MATCH")
                .arg(&pattern)
                .arg("COUNT")
                .arg(SCAN_COUNT);
            let page = self.link.ask_patiently(async |mut connection| {
                scan.query_async::<(u64, Vec<String>)>(&mut connection)
                    .await
            });
            let Some((next, mut keys)) = page.await else {
                return removed;
            };
            keys.retain(|key| crate::key::is_of_kind(key, noun, view));
            if !keys.is_empty() {
                let mut unlink = cmd("UNLINK");
                unlink.arg(keys);
                let gone = self.link.ask_patiently(async |mut connection| {
                    unlink.query_async::<u64>(&mut connection).await
                });
                removed += gone.await.unwrap_or(0);
            }
            if next == 0 {
                return removed;
            }
            cursor = next;
        }
    }
}

impl fmt::Debug for Far {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Far").field("link", &self.link).finish()
    }
}
