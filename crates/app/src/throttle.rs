//! Slowing down who guesses passwords (FIX-46): failures are counted per account and per address in
//! the database, the same for known and unknown accounts.

use domain::refusal::{Refusal, RefusalKind};
use store::attempts;

use crate::context::App;
use crate::error::Result;
use crate::tokens::hash_of;

/// Failures of one account in a period before it has to wait.
pub(crate) const ACCOUNT_FAILURES_MAX: i64 = 10;
/// Failures from one address in a period before it has to wait.
pub(crate) const ADDRESS_FAILURES_MAX: i64 = 100;
/// Registrations from one address in a period.
pub(crate) const REGISTRATIONS_MAX: i64 = 20;

/// What is counted, and up to how much.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    key: String,
    max: i64,
}

/// The failures of an account, by the address that was typed.
pub(crate) fn account(email_key: &str) -> Subject {
    Subject {
        key: hash_of(&format!("account:{email_key}")),
        max: ACCOUNT_FAILURES_MAX,
    }
}

/// The failures from a client's address.
pub(crate) fn address(address: Option<&str>) -> Subject {
    let key = hash_of(&format!("address:{}", address.unwrap_or_default()));
    Subject {
        key,
        max: ADDRESS_FAILURES_MAX,
    }
}

/// The registrations from a client's address.
pub(crate) fn registrations(address: Option<&str>) -> Subject {
    let key = hash_of(&format!("register:{}", address.unwrap_or_default()));
    Subject {
        key,
        max: REGISTRATIONS_MAX,
    }
}

/// Counts an attempt of each subject before it is made, and refuses it when that is one too many. So
/// of many that come at once no more pass than of as many in turn.
pub(crate) async fn count(app: &App, subjects: &[&Subject]) -> Result<()> {
    if !app.options().throttled {
        return Ok(());
    }
    for subject in subjects {
        let count = attempts::add(app.store(), &subject.key).await?;
        if count.failures > subject.max {
            let kind = RefusalKind::Throttled {
                retry_after_seconds: count.seconds_left,
            };
            let text = "Rate limit exceeded. Please try again later.";
            return Err(Refusal::new(kind, text).into());
        }
    }
    Ok(())
}

/// Takes an attempt back that succeeded.
pub(crate) async fn give_back(app: &App, subject: &Subject) -> Result<()> {
    if app.options().throttled {
        attempts::give_back(app.store(), &subject.key).await?;
    }
    Ok(())
}

/// Forgets a subject's failures.
pub(crate) async fn forget(app: &App, subject: &Subject) -> Result<()> {
    if app.options().throttled {
        attempts::clear(app.store(), &subject.key).await?;
    }
    Ok(())
}
