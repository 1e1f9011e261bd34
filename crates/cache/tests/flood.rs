//! A flood of distinct keys, each of a tenant of its own: memory stays within its bound.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache::{
    Cache, Key, KeyText, Kind, Knowledge, Loaded, Need, Scope, Scopes, Settings, Shelf, Stamp,
    Task, Tenant, Times, World,
};
use tokio::task::JoinSet;

const KEYS: u64 = 1_000_000;
/// How many flood at once.
const FLOODS: u64 = 4;
const NEAR_BYTES_MAX: u64 = 16 * 1024 * 1024;
const REMEMBERED_MAX: usize = 20_000;
/// What the process may grow by: the bound of the near level, what is remembered, and the allocator's share.
const GROWTH_BYTES_MAX: u64 = 48 * 1024 * 1024;

struct Page;

struct PageKey(u64);

impl Kind for Page {
    const NOUN: &'static str = "pages";
    const VIEW: &'static str = "one";
    type Key = PageKey;
    type Value = Bytes;
    type Error = String;
}

impl Key for PageKey {
    fn tenant(&self) -> Tenant {
        Tenant(u128::from(self.0))
    }

    fn scopes(&self) -> Scopes {
        Scopes::of([Scope::all(1)])
    }

    fn write(&self, text: &mut KeyText) {
        text.part("a search of which no two are alike").part(self.0);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test needs no tracked tasks")]
fn spawn(task: Task) {
    drop(tokio::spawn(task));
}

fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux says so");
    let pages = statm.split(' ').nth(1).expect("the second figure");
    pages.parse::<u64>().expect("a number") * PAGE_BYTES
}

async fn read(shelf: &Shelf<Page>, number: u64) {
    let load = move || async move {
        Ok(Loaded {
            stamp: Stamp { epoch: 1, as_of: 1 },
            value: Some(Bytes::from(vec![7; 200])),
        })
    };
    let answer = shelf.get(&PageKey(number), Need::Any, load).await;
    assert!(answer.expect("it is loaded").value.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the figures are of interest")]
async fn a_million_distinct_keys_stay_within_the_bound() {
    let started = Instant::now();
    let world = World {
        clock: Arc::new(move || started.elapsed()),
        random: Arc::new(|| 4),
        spawn: Arc::new(spawn),
        number: None,
    };
    let knowledge = Arc::new(Knowledge::with_bound(REMEMBERED_MAX));
    knowledge.begin_epoch(1);
    let settings = Settings {
        near_bytes_max: NEAR_BYTES_MAX,
        ..Settings::default()
    };
    let cache = Cache::near(settings, world, knowledge);
    let shelf = cache.shelf::<Page>(Times::fresh_for(Duration::from_secs(300)));
    let before = resident_bytes();
    let mut floods = JoinSet::new();
    for flood in 0..FLOODS {
        let (cache, shelf) = (cache.clone(), shelf.clone());
        floods.spawn(async move {
            let mut most = 0;
            for number in (flood..KEYS).step_by(FLOODS as usize) {
                read(&shelf, number).await;
                if number % 50_000 == flood {
                    let figures = cache.figures().await;
                    // Those beside may have put theirs in since the books were closed.
                    let bound = NEAR_BYTES_MAX + NEAR_BYTES_MAX / 8;
                    assert!(figures.near_bytes <= bound, "{figures:?}");
                    assert!(figures.remembered <= REMEMBERED_MAX + 16, "{figures:?}");
                    most = most.max(resident_bytes().saturating_sub(before));
                }
            }
            most
        });
    }
    let most = floods.join_all().await.into_iter().max().unwrap_or(0);
    let figures = cache.figures().await;
    println!(
        "{KEYS} keys in {:.1?}: {} values of {} bytes held, {} let go, the process grew by {} MiB at most",
        started.elapsed(),
        figures.near_entries,
        figures.near_bytes,
        figures.near_evictions,
        most >> 20
    );
    assert!(figures.near_bytes <= NEAR_BYTES_MAX, "{figures:?}");
    assert_eq!(figures.loads_under_way, 0);
    assert!(figures.near_entries > 10_000, "{figures:?}");
    assert!(most <= GROWTH_BYTES_MAX, "the process grew by {most} bytes");
}
