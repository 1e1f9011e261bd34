//! File imports: what a job knows of its file, and how far it has come.

use domain::clock::Timestamp;
use domain::ids::{CampaignId, ImportId, UserId};
use domain::imports::{FailedRow, Import, ImportCounts, ImportState};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement, sea_query::Expr,
};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::read::Read;
use crate::rows::imports;
use crate::write::Writing;

/// Imports of one campaign that are listed, at most.
pub const IMPORTS_MAX: u64 = 100;

/// Adds an import that waits for its job. `fingerprint` names campaign, bytes and options, so that
/// the same upload is known again.
pub async fn insert(writing: &Writing, import: &Import, fingerprint: &str) -> Result<()> {
    imports::Entity::insert(imports::ActiveModel {
        id: Set(import.id.0),
        tenant_id: Set(writing.scope().tenant().0),
        campaign_id: Set(import.campaign_id.0),
        user_id: Set(import.user_id.0),
        file_name: Set(import.file_name.clone()),
        file_bytes: Set(import.file_bytes),
        object_key: Set(import.object_key.clone()),
        fingerprint: Set(fingerprint.to_owned()),
        generate_emails: Set(import.generate_emails),
        lead_generation: Set(import.lead_generation),
        state: Set(import.state.as_str().to_owned()),
        rows_read: Set(0),
        leads_created: Set(0),
        leads_failed: Set(0),
        descriptions_from_file: Set(0),
        emails_from_file: Set(0),
        failed_rows: Set(serde_json::Value::Array(Vec::new())),
        error: Set(None),
        quota: Set(None),
        quota_used: Set(None),
        given_back: Set(0),
        delivered: Set(false),
        file_removed: Set(false),
        created_at: Set(import.created_at.0),
        finished_at: Set(None),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// One.
pub async fn find(db: &impl Read, id: ImportId) -> Result<Option<Import>> {
    row(db, id).await?.map(import).transpose()
}

/// Those of a campaign, newest first.
pub async fn list(db: &impl Read, campaign: CampaignId) -> Result<Vec<Import>> {
    let rows = imports::Entity::find()
        .filter(imports::Column::TenantId.eq(db.scope().tenant().0))
        .filter(imports::Column::CampaignId.eq(campaign.0))
        .order_by_desc(imports::Column::CreatedAt)
        .limit(IMPORTS_MAX)
        .all(db.connection())
        .await?;
    rows.into_iter().map(import).collect()
}

/// The import of the same upload that still runs, or whose leads are there and whose answer nobody got. One that
/// filled an earlier generation of the campaign's leads is another upload: all that it added was deleted.
pub async fn find_same(
    db: &impl Read,
    campaign: CampaignId,
    fingerprint: &str,
    lead_generation: i32,
) -> Result<Option<Import>> {
    let rows = imports::Entity::find()
        .filter(imports::Column::TenantId.eq(db.scope().tenant().0))
        .filter(imports::Column::CampaignId.eq(campaign.0))
        .filter(imports::Column::Fingerprint.eq(fingerprint))
        .filter(imports::Column::LeadGeneration.eq(lead_generation))
        .order_by_desc(imports::Column::CreatedAt)
        .limit(IMPORTS_MAX)
        .all(db.connection())
        .await?;
    let attachable = |row: &imports::Model| {
        let state = ImportState::read(&row.state);
        !state.is_final() || (state == ImportState::Completed && !row.delivered)
    };
    rows.into_iter().find(attachable).map(import).transpose()
}

/// Notes that a client got the answer, so that the same file may be added again.
pub async fn set_delivered(writing: &Writing, id: ImportId) -> Result<()> {
    imports::Entity::update_many()
        .col_expr(imports::Column::Delivered, Expr::value(true))
        .filter(imports::Column::Id.eq(id.0))
        .filter(imports::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Whether a client got the answer.
pub async fn is_delivered(db: &impl Read, id: ImportId) -> Result<bool> {
    Ok(row(db, id).await?.is_some_and(|row| row.delivered))
}

/// Notes that the quota ended it, with the leads that the plan allows and those already counted.
pub async fn set_quota_exceeded(
    writing: &Writing,
    id: ImportId,
    quota: i64,
    used: i64,
) -> Result<()> {
    imports::Entity::update_many()
        .col_expr(imports::Column::Quota, Expr::value(quota))
        .col_expr(imports::Column::QuotaUsed, Expr::value(used))
        .filter(imports::Column::Id.eq(id.0))
        .filter(imports::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Where the quota ended it: the leads that the plan allows, and those already counted.
pub async fn quota_exceeded(db: &impl Read, id: ImportId) -> Result<Option<(i64, i64)>> {
    let row = row(db, id).await?;
    Ok(row.and_then(|row| row.quota.zip(row.quota_used)))
}

/// Notes that a node without its file gives it back; gives how often that has happened.
pub async fn give_back(writing: &Writing, id: ImportId) -> Result<i32> {
    imports::Entity::update_many()
        .col_expr(
            imports::Column::GivenBack,
            Expr::col(imports::Column::GivenBack).add(1),
        )
        .filter(imports::Column::Id.eq(id.0))
        .filter(imports::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(row(writing, id).await?.map_or(0, |row| row.given_back))
}

async fn row(db: &impl Read, id: ImportId) -> Result<Option<imports::Model>> {
    let row = imports::Entity::find_by_id(id.0)
        .filter(imports::Column::TenantId.eq(db.scope().tenant().0))
        .one(db.connection())
        .await?;
    Ok(row)
}

/// The states are written out so that the index of the imports that have not ended serves.
const KEYS: &str =
    "select object_key from imports where state in ('queued', 'running') order by id limit $1";

#[derive(Debug, FromQueryResult)]
struct Key {
    object_key: String,
}

/// The files that imports of any tenant have yet to read; `None` where these are more than `most`.
pub async fn keys_in_use(store: &Store, most: usize) -> Result<Option<Vec<String>>> {
    let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), KEYS, [limit.into()]);
    let keys = Key::find_by_statement(statement).all(db).await?;
    let keys: Vec<String> = keys.into_iter().map(|key| key.object_key).collect();
    Ok((keys.len() <= most).then_some(keys))
}

/// Writes state, counts, failed rows and error as they are in `import`.
pub async fn save(writing: &Writing, import: &Import) -> Result<()> {
    use imports::Column;
    let failed_rows = serde_json::to_value(&import.failed_rows)
        .map_err(|error| Error::Defect(error.to_string()))?;
    let counts = &import.counts;
    imports::Entity::update_many()
        .col_expr(Column::State, Expr::value(import.state.as_str()))
        .col_expr(Column::RowsRead, Expr::value(counts.rows_read))
        .col_expr(Column::LeadsCreated, Expr::value(counts.leads_created))
        .col_expr(Column::LeadsFailed, Expr::value(counts.leads_failed))
        .col_expr(
            Column::DescriptionsFromFile,
            Expr::value(counts.descriptions_from_file),
        )
        .col_expr(Column::EmailsFromFile, Expr::value(counts.emails_from_file))
        .col_expr(Column::FailedRows, Expr::value(failed_rows))
        .col_expr(Column::Error, Expr::value(import.error.clone()))
        .col_expr(
            Column::FinishedAt,
            Expr::value(import.finished_at.map(|at| at.0)),
        )
        .filter(Column::Id.eq(import.id.0))
        .filter(Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

fn import(row: imports::Model) -> Result<Import> {
    let failed_rows: Vec<FailedRow> = serde_json::from_value(row.failed_rows)
        .map_err(|error| Error::Defect(error.to_string()))?;
    Ok(Import {
        id: ImportId(row.id),
        campaign_id: CampaignId(row.campaign_id),
        user_id: UserId(row.user_id),
        file_name: row.file_name,
        file_bytes: row.file_bytes,
        object_key: row.object_key,
        lead_generation: row.lead_generation,
        generate_emails: row.generate_emails,
        state: ImportState::read(&row.state),
        counts: ImportCounts {
            rows_read: row.rows_read,
            leads_created: row.leads_created,
            leads_failed: row.leads_failed,
            descriptions_from_file: row.descriptions_from_file,
            emails_from_file: row.emails_from_file,
        },
        failed_rows,
        error: row.error,
        created_at: Timestamp(row.created_at),
        finished_at: row.finished_at.map(Timestamp),
    })
}
