//! Handing the ownership to somebody else: the new owner owns, the old one administers.

use domain::accounts::User;
use domain::events::{Event, EventName};
use domain::ids::UserId;
use domain::team::{Role, may_transfer};
use serde_json::json;

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::Result;

/// Makes somebody the owner and the caller an admin.
pub async fn transfer_ownership(app: &App, caller: &Member, id: UserId) -> Result<Done<User>> {
    let mut writing = caller.write(app).await?;
    // Two who hand over to each other must not wait in a circle: rows are taken in the order of their ids. And the
    // caller's role counts as it is by now, since of two hand-overs at once the second has nothing to give.
    let own = caller.user().id;
    let (mut target, mut former);
    if id < own {
        target = super::member(&writing, id).await?;
        former = super::member(&writing, own).await?;
    } else {
        former = super::member(&writing, own).await?;
        target = super::member(&writing, id).await?;
    }
    may_transfer(&former, &target)?;
    target.role = Role::Owner;
    former.role = Role::Admin;
    store::team::save(&writing, &target).await?;
    store::team::save(&writing, &former).await?;
    let data = json!({"from": former.id, "to": target.id});
    writing.record(Event::new(
        EventName::OwnershipTransferred,
        id.0,
        caller.actor(),
        data,
    ));
    app.commit(writing, target).await
}
