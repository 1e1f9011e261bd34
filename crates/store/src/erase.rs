//! Removing a tenant with everything of it, for good. Many rows go in bounded steps, so that other writers need not
//! wait for them.

use sea_orm::{ConnectionTrait, Statement};

use crate::connect::{Engine, Store};
use crate::error::Result;
use crate::scope::TenantScope;

/// Rows that one statement removes, at most.
const STEP_ROWS: i64 = 2_000;

/// First the jobs: whoever works on one has lost it, and adds nothing more.
const JOBS: &str = "delete from jobs where tenant_id = $1";
const LEADS: &str = "
delete from campaign_leads where id in (
    select l.id from campaigns c join campaign_leads l on l.campaign_id = c.id
    where c.tenant_id = $1 limit $2)";
const EVENTS: &str = "
delete from events where tenant_id = $1 and seq in (
    select seq from events where tenant_id = $1 order by seq limit $2)";
/// Held until the tenant is gone: a lead that somebody was adding is there then, and no other one comes.
const CAMPAIGNS_POSTGRES: &str =
    "select id from campaigns where tenant_id = $1 order by id for update";
const LATE_LEADS: &str = "delete from campaign_leads where campaign_id in (select id from campaigns where tenant_id = $1)";
/// What is left hangs on the tenant's row and goes with it.
const TENANT: &str = "delete from tenants where id = $1";
const FILES: &str = "select object_key from imports where tenant_id = $1";

/// The names under which files of the tenant's imports are kept.
pub async fn files(store: &Store, scope: TenantScope) -> Result<Vec<String>> {
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let values = [scope.tenant().0.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), FILES, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(row.try_get("", "object_key")?))
        .collect()
}

/// Removes the tenant and every row of it. It can be called again where it was interrupted.
pub async fn tenant(store: &Store, scope: TenantScope) -> Result<()> {
    execute(store, scope, JOBS, None).await?;
    while execute(store, scope, LEADS, Some(STEP_ROWS)).await? > 0 {}
    while execute(store, scope, EVENTS, Some(STEP_ROWS)).await? > 0 {}
    let _permit = store.writer_permit().await?;
    let transaction = store.begin().await?;
    let steps = match store.engine() {
        Engine::Postgres => &[CAMPAIGNS_POSTGRES, LATE_LEADS, TENANT][..],
        Engine::Sqlite => &[TENANT],
    };
    for sql in steps {
        let values = [scope.tenant().0.into()];
        let backend = transaction.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, *sql, values);
        transaction.execute_raw(statement).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn execute(store: &Store, scope: TenantScope, sql: &str, limit: Option<i64>) -> Result<u64> {
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let mut values = vec![scope.tenant().0.into()];
    values.extend(limit.map(sea_orm::Value::from));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
