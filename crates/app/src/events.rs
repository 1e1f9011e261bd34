//! The tenant's events, each person's view of them: for clients that catch up, and for the activity page.

use domain::events::RecordedEvent;
use store::spine;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Most events of one page.
pub const PAGE_MAX: usize = 200;

/// The events after a number, in order, and the number up to which the spine was read.
pub async fn after(
    app: &App,
    caller: &Member,
    after: i64,
    limit: usize,
) -> Result<Done<(Vec<RecordedEvent>, i64)>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let viewer = (caller.user().id, caller.role());
    let value = spine::after(&db, viewer, after, limit.clamp(1, PAGE_MAX)).await?;
    Ok(Done { value, seq })
}

/// The events before a number (the newest where `None`), newest first, and where the next page
/// begins; `None` at the beginning.
pub async fn before(
    app: &App,
    caller: &Member,
    before: Option<i64>,
    limit: usize,
) -> Result<Done<(Vec<RecordedEvent>, Option<i64>)>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let viewer = (caller.user().id, caller.role());
    let value = spine::before(&db, viewer, before, limit.clamp(1, PAGE_MAX)).await?;
    Ok(Done { value, seq })
}
