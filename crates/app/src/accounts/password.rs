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
    throttle::count(app, &[&guesses]).await?;
    let account = unscoped::account_by_id(app.store(), user.id).await?;
    let proven = account.map(|account| account.password_hash);
    let wrong = || Refusal::rule("Current password is incorrect");
    if app.passwords().check(current, proven.as_deref()).await? == Checked::Wrong {
        return Err(wrong().into());
    }
    let hash = app.passwords().hash(new).await?;
    let mut writing = app.store().write(caller.scope()).await?;
    // Of two changes at once the second no longer knows the current password.
    if team::password_hash(&writing, user.id).await? != proven {
        return Err(wrong().into());
    }
    team::set_password(&writing, user.id, &hash).await?;
    team::refuse_older_tokens(&writing, user.id).await?;
    let ended = sessions::revoke_all(&writing, user.id, caller.session()).await?;
    let data = json!({"sessions_ended": ended});
    let event = Event::new(EventName::PasswordChanged, user.id.0, caller.actor(), data);
    writing.record(event.seen_by(Audience::Security(user.id)));
    let done = app.commit(writing, ()).await?;
    throttle::forget(app, &guesses).await?;
    Ok(done)
}
