//! The program: its settings, its command line, and how the parts are wired together.
//!
//! * [`settings`] and [`cli`] say what is wanted.
//! * `parts` opens what the use cases need; `serve` puts the delivery crates on top and lives until a signal.
//! * `node` finds the other processes on the same database.
//! * `admin`, `import` and `demo` are what an operator does at the command line.

mod admin;
mod banner;
pub mod cli;
mod demo;
mod folder;
mod import;
mod logging;
mod node;
mod parts;
mod password;
mod routes;
mod run;
mod serve;
pub mod settings;
mod signals;

pub use run::run;
