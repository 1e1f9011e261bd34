//! A flight's own task: look into Redis, else load, keep what came, and tell those who wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::Loaded;
use crate::entry::Entry;
use crate::far::{Far, Fetched, Found, Keep, Lease, Leased};
use crate::flights::Flight;
use crate::key::Kind;
use crate::landing::{Airborne, Landing, Outcome};
use crate::metrics::Count;
use crate::rule::{Need, admits};
use crate::shelf::{Place, Shelf};
use crate::value::Value;

/// A value's life is shorter than its kind's by up to one part in so many.
const JITTER_PART: u32 = 10;
/// The first pause of one who waits for another node's load; it doubles up to the last.
const LEASE_PAUSE_MIN: Duration = Duration::from_millis(4);
const LEASE_PAUSE_MAX: Duration = Duration::from_millis(32);

/// Why a value is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Somebody waits for it.
    Read,
    /// It is near its end, and nobody waits.
    Refresh,
}

/// What Redis had to say.
enum Sought {
    Found(Arc<Entry>),
    /// Load it; with the lease, if it was to be had.
    Load(Option<Lease>),
    /// Another node is loading it.
    LeftToAnother,
}

impl<K: Kind> Shelf<K> {
    /// Starts a flight's task.
    pub(crate) fn launch<L, F>(
        &self,
        flight: &Arc<Flight<Landing>>,
        place: Place,
        need: Need,
        purpose: Purpose,
        load: L,
    ) where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>> + Send + 'static,
    {
        let airborne = Airborne::new(
            Arc::clone(&self.inner),
            Arc::clone(&place.text),
            Arc::clone(flight),
        );
        let shelf = self.clone();
        self.inner
            .world
            .spawn(async move { shelf.fly(airborne, place, need, purpose, load).await });
    }

    async fn fly<L, F>(
        self,
        airborne: Airborne,
        place: Place,
        need: Need,
        purpose: Purpose,
        load: L,
    ) where
        L: FnOnce() -> F + Send,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>> + Send,
    {
        let landing = &airborne.flight.landing;
        let far = self
            .inner
            .far
            .as_ref()
            .filter(|far| K::IS_SHARED && far.is_up());
        let lease = match far {
            Some(far) => match self.seek(far, &place, need, purpose, landing).await {
                Sought::Found(entry) => {
                    let text = Arc::clone(&place.text);
                    self.inner.near.put(text, Arc::clone(&entry)).await;
                    return airborne.land(Outcome::Fetched(entry));
                }
                Sought::LeftToAnother => return airborne.land(Outcome::Abandoned),
                Sought::Load(lease) => lease,
            },
            None => None,
        };
        let begun = self.inner.world.now();
        let ticket = self.inner.knowledge.ticket(place.tenant);
        let loaded = match self.timed(load).await {
            Ok(loaded) => loaded,
            Err(error) => {
                airborne.land(Outcome::Failed(Arc::new(error)));
                if let (Some(far), Some(lease)) = (far, lease) {
                    far.release(lease).await;
                }
                return;
            }
        };
        self.inner.knowledge.learn(ticket, loaded.stamp);
        let entry = Arc::new(self.entry_of(loaded, begun));
        // What an event has named meanwhile answers nobody but those who wait already.
        let is_kept = entry.weight() <= self.inner.settings.value_bytes_max
            && self
                .known(&place)
                .is_none_or(|known| entry.stamp.as_of >= known.named);
        if is_kept {
            let text = Arc::clone(&place.text);
            self.inner.near.put(text, Arc::clone(&entry)).await;
        }
        airborne.land(Outcome::Loaded(Arc::clone(&entry)));
        match far {
            Some(far) if is_kept => self.keep_far(far, &place, &entry, lease).await,
            Some(far) => {
                if let Some(lease) = lease {
                    far.release(lease).await;
                }
            }
            None => {}
        }
    }

