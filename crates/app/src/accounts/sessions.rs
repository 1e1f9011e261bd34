//! A person's logins: list them, end one, sign out.

use domain::accounts::Session;
use domain::events::{Audience, Event, EventName};
use domain::ids::SessionId;
use domain::refusal::Refusal;
use serde_json::json;
use store::sessions;

use crate::accounts::session_event;
use crate::caller::SignedIn;
use crate::context::{App, Done};
use crate::error::Result;

/// The person's open logins, newest first.
pub async fn list_sessions(app: &App, caller: &SignedIn) -> Result<Done<Vec<Session>>> {
    let db = app.store().read(caller.scope()).await?;
    let seq = db.seq().await?;
    let value = sessions::list(&db, caller.user().id, app.now()).await?;
    Ok(Done { value, seq })
}

/// Ends one of the person's logins.
pub async fn revoke_session(app: &App, caller: &SignedIn, id: SessionId) -> Result<Done<()>> {
    end(app, caller, id, EventName::SessionRevoked).await
}

/// Ends the login of this request. A token of the original names none; then all such tokens of the
/// person are worth nothing from now on.
pub async fn logout(app: &App, caller: &SignedIn) -> Result<Done<()>> {
    match caller.session() {
        Some(id) => end(app, caller, id, EventName::SessionClosed).await,
        None => forget_older_tokens(app, caller).await,
    }
}

async fn end(app: &App, caller: &SignedIn, id: SessionId, name: EventName) -> Result<Done<()>> {
    let mut writing = app.store().write(caller.scope()).await?;
    if !sessions::revoke(&writing, caller.user().id, id).await? {
        return Err(Refusal::not_found("Session not found").into());
    }
    writing.record(session_event(name, caller.user(), id, json!({})));
    app.commit(writing, ()).await
}

async fn forget_older_tokens(app: &App, caller: &SignedIn) -> Result<Done<()>> {
    let mut writing = app.store().write(caller.scope()).await?;
    let user = caller.user();
    store::team::refuse_older_tokens(&writing, user.id).await?;
    let event = Event::new(
        EventName::SessionClosed,
        user.id.0,
        caller.actor(),
        json!({}),
    );
    writing.record(event.seen_by(Audience::Security(user.id)));
    app.commit(writing, ()).await
}
