//! Taking an import's untouched leads away again.

use app::jobs::{Claimed, Outcome, Turn};
use app::{App, Result, imports};
use domain::ids::ImportId;

/// Goes on from the last committed chunk.
pub(crate) async fn run(
    app: &App,
    claimed: &Claimed,
    id: ImportId,
    turn: &Turn,
) -> Result<Outcome> {
    imports::undo(app, claimed, id, turn).await
}

/// Lets it be asked for again.
pub(crate) async fn give_up(app: &App, claimed: &Claimed, id: ImportId) -> Result<()> {
    imports::give_up_undo(app, claimed, id).await
}
