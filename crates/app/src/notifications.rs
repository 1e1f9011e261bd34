//! The computed notifications.

use domain::notifications::{Notification, compose};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// The list of contract 4.10.
pub async fn list(app: &App, caller: &Member) -> Result<Done<Vec<Notification>>> {
    let db = caller.read(app).await?;
    let seq = db.seq().await?;
    let (campaigns, emails_sent_at) = store::notifications::sources(&db).await?;
    let value = compose(campaigns, &emails_sent_at, app.now());
    Ok(Done { value, seq })
}
