//! This process's tail of the spine: one reader of all tenants' events, for everybody in the process who must know of them.
//!
//! [`start`] begins at the end of what is committed and goes on until the program stops. The bell wakes it; what no
//! bell told of is found by looking every now and then. Each batch is told to the [`Listener`]s in order, and only then counts
//! as reached, so whoever finds a number reached may rely on all listeners knowing of it. The cache drops what events
//! name, the realtime relay passes them on; neither is known here.

mod gauges;
mod pace;
mod run;

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bell::LastNumbers;
use domain::ids::TenantId;
use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

pub use gauges::TailGauges;
pub use run::start;
pub use store::spine::Followed;

use gauges::Counts;

/// Somebody who is told of every event. The calls come one after another from one task, which waits for each of
/// them: they must be short and must not block; what takes long is put in a bounded queue of the listener's own.
pub trait Listener: Debug + Send + Sync {
    /// Events, of each tenant in order and each once.
    fn on_events(&self, events: &[Followed]);

    /// Events that a newer program wrote and this one cannot read: the number that a tenant has come to by them. Whoever holds
    /// something of the tenant must take it for outdated.
    fn on_unread(&self, tenant: TenantId, seq: i64);

    /// Another epoch has begun: nothing that is known by number holds any longer, and events may have been missed.
    fn on_epoch(&self, epoch: Uuid);
}

/// The tail; clones are handles to the same one.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    listeners: RwLock<Vec<Arc<dyn Listener>>>,
    reached: Mutex<LastNumbers>,
    counts: Counts,
}

impl Tail {
    /// Lets a listener know of every event from now on.
    pub fn listen(&self, listener: Arc<dyn Listener>) {
        self.inner.listeners.write().push(listener);
    }

    /// The number up to which all listeners know a tenant's events; `None` where it has had none since the tail began, or
    /// where so many other tenants had some since that it is forgotten.
    pub fn reached(&self, tenant: TenantId) -> Option<i64> {
        self.inner.reached.lock().get(tenant)
    }

    /// Whether the tail has begun: events before that were told to nobody.
    pub fn has_begun(&self) -> bool {
        self.inner.counts.has_begun.load(Ordering::Acquire)
    }

    /// How the tail fares.
    pub fn gauges(&self) -> TailGauges {
        self.inner.counts.read()
    }

    /// Tells the listeners, and then counts as reached.
    fn tell(&self, events: &[Followed], unread: &[(TenantId, i64)]) {
        for listener in self.inner.listeners.read().iter() {
            if !events.is_empty() {
                listener.on_events(events);
            }
            for (tenant, seq) in unread {
                listener.on_unread(*tenant, *seq);
            }
        }
        let told = events
            .iter()
            .map(|event| (event.tenant, event.recorded.seq))
            .chain(unread.iter().copied());
        let mut reached = self.inner.reached.lock();
        let forgotten: Vec<_> = told
            .filter_map(|(tenant, seq)| reached.raise(tenant, seq))
            .collect();
        drop(reached);
        drop(forgotten); // outside the lock
    }

    /// Forgets what was reached, and tells the listeners.
    fn turn_to(&self, epoch: Uuid) {
        *self.inner.reached.lock() = LastNumbers::default();
        for listener in self.inner.listeners.read().iter() {
            listener.on_epoch(epoch);
        }
    }
}
