//! Accepting an invitation: the link is good once, and sets the person's password.

use domain::accounts::{Origin, SessionKind, User};
use domain::clock::Timestamp;
use domain::events::{Actor, Event, EventName};
use domain::passwords;
use domain::refusal::Refusal;
use serde_json::json;
use store::{TenantScope, team, tenants, unscoped};

use crate::accounts::{Login, open_login};
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::hash_of;

/// Whom an invitation is for.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The person.
    pub user: User,
    /// The company's name.
    pub tenant_name: String,
}

/// What an invitation's link leads to, as long as it is good.
pub async fn look_at_invitation(app: &App, token: &str) -> Result<Invited> {
    let (user, scope) = find(app, token).await?;
    let db = app.store().read(scope).await?;
    let tenant = tenants::find(&db).await?;
    Ok(Invited {
        user,
        tenant_name: tenant.map(|tenant| tenant.name).unwrap_or_default(),
    })
}

/// Sets the invited person's password, opens the account and signs in.
pub async fn accept_invitation(
    app: &App,
    token: &str,
    password: &str,
    names: (Option<String>, Option<String>),
    kind: SessionKind,
    origin: &Origin,
) -> Result<Done<Login>> {
    let (invited, scope) = find(app, token).await?;
    passwords::check(password).map_err(|problem| Error::field("password", problem))?;
    let hash = app.passwords().hash(password).await?;
    let mut writing = app.store().write(scope).await?;
    // Of two that use the link at once one removes it; the other is too late.
    if !team::use_invitation(&writing, &hash_of(token)).await? {
        return Err(gone());
    }
    // The role may have changed while the password was hashed.
    let found = team::find(&writing, invited.id).await?;
    let mut user = found.ok_or_else(gone)?;
    user.first_name = names.0.or(user.first_name);
    user.last_name = names.1.or(user.last_name);
    user.is_active = true;
    user.invited = false;
    user.email_verified = app.mailer().is_configured();
    team::save(&writing, &user).await?;
    team::set_password(&writing, user.id, &hash).await?;
    let actor = Actor::User(user.id);
    let data = json!({"role": user.role.as_str()});
    writing.record(Event::new(EventName::MemberJoined, user.id.0, actor, data));
    let key = open_login(app, &mut writing, &user, kind, origin).await?;
    user.last_login_at = Some(writing.now());
    app.commit(writing, Login { user, key }).await
}

async fn find(app: &App, token: &str) -> Result<(User, TenantScope)> {
    let found = unscoped::invitation(app.store(), &hash_of(token)).await?;
    let Some((user, expires_at, scope)) = found else {
        return Err(gone());
    };
    if Timestamp(expires_at) <= app.now() {
        return Err(gone());
    }
    let account = unscoped::account_by_id(app.store(), user).await?;
    account
        .map(|account| (account.user, scope))
        .ok_or_else(gone)
}

fn gone() -> Error {
    Refusal::not_found("This invitation is no longer valid. Ask for a new link.").into()
}
