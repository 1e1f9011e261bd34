//! The in-memory double.

/// A mail that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Address of the recipient.
    pub to: String,
    /// Subject, decoded.
    pub subject: String,
    /// Text part, decoded.
    pub text: String,
    /// HTML part, decoded.
    pub html: String,
    /// The whole message as it would travel.
    pub raw: String,
}

/// Where an in-memory mailer puts its mails.
#[derive(Clone, Debug, Default)]
pub struct Outbox;

impl Outbox {
    /// The mails so far, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        Vec::new()
    }
}
