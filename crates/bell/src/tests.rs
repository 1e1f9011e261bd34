//! What ringing promises: nothing lost, many woken as one, numbers that only grow, bounded memory.

use std::time::Duration;

use domain::ids::TenantId;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{Bell, Listener, TENANTS_MAX};

mod node;
mod redis;

const SOON: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(10);

fn tenant(n: u128) -> TenantId {
    TenantId(Uuid::from_u128(n))
}

async fn rings_soon(listener: &mut Listener) -> bool {
    timeout(SOON, listener.rang()).await.is_ok()
}

#[tokio::test]
async fn a_ring_wakes_every_listener() {
    let bell = Bell::new();
    let mut one = bell.listen();
    let mut two = bell.clone().listen();
    bell.ring(tenant(1), 1);
    assert!(rings_soon(&mut one).await);
    assert!(rings_soon(&mut two).await);
}

#[tokio::test]
async fn a_ring_between_two_waits_is_not_lost() {
    let bell = Bell::new();
    let mut listener = bell.listen();
    bell.ring(tenant(1), 1);
    listener.rang().await;
    bell.ring(tenant(1), 2); // while the listener is at work
    assert!(rings_soon(&mut listener).await);
    assert!(!rings_soon(&mut listener).await);
}

#[tokio::test]
async fn a_wait_given_up_loses_nothing() {
    let bell = Bell::new();
    let mut listener = bell.listen();
    assert!(!rings_soon(&mut listener).await);
    bell.ring(tenant(1), 1);
    assert!(rings_soon(&mut listener).await);
}

#[tokio::test]
async fn a_thousand_rings_wake_once() {
    let bell = Bell::new();
    let mut listener = bell.listen();
    for seq in 1..=1_000 {
        bell.ring(tenant(1), seq);
    }
    assert!(rings_soon(&mut listener).await);
    assert!(!rings_soon(&mut listener).await);
    assert_eq!(bell.last(tenant(1)), Some(1_000));
}

#[tokio::test]
async fn a_listener_without_other_holders_of_the_bell_just_waits() {
    let mut listener = Bell::new().listen();
    assert!(!rings_soon(&mut listener).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_wakes_sees_the_number_that_woke_him() {
    let bell = Bell::new();
    let mut listener = bell.listen();
    let ringer = bell.clone();
    let ringing = tokio::task::spawn_blocking(move || {
        for seq in 1..=10_000 {
            ringer.ring(tenant(1), seq);
        }
    });
    let mut seen = 0;
    while seen < 10_000 {
        timeout(LONG, listener.rang())
            .await
            .expect("rings until the last");
        let now = bell.last(tenant(1)).expect("rung");
        assert!(now >= seen, "{now} after {seen}");
        seen = now;
    }
    ringing.await.expect("rung to the end");
}

#[test]
fn numbers_only_grow_however_the_rings_of_threads_fall() {
    let bell = Bell::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let bell = &bell;
            scope.spawn(move || {
                let mut seen = 0;
                for seq in (thread..40_000).step_by(4) {
                    bell.ring(tenant(1), seq);
                    let now = bell.last(tenant(1)).expect("rung");
                    assert!(now >= seq && now >= seen);
                    seen = now;
                }
            });
        }
    });
    assert_eq!(bell.last(tenant(1)), Some(39_999));
    bell.ring(tenant(1), 5);
    assert_eq!(bell.last(tenant(1)), Some(39_999));
}

#[test]
fn the_tenants_that_rang_longest_ago_are_forgotten() {
    let bell = Bell::new();
    assert_eq!(bell.last(tenant(0)), None);
    bell.ring(tenant(0), 9);
    for n in 1..=2 * TENANTS_MAX as u128 {
        bell.ring(tenant(n), 1);
        if n % 1_000 == 0 {
            bell.ring(tenant(0), 3); // an old tenant at work stays, and keeps its number
        }
    }
    assert_eq!(bell.last(tenant(0)), Some(9));
    assert_eq!(bell.last(tenant(1)), None);
    let remembered = (0..=2 * TENANTS_MAX as u128).filter(|n| bell.last(tenant(*n)).is_some());
    let remembered = remembered.count();
    assert!(
        (TENANTS_MAX / 2..=TENANTS_MAX).contains(&remembered),
        "{remembered}"
    );
}
