//! Who works here.

use domain::accounts::User;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Everybody, newest first.
pub async fn list(app: &App, caller: &Member) -> Result<Done<Vec<User>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let value = store::team::list(&db).await?;
    Ok(Done { value, seq })
}
