//! One kind's place in the cache: read a value, or have it loaded.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::{Answer, LoadError, Loaded, Source};
use crate::cache::Inner;
use crate::entry::Entry;
use crate::key::{Key, Kind, SharedText, text_of};
use crate::metrics::{Count, Counters};
use crate::rule::{Known, Need, admits, content_number};
use crate::scope::{Scopes, Tenant};
use crate::settings::Times;

/// One kind's place in a cache; clones are handles to the same.
#[derive(Debug)]
pub struct Shelf<K: Kind> {
    pub(crate) inner: Arc<Inner>,
    pub(crate) times: Times,
    pub(crate) counters: Arc<Counters>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Clone for Shelf<K> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            times: self.times,
            counters: Arc::clone(&self.counters),
            kind: PhantomData,
        }
    }
}

/// A key, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) text: SharedText,
    pub(crate) tenant: Tenant,
    pub(crate) scopes: Scopes,
}

/// What the near level has for a reader.
enum Look {
    Fresh(Arc<Entry>),
    /// Fresh, and this reader is the one to have it refreshed.
    Due(Arc<Entry>),
    /// Past its time limit, and not to be tried again yet.
    Resting(Arc<Entry>),
    /// Past its time limit.
    Old(Arc<Entry>),
    Nothing,
}

/// What a reader is given.
pub(crate) type Given<K> = Result<Answer<<K as Kind>::Value>, LoadError<<K as Kind>::Error>>;

impl<K: Kind> Shelf<K> {
    pub(crate) fn new(inner: Arc<Inner>, times: Times, counters: Arc<Counters>) -> Self {
        Self {
            inner,
            times,
            counters,
            kind: PhantomData,
        }
    }

    /// A value from this process' memory, if a fresh one is there that the rule admits. Starts nothing, so it costs no
    /// more than the look; for a request path whose load is costly to describe.
    pub async fn peek(&self, key: &K::Key, need: Need) -> Option<Answer<K::Value>> {
        let text = text_of::<K>(key)?;
        let (tenant, scopes) = (key.tenant(), key.scopes());
        let entry = self.inner.near.get(&text).await?;
        let known = self.inner.knowledge.known(tenant, &scopes);
        let now = self.inner.world.now();
        if !admits(entry.stamp, need, known) || entry.is_in_last_part(now) {
            return None;
        }
        Some(self.give_at(&entry, Source::Near, known, now))
    }

    /// Reads a value, and loads it where none can answer. The load runs as a task of its own: a reader who leaves cancels
    /// nothing, and readers of the same key share it.
    ///
    /// The load reads the tenant's number and then the value in one snapshot of the source.
    pub async fn get<L, F>(&self, key: &K::Key, need: Need, load: L) -> Given<K>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>> + Send + 'static,
    {
        let text = text_of::<K>(key).filter(|_| need != Need::Bypass);
        let tenant = key.tenant();
        let scopes = key.scopes();
        let Some(text) = text else {
            return self.pass_by(tenant, scopes, load).await;
        };
        let held = self.inner.near.get(&text).await;
        let known = self.inner.knowledge.known(tenant, &scopes);
        let now = self.inner.world.now();
        let place = |text: String| Place {
            text: text.into(),
            tenant,
            scopes,
        };
        let given = match self.look(held, need, known, now) {
            Look::Fresh(entry) => Ok(self.give_at(&entry, Source::Near, known, now)),
            Look::Resting(entry) => Ok(self.give(&entry, Source::Stale, known)),
            Look::Due(entry) => {
                self.refresh(place(text), load);
                Ok(self.give(&entry, Source::Near, known))
            }
            Look::Old(entry) => self.read(place(text), need, Some(entry), load).await,
            Look::Nothing => self.read(place(text), need, None, load).await,
        };
        if let Ok(answer) = &given {
            let x_cache = answer.source.as_header();
            tracing::debug!(x_cache, kind = K::NOUN, view = K::VIEW, %tenant, "a cached read");
        }
        given
    }

    /// The number whose state an answer would be the state of, for comparing an `If-None-Match` without the
    /// value: the last that names one of the key's scopes. `None` where this process does not know enough.
    pub fn content_number(&self, key: &K::Key, need: Need) -> Option<(u64, u64)> {
        let known = self.inner.knowledge.known(key.tenant(), &key.scopes())?;
        need.is_met_by(known.reached)
            .then_some((known.epoch, known.named))
    }

    fn look(
        &self,
        held: Option<Arc<Entry>>,
        need: Need,
        known: Option<Known>,
        now: Duration,
    ) -> Look {
        let Some(entry) = held else {
            return Look::Nothing;
        };
        if !admits(entry.stamp, need, known) {
            self.counters.add(Count::Refused);
            return Look::Nothing;
        }
        if entry.is_fresh(now) {
            return match entry.claims_refresh(now) {
                true => Look::Due(entry),
                false => Look::Fresh(entry),
            };
        }
        if entry.age(now) > self.times.stale_max {
            return Look::Nothing;
        }
        match entry.rests(now) {
            true => Look::Resting(entry),
            false => Look::Old(entry),
        }
    }

    /// Makes an answer of an entry, and counts it.
    pub(crate) fn give(
        &self,
        entry: &Entry,
        source: Source,
        known: Option<Known>,
    ) -> Answer<K::Value> {
        self.give_at(entry, source, known, self.inner.world.now())
    }

    fn give_at(
        &self,
        entry: &Entry,
        source: Source,
        known: Option<Known>,
        now: Duration,
    ) -> Answer<K::Value> {
        self.counters.add(match source {
            Source::Near => Count::HitNear,
            Source::Far => Count::HitFar,
            Source::Miss => Count::Miss,
            Source::Stale => Count::Stale,
            Source::Bypass => Count::Bypass,
        });
        Answer {
            value: entry.value(),
            source,
            age: entry.age(now),
            stamp: entry.stamp,
            at_least: match known {
                Some(known) if admits(entry.stamp, Need::Any, Some(known)) => {
                    known.reached.max(entry.stamp.as_of)
                }
                _ => entry.stamp.as_of,
            },
            content_number: content_number(entry.stamp, known),
        }
    }
}
