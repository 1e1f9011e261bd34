//! E-mail templates: make, list, show, change, delete.

use domain::events::{Event, EventName};
use domain::ids::TemplateId;
use domain::refusal::Refusal;
use domain::templates::{Template, TemplateFields, TemplatePatch};
use serde_json::json;
use store::{Read, templates};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Makes one.
pub async fn create(app: &App, caller: &Member, fields: TemplateFields) -> Result<Done<Template>> {
    let mut writing = caller.write(app).await?;
    let now = writing.now();
    let id = TemplateId(writing.fresh_id());
    let template = Template {
        id,
        fields,
        times_used: 0,
        created_at: now,
        updated_at: now,
    };
    templates::insert(&writing, &template).await?;
    let data = json!({"name": template.fields.name});
    writing.record(Event::new(
        EventName::TemplateCreated,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, template).await
}

/// All, newest first.
pub async fn list(app: &App, caller: &Member) -> Result<Done<Vec<Template>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let value = templates::list(&db).await?;
    Ok(Done { value, seq })
}

/// One.
pub async fn show(app: &App, caller: &Member, id: TemplateId) -> Result<Done<Template>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    Ok(Done {
        value: find(&db, id).await?,
        seq,
    })
}

/// Applies a change.
pub async fn update(
    app: &App,
    caller: &Member,
    id: TemplateId,
    patch: TemplatePatch,
) -> Result<Done<Template>> {
    let mut writing = caller.write(app).await?;
    let (template, changed) = find(&writing, id).await?.patched(patch, writing.now());
    if !changed.is_empty() {
        templates::save(&writing, &template).await?;
        let data = json!({"changed": changed});
        writing.record(Event::new(
            EventName::TemplateUpdated,
            id.0,
            caller.actor(),
            data,
        ));
    }
    app.commit(writing, template).await
}

/// Deletes one.
pub async fn delete(app: &App, caller: &Member, id: TemplateId) -> Result<Done<()>> {
    let mut writing = caller.write(app).await?;
    if !templates::delete(&writing, id).await? {
        return Err(missing().into());
    }
    writing.record(Event::new(
        EventName::TemplateDeleted,
        id.0,
        caller.actor(),
        json!({}),
    ));
    app.commit(writing, ()).await
}

async fn find(db: &impl Read, id: TemplateId) -> Result<Template> {
    templates::find(db, id)
        .await?
        .ok_or_else(|| missing().into())
}

/// What is said of a template that is not there.
pub fn missing() -> Refusal {
    Refusal::not_found("Email template not found")
}
