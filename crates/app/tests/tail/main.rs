//! What several processes' tails promise together: every event reaches every process once and in its tenant's order,
//! at once where a bell rings and soon where none does, whatever Redis and the database do meanwhile.
//!
//! A "process" is an app of its own: store, bell, tail. Random choices come from the seed that a failure names.

mod world;

use std::time::{Duration, Instant};

use bell::RedisState;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::{Postgres, Redis, eventually};
use tokio::time::sleep;

use crate::world::{Node, PATIENCE, Person, Process, World};

const SEED: u64 = 0x7a11;
/// By when everything must be well again after Redis has returned (I11).
const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// Makes a test of each story on each engine.
macro_rules! on_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::world::World::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::world::World::postgres()).await;
            })+
        }
    };
}

/// Writes here and there at random; gives each person's last number.
async fn write_at_random(
    processes: &[&Process],
    people: &[Person],
    writes: usize,
    random: &mut StdRng,
) -> Vec<i64> {
    let mut last = vec![0; people.len()];
    for _ in 0..writes {
        let (person, process) = (
            random.random_range(0..people.len()),
            random.random_range(0..processes.len()),
        );
        let seq = processes[process].write(&people[person]).await;
        last[person] = seq.expect("written");
        if random.random_bool(0.2) {
            sleep(Duration::from_millis(random.random_range(0..20))).await;
        }
    }
    last
}

async fn everybody_knows_all(processes: &[&Process], people: &[Person], last: &[i64]) {
    for process in processes {
        for (person, last) in people.iter().zip(last) {
            if *last > 0 {
                process.reaches(person, *last, PATIENCE).await;
                process.was_told_all(person, *last);
            }
        }
    }
}

async fn three_people(process: &Process) -> Vec<Person> {
    vec![
        process.person("ants").await,
        process.person("bees").await,
        process.person("cats").await,
    ]
}

async fn every_event_reaches_every_process_of_a_node_at_once(world: World) {
    let node = Node {
        page: Some("page"),
        ..Node::default()
    };
    let (one, two, three) = (
        world.process(node).await,
        world.process(node).await,
        world.process(node).await,
    );
    let people = three_people(&one).await;
    let processes = [&one, &two, &three];
    let mut random = StdRng::seed_from_u64(SEED);
    let last = write_at_random(&processes, &people, 120, &mut random).await;
    everybody_knows_all(&processes, &people, &last).await;
    // The page woke them: a poll alone would take 100 ms on average.
    let mut waits = Vec::new();
    for _ in 0..15 {
        sleep(Duration::from_millis(random.random_range(0..200))).await;
        let seq = one.write(&people[0]).await.expect("written");
        assert!(three.app.bell().last(people[0].tenant) >= Some(seq));
        let committed = Instant::now();
        three.reaches(&people[0], seq, PATIENCE).await;
        waits.push(committed.elapsed());
    }
    waits.sort();
    let median = waits[waits.len() / 2];
    assert!(median < Duration::from_millis(50), "{waits:?}");
    for process in [one, two, three] {
        process.stop().await;
    }
}

async fn nodes_that_cannot_ring_are_found_by_polling(world: World) {
    let (one, two) = (
        world.process(Node::default()).await,
        world.process(Node::default()).await,
    );
    let people = three_people(&one).await;
    let mut random = StdRng::seed_from_u64(SEED);
    let last = write_at_random(&[&one, &two], &people, 60, &mut random).await;
    everybody_knows_all(&[&one, &two], &people, &last).await;
    let seq = one.write(&people[0]).await.expect("written");
    two.reaches(&people[0], seq, Duration::from_secs(5)).await;
    assert!(two.app.tail().gauges().unannounced > 0);
    assert_eq!(two.app.bell().redis().state, RedisState::Disabled);
    one.stop().await;
    two.stop().await;
}

