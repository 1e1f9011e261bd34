//! Reading campaigns.

use domain::campaigns::Campaign;
use domain::ids::CampaignId;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// All, newest first.
pub async fn list(app: &App, caller: &Member) -> Result<Done<Vec<Campaign>>> {
    let db = caller.read(app).await?;
    let seq = caller.seq();
    let value = store::campaigns::list(&db).await?;
    Ok(Done { value, seq })
}

/// One.
pub async fn show(app: &App, caller: &Member, id: CampaignId) -> Result<Done<Campaign>> {
    let db = caller.read(app).await?;
    let seq = caller.seq();
    let value = super::find(&db, id).await?;
    Ok(Done { value, seq })
}
