//! Taking an import's untouched leads away, a bounded number at a time.

use domain::campaigns::Campaign;
use domain::clock::Timestamp;
use domain::ids::ImportId;
use domain::insights::Month;
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::campaigns;
use crate::error::Result;
use crate::read::Read;
use crate::write::Writing;

/// Rows that one transaction looks at.
pub const CHUNK_ROWS: i64 = 2_000;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The last row that it came to.
    pub row: i64,
    /// Leads that went.
    pub removed: i64,
    /// Leads that stay.
    pub kept: i64,
}

const LAST: &str = "
select max(import_row) as last from (
    select import_row from campaign_leads
    where tenant_id = $1 and import_id = $2 and import_row > $3 order by import_row limit $4) as rows";
/// A lead that somebody changed, wrote to or put into the trash is not this import's any more.
const REMOVE: &str = "
delete from campaign_leads
where tenant_id = $1 and import_id = $2 and import_row > $3 and import_row <= $4 and lead_generation = $5
  and revision = 1 and trashed_at is null and email_sent = false and whatsapp_sent = false and replied = false
returning created_at";
const KEPT: &str = "
select count(*) as kept from campaign_leads
where tenant_id = $1 and import_id = $2 and import_row > $3 and import_row <= $4 and lead_generation = $5
  and trashed_at is null";

/// Removes the untouched leads among an import's rows after `after`, all of this locked campaign, and takes them off the
/// counters and the quota; `None` when there are no more rows.
pub async fn step(
    writing: &mut Writing,
    campaign: &mut Campaign,
    import: ImportId,
    after: i64,
) -> Result<Option<Step>> {
    let tenant: Value = writing.scope().tenant().0.into();
    let db = writing.connection();
    let backend = db.get_database_backend();
    let values = [
        tenant.clone(),
        import.0.into(),
        after.into(),
        CHUNK_ROWS.into(),
    ];
    let row = db
        .query_one_raw(Statement::from_sql_and_values(backend, LAST, values))
        .await?;
    let last: Option<i64> = row
        .map(|row| row.try_get("", "last"))
        .transpose()?
        .flatten();
    let Some(last) = last else {
        return Ok(None);
    };
    let values = [
        tenant,
        import.0.into(),
        after.into(),
        last.into(),
        campaign.lead_generation.into(),
    ];
    let statement = Statement::from_sql_and_values(backend, REMOVE, values.clone());
    let mut months: Vec<(Month, i64)> = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let month = Month::of(Timestamp(row.try_get("", "created_at")?));
        match months.iter_mut().find(|(known, _)| *known == month) {
            Some((_, count)) => *count += 1,
            None => months.push((month, 1)),
        }
    }
    let row = db
        .query_one_raw(Statement::from_sql_and_values(backend, KEPT, values))
        .await?;
    let kept = row.map(|row| row.try_get("", "kept")).transpose()?;
    let mut removed = 0;
    for (month, count) in months {
        campaigns::count_leads(writing, campaign, month, -count).await?;
        removed += count;
    }
    writing.change().leads_used -= removed;
    Ok(Some(Step {
        row: last,
        removed,
        kept: kept.unwrap_or(0),
    }))
}
