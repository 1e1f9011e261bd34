//! Opening the database, and the one seam through which every connection is taken.
//!
//! PostgreSQL: one pool, `pool_size` connections kept warm and `max_overflow` more under pressure.
//! SQLite: one connection writes, several read, and writers wait in line before the seam, so that
//! none of them meets a locked database. Either way a caller who waits longer than `timeout` is
//! told that the database is unavailable, and the gauges show who waits.

mod pace;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use domain::entropy::Entropy;
use limits::{Permit, Permits};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions, Connection, PgPool, SqlitePool};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, SqlxPostgresConnector,
    SqlxSqliteConnector, TransactionOptions, TransactionTrait,
};

use self::pace::Pace;
use crate::error::{Error, Result};
use crate::read::Reading;
use crate::scope::TenantScope;
use crate::write::Writing;

/// Reading connections of one process to a SQLite file, at most.
const SQLITE_READERS_MAX: u32 = 8;
/// What the writing connection keeps of the file, in KiB, so that a chunk of an import fits: a page is then written once.
const SQLITE_WRITER_CACHE_KB: u32 = 32 << 10;
/// Pages of the log before they are copied to the file, 32 MB: a page that changes again meanwhile is copied once.
const SQLITE_CHECKPOINT_PAGES: u32 = 8_192;
/// How long SQLite itself waits for a lock; only other programs can hold one.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an overflow connection may idle before it is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// A connection that was given back so recently, and tried then, is not tried again: under load every third round trip would be a try.
const ALIVE_FOR: Duration = Duration::from_millis(20);
/// Connections are replaced one after another within this last part of the recycle time, so that not all end together.
const RECYCLE_SPREAD: f64 = 0.2;
/// How long a transaction may do nothing before the server ends it: as long as it is open it holds
/// back what all followers see.
const IDLE_TRANSACTION_TIMEOUT: &str = "60s";

/// How to open the database.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// Connections kept warm.
    pub pool_size: u32,
    /// Connections more under pressure.
    pub max_overflow: u32,
    /// How long a caller waits for a connection.
    pub timeout: Duration,
    /// After how long a connection is replaced; zero means never.
    pub recycle: Duration,
    /// Whether a connection is tried before it is used.
    pub pre_ping: bool,
}

impl Options {
    /// The defaults of the product for a database.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pool_size: 20,
            max_overflow: 40,
            timeout: Duration::from_secs(30),
            recycle: Duration::from_secs(3600),
            pre_ping: true,
        }
    }
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, inside the program.
    Sqlite,
    /// A server.
    Postgres,
}

/// The state of the seam, for operators.
#[derive(Debug, Clone, Copy)]
pub struct PoolGauges {
    /// Connections open now.
    pub size: u32,
    /// Of these, unused.
    pub idle: u32,
    /// The most there may be.
    pub max: u32,
    /// The gate of readers (of all, on PostgreSQL).
    pub gate: limits::Gauges,
    /// The gate of writers, where they have their own.
    pub writers: Option<limits::Gauges>,
}

/// The open database. Clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    engine: Engine,
    clock: Clock,
    entropy: Entropy,
    timeout: Duration,
    readers: DatabaseConnection,
    writers: DatabaseConnection,
    gate: Permits,
    writer_gate: Option<Permits>,
    pools: Pools,
}

