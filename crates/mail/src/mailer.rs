//! The mailer: one value for the whole program, whichever way its mails go.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use domain::entropy::Entropy;

use crate::compose::{Addresses, Content};
use crate::smtp::{SEND_MAX, Smtp};
use crate::{Invitation, MailError, Outbox, Sent, SmtpOptions};

/// Bytes of randomness in a message's id.
const MESSAGE_ID_BYTES: usize = 16;

/// Sends mail; clones share connections.
#[derive(Clone, Debug)]
pub struct Mailer {
    sender: Option<Arc<Sender>>,
}

#[derive(Debug)]
struct Sender {
    /// An error where the addresses are none; only the double keeps it until a mail is sent.
    addresses: Result<Addresses, MailError>,
    carrier: Carrier,
    clock: Clock,
    entropy: Entropy,
}

#[derive(Debug)]
enum Carrier {
    Smtp(Box<Smtp>),
    Memory(Outbox),
}

impl Mailer {
    /// A mailer without a server: every mail is answered with [`MailError::NotConfigured`].
    pub fn none() -> Self {
        Self { sender: None }
    }

    /// A mailer that hands its mails to an SMTP server. It opens no connection and prepares no TLS before the
    /// first mail. Refused when the addresses or the host are none.
    pub fn smtp(options: SmtpOptions) -> Result<Self, MailError> {
        Self::smtp_within(options, SEND_MAX)
    }

    /// A mailer that keeps its mails in memory, and where they are found.
    pub fn in_memory(from: &str, support: &str) -> (Self, Outbox) {
        let outbox = Outbox::default();
        let addresses = Addresses::parse(from, support);
        (
            Self::with(addresses, Carrier::Memory(outbox.clone())),
            outbox,
        )
    }

    /// Whether mails go anywhere.
    pub fn is_configured(&self) -> bool {
        self.sender.is_some()
    }

    /// Sends an invitation and returns when the server has taken it over, or after ten seconds.
    pub async fn send_invitation(&self, invitation: &Invitation<'_>) -> Result<(), MailError> {
        let sender = self.sender.as_ref().ok_or(MailError::NotConfigured)?;
        let addresses = sender.addresses.as_ref().map_err(Clone::clone)?;
        sender.send(addresses, invitation.content(addresses)?).await
    }

    pub(crate) fn smtp_within(options: SmtpOptions, send_max: Duration) -> Result<Self, MailError> {
        let addresses = Addresses::parse(&options.from, &options.support)?;
        let smtp = Smtp::new(options, send_max)?;
        Ok(Self::with(Ok(addresses), Carrier::Smtp(Box::new(smtp))))
    }

    fn with(addresses: Result<Addresses, MailError>, carrier: Carrier) -> Self {
        let sender = Sender {
            addresses,
            carrier,
            clock: Clock::System,
            entropy: Entropy::system(),
        };
        Self {
            sender: Some(Arc::new(sender)),
        }
    }
}

impl Sender {
    async fn send(&self, addresses: &Addresses, content: Content) -> Result<(), MailError> {
        let unique: String = self
            .entropy
            .bytes::<MESSAGE_ID_BYTES>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let message = content.message(addresses, self.clock.now(), &unique)?;
        match &self.carrier {
            Carrier::Smtp(smtp) => smtp.send(&message).await,
            Carrier::Memory(outbox) => {
                outbox.put(Sent {
                    to: content.to.to_string(),
                    subject: content.subject,
                    text: content.text,
                    html: content.html,
                    raw: String::from_utf8_lossy(&message.formatted()).into_owned(),
                });
                Ok(())
            }
        }
    }
}
