//! The highest number of each tenant, for a bounded number of tenants.
//!
//! Two tables instead of an order of use: when the younger is full it becomes the older, and what was in the
//! older and has not rung since is forgotten. Each ring costs two look-ups, however many tenants there are.

use std::collections::HashMap;
use std::mem;

use domain::ids::TenantId;

/// The most tenants whose number is remembered.
pub const TENANTS_MAX: usize = 100_000;

/// A table of numbers by tenant.
type Numbers = HashMap<TenantId, i64>;

/// The two tables. A tenant is in one of them at most.
#[derive(Debug, Default)]
pub struct LastNumbers {
    young: Numbers,
    old: Numbers,
}

impl LastNumbers {
    /// Raises a tenant's number to `seq`; one that is higher already stays. Gives the table that was forgotten,
    /// if any, to be dropped outside the lock.
    pub fn raise(&mut self, tenant: TenantId, seq: i64) -> Option<HashMap<TenantId, i64>> {
        if let Some(number) = self.young.get_mut(&tenant) {
            *number = seq.max(*number);
            return None;
        }
        let before = self.old.remove(&tenant).unwrap_or(seq);
        let is_full = self.young.len() >= TENANTS_MAX / 2;
        let forgotten = is_full.then(|| mem::replace(&mut self.old, mem::take(&mut self.young)));
        self.young.insert(tenant, before.max(seq));
        forgotten
    }

    /// A tenant's number.
    pub fn get(&self, tenant: TenantId) -> Option<i64> {
        let number = self.young.get(&tenant).or_else(|| self.old.get(&tenant));
        number.copied()
    }
}
