//! Reading an uploaded file into its campaign.

use app::jobs::{Claimed, Outcome, Turn};
use app::{App, Result, imports};
use domain::ids::ImportId;

/// Reads on from the last committed chunk.
pub(crate) async fn run(
    app: &App,
    claimed: &Claimed,
    id: ImportId,
    turn: &Turn,
) -> Result<Outcome> {
    imports::run_turn(app, claimed, id, turn).await
}

/// Ends the import as failed, with the counts it has come to.
pub(crate) async fn give_up(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    imports::give_up(app, claimed, id).await
}
