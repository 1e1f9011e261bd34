//! Failed sign-ins, counted in the database so that every process counts the same. The subject is a
//! hash, never an address; periods are counted by the database's clock.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

use crate::connect::{Engine, Store};
use crate::error::Result;
use crate::rows::attempts;

/// Length of a period in seconds.
pub const PERIOD_SECONDS: i64 = 900;

const NOW_SQLITE: &str = "select cast(unixepoch() as bigint) as seconds";
const NOW_POSTGRES: &str = "select floor(extract(epoch from clock_timestamp()))::bigint as seconds";
const ADD: &str = "
insert into attempts (subject, period, failures) values ($1, $2, 1)
on conflict (subject, period) do update set failures = attempts.failures + 1
returning failures";

/// Failures of this period, and the seconds until it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Failures so far.
    pub failures: i64,
    /// Seconds until the count begins anew, at least 1.
    pub seconds_left: u32,
}

/// The failures of a subject in this period.
pub async fn count(store: &Store, subject: &str) -> Result<Count> {
    let _permit = store.reader_permit().await?;
    let (period, seconds_left) = period(store).await?;
    let row = attempts::Entity::find_by_id((subject.to_owned(), period))
        .one(store.readers())
        .await?;
    Ok(Count {
        failures: row.map_or(0, |row| row.failures),
        seconds_left,
    })
}

/// Adds a failure.
pub async fn add(store: &Store, subject: &str) -> Result<Count> {
    let (period, seconds_left) = {
        let _permit = store.reader_permit().await?;
        period(store).await?
    };
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let values = [subject.into(), period.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), ADD, values);
    let row = db.query_one_raw(statement).await?;
    let failures = row
        .map(|row| row.try_get("", "failures"))
        .transpose()?
        .unwrap_or(1);
    Ok(Count {
        failures,
        seconds_left,
    })
}

const GIVE_BACK: &str = "
update attempts set failures = failures - 1 where subject = $1 and period = $2 and failures > 0";

/// Takes one back that turned out to be no failure.
pub async fn give_back(store: &Store, subject: &str) -> Result<()> {
    let (period, _) = {
        let _permit = store.reader_permit().await?;
        period(store).await?
    };
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let values = [subject.into(), period.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), GIVE_BACK, values);
    db.execute_raw(statement).await?;
    Ok(())
}

/// Forgets a subject's failures, after a sign-in that succeeded.
pub async fn clear(store: &Store, subject: &str) -> Result<()> {
    let _permit = store.writer_permit().await?;
    attempts::Entity::delete_many()
        .filter(attempts::Column::Subject.eq(subject))
        .exec(store.writers())
        .await?;
    Ok(())
}

/// Forgets the periods that are over.
pub async fn sweep(store: &Store) -> Result<u64> {
    let (period, _) = {
        let _permit = store.reader_permit().await?;
        period(store).await?
    };
    let _permit = store.writer_permit().await?;
    let done = attempts::Entity::delete_many()
        .filter(attempts::Column::Period.lt(period))
        .exec(store.writers())
        .await?;
    Ok(done.rows_affected)
}

async fn period(store: &Store) -> Result<(i64, u32)> {
    let db = store.readers();
    let sql = match store.engine() {
        Engine::Sqlite => NOW_SQLITE,
        Engine::Postgres => NOW_POSTGRES,
    };
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    let seconds: i64 = row
        .map(|row| row.try_get("", "seconds"))
        .transpose()?
        .unwrap_or(0);
    let left = PERIOD_SECONDS - seconds.rem_euclid(PERIOD_SECONDS);
    Ok((
        seconds.div_euclid(PERIOD_SECONDS),
        u32::try_from(left).unwrap_or(1).max(1),
    ))
}
