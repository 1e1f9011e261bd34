//! Loads under way, by key: who asks for what is being loaded waits for it instead of loading it again.
//!
//! A load that was begun before an event that names its scope must not answer a reader who needs that event. So whoever
//! waits judges what lands by the rule, and where a load cannot be new enough another is begun beside it, at most
//! [`RUNNING_MAX`] for one key.

use std::collections::HashMap;
use std::sync::Arc;

use crate::key::SharedText;
use crate::rule::{Known, Need, Stamp, admits};
use crate::sync::Mutex;

/// How many loads of one key run beside each other because the older is too old for some.
const RUNNING_MAX: u32 = 2;

/// One load under way. `L` is where it lands.
#[derive(Debug)]
pub(crate) struct Flight<L> {
    /// Its place in the order of arrivals and beginnings.
    pub(crate) order: u64,
    /// What its load will be at least as new as, if the tenant was known when it began.
    promise: Option<Stamp>,
    pub(crate) landing: L,
}

/// A reader's place in the order, taken when it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrival(u64);

/// What a reader gets: a load to wait for, or one to carry out.
#[derive(Debug)]
pub(crate) enum Boarding<L> {
    Joined(Arc<Flight<L>>),
    Begun(Arc<Flight<L>>),
}

/// All loads under way in this process.
#[derive(Debug)]
pub(crate) struct Flights<L> {
    table: Mutex<Table<L>>,
}

#[derive(Debug)]
struct Table<L> {
    order: u64,
    slots: HashMap<SharedText, Slot<L>>,
}

#[derive(Debug)]
struct Slot<L> {
    /// The one that can be joined; none, if it has landed and an older has not.
    newest: Option<Arc<Flight<L>>>,
    running: u32,
}

impl<L> Flight<L> {
    /// Whether its load began after a reader arrived, so that it is new enough for that reader, whatever it needs.
    pub(crate) fn is_begun_after(&self, arrival: Arrival) -> bool {
        self.order > arrival.0
    }

    /// Whether it may turn out to be new enough. Where a number is missing there is hope.
    fn may_answer(&self, need: Need, known: Option<Known>) -> bool {
        match (self.promise, known) {
            (Some(promise), Some(known)) => admits(promise, need, Some(known)),
            _ => true,
        }
    }
}

impl<L> Flights<L> {
    pub(crate) fn new() -> Self {
        let table = Table {
            order: 0,
            slots: HashMap::new(),
        };
        Self {
            table: Mutex::new(table),
        }
    }

    /// Gives a reader its place in the order.
    pub(crate) fn arrive(&self) -> Arrival {
        Arrival(self.table.lock().next())
    }

    /// Finds the load that a reader waits for, or begins one. `insists` begins one in any case.
    pub(crate) fn board(
        &self,
        text: &SharedText,
        arrival: Arrival,
        need: Need,
        known: Option<Known>,
        insists: bool,
        landing: impl FnOnce() -> L,
    ) -> Boarding<L> {
        let mut table = self.table.lock();
        let order = table.next();
        let slot = table.slots.get_mut(text);
        if let Some(Slot {
            newest: Some(newest),
            running,
        }) = &slot
        {
            let is_joined = newest.is_begun_after(arrival)
                || newest.may_answer(need, known)
                || *running >= RUNNING_MAX;
            if is_joined && !insists {
                return Boarding::Joined(Arc::clone(newest));
            }
        }
        let flight = Arc::new(Flight {
            order,
            promise: known.map(|known| Stamp {
                epoch: known.epoch,
                as_of: known.reached,
            }),
            landing: landing(),
        });
        let newest = Some(Arc::clone(&flight));
        match slot {
            Some(slot) => {
                slot.newest = newest;
                slot.running += 1;
            }
            None => {
                let slot = Slot { newest, running: 1 };
                table.slots.insert(SharedText::clone(text), slot);
            }
        }
        Boarding::Begun(flight)
    }

    /// Whether a load of the key is under way that can be joined.
    pub(crate) fn is_under_way(&self, text: &str) -> bool {
        let table = self.table.lock();
        table
            .slots
            .get(text)
            .is_some_and(|slot| slot.newest.is_some())
    }

    /// Takes a flight off the table. What it brought must be in its place before, and be handed to those who
    /// wait after.
    pub(crate) fn land(&self, text: &str, flight: &Arc<Flight<L>>) {
        let mut table = self.table.lock();
        let Some(slot) = table.slots.get_mut(text) else {
            return;
        };
        slot.running -= 1;
        slot.newest.take_if(|newest| Arc::ptr_eq(newest, flight));
        if slot.running == 0 {
            table.slots.remove(text);
        }
    }

    /// How many keys have a load under way.
    pub(crate) fn len(&self) -> usize {
        self.table.lock().slots.len()
    }
}

impl<L> Table<L> {
    fn next(&mut self) -> u64 {
        self.order += 1;
        self.order
    }
}
