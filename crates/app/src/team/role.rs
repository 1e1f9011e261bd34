//! Changing somebody's role.

use domain::accounts::User;
use domain::events::{Event, EventName};
use domain::ids::UserId;
use domain::team::{Role, may_change_role, require_owner};
use serde_json::json;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Gives somebody another role; it holds from the person's next request on.
pub async fn change_role(app: &App, caller: &Member, id: UserId, role: Role) -> Result<Done<User>> {
    require_owner(caller.role())?;
    let mut writing = caller.write(app).await?;
    let mut user = super::member(&writing, id).await?;
    may_change_role(caller.user(), &user)?;
    if user.role != role {
        let data = json!({"from": user.role.as_str(), "to": role.as_str()});
        user.role = role;
        store::team::save(&writing, &user).await?;
        writing.record(Event::new(
            EventName::MemberRoleChanged,
            id.0,
            caller.actor(),
            data,
        ));
    }
    app.commit(writing, user).await
}
