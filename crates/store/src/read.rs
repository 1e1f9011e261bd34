//! Reading a tenant's rows.

use limits::Permit;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};

use crate::error::{Error, Result};
use crate::rows::spines;
use crate::scope::TenantScope;

/// Something through which a tenant's rows can be read: a [`Reading`] or a [`crate::Writing`].
pub trait Read {
    /// What carries the statements.
    type Connection: ConnectionTrait;

    /// What carries the statements.
    fn connection(&self) -> &Self::Connection;

    /// Whose rows.
    fn scope(&self) -> TenantScope;

    /// Whether one row that is found is then nobody else's until the commit, so that a change which
    /// is made of what was read loses nothing. SQLite needs no lock for it: a writer is alone.
    fn locks_rows(&self) -> bool {
        false
    }
}

/// A connection for reading. Each statement sees what was committed when it began; the connection
/// goes back when this is dropped.
#[derive(Debug)]
pub struct Reading {
    connection: DatabaseConnection,
    scope: TenantScope,
    _permit: Permit,
}

impl Reading {
    pub(crate) fn new(connection: DatabaseConnection, scope: TenantScope, permit: Permit) -> Self {
        Self {
            connection,
            scope,
            _permit: permit,
        }
    }

    /// The tenant's last event number. Read it before anything else: what is read after it is at
    /// least as new.
    pub async fn seq(&self) -> Result<i64> {
        current_seq(self).await
    }
}

impl Read for Reading {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    fn scope(&self) -> TenantScope {
        self.scope
    }
}

pub(crate) async fn current_seq(db: &impl Read) -> Result<i64> {
    let row = spines::Entity::find_by_id(db.scope().tenant().0)
        .one(db.connection())
        .await?;
    row.map(|spine| spine.seq)
        .ok_or_else(|| Error::Defect("a tenant without a spine".into()))
}
