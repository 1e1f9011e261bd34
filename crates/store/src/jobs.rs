//! The job table: what waits, who works on it, and the fence that makes effects happen once.
//!
//! A claim raises the job's `lease_token`; whoever writes for a job first calls [`hold`] in the same
//! transaction, which fails when the token has moved on. A worker shows that it lives by raising
//! `beat`; whoever sees a beat stand still for the lease's length, by its own monotonic clock, may
//! take the job away ([`expire`]). So no wall clock decides about a lease.

mod watch;

use std::time::Duration;

use domain::clock::Timestamp;
use domain::ids::{JobId, TenantId};
use domain::jobs::{ATTEMPTS_MAX, BACKOFF_MAX, Job};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, TransactionTrait, Value};
use uuid::Uuid;

use crate::connect::{Engine, Store};
use crate::error::{Error, Result};
use crate::read::Read;
use crate::scope::TenantScope;
use crate::write::Writing;

pub use watch::{Depth, Lease, depth, expire, release_all, running, sweep};

/// Jobs of one tenant that run at the same time, at most, so that others find a free worker.
pub const RUNNING_PER_TENANT_MAX: i64 = 2;
/// Most characters kept of an error.
const ERROR_CHARACTERS_MAX: usize = 2_000;

/// A job that this process works on.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub job: Job,
    /// Tries since it last came forward, this one included.
    pub attempts: i32,
    /// The scope of the tenant whose job it is.
    pub scope: TenantScope,
    token: i64,
}

/// How a try ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// All is done.
    Done,
    /// There is more to do; others may go first.
    Again,
    /// It failed and is tried again after a delay.
    Retry {
        /// How long to wait; at most [`BACKOFF_MAX`].
        after: Duration,
        /// Why, for the operator.
        error: String,
    },
    /// It failed for good.
    Dead {
        /// Why, for the operator.
        error: String,
    },
}

/// `run_at` 0 is at once, whatever the clock says. A job that waits already keeps its time; the update that changes nothing locks the job
/// that waits already: it cannot be claimed, and end, before it can see what this transaction wrote.
const ENQUEUE: &str = "
insert into jobs (id, tenant_id, kind, key, payload, run_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenant_id, key) where state = 'queued' do update set run_at = jobs.run_at";

/// Adds a job that becomes visible with the transaction; the same job waits only once.
pub async fn enqueue(writing: &Writing, job: &Job) -> Result<()> {
    let payload = serde_json::to_value(job).map_err(|error| Error::Defect(error.to_string()))?;
    let run_at = match job.delay() {
        Duration::ZERO => Timestamp(0),
        delay => writing.now().plus(delay),
    };
    let values = [
        writing.fresh_id().into(),
        writing.scope().tenant().0.into(),
        job.kind().into(),
        job.key().into(),
        payload.into(),
        run_at.0.into(),
        writing.now().0.into(),
    ];
    execute(writing.connection(), ENQUEUE, values.to_vec()).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    payload: serde_json::Value,
    attempts: i32,
    lease_token: i64,
}

/// Each claim has the next turn; of jobs with the same key only one runs. A new job that was made after
/// now, or whose time is far ahead of it, was dated by a clock that has been set back since; it is due (I12).
const CLAIM: &str = "
with running as (select tenant_id, count(*) as jobs from jobs where state = 'running' group by tenant_id),
waiting as (
    select w.tenant_id, coalesce(r.jobs, 0) as running,
        (select max(t.turn) from jobs t where t.tenant_id = w.tenant_id) as last_turn
    from (select distinct tenant_id from jobs where state = 'queued') w
    left join running r on r.tenant_id = w.tenant_id)
update jobs set state = 'running', lease_token = lease_token + 1, attempts = attempts + 1, beat = 0,
    turn = (select coalesce(max(turn), 0) + 1 from jobs)
where state = 'queued' and id = (
    select j.id from jobs j join waiting w on w.tenant_id = j.tenant_id
    where j.state = 'queued' and (j.run_at <= $1 or j.run_at > $2 or (j.attempts = 0 and j.created_at > $1))
      and j.kind in (KINDS) and w.running < $3
      and not exists (
        select 1 from jobs o where o.tenant_id = j.tenant_id and o.key = j.key and o.state = 'running')
    order by w.running, w.last_turn, j.turn, j.id
    limit 1 LOCK)
