//! The caller's company (contract 2.4).

use app::caller::Member;
use app::{App, cached, tenants};
use axum::extract::State;
use axum::response::Response;
use domain::tenants::{NAME_CHARACTERS, TenantPatch};
use http_edge::fields::text;
use http_edge::{
    Asked, CallingMember, EventSeq, Json, JsonBody, Received, Result, rendered, reply,
};

use crate::bodies::{address, profile_text};
use crate::operation::Route;
use crate::wire::{Tenant, TenantUpdate};

const PATH: &str = "/api/v1/tenants/me";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, "get_tenant", "Show the company", show)
            .answers::<Tenant>(200, "The company")
            .kept(),
        Route::patch(
            PATH,
            "update_tenant",
            "Change the company's profile",
            update,
        )
        .body::<TenantUpdate>()
        .answers::<Tenant>(200, "The company")
        .refuses(400, "Company already registered")
        .refuses(403, "Insufficient permissions. Required: owner, admin"),
    ]
}

async fn show(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::tenant_shown(&caller);
    let load = async |app: App, caller: Member| {
        let done = tenants::show(&app, &caller).await?;
        rendered(&Tenant::from(done.value))
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn update(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Tenant>)> {
    let patch = patch(&body)?;
    let caller = caller.administrator()?;
    let done = tenants::update(&app, &caller, patch).await?;
    Ok(reply(done.map(Tenant::from)))
}

pub(crate) fn patch(body: &Received) -> Result<TenantPatch> {
    let mut fields = body.fields()?;
    let patch = TenantPatch {
        name: fields.patch("name", text(NAME_CHARACTERS)),
        company_email: fields.patch("company_email", address),
        company_website: fields.patch_nullable("company_website", profile_text),
        company_address: fields.patch_nullable("company_address", profile_text),
    };
    fields.complete(())?;
    Ok(patch)
}
