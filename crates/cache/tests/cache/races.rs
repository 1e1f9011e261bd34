//! The known races of caches, each by its name.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cache::{Need, Source as From};
use testkit::{FaultProxy, Redis};

use crate::support::{Process, Source, TENANT, ask, content, eventually, page, spawn};

fn key(page: u64) -> String {
    format!("pages:{TENANT}:one:{page}")
}

async fn is_kept(redis: &Redis, page: u64) {
    eventually(async || ask(redis, &["EXISTS", &key(page)]).await == "1").await;
}

/// A slow load puts what it read before the write back after it: into Redis and into its own memory.
#[tokio::test]
async fn set_after_invalidate() {
    let redis = Redis::start();
    let source = Source::new();
    let slow = Process::with_redis(&source, &redis.url());
    let other = Process::with_redis(&source, &redis.url());
    slow.redis_is_up().await;
    other.redis_is_up().await;
    source.load_ms.store(150, Ordering::SeqCst);
    let loading = spawn({
        let slow = slow.clone();
        async move { slow.read(1, Need::Any).await }
    });
    // It has read the number and the page, and takes its time.
    eventually(async || source.loads() == 1).await;
    source.load_ms.store(0, Ordering::SeqCst);
    let seq = source.write(1);
    other.tail();
    assert_eq!(content(&loading.await.expect("no panic")), 0);
    is_kept(&redis, 1).await;
    // The slow process has not heard of the event, and has put the old value into both levels.
    assert_eq!(content(&other.read(1, Need::Any).await), seq);
    assert_eq!(content(&slow.read(1, Need::AtLeast(seq)).await), seq);
    let fresh = Process::with_redis(&source, &redis.url());
    fresh.redis_is_up().await;
    assert_eq!(content(&fresh.read(1, Need::Any).await), seq);
}

/// Nobody is told of a write; who carries its number is answered at it all the same, and the poll finds it for the others.
#[tokio::test]
async fn bell_lost() {
    let redis = Redis::start();
    let source = Source::new();
    let deaf = Process::with_redis(&source, &redis.url());
    deaf.redis_is_up().await;
    deaf.read(1, Need::Any).await;
    deaf.read(2, Need::Any).await;
    let seq = source.write(1);
    assert_eq!(content(&deaf.read(1, Need::AtLeast(seq)).await), seq);
    let seq = source.write(2);
    deaf.tail();
    assert_eq!(content(&deaf.read(2, Need::Any).await), seq);
}

#[tokio::test]
async fn redis_restarted_with_old_data() {
    let mut redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    source.write(1);
    process.tail();
    process.read(1, Need::Any).await;
    is_kept(&redis, 1).await;
    assert_eq!(ask(&redis, &["SAVE"]).await, "OK");
    let seq = source.write(1);
    process.tail();
    assert_eq!(content(&process.read(1, Need::Any).await), seq);
    redis.kill();
    redis.start_again();
    assert_eq!(
        ask(&redis, &["EXISTS", &key(1)]).await,
        "1",
        "it has the old value"
    );
    let fresh = Process::with_redis(&source, &redis.url());
    fresh.redis_is_up().await;
    assert_eq!(content(&fresh.read(1, Need::Any).await), seq);
    process.redis_is_up().await;
    assert_eq!(content(&process.read(1, Need::Any).await), seq);
}

#[tokio::test]
async fn redis_restarted_empty_and_flushed() {
    let mut redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    process.read(1, Need::Any).await;
    is_kept(&redis, 1).await;
    let seq = source.write(1);
    redis.kill();
    process.tail();
    let answer = process.read(1, Need::Any).await;
    assert_eq!((answer.source, content(&answer)), (From::Miss, seq));
    redis.start_again();
    let seq = source.write(1);
    process.tail();
    assert_eq!(content(&process.read(1, Need::Any).await), seq);
    let mut is_up = process.cache.watch_far().expect("there is a Redis");
    tokio::time::sleep(Duration::from_millis(50)).await;
    is_up
        .wait_for(|is_up| *is_up)
        .await
        .expect("the cache lives");
    let seq = source.write(2);
    process.tail();
    process.read(2, Need::Any).await;
    is_kept(&redis, 2).await;
    ask(&redis, &["FLUSHALL"]).await;
    let fresh = Process::with_redis(&source, &redis.url());
    fresh.redis_is_up().await;
    let answer = fresh.read(2, Need::Any).await;
    assert_eq!((answer.source, content(&answer)), (From::Miss, seq));
}

