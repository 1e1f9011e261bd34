//! Composing and sending mail: invitations, over SMTP.
mod error;
mod invitation;
mod mailer;
mod options;
mod outbox;

pub use error::MailError;
pub use invitation::Invitation;
pub use mailer::Mailer;
pub use options::{SmtpOptions, Tls};
pub use outbox::{Outbox, Sent};
