//! The spine's epoch: a random name of its life. Restoring a backup or moving to another database
//! begins a new one, because numbers would be given twice.
//!
//! Restoring is noticed by what the database says of itself, kept within it and compared at the next start.
//!
//! * PostgreSQL: system identifier, timeline and database.
//! * SQLite: the file's identity, and two small files beside it. The file `*.life` is written anew at
//!   every start and the database remembers when the file system says that was (the time of its inode's
//!   change, which no copying tool can set): a database from before the last start, a moved one and a
//!   restored folder all remember another time. The file `*.mark` holds the highest position seen,
//!   below which a live database never falls: it tells a copy that was made since the last start.

use std::path::Path;

use sea_orm::sqlx;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, RuntimeErr, Statement};
use uuid::Uuid;

use crate::connect::{Pools, Store};
use crate::error::{Error, Result};

const POSTGRES_IDENTITY: &str = "
select (pg_control_system()).system_identifier::text || '/'
    || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || d.oid::text as identity
from pg_database d where d.datname = current_database()";
/// Where the server keeps its identifier to itself: the timeline and the database alone.
const POSTGRES_IDENTITY_SHORT: &str = "
select left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || d.oid::text as identity
from pg_database d where d.datname = current_database()";
/// PostgreSQL's code for a missing privilege, and for a function that is not there.
const POSTGRES_NOT_FOR_US: [&str; 2] = ["42501", "42883"];
/// Two processes that start at once agree on one epoch.
const ONE_START_AT_A_TIME: &str = "lock table meta in exclusive mode";
/// Not the highest in the table: deleting a tenant takes its events along.
const HIGHEST_SQLITE: &str = "
select coalesce((select seq from sqlite_sequence where name = 'events'), 0) as position";
/// The file that is written at every start.
const LIFE: &str = "life";
/// The file that holds the highest position seen.
const MARK: &str = "mark";
const READ_META: &str = "select value from meta where name = $1";
const WRITE_META: &str = "
insert into meta (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value";

impl Store {
    /// The epoch of this database's spine. A new one begins where there is none yet, or where the
    /// database turns out to be restored or moved. Call it once at the start, after [`Store::migrate`].
    pub async fn epoch(&self) -> Result<Uuid> {
        let of_server = self.identity_of_server().await?;
        let permit = self.writer_permit().await?;
        let transaction = self.begin().await?;
        let (found, now) = match self.pools() {
            Pools::Sqlite { path, .. } => {
                let behind = highest_position(&transaction).await? < marked(path).await;
                let found = identity_of_file(path)?.filter(|_| !behind);
                write_beside(path, LIFE, String::new()).await?;
                (found, identity_of_file(path)?)
            }
            Pools::Postgres(_) => {
                transaction.execute_unprepared(ONE_START_AT_A_TIME).await?;
                (of_server.clone(), of_server)
            }
        };
        let remembered = meta(&transaction, "identity").await?;
        let known = meta(&transaction, "epoch").await?;
        let known = known.and_then(|text| Uuid::try_parse(&text).ok());
        let epoch = match known {
            Some(epoch) if found.is_some() && found == remembered => epoch,
            _ => self.begin_epoch(&transaction).await?,
        };
        set_meta(&transaction, "identity", &now.unwrap_or_default()).await?;
        transaction.commit().await?;
        drop(permit);
        self.mark_position().await?;
        Ok(epoch)
    }

    /// The epoch as it is now, for one who looks again while the program runs: another process may have begun a new one,
    /// or a server may have been restored or replaced since.
    pub async fn epoch_now(&self) -> Result<Uuid> {
        let of_server = self.identity_of_server().await?;
        let permit = self.reader_permit().await?;
        let db = self.readers();
        let known = meta(db, "epoch").await?;
        let known = known.and_then(|text| Uuid::try_parse(&text).ok());
        let is_same = of_server.is_none() || of_server == meta(db, "identity").await?;
        drop(permit);
        match known {
            Some(epoch) if is_same => Ok(epoch),
            _ => self.epoch().await,
        }
    }

    /// Begins a new epoch; for a restore, which knows what it did.
    pub async fn renew_epoch(&self) -> Result<Uuid> {
        let _permit = self.writer_permit().await?;
        let transaction = self.begin().await?;
        let epoch = self.begin_epoch(&transaction).await?;
        transaction.commit().await?;
        Ok(epoch)
    }

    /// Notes beside a SQLite file how far its spine has come; nothing on PostgreSQL. Call it every few
    /// seconds and at the end: a copy made since the last start is told by it.
    pub async fn mark_position(&self) -> Result<()> {
        let Pools::Sqlite { path, .. } = self.pools() else {
            return Ok(());
        };
        let _permit = self.reader_permit().await?;
        let position = highest_position(self.readers()).await?;
        write_beside(path, MARK, position.to_string()).await
    }

    async fn begin_epoch(&self, transaction: &DatabaseTransaction) -> Result<Uuid> {
        let epoch = self.entropy().uuid(self.clock().now());
        set_meta(transaction, "epoch", &epoch.to_string()).await?;
        Ok(epoch)
    }

    /// What a PostgreSQL server says of itself; nothing on SQLite.
    async fn identity_of_server(&self) -> Result<Option<String>> {
        if let Pools::Sqlite { .. } = self.pools() {
            return Ok(None);
        }
        let _permit = self.reader_permit().await?;
        let db = self.readers();
        let ask = |sql| db.query_one_raw(Statement::from_string(db.get_database_backend(), sql));
        let row = match ask(POSTGRES_IDENTITY).await {
            Err(error) if is_not_for_us(&error) => ask(POSTGRES_IDENTITY_SHORT).await?,
            row => row?,
        };
        Ok(row.map(|row| row.try_get("", "identity")).transpose()?)
    }
}

fn is_not_for_us(error: &DbErr) -> bool {
    let (DbErr::Query(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner))) =
        error
    else {
        return false;
    };
    let code = inner
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| POSTGRES_NOT_FOR_US.contains(&code.as_ref()))
}

