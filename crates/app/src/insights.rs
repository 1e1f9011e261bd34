//! The dashboard's figures.

use domain::insights::Stats;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// The figures now, read from the counters that every write keeps.
pub async fn stats(app: &App, caller: &Member) -> Result<Done<Stats>> {
    let db = caller.read(app).await?;
    let seq = caller.seq();
    let value = store::insights::stats(&db, app.now()).await?;
    Ok(Done { value, seq })
}
