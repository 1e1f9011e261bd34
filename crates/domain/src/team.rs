//! Roles and what they allow (contract 4.13), and the rules of changing a team.

use crate::accounts::User;
use crate::refusal::Refusal;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything, including other people's roles.
    Owner,
    /// Everything but roles.
    Admin,
    /// The daily work.
    Member,
}

impl Role {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Reads a stored word, in any case (contract 3.2); unknown ones may do the least.
    pub fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "owner" => Self::Owner,
            "admin" => Self::Admin,
            _ => Self::Member,
        }
    }

    /// Owner or admin.
    pub fn administers(self) -> bool {
        self != Self::Member
    }
}

/// Passes owners and admins (FIX-34).
pub fn require_administrator(role: Role) -> Result<(), Refusal> {
    if role.administers() {
        Ok(())
    } else {
        Err(Refusal::forbidden(
            "Insufficient permissions. Required: owner, admin",
        ))
    }
}

/// Passes those who may invite.
pub fn require_inviter(role: Role) -> Result<(), Refusal> {
    if role.administers() {
        Ok(())
    } else {
        Err(Refusal::forbidden(
            "Only admins and owners can invite team members",
        ))
    }
}

/// Passes those who may remove people.
pub fn require_remover(role: Role) -> Result<(), Refusal> {
    if role.administers() {
        Ok(())
    } else {
        Err(Refusal::forbidden(
            "Only admins and owners can remove team members",
        ))
    }
}

/// Passes those who may change roles.
pub fn require_owner(role: Role) -> Result<(), Refusal> {
    if role == Role::Owner {
        Ok(())
    } else {
        Err(Refusal::forbidden("Only owners can change user roles"))
    }
}

/// Whether `actor` may give `target` another role; the owner's message comes before the own one.
pub fn may_change_role(actor: &User, target: &User) -> Result<(), Refusal> {
    if target.role == Role::Owner {
        return Err(Refusal::rule(
            "Cannot change owner role. Transfer ownership first.",
        ));
    }
    if target.id == actor.id {
        return Err(Refusal::rule("Cannot change your own role"));
    }
    Ok(())
}

/// Whether `actor` may remove `target`.
pub fn may_remove(actor: &User, target: &User) -> Result<(), Refusal> {
    if target.role == Role::Owner {
        return Err(Refusal::rule("Cannot remove the owner"));
    }
    if target.id == actor.id {
        return Err(Refusal::rule("Cannot remove yourself"));
    }
    Ok(())
}

/// Whether `actor` may hand the ownership to `target`: owners only, to somebody who can log in.
pub fn may_transfer(actor: &User, target: &User) -> Result<(), Refusal> {
    if actor.role != Role::Owner {
        return Err(Refusal::forbidden("Only owners can transfer ownership"));
    }
    if target.id == actor.id {
        return Err(Refusal::rule("You already own this company"));
    }
    if !target.is_active {
        return Err(Refusal::rule(
            "Ownership can only go to a member who has accepted the invitation",
        ));
    }
    Ok(())
}
