//! The company's own profile.

use domain::events::{Event, EventName};
use domain::refusal::Refusal;
use domain::tenants::{Tenant, TenantPatch};
use serde_json::json;
use store::{Read, tenants};

use crate::caller::{Administrator, Member};
use crate::context::{App, Done};
use crate::error::{Error, Result};

/// The company.
pub async fn show(app: &App, caller: &Member) -> Result<Done<Tenant>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    Ok(Done {
        value: load(&db).await?,
        seq,
    })
}

/// Changes the profile.
pub async fn update(
    app: &App,
    caller: &Administrator<'_>,
    patch: TenantPatch,
) -> Result<Done<Tenant>> {
    let caller = caller.member();
    let mut writing = caller.write(app).await?;
    let tenant = load(&writing).await?;
    let (tenant, changed) = tenant.patched(patch, writing.now());
    if !changed.is_empty() {
        tenants::save(&writing, &tenant)
            .await
            .map_err(|error| match error {
                store::Error::Duplicate(_) => {
                    Error::from(Refusal::rule("Company already registered"))
                }
                other => other.into(),
            })?;
        let data = json!({"changed": changed});
        writing.record(Event::new(
            EventName::TenantUpdated,
            tenant.id.0,
            caller.actor(),
            data,
        ));
    }
    app.commit(writing, tenant).await
}

async fn load(db: &impl Read) -> Result<Tenant> {
    tenants::find(db)
        .await?
        .ok_or_else(|| Refusal::not_found("Tenant not found").into())
}
