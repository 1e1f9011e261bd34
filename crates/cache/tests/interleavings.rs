//! The rule's parts (numbers, a near value, loads under way) in every order in which threads can meet: the library's own files,
//! compiled against a lock whose schedule is explored.

#![expect(dead_code, reason = "the library's files hold more than is explored")]
#![expect(unreachable_pub, reason = "what the library exports is private here")]

#[path = "../src/flights.rs"]
mod flights;
#[path = "../src/knowledge.rs"]
mod knowledge;
#[path = "../src/rule.rs"]
mod rule;
#[path = "../src/scope.rs"]
mod scope;

mod key {
    pub(crate) type SharedText = std::sync::Arc<str>;
}

mod sync {
    use shuttle::sync::MutexGuard;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(inner: T) -> Self {
            Self(shuttle::sync::Mutex::new(inner))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect("a panic ends the exploration")
        }
    }
}

use std::sync::Arc;

use shuttle::sync::Condvar;
use shuttle::thread;

use crate::flights::{Boarding, Flights};
use crate::knowledge::{Knowledge, Named};
use crate::rule::{Need, Stamp, admits};
use crate::scope::{Scope, Tenant};
use crate::sync::Mutex;

const EPOCH: u64 = 3;
const TENANT: Tenant = Tenant(1);
const PAGE: Scope = Scope::all(1);
const JOINS_MAX: u32 = 2;

/// A value: its stamp, and the number of the event that wrote it last.
type Value = (Stamp, u64);

/// One process before a source.
struct Process {
    /// The sequence: for each event whether it wrote the page.
    source: Mutex<Vec<bool>>,
    /// The last acknowledged number, as the node's shared page shows it.
    committed: Mutex<u64>,
    knowledge: Knowledge,
    near: Mutex<Option<Value>>,
    flights: Flights<Landing>,
}

#[derive(Default)]
struct Landing {
    outcome: shuttle::sync::Mutex<Option<Value>>,
    landed: Condvar,
}

impl Process {
    fn new() -> Arc<Self> {
        let process = Self {
            source: Mutex::new(vec![true]),
            committed: Mutex::new(1),
            knowledge: Knowledge::with_bound(64),
            near: Mutex::new(None),
            flights: Flights::new(),
        };
        process.knowledge.begin_epoch(EPOCH);
        Arc::new(process)
    }

    fn snapshot(&self) -> Value {
        let events = self.source.lock();
        let written = events
            .iter()
            .rposition(|wrote| *wrote)
            .map_or(0, |at| at + 1);
        let stamp = Stamp {
            epoch: EPOCH,
            as_of: events.len() as u64,
        };
        (stamp, written as u64)
    }

    /// Commits, then shows the number, then is acknowledged.
    fn write(&self, writes_page: bool) {
        let seq = {
            let mut events = self.source.lock();
            events.push(writes_page);
            events.len() as u64
        };
        let mut committed = self.committed.lock();
        *committed = seq.max(*committed);
    }

    /// Hands in what was committed since.
    fn tail(&self, from: u64) -> u64 {
        let events = self.source.lock().clone();
        for (at, wrote) in events.iter().enumerate().skip(from as usize) {
            let named = if *wrote { &[PAGE][..] } else { &[] };
            self.knowledge
                .advance(TENANT, EPOCH, at as u64 + 1, Named::Scopes(named));
        }
        events.len() as u64
    }

    fn read(&self, need: Need) -> Value {
        let held = *self.near.lock();
        let known = self.knowledge.known(TENANT, &[PAGE]);
        if let Some(value) = held.filter(|value| admits(value.0, need, known)) {
            return value;
        }
        let text = "page".into();
        let arrival = self.flights.arrive();
        for joins in 0.. {
            let known = self.knowledge.known(TENANT, &[PAGE]);
            let insists = joins >= JOINS_MAX;
            match self
                .flights
                .board(&text, arrival, need, known, insists, Landing::default)
            {
                Boarding::Begun(flight) => {
                    let ticket = self.knowledge.ticket(TENANT);
                    let value = self.snapshot();
                    thread::yield_now();
                    self.knowledge.learn(ticket, value.0);
                    self.put(value);
                    self.flights.land(&text, &flight);
                    *flight.landing.outcome.lock().expect("nobody panics") = Some(value);
                    flight.landing.landed.notify_all();
                    return value;
                }
                Boarding::Joined(flight) => {
                    let mut outcome = flight.landing.outcome.lock().expect("nobody panics");
                    while outcome.is_none() {
                        outcome = flight.landing.landed.wait(outcome).expect("nobody panics");
                    }
                    let value = outcome.expect("it has landed");
                    let known = self.knowledge.known(TENANT, &[PAGE]);
                    if flight.is_begun_after(arrival) || admits(value.0, need, known) {
                        return value;
                    }
                }
            }
        }
        unreachable!("a reader that insists loads")
    }

    /// As the near level does it: looks, and then puts.
    fn put(&self, value: Value) {
        let is_held_newer = self
            .near
            .lock()
            .is_some_and(|held| held.0.as_of > value.0.as_of);
        thread::yield_now();
        if !is_held_newer {
            *self.near.lock() = Some(value);
        }
    }

    /// The page as of a number.
    fn written_at(&self, number: u64) -> u64 {
        let events = self.source.lock();
        let until = &events[..number as usize];
        until
            .iter()
            .rposition(|wrote| *wrote)
            .map_or(0, |at| at as u64 + 1)
    }
}

/// One writer, the tail, and readers: nobody is given less than was acknowledged before the read began.
fn story(readers: u32, writes: u32) {
    let process = Process::new();
    let mut threads = Vec::new();
    threads.push(thread::spawn({
        let process = Arc::clone(&process);
        move || (0..writes).for_each(|round| process.write(round % 2 == 0))
    }));
    threads.push(thread::spawn({
        let process = Arc::clone(&process);
        move || {
            let mut tailed = 0;
            for _ in 0..writes {
                tailed = process.tail(tailed);
                thread::yield_now();
            }
        }
    }));
    for reader in 0..readers {
        let process = Arc::clone(&process);
        threads.push(thread::spawn(move || {
            for _ in 0..2 {
                let reached = process
                    .knowledge
                    .known(TENANT, &[])
                    .map_or(0, |known| known.reached);
                let committed = *process.committed.lock();
                // Some carry the number; the others are promised what this process knows.
                let (need, promised) = match reader % 2 {
                    0 => (Need::AtLeast(committed), committed),
                    _ => (Need::Any, reached),
                };
                let (_, content) = process.read(need);
                let least = process.written_at(promised);
                assert!(
                    content >= least,
                    "{content} where {least} was promised ({need:?})"
                );
            }
        }));
    }
    for thread in threads {
        thread.join().expect("nobody panics");
    }
    assert_eq!(process.flights.len(), 0);
}

#[test]
fn no_order_of_two_readers_and_a_writer_breaks_the_promise() {
    // Depth first, as far as it comes.
    shuttle::check_dfs(|| story(2, 1), Some(4_000));
}

#[test]
fn no_random_order_of_many_breaks_the_promise() {
    shuttle::check_random(|| story(4, 3), 2_000);
}

#[test]
fn no_adversarial_order_breaks_the_promise() {
    shuttle::check_pct(|| story(3, 3), 2_000, 3);
}
