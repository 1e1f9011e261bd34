//! Composing mail, and sending it over SMTP or, in tests, into memory.
//!
//! A mail is HTML with a text alternative. What people wrote (names of companies and persons) is held to one line
//! before it comes near a header, and escaped in HTML. A mail carries a one-time link and never a password.
//!
//! What must not come in here: who may invite whom, tokens, rows; and no retrying, which is the caller's to decide.

mod compose;
mod error;
mod invitation;
mod mailer;
mod options;
mod outbox;
mod smtp;
#[cfg(test)]
mod tests;

pub use error::MailError;
pub use invitation::Invitation;
pub use mailer::Mailer;
pub use options::{SmtpOptions, Tls};
pub use outbox::{Outbox, Sent};
