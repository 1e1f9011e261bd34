//! What this process knows of each tenant's sequence: how far it has been followed, and the last event that named
//! each scope.
//!
//! Memory is bounded, and forgetting is safe. A forgotten scope raises its tenant's *floor*: whatever is not in the table
//! counts as named there. A forgotten tenant is unknown again, so that nothing cached answers for it, until a load has
//! read its number anew; a number that was read before the forgetting is refused, since an event after it may be among
//! what was forgotten.

use std::collections::HashMap;

use crate::rule::{Known, Stamp};
use crate::scope::{Scope, Tenant};
use crate::sync::Mutex;

/// How many locks the table has.
const SHARDS: usize = 16;
/// The most scopes remembered for one tenant.
pub const SCOPES_PER_TENANT_MAX: usize = 4096;
/// How many tenants and scopes together are remembered unless told otherwise; about 64 bytes each.
pub const REMEMBERED_MAX: usize = 128 * 1024;

/// What an event names.
#[derive(Debug, Clone, Copy)]
pub enum Named<'a> {
    /// These scopes; none, if nothing that is cached depends on the event.
    Scopes(&'a [Scope]),
    /// All that is cached of the tenant.
    Everything,
}

/// The knowledge of one process; shared by all its caches.
#[derive(Debug)]
pub struct Knowledge {
    shards: Vec<Mutex<Shard>>,
    remembered_max: usize,
}

/// A sign taken before a load reads the tenant's number, so that the number may be learned from afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Ticket {
    tenant: Tenant,
    epoch: Option<u64>,
    forgettings: u64,
}

#[derive(Debug, Default)]
struct Shard {
    /// `None` until the sequence is followed.
    epoch: Option<u64>,
    forgettings: u64,
    remembered: usize,
    tenants: HashMap<Tenant, Followed>,
}

#[derive(Debug)]
struct Followed {
    reached: u64,
    floor: u64,
    named: HashMap<Scope, u64>,
    /// Whether a reader asked since the last forgetting.
    is_in_use: bool,
}

impl Knowledge {
    /// Knows nothing, and learns nothing until [`begin_epoch`](Self::begin_epoch) says that the sequence is followed.
    pub fn new() -> Self {
        Self::with_bound(REMEMBERED_MAX)
    }

    /// The same, remembering at most so many tenants and scopes together.
    pub fn with_bound(remembered_max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(Shard::default())).collect(),
            remembered_max: remembered_max.div_ceil(SHARDS).max(2),
        }
    }

    /// Says that every event after this moment will be handed to [`advance`](Self::advance), with this epoch; whatever was known is
    /// forgotten. Whoever follows the sequence calls it once it has fixed where it starts, and again when the epoch changes.
    pub fn begin_epoch(&self, epoch: u64) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.forgettings += 1;
            shard.epoch = Some(epoch);
            shard.remembered = 0;
            shard.tenants.clear();
        }
    }

    /// Says that nobody follows the sequence any more: nothing cached answers until [`begin_epoch`](Self::begin_epoch).
    pub fn stop_following(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.forgettings += 1;
            shard.epoch = None;
            shard.remembered = 0;
            shard.tenants.clear();
        }
    }

    /// The epoch that is followed, if any.
    pub fn epoch(&self) -> Option<u64> {
        self.shards[0].lock().epoch
    }

    /// Takes in one event. All of a tenant's events are handed in, also those that name nothing; in the order of their numbers,
    /// since a gap counts as events that name everything. Handing one in again, or late, does no harm.
    pub fn advance(&self, tenant: Tenant, epoch: u64, seq: u64, named: Named<'_>) {
        let mut shard = self.shard(tenant).lock();
        if shard.epoch != Some(epoch) {
            drop(shard);
            self.begin_epoch(epoch);
            shard = self.shard(tenant).lock();
        }
        shard.advance(tenant, seq, named);
        shard.stay_within(self.remembered_max);
    }

    /// To be taken before a load reads the tenant's number.
    pub fn ticket(&self, tenant: Tenant) -> Ticket {
        let shard = self.shard(tenant).lock();
        Ticket {
            tenant,
            epoch: shard.epoch,
            forgettings: shard.forgettings,
        }
    }

    /// Learns a tenant's number from a load, if the tenant is unknown: everything counts as named just then. Gives whether
    /// the tenant is known now.
    pub fn learn(&self, ticket: Ticket, stamp: Stamp) -> bool {
        let mut shard = self.shard(ticket.tenant).lock();
        let is_of_this_life = ticket.epoch == Some(stamp.epoch)
            && shard.epoch == ticket.epoch
            && shard.forgettings == ticket.forgettings;
        if shard.tenants.contains_key(&ticket.tenant) {
            return shard.epoch == Some(stamp.epoch);
        }
        if is_of_this_life {
            shard.remembered += 1;
            shard.tenants.insert(
                ticket.tenant,
                Followed {
                    reached: stamp.as_of,
                    floor: stamp.as_of,
                    named: HashMap::new(),
                    is_in_use: true,
                },
            );
            shard.stay_within(self.remembered_max);
        }
        is_of_this_life
    }

    /// What is known of a tenant and some scopes of its; `None` where the tenant is unknown.
    pub fn known(&self, tenant: Tenant, scopes: &[Scope]) -> Option<Known> {
        let mut shard = self.shard(tenant).lock();
        let epoch = shard.epoch?;
        let followed = shard.tenants.get_mut(&tenant)?;
        followed.is_in_use = true;
        let last = scopes
            .iter()
            .filter_map(|scope| followed.named.get(scope).copied())
            .max();
        Some(Known {
            epoch,
            reached: followed.reached,
            named: followed.floor.max(last.unwrap_or(0)),
        })
    }

    /// How many tenants and scopes are remembered.
    pub fn remembered(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().remembered)
            .sum()
    }

    fn shard(&self, tenant: Tenant) -> &Mutex<Shard> {
        let folded = (tenant.0 ^ (tenant.0 >> 64)) as u64;
        let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        &self.shards[mixed as usize % SHARDS]
    }
}

