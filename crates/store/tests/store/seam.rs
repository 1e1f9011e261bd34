//! The one seam: bounded, first come first served, measured, and healing by itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::clock::Clock;
use domain::entropy::Entropy;
use store::{Engine, Error, Options, Store, unscoped};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::world::{PATIENCE, World, commit, migrated_postgres, on_both_engines};

const TIMEOUT: Duration = Duration::from_millis(300);

async fn small(url: &str) -> Store {
    let options = Options {
        pool_size: 2,
        max_overflow: 1,
        timeout: TIMEOUT,
        ..Options::at(url)
    };
    let store = Store::open(&options, Clock::System, Entropy::system()).await;
    store.expect("open")
}

async fn who_waits_too_long_is_told_and_the_gauges_show_it(world: World) {
    let scope = world.tenant().await;
    let store = small(&world.options.url).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(store.read(scope).await.expect("a connection"));
    }
    assert_eq!(store.gauges().gate.in_use, 3);
    let begun = Instant::now();
    let (fourth, waiting) = tokio::join!(store.read(scope), async {
        tokio::time::sleep(TIMEOUT / 2).await;
        store.gauges().gate.waiting
    });
    assert!(matches!(fourth, Err(Error::Unavailable(_))), "{fourth:?}");
    assert!(begun.elapsed() >= TIMEOUT && begun.elapsed() < TIMEOUT * 4);
    assert_eq!(waiting, 1);
    let gauges = store.gauges();
    assert_eq!(
        (
            gauges.gate.capacity,
            gauges.gate.time_outs,
            gauges.gate.waiting
        ),
        (3, 1, 0)
    );
    assert!(gauges.gate.waited_longest >= TIMEOUT);
    assert!(gauges.size <= gauges.max && gauges.idle <= gauges.size);
    drop(held);
    store
        .read(scope)
        .await
        .expect("a free connection")
        .seq()
        .await
        .expect("read");
    assert_eq!(store.gauges().gate.in_use, 0);
}

async fn writers_are_served_in_the_order_of_their_coming(world: World) {
    let scope = world.tenant().await;
    let held = [world.begin(scope).await];
    // On PostgreSQL the gate is wide: the rest of it is taken by readers.
    let capacity = world.store.gauges().gate.capacity;
    let mut readers = Vec::new();
    if world.store.gauges().writers.is_none() {
        for _ in 1..capacity {
            readers.push(world.store.read(scope).await.expect("a connection"));
        }
    }
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiters = JoinSet::new();
    for n in 0..10_u64 {
        let (store, order) = (world.store.clone(), Arc::clone(&order));
        let gate = world.store.gauges();
        assert_eq!(gate.writers.unwrap_or(gate.gate).waiting, n);
        waiters.spawn(async move {
            let writing = store.write(scope).await.expect("a transaction");
            order.lock().await.push(n);
            commit(writing).await;
        });
        testkit::eventually(PATIENCE, async || {
            let gate = world.store.gauges();
            (gate.writers.unwrap_or(gate.gate).waiting == n + 1).then_some(())
        })
        .await;
    }
    drop(held);
    waiters.join_all().await;
    assert_eq!(*order.lock().await, (0..10).collect::<Vec<u64>>());
}

async fn a_dropped_write_gives_its_place_back(world: World) {
    let scope = world.tenant().await;
    for _ in 0..40 {
        drop(world.begin(scope).await);
    }
    assert_eq!(commit(world.begin(scope).await).await.seq, 2);
    unscoped::ping(&world.store).await.expect("it answers");
}

on_both_engines!(
    who_waits_too_long_is_told_and_the_gauges_show_it,
    writers_are_served_in_the_order_of_their_coming,
    a_dropped_write_gives_its_place_back,
    what_is_taken_without_waiting_leaves_a_connection,
);

fn connections(url: &str) -> BTreeSet<String> {
    let name = url.rsplit('/').next().expect("a name");
    let sql = format!(
        "select pid from pg_stat_activity where datname = '{name}' and application_name = 'elite'"
    );
    let rows = testkit::postgres().sql("postgres", &sql);
    rows.lines().map(str::to_owned).collect()
}

