//! Where a load under way lands, and how those who wait for it hear of it.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::cache::Inner;
use crate::entry::Entry;
use crate::flights::Flight;
use crate::key::SharedText;

/// How a flight ended.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// With a value from the source.
    Loaded(Arc<Entry>),
    /// With a value from Redis.
    Fetched(Arc<Entry>),
    /// With the load's error.
    Failed(Arc<dyn Any + Send + Sync>),
    /// Without a result.
    Abandoned,
}

#[derive(Debug)]
pub(crate) struct Landing {
    /// When the flight began.
    pub(crate) begun: Duration,
    /// A value past its time limit, for readers who would wait too long.
    old: Mutex<Option<Arc<Entry>>>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Landing {
    pub(crate) fn new(begun: Duration, old: Option<Arc<Entry>>) -> Self {
        Self {
            begun,
            old: Mutex::new(old),
            outcome: watch::Sender::new(None),
        }
    }

    /// The value past its time limit, if there is one.
    pub(crate) fn old(&self) -> Option<Arc<Entry>> {
        self.old.lock().clone()
    }

    /// Offers a value past its time limit; a newer one stays.
    pub(crate) fn offer_old(&self, entry: &Arc<Entry>) {
        let mut old = self.old.lock();
        if old
            .as_ref()
            .is_none_or(|held| held.stamp.as_of < entry.stamp.as_of)
        {
            *old = Some(Arc::clone(entry));
        }
    }

    /// Waits until the flight has ended.
    pub(crate) async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.subscribe();
        let landed = outcome.wait_for(Option::is_some).await;
        landed
            .ok()
            .and_then(|outcome| outcome.clone())
            .unwrap_or(Outcome::Abandoned)
    }
}

/// A flight that ends in any case: with what it brought, or abandoned when it is dropped.
pub(crate) struct Airborne {
    inner: Arc<Inner>,
    text: SharedText,
    pub(crate) flight: Arc<Flight<Landing>>,
    is_landed: bool,
}

impl Airborne {
    pub(crate) fn new(inner: Arc<Inner>, text: SharedText, flight: Arc<Flight<Landing>>) -> Self {
        Self {
            inner,
            text,
            flight,
            is_landed: false,
        }
    }

    /// Ends the flight.
    pub(crate) fn land(mut self, outcome: Outcome) {
        self.end(outcome);
    }

    /// Off the table first: who comes from now on finds what it brought in its place.
    fn end(&mut self, outcome: Outcome) {
        if !self.is_landed {
            self.is_landed = true;
            self.inner.flights.land(&self.text, &self.flight);
            self.flight.landing.outcome.send_replace(Some(outcome));
        }
    }
}

impl Drop for Airborne {
    fn drop(&mut self) {
        self.end(Outcome::Abandoned);
    }
}
