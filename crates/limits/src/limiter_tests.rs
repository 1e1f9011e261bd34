use super::*;

const KEYS_MAX: usize = 4096;

fn at(ms: u64) -> Duration {
    Duration::from_millis(1_000_000 + ms)
}

#[test]
fn the_first_request_leaves_the_limit_less_one() {
    let limiter = Limiter::new(
        &[
            Rate::per_minute(6000).with_burst(200),
            Rate::per_hour(50_000),
        ],
        KEYS_MAX,
    );
    let decision = limiter.take("ada", at(0));
    assert!(decision.is_allowed);
    assert_eq!(
        decision.windows[0],
        Some(Window {
            limit: 6000,
            remaining: 5999
        })
    );
    assert_eq!(
        decision.windows[1],
        Some(Window {
            limit: 50_000,
            remaining: 49_999
        })
    );
}

#[test]
fn a_burst_passes_at_once_and_then_the_rate_holds() {
    let limiter = Limiter::new(&[Rate::per_minute(6000).with_burst(200)], KEYS_MAX);
    let passed = (0..1000)
        .filter(|_| limiter.take("ada", at(0)).is_allowed)
        .count();
    assert_eq!(passed, 200);
    // 100 a second from here: 50 more in half a second, whatever was refused meanwhile.
    let passed = (1..=500)
        .filter(|ms| limiter.take("ada", at(*ms)).is_allowed)
        .count();
    assert_eq!(passed, 50);
}

#[test]
fn refused_requests_are_not_counted_and_waiting_the_stated_seconds_helps() {
    let limiter = Limiter::new(&[Rate::per_minute(5)], KEYS_MAX);
    let remaining: Vec<u32> = (0..5)
        .map(|_| limiter.take("ada", at(0)).remaining(0))
        .collect();
    assert_eq!(remaining, [4, 3, 2, 1, 0]);
    for _ in 0..100 {
        assert_eq!(limiter.take("ada", at(0)).retry_after_seconds(), 12);
    }
    assert!(!limiter.take("ada", at(11_999)).is_allowed);
    assert!(limiter.take("ada", at(12_000)).is_allowed);
}

#[test]
fn both_windows_must_have_room_and_a_refusal_charges_neither() {
    let limiter = Limiter::new(&[Rate::per_minute(10), Rate::per_hour(3)], KEYS_MAX);
    for _ in 0..3 {
        assert!(limiter.take("ada", at(0)).is_allowed);
    }
    let refused = limiter.take("ada", at(0));
    assert!(!refused.is_allowed);
    assert_eq!(refused.retry_after, Duration::from_secs(1200));
    assert_eq!((refused.remaining(0), refused.remaining(1)), (0, 0));
    // After the hour's bucket has room for one, the minute's is full again but for that one.
    assert_eq!(limiter.take("ada", at(1_200_000)).remaining(0), 9);
}

#[test]
fn keys_do_not_share_a_bucket() {
    let limiter = Limiter::new(&[Rate::per_minute(1)], KEYS_MAX);
    assert!(limiter.take("ada", at(0)).is_allowed);
    assert!(limiter.take("grace", at(0)).is_allowed);
    assert!(!limiter.take("ada", at(0)).is_allowed);
}

#[test]
fn peek_counts_nothing() {
    let limiter = Limiter::new(&[Rate::per_minute(1)], KEYS_MAX);
    assert!((0..9).all(|_| limiter.peek("ada", at(0)).is_allowed));
    assert!(limiter.take("ada", at(0)).is_allowed);
    assert!(!limiter.peek("ada", at(0)).is_allowed);
}

#[test]
fn fix_11_a_flood_of_distinct_keys_stays_bounded_and_frees_nobody_who_is_refused() {
    let limiter = Limiter::new(&[Rate::per_minute(60)], KEYS_MAX);
    while limiter.take("culprit", at(0)).is_allowed {}
    let room = limiter.capacity();
    for key in 0..1_000_000_u32 {
        limiter.take(&key, at(1));
    }
    assert_eq!(limiter.capacity(), room);
    assert!(room < 2 * KEYS_MAX);
    assert!(!limiter.take("culprit", at(2)).is_allowed);
}

#[test]
fn a_clock_that_stands_at_zero_is_no_special_case() {
    let limiter = Limiter::new(&[Rate::per_second(2)], 1);
    assert!(limiter.take("ada", Duration::ZERO).is_allowed);
    assert!(limiter.take("ada", Duration::ZERO).is_allowed);
    assert!(!limiter.take("ada", Duration::ZERO).is_allowed);
}
