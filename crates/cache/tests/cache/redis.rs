//! Before a real Redis: values are shared, loads are led by one, and Redis' age counts.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cache::{Breaker, Count, FarSettings, Need, Settings, Source as From, Times};
use testkit::{FaultProxy, Redis};

use crate::support::{
    EPOCH, Page, Process, Source, TENANT, TIMES, ask, content, eventually, spawn,
};

async fn two(redis: &Redis, source: &Arc<Source>) -> (Process, Process) {
    let one = Process::with_redis(source, &redis.url());
    let other = Process::with_redis(source, &redis.url());
    one.redis_is_up().await;
    other.redis_is_up().await;
    (one, other)
}

#[tokio::test]
async fn what_one_process_loads_another_finds() {
    let redis = Redis::start();
    let source = Source::new();
    let seq = source.write(1);
    let (one, other) = two(&redis, &source).await;
    assert_eq!(one.read(1, Need::Any).await.source, From::Miss);
    eventually(async || ask(&redis, &["EXISTS", &key(1)]).await == "1").await;
    let answer = other.read(1, Need::AtLeast(seq)).await;
    assert_eq!((answer.source, content(&answer)), (From::Far, seq));
    assert_eq!(other.read(1, Need::Any).await.source, From::Near);
    assert_eq!(source.loads(), 1);
    // And an operator can read whose it is.
    assert_eq!(ask(&redis, &["KEYS", "pages:*"]).await, key(1));
}

fn key(page: u64) -> String {
    format!("pages:{TENANT}:one:{page}")
}

#[tokio::test]
async fn one_process_of_all_loads_a_cold_key() {
    let redis = Redis::start();
    let source = Source::new();
    let (one, other) = two(&redis, &source).await;
    source.load_ms.store(80, Ordering::SeqCst);
    let mut readers = Vec::new();
    for process in [one, other] {
        for _ in 0..50 {
            let process = process.clone();
            readers.push(spawn(
                async move { process.read(1, Need::Any).await.source },
            ));
        }
    }
    for reader in readers {
        assert!(matches!(
            reader.await.expect("no panic"),
            From::Miss | From::Far
        ));
    }
    assert_eq!(source.loads(), 1);
}

#[tokio::test]
async fn a_lease_whose_holder_died_is_waited_for_briefly() {
    let redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    let lease = format!("lease:{}", key(1));
    ask(&redis, &["SET", &lease, "a dead one's", "PX", "60000"]).await;
    let begun = std::time::Instant::now();
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
    let waited = begun.elapsed();
    assert!(
        waited >= Duration::from_millis(200) && waited < Duration::from_secs(2),
        "{waited:?}"
    );
    // Another's lease is not given back.
    assert_eq!(ask(&redis, &["GET", &lease]).await, "a dead one's");
}

#[tokio::test]
async fn age_survives_in_redis_and_the_limit_counts_from_birth() {
    let redis = Redis::start();
    let source = Source::new();
    let times = Times {
        life: Duration::from_millis(2000),
        stale_max: Duration::from_millis(4000),
        ..TIMES
    };
    let process = || {
        let far = FarSettings {
            budget: Duration::from_secs(1),
            ..FarSettings::of(redis.url())
        };
        Process::of(&source, Settings::default(), Some(far), times)
    };
    let one = process();
    one.redis_is_up().await;
    one.read(1, Need::Any).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    let other = process();
    other.redis_is_up().await;
    let answer = other.read(1, Need::Any).await;
    assert_eq!(answer.source, From::Far);
    assert!(answer.age >= Duration::from_millis(690), "{:?}", answer.age);
    // Past its life it is loaded, and where that fails it is the old answer of a process that never held it.
    tokio::time::sleep(Duration::from_millis(1400)).await;
    source.is_down.store(true, Ordering::SeqCst);
    let third = process();
    third.redis_is_up().await;
    let answer = third.read(1, Need::Any).await;
    assert_eq!(answer.source, From::Stale);
    assert!(answer.age >= Duration::from_millis(1800));
    tokio::time::sleep(Duration::from_millis(2000)).await;
    assert!(third.try_read(1, Need::Any).await.is_err());
    assert_eq!(ask(&redis, &["EXISTS", &key(1)]).await, "0");
}

