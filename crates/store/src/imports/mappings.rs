//! The mapping that a tenant last used for files with the same headers.

use std::collections::BTreeMap;

use domain::imports::Target;
use sea_orm::{ConnectionTrait, Statement};

use super::{json, parsed};
use crate::error::Result;
use crate::read::Read;
use crate::write::Writing;

const SAVE: &str = "
insert into import_mappings (tenant_id, fingerprint, mapping, updated_at) values ($1, $2, $3, $4)
on conflict (tenant_id, fingerprint) do update set mapping = excluded.mapping, updated_at = excluded.updated_at";
const FIND: &str = "select mapping from import_mappings where tenant_id = $1 and fingerprint = $2";

/// Keeps a mapping for headers of this fingerprint, in place of an earlier one.
pub async fn save(
    writing: &Writing,
    fingerprint: &str,
    mapping: &BTreeMap<String, Target>,
) -> Result<()> {
    let db = writing.connection();
    let values = [
        writing.scope().tenant().0.into(),
        fingerprint.into(),
        json(mapping)?.into(),
        writing.now().0.into(),
    ];
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        SAVE,
        values,
    ))
    .await?;
    Ok(())
}

/// The mapping kept for headers of this fingerprint.
pub async fn find(db: &impl Read, fingerprint: &str) -> Result<Option<BTreeMap<String, Target>>> {
    let connection = db.connection();
    let values = [db.scope().tenant().0.into(), fingerprint.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), FIND, values);
    let row = connection.query_one_raw(statement).await?;
    row.map(|row| parsed(row.try_get::<serde_json::Value>("", "mapping")?))
        .transpose()
}