impl Default for Knowledge {
    fn default() -> Self {
        Self::new()
    }
}

impl Shard {
    fn advance(&mut self, tenant: Tenant, seq: u64, named: Named<'_>) {
        if !self.tenants.contains_key(&tenant) {
            self.remembered += 1;
        }
        let followed = self.tenants.entry(tenant).or_insert_with(|| Followed {
            reached: seq,
            floor: seq.saturating_sub(1),
            named: HashMap::new(),
            is_in_use: false,
        });
        let before = followed.named.len();
        followed.advance(seq, named);
        self.remembered = self.remembered + followed.named.len() - before;
    }

    /// Forgets tenants, those that nobody asked for first, until half of the bound is free.
    fn stay_within(&mut self, remembered_max: usize) {
        if self.remembered <= remembered_max {
            return;
        }
        self.forgettings += 1;
        let mut left = self.remembered;
        for may_be_in_use in [false, true] {
            self.tenants.retain(|_, followed| {
                if left <= remembered_max / 2 || (followed.is_in_use && !may_be_in_use) {
                    return true;
                }
                left -= followed.cost();
                false
            });
        }
        for followed in self.tenants.values_mut() {
            followed.is_in_use = false;
        }
        self.remembered = left;
    }
}

impl Followed {
    fn cost(&self) -> usize {
        1 + self.named.len()
    }

    fn advance(&mut self, seq: u64, named: Named<'_>) {
        if seq > self.reached.saturating_add(1) {
            // Events between were not seen: they may have named anything.
            self.raise_floor(seq - 1);
        }
        match named {
            Named::Everything => self.raise_floor(seq),
            Named::Scopes(scopes) if seq > self.floor => {
                for scope in scopes {
                    let last = self.named.entry(*scope).or_insert(seq);
                    *last = seq.max(*last);
                }
            }
            Named::Scopes(_) => {}
        }
        self.reached = self.reached.max(seq);
        if self.named.len() > SCOPES_PER_TENANT_MAX {
            self.forget_older_half();
        }
    }

    fn raise_floor(&mut self, floor: u64) {
        if floor > self.floor {
            self.floor = floor;
            self.named.retain(|_, last| *last > floor);
        }
    }

    fn forget_older_half(&mut self) {
        let mut numbers: Vec<u64> = self.named.values().copied().collect();
        let middle = numbers.len() / 2;
        let (_, median, _) = numbers.select_nth_unstable(middle);
        self.raise_floor(*median);
    }
}
