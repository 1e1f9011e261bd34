//! The job table: once in the queue, fair, fenced, and blind to the wall clock.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::{CampaignId, ImportId, JobId};
use domain::jobs::{ATTEMPTS_MAX, BACKOFF_MAX, FILL_SEARCH_DELAY, Job};
use store::jobs::{self, Claimed, Outcome, RUNNING_PER_TENANT_MAX};
use store::{Error, Store, TenantScope};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{World, commit, on_both_engines};

const KINDS: [&str; 3] = ["run_import", "purge_campaign", "fill_search"];

fn import(n: u128) -> Job {
    Job::RunImport {
        import_id: ImportId(Uuid::from_u128(n)),
    }
}

async fn enqueue(world: &World, scope: TenantScope, job: &Job) {
    let writing = world.begin(scope).await;
    jobs::enqueue(&writing, job).await.expect("enqueued");
    commit(writing).await;
}

async fn claim(store: &Store) -> Option<Claimed> {
    jobs::claim(store, &KINDS).await.expect("asked")
}

async fn end(world: &World, claimed: &Claimed, outcome: Outcome) -> store::Result<()> {
    let writing = world.begin(claimed.scope).await;
    jobs::end(&writing, claimed, &outcome).await?;
    commit(writing).await;
    Ok(())
}

fn retry(seconds: u64) -> Outcome {
    Outcome::Retry {
        after: Duration::from_secs(seconds),
        error: "x".repeat(5_000),
    }
}

async fn the_same_job_waits_once_and_may_wait_while_it_runs(world: World) {
    let (scope, other) = (world.tenant().await, world.tenant().await);
    for _ in 0..3 {
        enqueue(&world, scope, &Job::FillSearch).await;
    }
    enqueue(&world, other, &Job::FillSearch).await;
    let depth = async || jobs::depth(&world.store).await.expect("read");
    assert_eq!(depth().await.queued, 2);
    assert!(claim(&world.store).await.is_none(), "more may come");
    let seconds = i64::try_from(FILL_SEARCH_DELAY.as_secs()).expect("small");
    world.clock.shift(seconds + 1);
    let first = claim(&world.store).await.expect("a job");
    assert_eq!((first.job.clone(), first.attempts), (Job::FillSearch, 1));
    enqueue(&world, first.scope, &Job::FillSearch).await;
    enqueue(&world, first.scope, &Job::FillSearch).await;
    let now = depth().await;
    assert_eq!((now.queued, now.running, now.dead), (2, 1, 0));
    world.clock.shift(seconds + 1);
    let second = claim(&world.store).await.expect("the other's");
    assert_ne!(second.scope, first.scope);
    assert!(claim(&world.store).await.is_none(), "its like runs");
    end(&world, &second, Outcome::Again).await.expect("ended");
    // One that would wait again gives way to its like.
    end(&world, &first, Outcome::Again).await.expect("ended");
    let now = depth().await;
    assert_eq!((now.queued, now.running), (2, 0));
    // A rollback leaves no job.
    let writing = world.begin(scope).await;
    jobs::enqueue(&writing, &import(1)).await.expect("enqueued");
    drop(writing);
    assert_eq!(depth().await.queued, 2);
}

async fn outcomes_lead_where_they_say(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    let job = claim(&world.store).await.expect("a job");
    end(&world, &job, retry(60)).await.expect("ended");
    assert!(claim(&world.store).await.is_none(), "it has to wait");
    world.clock.shift(61);
    let again = claim(&world.store).await.expect("its time has come");
    assert_eq!((again.id, again.attempts), (job.id, 2));
    end(&world, &again, Outcome::Again).await.expect("ended");
    let third = claim(&world.store).await.expect("at once");
    assert_eq!(third.attempts, 3);
    let writing = world.begin(scope).await;
    assert!(!jobs::hold(&writing, &third).await.expect("held"));
    commit(writing).await;
    end(&world, &third, retry(0)).await.expect("ended");
    let fourth = claim(&world.store).await.expect("at once");
    assert_eq!(fourth.attempts, 2, "it had come forward in between");
    let dead = Outcome::Dead { error: "no".into() };
    end(&world, &fourth, dead).await.expect("ended");
    assert!(claim(&world.store).await.is_none());
    assert_eq!(jobs::depth(&world.store).await.expect("read").dead, 1);

    enqueue(&world, scope, &import(1)).await;
    let fresh = claim(&world.store)
        .await
        .expect("a dead one is no obstacle");
    end(&world, &fresh, Outcome::Done).await.expect("ended");
    assert!(matches!(
        end(&world, &fresh, Outcome::Done).await,
        Err(Error::LeaseLost)
    ));
    let later = world.clock.now().plus(Duration::from_secs(1));
    assert_eq!(jobs::sweep(&world.store, later).await.expect("swept"), 1);
    assert_eq!(world.number("select count(*) from jobs").await, 1);
}

