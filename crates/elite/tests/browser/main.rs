//! The site as a person uses it: a real browser before the real program.
//!
//! Each page is looked at on the way ([`visitor::Visitor::look`]): an empty console, so nothing that the
//! policy refused, and no page wider than a phone. Pictures of all go to `target/screenshots`.

mod docs;
mod main_job;
mod plain;
mod resumable;
mod visitor;
mod wizard;
