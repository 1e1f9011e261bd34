//! Inviting somebody, and giving an invitation a new link.

use domain::accounts::{INVITATION_LIFE, NewUser, User};
use domain::email::EmailAddress;
use domain::events::{Event, EventName};
use domain::ids::{InvitationId, UserId};
use domain::refusal::Refusal;
use domain::team::{Role, require_inviter};
use serde_json::json;
use store::{Writing, team};

use crate::caller::Member;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::tokens::{hash_of, secret_text};

/// Whom to invite.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The person.
    pub user: NewUser,
    /// Admin or member.
    pub role: Role,
}

/// An invitation that waits, and whether a mail with its link went out.
#[derive(Debug, Clone)]
pub struct InvitationLink {
    /// The invited person.
    pub user: User,
    /// The link, for whoever invited; it opens the account once.
    pub link: String,
    /// Whether it was mailed.
    pub is_mailed: bool,
}

/// Adds an invited person. A mail that cannot be sent does not undo it: the link is in the answer.
pub async fn invite(
    app: &App,
    caller: &Member,
    invitation: Invitation,
) -> Result<Done<InvitationLink>> {
    require_inviter(caller.role())?;
    let mut writing = caller.write(app).await?;
    let id = UserId(writing.fresh_id());
    let added = team::insert(&writing, id, &invitation.user, invitation.role, None).await;
    added.map_err(|error| match error {
        store::Error::Duplicate(_) => {
            Error::from(Refusal::rule("User with this email already exists"))
        }
        other => other.into(),
    })?;
    let link = new_link(app, &writing, id).await?;
    let data = json!({"role": invitation.role.as_str()});
    writing.record(Event::new(
        EventName::MemberInvited,
        id.0,
        caller.actor(),
        data,
    ));
    let user = super::member(&writing, id).await?;
    let done = app.commit(writing, ()).await?;
    let is_mailed = mail(app, caller, &user, &link).await;
    Ok(done.map(|()| InvitationLink {
        user,
        link,
        is_mailed,
    }))
}

/// Gives an invited person a new link; the old one is worth nothing from now on.
pub async fn renew_invitation(
    app: &App,
    caller: &Member,
    id: UserId,
) -> Result<Done<InvitationLink>> {
    require_inviter(caller.role())?;
    let mut writing = caller.write(app).await?;
    let user = super::member(&writing, id).await?;
    if !user.invited {
        return Err(Refusal::conflict("This person has already joined").into());
    }
    let link = new_link(app, &writing, id).await?;
    writing.record(Event::new(
        EventName::InvitationRenewed,
        id.0,
        caller.actor(),
        json!({}),
    ));
    let done = app.commit(writing, ()).await?;
    let is_mailed = mail(app, caller, &user, &link).await;
    Ok(done.map(|()| InvitationLink {
        user,
        link,
        is_mailed,
    }))
}

async fn new_link(app: &App, writing: &Writing, user: UserId) -> Result<String> {
    let token = secret_text(app.entropy().bytes());
    let expires_at = writing.now().plus(INVITATION_LIFE);
    let id = InvitationId(writing.fresh_id());
    team::invite(writing, id, user, &hash_of(&token), expires_at).await?;
    Ok(format!(
        "{}/invitations/accept?token={token}",
        app.options().public_url
    ))
}

/// Sends the link where mail is configured; says truthfully whether it went out (FIX-36).
async fn mail(app: &App, caller: &Member, user: &User, link: &str) -> bool {
    if !app.mailer().is_configured() {
        return false;
    }
    let Ok(to) = EmailAddress::parse(&user.email) else {
        return false;
    };
    let inviter = caller.user().display_name();
    let days = INVITATION_LIFE.as_secs() / 86_400;
    let sent = app
        .mailer()
        .send_invitation(&mail::Invitation {
            to: &to,
            company: caller.tenant_name(),
            inviter: &inviter,
            role: user.role.as_str(),
            link,
            expires_in_days: u32::try_from(days).unwrap_or(1),
        })
        .await;
    if let Err(error) = &sent {
        tracing::warn!(%error, user = %user.id, "the invitation was not mailed");
    }
    sent.is_ok()
}
