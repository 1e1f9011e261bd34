//! The people of a tenant: list, invite, change roles, remove, hand over.

mod invite;
mod list;
mod remove;
mod role;
mod transfer;

pub use invite::{Invitation, InvitationLink, invite, renew_invitation};
pub use list::list;
pub use remove::remove;
pub use role::change_role;
pub use transfer::transfer_ownership;

use domain::accounts::User;
use domain::ids::UserId;
use domain::refusal::Refusal;
use store::{Read, team};

use crate::error::Result;

/// A person of the tenant; a foreign one is not found.
async fn member(db: &impl Read, id: UserId) -> Result<User> {
    let found = team::find(db, id).await?;
    found.ok_or_else(|| Refusal::not_found("User not found").into())
}
