//! The spine: every change of a tenant's data appends an event in the same transaction, numbered
//! 1, 2, 3… per tenant without gaps.
//!
//! A write ends with one `UPDATE` of the tenant's row, the events, and the commit. The row's lock is
//! held from the update to the commit alone, so commit order is number order on both engines.
//!
//! * [`after`] and [`before`] read one tenant's events by number.
//! * [`Follower`] follows all tenants by position.
//! * [`crate::Store::epoch`] names the spine's life: numbers of another one are never compared.

mod append;
mod epoch;
mod feed;
mod follow;

pub(crate) use append::{Advance, append};
pub use feed::{after, before};
pub use follow::{Followed, Follower};