async fn highest_position(db: &impl ConnectionTrait) -> Result<i64> {
    let statement = Statement::from_string(db.get_database_backend(), HIGHEST_SQLITE);
    let row = db.query_one_raw(statement).await?;
    Ok(row
        .map(|row| row.try_get("", "position"))
        .transpose()?
        .unwrap_or(0))
}

async fn meta(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), READ_META, [name.into()]);
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get("", "value")).transpose()?)
}

async fn set_meta(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<()> {
    let values = [name.into(), value.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), WRITE_META, values);
    db.execute_raw(statement).await?;
    Ok(())
}

async fn marked(path: &Path) -> i64 {
    let text = tokio::fs::read_to_string(path.with_extension(MARK)).await;
    text.unwrap_or_default().trim().parse().unwrap_or(0)
}

async fn write_beside(path: &Path, extension: &str, text: String) -> Result<()> {
    let file = path.with_extension(extension);
    tokio::fs::write(&file, text)
        .await
        .map_err(|error| unavailable(&file, &error))
}

fn unavailable(path: &Path, error: &std::io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}

/// Which file the database is, and which start of it was the last; `None` before the first.
#[cfg(unix)]
fn identity_of_file(path: &Path) -> Result<Option<String>> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::metadata(path).map_err(|error| unavailable(path, &error))?;
    let life = path.with_extension(LIFE);
    match std::fs::metadata(&life) {
        Ok(life) => Ok(Some(format!(
            "{}/{}/{}.{:09}",
            file.ino(),
            life.ino(),
            life.ctime(),
            life.ctime_nsec()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable(&life, &error)),
    }
}

#[cfg(not(unix))]
fn identity_of_file(path: &Path) -> Result<Option<String>> {
    Ok(Some(path.display().to_string()))
}
