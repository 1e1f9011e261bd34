//! The wire contract against the running program, on SQLite and on PostgreSQL.
//!
//! Each test is a story told twice, once for each engine ([`world::on_both`]), on a server that all tests of this process
//! share: a story stays out of the others' way by registering companies of its own. What needs other settings starts a
//! server of its own. Names say which row of the contract's table of defects a test stands for (`fix_32_…`).
//!
//! What must not live here: anything that reaches behind the wire; the rules' corner cases, which are unit tests where
//! the rules are.

mod accounts;
mod cached;
mod cached_nodes;
mod campaigns;
mod chosen;
mod corpus;
mod edge;
mod events;
mod exports;
mod imports;
mod insights;
mod interrupted;
mod leads;
mod limited;
mod logs;
mod nasty;
mod odd;
mod pages;
mod people;
mod probes;
mod problems;
mod quota;
mod refreshes;
mod secure;
mod sessions;
mod shapes;
mod team;
mod templates;
mod tenants;
mod tokens;
mod unseen;
mod uploads;
mod world;
