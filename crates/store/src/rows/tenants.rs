//! Companies.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub company_email: String,
    #[sea_orm(column_type = "Text")]
    pub company_email_key: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub company_website: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub company_address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub company_phone: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    #[sea_orm(column_type = "Text")]
    pub plan: String,
    pub leads_quota: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
