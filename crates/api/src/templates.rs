//! E-mail templates (contract 2.9).

use app::cached;
use app::caller::Member;
use app::templates::{self, missing};
use app::{App, Done};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::ids::TemplateId;
use domain::templates::{
    BODY_CHARACTERS, DESCRIPTION_CHARACTERS_MAX, NAME_CHARACTERS, SUBJECT_CHARACTERS,
    Template as Entity, TemplateFields, TemplatePatch,
};
use http::StatusCode;
use http_edge::fields::{boolean, text};
use http_edge::{
    Asked, CallingMember, EventSeq, Json, JsonBody, Received, Result, no_content, rendered, reply,
};

use crate::bodies::id_or;
use crate::operation::Route;
use crate::wire::{Template, TemplateCreate, TemplateUpdate};

const ALL: &str = "/api/v1/email-templates";
const ONE: &str = "/api/v1/email-templates/{template_id}";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(ALL, "create_template", "Make a template", create)
            .body::<TemplateCreate>()
            .answers::<Template>(201, "The template"),
        Route::get(ALL, "list_templates", "List the templates", list)
            .answers_list::<Template>(200, "All, newest first")
            .kept(),
        Route::get(ONE, "get_template", "Show a template", show)
            .answers::<Template>(200, "The template")
            .kept()
            .refuses(404, "Email template not found"),
        Route::patch(ONE, "update_template", "Change a template", update)
            .body::<TemplateUpdate>()
            .answers::<Template>(200, "The template")
            .refuses(404, "Email template not found"),
        Route::delete(ONE, "delete_template", "Delete a template", delete)
            .answers_nothing("Deleted")
            .refuses(404, "Email template not found"),
    ]
}

async fn create(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, EventSeq, Json<Template>)> {
    let new = new(&body)?;
    let (seq, template) = answer(templates::create(&app, &caller, new).await?, &caller);
    Ok((StatusCode::CREATED, seq, template))
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::template_list(&caller);
    let load = async |app: App, caller: Member| {
        let done = templates::list(&app, &caller).await?;
        let tenant = caller.user().tenant_id;
        let of = |template| Template::of(template, tenant);
        rendered(&done.value.into_iter().map(of).collect::<Vec<_>>())
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn show(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let id = id_or(&id, TemplateId::parse, missing)?;
    let sought = cached::template_shown(&caller, id);
    let load = async move |app: App, caller: Member| {
        let done = templates::show(&app, &caller, id).await?;
        rendered(&Template::of(done.value, caller.user().tenant_id))
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn update(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Template>)> {
    let patch = patch(&body)?;
    let id = id_or(&id, TemplateId::parse, missing)?;
    let done = templates::update(&app, &caller, id, patch).await?;
    Ok(answer(done, &caller))
}

async fn delete(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = id_or(&id, TemplateId::parse, missing)?;
    let done = templates::delete(&app, &caller, id).await?;
    Ok(no_content(EventSeq(done.seq)))
}

fn answer(done: Done<Entity>, caller: &Member) -> (EventSeq, Json<Template>) {
    let tenant = caller.user().tenant_id;
    reply(done.map(|template| Template::of(template, tenant)))
}

pub(crate) fn new(body: &Received) -> Result<TemplateFields> {
    let mut fields = body.fields()?;
    let name = fields.required("name", text(NAME_CHARACTERS));
    let description = fields.optional("description", text(0..=DESCRIPTION_CHARACTERS_MAX));
    let subject = fields.required("subject", text(SUBJECT_CHARACTERS));
    let body = fields.required("body", text(BODY_CHARACTERS));
    let use_ai_personalization = fields.or("use_ai_personalization", true, boolean);
    let (name, subject, body) = fields.complete((name, subject, body))?;
    Ok(TemplateFields {
        name,
        description,
        subject,
        body,
        is_active: true,
        use_ai_personalization,
    })
}

pub(crate) fn patch(body: &Received) -> Result<TemplatePatch> {
    let mut fields = body.fields()?;
    let description = text(0..=DESCRIPTION_CHARACTERS_MAX);
    let patch = TemplatePatch {
        name: fields.patch("name", text(NAME_CHARACTERS)),
        description: fields.patch_nullable("description", description),
        subject: fields.patch("subject", text(SUBJECT_CHARACTERS)),
        body: fields.patch("body", text(BODY_CHARACTERS)),
        is_active: fields.patch("is_active", boolean),
        use_ai_personalization: fields.patch("use_ai_personalization", boolean),
    };
    fields.complete(())?;
    Ok(patch)
}
