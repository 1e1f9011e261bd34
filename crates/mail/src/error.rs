//! Why a mail was not sent.

/// Why a mail was not sent; the texts are one line, for a log and for the person who runs the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No SMTP server is set.
    #[error("mail is not configured")]
    NotConfigured,
    /// The server, or the address itself, says no: trying again as it is changes nothing by itself.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// The server was not reached, broke off, or did not answer in time.
    #[error("the mail server was not reached: {0}")]
    Unreachable(String),
}
