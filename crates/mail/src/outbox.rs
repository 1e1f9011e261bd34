//! The in-memory double: mails are kept instead of sent.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

/// The most mails that are kept; the oldest go first.
const SENT_MAX: usize = 1_000;

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
pub struct Outbox {
    sent: Arc<Mutex<VecDeque<Sent>>>,
}

impl Outbox {
    /// The mails so far, oldest first; of very many, the latest.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().iter().cloned().collect()
    }

    pub(crate) fn put(&self, mail: Sent) {
        let mut sent = self.sent.lock();
        if sent.len() == SENT_MAX {
            sent.pop_front();
        }
        sent.push_back(mail);
    }
}
