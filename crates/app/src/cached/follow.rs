//! The tail's word to the cache: every event is handed on, so that what the process knows has no gap.

use std::sync::Arc;

use cache::{Knowledge, Named, Tenant};
use domain::ids::TenantId;
use parking_lot::Mutex;
use uuid::Uuid;

use super::scopes::named;
use crate::tail::{Followed, Listener};

/// Hands events to the knowledge from [`begin`](Self::begin) on.
#[derive(Debug)]
pub(super) struct Follows {
    knowledge: Arc<Knowledge>,
    epoch: Mutex<Option<u64>>,
}

impl Follows {
    pub(super) fn new(knowledge: Arc<Knowledge>) -> Self {
        Self {
            knowledge,
            epoch: Mutex::new(None),
        }
    }

    /// Says that the tail has fixed where it starts. What it told before is not needed: nothing was known then.
    pub(super) fn begin(&self, epoch: Uuid) {
        let mut held = self.epoch.lock();
        let epoch = folded(epoch);
        *held = Some(epoch);
        self.knowledge.begin_epoch(epoch);
    }

    fn advance(&self, tenant: TenantId, seq: i64, what: Named<'_>) {
        let Some(epoch) = *self.epoch.lock() else {
            return;
        };
        let tenant = Tenant(tenant.0.as_u128());
        self.knowledge.advance(tenant, epoch, number(seq), what);
    }
}

impl Listener for Follows {
    fn on_events(&self, events: &[Followed]) {
        for Followed { tenant, recorded } in events {
            let scopes = named(&recorded.event);
            let what = scopes.as_deref().map_or(Named::Everything, Named::Scopes);
            self.advance(*tenant, recorded.seq, what);
        }
    }

    fn on_unread(&self, tenant: TenantId, seq: i64) {
        self.advance(tenant, seq, Named::Everything);
    }

    fn on_epoch(&self, epoch: Uuid) {
        self.begin(epoch);
    }
}

/// An epoch as the cache knows it.
pub(super) fn folded(epoch: Uuid) -> u64 {
    let (high, low) = epoch.as_u64_pair();
    high ^ low
}

/// A number of the spine, which none is below zero.
pub(super) fn number(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
