//! Ids in paths are opaque to clients: what cannot be one is not there.

use std::str::FromStr;

use domain::refusal::Refusal;

use crate::error::Failure;

/// The id that `text` is, or the caller's 404: a malformed id is a missing thing, never a field problem.
pub fn id_or<T: FromStr>(text: &str, not_found: &'static str) -> Result<T, Failure> {
    text.parse()
        .map_err(|_| Refusal::not_found(not_found).into())
}
