//! A tenant's own row.

use domain::clock::Timestamp;
use domain::email::comparison_key;
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantStatus};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

use crate::error::Result;
use crate::read::Read;
use crate::rows::{spines, tenants};
use crate::write::Writing;

/// The tenant.
pub async fn find(db: &impl Read) -> Result<Option<Tenant>> {
    let id = db.scope().tenant().0;
    let mut query = tenants::Entity::find_by_id(id);
    if db.locks_rows() {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let Some(row) = query.one(db.connection()).await? else {
        return Ok(None);
    };
    let spine = spines::Entity::find_by_id(id).one(db.connection()).await?;
    Ok(Some(Tenant {
        id: TenantId(row.id),
        name: row.name,
        company_email: row.company_email,
        company_website: row.company_website,
        company_address: row.company_address,
        status: TenantStatus::read(&row.status),
        plan: row.plan,
        leads_quota: row.leads_quota,
        leads_used: spine.map_or(0, |spine| spine.leads_used),
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }))
}

/// Writes profile and status as they are in `tenant`.
pub async fn save(writing: &Writing, tenant: &Tenant) -> Result<()> {
    tenants::Entity::update_many()
        .col_expr(tenants::Column::Name, Expr::value(tenant.name.as_str()))
        .col_expr(
            tenants::Column::CompanyEmail,
            Expr::value(tenant.company_email.as_str()),
        )
        .col_expr(
            tenants::Column::CompanyEmailKey,
            Expr::value(comparison_key(&tenant.company_email)),
        )
        .col_expr(
            tenants::Column::CompanyWebsite,
            Expr::value(tenant.company_website.clone()),
        )
        .col_expr(
            tenants::Column::CompanyAddress,
            Expr::value(tenant.company_address.clone()),
        )
        .col_expr(tenants::Column::Status, Expr::value(tenant.status.as_str()))
        .col_expr(tenants::Column::UpdatedAt, Expr::value(tenant.updated_at.0))
        .filter(tenants::Column::Id.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Writes the plan's name.
pub async fn set_plan(writing: &Writing, plan: &str) -> Result<()> {
    tenants::Entity::update_many()
        .col_expr(tenants::Column::Plan, Expr::value(plan))
        .filter(tenants::Column::Id.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}