/// Redis' clock is set back by an hour: what it says is left is more than there ever was.
#[tokio::test]
async fn clock_an_hour_off() {
    let redis = Redis::start();
    let source = Source::new();
    let (one, other) = two(&redis, &source).await;
    one.read(1, Need::Any).await;
    eventually(async || ask(&redis, &["EXISTS", &key(1)]).await == "1").await;
    ask(&redis, &["PEXPIRE", &key(1), "3600000"]).await;
    let answer = other.read(1, Need::Any).await;
    assert_eq!(answer.source, From::Miss);
    let figures = other.cache.figures().await;
    assert_eq!(figures.kinds[0].get(Count::Unreadable), 1);
    // Set forward, it only looks older than it is.
    ask(&redis, &["PEXPIRE", &key(1), "1"]).await;
    let third = Process::with_redis(&source, &redis.url());
    third.redis_is_up().await;
    assert_eq!(third.read(1, Need::Any).await.source, From::Miss);
}

#[tokio::test]
async fn what_is_broken_or_of_another_version_is_a_miss() {
    let redis = Redis::start();
    let source = Source::new();
    let (one, other) = two(&redis, &source).await;
    one.read(1, Need::Any).await;
    eventually(async || ask(&redis, &["EXISTS", &key(1)]).await == "1").await;
    ask(&redis, &["SETRANGE", &key(1), "0", "9"]).await;
    assert_eq!(other.read(1, Need::Any).await.source, From::Miss);
    // A key of another type is no value either, and no error.
    ask(&redis, &["DEL", &key(2)]).await;
    ask(&redis, &["LPUSH", &key(2), "x"]).await;
    assert_eq!(other.read(2, Need::Any).await.source, From::Miss);
    // A value under another's name is not that one's.
    one.read(3, Need::Any).await;
    eventually(async || ask(&redis, &["EXISTS", &key(3)]).await == "1").await;
    ask(&redis, &["COPY", &key(3), &key(4)]).await;
    assert_eq!(other.read(4, Need::Any).await.source, From::Miss);
}

#[tokio::test]
async fn an_operator_clears_a_kind_everywhere_without_keys() {
    let redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    for page in 0..40 {
        process.read(page, Need::Any).await;
    }
    ask(&redis, &["SET", "pages:x:other:1", "not of this kind"]).await;
    eventually(async || ask(&redis, &["DBSIZE"]).await == "41").await;
    process.cache.figures().await;
    assert_eq!(process.cache.clear::<Page>().await, (40, 40));
    assert_eq!(ask(&redis, &["DBSIZE"]).await, "1");
    let asked = ask(&redis, &["INFO", "commandstats"]).await;
    assert!(
        asked.contains("cmdstat_scan") && !asked.contains("cmdstat_keys"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_slow_redis_is_not_asked_and_comes_back_by_itself() {
    let redis = Redis::start();
    let proxy = FaultProxy::start(redis.port());
    let source = Source::new();
    let process = Process::with_impatience(&source, &proxy);
    process.redis_is_up().await;
    let breaker = async || {
        process
            .cache
            .figures()
            .await
            .far
            .expect("there is one")
            .breaker
    };
    proxy.delay(Duration::from_millis(400));
    for page in 0..6 {
        let begun = std::time::Instant::now();
        assert_eq!(process.read(page, Need::Any).await.source, From::Miss);
        assert!(
            begun.elapsed() < Duration::from_millis(390),
            "{:?}",
            begun.elapsed()
        );
    }
    assert_ne!(breaker().await, Breaker::Closed);
    let begun = std::time::Instant::now();
    for page in 10..60 {
        process.read(page, Need::Any).await;
    }
    assert!(
        begun.elapsed() < Duration::from_millis(400),
        "nobody asks it now"
    );
    proxy.heal();
    let begun = std::time::Instant::now();
    process.redis_is_up().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(breaker().await, Breaker::Closed);
    let figures = process.cache.figures().await.far.expect("there is one");
    assert!(
        figures.timeouts >= 3 && figures.time.count() > 0,
        "{figures:?}"
    );
    assert_eq!(source.stamp().epoch, EPOCH);
}
