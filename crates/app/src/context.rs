//! What every use case needs: the store, the bell, clock and randomness, and the worlds outside.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bell::Bell;
use domain::clock::{Clock, Timestamp};
use domain::entropy::Entropy;
use mail::Mailer;
use providers::Uploads;
use store::{Committed, Store, TenantScope, Writing};

use crate::cached::Caches;
use crate::error::Result;
use crate::passwords::Passwords;
use crate::tail::Tail;
use crate::tasks::Tasks;
use crate::tokens::Tokens;

/// Choices of the operator that use cases follow.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address at which people reach the site, without a slash at the end; links in mails begin with it.
    pub public_url: String,
    /// Whether inserting leads beyond the plan's quota is refused (402).
    pub quota_enforced: bool,
    /// Whether failed sign-ins are throttled.
    pub throttled: bool,
    /// Most bytes of an uploaded file.
    pub upload_bytes_max: u64,
    /// How long an upload is kept that no import takes, from its last piece on.
    pub upload_life: Duration,
}

/// The parts from which the use cases are made.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Wake-ups after a commit.
    pub bell: Bell,
    /// Mail.
    pub mailer: Mailer,
    /// Uploaded files.
    pub uploads: Uploads,
    /// Signs and checks tokens.
    pub tokens: Tokens,
    /// Background work of this process.
    pub tasks: Tasks,
    /// The operator's choices.
    pub options: Options,
}

/// The use cases' context; clones are handles to the same one.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    passwords: Passwords,
    tail: Tail,
    caches: OnceLock<Caches>,
}

/// What a use case gives: a value, and the tenant's event number that it is at least as new as;
/// after a write the number of its last event.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    /// The value.
    pub value: T,
    /// The number, for `X-Event-Seq`.
    pub seq: i64,
}

impl<T> Done<T> {
    /// The same number with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Done<U> {
        Done {
            value: change(self.value),
            seq: self.seq,
        }
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let passwords = Passwords::new(parts.store.entropy().clone(), parts.tasks.clone());
        Self {
            inner: Arc::new(Inner {
                parts,
                passwords,
                tail: Tail::default(),
                caches: OnceLock::new(),
            }),
        }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// Wake-ups after a commit.
    pub fn bell(&self) -> &Bell {
        &self.inner.parts.bell
    }

    /// What this process knows of all tenants' events.
    pub fn tail(&self) -> &Tail {
        &self.inner.tail
    }

    /// What the process keeps of its answers; `None` where it does not serve.
    pub fn caches(&self) -> Option<&Caches> {
        self.inner.caches.get()
    }

    /// The first ones stay.
    pub(crate) fn set_caches(&self, caches: Caches) {
        let _ = self.inner.caches.set(caches);
    }

    /// Asks the database whether it answers; for the probe of readiness.
    pub async fn ping(&self) -> Result<()> {
        Ok(store::unscoped::ping(self.store()).await?)
    }

    /// Mail.
    pub fn mailer(&self) -> &Mailer {
        &self.inner.parts.mailer
    }

    /// Uploaded files.
    pub fn uploads(&self) -> &Uploads {
        &self.inner.parts.uploads
    }

    /// Signs and checks tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.inner.parts.tokens
    }

    /// Background work of this process.
    pub fn tasks(&self) -> &Tasks {
        &self.inner.parts.tasks
    }

    /// The operator's choices.
    pub fn options(&self) -> &Options {
        &self.inner.parts.options
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.store().clock()
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// Randomness.
    pub fn entropy(&self) -> &Entropy {
        self.store().entropy()
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// Commits, and lets the process know the number before anybody is answered.
    pub(crate) async fn commit<T>(&self, writing: Writing, value: T) -> Result<Done<T>> {
        let scope = store::Read::scope(&writing);
        let committed = writing.commit().await?;
        self.ring(scope, committed);
        Ok(Done {
            value,
            seq: committed.seq,
        })
    }

    /// Lets the process know what was committed.
    pub(crate) fn ring(&self, scope: TenantScope, committed: Committed) {
        if committed.events > 0 {
            self.bell().ring(scope.tenant(), committed.seq);
        }
    }
}
