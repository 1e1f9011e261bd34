//! The people of a tenant and their invitations.

use domain::accounts::{NewUser, User};
use domain::clock::Timestamp;
use domain::ids::{InvitationId, TenantId, UserId};
use domain::team::Role;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use crate::error::Result;
use crate::read::Read;
use crate::rows::{invitations, users};
use crate::write::Writing;

/// People of one tenant that are listed, at most.
pub const MEMBERS_MAX: u64 = 10_000;

/// Everybody, newest first.
pub async fn list(db: &impl Read) -> Result<Vec<User>> {
    let rows = users::Entity::find()
        .filter(users::Column::TenantId.eq(db.scope().tenant().0))
        .order_by_desc(users::Column::CreatedAt)
        .order_by_desc(users::Column::Id)
        .limit(MEMBERS_MAX)
        .all(db.connection())
        .await?;
    Ok(rows.into_iter().map(user).collect())
}

/// One person.
pub async fn find(db: &impl Read, id: UserId) -> Result<Option<User>> {
    let mut query =
        users::Entity::find_by_id(id.0).filter(users::Column::TenantId.eq(db.scope().tenant().0));
    if db.locks_rows() {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let row = query.one(db.connection()).await?;
    Ok(row.map(user))
}

/// Adds a person; without a password one that is invited and cannot log in yet.
pub async fn insert(
    writing: &Writing,
    id: UserId,
    new: &NewUser,
    role: Role,
    password_hash: Option<&str>,
) -> Result<()> {
    let now = writing.now().0;
    users::Entity::insert(users::ActiveModel {
        id: Set(id.0),
        tenant_id: Set(writing.scope().tenant().0),
        email: Set(new.email.as_str().to_owned()),
        email_key: Set(new.email.key()),
        hashed_password: Set(password_hash.unwrap_or_default().to_owned()),
        tokens_from: Set(0),
        first_name: Set(new.first_name.clone()),
        last_name: Set(new.last_name.clone()),
        role: Set(role.as_str().to_owned()),
        is_active: Set(password_hash.is_some()),
        invited: Set(password_hash.is_none()),
        email_verified: Set(false),
        last_login_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// Writes a person's name, role and flags as they are in `user`.
pub async fn save(writing: &Writing, user: &User) -> Result<()> {
    let now = writing.now().0;
    users::Entity::update_many()
        .col_expr(
            users::Column::FirstName,
            Expr::value(user.first_name.clone()),
        )
        .col_expr(users::Column::LastName, Expr::value(user.last_name.clone()))
        .col_expr(users::Column::Role, Expr::value(user.role.as_str()))
        .col_expr(users::Column::IsActive, Expr::value(user.is_active))
        .col_expr(users::Column::Invited, Expr::value(user.invited))
        .col_expr(
            users::Column::EmailVerified,
            Expr::value(user.email_verified),
        )
        .col_expr(users::Column::UpdatedAt, Expr::value(now))
        .filter(users::Column::Id.eq(user.id.0))
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// A person's password hash, to compare with the one that was checked before the transaction.
pub async fn password_hash(writing: &Writing, id: UserId) -> Result<Option<String>> {
    let mut query = users::Entity::find_by_id(id.0)
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0));
    if writing.locks_rows() {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let row = query.one(writing.connection()).await?;
    Ok(row.map(|row| row.hashed_password))
}

/// Makes the person's tokens worthless that name no login and were made until now.
pub async fn refuse_older_tokens(writing: &Writing, id: UserId) -> Result<()> {
    users::Entity::update_many()
        .col_expr(users::Column::TokensFrom, Expr::value(writing.now().0))
        .filter(users::Column::Id.eq(id.0))
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Writes a person's password hash.
pub async fn set_password(writing: &Writing, id: UserId, hash: &str) -> Result<()> {
    users::Entity::update_many()
        .col_expr(users::Column::HashedPassword, Expr::value(hash))
        .col_expr(users::Column::UpdatedAt, Expr::value(writing.now().0))
        .filter(users::Column::Id.eq(id.0))
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Notes that a person logged in.
pub async fn set_last_login(writing: &Writing, id: UserId, at: Timestamp) -> Result<()> {
    users::Entity::update_many()
        .col_expr(users::Column::LastLoginAt, Expr::value(at.0))
        .filter(users::Column::Id.eq(id.0))
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Removes a person with logins and invitation, so that the address is free again.
pub async fn delete(writing: &Writing, id: UserId) -> Result<()> {
    users::Entity::delete_many()
        .filter(users::Column::Id.eq(id.0))
        .filter(users::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(())
}

/// Replaces a person's invitation by one with a new token.
pub async fn invite(
    writing: &Writing,
    id: InvitationId,
    user: UserId,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<()> {
    withdraw_invitation(writing, user).await?;
    invitations::Entity::insert(invitations::ActiveModel {
        id: Set(id.0),
        tenant_id: Set(writing.scope().tenant().0),
        user_id: Set(user.0),
        token_hash: Set(token_hash.to_owned()),
        expires_at: Set(expires_at.0),
        created_at: Set(writing.now().0),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// Removes the invitation of this token; says whether it was there. Of two that use it only one removes it.
pub async fn use_invitation(writing: &Writing, token_hash: &str) -> Result<bool> {
    let done = invitations::Entity::delete_many()
        .filter(invitations::Column::TokenHash.eq(token_hash))
        .filter(invitations::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes a person's invitation; says whether there was one.
pub async fn withdraw_invitation(writing: &Writing, user: UserId) -> Result<bool> {
    let done = invitations::Entity::delete_many()
        .filter(invitations::Column::UserId.eq(user.0))
        .filter(invitations::Column::TenantId.eq(writing.scope().tenant().0))
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

pub(crate) fn user(row: users::Model) -> User {
    User {
        id: UserId(row.id),
        tenant_id: TenantId(row.tenant_id),
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        role: Role::read(&row.role),
        is_active: row.is_active,
        invited: row.invited,
        email_verified: row.email_verified,
        last_login_at: row.last_login_at.map(Timestamp),
        created_at: Timestamp(row.created_at),
    }
}
