//! The cache as a whole: both levels, the loads under way, and its figures.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::far::{Far, FarFigures, FarSettings, Unusable};
use crate::flights::Flights;
use crate::key::{Kind, is_of_kind};
use crate::knowledge::Knowledge;
use crate::landing::Landing;
use crate::metrics::{Counters, KindFigures};
use crate::near::Near;
use crate::settings::{Settings, Times, World};
use crate::shelf::Shelf;

/// A cache; clones are handles to the same.
#[derive(Debug, Clone)]
pub struct Cache {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) world: World,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) near: Near,
    pub(crate) far: Option<Far>,
    pub(crate) flights: Flights<Landing>,
    counters: Mutex<Vec<Arc<Counters>>>,
}

/// The figures of a cache, read at a moment.
#[derive(Debug, Clone)]
pub struct Figures {
    /// By kind, in the order in which their shelves were made.
    pub kinds: Vec<KindFigures>,
    /// How many values the near level holds.
    pub near_entries: u64,
    /// How many bytes it counts for them.
    pub near_bytes: u64,
    /// How many values it let go of for want of room.
    pub near_evictions: u64,
    /// How many keys have a load under way.
    pub loads_under_way: usize,
    /// How many tenants and scopes are remembered.
    pub remembered: usize,
    /// Redis, where there is one.
    pub far: Option<FarFigures>,
}

impl Cache {
    /// A cache with a near level alone.
    pub fn near(settings: Settings, world: World, knowledge: Arc<Knowledge>) -> Self {
        Self::with(settings, world, knowledge, None)
    }

    /// A cache with Redis behind it. Redis need not be there: it is used from when it answers.
    pub fn with_far(
        settings: Settings,
        world: World,
        knowledge: Arc<Knowledge>,
        far: &FarSettings,
    ) -> Result<Self, Unusable> {
        let far = Far::new(far, &world)?;
        Ok(Self::with(settings, world, knowledge, Some(far)))
    }

    fn with(settings: Settings, world: World, knowledge: Arc<Knowledge>, far: Option<Far>) -> Self {
        let inner = Inner {
            near: Near::new(settings.near_bytes_max),
            settings,
            world,
            knowledge,
            far,
            flights: Flights::new(),
            counters: Mutex::new(Vec::new()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The place of one kind of value, with its time limits.
    pub fn shelf<K: Kind>(&self, times: Times) -> Shelf<K> {
        let mut all = self.inner.counters.lock();
        let counters = all
            .iter()
            .find(|counters| counters.is_of(K::NOUN, K::VIEW))
            .cloned();
        let counters = counters.unwrap_or_else(|| {
            let counters = Arc::new(Counters::new(K::NOUN, K::VIEW));
            all.push(Arc::clone(&counters));
            counters
        });
        Shelf::new(Arc::clone(&self.inner), times, counters)
    }

    /// What this process knows of the tenants' sequences.
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.inner.knowledge
    }

    /// Drops every value of a kind from this process' memory and from Redis, and gives how many were dropped of
    /// each. For an operator: correctness never needs it.
    pub async fn clear<K: Kind>(&self) -> (u64, u64) {
        let is_dropped = |text: &str| is_of_kind(text, K::NOUN, K::VIEW);
        let near = self.inner.near.drop_where(is_dropped).await;
        let far = match &self.inner.far {
            Some(far) => far.clear(K::NOUN, K::VIEW).await,
            None => 0,
        };
        (near, far)
    }

    /// Whether Redis answers, and each change of that; `None` where there is no Redis.
    pub fn watch_far(&self) -> Option<watch::Receiver<bool>> {
        self.inner.far.as_ref().map(Far::watch)
    }

    /// The figures now.
    pub async fn figures(&self) -> Figures {
        self.inner.near.settle().await;
        let kinds = self.inner.counters.lock();
        let kinds = kinds.iter().map(|counters| counters.read()).collect();
        Figures {
            kinds,
            near_entries: self.inner.near.entries(),
            near_bytes: self.inner.near.bytes(),
            near_evictions: self.inner.near.evictions(),
            loads_under_way: self.inner.flights.len(),
            remembered: self.inner.knowledge.remembered(),
            far: self.inner.far.as_ref().map(Far::figures),
        }
    }
}
