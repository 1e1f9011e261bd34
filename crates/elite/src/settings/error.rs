//! What stops a start because of the settings: all problems at once, each a sentence that says what to change.

use std::fmt;

use thiserror::Error;

/// Why the settings cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub struct SettingsError {
    /// One sentence or two for each problem, in the order of the settings; never empty, and never with a secret in it.
    pub problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => write!(f, "The settings have a problem: {one}"),
            several => {
                write!(f, "The settings have {} problems:", several.len())?;
                several
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  - {problem}"))
            }
        }
    }
}
