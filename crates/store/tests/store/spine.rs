//! Numbers without gaps, in commit order, and none after a rollback (I2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::events::{Audience, EventName};
use domain::ids::UserId;
use domain::team::Role;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use store::{Error, Store, TenantScope};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{World, event, on_both_engines};

const WRITERS: i64 = 8;
const WRITES: i64 = 1_000;

async fn eight_writers_leave_every_number_once_in_commit_order(world: World) {
    let scope = world.tenant().await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = world.store.clone();
        writers.spawn(async move {
            let mut last = 0;
            for n in 0..WRITES {
                let mut writing = store.write(scope).await.expect("a transaction");
                writing.record(event(EventName::CampaignUpdated, json!([writer, n])));
                let seq = writing.commit().await.expect("committed").seq;
                assert!(seq > last, "{seq} after {last}");
                last = seq;
            }
        });
    }
    let done = Arc::new(AtomicBool::new(false));
    let mut watcher = JoinSet::new();
    let (raw, watched) = (world.raw.clone(), Arc::clone(&done));
    watcher.spawn(async move { watch_for_gaps(raw, watched).await });
    writers.join_all().await;
    done.store(true, Ordering::SeqCst);
    assert!(watcher.join_all().await[0] > 10, "the watcher looked often");

    let rows = world
        .rows("select seq, data from events where seq > 1 order by seq")
        .await;
    assert_eq!(rows.len() as i64, WRITERS * WRITES);
    let mut next = vec![0; WRITERS as usize];
    for (expected, row) in (2..).zip(rows) {
        let seq: i64 = row.try_get("", "seq").expect("seq");
        assert_eq!(seq, expected);
        let data: serde_json::Value = row.try_get("", "data").expect("data");
        let writer = data[0].as_u64().expect("writer") as usize;
        assert_eq!(data[1], next[writer], "a writer's own order");
        next[writer] += 1;
    }
}

/// Whoever looks sees 1…n, never a gap: so numbers become visible in their order.
async fn watch_for_gaps(raw: sea_orm::DatabaseConnection, done: Arc<AtomicBool>) -> u32 {
    use sea_orm::{ConnectionTrait, Statement};
    let mut looks = 0;
    while !done.load(Ordering::SeqCst) {
        let sql = "select count(*) as events, max(seq) as highest from events";
        let statement = Statement::from_string(raw.get_database_backend(), sql);
        let row = raw
            .query_one_raw(statement)
            .await
            .expect("read")
            .expect("a row");
        let (events, highest): (i64, i64) = (
            row.try_get("", "events").expect("events"),
            row.try_get("", "highest").expect("highest"),
        );
        assert_eq!(events, highest, "a gap was visible");
        looks += 1;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    looks
}

async fn rollbacks_leave_no_number_and_no_event(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    world.execute("update tenants set leads_quota = 0").await;
    let mut writers = JoinSet::new();
    for seed in 0..8_u64 {
        let store = world.store.clone();
        let id = campaign.id;
        writers.spawn(async move {
            let mut random = StdRng::seed_from_u64(seed);
            let mut kept = 0;
            for _ in 0..60 {
                match random.random_range(0..3) {
                    0 => kept += write(&store, scope).await,
                    1 => {
                        let mut writing = store.write(scope).await.expect("a transaction");
                        writing.record(event(EventName::CampaignDeleted, json!({})));
                        drop(writing);
                    }
                    _ => refused_by_the_quota(&store, scope, id).await,
                }
            }
            kept
        });
    }
    let kept: i64 = writers.join_all().await.into_iter().sum();
    assert_eq!(world.number("select count(*) from events").await, kept + 2);
    assert_eq!(world.number("select max(seq) from events").await, kept + 2);
    assert_eq!(world.number("select seq from spines").await, kept + 2);
    assert_eq!(world.number("select count(*) from campaign_leads").await, 0);
    assert_eq!(world.number("select leads_used from spines").await, 0);
}

async fn write(store: &Store, scope: TenantScope) -> i64 {
    let mut writing = store.write(scope).await.expect("a transaction");
    writing.record(event(EventName::CampaignUpdated, json!({})));
    writing.commit().await.expect("committed");
    1
}

/// Fails after the spine's row was updated, at the last moment before the commit.
async fn refused_by_the_quota(store: &Store, scope: TenantScope, id: domain::ids::CampaignId) {
    let mut writing = store.write(scope).await.expect("a transaction");
    let mut campaign = store::campaigns::lock(&writing, id)
        .await
        .expect("locked")
        .expect("there");
    let new = crate::world::new_leads(&writing, vec![crate::world::titled("one")]);
    store::leads::insert(&mut writing, &mut campaign, None, &new)
        .await
        .expect("inserted");
    writing.enforce_quota();
    writing.record(event(EventName::LeadsCreated, json!({})));
    let refused = writing.commit().await.expect_err("over the quota");
    assert!(
        matches!(refused, Error::QuotaExceeded { quota: 0, used: 0 }),
        "{refused}"
    );
}

async fn each_person_reads_the_events_of_their_audience_page_by_page(world: World) {
    let scope = world.tenant().await;
    let (ann, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let audiences = [
        Audience::Members,
        Audience::User(ann),
        Audience::Admins,
        Audience::Security(bob),
    ];
    let mut writing = world.begin(scope).await;
    for n in 0..600 {
        let audience = audiences[n % audiences.len()];
        writing.record(event(EventName::CampaignUpdated, json!(n)).seen_by(audience));
    }
    writing.commit().await.expect("committed");
    let reading = world.store.read(scope).await.expect("a connection");
    for viewer in [(ann, Role::Member), (bob, Role::Member), (bob, Role::Owner)] {
        let visible =
            |seq: i64| seq == 1 || audiences[(seq - 2) as usize % 4].includes(viewer.0, viewer.1);
        let expected: Vec<i64> = (1..=601).filter(|seq| visible(*seq)).collect();
        let (mut forward, mut cursor) = (Vec::new(), 0);
        loop {
            let (page, next) = store::spine::after(&reading, viewer, cursor, 70)
                .await
                .expect("read");
            forward.extend(page.iter().map(|known| known.seq));
            if next == cursor {
                break;
            }
            cursor = next;
        }
        assert_eq!(forward, expected);
        let (mut backward, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = store::spine::before(&reading, viewer, cursor, 70)
                .await
                .expect("read");
            backward.extend(page.iter().map(|known| known.seq));
            if next.is_none() {
                break;
            }
            cursor = next;
        }
        backward.reverse();
        assert_eq!(backward, expected);
    }
}

on_both_engines!(
    eight_writers_leave_every_number_once_in_commit_order,
    rollbacks_leave_no_number_and_no_event,
    each_person_reads_the_events_of_their_audience_page_by_page,
);
