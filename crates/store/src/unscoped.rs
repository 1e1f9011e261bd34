//! The few questions that come before a tenant is known, or that an operator asks: who signs in,
//! whose token or invitation this is, what registers. Each answer carries the scope it proves.

use domain::accounts::{NewUser, User};
use domain::clock::Timestamp;
use domain::ids::{SessionId, TenantId, UserId};
use domain::team::Role;
use domain::tenants::{NewTenant, STARTER_LEADS_QUOTA, TenantStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryResult, Statement,
};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::read::Read;
use crate::rows::{invitations, sessions, spines, tenants, users};
use crate::scope::TenantScope;
use crate::sessions::StoredSession;
use crate::team;
use crate::write::Writing;

/// Somebody who says who they are, with what proves it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The person.
    pub user: User,
    /// The hash that the password is checked against.
    pub password_hash: String,
    /// The person's tenant.
    pub scope: TenantScope,
}

/// What a request's token or cookie leads to.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person.
    pub user: User,
    /// Where the tenant's account stands; `None` when its row is missing.
    pub tenant_status: Option<TenantStatus>,
    /// The tenant's name.
    pub tenant_name: String,
    /// The number of the tenant's last event when the rest was read.
    pub seq: i64,
    /// Tokens that name no login are good when they were made after this time.
    pub tokens_from: Timestamp,
    /// The tenant's scope.
    pub scope: TenantScope,
}

/// Finds the account of a normalised address.
pub async fn account_by_email(store: &Store, email_key: &str) -> Result<Option<Account>> {
    let _permit = store.reader_permit().await?;
    let row = users::Entity::find()
        .filter(users::Column::EmailKey.eq(email_key))
        .one(store.readers())
        .await?;
    Ok(row.map(account))
}

/// Finds the account of a person.
pub async fn account_by_id(store: &Store, user: UserId) -> Result<Option<Account>> {
    let _permit = store.reader_permit().await?;
    let row = users::Entity::find_by_id(user.0)
        .one(store.readers())
        .await?;
    Ok(row.map(account))
}

const CALLER: &str = "
select u.*, t.name as tenant_name, t.status as tenant_status, s.seq as seq
from users u left join tenants t on t.id = u.tenant_id left join spines s on s.tenant_id = u.tenant_id
where u.id = $1";
const CALLER_IN: &str = "
select u.*, t.name as tenant_name, t.status as tenant_status, s.seq as seq,
    x.id as login_id, x.tenant_id as login_tenant_id, x.user_id as login_user_id, x.kind as login_kind,
    x.secret_hash as login_secret_hash, x.user_agent as login_user_agent, x.address as login_address,
    x.created_at as login_created_at, x.last_seen_at as login_last_seen_at, x.expires_at as login_expires_at,
    x.revoked_at as login_revoked_at
from users u left join tenants t on t.id = u.tenant_id left join spines s on s.tenant_id = u.tenant_id
    left join sessions x on x.id = $2
where u.id = $1";

/// Finds the person of a token, where the tenant stands and its last event's number, all of one moment.
pub async fn caller(store: &Store, user: UserId) -> Result<Option<Caller>> {
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, CALLER, [user.0.into()]);
    let row = db.query_one_raw(statement).await?;
    row.as_ref().map(caller_of).transpose()
}

/// The same, with a login that need not be the person's, ended ones included.
pub async fn caller_in(
    store: &Store,
    user: UserId,
    session: SessionId,
) -> Result<(Option<Caller>, Option<StoredSession>)> {
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let values = [user.0.into(), session.0.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), CALLER_IN, values);
    let Some(row) = db.query_one_raw(statement).await? else {
        return Ok((None, None));
    };
    let login = sessions::Model::from_query_result_optional(&row, "login_")?;
    Ok((Some(caller_of(&row)?), login.map(StoredSession::from)))
}

fn caller_of(row: &QueryResult) -> Result<Caller> {
    let user = users::Model::from_query_result(row, "")?;
    let tokens_from = Timestamp(user.tokens_from);
    let account = account(user);
    let status: Option<String> = row.try_get("", "tenant_status")?;
    let name: Option<String> = row.try_get("", "tenant_name")?;
    let seq: Option<i64> = row.try_get("", "seq")?;
    Ok(Caller {
        tenant_status: status.as_deref().map(TenantStatus::read),
        tenant_name: name.unwrap_or_default(),
        seq: seq.unwrap_or(0),
        tokens_from,
        user: account.user,
        scope: account.scope,
    })
}