#[tokio::test]
async fn evicted_keys() {
    let redis = Redis::start();
    ask(
        &redis,
        &["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"],
    )
    .await;
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    // Room for some of the values, not for all.
    let memory = ask(&redis, &["INFO", "memory"]).await;
    let used = memory
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    let used: u64 = used
        .expect("Redis says so")
        .trim()
        .parse()
        .expect("a number");
    let bound = (used + 100_000).to_string();
    ask(&redis, &["CONFIG", "SET", "maxmemory", &bound]).await;
    for round in 0..3 {
        for number in 0..1500 {
            if number % 7 == round {
                source.write(number);
            }
        }
        process.tail();
        let fresh = Process::with_redis(&source, &redis.url());
        fresh.redis_is_up().await;
        for number in 0..1500 {
            let process = if number % 2 == 0 { &process } else { &fresh };
            assert_eq!(
                content(&process.read(number, Need::Any).await),
                source.content(number)
            );
        }
    }
    let evicted = ask(&redis, &["INFO", "stats"]).await;
    assert!(!evicted.contains("evicted_keys:0\r"), "{evicted}");
}

/// Redis is full and evicts nothing: it answers and refuses to write. Reading goes on.
#[tokio::test]
async fn redis_full() {
    let redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    process.read(1, Need::Any).await;
    is_kept(&redis, 1).await;
    ask(&redis, &["CONFIG", "SET", "maxmemory", "1"]).await;
    for number in 2..30 {
        assert_eq!(process.read(number, Need::Any).await.source, From::Miss);
    }
    let fresh = Process::with_redis(&source, &redis.url());
    fresh.redis_is_up().await;
    assert_eq!(fresh.read(1, Need::Any).await.source, From::Far);
    eventually(async || {
        let far = process.cache.figures().await.far.expect("there is a Redis");
        far.refused_writes > 20
    })
    .await;
    let mut is_up = process.cache.watch_far().expect("there is a Redis");
    assert!(
        *is_up.borrow_and_update(),
        "what it holds is still asked for"
    );
}

/// A writer dies between its commit and everything after: no bell, no number shown, no acknowledgement.
#[tokio::test]
async fn writer_killed_after_commit() {
    let source = Source::new();
    let process = Process::near(&source);
    process.read(1, Need::Any).await;
    let seq = source.write(1);
    // Nothing was promised to anybody, so the old value may be given.
    assert_eq!(content(&process.read(1, Need::Any).await), 0);
    // The next write's number covers it, though that one names something else.
    let next = source.write(2);
    assert_eq!(content(&process.read(1, Need::AtLeast(next)).await), seq);
    process.tail();
    assert_eq!(content(&process.read(1, Need::Any).await), seq);
}

/// A backup is restored: numbers begin again, lower than those of cached values.
#[tokio::test]
async fn epoch_changed() {
    let redis = Redis::start();
    let source = Source::new();
    let process = Process::with_redis(&source, &redis.url());
    process.redis_is_up().await;
    for _ in 0..50 {
        source.write(1);
    }
    process.tail();
    process.read(1, Need::Any).await;
    is_kept(&redis, 1).await;
    source.restore(crate::support::EPOCH + 1);
    let fresh = Process::with_redis(&source, &redis.url());
    fresh.redis_is_up().await;
    assert_eq!(content(&fresh.read(1, Need::Any).await), 0);
    process.tail();
    assert_eq!(content(&process.read(1, Need::Any).await), 0);
    // A number of the old epoch asks for more than there is: the source answers, and says so.
    assert_eq!(
        process.read(1, Need::AtLeast(51)).await.source,
        From::Bypass
    );
    let seq = source.write(1);
    process.tail();
    fresh.tail();
    assert_eq!(content(&process.read(1, Need::Any).await), seq);
    assert_eq!(content(&fresh.read(1, Need::Any).await), seq);
    assert!(process.shelf.peek(&page(1), Need::Any).await.is_some());
}

/// Every way in which a connection can fail costs a reader no more than its budget, and heals by itself.
#[tokio::test]
async fn connections_fail_in_every_way_and_heal() {
    let mut redis = Redis::start();
    let proxy = FaultProxy::start(redis.port());
    let source = Source::new();
    let process = Process::with_impatience(&source, &proxy);
    process.redis_is_up().await;
    let mut number = 0;
    for fault in [
        "cut",
        "half-open",
        "refused",
        "slow",
        "late",
        "paused",
        "killed",
    ] {
        match fault {
            "cut" => proxy.cut(),
            "half-open" => proxy.half_open(),
            "refused" => proxy.refuse(),
            "slow" => proxy.slow(Duration::from_millis(100)),
            "late" => proxy.delay(Duration::from_millis(100)),
            "paused" => redis.pause(),
            _ => redis.kill(),
        }
        for _ in 0..40 {
            number += 1;
            let seq = source.write(number);
            process.tail();
            let begun = std::time::Instant::now();
            let answer = process.read(number, Need::Any).await;
            assert_eq!(content(&answer), seq, "{fault}");
            assert!(
                begun.elapsed() < Duration::from_secs(1),
                "{fault}: {:?}",
                begun.elapsed()
            );
        }
        match fault {
            "paused" => redis.resume(),
            "killed" => redis.start_again(),
            _ => proxy.heal(),
        }
        let begun = std::time::Instant::now();
        eventually(async || {
            number += 1;
            process.read(number, Need::Any).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            ask(&redis, &["EXISTS", &key(number)]).await == "1"
        })
        .await;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{fault}: {:?}",
            begun.elapsed()
        );
    }
}
