//! Writing the words by which leads are found.

use app::jobs::{Claimed, Outcome, Turn, fill_search};
use app::{App, Result};

use crate::handler::step_by_step;

/// Writes words until none wait.
pub(crate) async fn run(app: &App, claimed: &Claimed, turn: &Turn) -> Result<Outcome> {
    step_by_step(app, claimed, turn, || fill_search(app, claimed)).await
}
