//! Campaigns.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaigns")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub search_query: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub lead_source: Option<String>,
    pub max_leads: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub description_style: Option<String>,
    pub enable_ai_personalization: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub deleted_at: Option<i64>,
    pub lead_generation: i32,
    pub leads_count: i64,
    pub emails_sent: i64,
    pub replied: i64,
    pub month: i32,
    pub leads_month: i64,
    pub leads_previous: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
