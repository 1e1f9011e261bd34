//! Registering, signing in and out, the logins of a person, passwords, invitations accepted.

mod invitations;
mod login;
mod password;
mod refresh;
mod register;
mod sessions;

pub use invitations::{Invited, accept_invitation, look_at_invitation};
pub use login::{Credentials, login};
pub use password::change_password;
pub use refresh::refresh;
pub use register::{Registration, register};
pub use sessions::{list_sessions, logout, revoke_session};

use domain::accounts::{Origin, SessionKind, User};
use domain::events::{Actor, Audience, Event, EventName};
use domain::ids::SessionId;
use serde_json::json;
use store::{Writing, sessions as rows};

use crate::context::App;
use crate::error::Result;
use crate::tokens::{TokenPair, hash_of, secret_text};

/// A login that has just been opened.
#[derive(Debug, Clone)]
pub struct Login {
    /// Whose it is.
    pub user: User,
    /// What the client keeps.
    pub key: LoginKey,
}

/// What the client keeps to be known again.
#[derive(Debug, Clone)]
pub enum LoginKey {
    /// A program's pair of tokens.
    Tokens(TokenPair),
    /// A browser's cookie value.
    Cookie(String),
}

/// Opens a login within a transaction and records it.
async fn open_login(
    app: &App,
    writing: &mut Writing,
    user: &User,
    kind: SessionKind,
    origin: &Origin,
) -> Result<LoginKey> {
    let id = SessionId(writing.fresh_id());
    let (key, hash) = match kind {
        SessionKind::Api => {
            let pair = app
                .tokens()
                .pair(user, id, (writing.fresh_id(), writing.fresh_id()))?;
            let hash = pair.refresh_hash.clone();
            (LoginKey::Tokens(pair), hash)
        }
        SessionKind::Site => {
            let secret = secret_text(app.entropy().bytes());
            let hash = hash_of(&secret);
            (LoginKey::Cookie(format!("{id}.{secret}")), hash)
        }
    };
    rows::open(writing, id, user.id, kind, &hash, origin).await?;
    rows::trim(writing, user.id).await?;
    let now = writing.now();
    store::team::set_last_login(writing, user.id, now).await?;
    writing.record(session_event(
        EventName::SessionOpened,
        user,
        id,
        json!({"kind": kind}),
    ));
    Ok(key)
}

/// An event about a person's login: for the person and the administrators.
fn session_event(
    name: EventName,
    user: &User,
    session: SessionId,
    data: serde_json::Value,
) -> Event {
    Event::new(name, session.0, Actor::User(user.id), data).seen_by(Audience::Security(user.id))
}
