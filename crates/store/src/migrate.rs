//! Bringing the schema up to date. The SQL in `migrations/` is one text for both engines; sqlx's
//! migrator keeps the record of what ran, compares checksums and locks out a second one.

use std::borrow::Cow;

use sea_orm::sqlx::SqlSafeStr;
use sea_orm::sqlx::migrate::{Migration, MigrationType, Migrator};
use sea_orm::sqlx::{AssertSqlSafe, migrate::MigrateError};

use crate::connect::{Engine, Pools, Store};
use crate::error::{Error, Result};

/// Tries on SQLite, where sqlx locks nobody out: who loses the race finds the work done the next time.
const SQLITE_TRIES: u32 = 3;

const SCRIPTS: &[(i64, &str, &str)] = &[
    (
        1,
        "start",
        include_str!("../../../migrations/0001_start.sql"),
    ),
    (
        2,
        "imports",
        include_str!("../../../migrations/0002_imports.sql"),
    ),
    (
        3,
        "uploads",
        include_str!("../../../migrations/0003_uploads.sql"),
    ),
    (4, "keys", include_str!("../../../migrations/0004_keys.sql")),
];

/// SQLite's position is the rowid; PostgreSQL's needs an index, which the first script ends with.
const EVENTS_BY_POSITION: &str =
    "\ncreate index events_by_position on events (position, tenant_id, seq);\n";
/// What differs by engine: docs/decisions/0007.
const KEYS_ON_SQLITE: &str = include_str!("../../../migrations/0004_keys_sqlite.sql");
const KEYS_ON_POSTGRES: &str = include_str!("../../../migrations/0004_keys_postgres.sql");

impl Store {
    /// Applies what is missing and gives the schema's version; a schema newer than this program is refused.
    pub async fn migrate(&self) -> Result<i64> {
        let migrator = migrator(self.engine());
        let outcome = match self.pools() {
            Pools::Sqlite { writer, .. } => {
                let mut outcome = migrator.run(writer).await;
                for _ in 1..SQLITE_TRIES {
                    if !matches!(
                        outcome,
                        Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
                    ) {
                        break;
                    }
                    outcome = migrator.run(writer).await;
                }
                outcome
            }
            Pools::Postgres(pool) => migrator.run(pool).await,
        };
        outcome.map_err(explain)?;
        Ok(SCRIPTS.last().map_or(0, |(version, _, _)| *version))
    }
}

fn explain(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        MigrateError::VersionMissing(version) => Error::Defect(format!(
            "the database has schema version {version}, which this program does not know: start a newer program"
        )),
        other => Error::Defect(format!("migration: {other}")),
    }
}

fn migrator(engine: Engine) -> Migrator {
    let migrations = SCRIPTS
        .iter()
        .map(|(version, name, text)| {
            let mut sql = for_engine(text, engine);
            match (*version, engine) {
                (1, Engine::Postgres) => sql.push_str(EVENTS_BY_POSITION),
                (4, Engine::Sqlite) => sql.push_str(KEYS_ON_SQLITE),
                (4, Engine::Postgres) => sql.push_str(KEYS_ON_POSTGRES),
                _ => {}
            }
            let sql = AssertSqlSafe(sql).into_sql_str();
            Migration::new(
                *version,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                sql,
                false,
            )
        })
        .collect::<Vec<_>>();
    Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    }
}

fn for_engine(text: &str, engine: Engine) -> String {
    let names: [(&str, &str); 6] = match engine {
        Engine::Sqlite => [
            ("{{uuid}}", "blob"),
            ("{{json}}", "text"),
            ("{{position}}", "position integer primary key autoincrement"),
            ("{{events_key}}", "unique (tenant_id, seq)"),
            ("{{collate_bytes}}", ""),
            ("{{without_rowid}}", " without rowid"),
        ],
        Engine::Postgres => [
            ("{{uuid}}", "uuid"),
            ("{{json}}", "jsonb"),
            (
                "{{position}}",
                "position xid8 not null default pg_current_xact_id()",
            ),
            ("{{events_key}}", "primary key (tenant_id, seq)"),
            ("{{collate_bytes}}", "collate \"C\""),
            ("{{without_rowid}}", ""),
        ],
    };
    names.iter().fold(text.to_owned(), |sql, (name, value)| {
        sql.replace(name, value)
    })
}
