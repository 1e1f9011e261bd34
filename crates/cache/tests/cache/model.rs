//! Three processes on one Redis, and everything at random: reads, writes, slow loads, a source that fails, a tail that is late,
//! a network and a Redis that fail. An oracle knows what was acknowledged before each read.
//!
//! `SEED=… cargo test -p cache model` repeats a run's decisions; threads and sockets keep their own order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cache::{Count, FarSettings, Need, Settings, Source as From, Times};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::{FaultProxy, Redis};
use tokio::task::JoinSet;

use crate::support::{Process, Source, ask, content, spawn};

const OPERATIONS_MIN: u64 = 150_000;
const WORKERS: u64 = 24;
const PAGES: u64 = 60;
const TIMES: Times = Times {
    life: Duration::from_millis(250),
    life_absent: Duration::from_millis(100),
    stale_max: Duration::from_secs(5),
    soft_timeout: Duration::from_millis(20),
};

/// What was acknowledged: by page, the numbers of its writes in order.
#[derive(Default)]
struct Oracle {
    writes: Mutex<HashMap<u64, Vec<u64>>>,
    committed: AtomicU64,
}

impl Oracle {
    /// A write was acknowledged.
    fn acknowledge(&self, page: u64, seq: u64) {
        self.writes.lock().entry(page).or_default().push(seq);
        self.committed.fetch_max(seq, Ordering::SeqCst);
    }

    /// The least that a reader may be given who was promised all up to a number.
    fn least(&self, page: u64, promised: u64) -> u64 {
        let writes = self.writes.lock();
        let of_page = writes.get(&page).map_or(&[][..], Vec::as_slice);
        of_page
            .iter()
            .copied()
            .filter(|seq| *seq <= promised)
            .max()
            .unwrap_or(0)
    }
}

struct Scene {
    source: Arc<Source>,
    oracle: Oracle,
    processes: Vec<Mutex<Process>>,
    /// How far each process has followed the source for certain.
    reached: Vec<AtomicU64>,
    operations: AtomicU64,
    failed: AtomicU64,
    is_over: AtomicBool,
    port: u16,
    /// The figures of processes that were replaced.
    totals: Mutex<[u64; Count::ALL.len()]>,
}

impl Scene {
    fn process(&self, at: usize) -> Process {
        self.processes[at].lock().clone()
    }

    async fn add_up(&self, process: &Process) {
        let figures = process.cache.figures().await;
        let mut totals = self.totals.lock();
        for (total, count) in totals.iter_mut().zip(Count::ALL) {
            *total += figures.kinds[0].get(count);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a failure is repeated with its seed")]
async fn no_read_is_older_than_what_was_acknowledged_before_it() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()) * 1_000_003);
    println!("seed {seed}");
    let redis = Redis::start();
    let proxy = FaultProxy::start(redis.port());
    let scene = scene(&proxy);
    let mut helpers = JoinSet::new();
    for index in 0..scene.processes.len() {
        let random = StdRng::seed_from_u64(seed ^ (1 << 40) ^ index as u64);
        helpers.spawn(tail(Arc::clone(&scene), index, random));
    }
    helpers.spawn(trouble_source(
        Arc::clone(&scene),
        StdRng::seed_from_u64(seed ^ (1 << 41)),
    ));
    let faults = spawn(trouble_redis(
        Arc::clone(&scene),
        redis,
        proxy,
        StdRng::seed_from_u64(seed ^ (1 << 42)),
    ));
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let random = StdRng::seed_from_u64(seed.wrapping_add(worker));
        workers.spawn(work(Arc::clone(&scene), random));
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    scene.is_over.store(true, Ordering::SeqCst);
    helpers.join_all().await;
    let faults = faults.await.expect("no panic");
    let operations = scene.operations.load(Ordering::SeqCst);
    let failed = scene.failed.load(Ordering::SeqCst);
    println!(
        "{operations} operations in {:.1?}, {failed} failed, {faults} faults",
        begun.elapsed()
    );
    for at in 0..scene.processes.len() {
        scene.add_up(&scene.process(at)).await;
    }
    let totals = *scene.totals.lock();
    for (total, count) in totals.iter().zip(Count::ALL) {
        println!("{:>10} {}", total, count.name());
    }
    // Everything that the model is about took place.
    for count in [Count::HitNear, Count::HitFar, Count::Joined, Count::Refused] {
        assert!(
            totals[count as usize] > 0,
            "seed {seed}: no {}",
            count.name()
        );
    }
    assert!(
        failed < operations / 5,
        "seed {seed}: {failed} of {operations} failed"
    );
}

/// One holds everything, one some, one nothing.
const NEAR_BYTES_MAX: [u64; 3] = [1 << 20, 8 * 1024, 0];

fn process(source: &Arc<Source>, port: u16, at: usize) -> Process {
    let settings = Settings {
        near_bytes_max: NEAR_BYTES_MAX[at],
        retry_after: Duration::from_millis(50),
        ..Settings::default()
    };
    let far = FarSettings {
        probe_every: Duration::from_millis(50),
        lease_wait: Duration::from_millis(40),
        ..FarSettings::of(format!("redis://127.0.0.1:{port}/"))
    };
    Process::of(source, settings, Some(far), TIMES)
}

