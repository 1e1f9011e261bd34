//! A person's own account: the password, and the places where they are signed in.

use app::accounts;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::ids::SessionId;
use http_edge::ANY_TEXT;
use http_edge::fields::text;
use ui::accounts::{PasswordForm, ProfilePage, Session};
use ui::chrome::Section;

use crate::accounts::new_password;
use crate::flash::Note;
use crate::form::Complaints;
use crate::inside::{Inside, Posted};
use crate::page::{id_of, page, see_other_with};
use crate::trouble::Answer;
use crate::words::{device, when};

pub(crate) async fn show(inside: Inside) -> Answer {
    render(&inside, StatusCode::OK, PasswordForm::default(), None).await
}

pub(crate) async fn change_password(Posted { inside, form }: Posted) -> Answer {
    let mut fields = form.fields()?;
    let current = fields.required("current_password", text(ANY_TEXT));
    let new = fields.required("new_password", new_password);
    let mut complaints = Complaints::of(&fields);
    if let Ok((current, new)) = fields.complete((current, new)) {
        let caller = inside.member.signed_in();
        match accounts::change_password(&inside.app, caller, &current, &new).await {
            Ok(_) => return Ok(see_other_with("/profile", Note::PasswordChanged)),
            Err(error) => complaints = Complaints::why(error, |_| Some("current_password"))?,
        }
    }
    let password = PasswordForm {
        current_password: complaints.field(&form, "current_password"),
        new_password: complaints.field(&form, "new_password"),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    render(&inside, status, password, complaints.above()).await
}

pub(crate) async fn revoke(Path(id): Path<String>, Posted { inside, form: _ }: Posted) -> Answer {
    let id = id_of(&id, SessionId::parse)?;
    accounts::revoke_session(&inside.app, inside.member.signed_in(), id).await?;
    Ok(see_other_with("/profile", Note::SessionRevoked))
}

async fn render(
    inside: &Inside,
    status: StatusCode,
    password: PasswordForm,
    above: Option<&str>,
) -> Answer {
    let caller = inside.member.signed_in();
    let mut sessions = accounts::list_sessions(&inside.app, caller).await?.value;
    sessions.sort_by_key(|session| Some(session.id) != caller.session());
    let shown = ProfilePage {
        chrome: inside.chrome_saying(Section::Profile, above).await?,
        member_since: when(caller.user().created_at, inside.now),
        password,
        sessions: sessions
            .into_iter()
            .map(|session| Session {
                id: session.id.to_string(),
                device: device(session.user_agent.as_deref()),
                address: session.address.unwrap_or_default(),
                started: when(session.created_at, inside.now),
                seen: when(session.last_seen_at, inside.now),
                is_current: Some(session.id) == caller.session(),
            })
            .collect(),
    };
    page(status, &shown)
}
