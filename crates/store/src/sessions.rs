//! Logins.

use domain::accounts::{LOGIN_LIFE, Origin, SESSIONS_PER_USER_MAX, Session, SessionKind};
use domain::clock::Timestamp;
use domain::ids::{SessionId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, sea_query::Expr,
};

use crate::connect::Store;
use crate::error::Result;
use crate::read::Read;
use crate::rows::sessions;
use crate::write::Writing;

/// Most characters kept of what a client calls itself.
const USER_AGENT_CHARACTERS_MAX: usize = 300;

/// Logins beyond the bound that one sign-in ends, at most.
const TRIMMED_MAX: u64 = 100;

/// A login with what proves it.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// The login.
    pub session: Session,
    /// The hash of the cookie's secret, or of the one refresh token that is good now.
    pub secret_hash: String,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

impl StoredSession {
    /// Whether it can be used at this time.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.session.expires_at > now
    }
}

/// The person's live logins, newest first.
pub async fn list(db: &impl Read, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
    let rows = sessions::Entity::find()
        .filter(sessions::Column::TenantId.eq(db.scope().tenant().0))
        .filter(sessions::Column::UserId.eq(user.0))
        .filter(sessions::Column::RevokedAt.is_null())
        .filter(sessions::Column::ExpiresAt.gt(now.0))
        .order_by_desc(sessions::Column::CreatedAt)
        .limit(SESSIONS_PER_USER_MAX)
        .all(db.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredSession::from(row).session)
        .collect())
}

/// One login, ended ones included.
pub async fn find(db: &impl Read, id: SessionId) -> Result<Option<StoredSession>> {
    let row = sessions::Entity::find_by_id(id.0)
        .filter(sessions::Column::TenantId.eq(db.scope().tenant().0))
        .one(db.connection())
        .await?;
    Ok(row.map(StoredSession::from))
}

/// Opens a login.
pub async fn open(
    writing: &Writing,
    id: SessionId,
    user: UserId,
    kind: SessionKind,
    secret_hash: &str,
    origin: &Origin,
) -> Result<()> {
    let now = writing.now();
    let cut = |text: &String| {
        text.chars()
            .take(USER_AGENT_CHARACTERS_MAX)
            .collect::<String>()
    };
    sessions::Entity::insert(sessions::ActiveModel {
        id: Set(id.0),
        tenant_id: Set(writing.scope().tenant().0),
        user_id: Set(user.0),
        kind: Set(kind.as_str().to_owned()),
        secret_hash: Set(secret_hash.to_owned()),
        user_agent: Set(origin.user_agent.as_ref().map(cut)),
        address: Set(origin.address.clone()),
        created_at: Set(now.0),
        last_seen_at: Set(now.0),
        expires_at: Set(now.plus(LOGIN_LIFE).0),
        revoked_at: Set(None),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// Puts a new secret in the place of `old_hash`; says whether that was still the good one, so that
/// of two that try at once only one succeeds.
pub async fn rotate(
    writing: &Writing,
    id: SessionId,
    old_hash: &str,
    new_hash: &str,
) -> Result<bool> {
    let now = writing.now();
    let done = sessions::Entity::update_many()
        .col_expr(sessions::Column::SecretHash, Expr::value(new_hash))
        .col_expr(sessions::Column::LastSeenAt, Expr::value(now.0))
        .col_expr(
            sessions::Column::ExpiresAt,
            Expr::value(now.plus(LOGIN_LIFE).0),
        )
        .filter(sessions::Column::Id.eq(id.0))
        .filter(sessions::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(sessions::Column::SecretHash.eq(old_hash))
        .filter(sessions::Column::RevokedAt.is_null())
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends one of the person's logins; says whether it was open.
pub async fn revoke(writing: &Writing, user: UserId, id: SessionId) -> Result<bool> {
    let done = sessions::Entity::update_many()
        .col_expr(sessions::Column::RevokedAt, Expr::value(writing.now().0))
        .filter(sessions::Column::Id.eq(id.0))
        .filter(sessions::Column::UserId.eq(user.0))
        .filter(sessions::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(sessions::Column::RevokedAt.is_null())
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends the person's logins but the one to keep; gives how many.
pub async fn revoke_all(writing: &Writing, user: UserId, keep: Option<SessionId>) -> Result<u64> {
    let mut update = sessions::Entity::update_many()
        .col_expr(sessions::Column::RevokedAt, Expr::value(writing.now().0))
        .filter(sessions::Column::UserId.eq(user.0))
        .filter(sessions::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(sessions::Column::RevokedAt.is_null());
    if let Some(keep) = keep {
        update = update.filter(sessions::Column::Id.ne(keep.0));
    }
    Ok(update.exec(writing.connection()).await?.rows_affected)
}

/// Ends the person's oldest logins beyond the bound. Their rows stay until they end by themselves, so
/// that a token of one is known again.
pub async fn trim(writing: &Writing, user: UserId) -> Result<()> {
    let beyond = sessions::Entity::find()
        .filter(sessions::Column::UserId.eq(user.0))
        .filter(sessions::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(sessions::Column::RevokedAt.is_null())
        .order_by_desc(sessions::Column::CreatedAt)
        .order_by_desc(sessions::Column::Id)
        .offset(SESSIONS_PER_USER_MAX)
        .limit(TRIMMED_MAX)
        .all(writing.connection())
        .await?;
    let ids: Vec<_> = beyond.into_iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        sessions::Entity::update_many()
            .col_expr(sessions::Column::RevokedAt, Expr::value(writing.now().0))
            .filter(sessions::Column::Id.is_in(ids))
            .exec(writing.connection())
            .await?;
    }
    Ok(())
}

/// Notes that a login was used just now. No event: nothing that a person decided has changed.
pub async fn touch(store: &Store, id: SessionId, now: Timestamp) -> Result<()> {
    let _permit = store.writer_permit().await?;
    sessions::Entity::update_many()
        .col_expr(sessions::Column::LastSeenAt, Expr::value(now.0))
        .filter(sessions::Column::Id.eq(id.0))
        .exec(store.writers())
        .await?;
    Ok(())
}

impl From<sessions::Model> for StoredSession {
    fn from(row: sessions::Model) -> Self {
        Self {
            secret_hash: row.secret_hash,
            revoked_at: row.revoked_at.map(Timestamp),
            session: Session {
                id: SessionId(row.id),
                user_id: UserId(row.user_id),
                kind: SessionKind::read(&row.kind),
                user_agent: row.user_agent,
                address: row.address,
                created_at: Timestamp(row.created_at),
                last_seen_at: Timestamp(row.last_seen_at),
                expires_at: Timestamp(row.expires_at),
            },
        }
    }
}

/// Forgets logins that ended by themselves, a bounded number.
pub async fn sweep(store: &Store, now: Timestamp) -> Result<u64> {
    const SWEEP: &str = "
delete from sessions where id in (select id from sessions where expires_at < $1 limit 2000)";
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let values = [now.0.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SWEEP, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
