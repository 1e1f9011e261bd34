//! `[database]`: where the data is and how many connections lead to it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{reader::Reader, secret::Secret};

/// Name of the SQLite file in the data directory.
pub const SQLITE_FILE_NAME: &str = "elite.db";

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its URL.
    Postgres(Secret),
}

/// The section `[database]`.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where the data is.
    pub location: Location,
    /// Connections that are kept open.
    pub pool_size: u32,
    /// Connections beyond those under pressure.
    pub overflow_max: u32,
    /// How long a request waits for a connection.
    pub wait_max: Duration,
    /// Age at which a connection is replaced; `None` keeps it for as long as it works.
    pub recycle_after: Option<Duration>,
    /// Whether a connection is tested before use.
    pub pings_before_use: bool,
}

impl Database {
    /// Most connections that are open at once.
    pub fn connections_max(&self) -> u32 {
        self.pool_size + self.overflow_max
    }

    pub(super) fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        let location = match reader.text("DATABASE_URL") {
            None => Location::Sqlite(data_dir.join(SQLITE_FILE_NAME)),
            Some(url) => location(&url).unwrap_or_else(|reason| {
                reader.refuse("DATABASE_URL", &reason);
                Location::Sqlite(PathBuf::new())
            }),
        };
        let problems_before = reader.problems.len();
        let pool_size = reader.whole("DB_POOL_SIZE");
        let overflow_max = reader.whole("DB_MAX_OVERFLOW");
        if pool_size == 0 && overflow_max == 0 && reader.problems.len() == problems_before {
            reader.refuse("DB_POOL_SIZE", "and DB_MAX_OVERFLOW are both 0, so no connection could ever be opened. Set one of them to 1 or more.");
        }
        let wait_max = Duration::from_secs(reader.whole("DB_POOL_TIMEOUT"));
        let recycle_s: u64 = reader.whole("DB_POOL_RECYCLE");
        let recycle_after = (recycle_s > 0).then(|| Duration::from_secs(recycle_s));
        let pings_before_use = reader.flag("DB_POOL_PRE_PING");
        Self {
            location,
            pool_size,
            overflow_max,
            wait_max,
            recycle_after,
            pings_before_use,
        }
    }
}

const FORMS: &str =
    "Use sqlite:PATH for a file on this machine, or postgres://USER:PASSWORD@HOST/NAME.";

/// Reads the URL; the refusal names its scheme alone, since the rest may hold a password.
fn location(url: &str) -> Result<Location, String> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(format!("is not a database URL. {FORMS}"));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite(rest),
        "postgres" | "postgresql" => match rest.strip_prefix("//") {
            Some(rest) if !rest.is_empty() => Ok(Location::Postgres(Secret::new(format!(
                "postgres://{rest}"
            )))),
            _ => Err(format!("does not say where the server is. {FORMS}")),
        },
        "mysql" | "mariadb" => Err(format!(
            "names MySQL, which this program does not speak. {FORMS}"
        )),
        dialect if dialect.contains('+') => {
            let plain = dialect.split('+').next().unwrap_or_default();
            Err(format!(
                "begins with {dialect}:, which names a driver of another language. Begin it with {plain}: alone."
            ))
        }
        // A password without its URL must not be shown as if it were a scheme.
        _ => Err(format!(
            "does not begin with sqlite:, postgres: or postgresql:. {FORMS}"
        )),
    }
}

/// Reads what follows `sqlite:`. Two slashes belong to the URL, what comes after is the path; `/./` at its begin is how
/// other programs write a relative one.
fn sqlite(rest: &str) -> Result<Location, String> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.strip_prefix("/./").unwrap_or(path);
    if path.contains(":memory:") || query.contains("mode=memory") {
        return Err("names a database in memory, which would lose everything at the end. Name a file: sqlite:PATH.".to_owned());
    }
    if !matches!(query, "" | "mode=rwc" | "mode=rw") {
        return Err("has parameters after the question mark, which SQLite files do not take here. Remove them.".to_owned());
    }
    if path.is_empty() || path.ends_with('/') {
        return Err(
            "does not name a file. Write sqlite:PATH, for example sqlite:./data/elite.db."
                .to_owned(),
        );
    }
    Ok(Location::Sqlite(PathBuf::from(path)))
}
