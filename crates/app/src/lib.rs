//! The use cases. Each reads the same: authorise, begin, load, decide, save, record the event,
//! commit, answer. Here is decided *in which order*; `domain` decides what is true, `store`
//! remembers, and the delivery crates translate.
//!
//! Who may call what is in the signatures: a [`SignedIn`](caller::SignedIn) proves a live login, a
//! [`Member`](caller::Member) also a live tenant. No SQL here, no HTTP.

pub mod accounts;
pub mod cached;
pub mod caller;
pub mod campaigns;
pub mod context;
pub mod error;
pub mod events;
pub mod housekeeping;
pub mod imports;
pub mod insights;
pub mod jobs;
pub mod leads;
pub mod notifications;
pub mod operators;
mod passwords;
pub mod tail;
pub mod tasks;
pub mod team;
pub mod templates;
pub mod tenants;
mod throttle;
pub mod tokens;
pub mod uploads;

pub use context::{App, Done, Options};
pub use error::{Error, Result};
