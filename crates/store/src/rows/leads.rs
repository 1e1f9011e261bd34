//! Leads.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_leads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub campaign_id: Uuid,
    pub lead_generation: i32,
    pub revision: i64,
    pub import_id: Option<Uuid>,
    pub import_row: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub title: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub title_key: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub website: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub website_host: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub email_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    pub lead_score: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub generated_email: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub generated_whatsapp: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub deep_research: Option<String>,
    pub email_sent: bool,
    pub whatsapp_sent: bool,
    pub replied: bool,
    #[sea_orm(column_type = "Text", nullable)]
    pub contact_source: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub scraped_data: Option<Json>,
    pub created_at: i64,
    pub updated_at: i64,
    pub trashed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