#[derive(Debug)]
pub(crate) enum Pools {
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        path: PathBuf,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database; migrations are [`Store::migrate`]'s.
    pub async fn open(options: &Options, clock: Clock, entropy: Entropy) -> Result<Self> {
        if options.url.starts_with("sqlite:") {
            open_sqlite(options, clock, entropy).await
        } else {
            open_postgres(options, clock, entropy).await
        }
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// The clock that rows are dated by.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The source of the ids that rows get.
    pub fn entropy(&self) -> &Entropy {
        &self.inner.entropy
    }

    /// A connection for reading a tenant's rows.
    pub async fn read(&self, scope: TenantScope) -> Result<Reading> {
        let permit = self.reader_permit().await?;
        Ok(Reading::new(self.inner.readers.clone(), scope, permit))
    }

    /// A transaction for writing a tenant's rows; nothing is kept before [`Writing::commit`].
    pub async fn write(&self, scope: TenantScope) -> Result<Writing> {
        let permit = self.writer_permit().await?;
        let transaction = self.begin().await?;
        Ok(Writing::new(self.clone(), transaction, scope, permit))
    }

    /// The same where a connection is free now and another one is left; `None` otherwise. So whoever holds what this gives may
    /// wait for a connection: of all connections at least one is in the hands of somebody who waits for none.
    pub async fn try_write(&self, scope: TenantScope) -> Result<Option<Writing>> {
        let gate = self.inner.writer_gate.as_ref().unwrap_or(&self.inner.gate);
        let Some(permit) = gate.try_acquire() else {
            return Ok(None);
        };
        let gauges = gate.gauges();
        if gauges.in_use == gauges.capacity {
            return Ok(None);
        }
        let transaction = self.begin().await?;
        Ok(Some(Writing::new(self.clone(), transaction, scope, permit)))
    }

    /// The seam's state.
    pub fn gauges(&self) -> PoolGauges {
        let (size, idle, max) = match &self.inner.pools {
            Pools::Sqlite {
                readers, writer, ..
            } => (
                readers.size() + writer.size(),
                idle(readers.num_idle(), readers.size()) + idle(writer.num_idle(), writer.size()),
                readers.options().get_max_connections() + 1,
            ),
            Pools::Postgres(pool) => (
                pool.size(),
                idle(pool.num_idle(), pool.size()),
                pool.options().get_max_connections(),
            ),
        };
        PoolGauges {
            size,
            idle,
            max,
            gate: self.inner.gate.gauges(),
            writers: self.inner.writer_gate.as_ref().map(Permits::gauges),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.inner.pools {
            Pools::Sqlite {
                readers, writer, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.inner.pools
    }

    pub(crate) fn readers(&self) -> &DatabaseConnection {
        &self.inner.readers
    }

    pub(crate) fn writers(&self) -> &DatabaseConnection {
        &self.inner.writers
    }

    /// A writing transaction; the caller holds a writer's permit.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: match self.inner.engine {
                Engine::Sqlite => Some(SqliteTransactionMode::Immediate),
                Engine::Postgres => None,
            },
            ..TransactionOptions::default()
        };
        Ok(self.inner.writers.begin_with_options(options).await?)
    }

    pub(crate) async fn reader_permit(&self) -> Result<Permit> {
        self.acquire(&self.inner.gate).await
    }

    pub(crate) async fn writer_permit(&self) -> Result<Permit> {
        self.acquire(self.inner.writer_gate.as_ref().unwrap_or(&self.inner.gate))
            .await
    }

    async fn acquire(&self, gate: &Permits) -> Result<Permit> {
        gate.acquire(self.inner.timeout).await.map_err(|timed_out| {
            let seconds = timed_out.waited.as_secs_f32();
            Error::Unavailable(format!("no connection became free within {seconds:.1} s"))
        })
    }
}

async fn open_sqlite(options: &Options, clock: Clock, entropy: Entropy) -> Result<Store> {
    let path = sqlite_path(&options.url);
    let connect = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_BUSY_TIMEOUT)
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    // A full disk makes SQLite roll back by itself; sqlx then counts a transaction that is no more, and
    // the next one would be a savepoint that never commits. The ping waits for a rollback under way,
    // and a connection that still counts one is replaced.
    let writing = connect
        .clone()
        .pragma("cache_size", format!("-{SQLITE_WRITER_CACHE_KB}"))
        .pragma("wal_autocheckpoint", SQLITE_CHECKPOINT_PAGES.to_string());
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .test_before_acquire(true)
        .before_acquire(|connection, _| {
            let clean = !connection.is_in_transaction();
            Box::pin(async move { Ok(clean) })
        })
        .acquire_timeout(options.timeout)
        .connect_with(writing)
        .await?;
    let readers_max = (options.pool_size + options.max_overflow).clamp(1, SQLITE_READERS_MAX);
    let readers = SqlitePoolOptions::new()
        .max_connections(readers_max)
        .min_connections(1)
        .test_before_acquire(false)
        .idle_timeout(IDLE_TIMEOUT)
        .acquire_timeout(options.timeout)
        .connect_with(connect.pragma("query_only", "on"))
        .await?;
    Ok(Store {
        inner: Arc::new(Inner {
            engine: Engine::Sqlite,
            clock,
            entropy,
            timeout: options.timeout,
            readers: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers.clone()),
            writers: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.clone()),
            gate: Permits::new(readers_max as usize),
            writer_gate: Some(Permits::new(1)),
            pools: Pools::Sqlite {
                readers,
                writer,
                path,
            },
        }),
    })
}

