//! What the page promises: no tenant's number for another's, numbers that only rise, nobody who waits for the dead.
//!
//! The many processes are this test program itself, started again to do one part (see `hammer`).

use std::collections::HashMap;
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

const EPOCH: Uuid = Uuid::from_u128(77);
const NODE: Uuid = Uuid::from_u128(78);
const LONG: Duration = Duration::from_secs(30);

fn tenant(n: u128) -> TenantId {
    TenantId(Uuid::from_u128(n))
}

fn fresh() -> SharedPage {
    SharedPage::anonymous(EPOCH, NODE).expect("a page")
}

#[test]
fn a_number_is_found_and_only_rises() {
    let page = fresh();
    assert_eq!(page.last(tenant(1)), None);
    assert!(page.raise(tenant(1), 0) && page.last(tenant(1)) == Some(0));
    assert!(page.raise(tenant(1), 7) && page.raise(tenant(1), 5));
    assert_eq!(page.last(tenant(1)), Some(7));
    assert_eq!(page.last(tenant(2)), None);
    assert!(!page.raise(tenant(2), -1));
    assert_eq!((page.epoch(), page.node()), (EPOCH, NODE));
}

#[test]
fn every_tenant_has_its_own_number_or_none_until_the_page_is_full() {
    let page = fresh();
    let seed = 0xbe11;
    let mut random = StdRng::seed_from_u64(seed);
    let tenants: Vec<(TenantId, i64)> = (0..TENANTS_MAX * 3 / 2)
        .map(|_| (tenant(random.random()), random.random_range(0..1 << 40)))
        .collect();
    let taken = tenants
        .iter()
        .filter(|(tenant, seq)| page.raise(*tenant, *seq));
    let taken = taken.count();
    assert!(taken > TENANTS_MAX * 9 / 10, "{taken} (seed {seed})");
    let known = |(tenant, seq): &&(TenantId, i64)| match page.last(*tenant) {
        None => false,
        Some(found) => {
            assert_eq!(found, *seq, "seed {seed}");
            true
        }
    };
    assert_eq!(tenants.iter().filter(known).count(), taken);
    // Half full, practically nobody is without a slot.
    let page = fresh();
    let half = &tenants[..TENANTS_MAX / 2];
    assert!(half.iter().all(|(tenant, seq)| page.raise(*tenant, *seq)));
}

#[test]
fn who_dies_between_two_steps_blocks_nobody() {
    let page = fresh();
    let (id, words) = (tenant(5).0.as_u128(), page.mapping.slots());
    page.raise(tenant(5), 1);
    let taken: Vec<usize> = (0..words.len())
        .filter(|at| words[*at].get() != 0)
        .collect();
    let &[low, high, number] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    // Dead before the number: unknown, until somebody writes.
    words[number].store(0, Ordering::SeqCst);
    assert_eq!(slots::get(words, id), None);
    // Dead before the second half of the id.
    words[high].store(0, Ordering::SeqCst);
    assert_eq!(slots::get(words, id), None);
    assert_ne!(words[low].get(), 0);
    assert!(page.raise(tenant(5), 9));
    assert_eq!(page.last(tenant(5)), Some(9));
    assert_eq!(
        (0..words.len()).filter(|at| words[*at].get() != 0).count(),
        3
    );
}

#[test]
fn a_page_in_use_is_shared_and_one_that_nobody_uses_is_made_anew() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let open = |epoch| SharedPage::open_or_create(&path, epoch, NODE).expect("a page");
    let one = open(EPOCH);
    one.raise(tenant(1), 3);
    let two = open(EPOCH);
    assert_eq!(two.last(tenant(1)), Some(3));
    two.raise(tenant(1), 4);
    assert_eq!(one.last(tenant(1)), Some(4));
    assert_eq!(
        SharedPage::open(&path, EPOCH)
            .expect("open")
            .last(tenant(1)),
        Some(4)
    );
    drop((one, two));
    assert_eq!(open(EPOCH).last(tenant(1)), None);
}