async fn counted(url: &str) -> BTreeSet<String> {
    let url = url.to_owned();
    tokio::task::spawn_blocking(move || connections(&url))
        .await
        .expect("psql")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_connections_are_kept_warm_and_never_too_many() {
    let url = migrated_postgres().await;
    let store = small(&url).await;
    assert_eq!(counted(&url).await.len(), 2, "kept warm from the start");
    let (scope, _) = crate::world::tenant(&store).await;
    let mut pressure = JoinSet::new();
    for _ in 0..24 {
        let store = store.clone();
        pressure.spawn(async move {
            for _ in 0..40 {
                let reading = store.read(scope).await;
                reading.expect("a connection").seq().await.expect("read");
            }
        });
    }
    let mut most = 0;
    while !pressure.is_empty() {
        most = most.max(counted(&url).await.len());
        while let Some(done) = pressure.try_join_next() {
            done.expect("no error under pressure");
        }
    }
    assert!((2..=3).contains(&most), "{most} connections");
    assert!((2..=3).contains(&counted(&url).await.len()));
    assert!(store.gauges().size <= 3);
}

async fn what_is_taken_without_waiting_leaves_a_connection(world: World) {
    let scope = world.tenant().await;
    let store = small(&world.options.url).await;
    let taken = async || store.try_write(scope).await.expect("asked");
    let first = taken().await;
    if store.engine() == Engine::Sqlite {
        assert!(first.is_none(), "its one writer is left to those who wait");
        return;
    }
    let second = taken().await;
    assert!(first.is_some() && second.is_some() && taken().await.is_none());
    let last = store.write(scope).await.expect("the third connection");
    assert!(taken().await.is_none(), "all are taken");
    drop((first, last));
    assert!(taken().await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_connections_are_replaced_when_old_one_after_another() {
    let url = migrated_postgres().await;
    let options = Options {
        pool_size: 4,
        max_overflow: 0,
        recycle: Duration::from_secs(2),
        ..Options::at(&url)
    };
    let store = Store::open(&options, Clock::System, Entropy::system())
        .await
        .expect("open");
    let (scope, _) = crate::world::tenant(&store).await;
    let before = counted(&url).await;
    assert_eq!(before.len(), 4);
    let begun = Instant::now();
    while !counted(&url).await.is_disjoint(&before) {
        assert!(begun.elapsed() < PATIENCE);
        let reading = store.read(scope).await.expect("a connection");
        reading
            .seq()
            .await
            .expect("no error while they are replaced");
    }
    assert!(begun.elapsed() > Duration::from_millis(500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_postgres_connection_is_replaced_without_an_error() {
    let url = migrated_postgres().await;
    let store = small(&url).await;
    let (scope, _) = crate::world::tenant(&store).await;
    for _ in 0..3 {
        for pid in counted(&url).await {
            testkit::postgres().sql(
                "postgres",
                &format!("select pg_terminate_backend({pid}, 5000)"),
            );
        }
        for _ in 0..4 {
            let reading = store.read(scope).await.expect("a connection");
            reading.seq().await.expect("no error");
            commit(store.write(scope).await.expect("a transaction")).await;
        }
    }
    // One that dies under a transaction is "not now", and leaves nothing.
    let seq = store
        .read(scope)
        .await
        .expect("a connection")
        .seq()
        .await
        .expect("read");
    let mut writing = store.write(scope).await.expect("a transaction");
    for pid in counted(&url).await {
        testkit::postgres().sql(
            "postgres",
            &format!("select pg_terminate_backend({pid}, 5000)"),
        );
    }
    writing.record(crate::world::event(
        domain::events::EventName::TenantUpdated,
        serde_json::json!({}),
    ));
    let lost = writing.commit().await.expect_err("the connection is gone");
    assert!(matches!(lost, Error::Unavailable(_)), "{lost}");
    assert_eq!(
        store
            .read(scope)
            .await
            .expect("a connection")
            .seq()
            .await
            .expect("read"),
        seq
    );
}
