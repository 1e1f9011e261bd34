//! What the operator of the installation does at the command line; `demo` makes a company to look around in.

mod demo;

use domain::accounts::{NewUser, Origin, SessionKind};
use domain::email::EmailAddress;
use domain::events::{Actor, Audience, Event, EventName};
use domain::ids::TenantId;
use domain::passwords;
use domain::refusal::Refusal;
use domain::team::Role;
use domain::tenants::{NewTenant, TenantStatus};
use serde_json::json;
use store::{TenantScope, sessions, team, tenants, unscoped};

use crate::accounts::{Registration, register};
use crate::caller::{self, Member};
use crate::context::App;
use crate::error::{Error, Result};

pub use demo::{DEMO_EMAIL, Demo, make_demo, remove_demo};

/// Makes a company with its owner; the login that comes with it is not kept.
pub async fn create_owner(
    app: &App,
    company: String,
    owner: NewUser,
    password: String,
) -> Result<TenantId> {
    passwords::check(&password).map_err(|problem| Error::field("password", problem))?;
    let tenant = NewTenant {
        name: company,
        company_email: owner.email.clone(),
        company_website: None,
    };
    let registration = Registration {
        tenant,
        owner,
        password,
    };
    let done = register(app, registration, SessionKind::Api, &Origin::default()).await?;
    Ok(done.value.user.tenant_id)
}

/// Gives a person a new password and ends all their logins.
pub async fn reset_password(app: &App, email: &EmailAddress, password: &str) -> Result<()> {
    passwords::check(password).map_err(|problem| Error::field("password", problem))?;
    let found = unscoped::account_by_email(app.store(), &email.key()).await?;
    let account = found.ok_or_else(|| Refusal::not_found("No account has this address"))?;
    let hash = app.passwords().hash(password).await?;
    let mut writing = app.store().write(account.scope).await?;
    let found = team::find(&writing, account.user.id).await?;
    let mut user = found.ok_or_else(|| Refusal::not_found("No account has this address"))?;
    team::set_password(&writing, user.id, &hash).await?;
    team::refuse_older_tokens(&writing, user.id).await?;
    if user.invited {
        team::withdraw_invitation(&writing, user.id).await?;
        user.invited = false;
        user.is_active = true;
        team::save(&writing, &user).await?;
    }
    let ended = sessions::revoke_all(&writing, user.id, None).await?;
    let data = json!({"sessions_ended": ended, "by": "operator"});
    let event = Event::new(EventName::PasswordChanged, user.id.0, Actor::System, data);
    writing.record(event.seen_by(Audience::Security(user.id)));
    app.commit(writing, ()).await?;
    Ok(())
}

/// Shuts a tenant out, or lets it in again; says whether that changed anything.
pub async fn set_suspended(app: &App, scope: TenantScope, suspended: bool) -> Result<bool> {
    let mut writing = app.store().write(scope).await?;
    let found = tenants::find(&writing).await?;
    let mut tenant = found.ok_or_else(|| Refusal::not_found("Tenant not found"))?;
    if tenant.status.is_live() != suspended {
        return Ok(false);
    }
    let (status, name) = if suspended {
        (TenantStatus::Suspended, EventName::TenantSuspended)
    } else {
        (TenantStatus::Active, EventName::TenantResumed)
    };
    tenant.status = status;
    tenant.updated_at = writing.now();
    tenants::save(&writing, &tenant).await?;
    writing.record(Event::new(name, tenant.id.0, Actor::System, json!({})));
    app.commit(writing, ()).await?;
    Ok(true)
}

/// A person of a tenant, to act in their name: the one of this address, else the owner.
pub async fn act_as(
    app: &App,
    scope: TenantScope,
    address: Option<&EmailAddress>,
) -> Result<Member> {
    let db = app.store().read(scope).await?;
    let people = team::list(&db).await?;
    drop(db);
    let key = address.map(EmailAddress::key);
    let found = people.into_iter().find(|user| match &key {
        Some(key) => domain::email::comparison_key(&user.email) == *key,
        None => user.role == Role::Owner,
    });
    let text = "Nobody of this company has this address";
    let user = found.ok_or_else(|| Refusal::not_found(text))?;
    caller::by_operator(app, user.id).await
}

/// Finds a tenant by its company address or its id.
pub async fn find_tenant(app: &App, name: &str) -> Result<TenantScope> {
    let found = match TenantId::parse(name) {
        Some(id) => unscoped::tenant_by_id(app.store(), id).await?,
        None => {
            let key = domain::email::comparison_key(name);
            unscoped::tenant_by_email(app.store(), &key).await?
        }
    };
    let text = "No company has this address or id";
    found.ok_or_else(|| Refusal::not_found(text).into())
}
