//! The near level alone: hits, the rule, loads shared, old values, negative answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cache::{Count, LoadError, Loaded, Named, Need, Settings, Source as From, Stamp};

use crate::support::{EPOCH, Process, Source, TENANT, TIMES, content, page, spawn};

async fn pass(span: Duration) {
    tokio::time::advance(span).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_read_is_a_hit_with_its_age() {
    let process = Process::near(&Source::new());
    let first = process.read(1, Need::Any).await;
    assert_eq!(
        (first.source, first.source.as_header()),
        (From::Miss, "MISS")
    );
    pass(Duration::from_secs(3)).await;
    let second = process.read(1, Need::Any).await;
    assert_eq!(
        (second.source, second.source.as_header()),
        (From::Near, "HIT")
    );
    assert_eq!(second.age.as_secs(), 3);
    assert!(Arc::ptr_eq(
        first.value.as_ref().expect("it is there"),
        second.value.as_ref().expect("it is there")
    ));
    assert_eq!(process.source.loads(), 1);
    let peeked = process.shelf.peek(&page(1), Need::Any).await;
    assert_eq!(peeked.expect("it is there").source, From::Near);
}

#[tokio::test(start_paused = true)]
async fn an_event_ends_the_values_that_it_names_and_no_others() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    process.read(2, Need::Any).await;
    let seq = process.source.write(1);
    process.tail();
    let answer = process.read(2, Need::AtLeast(seq)).await;
    assert_eq!((answer.source, answer.at_least), (From::Near, seq));
    let answer = process.read(1, Need::Any).await;
    assert_eq!((answer.source, content(&answer)), (From::Miss, seq));
    let figures = process.cache.figures().await;
    assert_eq!(figures.kinds[0].get(Count::Refused), 1);
    assert_eq!(figures.kinds[0].load_time.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_carries_a_number_is_answered_at_it_before_the_tail_has_come_so_far() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    let seq = process.source.write(1);
    // The tail has not run.
    assert_eq!(process.read(1, Need::Any).await.source, From::Near);
    let answer = process.read(1, Need::AtLeast(seq)).await;
    assert_eq!((answer.source, content(&answer)), (From::Miss, seq));
    // The newer value serves everybody from now on.
    let answer = process.read(1, Need::Any).await;
    assert_eq!((answer.source, content(&answer)), (From::Near, seq));
}

#[tokio::test(start_paused = true)]
async fn a_number_beyond_the_sequence_and_nonsense_bypass_the_cache() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    assert_eq!(
        process.read(1, Need::AtLeast(900)).await.source,
        From::Bypass
    );
    assert_eq!(
        process
            .read(1, Need::of_request(Some("x"), None))
            .await
            .source,
        From::Bypass
    );
    assert_eq!(process.source.loads(), 3);
    assert_eq!(process.read(1, Need::Any).await.source, From::Near);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_readers_of_one_cold_key_cause_one_load() {
    let process = Process::near(&Source::new());
    process.source.load_ms.store(50, Ordering::SeqCst);
    let readers: Vec<_> = (0..1000)
        .map(|_| {
            let process = process.clone();
            spawn(async move { content(&process.read(1, Need::Any).await) })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.expect("no panic"), 0);
    }
    assert_eq!(process.source.loads(), 1);
    let figures = process.cache.figures().await;
    assert_eq!(figures.kinds[0].get(Count::Joined), 999);
    assert_eq!(figures.loads_under_way, 0);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_leaves_cancels_nothing() {
    let process = Process::near(&Source::new());
    process.source.load_ms.store(50, Ordering::SeqCst);
    let leaving = process.read(1, Need::Any);
    assert!(
        tokio::time::timeout(Duration::from_millis(10), leaving)
            .await
            .is_err()
    );
    pass(Duration::from_millis(60)).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(process.read(1, Need::Any).await.source, From::Near);
    assert_eq!(process.source.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_load_begun_before_an_event_answers_nobody_who_comes_after_it() {
    let process = Process::near(&Source::new());
    process.read(9, Need::Any).await;
    process.source.load_ms.store(50, Ordering::SeqCst);
    let early = spawn({
        let process = process.clone();
        async move { content(&process.read(1, Need::Any).await) }
    });
    pass(Duration::from_millis(10)).await;
    let seq = process.source.write(1);
    process.tail();
    let late = process.read(1, Need::Any).await;
    assert_eq!(content(&late), seq);
    assert_eq!(early.await.expect("no panic"), 0);
    // Nor was the old answer put back.
    let answer = process.read(1, Need::Any).await;
    assert_eq!((answer.source, content(&answer)), (From::Near, seq));
}

#[tokio::test(start_paused = true)]
async fn an_old_value_is_served_when_the_source_fails_or_is_slow_but_not_past_an_event() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    pass(TIMES.life).await;
    process.source.is_down.store(true, Ordering::SeqCst);
    let answer = process.read(1, Need::Any).await;
    assert_eq!(
        (answer.source, answer.source.as_header()),
        (From::Stale, "STALE")
    );
    assert!(answer.age >= TIMES.life);
    // For a moment it is not even tried again.
    assert_eq!(process.read(1, Need::Any).await.source, From::Stale);
    assert_eq!(process.source.loads(), 2);
    pass(Duration::from_secs(2)).await;
    // Slow is as bad as down: the reader waits for the soft time-out, the load goes on.
    process.source.is_down.store(false, Ordering::SeqCst);
    process.source.load_ms.store(300, Ordering::SeqCst);
    assert_eq!(process.read(1, Need::Any).await.source, From::Stale);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(process.read(1, Need::Any).await.source, From::Near);
    // Past an event that is known to name it there is no old answer.
    pass(TIMES.life).await;
    process.source.write(1);
    process.tail();
    process.source.is_down.store(true, Ordering::SeqCst);
    let error = process.try_read(1, Need::Any).await;
    assert!(matches!(error, Err(LoadError::Failed(_))), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_old_value_is_served_also_where_a_refresh_of_it_is_failing() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    process.source.is_down.store(true, Ordering::SeqCst);
    process.source.load_ms.store(5_000, Ordering::SeqCst);
    pass(Duration::from_millis(8_500)).await;
    assert_eq!(process.read(1, Need::Any).await.source, From::Near);
    tokio::task::yield_now().await; // the refresh has begun
    pass(Duration::from_secs(2)).await;
    assert_eq!(process.read(1, Need::Any).await.source, From::Stale);
    assert_eq!(process.source.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_old_value_has_its_limit() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    pass(TIMES.stale_max + Duration::from_secs(1)).await;
    process.source.is_down.store(true, Ordering::SeqCst);
    assert!(process.try_read(1, Need::Any).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_value_read_in_the_last_fifth_of_its_life_is_refreshed_once() {
    let process = Process::near(&Source::new());
    process.source.load_ms.store(20, Ordering::SeqCst);
    process.read(1, Need::Any).await;
    pass(Duration::from_millis(8_500)).await;
    for _ in 0..5 {
        assert_eq!(process.read(1, Need::Any).await.source, From::Near);
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(process.source.loads(), 2);
    pass(Duration::from_secs(5)).await;
    let answer = process.read(1, Need::Any).await;
    assert_eq!((answer.source, answer.age.as_secs()), (From::Near, 5));
    assert_eq!(process.source.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn that_there_is_nothing_is_kept_briefly() {
    let process = Process::near(&Source::new());
    let stamp = process.source.stamp();
    let read = async || {
        let load = move || async move { Ok(Loaded { stamp, value: None }) };
        process
            .shelf
            .get(&page(404), Need::Any, load)
            .await
            .expect("it answers")
    };
    assert_eq!(read().await.source, From::Miss);
    let answer = read().await;
    assert!(answer.source == From::Near && answer.value.is_none());
    pass(TIMES.life_absent).await;
    assert_eq!(read().await.source, From::Miss);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_panics_is_an_error_and_the_next_is_tried() {
    let process = Process::near(&Source::new());
    let load = || async { panic!("a bug in a load") };
    let answer = process.shelf.get(&page(1), Need::Any, load).await;
    assert!(matches!(answer, Err(LoadError::Abandoned)));
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_follows_nothing_serves_nothing_from_memory() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    process.cache.knowledge().stop_following();
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
}

#[tokio::test(start_paused = true)]
async fn a_lost_event_costs_values_and_no_truth() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    let knowledge = process.cache.knowledge();
    // Event 2 was never handed in.
    knowledge.advance(TENANT, EPOCH, 3, Named::Scopes(&[]));
    assert_eq!(
        process
            .shelf
            .peek(&page(1), Need::Any)
            .await
            .map(|a| a.stamp),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn a_number_read_before_a_forgetting_is_not_learned() {
    let process = Process::near(&Source::new());
    let knowledge = process.cache.knowledge();
    let ticket = knowledge.ticket(TENANT);
    let stamp = Stamp {
        epoch: EPOCH,
        as_of: 1,
    };
    knowledge.begin_epoch(EPOCH);
    assert!(!knowledge.learn(ticket, stamp));
    assert_eq!(knowledge.known(TENANT, &[]), None);
    assert!(knowledge.learn(knowledge.ticket(TENANT), stamp));
    assert!(knowledge.known(TENANT, &[]).is_some());
}

#[tokio::test(start_paused = true)]
async fn content_has_the_number_that_names_it_last() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    let named = process.source.write(1);
    let other = process.source.write(2);
    process.tail();
    assert_eq!(
        process.shelf.content_number(&page(1), Need::Any),
        Some((EPOCH, named))
    );
    assert_eq!(process.read(1, Need::Any).await.content_number, named);
    assert_eq!(
        process
            .shelf
            .content_number(&page(1), Need::AtLeast(other + 1)),
        None
    );
    // What is loaded before the tail has come so far has its own number, since an event may have named it.
    process.source.write(2);
    let last = process.source.write(1);
    assert_eq!(
        process.read(1, Need::AtLeast(last)).await.content_number,
        last
    );
}

#[tokio::test(start_paused = true)]
async fn an_operator_clears_a_kind() {
    let process = Process::near(&Source::new());
    process.read(1, Need::Any).await;
    process.read(2, Need::Any).await;
    process.cache.figures().await;
    assert_eq!(process.cache.clear::<crate::support::Page>().await, (2, 0));
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
}

#[tokio::test(start_paused = true)]
async fn a_value_too_heavy_is_given_and_not_kept() {
    let settings = Settings {
        value_bytes_max: 0,
        ..Settings::default()
    };
    let process = Process::of(&Source::new(), settings, None, TIMES);
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
    assert_eq!(process.read(1, Need::Any).await.source, From::Miss);
}
