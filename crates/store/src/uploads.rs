//! Uploads in pieces: how much of each file is kept, and the objects of which it consists.

use domain::clock::Timestamp;
use domain::ids::{ImportId, UploadId, UserId};
use domain::uploads::Upload;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement, sea_query::Expr, sea_query::ExprTrait,
};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::read::Read;
use crate::rows::{upload_pieces, uploads};
use crate::write::Writing;

/// An object that holds a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its length.
    pub bytes: u64,
    /// Its name below the upload's key.
    pub name: String,
}

/// Adds an upload.
pub async fn insert(writing: &Writing, upload: &Upload) -> Result<()> {
    uploads::Entity::insert(uploads::ActiveModel {
        id: Set(upload.id.0),
        tenant_id: Set(writing.scope().tenant().0),
        user_id: Set(upload.user_id.0),
        file_name: Set(upload.file_name.clone()),
        bytes_declared: Set(signed(upload.bytes_declared)),
        bytes_received: Set(signed(upload.bytes_received)),
        pieces: Set(upload.pieces),
        import_id: Set(None),
        created_at: Set(upload.created_at.0),
        expires_at: Set(upload.expires_at.0),
    })
    .exec_without_returning(writing.connection())
    .await?;
    Ok(())
}

/// One that has not expired.
pub async fn find(db: &impl Read, id: UploadId, now: Timestamp) -> Result<Option<Upload>> {
    let row = uploads::Entity::find_by_id(id.0)
        .filter(uploads::Column::TenantId.eq(db.scope().tenant().0))
        .filter(uploads::Column::ExpiresAt.gt(now.0))
        .one(db.connection())
        .await?;
    Ok(row.map(upload))
}

/// A person's whole files that wait for an import, newest first.
pub async fn waiting(
    db: &impl Read,
    user: UserId,
    now: Timestamp,
    most: u64,
) -> Result<Vec<Upload>> {
    let received = Expr::col(uploads::Column::BytesReceived);
    let rows = uploads::Entity::find()
        .filter(uploads::Column::TenantId.eq(db.scope().tenant().0))
        .filter(uploads::Column::UserId.eq(user.0))
        .filter(uploads::Column::ImportId.is_null())
        .filter(uploads::Column::ExpiresAt.gt(now.0))
        .filter(received.equals(uploads::Column::BytesDeclared))
        .order_by_desc(uploads::Column::CreatedAt)
        .limit(most)
        .all(db.connection())
        .await?;
    Ok(rows.into_iter().map(upload).collect())
}

/// How many of the tenant's wait for an import.
pub async fn count_open(db: &impl Read, now: Timestamp) -> Result<u64> {
    let count = uploads::Entity::find()
        .filter(uploads::Column::TenantId.eq(db.scope().tenant().0))
        .filter(uploads::Column::ImportId.is_null())
        .filter(uploads::Column::ExpiresAt.gt(now.0))
        .count(db.connection())
        .await?;
    Ok(count)
}

/// Notes that a piece was kept which begins at `at`; says whether that is still where the next one begins, so that of
/// two that come at once only one counts. A name is noted where the piece is an object of its own.
pub async fn advance(
    writing: &Writing,
    id: UploadId,
    at: u64,
    bytes: u64,
    name: Option<&str>,
    expires_at: Timestamp,
) -> Result<bool> {
    let done = uploads::Entity::update_many()
        .col_expr(
            uploads::Column::BytesReceived,
            Expr::value(signed(at.saturating_add(bytes))),
        )
        .col_expr(
            uploads::Column::Pieces,
            Expr::col(uploads::Column::Pieces).add(1),
        )
        .col_expr(uploads::Column::ExpiresAt, Expr::value(expires_at.0))
        .filter(uploads::Column::Id.eq(id.0))
        .filter(uploads::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(uploads::Column::BytesReceived.eq(signed(at)))
        .filter(uploads::Column::ImportId.is_null())
        .exec(writing.connection())
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    if let Some(name) = name {
        upload_pieces::Entity::insert(upload_pieces::ActiveModel {
            upload_id: Set(id.0),
            at_byte: Set(signed(at)),
            bytes: Set(signed(bytes)),
            name: Set(name.to_owned()),
        })
        .exec_without_returning(writing.connection())
        .await?;
    }
    Ok(true)
}

/// The objects of an upload that was found under a scope, in the order of the bytes.
pub async fn pieces(db: &impl Read, id: UploadId) -> Result<Vec<Piece>> {
    let rows = upload_pieces::Entity::find()
        .filter(upload_pieces::Column::UploadId.eq(id.0))
        .order_by_asc(upload_pieces::Column::AtByte)
        .all(db.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Piece {
            bytes: unsigned(row.bytes),
            name: row.name,
        })
        .collect())
}

