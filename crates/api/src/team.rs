//! The people of the company, and joining it (contract 2.11, #59–62).

use app::App;
use app::accounts::accept_invitation;
use app::cached;
use app::team::{self, Invitation};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::accounts::{NewUser, SessionKind};
use domain::ids::UserId;
use domain::refusal::Refusal;
use domain::team::{Role, require_inviter, require_owner, require_remover};
use http::StatusCode;
use http_edge::fields::{choice, text};
use http_edge::{
    ANY_TEXT, Asked, CallingMember, EventSeq, Json, JsonBody, Received, Result, no_content,
    rendered, reply,
};

use crate::accounts::signed_in;
use crate::bodies::{address, id_or, new_password, person_names};
use crate::operation::Route;
use crate::origin;
use crate::wire::{AcceptInvitationRequest, InviteRequest, Member, RoleRequest, Token};

const INVITED_ROLES: &str = "^(admin|member)$";
const ROLES: &str = "^(owner|admin|member)$";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/team/members",
            "list_members",
            "List the team",
            list,
        )
        .answers_list::<Member>(200, "Everybody, newest first")
        .kept(),
        Route::post(
            "/api/v1/team/invite",
            "invite_member",
            "Invite somebody",
            invite,
        )
        .body::<InviteRequest>()
        .answers::<Member>(201, "The invited person")
        .refuses(400, "User with this email already exists")
        .refuses(403, "Only admins and owners can invite team members"),
        Route::post(
            "/api/v1/team/invitations/accept",
            "accept_invitation",
            "Accept an invitation",
            accept,
        )
        .public()
        .body::<AcceptInvitationRequest>()
        .answers::<Token>(200, "Joined and signed in")
        .refuses(
            404,
            "This invitation is no longer valid. Ask for a new link.",
        ),
        Route::post(
            "/api/v1/team/{user_id}/invitation",
            "renew_invitation",
            "Give an invitation a new link",
            renew,
        )
        .answers::<Member>(
            200,
            "The invited person; the old link is worth nothing any more",
        )
        .refuses(403, "Only admins and owners can invite team members")
        .refuses(404, "User not found")
        .refuses(409, "This person has already joined"),
        Route::patch(
            "/api/v1/team/{user_id}/role",
            "change_role",
            "Change somebody's role",
            change_role,
        )
        .body::<RoleRequest>()
        .answers::<Member>(200, "The person")
        .refuses(400, "Cannot change owner role. Transfer ownership first.")
        .refuses(400, "Cannot change your own role")
        .refuses(403, "Only owners can change user roles")
        .refuses(404, "User not found"),
        Route::post(
            "/api/v1/team/{user_id}/transfer-ownership",
            "transfer_ownership",
            "Hand the ownership over",
            transfer,
        )
        .answers::<Member>(200, "The new owner; the caller is an admin now")
        .refuses(400, "You already own this company")
        .refuses(
            400,
            "Ownership can only go to a member who has accepted the invitation",
        )
        .refuses(403, "Only owners can transfer ownership")
        .refuses(404, "User not found"),
        Route::delete(
            "/api/v1/team/{user_id}",
            "remove_member",
            "Remove somebody",
            remove,
        )
        .answers_nothing("Removed")
        .refuses(400, "Cannot remove the owner")
        .refuses(400, "Cannot remove yourself")
        .refuses(403, "Only admins and owners can remove team members")
        .refuses(404, "User not found"),
    ]
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::member_list(&caller);
    let load = async |app: App, caller: app::caller::Member| {
        let done = team::list(&app, &caller).await?;
        rendered(&done.value.into_iter().map(Member::from).collect::<Vec<_>>())
    };
    asked.answer(&app, &caller, sought, load).await
}

async fn invite(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, EventSeq, Json<Member>)> {
    let invitation = invitation(&body)?;
    let done = team::invite(&app, &caller, invitation).await?;
    let (seq, member) = reply(done.map(Member::from));
    Ok((StatusCode::CREATED, seq, member))
}

async fn accept(
    State(app): State<App>,
    origin::From(origin): origin::From,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Token>)> {
    let (token, password, names) = acceptance(&body)?;
    let kind = SessionKind::Api;
    signed_in(accept_invitation(&app, &token, &password, names, kind, &origin).await?)
}

async fn renew(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<(EventSeq, Json<Member>)> {
    require_inviter(caller.role())?;
    let id = id_or(&id, UserId::parse, missing)?;
    let done = team::renew_invitation(&app, &caller, id).await?;
    Ok(reply(done.map(Member::from)))
}

async fn change_role(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Member>)> {
    let role = role(&body)?;
    require_owner(caller.role())?;
    let id = id_or(&id, UserId::parse, missing)?;
    let done = team::change_role(&app, &caller, id, role).await?;
    Ok(reply(done.map(Member::from)))
}

async fn transfer(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<(EventSeq, Json<Member>)> {
    let id = id_or(&id, UserId::parse, missing)?;
    let done = team::transfer_ownership(&app, &caller, id).await?;
    Ok(reply(done.map(Member::from)))
}

async fn remove(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    Path(id): Path<String>,
) -> Result<Response> {
    // A malformed id tells nothing to those who may not ask.
    require_remover(caller.role())?;
    let id = id_or(&id, UserId::parse, missing)?;
    let done = team::remove(&app, &caller, id).await?;
    Ok(no_content(EventSeq(done.seq)))
}

fn missing() -> Refusal {
    Refusal::not_found("User not found")
}

fn role_among(roles: &'static [Role]) -> impl Fn(&str) -> Option<Role> {
    move |word| roles.iter().copied().find(|role| role.as_str() == word)
}

pub(crate) fn invitation(body: &Received) -> Result<Invitation> {
    let among = role_among(&[Role::Admin, Role::Member]);
    let mut fields = body.fields()?;
    let email = fields.required("email", address);
    let role = fields.required("role", choice(INVITED_ROLES, among));
    let (first_name, last_name) = person_names(&mut fields);
    let (email, role) = fields.complete((email, role))?;
    let user = NewUser {
        email,
        first_name,
        last_name,
    };
    Ok(Invitation { user, role })
}

pub(crate) fn role(body: &Received) -> Result<Role> {
    let among = role_among(&[Role::Owner, Role::Admin, Role::Member]);
    let mut fields = body.fields()?;
    let role = fields.required("role", choice(ROLES, among));
    Ok(fields.complete((role,))?.0)
}

type Acceptance = (String, String, (Option<String>, Option<String>));

pub(crate) fn acceptance(body: &Received) -> Result<Acceptance> {
    let mut fields = body.fields()?;
    let token = fields.required("token", text(ANY_TEXT));
    let password = fields.required("password", new_password);
    let names = person_names(&mut fields);
    let (token, password) = fields.complete((token, password))?;
    Ok((token, password, names))
}
