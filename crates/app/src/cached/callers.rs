//! Who calls: the login, the person and the company's state, which every request needs. Kept in the process alone and
//! briefly; a change names the person, so that whoever is shut out is out at once (I5).
//!
//! Nothing but the rule stands between a request and rights that were taken away: the number that must be reached is
//! the node's, and where that is not known it is read in the database.

use std::sync::Arc;

use bytes::Bytes;
use cache::{Key, KeyText, Kind, Loaded, Need, Scopes, Stamp, Tenant, Value};
use domain::ids::{SessionId, TenantId, UserId};
use domain::refusal::Refusal;
use store::sessions::StoredSession;
use store::unscoped;

use super::follow::{folded, number};
use super::scopes::{PEOPLE, person};
use super::{Content, Kept};
use crate::context::App;
use crate::error::{Error, Result};

/// What the texts of a caller weigh, about, and the rest of it.
const WEIGHT_BYTES: usize = 1_024;

/// A caller as a login of the API leads to one.
#[derive(Debug)]
pub(crate) struct Callers;

/// Finds a caller.
#[derive(Debug)]
pub(crate) struct CallerKey {
    tenant: TenantId,
    user: UserId,
    session: SessionId,
}

/// A person with a login that was theirs and open when it was read.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) caller: unscoped::Caller,
    pub(crate) login: StoredSession,
}

/// A caller, and how new that is.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) held: Arc<Held>,
    pub(crate) seq: i64,
    pub(crate) kept: Kept,
    /// Whether the database was asked.
    pub(crate) is_read: bool,
}

impl Kind for Callers {
    const NOUN: &'static str = "sessions";
    const VIEW: &'static str = "caller";
    const IS_SHARED: bool = false;
    type Key = CallerKey;
    type Value = Held;
    type Error = Error;
}

impl Key for CallerKey {
    fn tenant(&self) -> Tenant {
        Tenant(self.tenant.0.as_u128())
    }

    fn scopes(&self) -> Scopes {
        Scopes::of([person(self.user), PEOPLE])
    }

    fn write(&self, text: &mut KeyText) {
        text.part(self.user).part(self.session);
    }
}

/// Never written: rights do not leave the process.
impl Value for Held {
    fn weight(&self) -> usize {
        WEIGHT_BYTES
    }

    fn encode(&self, _: &mut Vec<u8>) {}

    fn decode(_: Bytes) -> Option<Self> {
        None
    }
}

/// Looks a caller up, as new as the request needs it; `None` where only the database can say why there is none.
pub(crate) async fn look(
    app: &App,
    (tenant, user, session): (TenantId, UserId, SessionId),
    carried: Option<&str>,
) -> Result<Option<Looked>> {
    let Some(caches) = app.caches() else {
        return Ok(None);
    };
    let Some(committed) = committed(app, tenant).await? else {
        return Ok(None);
    };
    let need = Need::of_request(carried, Some(number(committed)));
    let key = CallerKey {
        tenant,
        user,
        session,
    };
    let own = app.clone();
    let load = move || async move { load(&own, tenant, user, session).await };
    let answer = caches.callers.get(&key, need, load).await;
    let answer = match answer.map_err(super::shared) {
        Ok(answer) => answer,
        Err(Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(held) = answer.value else {
        return Ok(None);
    };
    Ok(Some(Looked {
        seq: i64::try_from(answer.at_least).unwrap_or(i64::MAX),
        is_read: matches!(answer.source, cache::Source::Miss | cache::Source::Bypass),
        kept: Kept {
            source: answer.source,
            age: answer.age,
            content: Some(Content {
                epoch: answer.stamp.epoch,
                number: answer.content_number,
            }),
        },
        held,
    }))
}

/// The tenant's last number as the node knows it, else as the database does.
async fn committed(app: &App, tenant: TenantId) -> Result<Option<i64>> {
    if let Some(last) = app.bell().last(tenant) {
        return Ok(Some(last));
    }
    let epoch = app.bell().epoch();
    let last = unscoped::last_number(app.store(), tenant).await?;
    if let Some(last) = last
        && app.bell().epoch() == epoch
    {
        app.bell().learn(tenant, last);
    }
    Ok(last)
}

/// Number, person and login are of one moment: one statement reads them.
async fn load(
    app: &App,
    tenant: TenantId,
    user: UserId,
    session: SessionId,
) -> Result<Loaded<Held>> {
    let epoch = folded(app.bell().epoch());
    let (caller, login) = unscoped::caller_in(app.store(), user, session).await?;
    // What a token says of its tenant is not trusted: only the person's own is a key.
    let caller = caller.filter(|caller| caller.scope.tenant() == tenant);
    let caller = caller.ok_or_else(|| Refusal::unauthenticated("User not found"))?;
    let as_of = number(caller.seq);
    Ok(Loaded {
        stamp: Stamp { epoch, as_of },
        value: login.map(|login| Held { caller, login }),
    })
}
