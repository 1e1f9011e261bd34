//! Wake-ups after a commit, within one process.
//!
//! Whoever has committed rings with the tenant and its new number; whoever follows the spine listens.
//! The bell says *that* something happened and how far a tenant has come, never *what*: the events are
//! in the database, and a listener reads them there. So a ring that is never heard costs time, not truth.
//!
//! What must not come in here: events, SQL, sockets.

mod last_numbers;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::ids::TenantId;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::last_numbers::LastNumbers;

/// The bell of this process; clones are the same bell.
#[derive(Clone, Debug)]
pub struct Bell {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    last: Mutex<LastNumbers>,
    rung: watch::Sender<()>,
}

impl Bell {
    /// A bell that nobody has rung.
    pub fn new() -> Self {
        let shared = Shared {
            last: Mutex::new(LastNumbers::default()),
            rung: watch::Sender::new(()),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Says that a tenant's changes up to `seq` are committed. Waits for nobody, and wakes every listener:
    /// one that is busy finds it at its next wait.
    pub fn ring(&self, tenant: TenantId, seq: i64) {
        // The number first: who wakes must find it.
        let forgotten = self.shared.last.lock().raise(tenant, seq);
        self.shared.rung.send_replace(());
        drop(forgotten);
    }

    /// A listener that hears every ring from now on. Listen first and read afterwards, so that nothing falls
    /// between the two.
    pub fn listen(&self) -> Listener {
        Listener {
            rung: self.shared.rung.subscribe(),
            _bell: self.clone(),
        }
    }

    /// The highest number rung for a tenant in this process; `None` where there was none, or where so many
    /// other tenants have rung since that it is forgotten.
    pub fn last(&self, tenant: TenantId) -> Option<i64> {
        self.shared.last.lock().get(tenant)
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

/// One who waits for the bell; it hears what rings after [`Bell::listen`].
#[derive(Debug)]
pub struct Listener {
    rung: watch::Receiver<()>,
    /// Keeps the bell in being, so that waiting never ends for want of one.
    _bell: Bell,
}

impl Listener {
    /// Returns as soon as there was at least one ring since it last returned; many rings wake once.
    /// Dropping the wait loses nothing.
    pub async fn rang(&mut self) {
        if self.rung.changed().await.is_err() {
            // No ring can come any more; the bell that this listener holds keeps that from happening.
            std::future::pending::<()>().await;
        }
    }
}
