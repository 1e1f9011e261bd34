//! The slow way of a read: wait for a load, this reader's or another's, and judge what it brings.

use std::future::Future;
use std::sync::Arc;

use tokio::time::timeout;

use crate::answer::{LoadError, Loaded, Source};
use crate::entry::Entry;
use crate::flights::{Arrival, Boarding, Flight};
use crate::key::Kind;
use crate::landing::{Landing, Outcome};
use crate::loading::Purpose;
use crate::metrics::Count;
use crate::rule::{Known, Need, admits};
use crate::scope::{Scopes, Tenant};
use crate::shelf::{Given, Place, Shelf};

/// How often a reader waits for others' loads that turn out too old, before it insists on its own.
const JOINS_MAX: u32 = 2;

/// How a reader's waiting ended.
enum Waited {
    Landed(Outcome),
    /// Its patience ended, and there is a value past its time limit.
    Old(Arc<Entry>),
}

impl<K: Kind> Shelf<K> {
    /// Has a value loaded, or waits for who does.
    pub(crate) async fn read<L, F>(
        &self,
        place: Place,
        need: Need,
        old: Option<Arc<Entry>>,
        load: L,
    ) -> Given<K>
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>> + Send + 'static,
    {
        let arrival = self.inner.flights.arrive();
        let mut joins = 0;
        loop {
            match self.board(&place, arrival, need, joins >= JOINS_MAX, old.clone()) {
                Boarding::Begun(flight) => {
                    self.launch(&flight, place.clone(), need, Purpose::Read, load);
                    return self.wait_for_own(&flight, &place, need).await;
                }
                Boarding::Joined(flight) => {
                    self.counters.add(Count::Joined);
                    // A load that began before the value was past its time limit does not know of it.
                    if let Some(old) = &old {
                        flight.landing.offer_old(old);
                    }
                    let given = self.wait_for_other(&flight, &place, need, arrival).await;
                    if let Some(given) = given {
                        return given;
                    }
                    joins += 1;
                }
            }
        }
    }

    /// Has a value loaded in the background, if nobody does already.
    pub(crate) fn refresh<L, F>(&self, place: Place, load: L)
    where
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>> + Send + 'static,
    {
        if self.inner.flights.is_under_way(&place.text) {
            return;
        }
        let arrival = self.inner.flights.arrive();
        if let Boarding::Begun(flight) = self.board(&place, arrival, Need::Any, false, None) {
            self.counters.add(Count::Refresh);
            self.launch(&flight, place, Need::Any, Purpose::Refresh, load);
        }
    }

    /// Asks the source for a reader who wants no other answer. Nothing is kept and nobody joins.
    pub(crate) async fn pass_by<L, F>(&self, tenant: Tenant, scopes: Scopes, load: L) -> Given<K>
    where
        L: FnOnce() -> F,
        F: Future<Output = Result<Loaded<K::Value>, K::Error>>,
    {
        let begun = self.inner.world.now();
        let ticket = self.inner.knowledge.ticket(tenant);
        let result = self.timed(load).await;
        let loaded = result.map_err(|error| LoadError::Failed(Arc::new(error)))?;
        self.inner.knowledge.learn(ticket, loaded.stamp);
        let entry = self.entry_of(loaded, begun);
        let known = self.inner.knowledge.known(tenant, &scopes);
        Ok(self.give(&entry, Source::Bypass, known))
    }

    fn board(
        &self,
        place: &Place,
        arrival: Arrival,
        need: Need,
        insists: bool,
        old: Option<Arc<Entry>>,
    ) -> Boarding<Landing> {
        let known = self.known(place);
        let begun = self.inner.world.now();
        let landing = || Landing::new(begun, old);
        let flights = &self.inner.flights;
        flights.board(&place.text, arrival, need, known, insists, landing)
    }

    /// Waits for the flight that this reader began: what it brings is new enough for it.
    async fn wait_for_own(&self, flight: &Flight<Landing>, place: &Place, need: Need) -> Given<K> {
        let outcome = match self.wait(flight, place, need).await {
            Waited::Landed(outcome) => outcome,
            Waited::Old(entry) => return Ok(self.give(&entry, Source::Stale, self.known(place))),
        };
        match outcome {
            Outcome::Loaded(entry) => Ok(self.give_loaded(&entry, place, need)),
            Outcome::Fetched(entry) => Ok(self.give(&entry, Source::Far, self.known(place))),
            Outcome::Failed(error) => self.failed(flight, place, need, LoadError::of(error)).await,
            Outcome::Abandoned => self.failed(flight, place, need, LoadError::Abandoned).await,
        }
    }

