//! The settings of the program: read from all layers, checked as a whole, typed.
//!
//! [`Settings::load`] is the way in. Nothing here opens, binds or creates anything; what the values do is decided where
//! they are used. A new setting is a row in `table.rs`, a commented key in `config/elite.default.toml`, a line in
//! `.env.example` and a read in its section's file.

mod cache;
mod cidr;
mod database;
mod error;
mod layers;
mod limits;
mod mail;
mod nearest;
mod origin;
mod production;
mod reader;
mod reference;
mod report;
mod secret;
mod security;
mod server;
mod table;
#[cfg(test)]
mod tests;
mod unused;
mod uploads;

pub use cache::Cache;
pub use cidr::Cidr;
pub use database::{Database, Location, SQLITE_FILE_NAME};
pub use error::SettingsError;
pub use layers::{DEFAULTS, DOTENV_NAME, FILE_NAME, OWN_PREFIX, Sources};
pub use limits::{Imports, Limits};
pub use mail::{Mail, Smtp, SmtpLogin, SmtpTls};
pub use origin::Origin;
pub use reference::reference;
pub use report::Effective;
pub use secret::{MASK, Secret, mask_url};
pub use security::Security;
pub use server::{Environment, Log, LogFormat, Server};
pub use table::{Kind, SETTINGS, Setting};
pub use unused::UNUSED;
pub use uploads::{Bucket, Uploads};

/// Every setting, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the program listens.
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// What is kept of answers, and for how long.
    pub cache: Cache,
    /// Secrets and origins.
    pub security: Security,
    /// How much one user may ask for.
    pub limits: Limits,
    /// What imports may bring.
    pub imports: Imports,
    /// Where uploaded files are.
    pub uploads: Uploads,
    /// How mail leaves.
    pub mail: Mail,
    /// What is logged.
    pub log: Log,
    /// What is odd but stops nothing: a sentence each, to be logged at start.
    pub warnings: Vec<String>,
    effective: Vec<Effective>,
}

impl Settings {
    /// Reads every layer and checks the whole; the error lists every problem that was found.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        let mut reader = reader::Reader::new(layers::gather(sources));
        let server = Server::read(&mut reader);
        let mut settings = Self {
            database: Database::read(&mut reader, &server.data_dir),
            cache: Cache::read(&mut reader),
            security: Security::read(&mut reader, server.environment),
            limits: Limits::read(&mut reader),
            imports: Imports::read(&mut reader),
            uploads: Uploads::read(&mut reader),
            mail: Mail::read(&mut reader),
            log: Log::read(&mut reader),
            server,
            warnings: Vec::new(),
            effective: Vec::new(),
        };
        production::check(&settings, &mut reader);
        if !reader.problems.is_empty() {
            return Err(SettingsError {
                problems: reader.problems,
            });
        }
        settings.effective = report::effective(&settings, &mut reader);
        settings.warnings = reader.warnings;
        Ok(settings)
    }

    /// Every setting with its value and origin, in the table's order.
    pub fn effective(&self) -> &[Effective] {
        &self.effective
    }

    /// Where a setting comes from, by its key (`server.port`) or its name in the environment (`PORT`).
    pub fn origin_of(&self, key: &str) -> Option<&Origin> {
        self.effective
            .iter()
            .find(|effective| effective.setting.key == key || effective.setting.name == key)
            .map(|effective| &effective.origin)
    }

    /// The effective settings as TOML with their origins, secrets masked: what `elite config` prints.
    pub fn report(&self) -> String {
        report::Report(&self.effective).to_string()
    }
}