returning id, tenant_id, payload, attempts, lease_token";
/// One claim at a time, so that each sees how many of a tenant run; SQLite has one writer anyway.
const ONE_CLAIM_AT_A_TIME: &str = "select pg_advisory_xact_lock(7461001)";
const BURY: &str = "
update jobs set state = 'dead', last_error = $3, finished_at = $4 where id = $1 and lease_token = $2";

/// Takes the next job of these kinds: of the tenant with the fewest running, of these the one that
/// was served longest ago; of its jobs those that were not begun yet, then by turn.
/// One that was tried too often without coming forward is [`Claimed::is_exhausted`].
pub async fn claim(store: &Store, kinds: &[&'static str]) -> Result<Option<Claimed>> {
    let now = store.clock().now();
    let sql = CLAIM.replace("KINDS", &quoted(kinds));
    let _permit = store.writer_permit().await?;
    let db = store.begin().await?;
    let sql = match store.engine() {
        Engine::Sqlite => sql.replace("LOCK", ""),
        Engine::Postgres => {
            db.execute_unprepared(ONE_CLAIM_AT_A_TIME).await?;
            sql.replace("LOCK", "for update of j skip locked")
        }
    };
    let values: [Value; 3] = [
        now.0.into(),
        now.plus(BACKOFF_MAX * 2).0.into(),
        RUNNING_PER_TENANT_MAX.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let Some(row) = Row::find_by_statement(statement).one(&db).await? else {
        return Ok(None);
    };
    let job = match serde_json::from_value(row.payload) {
        Ok(job) => job,
        Err(error) => {
            // Nobody could work on it, so it must not come up again.
            let text = format!("unreadable payload: {error}");
            let values = vec![
                row.id.into(),
                row.lease_token.into(),
                text.clone().into(),
                now.0.into(),
            ];
            execute(&db, BURY, values).await?;
            db.commit().await?;
            return Err(Error::Defect(format!("job {}: {text}", row.id)));
        }
    };
    db.commit().await?;
    Ok(Some(Claimed {
        id: JobId(row.id),
        job,
        attempts: row.attempts,
        scope: TenantScope::of(TenantId(row.tenant_id)),
        token: row.lease_token,
    }))
}

const DUE: &str = "
select 1 as due from jobs
where state = 'queued' and (run_at <= $1 or run_at > $2) and kind in (KINDS) limit 1";

/// Whether a job of these kinds is due. Reads only, so that it can be asked often.
pub async fn is_due(store: &Store, kinds: &[&'static str]) -> Result<bool> {
    let now = store.clock().now();
    let sql = DUE.replace("KINDS", &quoted(kinds));
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let values = [now.0.into(), now.plus(BACKOFF_MAX * 2).0.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// A job that waits for its first turn, or, where $4 says so, for another one; of a tenant that may have one more running.
const OTHERS_WAIT: &str = "
select 1 as waits from jobs j
where j.state = 'queued' and (j.run_at <= $1 or j.run_at > $2) and j.tenant_id <> $3 and j.kind in (KINDS)
  and (j.turn = 0 or $4)
  and (select count(*) from jobs r where r.tenant_id = j.tenant_id and r.state = 'running') < $5
limit 1";

/// Whether a job of another tenant could use the slot of this one: one that had no turn yet, or with `any_turn` any.
pub async fn others_wait(
    store: &Store,
    claimed: &Claimed,
    kinds: &[&'static str],
    any_turn: bool,
) -> Result<bool> {
    let now = store.clock().now();
    let sql = OTHERS_WAIT.replace("KINDS", &quoted(kinds));
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let values = [
        now.0.into(),
        now.plus(BACKOFF_MAX * 2).0.into(),
        claimed.scope.tenant().0.into(),
        any_turn.into(),
        RUNNING_PER_TENANT_MAX.into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// The kinds as a list in SQL; they are names of ours, never input.
fn quoted(kinds: &[&'static str]) -> String {
    kinds
        .iter()
        .map(|kind| format!("'{kind}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl Claimed {
    /// Whether it was tried too often without coming forward; then it is buried instead of run.
    pub fn is_exhausted(&self) -> bool {
        self.attempts > ATTEMPTS_MAX
    }
}

const HOLD: &str = "
update jobs set beat = beat + 1, attempts = 1
where id = $1 and lease_token = $2 and state = 'running' and tenant_id = $3
returning cancel_requested";

/// Proves within a transaction that the job is still ours, and notes that it came forward. Says
/// whether somebody asked to stop it.
pub async fn hold(writing: &Writing, claimed: &Claimed) -> Result<bool> {
    let values = [
        claimed.id.0.into(),
        claimed.token.into(),
        writing.scope().tenant().0.into(),
    ];
    let db = writing.connection();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), HOLD, values);
    let row = db.query_one_raw(statement).await?.ok_or(Error::LeaseLost)?;
    Ok(row.try_get("", "cancel_requested")?)
}

const BEAT: &str = "
update jobs set beat = beat + 1 where id = $1 and lease_token = $2 and state = 'running'";

/// Shows that the worker lives.
pub async fn beat(store: &Store, claimed: &Claimed) -> Result<()> {
    let _permit = store.writer_permit().await?;
    let values = vec![claimed.id.0.into(), claimed.token.into()];
    match execute(store.writers(), BEAT, values).await? {
        0 => Err(Error::LeaseLost),
        _ => Ok(()),
    }
}

const END: &str = "
update jobs set state = $4, run_at = $5, last_error = $6, finished_at = $7
where id = $1 and lease_token = $2 and tenant_id = $3 and state = 'running'";
/// A job that would wait beside its like gives way to it.
const MERGE: &str = "
delete from jobs where id = $1 and lease_token = $2 and tenant_id = $3 and state = 'running' and exists (
    select 1 from jobs o where o.tenant_id = jobs.tenant_id and o.key = jobs.key and o.state = 'queued')";

/// Ends a try within a transaction of the tenant.
pub async fn end(writing: &Writing, claimed: &Claimed, outcome: &Outcome) -> Result<()> {
    let now = writing.now();
    let db = writing.connection();
    let waits = matches!(outcome, Outcome::Again | Outcome::Retry { .. });
    let tenant = writing.scope().tenant().0;
    let fence = || -> Vec<Value> { vec![claimed.id.0.into(), claimed.token.into(), tenant.into()] };
    if waits && execute(db, MERGE, fence()).await? > 0 {
        return Ok(());
    }
    let (state, run_at, error) = match outcome {
        Outcome::Done => ("done", now, None),
        Outcome::Again => ("queued", Timestamp(0), None),
        Outcome::Retry { after, error } => {
            ("queued", now.plus((*after).min(BACKOFF_MAX)), Some(error))
        }
        Outcome::Dead { error } => ("dead", now, Some(error)),
    };
    let cut = error.map(|text| text.chars().take(ERROR_CHARACTERS_MAX).collect::<String>());
    let finished = (!waits).then_some(now.0);
    let mut values = fence();
    values.extend([state.into(), run_at.0.into(), cut.into(), finished.into()]);
    // A savepoint: between the two statements somebody may have made the job's like wait.
    let savepoint = db.begin().await?;
    match execute(&savepoint, END, values).await {
        Ok(0) => Err(Error::LeaseLost),
        Ok(_) => Ok(savepoint.commit().await?),
        Err(Error::Duplicate(_)) => {
            savepoint.rollback().await?;
            match execute(db, MERGE, fence()).await? {
                0 => Err(Error::Unavailable("the job's like came and went".into())),
                _ => Ok(()),
            }
        }
        Err(error) => Err(error),
    }
}

const CANCEL: &str = "
update jobs set cancel_requested = true where tenant_id = $1 and key = $2 and state in ('queued', 'running')";

/// Asks that a job be stopped, wherever it runs; says whether there is one.
pub async fn request_cancel(writing: &Writing, job: &Job) -> Result<bool> {
    let values = vec![writing.scope().tenant().0.into(), job.key().into()];
    Ok(execute(writing.connection(), CANCEL, values).await? > 0)
}

async fn execute(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<u64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
