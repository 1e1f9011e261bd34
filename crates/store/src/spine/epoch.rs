//! The spine's epoch: a random name of its life. Restoring a backup or moving to another database
//! begins a new one, because numbers would be given twice.
//!
//! Restoring is noticed by what the database says of itself. PostgreSQL: system identifier, timeline and
//! database. SQLite: the file's identity, and a mark beside the file of the highest position seen,
//! below which a live database never falls.

use std::path::Path;

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::connect::{Pools, Store};
use crate::error::{Error, Result};

const POSTGRES_IDENTITY: &str = "
select s.system_identifier::text || '/' || c.timeline_id::text || '/' || d.oid::text as identity
from pg_control_system() s, pg_control_checkpoint() c, pg_database d
where d.datname = current_database()";
const HIGHEST_SQLITE: &str = "select coalesce(max(position), 0) as position from events";
const READ_META: &str = "select value from meta where name = $1";
const WRITE_META: &str = "
insert into meta (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value";

impl Store {
    /// The epoch of this database's spine. A new one begins where there is none yet, or where the
    /// database turns out to be restored or moved. Call it once at the start, after [`Store::migrate`].
    pub async fn epoch(&self) -> Result<Uuid> {
        let identity = self.identity().await?;
        let known = self
            .meta("epoch")
            .await?
            .and_then(|text| Uuid::try_parse(&text).ok());
        let same_life = self.meta("identity").await?.as_ref() == Some(&identity)
            && self.is_not_behind_its_mark().await?;
        let epoch = match known {
            Some(epoch) if same_life => epoch,
            _ => {
                self.set_meta("identity", &identity).await?;
                self.renew_epoch().await?
            }
        };
        self.mark_position().await?;
        Ok(epoch)
    }

    /// Begins a new epoch; for a restore, which knows what it did.
    pub async fn renew_epoch(&self) -> Result<Uuid> {
        let epoch = self.entropy().uuid(self.clock().now());
        self.set_meta("epoch", &epoch.to_string()).await?;
        Ok(epoch)
    }

    /// Notes beside a SQLite file how far its spine has come; nothing on PostgreSQL. Call it now and
    /// then and at the end.
    pub async fn mark_position(&self) -> Result<()> {
        let Pools::Sqlite { path, .. } = self.pools() else {
            return Ok(());
        };
        let position = self.highest_position().await?;
        let mark = mark_beside(path);
        tokio::fs::write(&mark, position.to_string())
            .await
            .map_err(|error| Error::Unavailable(format!("{}: {error}", mark.display())))
    }

    async fn is_not_behind_its_mark(&self) -> Result<bool> {
        let Pools::Sqlite { path, .. } = self.pools() else {
            return Ok(true);
        };
        let marked = tokio::fs::read_to_string(mark_beside(path))
            .await
            .unwrap_or_default();
        let marked: i64 = marked.trim().parse().unwrap_or(0);
        Ok(self.highest_position().await? >= marked)
    }

    async fn highest_position(&self) -> Result<i64> {
        let _permit = self.reader_permit().await?;
        let db = self.readers();
        let statement = Statement::from_string(db.get_database_backend(), HIGHEST_SQLITE);
        let row = db.query_one_raw(statement).await?;
        Ok(row
            .map(|row| row.try_get("", "position"))
            .transpose()?
            .unwrap_or(0))
    }

    async fn identity(&self) -> Result<String> {
        match self.pools() {
            Pools::Sqlite { path, .. } => file_identity(path),
            Pools::Postgres(_) => {
                let _permit = self.reader_permit().await?;
                let db = self.readers();
                let statement =
                    Statement::from_string(db.get_database_backend(), POSTGRES_IDENTITY);
                let row = db.query_one_raw(statement).await?;
                Ok(row
                    .map(|row| row.try_get("", "identity"))
                    .transpose()?
                    .unwrap_or_default())
            }
        }
    }

    async fn meta(&self, name: &str) -> Result<Option<String>> {
        let _permit = self.reader_permit().await?;
        let db = self.readers();
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), READ_META, [name.into()]);
        let row = db.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }

    async fn set_meta(&self, name: &str, value: &str) -> Result<()> {
        let _permit = self.writer_permit().await?;
        let db = self.writers();
        let values = [name.into(), value.into()];
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), WRITE_META, values);
        db.execute_raw(statement).await?;
        Ok(())
    }
}

fn mark_beside(path: &Path) -> std::path::PathBuf {
    path.with_extension("mark")
}

#[cfg(unix)]
fn file_identity(path: &Path) -> Result<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path)
        .map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))?;
    Ok(metadata.ino().to_string())
}

#[cfg(not(unix))]
fn file_identity(path: &Path) -> Result<String> {
    Ok(path.display().to_string())
}