async fn redis_may_die_stall_and_return_and_nothing_is_lost(world: World) {
    let mut redis = Redis::start();
    let url = redis.url();
    let node = Node {
        redis: Some(&url),
        page: None,
    };
    let (one, two, three) = (
        world.process(node).await,
        world.process(node).await,
        world.process(node).await,
    );
    let processes = [&one, &two, &three];
    let people = three_people(&one).await;
    let connected = async || {
        for process in processes {
            eventually(HEALED_WITHIN, async || {
                let state = process.app.bell().redis().state;
                (state == RedisState::Connected).then_some(())
            })
            .await;
        }
    };
    let mut random = StdRng::seed_from_u64(SEED);
    let mut known = vec![0; people.len()];
    let mut write_and_check = async |writes| {
        let last = write_at_random(&processes, &people, writes, &mut random).await;
        for (known, last) in known.iter_mut().zip(last) {
            *known = last.max(*known);
        }
        everybody_knows_all(&processes, &people, &known).await;
    };
    connected().await;
    write_and_check(40).await;
    redis.kill();
    write_and_check(40).await;
    redis.start_again();
    connected().await;
    write_and_check(40).await;
    redis.pause();
    write_and_check(40).await;
    redis.resume();
    write_and_check(40).await;
    connected().await;
    // It carries rings again, faster than the poll.
    let mut waits = Vec::new();
    for _ in 0..9 {
        let seq = one.write(&people[0]).await.expect("written");
        let committed = Instant::now();
        two.reaches(&people[0], seq, PATIENCE).await;
        waits.push(committed.elapsed());
    }
    waits.sort();
    assert!(waits[4] < Duration::from_millis(250), "{waits:?}");
    assert!(two.app.bell().redis().heard > 0);
    for process in [one, two, three] {
        process.stop().await;
    }
}

async fn another_epoch_is_told_and_begins_anew(world: World) {
    let node = Node {
        page: Some("page"),
        ..Node::default()
    };
    let (one, two) = (world.process(node).await, world.process(node).await);
    let person = one.person("ants").await;
    let seq = one.write(&person).await.expect("written");
    two.reaches(&person, seq, PATIENCE).await;
    let epoch = one.app.store().renew_epoch().await.expect("renewed");
    for process in [&one, &two] {
        eventually(PATIENCE, async || {
            (process.app.tail().gauges().epochs == 1).then_some(())
        })
        .await;
        assert_eq!(process.told.epochs(), [epoch]);
        assert_eq!(process.app.bell().epoch(), epoch);
    }
    assert_eq!(two.app.tail().reached(person.tenant), None);
    let seq = one.write(&person).await.expect("written");
    assert_eq!(two.app.bell().last(person.tenant), Some(seq));
    two.reaches(&person, seq, PATIENCE).await;
    one.stop().await;
    two.stop().await;
}

on_both_engines!(
    every_event_reaches_every_process_of_a_node_at_once,
    nodes_that_cannot_ring_are_found_by_polling,
    redis_may_die_stall_and_return_and_nothing_is_lost,
    another_epoch_is_told_and_begins_anew,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tail_goes_on_where_it_was_after_the_database_was_away() {
    let mut server = Postgres::start();
    let world = World::at(server.create_database());
    let node = Node {
        page: Some("page"),
        ..Node::default()
    };
    let (one, two) = (world.process(node).await, world.process(node).await);
    let person = one.person("ants").await;
    let seq = one.write(&person).await.expect("written");
    two.reaches(&person, seq, PATIENCE).await;
    for kills in [false, true] {
        match kills {
            true => server.kill(),
            false => server.stop(),
        }
        eventually(PATIENCE, async || {
            (!two.app.tail().gauges().is_well).then_some(())
        })
        .await;
        server.start_again();
        let seq = eventually(PATIENCE, async || one.write(&person).await.ok()).await;
        two.reaches(&person, seq, PATIENCE).await;
        two.was_told_all(&person, seq);
        assert!(two.app.tail().gauges().is_well);
    }
    assert!(
        two.told.epochs().is_empty(),
        "the same server, the same epoch"
    );
    one.stop().await;
    two.stop().await;
}

/// A start that fails after the tail has begun must not hang for want of somebody who stops it.
#[test]
fn a_runtime_that_is_dropped_takes_the_tail_along() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let process = runtime.block_on(async {
        let node = Node {
            page: Some("page"),
            ..Node::default()
        };
        World::sqlite().process(node).await
    });
    let begun = Instant::now();
    drop(runtime);
    assert!(begun.elapsed() < HEALED_WITHIN);
    assert!(process.app.tail().has_begun());
}
