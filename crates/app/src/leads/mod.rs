//! Leads of a campaign: pages, one by one, many at once, all as a file.

mod add;
mod delete;
mod export;
mod show;
mod update;

pub use add::{add, add_many};
pub use delete::{clear, delete};
pub use export::{Export, ExportFormat, export};
pub use show::{Page, page, show};
pub use store::leads::Cursor;
pub use update::update;

use domain::ids::LeadId;
use domain::leads::Lead;
use domain::refusal::Refusal;
use store::{Read, leads};

use crate::error::Result;

async fn find(db: &impl Read, id: LeadId) -> Result<Lead> {
    leads::find(db, id).await?.ok_or_else(|| missing().into())
}

/// What is said of a lead that is not there.
pub fn missing() -> Refusal {
    Refusal::not_found("Lead not found")
}
