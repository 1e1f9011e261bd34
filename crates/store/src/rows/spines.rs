//! The last event number and the counters of a tenant.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "spines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub seq: i64,
    pub campaigns: i64,
    pub active_campaigns: i64,
    pub leads: i64,
    pub leads_used: i64,
    pub emails_sent: i64,
    pub replied: i64,
    pub month: i32,
    pub leads_month: i64,
    pub leads_previous: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
