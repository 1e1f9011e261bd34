//! Registering, signing in and out, accepting an invitation.

use app::accounts::{self, Credentials, Registration};
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use domain::accounts::{NewUser, PERSON_NAME_CHARACTERS_MAX, SessionKind};
use domain::email::EmailAddress;
use domain::passwords;
use domain::problems::Problem;
use domain::refusal::RefusalKind;
use domain::tenants::{NAME_CHARACTERS, NewTenant};
use http_edge::fields::{email, text, text_then};
use http_edge::received::BODY_BYTES_MAX;
use http_edge::{ANY_TEXT, FormBody, QueryFields, Received};
use serde_json::Value;
use ui::accounts::{
    AcceptInvitationPage, InvitationForm, InvitationGonePage, LoginPage, RegisterForm, RegisterPage,
};
use ui::forms::Field;

use crate::cookies::{Cookie, IsTls};
use crate::flash::Note;
use crate::form::{Complaints, last};
use crate::guest::{Guest, GuestPosted};
use crate::inside::require_same_origin;
use crate::page::{see_other, see_other_with};
use crate::trouble::{Answer, Trouble};
use crate::{WebState, csrf, next, session, words};

/// Most characters of a website.
pub(crate) const WEBSITE_CHARACTERS_MAX: usize = 255;

/// A password that may be set.
pub(crate) fn new_password(value: &Value) -> Result<String, Problem> {
    text_then(ANY_TEXT, |text| {
        passwords::check(text)?;
        Ok(text.to_owned())
    })(value)
}

pub(crate) async fn register_form(guest: Guest) -> Answer {
    if guest.is_signed_in {
        return Ok(see_other("/"));
    }
    let form = RegisterForm::default();
    let outside = guest.outside();
    guest.page(StatusCode::OK, &RegisterPage { outside, form })
}

