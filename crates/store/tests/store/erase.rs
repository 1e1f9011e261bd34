//! A tenant that is removed leaves nothing, and nobody else misses anything.

use domain::jobs::Job;
use store::{Engine, TenantScope, erase};
use store::{jobs, unscoped};

use crate::world::{World, on_both_engines, titled};

/// More leads than one step removes.
const LEADS: usize = 2_500;

async fn fill(world: &World) -> TenantScope {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let leads = (0..LEADS).map(|n| titled(&format!("Lead {n}"))).collect();
    world.add_leads(scope, campaign.id, leads).await;
    world.fill_words(scope).await;
    world
        .add_leads(scope, campaign.id, vec![titled("Unwritten")])
        .await;
    let writing = world.begin(scope).await;
    let job = Job::PurgeCampaign {
        campaign_id: campaign.id,
    };
    jobs::enqueue(&writing, &job).await.expect("queued");
    crate::world::commit(writing).await;
    scope
}

/// Each table with a tenant's column, and its rows by tenant, as text.
async fn rows(world: &World, scope: TenantScope) -> Vec<(String, i64)> {
    let tables = match world.engine() {
        Engine::Sqlite => {
            "select m.name from sqlite_master m join pragma_table_info(m.name) c
             where m.type = 'table' and c.name = 'tenant_id' order by 1"
        }
        Engine::Postgres => {
            "select table_name::text from information_schema.columns
             where column_name = 'tenant_id' and table_schema = current_schema() order by 1"
        }
    };
    let id = scope.tenant().0;
    let id = match world.engine() {
        Engine::Sqlite => format!("x'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'"),
    };
    let mut counts = Vec::new();
    for row in world.rows(tables).await {
        let table: String = row.try_get_by_index(0).expect("a name");
        let sql = format!("select count(*) from {table} where tenant_id = {id}");
        counts.push((table, world.number(&sql).await));
    }
    assert!(counts.len() > 8, "{counts:?}");
    counts
}

async fn an_erased_tenant_leaves_nothing_and_others_keep_all(world: World) {
    let gone = fill(&world).await;
    let stays = fill(&world).await;
    let before = rows(&world, stays).await;
    let words = world.number("select count(*) from lead_words").await;
    assert!(
        erase::files(&world.store, gone)
            .await
            .expect("read")
            .is_empty()
    );
    erase::tenant(&world.store, gone).await.expect("erased");
    for (table, count) in rows(&world, gone).await {
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(rows(&world, stays).await, before);
    assert_eq!(
        world.number("select count(*) from lead_words").await,
        words / 2
    );
    assert_eq!(world.number("select count(*) from tenants").await, 1);
    let found = unscoped::tenant_by_id(&world.store, gone.tenant()).await;
    assert_eq!(found.expect("read"), None);
    erase::tenant(&world.store, gone)
        .await
        .expect("once more changes nothing");
    world.campaign(stays).await;
}

on_both_engines!(an_erased_tenant_leaves_nothing_and_others_keep_all);
