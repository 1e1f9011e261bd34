//! Rings that wait to be told to other nodes: the highest number of each tenant, for a bounded number of tenants.

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::TenantId;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Tenants that can wait; of the others it is only known that there were some.
const WAITING_MAX: usize = 10_000;

/// The rings; nobody who puts one in waits.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    is_open: AtomicBool,
    waiting: Mutex<Waiting>,
    filled: Notify,
}

/// What waits.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) numbers: HashMap<TenantId, i64>,
    /// Whether more tenants rang than are named.
    pub(crate) more: bool,
}

impl Outbox {
    /// Begins to collect; before, rings are dropped.
    pub(crate) fn open(&self) {
        self.is_open.store(true, Ordering::Release);
    }

    pub(crate) fn put(&self, tenant: TenantId, seq: i64) {
        if !self.is_open.load(Ordering::Acquire) {
            return;
        }
        let mut waiting = self.waiting.lock();
        let has_room = waiting.numbers.len() < WAITING_MAX;
        match waiting.numbers.get_mut(&tenant) {
            Some(number) => *number = seq.max(*number),
            None if has_room => {
                waiting.numbers.insert(tenant, seq);
            }
            None => waiting.more = true,
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// Returns when something may wait.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    pub(crate) fn take(&self) -> Waiting {
        mem::take(&mut *self.waiting.lock())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn tenant(n: usize) -> TenantId {
        TenantId(Uuid::from_u128(n as u128))
    }

    #[test]
    fn rings_of_a_tenant_are_one_and_room_is_bounded() {
        let outbox = Outbox::default();
        outbox.put(tenant(1), 1);
        assert_eq!(outbox.take(), Waiting::default());
        outbox.open();
        for seq in [1, 3, 2] {
            outbox.put(tenant(1), seq);
        }
        let waiting = outbox.take();
        assert_eq!((waiting.numbers[&tenant(1)], waiting.more), (3, false));
        for n in 0..=WAITING_MAX {
            outbox.put(tenant(n), 1);
        }
        let waiting = outbox.take();
        assert_eq!((waiting.numbers.len(), waiting.more), (WAITING_MAX, true));
        assert_eq!(outbox.take(), Waiting::default());
    }
}
