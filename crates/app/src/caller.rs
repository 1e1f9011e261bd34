//! Who calls, as values that only a check here can make. A handler that has one need not ask again;
//! one that forgot to ask has none.

use std::time::Duration;

use domain::accounts::{Session, SessionKind, User};
use domain::events::Actor;
use domain::ids::{SessionId, TenantId, UserId};
use domain::refusal::{Refusal, RefusalKind};
use domain::team::{Role, require_administrator};
use domain::tenants::TenantStatus;
use store::sessions::StoredSession;
use store::unscoped;
use store::{Reading, TenantScope, Writing};

use crate::cached::{self, Kept};
use crate::context::App;
use crate::error::Result;
use crate::tokens::{Claims, hash_of};

/// How often the use of a login is noted.
const SEEN_EVERY: Duration = Duration::from_secs(600);

/// A live login of an active person (contract: U).
#[derive(Debug, Clone)]
pub struct SignedIn {
    user: User,
    session: Option<SessionId>,
    tenant_name: String,
    tenant_status: Option<TenantStatus>,
    seq: i64,
    scope: TenantScope,
    kept: Kept,
}

/// A live login whose tenant exists and is not suspended (contract: T).
#[derive(Debug, Clone)]
pub struct Member(SignedIn);

/// A member who owns or administers the tenant.
#[derive(Debug, Clone, Copy)]
pub struct Administrator<'a>(&'a Member);

/// The bearer of a token whose signature has been checked. Failures come in the contract's order (1.2).
pub async fn by_token(app: &App, claims: &Claims) -> Result<SignedIn> {
    by_token_at(app, claims, None).await
}

/// The same at or after the number that a request carries.
pub async fn by_token_at(app: &App, claims: &Claims, carried: Option<&str>) -> Result<SignedIn> {
    let invalid = || Refusal::unauthenticated("Invalid or expired token");
    if !claims.is_access() || claims.sub.is_empty() {
        return Err(invalid().into());
    }
    let Some(user) = claims.user() else {
        return Err(Refusal::unauthenticated("User not found").into());
    };
    if let Some(signed_in) = kept(app, claims, user, carried).await? {
        return Ok(signed_in);
    }
    // The person and the login at once: each request waits for it.
    let session = claims.session();
    let (found, stored) = match session {
        Some(session) => unscoped::caller_in(app.store(), user, session).await?,
        None => (unscoped::caller(app.store(), user).await?, None),
    };
    let found = found.ok_or_else(|| Refusal::unauthenticated("User not found"))?;
    if claims.sid.is_none() {
        // A token of the original names no login; it ends with its time, or with the person's next change of password.
        if claims.is_made_by(found.tokens_from) {
            return Err(invalid().into());
        }
        return signed_in(found, None);
    }
    // One that names an ended or foreign login is worth nothing.
    let stored = stored
        .filter(|stored| is_good(app, stored, user))
        .ok_or_else(invalid)?;
    touch(app, &stored.session).await;
    signed_in(found, session)
}

/// The same from memory; `None` where the database has to say what is wrong. A login that seems to be over may
/// have been renewed since.
async fn kept(
    app: &App,
    claims: &Claims,
    user: UserId,
    carried: Option<&str>,
) -> Result<Option<SignedIn>> {
    let Some((tenant, session)) = TenantId::parse(&claims.tenant_id).zip(claims.session()) else {
        return Ok(None);
    };
    let Some(looked) = cached::look(app, (tenant, user, session), carried).await? else {
        return Ok(None);
    };
    let held = &looked.held;
    if !is_good(app, &held.login, user) {
        return Ok(None);
    }
    if looked.is_read {
        touch(app, &held.login.session).await;
    }
    let signed_in = signed_in(held.caller.clone(), Some(session))?;
    Ok(Some(SignedIn {
        seq: looked.seq,
        kept: looked.kept,
        ..signed_in
    }))
}

/// Whether a login of the API is open and the person's.
fn is_good(app: &App, stored: &StoredSession, user: UserId) -> bool {
    stored.is_live(app.now())
        && stored.session.user_id == user
        && stored.session.kind == SessionKind::Api
}

