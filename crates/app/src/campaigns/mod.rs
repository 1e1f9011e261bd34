//! Campaigns: make, list, show, change, delete.

mod create;
mod delete;
mod show;
mod update;

pub use create::create;
pub use delete::delete;
pub use show::{list, show};
pub use update::update;

use domain::campaigns::Campaign;
use domain::ids::CampaignId;
use domain::refusal::Refusal;
use store::{Read, Writing, campaigns};

use crate::error::Result;

/// A campaign of the tenant; a foreign one is not found.
pub(crate) async fn find(db: &impl Read, id: CampaignId) -> Result<Campaign> {
    campaigns::find(db, id)
        .await?
        .ok_or_else(|| missing().into())
}

/// The same, to change it or its leads.
pub(crate) async fn lock(writing: &Writing, id: CampaignId) -> Result<Campaign> {
    campaigns::lock(writing, id)
        .await?
        .ok_or_else(|| missing().into())
}

/// What is said of a campaign that is not there.
pub fn missing() -> Refusal {
    Refusal::not_found("Campaign not found")
}