pub(crate) async fn register(GuestPosted { guest, form }: GuestPosted) -> Answer {
    let mut fields = form.fields()?;
    let company_name = fields.required("company_name", text(NAME_CHARACTERS));
    let company_email = fields.required("company_email", email(EmailAddress::parse));
    let company_website = fields.optional("company_website", text(0..=WEBSITE_CHARACTERS_MAX));
    let first_name = fields.optional("first_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let last_name = fields.optional("last_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let address = fields.required("email", email(EmailAddress::parse));
    let password = fields.required("password", new_password);
    let complaints = Complaints::of(&fields);
    let read = fields.complete((company_name, company_email, address, password));
    let Ok((name, company_email, email, password)) = read else {
        return register_again(&guest, &form, &complaints);
    };
    let registration = Registration {
        tenant: NewTenant {
            name,
            company_email,
            company_website,
        },
        owner: NewUser {
            email,
            first_name,
            last_name,
        },
        password,
    };
    match accounts::register(&guest.app, registration, SessionKind::Site, &guest.origin).await {
        Ok(login) => {
            let mut response = session::begin(login.value, "/", guest.is_tls)?;
            response.extensions_mut().insert(Note::Registered);
            Ok(response)
        }
        Err(error) => {
            let complaints = Complaints::why(error, |refusal| {
                let is_company = refusal.text.starts_with("Company");
                Some(if is_company { "company_email" } else { "email" })
            })?;
            register_again(&guest, &form, &complaints)
        }
    }
}

fn register_again(guest: &Guest, form: &Received, complaints: &Complaints) -> Answer {
    let field = |name| complaints.field(form, name);
    let form = RegisterForm {
        company_name: field("company_name"),
        company_email: field("company_email"),
        company_website: field("company_website"),
        first_name: field("first_name"),
        last_name: field("last_name"),
        email: field("email"),
        password: field("password"),
    };
    let outside = guest.outside_saying(complaints.above().map(str::to_owned));
    let page = RegisterPage { outside, form };
    guest.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(crate) async fn login_form(guest: Guest, QueryFields(query): QueryFields) -> Answer {
    let next = next::local_or_start(last(&query, "next"));
    if guest.is_signed_in {
        return Ok(see_other(next));
    }
    let page = LoginPage {
        outside: guest.outside(),
        email: Field::default(),
        password: Field::default(),
        next: if next == "/" {
            String::new()
        } else {
            next.into()
        },
    };
    guest.page(StatusCode::OK, &page)
}

pub(crate) async fn login(GuestPosted { guest, form }: GuestPosted) -> Answer {
    let mut fields = form.fields()?;
    let email = fields.required("email", text(ANY_TEXT));
    let password = fields.required("password", text(ANY_TEXT));
    let complaints = Complaints::of(&fields);
    let Ok((email, password)) = fields.complete((email, password)) else {
        return login_again(&guest, &form, &complaints);
    };
    let credentials = Credentials { email, password };
    match accounts::login(&guest.app, &credentials, SessionKind::Site, &guest.origin).await {
        Ok(login) => {
            let next = next::local_or_start(last(&form, "next"));
            session::begin(login.value, next, guest.is_tls)
        }
        Err(app::Error::Refused(refusal))
            if matches!(
                refusal.kind,
                RefusalKind::Unauthenticated | RefusalKind::Forbidden
            ) =>
        {
            login_again(&guest, &form, &Complaints::general(refusal.text))
        }
        Err(error) => Err(error.into()),
    }
}

fn login_again(guest: &Guest, form: &Received, complaints: &Complaints) -> Answer {
    let next = next::local_or_start(last(form, "next"));
    let page = LoginPage {
        outside: guest.outside_saying(complaints.above().map(str::to_owned)),
        email: complaints.field(form, "email"),
        password: complaints.field(form, "password"),
        next: if next == "/" {
            String::new()
        } else {
            next.into()
        },
    };
    guest.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Ends the login; also of a suspended company's people, who are no members now. Without a login there is nothing to end.
pub(crate) async fn logout(State(state): State<WebState>, request: Request) -> Answer {
    let (mut parts, body) = request.into_parts();
    require_same_origin(&parts, &state)?;
    let is_tls = IsTls::of(&mut parts, &state).await;
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, body);
    let FormBody::<{ BODY_BYTES_MAX }>(form) = FormBody::from_request(request, &state).await?;
    let app = &state.app;
    if let Some(caller) = session::signed_in(app, &headers, is_tls).await? {
        let cookie = Cookie::Session.read(&headers, is_tls);
        let token = csrf::token(cookie.unwrap_or_default());
        if !csrf::matches(&token, last(&form, csrf::FIELD)) {
            return Err(Trouble::forbidden(crate::inside::BAD_TOKEN));
        }
        match accounts::logout(app, &caller).await {
            // One that somebody else ended a moment ago is as good.
            Ok(_) | Err(app::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut response = see_other_with("/login", Note::LoggedOut);
    let line = Cookie::Session.clear(is_tls);
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}

pub(crate) async fn invitation_form(guest: Guest, QueryFields(query): QueryFields) -> Answer {
    let token = last(&query, "token");
    show_invitation(
        &guest,
        StatusCode::OK,
        token,
        InvitationForm::default(),
        None,
    )
    .await
}

pub(crate) async fn accept_invitation(GuestPosted { guest, form }: GuestPosted) -> Answer {
    let token = last(&form, "token");
    let mut fields = form.fields()?;
    let first_name = fields.optional("first_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let last_name = fields.optional("last_name", text(0..=PERSON_NAME_CHARACTERS_MAX));
    let password = fields.required("password", new_password);
    let mut complaints = Complaints::of(&fields);
    if let Ok((password,)) = fields.complete((password,)) {
        let names = (first_name, last_name);
        let (app, kind) = (&guest.app, SessionKind::Site);
        let accepted =
            accounts::accept_invitation(app, token, &password, names, kind, &guest.origin).await;
        match accepted {
            Ok(login) => {
                let mut response = session::begin(login.value, "/", guest.is_tls)?;
                response.extensions_mut().insert(Note::Joined);
                return Ok(response);
            }
            Err(error) if is_not_found(&error) => return gone(&guest),
            Err(error) => complaints = Complaints::why(error, |_| Some("password"))?,
        }
    }
    let field = |name| complaints.field(&form, name);
    let shown = InvitationForm {
        first_name: field("first_name"),
        last_name: field("last_name"),
        password: field("password"),
    };
    let (status, above) = (StatusCode::UNPROCESSABLE_ENTITY, complaints.above());
    show_invitation(&guest, status, token, shown, above).await
}

async fn show_invitation(
    guest: &Guest,
    status: StatusCode,
    token: &str,
    form: InvitationForm,
    above: Option<&str>,
) -> Answer {
    let invited = match accounts::look_at_invitation(&guest.app, token).await {
        Ok(invited) => invited,
        Err(error) if is_not_found(&error) => return gone(guest),
        Err(error) => return Err(error.into()),
    };
    let page = AcceptInvitationPage {
        outside: guest.outside_saying(above.map(str::to_owned)),
        token: token.to_owned(),
        tenant_name: invited.tenant_name,
        role: words::role(invited.user.role),
        email: invited.user.email,
        form,
    };
    guest.page(status, &page)
}

fn gone(guest: &Guest) -> Answer {
    let outside = guest.outside();
    guest.page(StatusCode::NOT_FOUND, &InvitationGonePage { outside })
}

fn is_not_found(error: &app::Error) -> bool {
    matches!(error, app::Error::Refused(refusal) if refusal.kind == RefusalKind::NotFound)
}
