//! The people of the company: the list, invitations, roles, removing, handing over.

use app::team::{self, InvitationLink};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::accounts::{NewUser, PERSON_NAME_CHARACTERS_MAX, User};
use domain::email::EmailAddress;
use domain::ids::UserId;
use domain::refusal::Refusal;
use domain::team::{
    Role, may_change_role, may_remove, may_transfer, require_inviter, require_owner,
};
use http_edge::Received;
use http_edge::fields::{choice, email, text};
use ui::chrome::Section;
use ui::confirm::ConfirmPage;
use ui::forms::Field;
use ui::team::{InviteForm, Member, MemberList, MemberState, NewInvitation, TeamPage};

use crate::flash::Note;
use crate::form::Complaints;
use crate::inside::{Inside, Posted};
use crate::page::{id_of, page, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::words::{role, when};

/// The roles that an invitation or an owner can give, as a pattern.
const ROLE_PATTERN: &str = "^(admin|member)$";

fn given_role(word: &str) -> Option<Role> {
    [Role::Admin, Role::Member]
        .into_iter()
        .find(|role| role.as_str() == word)
}

fn empty_form() -> InviteForm {
    InviteForm {
        role: Field::of(Role::Member.as_str()),
        ..InviteForm::default()
    }
}

pub(crate) async fn index(inside: Inside) -> Answer {
    show(&inside, StatusCode::OK, empty_form(), None, None).await
}

async fn show(
    inside: &Inside,
    status: StatusCode,
    invite: InviteForm,
    invited: Option<NewInvitation>,
    above: Option<&str>,
) -> Answer {
    let mut people = team::list(&inside.app, &inside.member).await?.value;
    people.sort_by_key(|user| (user.role != Role::Owner, user.role != Role::Admin));
    let members = people.iter().map(|user| member(inside, user)).collect();
    let shown = TeamPage {
        chrome: inside.chrome_saying(Section::Team, above).await?,
        list: MemberList {
            members,
            csrf: inside.csrf.clone(),
        },
        invite,
        invited,
    };
    page(status, &shown)
}

/// One person, with what the reader may do to them by the rules that the use cases will ask again.
fn member(inside: &Inside, user: &User) -> Member {
    let reader = inside.member.user();
    let name = user.display_name();
    Member {
        id: user.id.to_string(),
        name: if name == user.email {
            String::new()
        } else {
            name
        },
        email: user.email.clone(),
        role: role(user.role),
        state: if user.is_active {
            MemberState::Active
        } else if user.invited {
            MemberState::Invited {
                expires: None,
                link: None,
            }
        } else {
            MemberState::Inactive
        },
        last_login: user.last_login_at.map(|at| when(at, inside.now)),
        is_self: user.id == reader.id,
        can_change_role: reader.role == Role::Owner && may_change_role(reader, user).is_ok(),
        can_remove: reader.role.administers() && may_remove(reader, user).is_ok(),
        can_renew: reader.role.administers() && user.invited,
        can_transfer: may_transfer(reader, user).is_ok(),
    }
}

pub(crate) async fn invite(Posted { inside, form }: Posted) -> Answer {
    require_inviter(inside.member.role()).map_err(app::Error::from)?;
    let mut fields = form.fields()?;
    let address = fields.required("email", email(EmailAddress::parse));
    let given = fields.or("role", Role::Member, choice(ROLE_PATTERN, given_role));
    let first_name = fields.optional("first_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let last_name = fields.optional("last_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let complaints = Complaints::of(&fields);
    let Ok((email,)) = fields.complete((address,)) else {
        return show_again(&inside, &form, &complaints).await;
    };
    let invitation = team::Invitation {
        user: NewUser {
            email,
            first_name,
            last_name,
        },
        role: given,
    };
    match team::invite(&inside.app, &inside.member, invitation).await {
        Ok(done) => announce(&inside, done.value).await,
        Err(error) => {
            let complaints = Complaints::why(error, |_| Some("email"))?;
            show_again(&inside, &form, &complaints).await
        }
    }
}

async fn show_again(inside: &Inside, form: &Received, complaints: &Complaints) -> Answer {
    let field = |name| complaints.field(form, name);
    let invite = InviteForm {
        email: field("email"),
        role: field("role"),
        first_name: field("first_name"),
        last_name: field("last_name"),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show(inside, status, invite, None, complaints.above()).await
}

/// Says that an invitation waits. A link that was not mailed is shown at once, in the answer to the form: it is a secret,
/// which neither a URL nor a cookie should carry over a redirect. Sending the form again makes no second person.
async fn announce(inside: &Inside, link: InvitationLink) -> Answer {
    if link.is_mailed {
        return Ok(see_other_with("/team", Note::Invited));
    }
    let invited = NewInvitation {
        email: link.user.email,
        link: Some(link.link),
    };
    show(inside, StatusCode::OK, empty_form(), Some(invited), None).await
}

pub(crate) async fn renew(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, UserId::parse)?;
    match team::renew_invitation(&inside.app, &inside.member, id).await {
        Ok(done) => announce(&inside, done.value).await,
        Err(error) => refused(&inside, error).await,
    }
}

pub(crate) async fn change_role(Path(id): Path<String>, Posted { inside, form }: Posted) -> Answer {
    require_owner(inside.member.role()).map_err(app::Error::from)?;
    let id = id_of(&id, UserId::parse)?;
    let mut fields = form.fields()?;
    let given = fields.required("role", choice(ROLE_PATTERN, given_role));
    let (given,) = fields.complete((given,))?;
    let done = team::change_role(&inside.app, &inside.member, id, given).await;
    after(&inside, done.map(|_| Note::RoleChanged)).await
}

pub(crate) async fn remove_form(inside: Inside, Path(id): Path<String>) -> Answer {
    inside.require_administrator()?;
    let user = find(&inside, &id).await?;
    let chrome = inside.chrome(Section::Team).await?;
    let shown = ConfirmPage::remove_member(chrome, &id, &user.display_name());
    page(StatusCode::OK, &shown)
}

pub(crate) async fn remove(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, UserId::parse)?;
    let done = team::remove(&inside.app, &inside.member, id).await;
    after(&inside, done.map(|_| Note::MemberRemoved)).await
}

pub(crate) async fn transfer_form(inside: Inside, Path(id): Path<String>) -> Answer {
    let user = find(&inside, &id).await?;
    if let Err(refusal) = may_transfer(inside.member.user(), &user) {
        return refused(&inside, refusal.into()).await;
    }
    let chrome = inside.chrome(Section::Team).await?;
    let shown = ConfirmPage::transfer_ownership(chrome, &id, &user.display_name());
    page(StatusCode::OK, &shown)
}

pub(crate) async fn transfer(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, UserId::parse)?;
    let done = team::transfer_ownership(&inside.app, &inside.member, id).await;
    after(&inside, done.map(|_| Note::Transferred)).await
}

async fn after(inside: &Inside, done: app::Result<Note>) -> Result<Response, Trouble> {
    match done {
        Ok(note) => Ok(see_other_with("/team", note)),
        Err(error) => refused(inside, error).await,
    }
}

/// The team's page, saying which rule stands against it.
async fn refused(inside: &Inside, error: app::Error) -> Answer {
    let complaints = Complaints::why(error, |_| None)?;
    let (status, above) = (StatusCode::UNPROCESSABLE_ENTITY, complaints.above());
    show(inside, status, empty_form(), None, above).await
}

async fn find(inside: &Inside, id: &str) -> Result<User, Trouble> {
    let id = id_of(id, UserId::parse)?;
    let people = team::list(&inside.app, &inside.member).await?.value;
    let found = people.into_iter().find(|user| user.id == id);
    found.ok_or_else(|| app::Error::from(Refusal::not_found("User not found")).into())
}
