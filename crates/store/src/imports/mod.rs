//! File imports: what a job knows of its file, and how far it has come.
//!
//! * [`failures`] keeps every row that became no lead, as it was.
//! * [`mappings`] keeps the mapping that a tenant last used for the same headers.
//! * [`undo`] takes an import's untouched leads away, chunk by chunk.

pub mod failures;
pub mod mappings;
pub mod undo;

use domain::clock::Timestamp;
use domain::ids::{CampaignId, ImportId, UserId};
use domain::imports::{FailedRow, Import, ImportCounts, ImportOptions, ImportState, Undo};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Statement,
    sea_query::{Expr, LockType},
};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::read::Read;
use crate::rows::imports;
use crate::write::Writing;

/// Imports of one campaign that are listed, at most.
pub const IMPORTS_MAX: u64 = 100;

/// Adds an import that waits for its job. `fingerprint` names campaign, bytes and options, so that
/// the same upload is known again; `key` is the client's own name for the request, which a tenant can use
/// once ([`Error::Duplicate`]).
pub async fn insert(
    writing: &Writing,
    import: &Import,
    fingerprint: &str,
    key: Option<&str>,
) -> Result<()> {
    let options = import.options.as_ref().map(json).transpose()?;
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
        options: Set(options),
        header: Set(Some(json(&import.header)?)),
        idempotency_key: Set(key.map(str::to_owned)),
        leads_updated: Set(0),
        leads_skipped: Set(0),
        progress_ppm: Set(0),
        started_at: Set(None),
        progressed_at: Set(None),
        undo_asked_at: Set(None),
        undo_row: Set(0),
        leads_removed: Set(0),
        leads_kept: Set(0),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// One.
pub async fn find(db: &impl Read, id: ImportId) -> Result<Option<Import>> {
    row(db, id).await?.map(import).transpose()
}

/// One, for changing it: nobody else changes it before the commit.
pub async fn lock(writing: &Writing, id: ImportId) -> Result<Option<Import>> {
    let mut query = imports::Entity::find_by_id(id.0)
        .filter(imports::Column::TenantId.eq(writing.scope().tenant().0));
    if writing.locks_rows() {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let row = query.one(writing.connection()).await?;
    row.map(import).transpose()
}

/// The import that a client asked for under this name, with the fingerprint of what it sent.
pub async fn find_by_key(db: &impl Read, key: &str) -> Result<Option<(Import, String)>> {
    let row = imports::Entity::find()
        .filter(imports::Column::TenantId.eq(db.scope().tenant().0))
        .filter(imports::Column::IdempotencyKey.eq(key))
        .one(db.connection())
        .await?;
    row.map(|row| {
        let fingerprint = row.fingerprint.clone();
        Ok((import(row)?, fingerprint))
    })
    .transpose()
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

/// Writes state, counts, progress, failed rows and error as they are in `import`.
pub async fn save(writing: &Writing, import: &Import) -> Result<()> {
    use imports::Column;
    let failed_rows = json(&import.failed_rows)?;
    let (counts, undo) = (&import.counts, import.undo);
    imports::Entity::update_many()
        .col_expr(Column::State, Expr::value(import.state.as_str()))
        .col_expr(Column::RowsRead, Expr::value(counts.rows_read))
        .col_expr(Column::LeadsCreated, Expr::value(counts.leads_created))
        .col_expr(Column::LeadsUpdated, Expr::value(counts.leads_updated))
        .col_expr(Column::LeadsSkipped, Expr::value(counts.leads_skipped))
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
        .col_expr(Column::ProgressPpm, Expr::value(import.progress_ppm))
        .col_expr(
            Column::StartedAt,
            Expr::value(import.started_at.map(|at| at.0)),
        )
        .col_expr(
            Column::ProgressedAt,
            Expr::value(import.progressed_at.map(|at| at.0)),
        )
        .col_expr(
            Column::UndoAskedAt,
            Expr::value(undo.map(|undo| undo.asked_at.0)),
        )
        .col_expr(
            Column::UndoRow,
            Expr::value(undo.map_or(0, |undo| undo.row)),
        )
        .col_expr(
            Column::LeadsRemoved,
            Expr::value(undo.map_or(0, |undo| undo.removed)),
        )
        .col_expr(
            Column::LeadsKept,
            Expr::value(undo.map_or(0, |undo| undo.kept)),
        )
        .filter(Column::Id.eq(import.id.0))
        .filter(Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

fn import(row: imports::Model) -> Result<Import> {
    let failed_rows: Vec<FailedRow> = parsed(row.failed_rows)?;
    let options: Option<ImportOptions> = row.options.map(parsed).transpose()?;
    let header: Option<Vec<String>> = row.header.map(parsed).transpose()?;
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
            leads_updated: row.leads_updated,
            leads_skipped: row.leads_skipped,
            leads_failed: row.leads_failed,
            descriptions_from_file: row.descriptions_from_file,
            emails_from_file: row.emails_from_file,
        },
        failed_rows,
        error: row.error,
        created_at: Timestamp(row.created_at),
        finished_at: row.finished_at.map(Timestamp),
        options,
        header: header.unwrap_or_default(),
        progress_ppm: row.progress_ppm,
        started_at: row.started_at.map(Timestamp),
        progressed_at: row.progressed_at.map(Timestamp),
        undo: row.undo_asked_at.map(|asked_at| Undo {
            asked_at: Timestamp(asked_at),
            row: row.undo_row,
            removed: row.leads_removed,
            kept: row.leads_kept,
        }),
    })
}

fn json(value: &impl serde::Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| Error::Defect(error.to_string()))
}

fn parsed<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Defect(error.to_string()))
}