async fn one_that_kills_its_workers_is_exhausted(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    for attempt in 1..=ATTEMPTS_MAX {
        let job = claim(&world.store).await.expect("a job");
        assert_eq!(job.attempts, attempt);
        assert!(!job.is_exhausted());
        let lease = jobs::running(&world.store).await.expect("read")[0];
        assert!(jobs::expire(&world.store, lease).await.expect("asked"));
    }
    assert!(claim(&world.store).await.expect("a job").is_exhausted());
}

async fn tenants_take_turns(world: World) {
    let (many, few) = (world.tenant().await, world.tenant().await);
    for n in 0..6 {
        enqueue(&world, many, &import(n)).await;
    }
    for n in 10..12 {
        enqueue(&world, few, &import(n)).await;
    }
    // One worker alone: the tenant with little to do does not wait for the other's six.
    let mut served = Vec::new();
    for _ in 0..4 {
        let job = claim(&world.store).await.expect("a job");
        served.push(job.scope);
        end(&world, &job, Outcome::Done).await.expect("ended");
    }
    assert_eq!(served, [many, few, many, few]);
    // Many workers: one tenant takes no more than its share.
    enqueue(&world, few, &import(12)).await;
    let mut running = Vec::new();
    while let Some(job) = claim(&world.store).await {
        running.push(job.scope);
    }
    assert_eq!(running.len() as i64, RUNNING_PER_TENANT_MAX + 1);
    assert_eq!(running.iter().filter(|scope| **scope == few).count(), 1);
}

async fn a_worker_takes_its_own_kinds_alone(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    let purge = Job::PurgeCampaign {
        campaign_id: CampaignId(Uuid::nil()),
    };
    enqueue(&world, scope, &purge).await;
    let mine = jobs::claim(&world.store, &["purge_campaign"])
        .await
        .expect("asked");
    assert_eq!(mine.expect("a job").job, purge);
    assert!(
        jobs::claim(&world.store, &["purge_campaign"])
            .await
            .expect("asked")
            .is_none()
    );
    // What nobody can read is buried, not tried for ever.
    world
        .execute("update jobs set payload = '{\"kind\": \"gone\"}' where state = 'queued'")
        .await;
    let damaged = jobs::claim(&world.store, &KINDS).await;
    assert!(matches!(damaged, Err(Error::Defect(_))), "{damaged:?}");
    assert!(claim(&world.store).await.is_none());
    assert_eq!(jobs::depth(&world.store).await.expect("read").dead, 1);
}

