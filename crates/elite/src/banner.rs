//! What the program says when it is ready.

use std::net::SocketAddr;

use crate::parts::Opened;
use crate::run;
use crate::settings::{Location, Settings, mask_url};

/// The lines for the person at the terminal.
pub(crate) fn lines(settings: &Settings, opened: &Opened, address: SocketAddr) -> Vec<String> {
    let database = match &settings.database.location {
        Location::Sqlite(path) => {
            let path = path.canonicalize().unwrap_or(path.clone());
            format!("SQLite {}", path.display())
        }
        Location::Postgres(url) => format!("PostgreSQL {}", mask_url(url.expose())),
    };
    vec![
        format!("Elite Creatif {}", env!("CARGO_PKG_VERSION")),
        format!("  Listening on  {address}"),
        format!("  Open          {}", opened.app.options().public_url),
        format!("  API           {}/docs", opened.app.options().public_url),
        format!("  Data          {}", opened.folder.path().display()),
        format!("  Database      {database} (schema {})", opened.schema),
        "  Cache         none; every read comes from the database".to_owned(),
    ]
}

/// Prints them to standard output. Where nobody reads it any more, the program serves all the same.
pub(crate) fn print(lines: &[String]) {
    if let Err(reason) = run::print(&lines.join("\n")) {
        tracing::warn!("{reason}");
    }
}
