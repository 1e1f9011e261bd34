//! The program: its settings, its command line, and how the parts are wired together.

pub mod cli;
pub mod settings;
