//! What imports, pages and jobs ask a large table finds its rows by an index, whatever the index is called. The store's own
//! functions run, so that no copy of a statement can grow old: PostgreSQL counts the scans of whole tables; on SQLite
//! the quickest of many runs is held against the quickest scan of the table.

use std::time::{Duration, Instant};

use domain::campaigns::Campaign;
use domain::entropy::Entropy;
use domain::ids::ImportId;
use domain::imports::LeadKeys;
use domain::jobs::Job;
use domain::leads::{LeadFields, LeadFilter, LeadSort};
use store::leads::same;
use store::{Engine, Store, TenantScope, campaigns, imports, jobs, leads};

use crate::world::{World, commit, new_leads, on_both_engines};

const CHUNKS: usize = 25;
const CHUNK_LEADS: usize = 2_000;
/// Jobs that are over.
const JOBS: usize = 100_000;
/// Runs of which the quickest counts: a busy machine slows some, not all.
const RUNS: usize = 30;
/// Rounds of as many, on a machine that does other work too.
const ROUNDS_MAX: usize = 5;
/// The share of a scan that a look-up may take.
const SHARE_MAX: u32 = 4;
const WATCHED: [&str; 3] = ["campaign_leads", "lead_words", "jobs"];

fn fields(n: usize) -> LeadFields {
    LeadFields {
        title: Some(format!("Firm {n}")),
        email: Some(format!("info@firm{n}.example")),
        website: Some(format!("https://firm{n}.example")),
        lead_score: i64::try_from(n % 100).expect("a score"),
        ..LeadFields::default()
    }
}

async fn grow(world: &World, scope: TenantScope, campaign: &Campaign, import: ImportId) {
    for chunk in 0..CHUNKS {
        let mut writing = world.begin(scope).await;
        let locked = campaigns::lock(&writing, campaign.id)
            .await
            .expect("locked");
        let these = (chunk * CHUNK_LEADS..(chunk + 1) * CHUNK_LEADS).map(fields);
        let mut new = new_leads(&writing, these.collect());
        for (row, lead) in (chunk * CHUNK_LEADS + 1..).zip(&mut new) {
            lead.import_row = i64::try_from(row).ok();
        }
        leads::insert(
            &mut writing,
            &mut locked.expect("there"),
            Some(import),
            &new,
        )
        .await
        .expect("inserted");
        commit(writing).await;
    }
    world.fill_words(scope).await;
    let (id, payload, series) = match world.engine() {
        Engine::Sqlite => (
            "randomblob(16)",
            "'{}'",
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < JOBS)",
        ),
        Engine::Postgres => (
            "gen_random_uuid()",
            "'{}'::jsonb",
            "with n (i) as (select * from generate_series(1, JOBS))",
        ),
    };
    let series = series.replace("JOBS", &JOBS.to_string());
    world
        .execute(&format!(
            "insert into jobs (id, tenant_id, kind, key, payload, state, run_at, turn, created_at, finished_at)
             {series} select {id}, t.id, 'run_import', 'k' || n.i, {payload}, 'done', 0, n.i, 0, 9223372036854775807
             from n cross join tenants t"
        ))
        .await;
    world.execute("analyze").await;
}

/// Scans of whole tables that PostgreSQL has counted.
async fn scans(world: &World) -> i64 {
    if world.engine() == Engine::Sqlite {
        return 0;
    }
    let tables = WATCHED.map(|table| format!("'{table}'")).join(", ");
    let sql = "select cast(sum(seq_scan) as bigint) from pg_stat_user_tables where relname in";
    world.number(&format!("{sql} ({tables})")).await
}

/// The time of the quickest run.
async fn quickest(mut run: impl AsyncFnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let begun = Instant::now();
        run().await;
        best = best.min(begun.elapsed());
    }
    best
}

async fn a_scan(world: &World) -> Duration {
    let sql = "select count(*) from campaign_leads where revision < 0";
    quickest(async || assert_eq!(world.number(sql).await, 0)).await
}

