//! File imports.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub campaign_id: Uuid,
    pub user_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    pub file_bytes: i64,
    #[sea_orm(column_type = "Text")]
    pub object_key: String,
    #[sea_orm(column_type = "Text")]
    pub fingerprint: String,
    pub generate_emails: bool,
    pub lead_generation: i32,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub rows_read: i64,
    pub leads_created: i64,
    pub leads_failed: i64,
    pub descriptions_from_file: i64,
    pub emails_from_file: i64,
    #[sea_orm(column_type = "JsonBinary")]
    pub failed_rows: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    pub quota: Option<i64>,
    pub quota_used: Option<i64>,
    pub given_back: i32,
    pub delivered: bool,
    pub file_removed: bool,
    pub created_at: i64,
    pub finished_at: Option<i64>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub options: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub header: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub idempotency_key: Option<String>,
    pub leads_updated: i64,
    pub leads_skipped: i64,
    pub progress_ppm: i64,
    pub started_at: Option<i64>,
    pub progressed_at: Option<i64>,
    pub undo_asked_at: Option<i64>,
    pub undo_row: i64,
    pub leads_removed: i64,
    pub leads_kept: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
