//! The nouns of the product and the rules that bind them: typed ids, state machines, event and job
//! payloads, and the two sources of what is not a rule, the clock and randomness.
//!
//! Everything here is pure and synchronous: a rule takes the state and a command and gives the new
//! state or a refusal. No I/O, no SQL, no HTTP, no async; `store` remembers, `app` decides the order.

pub mod accounts;
pub mod campaigns;
pub mod clock;
pub mod email;
pub mod entropy;
pub mod events;
pub mod ids;
pub mod imports;
pub mod insights;
pub mod jobs;
pub mod leads;
pub mod notifications;
pub mod passwords;
pub mod problems;
pub mod refusal;
pub mod search;
pub mod team;
pub mod templates;
pub mod tenants;
pub mod uploads;