async fn a_lost_lease_takes_the_effects_along(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    let old = claim(&world.store).await.expect("a job");
    let lease = jobs::running(&world.store).await.expect("read")[0];
    jobs::beat(&world.store, &old).await.expect("alive");
    assert!(
        !jobs::expire(&world.store, lease).await.expect("asked"),
        "its beat went on"
    );
    let lease = jobs::running(&world.store).await.expect("read")[0];
    assert!(jobs::expire(&world.store, lease).await.expect("asked"));
    assert!(
        !jobs::expire(&world.store, lease).await.expect("asked"),
        "once"
    );
    let new = claim(&world.store).await.expect("free again");
    assert_eq!((new.id, new.attempts), (old.id, 2));

    assert!(matches!(
        jobs::beat(&world.store, &old).await,
        Err(Error::LeaseLost)
    ));
    for outcome in [Outcome::Done, Outcome::Again, retry(1)] {
        let mut writing = world.begin(scope).await;
        let campaign = crate::world::new_campaign(&writing);
        store::campaigns::insert(&mut writing, &campaign)
            .await
            .expect("inserted");
        let lost = jobs::end(&writing, &old, &outcome).await;
        assert!(
            matches!(lost, Err(Error::LeaseLost)),
            "{outcome:?} {lost:?}"
        );
        drop(writing);
    }
    let writing = world.begin(scope).await;
    assert!(matches!(
        jobs::hold(&writing, &old).await,
        Err(Error::LeaseLost)
    ));
    drop(writing);
    assert_eq!(world.number("select count(*) from campaigns").await, 0);
    // The one who holds it does not notice.
    let writing = world.begin(scope).await;
    assert!(
        jobs::request_cancel(&writing, &import(1))
            .await
            .expect("asked")
    );
    assert!(jobs::hold(&writing, &new).await.expect("held"), "cancelled");
    commit(writing).await;
    end(&world, &new, Outcome::Done).await.expect("ended");
    let writing = world.begin(scope).await;
    assert!(
        !jobs::request_cancel(&writing, &import(1))
            .await
            .expect("asked")
    );
}

async fn an_expired_job_gives_way_to_its_like(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    claim(&world.store).await.expect("a job");
    enqueue(&world, scope, &import(1)).await;
    let lease = jobs::running(&world.store).await.expect("read")[0];
    assert!(jobs::expire(&world.store, lease).await.expect("asked"));
    let depth = jobs::depth(&world.store).await.expect("read");
    assert_eq!((depth.queued, depth.running), (1, 0));
}

async fn many_claimers_never_get_the_same_job(world: World) {
    let mut scopes = Vec::new();
    for tenant in 0..10_u128 {
        let scope = world.tenant().await;
        let writing = world.begin(scope).await;
        for n in 0..6 {
            jobs::enqueue(&writing, &import(tenant * 100 + n))
                .await
                .expect("enqueued");
        }
        commit(writing).await;
        scopes.push(scope);
    }
    let mut claimers = JoinSet::new();
    let other = world.another().await;
    for n in 0..8 {
        let store = if n % 2 == 0 {
            world.store.clone()
        } else {
            other.clone()
        };
        claimers.spawn(async move {
            let mut mine: Vec<JobId> = Vec::new();
            while let Some(job) = claim(&store).await {
                mine.push(job.id);
            }
            mine
        });
    }
    let all: Vec<JobId> = claimers.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<JobId> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len(), "claimed twice");
    assert_eq!(
        all.len() as i64,
        10 * RUNNING_PER_TENANT_MAX,
        "nobody gave up early"
    );
    let sql = "select max(n) from (select count(*) as n from jobs where state = 'running' group by tenant_id) as t";
    assert_eq!(world.number(sql).await, RUNNING_PER_TENANT_MAX);
}

/// I12.
async fn a_clock_set_back_delays_nothing_for_long(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    enqueue(&world, scope, &Job::FillSearch).await;
    world.clock.shift(-300);
    let delayed = claim(&world.store)
        .await
        .expect("no delay from a later time");
    let first = claim(&world.store).await.expect("the other");
    end(&world, &first, Outcome::Again).await.expect("ended");
    end(&world, &delayed, Outcome::Done).await.expect("ended");
    for seconds in [-3_600, -400, -30, 3_600] {
        world.clock.shift(seconds);
        let job = claim(&world.store)
            .await
            .unwrap_or_else(|| panic!("due at {seconds}"));
        end(&world, &job, Outcome::Again).await.expect("ended");
    }
    let job = claim(&world.store).await.expect("a job");
    end(&world, &job, retry(86_400)).await.expect("ended");
    assert!(claim(&world.store).await.is_none());
    world.clock.shift(-3_600);
    let job = claim(&world.store)
        .await
        .expect("dated by a clock that was wrong");
    end(&world, &job, retry(86_400)).await.expect("ended");
    world
        .clock
        .shift(i64::try_from(BACKOFF_MAX.as_secs()).expect("small") + 1);
    claim(&world.store)
        .await
        .expect("no delay is longer than the longest");
}