#[test]
fn a_page_that_is_broken_or_of_another_epoch_is_made_anew() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let old = SharedPage::open_or_create(&path, EPOCH, NODE).expect("a page");
    old.raise(tenant(1), 900);
    let other = Uuid::from_u128(79);
    let error = SharedPage::open(&path, other).expect_err("another epoch");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let new = SharedPage::open_or_create(&path, other, NODE).expect("a page");
    assert_eq!((new.epoch(), new.last(tenant(1))), (other, None));
    drop((old, new));
    let whole = std::fs::read(&path).expect("read");
    for broken in [&whole[..100], &b""[..], &[7; 5_000]] {
        std::fs::write(&path, broken).expect("written");
        assert!(SharedPage::open(&path, other).is_err());
        let again = SharedPage::open_or_create(&path, other, NODE).expect("a page");
        assert!(again.raise(tenant(1), 1));
    }
}

#[test]
fn a_page_that_another_machine_uses_is_left_alone() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let page = SharedPage::open_or_create(&path, EPOCH, NODE).expect("a page");
    page.mapping.header()[7].store(1, Ordering::SeqCst);
    let error = SharedPage::open_or_create(&path, EPOCH, NODE).expect_err("theirs");
    assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
    assert!(SharedPage::open(&path, EPOCH).is_err());
}

#[test]
fn a_ring_wakes_who_waits_and_one_before_the_wait_is_not_lost() {
    let page = fresh();
    let seen = page.rings();
    page.ring();
    let begun = Instant::now();
    page.wait(seen, LONG);
    std::thread::scope(|scope| {
        let (page, seen) = (&page, page.rings());
        let waiting = scope.spawn(move || {
            while page.rings() == seen {
                page.wait(seen, LONG);
            }
        });
        std::thread::sleep(Duration::from_millis(20));
        page.ring();
        waiting.join().expect("woken");
    });
    page.wait(page.rings(), Duration::from_millis(1));
    assert!(begun.elapsed() < LONG / 2);
}

/// What a process of the tests below does; without orders it is an empty test.
#[test]
fn hammer() {
    let (Ok(path), Ok(part)) = (env::var("BELL_PAGE"), env::var("BELL_PART")) else {
        return;
    };
    let page = SharedPage::open_or_create(Path::new(&path), EPOCH, NODE).expect("the page");
    let part: u64 = part.parse().expect("a number");
    let mut random = StdRng::seed_from_u64(part);
    let endless = part >= MORTAL;
    let mut seen: HashMap<u128, i64> = HashMap::new();
    for step in 0..if endless { u64::MAX } else { STEPS } {
        let n = random.random_range(0..TENANTS);
        let found = page.last(tenant(id_of(n)));
        if let Some(found) = found {
            // Who wrote what can be told from a number: it is the tenant's, and no other's.
            assert_eq!(found as u128 % TENANTS, n, "process {part}, step {step}");
            let before = seen.insert(n, found);
            assert!(
                before.is_none_or(|before| found >= before),
                "process {part}, step {step}"
            );
        }
        let next = random.random_range(0..1_000_000) * TENANTS as i64 + n as i64;
        assert!(page.raise(tenant(id_of(n)), next));
        assert!(
            page.last(tenant(id_of(n))) >= Some(next),
            "process {part}, step {step}"
        );
        page.ring();
    }
}

const TENANTS: u128 = 3_000;
const STEPS: u64 = 60_000;
/// Parts from here on run until they are killed.
const MORTAL: u64 = 100;

/// Ids whose low halves are few, so that many tenants meet on one place.
fn id_of(n: u128) -> u128 {
    ((n + 1) << 64) | (n % 7)
}

fn start(path: &Path, part: u64) -> Child {
    Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "page::tests::hammer"])
        .env("BELL_PAGE", path)
        .env("BELL_PART", part.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("started")
}

#[test]
fn many_processes_hammer_one_page_while_some_are_killed() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let page = SharedPage::open_or_create(&path, EPOCH, NODE).expect("a page");
    let mut workers: Vec<Child> = (0..4).map(|part| start(&path, part)).collect();
    let mut random = StdRng::seed_from_u64(4);
    for round in 0..8 {
        let mut mortal = start(&path, MORTAL + round);
        std::thread::sleep(Duration::from_millis(random.random_range(20..60)));
        mortal.kill().expect("killed");
        mortal.wait().expect("ended");
    }
    for worker in &mut workers {
        assert!(worker.wait().expect("ended").success());
    }
    // The highest that each worker wrote is there, or something higher.
    for part in 0..4 {
        let mut random = StdRng::seed_from_u64(part);
        let mut highest: HashMap<u128, i64> = HashMap::new();
        for _ in 0..STEPS {
            let n = random.random_range(0..TENANTS);
            let next = random.random_range(0..1_000_000) * TENANTS as i64 + n as i64;
            let known = highest.entry(n).or_default();
            *known = next.max(*known);
        }
        for (n, seq) in highest {
            assert!(page.last(tenant(id_of(n))) >= Some(seq));
        }
    }
}