/// Does so many look-ups a run, with a store of its own: PostgreSQL counts what a connection did when it ends, at the latest.
async fn looks_up(world: &World, what: &str, count: usize, mut run: impl AsyncFnMut(&Store)) {
    let before = scans(world).await;
    let store = Store::open(&world.options, world.clock.clone(), Entropy::system()).await;
    let store = store.expect("the database opens again");
    let count = u32::try_from(count).expect("few");
    let mut each = quickest(async || run(&store).await).await / count;
    if world.engine() == Engine::Sqlite {
        let scan = a_scan(world).await;
        // What is quick is quick in one of these rounds, however busy the machine is; what reads a table never is.
        for _ in 1..ROUNDS_MAX {
            if each * SHARE_MAX < scan {
                break;
            }
            each = each.min(quickest(async || run(&store).await).await / count);
        }
        assert!(each * SHARE_MAX < scan, "{what}: {each:?}, a scan {scan:?}");
    }
    store.close().await;
    assert_eq!(scans(world).await, before, "{what} reads a whole table");
}

async fn large_tables_are_never_read_whole(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let import = ImportId(world.begin(scope).await.fresh_id());
    grow(&world, scope, &campaign, import).await;

    let all = CHUNKS * CHUNK_LEADS;
    for of in [Some(campaign.id), None] {
        // A chunk of a file: half of it is there already, by its address or by website and title.
        let rows = (all - CHUNK_LEADS / 2..all + CHUNK_LEADS / 2).map(|n| {
            let keys = LeadKeys::of(&fields(n));
            let email = keys.email.filter(|_| n % 2 == 0);
            LeadKeys { email, ..keys }
        });
        let rows: Vec<LeadKeys> = rows.collect();
        looks_up(
            &world,
            "looking for duplicates",
            CHUNK_LEADS,
            async |store| {
                let writing = store.write(scope).await.expect("a transaction");
                let found = same::find(&writing, of, &rows).await.expect("found");
                let known = found
                    .iter()
                    .filter_map(|found| found.by_email.or(found.by_site));
                let ids: Vec<_> = known.collect();
                assert_eq!(ids.len(), CHUNK_LEADS / 2);
                let locked = same::lock(&writing, &ids).await.expect("locked");
                assert_eq!(locked.len(), ids.len());
            },
        )
        .await;
    }

    let chunk = imports::undo::CHUNK_ROWS;
    let end = i64::try_from(all).expect("a row");
    for (after, looked_at) in [(end - chunk, chunk), (end, 0)] {
        let count = usize::try_from(looked_at.max(1)).expect("few");
        looks_up(&world, "the way back of an import", count, async |store| {
            let mut writing = store.write(scope).await.expect("a transaction");
            let locked = campaigns::lock(&writing, campaign.id).await;
            let mut campaign = locked.expect("locked").expect("there");
            let step = imports::undo::step(&mut writing, &mut campaign, import, after).await;
            let removed = step.expect("done").map_or(0, |step| step.removed);
            assert_eq!(removed, looked_at);
        })
        .await;
    }

    let of_sort = |sort| LeadFilter {
        sort,
        ..LeadFilter::default()
    };
    let of_search = |q: &str| LeadFilter {
        q: Some(q.to_owned()),
        ..LeadFilter::default()
    };
    let sorts = LeadSort::ALL.map(|sort| (of_sort(sort), 1));
    let searches = [
        ("firm4999", 1),
        ("firm49999", 1),
        ("firm", 1),
        ("nobody", 0),
    ];
    let searches = searches.map(|(q, found)| (of_search(q), found));
    for (filter, found) in sorts.into_iter().chain(searches) {
        looks_up(
            &world,
            &format!("a first page of {filter:?}"),
            1,
            async |store| {
                let reading = store.read(scope).await.expect("a connection");
                let page = leads::page(&reading, &campaign, &filter, None, 1).await;
                assert_eq!(page.expect("read").0.len(), found);
            },
        )
        .await;
    }

    let writing = world.begin(scope).await;
    jobs::enqueue(&writing, &Job::FillSearch)
        .await
        .expect("enqueued");
    commit(writing).await;
    world.clock.shift(60);
    let mut claimed = 0;
    looks_up(&world, "claiming a job", 1, async |store| {
        let job = jobs::claim(store, &["fill_search"]).await.expect("asked");
        claimed += usize::from(job.is_some());
    })
    .await;
    assert_eq!(claimed, 1);
}

on_both_engines!(large_tables_are_never_read_whole);