/// The bearer of a site cookie `session.secret`; `None` when it is worth nothing.
pub async fn by_cookie(app: &App, cookie: &str) -> Result<Option<SignedIn>> {
    let Some((id, secret)) = cookie.split_once('.') else {
        return Ok(None);
    };
    let Some(id) = SessionId::parse(id) else {
        return Ok(None);
    };
    let Some((stored, _)) = unscoped::session(app.store(), id).await? else {
        return Ok(None);
    };
    let good = stored.is_live(app.now())
        && stored.session.kind == SessionKind::Site
        && stored.secret_hash == hash_of(secret);
    if !good {
        return Ok(None);
    }
    let Some(found) = unscoped::caller(app.store(), stored.session.user_id).await? else {
        return Ok(None);
    };
    touch(app, &stored.session).await;
    match signed_in(found, Some(id)) {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(crate::Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes now and then that a login is used. A database that cannot take the note keeps nobody from reading.
async fn touch(app: &App, session: &Session) {
    let now = app.now();
    if now.minus(SEEN_EVERY) > session.last_seen_at
        && let Err(error) = store::sessions::touch(app.store(), session.id, now).await
    {
        tracing::debug!(%error, "the use of a login was not noted");
    }
}

/// A person in whose name the operator acts at the command line, without a login.
pub(crate) async fn by_operator(app: &App, user: UserId) -> Result<Member> {
    let found = unscoped::caller(app.store(), user).await?;
    let found = found.ok_or_else(|| Refusal::unauthenticated("User not found"))?;
    signed_in(found, None)?.member()
}

fn signed_in(caller: unscoped::Caller, session: Option<SessionId>) -> Result<SignedIn> {
    if !caller.user.is_active {
        return Err(Refusal::forbidden("User account is inactive").into());
    }
    Ok(SignedIn {
        user: caller.user,
        session,
        tenant_name: caller.tenant_name,
        tenant_status: caller.tenant_status,
        seq: caller.seq,
        scope: caller.scope,
        kept: Kept::NOT,
    })
}

impl SignedIn {
    /// The person.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The login, where the token names one.
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Where what is known of the person came from.
    pub fn kept(&self) -> Kept {
        self.kept
    }

    /// The tenant's number that this is at least as new as.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The person as the doer of an event.
    pub fn actor(&self) -> Actor {
        Actor::User(self.user.id)
    }

    /// Whose rows the person may touch.
    pub(crate) fn scope(&self) -> TenantScope {
        self.scope
    }

    /// The same person as a member of a live tenant.
    pub fn member(self) -> Result<Member> {
        match self.tenant_status {
            None => Err(Refusal::not_found("Tenant not found").into()),
            Some(TenantStatus::Suspended) => {
                let text = "Account suspended. Please contact support.";
                Err(Refusal::new(RefusalKind::Forbidden, text).into())
            }
            Some(TenantStatus::Trial | TenantStatus::Active) => Ok(Member(self)),
        }
    }
}

impl Member {
    /// The person.
    pub fn user(&self) -> &User {
        &self.0.user
    }

    /// The tenant's number that this is at least as new as, and so what is read from now on.
    pub fn seq(&self) -> i64 {
        self.0.seq
    }

    /// The login as such.
    pub fn signed_in(&self) -> &SignedIn {
        &self.0
    }

    /// The company's name.
    pub fn tenant_name(&self) -> &str {
        &self.0.tenant_name
    }

    /// The person's role.
    pub fn role(&self) -> Role {
        self.0.user.role
    }

    /// The person as the doer of an event.
    pub fn actor(&self) -> Actor {
        self.0.actor()
    }

    /// The same member as an administrator, or the refusal that says which roles are needed.
    pub fn administrator(&self) -> Result<Administrator<'_>> {
        require_administrator(self.role())?;
        Ok(Administrator(self))
    }

    pub(crate) fn scope(&self) -> TenantScope {
        self.0.scope
    }

    pub(crate) async fn read(&self, app: &App) -> Result<Reading> {
        Ok(app.store().read(self.scope()).await?)
    }

    pub(crate) async fn write(&self, app: &App) -> Result<Writing> {
        Ok(app.store().write(self.scope()).await?)
    }
}

impl Administrator<'_> {
    /// The member.
    pub fn member(&self) -> &Member {
        self.0
    }
}
