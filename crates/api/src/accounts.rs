//! Signing up, in and out (contract 2.3), and the caller's own password and sign-ins.

use app::App;
use app::accounts::{self, Credentials, Login, Registration};
use app::accounts::{change_password, list_sessions, logout, revoke_session};
use axum::extract::{Path, State};
use axum::response::Response;
use domain::accounts::{NewUser, SessionKind};
use domain::ids::SessionId;
use domain::refusal::Refusal;
use domain::tenants::{NAME_CHARACTERS, NewTenant};
use http::StatusCode;
use http_edge::fields::text;
use http_edge::{
    ANY_TEXT, Asked, Caller, EventSeq, Failure, Json, JsonBody, Received, Result, no_content,
    rendered, reply,
};

use crate::bodies::{address, id_or, new_password, person_names, profile_text};
use crate::operation::Route;
use crate::origin;
use crate::wire::{
    LoginRequest, PasswordRequest, RefreshRequest, RegisterRequest, Session, Token, User,
};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/auth/register",
            "register",
            "Register a company with its owner",
            register,
        )
        .public()
        .body::<RegisterRequest>()
        .answers::<Token>(201, "Registered and signed in")
        .refuses(400, "Email already registered")
        .refuses(400, "Company already registered"),
        Route::post("/api/v1/auth/login", "login", "Sign in", login)
            .public()
            .body::<LoginRequest>()
            .answers::<Token>(200, "Signed in")
            .refuses(401, "Invalid email or password")
            .refuses(403, "Account is inactive"),
        Route::post(
            "/api/v1/auth/refresh",
            "refresh",
            "Get the next pair of tokens",
            refresh,
        )
        .public()
        .body::<RefreshRequest>()
        .answers::<Token>(200, "The next pair; the refresh token sent is spent")
        .refuses(401, "Invalid token type")
        .refuses(401, "Invalid token")
        .refuses(401, "User not found or inactive")
        .refuses(401, "Refresh token expired")
        .refuses(401, "Invalid refresh token"),
        Route::get("/api/v1/auth/me", "get_me", "Show the caller", me)
            .any_person()
            .answers::<User>(200, "The caller")
            .kept(),
        Route::post("/api/v1/auth/logout", "logout", "Sign out", sign_out)
            .any_person()
            .answers_nothing("Signed out; the pair of tokens is worth nothing any more"),
        Route::post(
            "/api/v1/auth/password",
            "change_password",
            "Change the caller's password",
            password,
        )
        .any_person()
        .body::<PasswordRequest>()
        .answers_nothing("Changed; the caller's other sign-ins ended")
        .refuses(400, "Current password is incorrect"),
        Route::get(
            "/api/v1/auth/sessions",
            "list_sessions",
            "List the caller's sign-ins",
            sessions,
        )
        .any_person()
        .answers_list::<Session>(200, "The open ones, newest first"),
        Route::delete(
            "/api/v1/auth/sessions/{session_id}",
            "end_session",
            "End one of the caller's sign-ins",
            end,
        )
        .any_person()
        .answers_nothing("Ended")
        .refuses(404, "Session not found"),
    ]
}

async fn register(
    State(app): State<App>,
    origin::From(origin): origin::From,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, EventSeq, Json<Token>)> {
    let registration = registration(&body)?;
    let done = accounts::register(&app, registration, SessionKind::Api, &origin).await?;
    let (seq, token) = signed_in(done)?;
    Ok((StatusCode::CREATED, seq, token))
}

async fn login(
    State(app): State<App>,
    origin::From(origin): origin::From,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Token>)> {
    let credentials = credentials(&body)?;
    signed_in(accounts::login(&app, &credentials, SessionKind::Api, &origin).await?)
}

async fn refresh(
    State(app): State<App>,
    origin::From(origin): origin::From,
    JsonBody(body): JsonBody,
) -> Result<(EventSeq, Json<Token>)> {
    let token = refresh_token(&body)?;
    signed_in(accounts::refresh(&app, &token, &origin).await?)
}

async fn me(Caller(caller): Caller, asked: Asked) -> Result<Response> {
    let user = User::from(caller.user().clone());
    asked.of_caller(&caller, &rendered(&user)?)
}

async fn sign_out(State(app): State<App>, Caller(caller): Caller) -> Result<Response> {
    let done = logout(&app, &caller).await?;
    Ok(no_content(EventSeq(done.seq)))
}

async fn password(
    State(app): State<App>,
    Caller(caller): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response> {
    let (current, new) = password_change(&body)?;
    let done = change_password(&app, &caller, &current, &new).await?;
    Ok(no_content(EventSeq(done.seq)))
}

async fn sessions(
    State(app): State<App>,
    Caller(caller): Caller,
) -> Result<(EventSeq, Json<Vec<Session>>)> {
    let done = list_sessions(&app, &caller).await?;
    let of = |session| Session::of(session, caller.session());
    Ok(reply(done.map(|list| list.into_iter().map(of).collect())))
}

async fn end(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let missing = || Refusal::not_found("Session not found");
    let id = id_or(&id, SessionId::parse, missing)?;
    let done = revoke_session(&app, &caller, id).await?;
    Ok(no_content(EventSeq(done.seq)))
}

/// The tokens of a login that has just been opened.
pub(crate) fn signed_in(done: app::Done<Login>) -> Result<(EventSeq, Json<Token>)> {
    let token = Token::of(done.value);
    let token = token.ok_or_else(|| Failure::internal("a program's login without tokens"))?;
    Ok((EventSeq(done.seq), Json(token)))
}

pub(crate) fn registration(body: &Received) -> Result<Registration> {
    let mut fields = body.fields()?;
    fields.alias("organization_name", "company_name");
    let company_name = fields.required("company_name", text(NAME_CHARACTERS));
    // Without an address of its own the company has its owner's.
    let has_own_email = fields.has("company_email") || !fields.has("email");
    let company_email = if has_own_email {
        fields.required("company_email", address)
    } else {
        None
    };
    let company_website = fields.optional("company_website", profile_text);
    let email = fields.required("email", address);
    let password = fields.required("password", new_password);
    let (first_name, last_name) = person_names(&mut fields);
    let company_email = if has_own_email {
        company_email
    } else {
        email.clone()
    };
    let (name, company_email, email, password) =
        fields.complete((company_name, company_email, email, password))?;
    Ok(Registration {
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
    })
}

pub(crate) fn credentials(body: &Received) -> Result<Credentials> {
    let mut fields = body.fields()?;
    let email = fields.required("email", address);
    let password = fields.required("password", text(ANY_TEXT));
    let (email, password) = fields.complete((email, password))?;
    Ok(Credentials {
        email: email.as_str().to_owned(),
        password,
    })
}

pub(crate) fn refresh_token(body: &Received) -> Result<String> {
    let mut fields = body.fields()?;
    let token = fields.required("refresh_token", text(ANY_TEXT));
    Ok(fields.complete((token,))?.0)
}

pub(crate) fn password_change(body: &Received) -> Result<(String, String)> {
    let mut fields = body.fields()?;
    let current = fields.required("current_password", text(ANY_TEXT));
    let new = fields.required("new_password", new_password);
    fields.complete((current, new))
}
