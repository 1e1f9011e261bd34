//! The shapes of the wire (contract 2.1): what is answered, written field by field in the contract's order, and what a
//! request may hold.
//!
//! Answers are made from domain values and serialised. The shapes of requests only describe: a body is read by the
//! handlers' readers, which collect every problem, and a test compares the two. Nothing here decides anything.

mod accounts;
mod campaigns;
mod errors;
mod events;
mod imports;
mod insights;
mod leads;
mod notifications;
mod previews;
mod probes;
mod team;
mod templates;
mod tenants;
mod uploads;

pub use accounts::*;
pub use campaigns::*;
pub use errors::*;
pub use events::*;
pub use imports::*;
pub use insights::*;
pub use leads::*;
pub use notifications::*;
pub use previews::*;
pub use probes::*;
pub use team::*;
pub use templates::*;
pub use tenants::*;
pub use uploads::*;

#[cfg(test)]
mod tests;
