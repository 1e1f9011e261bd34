//! What the cache itself costs: a near hit, a look, a Redis hit, a thousand readers of one cold key. One line each; the figures are
//! of the cache alone, with no HTTP around it.
//!
//! `cargo bench -p cache` (needs `redis-server`).

#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cache::{
    Body, Cache, FarSettings, Key, KeyText, Kind, Knowledge, Loaded, Need, Scope, Scopes, Settings,
    Shelf, Source, Stamp, Tenant, Times, World,
};

/// The size of an answer with 50 campaigns.
const BODY_BYTES: usize = 17 * 1024;
const NEAR_ROUNDS: u32 = 500_000;
const FAR_ROUNDS: u32 = 20_000;
const FLOCK: u64 = 1_000;
/// How many readers ask Redis at once, as in `redis-benchmark`.
const FAR_READERS: u32 = 50;

struct List;

struct ListKey(u64);

impl Kind for List {
    const NOUN: &'static str = "campaigns";
    const VIEW: &'static str = "list";
    type Key = ListKey;
    type Value = Body;
    type Error = String;
}

impl Key for ListKey {
    fn tenant(&self) -> Tenant {
        Tenant(1)
    }

    fn scopes(&self) -> Scopes {
        Scopes::of([Scope::all(1), Scope::all(2)])
    }

    fn write(&self, text: &mut KeyText) {
        text.part(self.0).part("active");
    }
}

fn world() -> World {
    let started = Instant::now();
    let state = AtomicU64::new(1);
    World {
        clock: Arc::new(move || started.elapsed()),
        random: Arc::new(move || {
            let step = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            (step ^ (step >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        }),
        spawn: Arc::new(spawn),
        number: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench needs no tracked tasks")]
fn spawn(task: cache::Task) {
    drop(tokio::spawn(task));
}

fn shelf(near_bytes_max: u64, redis: Option<String>) -> (Cache, Shelf<List>) {
    let knowledge = Arc::new(Knowledge::new());
    knowledge.begin_epoch(1);
    let stamp = Stamp { epoch: 1, as_of: 1 };
    knowledge.learn(knowledge.ticket(Tenant(1)), stamp);
    let settings = Settings {
        near_bytes_max,
        ..Settings::default()
    };
    let cache = match redis {
        Some(url) => {
            let far = FarSettings {
                // Whatever runs beside the bench, nothing is given up.
                budget: Duration::from_secs(1),
                ..FarSettings::of(url)
            };
            Cache::with_far(settings, world(), knowledge, &far).expect("the URL is one")
        }
        None => Cache::near(settings, world(), knowledge),
    };
    let shelf = cache.shelf(Times::fresh_for(Duration::from_secs(300)));
    (cache, shelf)
}

async fn load() -> Result<Loaded<Body>, String> {
    let text = "{\"name\":\"Summer\",\"status\":\"active\"},".repeat(BODY_BYTES / 36);
    Ok(Loaded {
        stamp: Stamp { epoch: 1, as_of: 1 },
        value: Some(Body::with_gzip(text, 1024)),
    })
}

fn say(what: &str, rounds: u32, took: Duration) {
    let each = took / rounds;
    let per_second = f64::from(rounds) / took.as_secs_f64();
    println!("{what:<44} {each:>10.1?} each  {per_second:>12.0} per second");
}

/// How long this thread has been on a processor, so that what runs beside does not count.
fn thread_time() -> Duration {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = figures
        .split(' ')
        .next()
        .and_then(|figure| figure.parse().ok());
    Duration::from_nanos(first.unwrap_or(0))
}

async fn near() {
    let (_, shelf) = shelf(64 * 1024 * 1024, None);
    let read = async || shelf.get(&ListKey(1), Need::AtLeast(1), load).await;
    read().await.expect("the load answers");
    let begun = thread_time();
    for _ in 0..NEAR_ROUNDS {
        let answer = read().await.expect("it is held");
        assert_eq!(answer.source, Source::Near);
    }
    say("near hit", NEAR_ROUNDS, thread_time() - begun);
    let begun = thread_time();
    for _ in 0..NEAR_ROUNDS {
        assert!(shelf.peek(&ListKey(1), Need::AtLeast(1)).await.is_some());
    }
    say("near look", NEAR_ROUNDS, thread_time() - begun);
    let begun = thread_time();
    for _ in 0..NEAR_ROUNDS {
        assert!(
            shelf
                .content_number(&ListKey(1), Need::AtLeast(1))
                .is_some()
        );
    }
    say("content number (304)", NEAR_ROUNDS, thread_time() - begun);
}

/// A thousand readers of one key that nobody has: how long until the last has its answer, beyond the load's 5 ms.
async fn flock() {
    let (_, shelf) = shelf(64 * 1024 * 1024, None);
    let loads = Arc::new(AtomicU64::new(0));
    let mut readers = tokio::task::JoinSet::new();
    let begun = Instant::now();
    for _ in 0..FLOCK {
        let (shelf, loads) = (shelf.clone(), Arc::clone(&loads));
        readers.spawn(async move {
            let slow_load = move || async move {
                loads.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
                load().await
            };
            shelf.get(&ListKey(1), Need::Any, slow_load).await.is_ok()
        });
    }
    assert!(readers.join_all().await.into_iter().all(|is_ok| is_ok));
    let (took, loads) = (begun.elapsed(), loads.load(Ordering::Relaxed));
    println!("{FLOCK} readers of a cold key: {loads} load of 5 ms, all answered after {took:.1?}");
}

/// Redis hits with the near level off, many readers of distinct keys at once.
async fn far() {
    let redis = testkit::redis();
    let (cache, shelf) = shelf(0, Some(redis.url()));
    let mut is_up = cache.watch_far().expect("there is a Redis");
    is_up
        .wait_for(|is_up| *is_up)
        .await
        .expect("the cache lives");
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..FAR_READERS {
        shelf
            .get(&ListKey(reader.into()), Need::Any, load)
            .await
            .expect("the load answers");
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    for reader in 0..FAR_READERS {
        let shelf = shelf.clone();
        readers.spawn(async move {
            for _ in 0..FAR_ROUNDS / FAR_READERS {
                let answer = shelf.get(&ListKey(reader.into()), Need::Any, load).await;
                assert_eq!(answer.expect("Redis has it").source, Source::Far);
            }
        });
    }
    readers.join_all().await;
    say(
        "Redis hit, near level off, 50 readers",
        FAR_ROUNDS,
        begun.elapsed(),
    );
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        near().await;
        flock().await;
        far().await;
    });
}
