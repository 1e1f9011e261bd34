//! A small source of truth, and caches that stand before it as processes would.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache::{
    Answer, Body, Cache, FarSettings, Key, KeyText, Kind, Knowledge, LoadError, Loaded, Named,
    Need, Scope, Scopes, Settings, Shelf, Stamp, Tenant, Times, World,
};
use parking_lot::Mutex;
use tokio::time::Instant;

pub(crate) const TENANT: Tenant = Tenant(0x0197_0000_0000_7000_8000_0000_0000_0001);
pub(crate) const EPOCH: u64 = 11;

/// Pages of a tenant, by number.
#[derive(Debug)]
pub(crate) struct Page;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PageKey(pub(crate) Tenant, pub(crate) u64);

impl Kind for Page {
    const NOUN: &'static str = "pages";
    const VIEW: &'static str = "one";
    type Key = PageKey;
    type Value = Body;
    type Error = String;
}

impl Key for PageKey {
    fn tenant(&self) -> Tenant {
        self.0
    }

    fn scopes(&self) -> Scopes {
        Scopes::of([scope(self.1)])
    }

    fn write(&self, text: &mut KeyText) {
        text.part(self.1);
    }
}

pub(crate) fn scope(page: u64) -> Scope {
    Scope::one(1, u128::from(page) + 1)
}

pub(crate) const fn page(number: u64) -> PageKey {
    PageKey(TENANT, number)
}

/// The source of truth of one tenant: a page's content is the number of the event that wrote it last.
#[derive(Debug, Default)]
pub(crate) struct Source {
    state: Mutex<State>,
    pub(crate) loads: AtomicU64,
    /// How long a load takes, in milliseconds of the runtime's clock.
    pub(crate) load_ms: AtomicU64,
    pub(crate) is_down: std::sync::atomic::AtomicBool,
}

#[derive(Debug)]
struct State {
    epoch: u64,
    seq: u64,
    pages: HashMap<u64, u64>,
    events: Vec<u64>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            epoch: EPOCH,
            seq: 1,
            pages: HashMap::new(),
            events: vec![u64::MAX],
        }
    }
}

impl Source {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Writes a page and gives the event's number: the write is acknowledged.
    pub(crate) fn write(&self, page: u64) -> u64 {
        let mut state = self.state.lock();
        state.seq += 1;
        let seq = state.seq;
        state.pages.insert(page, seq);
        state.events.push(page);
        seq
    }

    pub(crate) fn stamp(&self) -> Stamp {
        let state = self.state.lock();
        Stamp {
            epoch: state.epoch,
            as_of: state.seq,
        }
    }

    /// What a page says now.
    pub(crate) fn content(&self, page: u64) -> u64 {
        self.state.lock().pages.get(&page).copied().unwrap_or(0)
    }

    /// The pages that the events after a number wrote, with their numbers.
    pub(crate) fn events_after(&self, seq: u64) -> Vec<(u64, u64)> {
        let state = self.state.lock();
        (seq + 1..=state.seq)
            .map(|number| (number, state.events[number as usize - 1]))
            .collect()
    }

    /// A restored backup: everything is as it was at the first number, under a new epoch.
    pub(crate) fn restore(&self, epoch: u64) {
        *self.state.lock() = State {
            epoch,
            ..State::default()
        };
    }

    /// Reads number and page in one snapshot, then takes its time.
    pub(crate) async fn load(self: Arc<Self>, page: u64) -> Result<Loaded<Body>, String> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let (stamp, content) = {
            let state = self.state.lock();
            let stamp = Stamp {
                epoch: state.epoch,
                as_of: state.seq,
            };
            (stamp, state.pages.get(&page).copied().unwrap_or(0))
        };
        let load_ms = self.load_ms.load(Ordering::SeqCst);
        if load_ms > 0 {
            tokio::time::sleep(Duration::from_millis(load_ms)).await;
        }
        if self.is_down.load(Ordering::SeqCst) {
            return Err("the source is down".to_owned());
        }
        Ok(Loaded {
            stamp,
            value: Some(Body::plain(content.to_string())),
        })
    }

    pub(crate) fn loads(&self) -> u64 {
        self.loads.load(Ordering::SeqCst)
    }
}

/// One process' worth of cache.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) cache: Cache,
    pub(crate) shelf: Shelf<Page>,
    pub(crate) source: Arc<Source>,
    tailed: Arc<Mutex<u64>>,
}

