//! What nodes hear of each other through a real Redis, and what they do without it.

use testkit::{FaultProxy, Redis, eventually};

use crate::{RedisLink, RedisState};

use super::*;

const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// A bell of a node of its own, linked.
struct Node {
    bell: Bell,
    link: tokio::task::JoinHandle<()>,
}

#[expect(clippy::disallowed_methods, reason = "the test ends its tasks itself")]
fn node(url: &str, n: u128) -> Node {
    let bell = Bell::new();
    let link = RedisLink::new(&bell, url, Uuid::from_u128(n)).expect("a URL");
    let link = tokio::spawn(link.run());
    Node { bell, link }
}

impl Node {
    async fn is(&self, state: RedisState) {
        let bell = &self.bell;
        eventually(HEALED_WITHIN, async || {
            (bell.redis().state == state).then_some(())
        })
        .await;
    }

    /// Rings until the other has heard.
    async fn reaches(&self, other: &Self, seq: i64) {
        eventually(HEALED_WITHIN, async || {
            self.bell.ring(tenant(1), seq);
            (other.bell.announced(tenant(1)) >= Some(seq)).then_some(())
        })
        .await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.link.abort();
    }
}

#[tokio::test]
async fn a_ring_on_one_node_is_heard_on_the_other_and_decides_nothing() {
    let redis = Redis::start();
    let (one, two) = (node(&redis.url(), 1), node(&redis.url(), 2));
    one.is(RedisState::Connected).await;
    two.is(RedisState::Connected).await;
    let mut listener = two.bell.listen();
    while rings_soon(&mut listener).await {}
    one.bell.ring(tenant(1), 4);
    timeout(LONG, listener.rang()).await.expect("heard");
    assert_eq!(two.bell.announced(tenant(1)), Some(4));
    assert_eq!(two.bell.last(tenant(1)), None);
    // Its own ring does not come back.
    assert_eq!(one.bell.redis().heard, 0);
    // It counts what it told when Redis has answered, which may be after the other has heard it.
    let told = async {
        while one.bell.redis().told == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, told).await.expect("counted");
    assert_eq!(one.bell.redis().told, 1);
}

#[tokio::test]
async fn a_server_that_dies_stalls_or_returns_empty_is_left_and_found_again() {
    let mut redis = Redis::start();
    let (one, two) = (node(&redis.url(), 1), node(&redis.url(), 2));
    one.reaches(&two, 1).await;
    redis.kill();
    one.is(RedisState::Degraded).await;
    for n in 0..50_000 {
        one.bell.ring(tenant(n), 2); // waits for nobody
    }
    redis.start_again();
    one.reaches(&two, 3).await;
    redis.pause();
    one.is(RedisState::Degraded).await;
    two.is(RedisState::Degraded).await;
    redis.resume();
    two.reaches(&one, 4).await;
    one.is(RedisState::Connected).await;
}

#[tokio::test]
async fn a_network_that_swallows_delays_or_cuts_is_noticed_and_waited_out() {
    let redis = Redis::start();
    let proxy = FaultProxy::start(redis.port());
    let url = format!("redis://127.0.0.1:{}/0", proxy.port());
    // The first is behind the bad network, the second is not.
    let (one, two) = (node(&url, 1), node(&redis.url(), 2));
    one.reaches(&two, 1).await;
    for fault in [
        FaultProxy::half_open as fn(&FaultProxy),
        |proxy| proxy.delay(Duration::from_secs(2)),
        |proxy| proxy.slow(Duration::from_secs(1)),
        FaultProxy::refuse,
    ] {
        fault(&proxy);
        one.is(RedisState::Degraded).await;
        let begun = std::time::Instant::now();
        for n in 0..10_000 {
            one.bell.ring(tenant(n), 2);
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "rings wait");
        proxy.heal();
        one.is(RedisState::Connected).await;
        let next = two.bell.announced(tenant(1)).unwrap_or(0) + 1;
        one.reaches(&two, next).await;
        two.reaches(&one, next).await;
    }
    proxy.cut();
    one.reaches(&two, 1_000).await;
}

#[tokio::test]
async fn nodes_of_another_epoch_are_not_heard() {
    let redis = Redis::start();
    let (one, two) = (node(&redis.url(), 1), node(&redis.url(), 2));
    one.reaches(&two, 1).await;
    let next = Uuid::from_u128(9);
    one.bell.turn_to(next).expect("turned");
    eventually(LONG, async || {
        let before = two.bell.announced(tenant(1));
        one.bell.ring(tenant(1), before.unwrap_or(0) + 1);
        tokio::time::sleep(SOON).await;
        (two.bell.announced(tenant(1)) == before).then_some(())
    })
    .await;
    two.bell.turn_to(next).expect("turned");
    assert_eq!(two.bell.announced(tenant(1)), None);
    one.reaches(&two, 2).await;
}

#[tokio::test]
async fn what_is_no_url_of_a_server_is_refused_without_its_password() {
    for url in ["", "redis", "http://host", "redis://:hush@:x"] {
        let error = RedisLink::new(&Bell::new(), url, Uuid::nil()).expect_err(url);
        assert!(!error.to_string().contains("hush"));
    }
    let bell = Bell::new();
    assert_eq!(bell.redis().state, RedisState::Disabled);
    RedisLink::new(&bell, "rediss://:hush@localhost:6379/1", Uuid::nil()).expect("a URL");
    assert_eq!(bell.redis().state, RedisState::Degraded);
}
