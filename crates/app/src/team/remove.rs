//! Removing somebody: the row goes with its logins and invitation, so that the address is free again.

use domain::events::{Event, EventName};
use domain::ids::UserId;
use domain::team::{may_remove, require_remover};
use serde_json::json;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Removes a person; whatever they hold is worth nothing from now on.
pub async fn remove(app: &App, caller: &Member, id: UserId) -> Result<Done<()>> {
    require_remover(caller.role())?;
    let mut writing = caller.write(app).await?;
    let user = super::member(&writing, id).await?;
    may_remove(caller.user(), &user)?;
    store::team::delete(&writing, id).await?;
    let data = json!({"role": user.role.as_str(), "was_invited": user.invited});
    writing.record(Event::new(
        EventName::MemberRemoved,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, ()).await
}
