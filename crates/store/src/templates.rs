//! E-mail templates.

use domain::clock::Timestamp;
use domain::ids::TemplateId;
use domain::templates::{Template, TemplateFields};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use crate::error::Result;
use crate::read::Read;
use crate::rows::templates;
use crate::write::Writing;

/// Templates of one tenant that are listed, at most.
pub const TEMPLATES_MAX: u64 = 10_000;

/// All, newest first.
pub async fn list(db: &impl Read) -> Result<Vec<Template>> {
    let rows = templates::Entity::find()
        .filter(templates::Column::TenantId.eq(db.scope().tenant().0))
        .order_by_desc(templates::Column::CreatedAt)
        .order_by_desc(templates::Column::Id)
        .limit(TEMPLATES_MAX)
        .all(db.connection())
        .await?;
    Ok(rows.into_iter().map(template).collect())
}

/// One.
pub async fn find(db: &impl Read, id: TemplateId) -> Result<Option<Template>> {
    let mut query = templates::Entity::find_by_id(id.0)
        .filter(templates::Column::TenantId.eq(db.scope().tenant().0));
    if db.locks_rows() {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let row = query.one(db.connection()).await?;
    Ok(row.map(template))
}

/// Adds one.
pub async fn insert(writing: &Writing, template: &Template) -> Result<()> {
    let fields = template.fields.clone();
    templates::Entity::insert(templates::ActiveModel {
        id: Set(template.id.0),
        tenant_id: Set(writing.scope().tenant().0),
        name: Set(fields.name),
        description: Set(fields.description),
        subject: Set(fields.subject),
        body: Set(fields.body),
        is_active: Set(fields.is_active),
        use_ai_personalization: Set(fields.use_ai_personalization),
        times_used: Set(template.times_used),
        created_at: Set(template.created_at.0),
        updated_at: Set(template.updated_at.0),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// Writes its fields as they are in `template`.
pub async fn save(writing: &Writing, template: &Template) -> Result<()> {
    let fields = template.fields.clone();
    templates::Entity::update_many()
        .col_expr(templates::Column::Name, Expr::value(fields.name))
        .col_expr(
            templates::Column::Description,
            Expr::value(fields.description),
        )
        .col_expr(templates::Column::Subject, Expr::value(fields.subject))
        .col_expr(templates::Column::Body, Expr::value(fields.body))
        .col_expr(templates::Column::IsActive, Expr::value(fields.is_active))
        .col_expr(
            templates::Column::UseAiPersonalization,
            Expr::value(fields.use_ai_personalization),
        )
        .col_expr(
            templates::Column::UpdatedAt,
            Expr::value(template.updated_at.0),
        )
        .filter(templates::Column::Id.eq(template.id.0))
        .filter(templates::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Deletes one; says whether it was there.
pub async fn delete(writing: &Writing, id: TemplateId) -> Result<bool> {
    let done = templates::Entity::delete_many()
        .filter(templates::Column::Id.eq(id.0))
        .filter(templates::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

fn template(row: templates::Model) -> Template {
    Template {
        id: TemplateId(row.id),
        fields: TemplateFields {
            name: row.name,
            description: row.description,
            subject: row.subject,
            body: row.body,
            is_active: row.is_active,
            use_ai_personalization: row.use_ai_personalization,
        },
        times_used: row.times_used,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    }
}