/// Gives the file to an import; says whether it was there to give, so that it is given once.
pub async fn give_to(writing: &Writing, id: UploadId, import: ImportId) -> Result<bool> {
    let done = uploads::Entity::update_many()
        .col_expr(uploads::Column::ImportId, Expr::value(Some(import.0)))
        .filter(uploads::Column::Id.eq(id.0))
        .filter(uploads::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(uploads::Column::ImportId.is_null())
        .filter(uploads::Column::ExpiresAt.gt(writing.now().0))
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Forgets an upload whose file no import has; says whether there was one.
pub async fn remove(writing: &Writing, id: UploadId) -> Result<bool> {
    let done = uploads::Entity::delete_many()
        .filter(uploads::Column::Id.eq(id.0))
        .filter(uploads::Column::TenantId.eq(writing.scope().tenant().0))
        .filter(uploads::Column::ImportId.is_null())
        .exec(writing.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

#[derive(Debug, FromQueryResult)]
struct Forgotten {
    id: Uuid,
    import_id: Option<Uuid>,
}

/// Forgets uploads of any tenant that have expired, `most` at once; gives how many went, and the keys of those whose
/// files nobody has any more.
pub async fn sweep(store: &Store, now: Timestamp, most: u32) -> Result<(u64, Vec<String>)> {
    const SWEEP: &str = "
delete from uploads where id in (select id from uploads where expires_at <= $1 order by expires_at limit $2) and expires_at <= $1
returning id, import_id";
    let _permit = store.writer_permit().await?;
    let db = store.writers();
    let values = [now.0.into(), i64::from(most).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SWEEP, values);
    let gone = Forgotten::find_by_statement(statement).all(db).await?;
    let count = gone.len() as u64;
    let unused = gone.into_iter().filter(|row| row.import_id.is_none());
    let keys = unused.map(|row| UploadId(row.id).to_string()).collect();
    Ok((count, keys))
}

#[derive(Debug, FromQueryResult)]
struct Waiting {
    id: Uuid,
}

/// The files of any tenant that wait for an import; `None` where these are more than `most`.
pub async fn keys_waiting(store: &Store, most: usize) -> Result<Option<Vec<String>>> {
    const KEYS: &str = "select id from uploads where import_id is null limit $1";
    let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
    let _permit = store.reader_permit().await?;
    let db = store.readers();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), KEYS, [limit.into()]);
    let rows = Waiting::find_by_statement(statement).all(db).await?;
    let keys: Vec<String> = rows
        .into_iter()
        .map(|row| UploadId(row.id).to_string())
        .collect();
    Ok((keys.len() <= most).then_some(keys))
}

fn upload(row: uploads::Model) -> Upload {
    Upload {
        id: UploadId(row.id),
        user_id: UserId(row.user_id),
        file_name: row.file_name,
        bytes_declared: unsigned(row.bytes_declared),
        bytes_received: unsigned(row.bytes_received),
        pieces: row.pieces,
        import_id: row.import_id.map(ImportId),
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unsigned(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or(0)
}
