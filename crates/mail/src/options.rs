//! What is needed to reach an SMTP server.

use std::fmt;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the clear and must change to TLS before anything is said (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// Not protected.
    None,
}

/// The SMTP server, and the addresses that mails name.
#[derive(Clone)]
pub struct SmtpOptions {
    /// Host name or address; with TLS the certificate must be for it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User name and password, where the server asks for them.
    pub login: Option<(String, String)>,
    /// Sender: `address` or `Name <address>`.
    pub from: String,
    /// Address for questions, in the same form; empty for none.
    pub support: String,
}

impl fmt::Debug for SmtpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpOptions")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("login", &self.login.as_ref().map(|(user, _)| (user, "…")))
            .field("from", &self.from)
            .field("support", &self.support)
            .finish()
    }
}
