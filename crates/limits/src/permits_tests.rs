use super::*;

const LONG: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn a_full_gate_makes_wait_and_gives_up_in_time() {
    let gate = Permits::new(2);
    let first = gate.acquire(LONG).await.unwrap();
    let _second = gate.acquire(LONG).await.unwrap();
    let refused = gate.acquire(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!(refused.waited.as_secs(), 3);
    drop(first);
    let _third = gate.acquire(Duration::ZERO).await.unwrap();

    let gauges = gate.gauges();
    assert_eq!((gauges.capacity, gauges.in_use, gauges.waiting), (2, 2, 0));
    assert_eq!((gauges.admitted, gauges.time_outs), (3, 1));
    assert_eq!(gauges.waited_longest.as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_comes_first_goes_first() {
    let gate = Permits::new(1);
    let held = gate.acquire(LONG).await.unwrap();
    let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
    let mut tasks = tokio::task::JoinSet::new();
    for name in 0..5 {
        let (queue, sender) = (gate.clone(), sender.clone());
        tasks.spawn(async move {
            let _permit = queue.acquire(LONG).await.unwrap();
            sender.send(name).unwrap();
        });
        while gate.gauges().waiting <= name {
            tokio::task::yield_now().await;
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    drop(held);
    for name in 0..5 {
        assert_eq!(order.recv().await, Some(name));
    }
    assert_eq!(gate.gauges().waited_total.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_the_queue() {
    let gate = Permits::new(1);
    let held = gate.acquire(LONG).await.unwrap();
    let gone = tokio::time::timeout(Duration::from_secs(1), gate.acquire(LONG)).await;
    assert!(gone.is_err());
    assert_eq!(gate.gauges().waiting, 0);
    drop(held);
    assert_eq!(gate.gauges().in_use, 0);
    assert!(gate.try_acquire().is_some());
}