    /// Looks for the value in Redis and, where it is not, for the right to load it.
    async fn seek(
        &self,
        far: &Far,
        place: &Place,
        need: Need,
        purpose: Purpose,
        landing: &Landing,
    ) -> Sought {
        if !self.is_tenant_known(place).await {
            // Nothing that Redis holds could be admitted.
            return Sought::Load(None);
        }
        let until = self.inner.world.now() + far.lease_wait();
        let mut pause = LEASE_PAUSE_MIN;
        loop {
            match far.fetch(&place.text, K::WIRE).await {
                Fetched::Found(found) => {
                    let found = self.judge(found, place, need, purpose, landing);
                    if let Some(entry) = found {
                        return Sought::Found(entry);
                    }
                }
                Fetched::Unreadable => self.counters.add(Count::Unreadable),
                Fetched::Nothing => {}
                Fetched::Down => return Sought::Load(None),
            }
            match far.lease(&place.text).await {
                Leased::Held(lease) => return Sought::Load(Some(lease)),
                Leased::Down => return Sought::Load(None),
                Leased::Busy if purpose == Purpose::Refresh => return Sought::LeftToAnother,
                Leased::Busy if self.inner.world.now() >= until => return Sought::Load(None),
                // Whoever holds it may have begun before the number that is needed; and the number may be nonsense.
                Leased::Busy if self.is_ahead(place, need) => return Sought::Load(None),
                Leased::Busy => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LEASE_PAUSE_MAX);
        }
    }

    /// Whether a reader needs more than this process has reached.
    fn is_ahead(&self, place: &Place, need: Need) -> bool {
        self.known(place)
            .is_none_or(|known| !need.is_met_by(known.reached))
    }

    /// Gives what was found in Redis if it may answer; what is past its time limit is offered to those who wait.
    fn judge(
        &self,
        found: Found,
        place: &Place,
        need: Need,
        purpose: Purpose,
        landing: &Landing,
    ) -> Option<Arc<Entry>> {
        let now = self.inner.world.now();
        let value = match found.payload {
            Some(payload) => match K::Value::decode(payload) {
                Some(value) => Some(Arc::new(value)),
                None => {
                    self.counters.add(Count::Unreadable);
                    return None;
                }
            },
            None => None,
        };
        let life = match value {
            Some(_) => found.life.min(self.times.life),
            None => found.life.min(self.times.life_absent),
        };
        let born = now.saturating_sub(found.age);
        let entry = Arc::new(Entry::new(found.stamp, born, life, value));
        if !admits(entry.stamp, need, self.known(place)) {
            self.counters.add(Count::Refused);
            return None;
        }
        let is_wanted = match purpose {
            Purpose::Read => entry.is_fresh(now),
            Purpose::Refresh => !entry.is_in_last_part(now),
        };
        if !is_wanted && entry.age(now) <= self.times.stale_max {
            landing.offer_old(&entry);
        }
        is_wanted.then_some(entry)
    }

    /// Whether the tenant's number is known, after asking for it if there is somebody to ask.
    async fn is_tenant_known(&self, place: &Place) -> bool {
        if self.known(place).is_some() {
            return true;
        }
        let Some(number) = &self.inner.world.number else {
            return false;
        };
        let ticket = self.inner.knowledge.ticket(place.tenant);
        match number(place.tenant).await {
            Some(stamp) => self.inner.knowledge.learn(ticket, stamp),
            None => false,
        }
    }

    async fn keep_far(&self, far: &Far, place: &Place, entry: &Entry, lease: Option<Lease>) {
        let now = self.inner.world.now();
        let payload = entry.value::<K::Value>().map(|value| {
            let mut payload = Vec::new();
            value.encode(&mut payload);
            payload
        });
        let lasts = match payload {
            Some(_) => self.times.stale_max.max(entry.life),
            None => entry.life,
        };
        let keep = Keep {
            text: &place.text,
            wire: K::WIRE,
            stamp: entry.stamp,
            life: entry.life,
            age: entry.age(now),
            lasts,
            payload: payload.as_deref(),
        };
        far.keep(keep, lease).await;
    }

    /// Carries a load out, and counts it.
    pub(crate) async fn timed<L, F>(&self, load: L) -> Result<Loaded<K::Value>, K::Error>
    where
        L: FnOnce() -> F,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>>,
    {
        self.counters.add(Count::Load);
        let begun = self.inner.world.now();
        let result = load().await;
        let took = self.inner.world.now().saturating_sub(begun);
        self.counters.load_time.record(took);
        if result.is_err() {
            self.counters.add(Count::LoadFailed);
        }
        result
    }

    pub(crate) fn entry_of(&self, loaded: Loaded<K::Value>, born: Duration) -> Entry {
        let span = match loaded.value {
            Some(_) => self.times.life,
            None => self.times.life_absent,
        };
        let life = self.inner.world.jittered(span, JITTER_PART);
        Entry::new(loaded.stamp, born, life, loaded.value.map(Arc::new))
    }
}
