//! The job table seen from outside: who works on what, whose worker is gone, how much there is.

use domain::clock::Timestamp;
use domain::ids::JobId;
use sea_orm::{ConnectionTrait, Statement};

use super::execute;
use crate::connect::Store;
use crate::error::{Error, Result};

/// A job that somebody works on, as a watcher sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub id: JobId,
    token: i64,
    beat: i64,
}

const RUNNING: &str = "select id, lease_token, beat from jobs where state = 'running' limit 1000";

/// Every job that somebody works on.
pub async fn running(store: &Store) -> Result<Vec<Lease>> {
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), RUNNING))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Lease {
                id: JobId(row.try_get("", "id")?),
                token: row.try_get("", "lease_token")?,
                beat: row.try_get("", "beat")?,
            })
        })
        .collect()
}

/// The like of an expired job may wait already, then the expired one goes.
const EXPIRE_MERGE: &str = "
delete from jobs where id = $1 and lease_token = $2 and beat = $3 and state = 'running' and exists (
    select 1 from jobs o where o.tenant_id = jobs.tenant_id and o.key = jobs.key and o.state = 'queued')";
const EXPIRE: &str = "
update jobs set state = 'queued', lease_token = lease_token + 1
where id = $1 and lease_token = $2 and beat = $3 and state = 'running'";

/// Takes a job away from a worker whose beat stood still; says whether it still did.
pub async fn expire(store: &Store, lease: Lease) -> Result<bool> {
    let _permit = store.writer_permit().await?;
    let values = || vec![lease.id.0.into(), lease.token.into(), lease.beat.into()];
    if execute(store.writers(), EXPIRE_MERGE, values()).await? > 0 {
        return Ok(true);
    }
    match execute(store.writers(), EXPIRE, values()).await {
        // Its like began to wait between the two statements.
        Err(Error::Duplicate(_)) => Ok(execute(store.writers(), EXPIRE_MERGE, values()).await? > 0),
        done => Ok(done? > 0),
    }
}

const RELEASE_MERGE: &str = "
delete from jobs where state = 'running' and exists (
    select 1 from jobs o where o.tenant_id = jobs.tenant_id and o.key = jobs.key and o.state = 'queued')";
const RELEASE: &str =
    "update jobs set state = 'queued', lease_token = lease_token + 1 where state = 'running'";

/// Takes every running job away from its worker. Only for a start that knows that none lives, as on
/// a SQLite file, which one node has to itself.
pub async fn release_all(store: &Store) -> Result<u64> {
    let _permit = store.writer_permit().await?;
    execute(store.writers(), RELEASE_MERGE, Vec::new()).await?;
    execute(store.writers(), RELEASE, Vec::new()).await
}

/// Jobs by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Waiting.
    pub queued: i64,
    /// Being worked on.
    pub running: i64,
    /// Given up.
    pub dead: i64,
}

const DEPTH: &str = "
select state, count(*) as jobs from jobs where state in ('queued', 'running', 'dead') group by state";

/// How many jobs wait, run and died.
pub async fn depth(store: &Store) -> Result<Depth> {
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), DEPTH))
        .await?;
    let mut depth = Depth::default();
    for row in rows {
        let jobs = row.try_get("", "jobs")?;
        match row.try_get::<String>("", "state")?.as_str() {
            "queued" => depth.queued = jobs,
            "running" => depth.running = jobs,
            _ => depth.dead = jobs,
        }
    }
    Ok(depth)
}

const SWEEP: &str = "
delete from jobs where id in (
    select id from jobs where state = 'done' and finished_at < $1 limit 2000)";

/// Forgets jobs that were done before a time, a bounded number.
pub async fn sweep(store: &Store, before: Timestamp) -> Result<u64> {
    let _permit = store.writer_permit().await?;
    execute(store.writers(), SWEEP, vec![before.0.into()]).await
}
