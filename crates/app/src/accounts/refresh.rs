//! The next pair of tokens for a refresh token, which is good once: using a spent one again ends
//! its login everywhere, since two parties hold it then.

use domain::accounts::{Origin, SessionKind, User};
use domain::events::EventName;
use domain::ids::SessionId;
use domain::refusal::Refusal;
use serde_json::json;
use store::{sessions, unscoped};
use uuid::Builder;

use crate::accounts::{Login, LoginKey, session_event};
use crate::context::{App, Done};
use crate::error::Result;
use crate::tokens::{BadToken, Purpose, hash_of};

/// Gives the next pair. Tenant and role come from the person's row (FIX-7); every failure is a 401 (FIX-6).
pub async fn refresh(app: &App, token: &str, origin: &Origin) -> Result<Done<Login>> {
    let refused = |text: &'static str| Refusal::unauthenticated(text);
    let claims = app.tokens().verify(token).map_err(|bad| match bad {
        BadToken::Expired => refused("Refresh token expired"),
        BadToken::Invalid => refused("Invalid refresh token"),
    })?;
    if claims.purpose != Some(Purpose::Refresh) {
        return Err(refused("Invalid token type").into());
    }
    let Some(user) = claims.user() else {
        return Err(refused("Invalid token").into());
    };
    let caller = unscoped::caller(app.store(), user).await?;
    let caller = caller.filter(|caller| caller.user.is_active);
    let Some(caller) = caller else {
        return Err(refused("User not found or inactive").into());
    };
    if claims.sid.is_none() && claims.is_made_by(caller.tokens_from) {
        return Err(refused("Invalid refresh token").into());
    }
    let mut writing = app.store().write(caller.scope).await?;
    let (id, spent_hash) = match (claims.session(), &claims.jti) {
        (Some(id), Some(jti)) => (id, hash_of(jti)),
        _ => adopt(&writing, &caller.user, token, origin).await?,
    };
    let pair = app
        .tokens()
        .pair(&caller.user, id, (writing.fresh_id(), writing.fresh_id()))?;
    if sessions::rotate(&writing, id, &spent_hash, &pair.refresh_hash).await? {
        let login = Login {
            user: caller.user,
            key: LoginKey::Tokens(pair),
        };
        return app.commit(writing, login).await;
    }
    // The token was good once. If its login is still open, somebody else renewed it.
    if sessions::revoke(&writing, caller.user.id, id).await? {
        writing.record(session_event(
            EventName::SessionReuseDetected,
            &caller.user,
            id,
            json!({}),
        ));
    }
    app.commit(writing, ()).await?;
    Err(refused("Invalid refresh token").into())
}

/// A refresh token of the original names no login. Its first use opens one whose id is made of the
/// token, so that its second use is known as a reuse.
async fn adopt(
    writing: &store::Writing,
    user: &User,
    token: &str,
    origin: &Origin,
) -> Result<(SessionId, String)> {
    let hash = hash_of(token);
    let mut bytes = [0_u8; 16];
    for (byte, pair) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)) {
        let text = std::str::from_utf8(pair).unwrap_or("00");
        *byte = u8::from_str_radix(text, 16).unwrap_or(0);
    }
    let id = SessionId(Builder::from_custom_bytes(bytes).into_uuid());
    if sessions::find(writing, id).await?.is_none() {
        sessions::open(writing, id, user.id, SessionKind::Api, &hash, origin).await?;
    }
    Ok((id, hash))
}