/// Finds a login, ended ones included.
pub async fn session(store: &Store, id: SessionId) -> Result<Option<(StoredSession, TenantScope)>> {
    let _permit = store.reader_permit().await?;
    let row = sessions::Entity::find_by_id(id.0)
        .one(store.readers())
        .await?;
    Ok(row.map(|row| {
        let scope = TenantScope::of(TenantId(row.tenant_id));
        (StoredSession::from(row), scope)
    }))
}

/// Finds an invitation by the hash of its token: whom it invites, and until when (microseconds since 1970).
pub async fn invitation(
    store: &Store,
    token_hash: &str,
) -> Result<Option<(UserId, i64, TenantScope)>> {
    let _permit = store.reader_permit().await?;
    let row = invitations::Entity::find()
        .filter(invitations::Column::TokenHash.eq(token_hash))
        .one(store.readers())
        .await?;
    Ok(row.map(|row| {
        (
            UserId(row.user_id),
            row.expires_at,
            TenantScope::of(TenantId(row.tenant_id)),
        )
    }))
}

/// Begins a tenant with its owner, in a transaction that the caller ends.
pub async fn begin_tenant(
    store: &Store,
    id: TenantId,
    tenant: &NewTenant,
    owner: (UserId, &NewUser),
    password_hash: &str,
) -> Result<Writing> {
    let writing = store.write(TenantScope::of(id)).await?;
    let now = writing.now().0;
    tenants::Entity::insert(tenants::ActiveModel {
        id: Set(id.0),
        name: Set(tenant.name.clone()),
        company_email: Set(tenant.company_email.as_str().to_owned()),
        company_email_key: Set(tenant.company_email.key()),
        company_website: Set(tenant.company_website.clone()),
        company_address: Set(None),
        company_phone: Set(None),
        status: Set(TenantStatus::Trial.as_str().to_owned()),
        plan: Set("starter".to_owned()),
        leads_quota: Set(STARTER_LEADS_QUOTA),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(writing.connection())
    .await?;
    spines::Entity::insert(spines::ActiveModel {
        tenant_id: Set(id.0),
        ..spines_at_zero()
    })
    .exec_without_returning(writing.connection())
    .await?;
    let (owner_id, owner) = owner;
    team::insert(&writing, owner_id, owner, Role::Owner, Some(password_hash)).await?;
    Ok(writing)
}

fn spines_at_zero() -> spines::ActiveModel {
    spines::ActiveModel {
        tenant_id: Set(Uuid::nil()),
        seq: Set(0),
        campaigns: Set(0),
        active_campaigns: Set(0),
        leads: Set(0),
        leads_used: Set(0),
        emails_sent: Set(0),
        replied: Set(0),
        month: Set(0),
        leads_month: Set(0),
        leads_previous: Set(0),
    }
}

/// Finds a tenant by its normalised address, for an operator.
pub async fn tenant_by_email(store: &Store, email_key: &str) -> Result<Option<TenantScope>> {
    let _permit = store.reader_permit().await?;
    let row = tenants::Entity::find()
        .filter(tenants::Column::CompanyEmailKey.eq(email_key))
        .one(store.readers())
        .await?;
    Ok(row.map(|row| TenantScope::of(TenantId(row.id))))
}

/// Finds a tenant by its id, for an operator.
pub async fn tenant_by_id(store: &Store, id: TenantId) -> Result<Option<TenantScope>> {
    let _permit = store.reader_permit().await?;
    let row = tenants::Entity::find_by_id(id.0)
        .one(store.readers())
        .await?;
    Ok(row.map(|row| TenantScope::of(TenantId(row.id))))
}

/// The number of a tenant's last event; `None` where there is no such tenant.
pub async fn last_number(store: &Store, tenant: TenantId) -> Result<Option<i64>> {
    let _permit = store.reader_permit().await?;
    let row = spines::Entity::find_by_id(tenant.0)
        .one(store.readers())
        .await?;
    Ok(row.map(|spine| spine.seq))
}

/// Asks the database whether it answers; for health checks.
pub async fn ping(store: &Store) -> Result<()> {
    let _permit = store.reader_permit().await?;
    Ok(store.readers().ping().await?)
}

fn account(row: users::Model) -> Account {
    Account {
        scope: TenantScope::of(TenantId(row.tenant_id)),
        password_hash: row.hashed_password.clone(),
        user: team::user(row),
    }
}