fn scene(proxy: &FaultProxy) -> Arc<Scene> {
    let source = Source::new();
    let process = |at| Mutex::new(process(&source, proxy.port(), at));
    Arc::new(Scene {
        processes: vec![process(0), process(1), process(2)],
        port: proxy.port(),
        reached: (0..3).map(|_| AtomicU64::new(0)).collect(),
        source,
        oracle: Oracle::default(),
        operations: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        totals: Mutex::default(),
    })
}

async fn work(scene: Arc<Scene>, mut random: StdRng) {
    // The number that this worker's caller carries.
    let mut carried = 0;
    while scene.operations.fetch_add(1, Ordering::SeqCst) < OPERATIONS_MIN {
        let number = random.random_range(0..PAGES);
        if random.random_bool(0.03) {
            // A third of the pages change all the time, the others seldom, so that some grow old.
            let is_busy = random.random_bool(0.995);
            let number = if is_busy {
                number % (PAGES / 3)
            } else {
                number
            };
            let seq = scene.source.write(number);
            if random.random_bool(0.05) {
                // The writer dies before it says so; the write is there all the same.
                continue;
            }
            scene.oracle.acknowledge(number, seq);
            carried = seq;
            continue;
        }
        let at = random.random_range(0..scene.processes.len());
        let reached = scene.reached[at].load(Ordering::SeqCst);
        let committed = scene.oracle.committed.load(Ordering::SeqCst);
        let (need, promised) = match random.random_range(0..10) {
            // A caller with the number of its own last write.
            0..3 => (Need::AtLeast(carried), carried.max(reached)),
            // A node whose shared page shows what is committed.
            3..6 => (Need::AtLeast(committed), committed),
            6 => (Need::Bypass, committed),
            _ => (Need::Any, reached),
        };
        let least = scene.oracle.least(number, promised);
        let process = scene.process(at);
        let reading = process.try_read(number, need);
        if random.random_bool(0.02) {
            // A caller who leaves.
            let patience = Duration::from_millis(random.random_range(0..3));
            let _ = tokio::time::timeout(patience, reading).await;
            continue;
        }
        match reading.await {
            Ok(answer) => {
                let given = content(&answer);
                assert!(
                    given >= least,
                    "page {number} of {given} where {least} was acknowledged: {need:?}, process {at}, {answer:?}"
                );
                assert!(
                    answer.source != From::Bypass || need == Need::Bypass,
                    "{answer:?}"
                );
                assert!(answer.content_number >= least, "{answer:?}");
            }
            Err(_) => {
                scene.failed.fetch_add(1, Ordering::SeqCst);
            }
        }
        if random.random_bool(0.3) {
            tokio::task::yield_now().await;
        }
    }
}

/// Follows the source as a process' tail does: at times at once, at times late.
async fn tail(scene: Arc<Scene>, index: usize, mut random: StdRng) {
    while !scene.is_over.load(Ordering::SeqCst) {
        let committed = scene.oracle.committed.load(Ordering::SeqCst);
        scene.process(index).tail();
        scene.reached[index].store(committed, Ordering::SeqCst);
        if random.random_bool(0.001) {
            // The process ends, and one that knows nothing takes its place.
            let fresh = process(&scene.source, scene.port, index);
            let gone = std::mem::replace(&mut *scene.processes[index].lock(), fresh);
            scene.add_up(&gone).await;
        }
        let pause = match random.random_range(0..10) {
            0 => random.random_range(20..60),
            _ => random.random_range(0..5),
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

async fn trouble_source(scene: Arc<Scene>, mut random: StdRng) {
    let source = &scene.source;
    while !scene.is_over.load(Ordering::SeqCst) {
        let is_down = random.random_bool(0.1);
        source.is_down.store(is_down, Ordering::SeqCst);
        let load_ms = match random.random_range(0..20) {
            0 => 60,
            1..4 => random.random_range(1..20),
            _ => 0,
        };
        source.load_ms.store(load_ms, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(random.random_range(5..40))).await;
    }
    source.is_down.store(false, Ordering::SeqCst);
}

async fn trouble_redis(
    scene: Arc<Scene>,
    mut redis: Redis,
    proxy: FaultProxy,
    mut random: StdRng,
) -> u32 {
    let mut faults = 0;
    while !scene.is_over.load(Ordering::SeqCst) {
        match random.random_range(0..10) {
            0 => proxy.cut(),
            1 => proxy.half_open(),
            2 => proxy.refuse(),
            3 => proxy.delay(Duration::from_millis(random.random_range(1..80))),
            4 => redis.pause(),
            5 => {
                redis.kill();
                // With what it saved last, if it ever did.
                redis.start_again();
            }
            6 => drop(ask(&redis, &["FLUSHALL", "SYNC"]).await),
            7 => drop(ask(&redis, &["CONFIG", "SET", "maxmemory", "1"]).await),
            8 => drop(ask(&redis, &["SAVE"]).await),
            _ => proxy.slow(Duration::from_millis(5)),
        }
        faults += 1;
        tokio::time::sleep(Duration::from_millis(random.random_range(20..200))).await;
        redis.resume();
        proxy.heal();
        ask(&redis, &["CONFIG", "SET", "maxmemory", "0"]).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(50..400))).await;
    }
    faults
}
