//! Writing a tenant's rows: one transaction, ended by numbering its events.

use domain::clock::Timestamp;
use domain::events::Event;
use domain::insights::CounterChange;
use limits::Permit;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::connect::{Engine, Store};
use crate::error::Result;
use crate::read::{Read, current_seq};
use crate::scope::TenantScope;
use crate::spine;

/// A transaction. Dropped without [`Writing::commit`] it leaves no trace.
#[derive(Debug)]
pub struct Writing {
    store: Store,
    transaction: DatabaseTransaction,
    scope: TenantScope,
    now: Timestamp,
    events: Vec<Event>,
    change: CounterChange,
    quota_enforced: bool,
    _permit: Permit,
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The number of the last event, or the current number where nothing changed.
    pub seq: i64,
    /// Events recorded.
    pub events: usize,
}

impl Writing {
    pub(crate) fn new(
        store: Store,
        transaction: DatabaseTransaction,
        scope: TenantScope,
        permit: Permit,
    ) -> Self {
        Self {
            now: store.clock().now(),
            store,
            transaction,
            scope,
            events: Vec::new(),
            change: CounterChange::default(),
            quota_enforced: false,
            _permit: permit,
        }
    }

    /// The time that this transaction's rows and events bear.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A new id, larger than every one that this process made before.
    pub fn fresh_id(&self) -> Uuid {
        self.store.entropy().uuid(self.now)
    }

    /// Adds an event; it gets its number at the commit.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Refuses the commit when it would take the leads over the plan's quota (402).
    pub fn enforce_quota(&mut self) {
        self.quota_enforced = true;
    }

    /// Keeps what was written: counters and numbers by one update of the tenant's row, the events, the commit.
    pub async fn commit(self) -> Result<Committed> {
        let events = self.events.len();
        let seq = if events == 0 {
            debug_assert!(
                self.change == CounterChange::default(),
                "counters change with an event"
            );
            current_seq(&self).await?
        } else {
            let counted = spine::Advance {
                scope: self.scope,
                now: self.now,
                change: &self.change,
                quota_enforced: self.quota_enforced,
            };
            spine::append(&self.transaction, &counted, &self.events).await?
        };
        self.transaction.commit().await?;
        Ok(Committed { seq, events })
    }

    pub(crate) fn change(&mut self) -> &mut CounterChange {
        &mut self.change
    }

    pub(crate) fn engine(&self) -> Engine {
        self.store.engine()
    }
}

impl Read for Writing {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    fn scope(&self) -> TenantScope {
        self.scope
    }

    fn locks_rows(&self) -> bool {
        self.engine() == Engine::Postgres
    }
}
