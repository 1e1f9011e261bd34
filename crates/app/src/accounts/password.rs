//! Changing one's own password; it ends the person's other logins.

use domain::events::{Audience, Event, EventName};
use domain::passwords;
use domain::refusal::Refusal;
use serde_json::json;
use store::{sessions, team, unscoped};

use crate::caller::SignedIn;
use crate::context::{App, Done};
use crate::error::{Error, Result};
use crate::passwords::Checked;
use crate::throttle;

/// Changes the password of the caller, who proves the old one.
pub async fn change_password(
    app: &App,
    caller: &SignedIn,
    current: &str,
    new: &str,
) -> Result<Done<()>> {
    passwords::check(new).map_err(|problem| Error::field("new_password", problem))?;
    let user = caller.user();
    let guesses = throttle::account(&user.email.to_lowercase());
    throttle::check(app, &[&guesses]).await?;
    let account = unscoped::account_by_id(app.store(), user.id).await?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.as_str());
    if app.passwords().check(current, hash).await? == Checked::Wrong {
        throttle::count(app, &[&guesses]).await?;
        return Err(Refusal::rule("Current password is incorrect").into());
    }
    let hash = app.passwords().hash(new).await?;
    let mut writing = app.store().write(caller.scope()).await?;
    team::set_password(&writing, user.id, &hash).await?;
    let ended = sessions::revoke_all(&writing, user.id, caller.session()).await?;
    let data = json!({"sessions_ended": ended});
    let event = Event::new(EventName::PasswordChanged, user.id.0, caller.actor(), data);
    writing.record(event.seen_by(Audience::Security(user.id)));
    app.commit(writing, ()).await
}