pub(crate) fn world(seed: u64) -> World {
    let started = Instant::now();
    let state = AtomicU64::new(seed | 1);
    World {
        clock: Arc::new(move || started.elapsed()),
        // Weyl's sequence through a mixer: enough for jitter and tokens.
        random: Arc::new(move || {
            let step = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            (step ^ (step >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        }),
        spawn: Arc::new(|task| drop(spawn(task))),
        number: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test needs no tracked tasks")]
pub(crate) fn spawn<F>(task: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(task)
}

/// So little that a tenant with many pages is forgotten at times.
const KNOWN_MAX: usize = 16 * 50;

/// Short limits, so that tests see them.
pub(crate) const TIMES: Times = Times {
    life: Duration::from_secs(10),
    life_absent: Duration::from_secs(1),
    stale_max: Duration::from_secs(60),
    soft_timeout: Duration::from_millis(100),
};

impl Process {
    /// A process that follows the source from now on.
    pub(crate) fn near(source: &Arc<Source>) -> Self {
        Self::of(source, Settings::default(), None, TIMES)
    }

    /// With patience, so that a busy machine is not taken for a slow Redis.
    pub(crate) fn with_redis(source: &Arc<Source>, url: &str) -> Self {
        let far = FarSettings {
            budget: Duration::from_secs(1),
            ..FarSettings::of(url)
        };
        Self::of(source, Settings::default(), Some(far), TIMES)
    }

    /// As a server uses it.
    pub(crate) fn with_impatience(source: &Arc<Source>, proxy: &testkit::FaultProxy) -> Self {
        let far = FarSettings::of(format!("redis://{}/", proxy.address()));
        Self::of(source, Settings::default(), Some(far), TIMES)
    }

    pub(crate) fn of(
        source: &Arc<Source>,
        settings: Settings,
        far: Option<FarSettings>,
        times: Times,
    ) -> Self {
        static SEEDS: AtomicU64 = AtomicU64::new(1);
        let mut world = world(SEEDS.fetch_add(2, Ordering::Relaxed));
        let asked = Arc::clone(source);
        world.number = Some(Arc::new(move |_| {
            let stamp = asked.stamp();
            Box::pin(async move { Some(stamp) })
        }));
        // Where the tail starts first, and only then may anything be learned.
        let start = source.stamp();
        let knowledge = Arc::new(Knowledge::with_bound(KNOWN_MAX));
        knowledge.begin_epoch(start.epoch);
        let cache = match far {
            Some(far) => Cache::with_far(settings, world, knowledge, &far).expect("the URL is one"),
            None => Cache::near(settings, world, knowledge),
        };
        Self {
            shelf: cache.shelf(times),
            cache,
            source: Arc::clone(source),
            tailed: Arc::new(Mutex::new(start.as_of)),
        }
    }

    /// Follows the source up to its present number.
    pub(crate) fn tail(&self) {
        let mut tailed = self.tailed.lock();
        let epoch = self.source.stamp().epoch;
        if self.cache.knowledge().epoch() != Some(epoch) {
            self.cache.knowledge().begin_epoch(epoch);
            *tailed = 0;
        }
        for (seq, page) in self.source.events_after(*tailed) {
            let named = [scope(page)];
            let knowledge = self.cache.knowledge();
            knowledge.advance(TENANT, epoch, seq, Named::Scopes(&named));
            *tailed = seq;
        }
    }

    pub(crate) async fn read(&self, number: u64, need: Need) -> Answer<Body> {
        self.try_read(number, need)
            .await
            .expect("the source answers")
    }

    pub(crate) async fn try_read(
        &self,
        number: u64,
        need: Need,
    ) -> Result<Answer<Body>, LoadError<String>> {
        let source = Arc::clone(&self.source);
        let load = move || source.load(number);
        self.shelf.get(&page(number), need, load).await
    }

    pub(crate) async fn redis_is_up(&self) {
        let mut is_up = self.cache.watch_far().expect("there is a Redis");
        let waiting = is_up.wait_for(|is_up| *is_up);
        let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        assert!(*waited.expect("Redis answers").expect("the cache lives"));
    }
}

/// What a page's answer says.
pub(crate) fn content(answer: &Answer<Body>) -> u64 {
    let body = answer.value.as_ref().expect("pages are always there");
    let text = std::str::from_utf8(body.as_plain()).expect("it is a number");
    text.parse().expect("it is a number")
}

/// Asks Redis as an operator would, and gives the answer as `redis-cli` prints it.
pub(crate) async fn ask(redis: &testkit::Redis, words: &[&str]) -> String {
    let output = tokio::process::Command::new("redis-cli")
        .args(["-p", &redis.port().to_string()])
        .args(words)
        .output()
        .await;
    let output = output.expect("redis-cli runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Waits until something is so.
pub(crate) async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never became so");
}