/// A job that is asked for by an open transaction is not done before that can be seen.
async fn what_an_open_write_asks_for_is_not_done_too_early(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &Job::FillSearch).await;
    let mut writing = world.begin(scope).await;
    let campaign = crate::world::new_campaign(&writing);
    store::campaigns::insert(&mut writing, &campaign)
        .await
        .expect("inserted");
    let mut locked = campaign.clone();
    let new = crate::world::new_leads(&writing, vec![crate::world::titled("late")]);
    store::leads::insert(&mut writing, &mut locked, None, &new)
        .await
        .expect("inserted");
    let mut worker = JoinSet::new();
    let store = world.store.clone();
    worker.spawn(async move {
        loop {
            if let Some(job) = claim(&store).await {
                let writing = store.write(job.scope).await.expect("a transaction");
                while store::leads::words::fill(&writing).await.expect("filled") {}
                jobs::end(&writing, &job, &Outcome::Done)
                    .await
                    .expect("ended");
                commit(writing).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    world.clock.shift(3_600);
    tokio::time::sleep(Duration::from_millis(100)).await;
    commit(writing).await;
    worker.join_all().await;
    let left = jobs::depth(&world.store).await.expect("read").queued;
    let words = world.number("select count(*) from lead_words").await;
    assert_eq!((left, words), (0, 1), "the words were forgotten");
}

on_both_engines!(
    the_same_job_waits_once_and_may_wait_while_it_runs,
    outcomes_lead_where_they_say,
    one_that_kills_its_workers_is_exhausted,
    tenants_take_turns,
    a_worker_takes_its_own_kinds_alone,
    a_lost_lease_takes_the_effects_along,
    an_expired_job_gives_way_to_its_like,
    many_claimers_never_get_the_same_job,
    a_clock_set_back_delays_nothing_for_long,
    what_an_open_write_asks_for_is_not_done_too_early,
    a_start_that_is_alone_takes_every_job_back,
);

/// Between the look and the change somebody else commits the like: the later one gives way all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_like_that_is_made_meanwhile_is_given_way_to() {
    let world = World::postgres().await;
    let scope = world.tenant().await;
    for expires in [false, true] {
        enqueue(&world, scope, &import(1)).await;
        let job = claim(&world.store).await.expect("a job");
        let open = world.begin(scope).await;
        jobs::enqueue(&open, &import(1)).await.expect("enqueued");
        let later = async {
            if expires {
                let lease = jobs::running(&world.store).await.expect("read")[0];
                assert!(jobs::expire(&world.store, lease).await.expect("asked"));
            } else {
                end(&world, &job, retry(1)).await.expect("ended");
            }
        };
        let sooner = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            commit(open).await;
        };
        tokio::join!(later, sooner);
        let depth = jobs::depth(&world.store).await.expect("read");
        assert_eq!((depth.queued, depth.running), (1, 0), "{expires}");
        let like = claim(&world.store).await.expect("the like");
        assert_ne!(like.id, job.id);
        end(&world, &like, Outcome::Done).await.expect("ended");
    }
}

async fn a_start_that_is_alone_takes_every_job_back(world: World) {
    let scope = world.tenant().await;
    enqueue(&world, scope, &import(1)).await;
    enqueue(&world, scope, &import(2)).await;
    let lost = claim(&world.store).await.expect("a job");
    claim(&world.store).await.expect("another");
    enqueue(&world, scope, &lost.job).await;
    assert_eq!(jobs::release_all(&world.store).await.expect("released"), 1);
    let depth = jobs::depth(&world.store).await.expect("read");
    assert_eq!((depth.queued, depth.running), (2, 0));
    assert!(matches!(
        jobs::beat(&world.store, &lost).await,
        Err(Error::LeaseLost)
    ));
}
