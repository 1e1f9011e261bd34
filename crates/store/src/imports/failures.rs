//! Every row of a file that became no lead, as it was, with the reason.

use domain::ids::ImportId;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::parsed;
use crate::connect::Engine;
use crate::error::{Error, Result};
use crate::read::Read;
use crate::write::Writing;

/// Failed rows that are read at once.
pub const PAGE_ROWS: i64 = 200;

/// A row that became no lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The data row, from 1.
    pub row: i64,
    /// Its cells as they were; none where the row could not be read.
    pub cells: Vec<String>,
    /// Why.
    pub reason: String,
}

const INSERT_POSTGRES: &str = "
insert into import_failures (import_id, row_number, cells, reason)
select $1, cast(value ->> 0 as bigint), cast(value ->> 1 as jsonb), value ->> 2
from json_array_elements($2::text::json)
where exists (select 1 from imports i where i.id = $1 and i.tenant_id = $3)";
const INSERT_SQLITE: &str = "
insert into import_failures (import_id, row_number, cells, reason)
select $1, value ->> 0, value -> 1, value ->> 2 from json_each($2)
where exists (select 1 from imports i where i.id = $1 and i.tenant_id = $3)";

/// Adds failed rows of an import of this tenant.
pub async fn insert(writing: &Writing, import: ImportId, failures: &[Failure]) -> Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    let sql = match writing.engine() {
        Engine::Postgres => INSERT_POSTGRES,
        Engine::Sqlite => INSERT_SQLITE,
    };
    let rows: Vec<_> = failures
        .iter()
        .map(|failure| (failure.row, &failure.cells, &failure.reason))
        .collect();
    let rows = serde_json::to_string(&rows).map_err(|error| Error::Defect(error.to_string()))?;
    let db = writing.connection();
    let tenant = writing.scope().tenant().0;
    let values = [import.0.into(), rows.into(), tenant.into()];
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Row {
    row_number: i64,
    cells: serde_json::Value,
    reason: String,
}

const PAGE: &str = "
select f.row_number, f.cells, f.reason from import_failures f join imports i on i.id = f.import_id
where f.import_id = $1 and i.tenant_id = $2 and f.row_number > $3 order by f.row_number limit $4";

/// The failed rows after a row, in file order, at most [`PAGE_ROWS`].
pub async fn page(db: &impl Read, import: ImportId, after: i64) -> Result<Vec<Failure>> {
    let connection = db.connection();
    let values = [
        import.0.into(),
        db.scope().tenant().0.into(),
        after.into(),
        PAGE_ROWS.into(),
    ];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), PAGE, values);
    let rows = Row::find_by_statement(statement).all(connection).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Failure {
                row: row.row_number,
                cells: parsed(row.cells)?,
                reason: row.reason,
            })
        })
        .collect()
}
