//! The only crate that knows SQL: what is kept, and how it is read and written, on SQLite and on
//! PostgreSQL from one query text.
//!
//! * [`Store`] opens the database and is the one way to a connection ([`Store::read`],
//!   [`Store::write`], and for the few questions that come before a tenant is known, [`unscoped`]).
//! * Every call of a noun's module demands a [`TenantScope`], which only authentication or a
//!   claimed job can make; a row of another tenant is never found.
//! * A [`Writing`] ends with [`Writing::commit`], which numbers its events and keeps the counters
//!   in the same transaction; see [`spine`].
//!
//! Rules do not live here, they are `domain`'s; nor does the order of a use case, which is `app`'s.

pub mod attempts;
pub mod campaigns;
mod connect;
pub mod erase;
mod error;
pub mod imports;
pub mod insights;
pub mod jobs;
pub mod leads;
mod migrate;
pub mod notifications;
mod read;
mod rows;
mod scope;
pub mod sessions;
pub mod spine;
pub mod team;
pub mod templates;
pub mod tenants;
pub mod unscoped;
pub mod uploads;
mod write;

pub use connect::{Engine, Options, PoolGauges, Store};
pub use error::{Error, Result};
pub use read::{Read, Reading};
pub use scope::TenantScope;
pub use write::{Committed, Writing};
