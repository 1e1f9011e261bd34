//! Following all tenants by position: every event once, each tenant's in order.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::clock::Timestamp;
use domain::events::EventName;
use domain::ids::{TemplateId, TenantId};
use domain::templates::{Template, TemplateFields};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use store::spine::Follower;
use store::{Store, TenantScope, Writing};
use tokio::task::JoinSet;

use crate::world::{PATIENCE, World, event, on_both_engines};

const TENANTS: usize = 8;
const WRITERS: u64 = 16;
const WRITES: usize = 30;

/// A write before the event: on PostgreSQL the transaction gets its id, and with it its position, now.
async fn write_early(writing: &Writing) {
    let template = Template {
        id: TemplateId(writing.fresh_id()),
        fields: TemplateFields {
            name: "x".into(),
            description: None,
            subject: "x".into(),
            body: "x".into(),
            is_active: true,
            use_ai_personalization: true,
        },
        times_used: 0,
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    };
    store::templates::insert(writing, &template)
        .await
        .expect("inserted");
}

async fn write(store: &Store, scope: TenantScope, random: &mut StdRng) -> Option<(TenantId, i64)> {
    let (early, kept) = (random.random_bool(0.5), random.random_bool(0.8));
    let stall = Duration::from_micros(random.random_range(0..6_000));
    let events = random.random_range(1..4);
    let mut writing = store.write(scope).await.expect("a transaction");
    if early {
        write_early(&writing).await;
    }
    tokio::time::sleep(stall).await;
    for n in 0..events {
        writing.record(event(EventName::CampaignUpdated, json!(n)));
    }
    if !kept {
        return None;
    }
    let committed = writing.commit().await.expect("committed");
    Some((scope.tenant(), committed.seq))
}

/// Follows until each tenant's number is reached, being cut off at random moments meanwhile.
async fn follow(
    mut follower: Follower,
    goal: HashMap<TenantId, i64>,
) -> HashMap<TenantId, Vec<i64>> {
    let mut random = StdRng::seed_from_u64(99);
    let mut seen: HashMap<TenantId, Vec<i64>> = HashMap::new();
    let begun = Instant::now();
    let reached = |seen: &HashMap<TenantId, Vec<i64>>| {
        goal.iter()
            .all(|(tenant, seq)| seen.get(tenant).and_then(|known| known.last()) >= Some(seq))
    };
    while !reached(&seen) {
        assert!(begun.elapsed() < PATIENCE, "saw {seen:?} of {goal:?}");
        let patience = Duration::from_micros(random.random_range(100..20_000));
        if let Ok(next) = tokio::time::timeout(patience, follower.next()).await {
            for followed in next.expect("followed") {
                seen.entry(followed.tenant)
                    .or_default()
                    .push(followed.recorded.seq);
            }
        }
    }
    let rest = follower.next().await.expect("followed");
    assert!(rest.is_empty(), "seen again: {rest:?}");
    seen
}

async fn sees_every_event_once_and_in_order(world: World) {
    let mut scopes = Vec::new();
    for _ in 0..TENANTS {
        scopes.push(world.tenant().await);
    }
    let follower = Follower::begin(world.store.clone())
        .await
        .expect("a follower");
    let mut watching = Follower::begin(world.store.clone())
        .await
        .expect("a follower");
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, scope) = (world.store.clone(), scopes[writer as usize % TENANTS]);
        writers.spawn(async move {
            let mut random = StdRng::seed_from_u64(writer);
            let mut last = None;
            for _ in 0..WRITES {
                last = write(&store, scope, &mut random).await.or(last);
            }
            last
        });
    }
    // A follower that reads along while they write, and one that begins to read afterwards.
    let mut live: HashMap<TenantId, Vec<i64>> = HashMap::new();
    let mut goal: HashMap<TenantId, i64> = HashMap::new();
    let mut take = async |live: &mut HashMap<TenantId, Vec<i64>>| {
        for followed in watching.next().await.expect("followed") {
            live.entry(followed.tenant)
                .or_default()
                .push(followed.recorded.seq);
        }
    };
    while !writers.is_empty() {
        take(&mut live).await;
        while let Some(done) = writers.try_join_next() {
            let (tenant, seq) = done.expect("a writer").expect("a commit");
            let goal = goal.entry(tenant).or_default();
            *goal = seq.max(*goal);
        }
    }
    let late = follow(follower, goal.clone()).await;
    let begun = Instant::now();
    while live.values().map(Vec::len).sum::<usize>() < late.values().map(Vec::len).sum() {
        assert!(begun.elapsed() < PATIENCE);
        take(&mut live).await;
    }
    for scope in scopes {
        let tenant = scope.tenant();
        // Both may also see what was committed just before they began.
        for seen in [&late[&tenant], &live[&tenant]] {
            let first = seen[0];
            assert!(first <= 2);
            let expected: Vec<i64> = (first..=goal[&tenant]).collect();
            assert_eq!(seen, &expected);
        }
    }
}