    /// Waits for a flight that another began; `None` where it brought nothing that this reader may be given.
    async fn wait_for_other(
        &self,
        flight: &Flight<Landing>,
        place: &Place,
        need: Need,
        arrival: Arrival,
    ) -> Option<Given<K>> {
        let outcome = match self.wait(flight, place, need).await {
            Waited::Landed(outcome) => outcome,
            Waited::Old(entry) => {
                return Some(Ok(self.give(&entry, Source::Stale, self.known(place))));
            }
        };
        let is_admitted = |entry: &Entry| admits(entry.stamp, need, self.known(place));
        match outcome {
            Outcome::Loaded(entry) if flight.is_begun_after(arrival) || is_admitted(&entry) => {
                Some(Ok(self.give_loaded(&entry, place, need)))
            }
            Outcome::Fetched(entry) if is_admitted(&entry) => {
                Some(Ok(self.give(&entry, Source::Far, self.known(place))))
            }
            Outcome::Loaded(_) | Outcome::Fetched(_) => {
                self.counters.add(Count::Refused);
                None
            }
            Outcome::Failed(error) => {
                Some(self.failed(flight, place, need, LoadError::of(error)).await)
            }
            Outcome::Abandoned => None,
        }
    }

    async fn wait(&self, flight: &Flight<Landing>, place: &Place, need: Need) -> Waited {
        let landing = &flight.landing;
        let waited = self.inner.world.now().saturating_sub(landing.begun);
        let patience = self.times.soft_timeout.saturating_sub(waited);
        if let Ok(outcome) = timeout(patience, landing.outcome()).await {
            return Waited::Landed(outcome);
        }
        match self.admitted_old(flight, place, need) {
            Some(entry) => Waited::Old(entry),
            None => Waited::Landed(landing.outcome().await),
        }
    }

    /// A load's value, given to a reader for whom it is new enough. One who asked for a number that the sequence does not
    /// have yet has asked for the source, and that is what it was given.
    fn give_loaded(&self, entry: &Entry, place: &Place, need: Need) -> crate::Answer<K::Value> {
        let known = self.known(place);
        let is_met = need.is_met_by(entry.stamp.as_of)
            || known.is_some_and(|known| need.is_met_by(known.reached));
        let source = if is_met { Source::Miss } else { Source::Bypass };
        self.give(entry, source, known)
    }

    /// A load's failure is an old value's hour, if there is one that the rule admits.
    async fn failed(
        &self,
        flight: &Flight<Landing>,
        place: &Place,
        need: Need,
        error: LoadError<K::Error>,
    ) -> Given<K> {
        let Some(entry) = self.admitted_old(flight, place, need) else {
            return Err(error);
        };
        entry.rest(self.inner.world.now() + self.inner.settings.retry_after);
        // It may have come from Redis just now; the next reader finds it here, at rest.
        let text = Arc::clone(&place.text);
        self.inner.near.put(text, Arc::clone(&entry)).await;
        Ok(self.give(&entry, Source::Stale, self.known(place)))
    }

    fn admitted_old(
        &self,
        flight: &Flight<Landing>,
        place: &Place,
        need: Need,
    ) -> Option<Arc<Entry>> {
        let now = self.inner.world.now();
        flight.landing.old().filter(|entry| {
            entry.age(now) <= self.times.stale_max && admits(entry.stamp, need, self.known(place))
        })
    }

    pub(crate) fn known(&self, place: &Place) -> Option<Known> {
        self.inner.knowledge.known(place.tenant, &place.scopes)
    }
}

impl<E: Send + Sync + 'static> LoadError<E> {
    /// The error of a flight, which is of its kind's type.
    fn of(error: Arc<dyn std::any::Any + Send + Sync>) -> Self {
        error.downcast().map_or(Self::Abandoned, Self::Failed)
    }
}
