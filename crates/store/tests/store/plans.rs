//! Queries stay on their indexes where tables are large: 200,000 leads and as many jobs that are over.

use std::time::{Duration, Instant};

use domain::jobs::Job;
use domain::leads::{LeadFilter, LeadSort};
use sea_orm::{ConnectionTrait, Statement};
use store::{Engine, campaigns, jobs, leads};

use crate::world::{World, commit, on_both_engines, titled};

const ROWS: i64 = 200_000;
/// Far more than a look-up takes, far less than reading all rows.
const LOOK_UP_MAX: Duration = Duration::from_millis(400);

async fn plan(world: &World, sql: &str) -> String {
    let backend = world.raw.get_database_backend();
    let explain = match world.engine() {
        Engine::Sqlite => format!("explain query plan {sql}"),
        Engine::Postgres => format!("explain {sql}"),
    };
    let rows = world
        .raw
        .query_all_raw(Statement::from_string(backend, explain))
        .await;
    let rows = rows.expect(sql);
    let line = |row: &sea_orm::QueryResult| match world.engine() {
        Engine::Sqlite => row.try_get::<String>("", "detail"),
        Engine::Postgres => row.try_get::<String>("", "QUERY PLAN"),
    };
    rows.iter()
        .map(|row| line(row).expect("a line"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Copies what there is until there are `ROWS`.
async fn grow(world: &World) {
    let (id, series) = match world.engine() {
        Engine::Sqlite => (
            "randomblob(16)",
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < ROWS)",
        ),
        Engine::Postgres => (
            "gen_random_uuid()",
            "with n (i) as (select * from generate_series(1, ROWS))",
        ),
    };
    let series = series.replace("ROWS", &ROWS.to_string());
    world
        .execute(&format!(
            "insert into campaign_leads (id, tenant_id, campaign_id, lead_generation, title, title_key,
                lead_score, created_at, updated_at)
             {series} select {id}, l.tenant_id, l.campaign_id, 1, 'k' || (n.i % 997), 'k' || (n.i % 997), n.i % 100,
                l.created_at + n.i, l.created_at from n cross join (select * from campaign_leads limit 1) l"
        ))
        .await;
    let payload = match world.engine() {
        Engine::Sqlite => "'{}'",
        Engine::Postgres => "'{}'::jsonb",
    };
    world
        .execute(&format!(
            "insert into jobs (id, tenant_id, kind, key, payload, state, run_at, turn, created_at, finished_at)
             {series} select {id}, t.id, 'run_import', 'k' || n.i, {payload}, 'done', 0, n.i, 0, 9223372036854775807
             from n cross join tenants t"
        ))
        .await;
    world.execute("analyze").await;
}

async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    assert!(
        begun.elapsed() < LOOK_UP_MAX,
        "{what}: {:?}",
        begun.elapsed()
    );
    done
}

async fn large_tables_are_looked_up_not_read(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let id = world
        .add_leads(scope, campaign.id, vec![titled("one")])
        .await[0];
    grow(&world).await;
    let writing = world.begin(scope).await;
    jobs::enqueue(&writing, &Job::FillSearch)
        .await
        .expect("enqueued");
    commit(writing).await;

    let uuid = |id: uuid::Uuid| match world.engine() {
        Engine::Sqlite => format!("x'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'"),
    };
    let (tenant, of) = (uuid(scope.tenant().0), uuid(campaign.id.0));
    for (column, index) in [
        ("created_at", "leads_by_time"),
        ("title_key", "leads_by_title"),
        ("lead_score", "leads_by_score"),
    ] {
        for (direction, beyond) in [("asc", ">"), ("desc", "<")] {
            let is_title = column == "title_key";
            let key = if is_title { "'k5'" } else { "50" };
            let mut sql = format!(
                "select l.* from campaign_leads l where l.tenant_id = {tenant} and l.campaign_id = {of}
                 and l.lead_generation = 1 and l.trashed_at is null and (l.{column}, l.id) {beyond} ({key}, {})
                 order by l.{column} {direction}, l.id {direction} limit 101",
                uuid(id.0)
            );
            // SQLite has the titles in a table of their own.
            let mut index = index;
            if is_title && world.engine() == Engine::Sqlite {
                index = "SEARCH t USING PRIMARY KEY";
                sql = sql
                    .replace("campaign_leads l where", "lead_titles t cross join campaign_leads l on l.id = t.lead_id where t.campaign_id = l.campaign_id and t.lead_generation = 1 and")
                    .replace("t.campaign_id = l.campaign_id", &format!("t.campaign_id = {of}"))
                    .replace("l.title_key", "t.title_key")
                    .replace("(t.title_key, l.id)", "(t.title_key, t.lead_id)")
                    .replace(&format!("l.id {direction}"), &format!("t.lead_id {direction}"));
            }
            let plan = plan(&world, &sql).await;
            assert!(plan.contains(index), "{plan}");
            assert!(
                !plan.contains("Seq Scan")
                    && !plan.contains("TEMP B-TREE")
                    && !plan.contains("Sort"),
                "{plan}"
            );
        }
    }

    let reading = world.store.read(scope).await.expect("a connection");
    let lead = timed("find", leads::find(&reading, id)).await;
    assert!(lead.expect("read").is_some());
    for sort in LeadSort::ALL {
        let filter = LeadFilter {
            sort,
            ..LeadFilter::default()
        };
        let (page, next) = timed("page", leads::page(&reading, &campaign, &filter, None, 100))
            .await
            .expect("read");
        assert_eq!(page.len(), 100);
        let later = timed(
            "next page",
            leads::page(&reading, &campaign, &filter, next.as_ref(), 100),
        )
        .await;
        assert_eq!(later.expect("read").0.len(), 100);
    }
    drop(reading);

    // With 200,000 leads of the present generation, there is nothing to purge, and it is quickly known.
    let writing = world.begin(scope).await;
    assert!(
        timed("purge", campaigns::purge(&writing, campaign.id))
            .await
            .expect("purged")
    );
    drop(writing);
    world.clock.shift(60);
    let claimed = timed("claim", jobs::claim(&world.store, &["fill_search"]))
        .await
        .expect("asked");
    assert_eq!(claimed.expect("a job").job, Job::FillSearch);
    assert!(
        timed("claim", jobs::claim(&world.store, &["fill_search"]))
            .await
            .expect("asked")
            .is_none()
    );
    assert_eq!(
        timed("running", jobs::running(&world.store))
            .await
            .expect("read")
            .len(),
        1
    );
    timed("depth", jobs::depth(&world.store))
        .await
        .expect("read");
    let swept = timed("sweep", jobs::sweep(&world.store, world.clock.now())).await;
    assert_eq!(swept.expect("swept"), 0);
    let swept = timed("trash", leads::sweep_trash(&world.store, world.clock.now())).await;
    assert_eq!(swept.expect("swept"), 0);
}

on_both_engines!(large_tables_are_looked_up_not_read);