async fn a_stalled_transaction_holds_back_and_loses_nothing(world: World) {
    let (slow, quick) = (world.tenant().await, world.tenant().await);
    let follower = Follower::begin(world.store.clone())
        .await
        .expect("a follower");
    let mut stalled = world.begin(slow).await;
    write_early(&stalled).await;
    let mut others = JoinSet::new();
    let store = world.store.clone();
    others.spawn(async move {
        let mut random = StdRng::seed_from_u64(5);
        for _ in 0..40 {
            write(&store, quick, &mut random).await;
        }
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    stalled.record(event(EventName::CampaignUpdated, json!({})));
    stalled.commit().await.expect("committed");
    others.join_all().await;
    let reading = world.store.read(quick).await.expect("a connection");
    let goal = [
        (slow.tenant(), 2),
        (quick.tenant(), reading.seq().await.expect("read")),
    ];
    let seen = follow(follower, goal.into()).await;
    for (tenant, last) in goal {
        // On a server that others write to, a follower begins a little before its time.
        let first = seen[&tenant][0];
        assert!(first <= 2);
        assert_eq!(seen[&tenant], (first..=last).collect::<Vec<_>>());
    }
}

async fn an_event_of_a_newer_program_is_told_as_unread(world: World) {
    let scope = world.tenant().await;
    let mut follower = Follower::begin(world.store.clone())
        .await
        .expect("a follower");
    for _ in 0..2 {
        let mut writing = world.begin(scope).await;
        writing.record(event(EventName::CampaignUpdated, json!({})));
        writing.commit().await.expect("committed");
    }
    world
        .execute("update events set name = 'campaign.teleported' where seq = 2")
        .await;
    let begun = Instant::now();
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    while !seen.contains(&3) {
        assert!(begun.elapsed() < PATIENCE, "saw {seen:?}");
        let next = follower.next().await.expect("followed");
        seen.extend(next.iter().map(|followed| followed.recorded.seq));
        unread.extend(follower.take_unread());
    }
    assert_eq!(unread, [(scope.tenant(), 2)]);
    assert!(!seen.contains(&2) && !follower.has_more());
}

on_both_engines!(
    sees_every_event_once_and_in_order,
    a_stalled_transaction_holds_back_and_loses_nothing,
    an_event_of_a_newer_program_is_told_as_unread,
);

async fn position(world: &World, scope: TenantScope, seq: i64) -> i64 {
    world
        .number(&format!(
            "select position::text::bigint from events where tenant_id = '{}' and seq = {seq}",
            scope.tenant()
        ))
        .await
}

async fn next_seqs(follower: &mut Follower, wanted: usize) -> Vec<i64> {
    let begun = Instant::now();
    let mut seen = Vec::new();
    while seen.len() < wanted {
        assert!(begun.elapsed() < PATIENCE, "saw {seen:?}");
        let next = follower.next().await.expect("followed");
        // A follower may begin a little before its time: the registration is number 1.
        let seqs = next.into_iter().map(|followed| followed.recorded.seq);
        seen.extend(seqs.filter(|seq| *seq > 1));
    }
    seen
}

/// The first to write is the last to commit: its position is the smaller, its number the larger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_number_at_an_earlier_position_brings_its_predecessors_along() {
    let world = World::postgres().await;
    let scope = world.tenant().await;
    let mut follower = Follower::begin(world.store.clone())
        .await
        .expect("a follower");
    follower.next().await.expect("followed");
    let mut forgetful = Follower::begin(world.store.clone())
        .await
        .expect("a follower");

    let first = world.begin(scope).await;
    write_early(&first).await;
    let between = world.begin(scope).await;
    write_early(&between).await;
    let second = world.begin(scope).await;
    write_early(&second).await;
    assert_eq!(crate::world::commit(second).await.seq, 2);
    assert_eq!(crate::world::commit(first).await.seq, 3);
    assert!(position(&world, scope, 3).await < position(&world, scope, 2).await);

    // `between` is open, so only number 3 can be scanned; number 2 has to be fetched.
    let seen = next_seqs(&mut follower, 2).await;
    assert_eq!(seen, [2, 3]);
    assert_eq!(next_seqs(&mut forgetful, 2).await, [2, 3]);
    assert_eq!(crate::world::commit(between).await.seq, 4);
    assert_eq!(next_seqs(&mut follower, 1).await, [4]);
    assert_eq!(next_seqs(&mut forgetful, 1).await, [4]);
}
