//! What can go wrong at the database, sorted by what a caller can do about it.

use sea_orm::DbErr;
use sea_orm::sqlx;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, no room, no disk, or the database is going down: nothing was changed, try again.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// It exists already; holds the unique column as `table.column` (`users.email_key`), the same on
    /// both engines.
    #[error("exists already: {0}")]
    Duplicate(String),
    /// The quota leaves no room; nothing was changed.
    #[error("lead quota exceeded: {used} of {quota}")]
    QuotaExceeded {
        /// Leads the plan allows.
        quota: i64,
        /// Leads counted before this write.
        used: i64,
    },
    /// The job belongs to somebody else by now; nothing was changed.
    #[error("the job's lease was lost")]
    LeaseLost,
    /// A defect of ours, or a damaged database.
    #[error("database: {0}")]
    Defect(String),
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// SQLite's primary result codes that mean "not now": busy, locked, read-only, I/O error, full, cannot open.
const SQLITE_NOT_NOW: [i64; 6] = [5, 6, 8, 10, 13, 14];
/// PostgreSQL's classes and codes that mean "not now": connection, resources (disk full, too many
/// connections), operator intervention, system error; read-only; deadlock and serialisation.
const POSTGRES_NOT_NOW: [&str; 7] = ["08", "53", "57", "58", "25006", "40P01", "40001"];

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.to_string()),
            DbErr::Exec(sea_orm::RuntimeErr::SqlxError(inner))
            | DbErr::Query(sea_orm::RuntimeErr::SqlxError(inner)) => from_sqlx(inner),
            _ => Self::Defect(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        from_sqlx(&error)
    }
}

fn from_sqlx(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(database) => from_database(database.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Error::Unavailable(error.to_string()),
        _ => Error::Defect(error.to_string()),
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> Error {
    if error.is_unique_violation() {
        return Error::Duplicate(unique_column(error));
    }
    let code = error.code().unwrap_or_default().into_owned();
    let not_now = match code.parse::<i64>() {
        // SQLite's extended codes keep the primary one in their low byte; PostgreSQL's have five characters.
        Ok(number) if code.len() < 5 => SQLITE_NOT_NOW.contains(&(number & 0xff)),
        _ => POSTGRES_NOT_NOW.iter().any(|class| code.starts_with(class)),
    };
    let text = format!("{} (code {code})", error.message());
    if not_now {
        Error::Unavailable(text)
    } else {
        Error::Defect(text)
    }
}

/// PostgreSQL names the constraint (`users_email_key_key`), SQLite the columns at the end of its message.
fn unique_column(error: &dyn sqlx::error::DatabaseError) -> String {
    match (error.table(), error.constraint()) {
        (Some(table), Some(constraint)) => {
            let column = constraint.strip_prefix(table).unwrap_or(constraint);
            let column = column.strip_suffix("_key").unwrap_or(column);
            format!("{table}.{}", column.trim_start_matches('_'))
        }
        _ => {
            let message = error.message();
            let columns = message.rsplit_once(": ").map(|(_, columns)| columns);
            columns.unwrap_or(message).to_owned()
        }
    }
}