async fn open_postgres(options: &Options, clock: Clock, entropy: Entropy) -> Result<Store> {
    let connect = PgConnectOptions::from_str(&options.url)
        .map_err(|error| Error::Defect(format!("DATABASE_URL: {error}")))?
        .application_name("elite")
        // The server notices within this time that a client is gone, even in a long statement.
        .options([
            ("client_connection_check_interval", "5s"),
            (
                "idle_in_transaction_session_timeout",
                IDLE_TRANSACTION_TIMEOUT,
            ),
        ])
        .disable_statement_logging();
    let max = (options.pool_size + options.max_overflow).max(1);
    let mut pool = PgPoolOptions::new()
        .max_connections(max)
        .min_connections(options.pool_size.min(max))
        .acquire_timeout(options.timeout)
        .idle_timeout(IDLE_TIMEOUT)
        .test_before_acquire(false)
        // A connection keeps the room of its largest statement: of an import's chunk, megabytes, twenty times.
        .after_release(|connection, _| {
            connection.shrink_buffers();
            Box::pin(async { Ok(true) })
        })
        .max_lifetime(None);
    let recycle = options.recycle;
    if !recycle.is_zero() {
        pool = pool.max_lifetime(recycle);
    }
    let pace = Arc::new(Pace::new(recycle.mul_f64(RECYCLE_SPREAD / f64::from(max))));
    let pre_ping = options.pre_ping;
    let pool = pool.before_acquire(move |connection, meta| {
        let old = meta.age > recycle.mul_f64(1.0 - RECYCLE_SPREAD);
        let worn_out = !recycle.is_zero() && (meta.age > recycle || (old && pace.is_time()));
        let asked = pre_ping && meta.idle_for > ALIVE_FOR;
        Box::pin(async move { Ok(!worn_out && (!asked || connection.ping().await.is_ok())) })
    });
    let pool = pool.connect_with(connect).await?;
    Ok(Store {
        inner: Arc::new(Inner {
            engine: Engine::Postgres,
            clock,
            entropy,
            timeout: options.timeout,
            readers: SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()),
            writers: SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone()),
            gate: Permits::new(max as usize),
            writer_gate: None,
            pools: Pools::Postgres(pool),
        }),
    })
}

/// The pool counts its idle connections without a lock: for a moment the count can be below zero,
/// which reads as a huge number, or above the size.
fn idle(counted: usize, size: u32) -> u32 {
    u32::try_from(counted).map_or(0, |counted| counted.min(size))
}

/// `sqlite:PATH`, `sqlite://PATH` and `sqlite:///ABSOLUTE`, as other tools write them.
fn sqlite_path(url: &str) -> PathBuf {
    let rest = url.trim_start_matches("sqlite:");
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    PathBuf::from(rest.split('?').next().unwrap_or(rest))
}
