//! What a public installation should have and can do without: warnings, never refusals.

use super::{Settings, database::Location, reader::Reader};

pub(super) fn check(settings: &Settings, reader: &mut Reader) {
    if !settings.server.environment.is_production() {
        return;
    }
    if let Location::Sqlite(_) = settings.database.location {
        reader.warn("ENVIRONMENT=production on SQLite: the data lives in one file on this machine. Set DATABASE_URL to use PostgreSQL.");
    }
    if settings.mail.smtp.is_none() {
        reader.warn("ENVIRONMENT=production without SMTP_HOST: invitations are not mailed; whoever invites has to pass the link on.");
    }
    if settings.server.trusted_proxies.is_empty() {
        reader.warn("ENVIRONMENT=production without TRUSTED_PROXIES: requests that a proxy received over HTTPS look like plain HTTP and are redirected without end. Set it to the proxy's network.");
    }
    if settings.server.frontend_url.is_none() {
        reader.warn("ENVIRONMENT=production without FRONTEND_URL: links in mails lead to this machine's own address. Set it to the public one.");
    }
}
