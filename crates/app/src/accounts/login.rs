//! Signing in with address and password.

use domain::accounts::{Origin, SessionKind};
use domain::email::comparison_key;
use domain::refusal::Refusal;
use store::unscoped::{self, Account};
use store::{Writing, team};

use crate::accounts::{Login, open_login};
use crate::context::{App, Done};
use crate::error::Result;
use crate::passwords::Checked;
use crate::throttle;

/// How often a password is checked that changes under the check.
const CHECKS_MAX: usize = 3;

/// What somebody brings who signs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The address, as typed.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Opens a login. Unknown addresses take as long as known ones and get the same answer (FIX-46);
/// a suspended tenant's people can still sign in (contract #9).
pub async fn login(
    app: &App,
    credentials: &Credentials,
    kind: SessionKind,
    origin: &Origin,
) -> Result<Done<Login>> {
    let email_key = comparison_key(&credentials.email);
    let (account, address) = (
        throttle::account(&email_key),
        throttle::address(origin.address.as_deref()),
    );
    throttle::count(app, &[&account, &address]).await?;
    let (found, mut writing) = prove(app, &email_key, &credentials.password).await?;
    let mut user = found.user;
    let key = open_login(app, &mut writing, &user, kind, origin).await?;
    user.last_login_at = Some(writing.now());
    let done = app.commit(writing, Login { user, key }).await?;
    // After the commit: what is counted is written beside the transaction, never within its hold of the database.
    throttle::forget(app, &account).await?;
    throttle::give_back(app, &address).await?;
    Ok(done)
}

/// Checks the password and begins the transaction in which it still is the password: one that was
/// changed while it was checked is checked against the new one.
async fn prove(app: &App, email_key: &str, password: &str) -> Result<(Account, Writing)> {
    for _ in 0..CHECKS_MAX {
        let found = unscoped::account_by_email(app.store(), email_key).await?;
        let hash = found.as_ref().map(|found| found.password_hash.as_str());
        let checked = app.passwords().check(password, hash).await?;
        let Some(found) = found.filter(|_| checked != Checked::Wrong) else {
            break;
        };
        if !found.user.is_active {
            return Err(Refusal::forbidden("Account is inactive").into());
        }
        let replaced = match checked {
            Checked::RightButOld => Some(app.passwords().hash(password).await?),
            Checked::Right | Checked::Wrong => None,
        };
        let writing = app.store().write(found.scope).await?;
        let now = team::password_hash(&writing, found.user.id).await?;
        if now.as_deref() == Some(&*found.password_hash) {
            if let Some(hash) = replaced {
                team::set_password(&writing, found.user.id, &hash).await?;
            }
            return Ok((found, writing));
        }
    }
    Err(Refusal::unauthenticated("Invalid email or password").into())
}
