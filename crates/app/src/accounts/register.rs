//! A company registers with its owner.

use domain::accounts::{NewUser, Origin, SessionKind};
use domain::events::{Actor, Event, EventName};
use domain::ids::{TenantId, UserId};
use domain::refusal::Refusal;
use domain::tenants::NewTenant;
use serde_json::json;
use store::unscoped;

use crate::accounts::{Login, open_login};
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::throttle;

/// What somebody brings who registers; the password has passed `domain::passwords`.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The company.
    pub tenant: NewTenant,
    /// Its first person.
    pub owner: NewUser,
    /// The owner's password.
    pub password: String,
}

/// Makes the tenant and its owner, and signs the owner in.
pub async fn register(
    app: &App,
    registration: Registration,
    kind: SessionKind,
    origin: &Origin,
) -> Result<Done<Login>> {
    let from_here = throttle::registrations(origin.address.as_deref());
    throttle::count(app, &[&from_here]).await?;
    let Registration {
        tenant,
        owner,
        password,
    } = registration;
    if unscoped::account_by_email(app.store(), &owner.email.key())
        .await?
        .is_some()
    {
        return Err(email_taken());
    }
    if unscoped::tenant_by_email(app.store(), &tenant.company_email.key())
        .await?
        .is_some()
    {
        return Err(company_taken());
    }
    let hash = app.passwords().hash(&password).await?;
    let (tenant_id, owner_id) = (
        TenantId(app.entropy().uuid(app.now())),
        UserId(app.entropy().uuid(app.now())),
    );
    let begun =
        unscoped::begin_tenant(app.store(), tenant_id, &tenant, (owner_id, &owner), &hash).await;
    let mut writing = begun.map_err(taken)?;
    let event = Event::new(
        EventName::TenantCreated,
        tenant_id.0,
        Actor::User(owner_id),
        json!({}),
    );
    writing.record(event);
    let user = store::team::find(&writing, owner_id).await?;
    let mut user = user.ok_or_else(|| Error::Internal("the owner just made is missing".into()))?;
    let key = open_login(app, &mut writing, &user, kind, origin).await?;
    user.last_login_at = Some(writing.now());
    app.commit(writing, Login { user, key }).await
}

fn email_taken() -> Error {
    Refusal::rule("Email already registered").into()
}

fn company_taken() -> Error {
    Refusal::rule("Company already registered").into()
}

/// Two that register at once are told apart by the unique indexes (FIX-58).
fn taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate(index) if index.contains("company_email") => company_taken(),
        store::Error::Duplicate(_) => email_taken(),
        other => other.into(),
    }
}