/// Every order of steps of a few threads, as the memory model allows them.
mod model {
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU64, Ordering};

    use crate::page::slots::{Raised, STRIDE, Word, get, raise};

    struct Checked(AtomicU64);

    impl Word for Checked {
        fn get(&self) -> u64 {
            self.0.load(Ordering::Acquire)
        }

        fn claim(&self, value: u64) -> u64 {
            let found = self.get();
            if found != 0 {
                return found;
            }
            match self
                .0
                .compare_exchange(0, value, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => value,
                Err(found) => found,
            }
        }

        fn raise(&self, value: u64) -> bool {
            self.0.fetch_max(value, Ordering::AcqRel) < value
        }
    }

    fn words(slots: usize) -> Arc<Vec<Checked>> {
        Arc::new(
            (0..slots * STRIDE)
                .map(|_| Checked(AtomicU64::new(0)))
                .collect(),
        )
    }

    /// The same low half, so that both claim the same word.
    const ONE: u128 = (1 << 64) | 9;
    const TWO: u128 = (2 << 64) | 9;

    /// A tenant like `TWO` that looks at the same one of two slots first as `ONE`.
    fn rival() -> u128 {
        let first = |id| {
            let words: Vec<_> = (0..2 * STRIDE)
                .map(|_| std::sync::atomic::AtomicU64::new(0))
                .collect();
            raise(&words, id, 1);
            words.iter().position(|word| word.get() != 0)
        };
        let mut tenants = (2..).map(|n| (n << 64) | 9);
        tenants
            .find(|id| first(*id) == first(ONE))
            .expect("half of them do")
    }

    #[test]
    fn two_tenants_that_want_one_slot_and_a_reader() {
        let two = rival();
        loom::model(move || {
            let words = words(2);
            let writers = [(ONE, 10), (two, 20)].map(|(id, number)| {
                let words = Arc::clone(&words);
                loom::thread::spawn(move || {
                    assert_eq!(raise(&words, id, number), Raised::Higher);
                    assert_eq!(get(&words, id), Some(number));
                })
            });
            assert!(matches!(get(&words, ONE), None | Some(10)));
            assert!(matches!(get(&words, two), None | Some(20)));
            let _ended = writers.map(|writer| writer.join().expect("a writer"));
            assert_eq!((get(&words, ONE), get(&words, two)), (Some(10), Some(20)));
        });
    }

    #[test]
    fn two_writers_of_one_tenant_take_one_slot_and_the_higher_number_stays() {
        loom::model(|| {
            let words = words(2);
            let writers = [1, 2].map(|number| {
                let words = Arc::clone(&words);
                loom::thread::spawn(move || {
                    raise(&words, ONE, number);
                    assert!(get(&words, ONE) >= Some(number));
                })
            });
            let first = get(&words, ONE);
            assert!(get(&words, ONE) >= first);
            let _ended = writers.map(|writer| writer.join().expect("a writer"));
            assert_eq!(get(&words, ONE), Some(2));
            let taken = words.iter().filter(|word| word.get() != 0);
            assert_eq!(taken.count(), 3);
        });
    }

    #[test]
    fn of_two_tenants_for_one_slot_one_stays_unknown() {
        loom::model(|| {
            let words = words(1);
            let writers = [(ONE, 10), (TWO, 20)].map(|(id, number)| {
                let words = Arc::clone(&words);
                loom::thread::spawn(move || raise(&words, id, number))
            });
            let done = writers.map(|writer| writer.join().expect("a writer"));
            assert!(done.contains(&Raised::Full) && done.contains(&Raised::Higher));
            let known = [(ONE, 10), (TWO, 20)].map(|(id, number)| {
                let found = get(&words, id);
                assert!(found.is_none() || found == Some(number));
                found.is_some()
            });
            assert_ne!(known[0], known[1]);
        });
    }
}
