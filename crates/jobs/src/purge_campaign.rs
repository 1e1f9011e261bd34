//! Removing the hidden rows of a campaign, a bounded number in each transaction.

use app::jobs::{Claimed, Outcome, Turn, purge_campaign};
use app::{App, Result};
use domain::ids::CampaignId;

use crate::handler::step_by_step;

/// Removes rows until none is hidden.
pub(crate) async fn run(
    app: &App,
    claimed: &Claimed,
    id: CampaignId,
    turn: &Turn,
) -> Result<Outcome> {
    step_by_step(app, claimed, turn, || async {
        Ok(!purge_campaign(app, claimed, id).await?)
    })
    .await
}
